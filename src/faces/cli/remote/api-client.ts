import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { AppError } from '../../../core/errors.ts';
import { API_DOCUMENT_BYTES_MAX, API_WAIT_TOLD, HTTP_PAGE_MAX } from '../../../core/limits.ts';
import { SECOND } from '../../../core/time.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { ListSource, Patience } from '../backend.ts';
import type { ApiAccess, CliIo } from '../deps.ts';
import { addressOf, isLoopback, nextCursor } from './address.ts';
import { documentOf, jsonOf, requireType } from './documents.ts';
import { bodyOf, type Connections, exchange, openConnections, type StreamedBody } from './exchange.ts';
import { API_PATIENCE, type ApiPatience } from './patience.ts';
import { Refusal, type Reply, refusalOf } from './refusal.ts';
import { Retries } from './retries.ts';
import { explained, Unanswered, type Waited } from './unanswered.ts';

/** A file on its way to the API. */
export interface Upload {
  readonly source: ListSource;
  onSent(bytes: number): void;
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** From `apiPath`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly json?: unknown;
  readonly upload?: Upload;
  /** The API reads much before it answers. */
  readonly isLong?: boolean;
  readonly patience?: Patience;
  /** Other statuses than success that are answers as well. */
  readonly alsoTaken?: readonly number[];
}

/** What a write says of itself when nobody knows whether it was done. */
const IN_DOUBT = 'whether it was done is not known: look, then ask again';
/** Servers of TLS hang up on whoever does not speak it. */
const WANTS_TLS = 'if it expects TLS there, RINGMASTER_URL begins with https://';
const SPENT = 'run the command again: the same bytes are never taken twice';

/** What is sent, prepared once for all its sendings. */
interface Prepared {
  readonly request: ApiRequest;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly isRepeatable: boolean;
  readonly waits: Waited;
  isSpent: boolean;
}

/** The API over HTTP: deadlines, repetition where it is safe, and every failure as an AppError for the operator. */
export class ApiClient {
  /** Where the API is, for messages. Holds no secret. */
  readonly base: string;
  readonly clock: Clock;
  readonly #key: string;
  readonly #io: CliIo;
  readonly #patience: ApiPatience;
  readonly #connections: Connections = openConnections();
  #wasReached = false;

  constructor({ api, clock, patience }: ApiAccess, io: CliIo) {
    this.base = api.url;
    this.#key = api.key;
    this.clock = clock;
    this.#io = io;
    this.#patience = { ...API_PATIENCE, ...patience };
  }

  /** A host for which the key travels in the clear; undefined where it does not. */
  get openRoadTo(): string | undefined {
    const { protocol, hostname } = new URL(this.base);
    return protocol === 'http:' && !isLoopback(hostname) ? hostname : undefined;
  }

  close(): void {
    this.#connections.close();
  }

  /** The whole answer to a request that succeeds. */
  async reply(request: ApiRequest): Promise<Reply> {
    return this.#repeated(this.#prepare(request), async (answer) => this.#whole(answer));
  }

  /** The document that answers, as its schema has it. */
  async document<S extends z.ZodType>(schema: S, request: ApiRequest): Promise<z.output<S>> {
    const reply = await this.reply(request);
    return documentOf(schema, jsonOf(reply, this.base), this.base);
  }

  /** The bytes that answer, as they come, of one of these types. Not repeated once they have begun. */
  async *stream(request: ApiRequest, type: string): AsyncGenerator<Uint8Array> {
    const prepared = this.#prepare(request);
    const answer = await this.#repeated(prepared, async (head) => {
      requireType(head, type, this.base);
      return head;
    });
    try {
      yield* bodyOf(answer, this.#patience.silence, this.#io.signal);
    } catch (error) {
      throw error instanceof Unanswered ? explained(error, this.base, prepared.waits) : error;
    }
  }

  /** Entries of a list, page by page, as long as the header `Link` names another. */
  async *pages<S extends z.ZodType>(schema: z.ZodArray<S>, request: ApiRequest): AsyncGenerator<z.output<S>> {
    let cursor: string | undefined;
    do {
      const query = { limit: String(HTTP_PAGE_MAX), ...request.query, cursor };
      const reply = await this.reply({ ...request, query });
      yield* documentOf(schema, jsonOf(reply, this.base), this.base);
      cursor = nextCursor(reply.headers.link);
    } while (cursor !== undefined);
  }

  #prepare(request: ApiRequest): Prepared {
    const { method = 'GET', json, upload, isLong } = request;
    const { connect, answer, longAnswer, silence } = this.#patience;
    return {
      ...{ request, method },
      headers: {
        accept: 'application/json, application/problem+json, text/csv',
        authorization: `Bearer ${this.#key}`,
        'user-agent': 'ringmaster-cli',
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(upload !== undefined && { 'content-type': 'application/octet-stream' }),
        ...(upload?.source.bytes !== undefined && { 'content-length': String(upload.source.bytes) }),
        // The same for every sending: what was done already is not done again, and gets the same answer.
        ...(method === 'POST' && { 'idempotency-key': randomUUID() }),
      },
      isRepeatable: method !== 'DELETE',
      waits: { connect, answer: isLong === true ? longAnswer : answer, silence },
      isSpent: false,
    };
  }

  async #send(prepared: Prepared): Promise<IncomingMessage> {
    const { request, method, headers, waits } = prepared;
    const { path, query, json, upload, alsoTaken = [] } = request;
    const text = json === undefined ? undefined : JSON.stringify(json);
    const body = upload === undefined ? text : streamed(upload, prepared);
    const url = addressOf(this.base, path, query);
    const { signal } = this.#io;
    const answer = await exchange(this.#connections, { method, url, headers, body, signal, waits });
    this.#wasReached = true;
    const { statusCode: status = 0 } = answer;
    if ((status >= 200 && status < 300) || alsoTaken.includes(status)) return answer;
    throw refusalOf(await this.#whole(answer), this.base, this.clock.now());
  }

  async #whole(answer: IncomingMessage): Promise<Reply> {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of bodyOf(answer, this.#patience.silence, this.#io.signal)) {
      parts.push(chunk);
      bytes += chunk.length;
      if (bytes > API_DOCUMENT_BYTES_MAX) {
        throw new AppError(
          'api_unexpected',
          `${this.base} answers with more than any document of the API has`,
        );
      }
    }
    const { statusCode: status = 0, headers } = answer;
    return { status, headers, text: Buffer.concat(parts).toString('utf8') };
  }

  async #repeated<T>(prepared: Prepared, read: (answer: IncomingMessage) => Promise<T>): Promise<T> {
    const { patience = 'asked' } = prepared.request;
    const { base } = this;
    const { outage } = this.#patience;
    const retries = new Retries({ base, patience, isRepeatable: prepared.isRepeatable }, outage);
    let isTold = false;
    for (;;) {
      try {
        return await read(await this.#send(prepared));
      } catch (error) {
        const facts = { now: this.clock.now(), isSpent: prepared.isSpent, wasReached: this.#wasReached };
        const pause = retries.pauseAfter(error, facts);
        if (pause === undefined) throw this.#forOperator(error, prepared);
        if (!isTold && (patience === 'watching' || pause >= API_WAIT_TOLD)) {
          isTold = true;
          this.#tell(this.#forOperator(error, prepared), pause);
        }
        await this.clock.sleep(pause, this.#io.signal);
      }
    }
  }

  #tell(error: unknown, pause: number): void {
    const why = error instanceof Error ? error.message : String(error);
    this.#io.stderr.write(`ringmaster: ${why}; trying again in ${Math.ceil(pause / SECOND)} s\n`);
  }

  #forOperator(error: unknown, { isRepeatable, isSpent, waits }: Prepared): unknown {
    if (error instanceof Refusal) return error.error;
    if (!(error instanceof Unanswered)) return error;
    if (isSpent) return explained(error, this.base, waits, SPENT);
    if (!isRepeatable) return explained(error, this.base, waits, IN_DOUBT);
    const mayWantTls = !this.#wasReached && error.code === 'ECONNRESET' && this.base.startsWith('http:');
    return explained(error, this.base, waits, mayWantTls ? WANTS_TLS : '');
  }
}

/** The file as a body that can be opened again, which standard input cannot. */
function streamed({ source, onSent }: Upload, prepared: Prepared): StreamedBody {
  return {
    bytes: source.bytes,
    open() {
      // A pipe has no length, and no second reading, whatever it is called.
      prepared.isSpent = source.bytes === undefined;
      return source.open();
    },
    onSent,
  };
}
