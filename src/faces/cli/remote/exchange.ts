/**
 * One request and the beginning of its answer. On Node's own HTTP client rather than on fetch: an upload that is refused
 * on its way still gets its answer, audits of millions may take longer to begin than fetch waits, and each deadline is
 * ours to set.
 */
import { once } from 'node:events';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { AppError } from '../../../core/errors.ts';
import { type Deadline, Unanswered, type Waited } from './unanswered.ts';

/** Bytes that are sent as they come. */
export interface StreamedBody {
  /** Undefined: known at its end only. */
  readonly bytes: number | undefined;
  open(): AsyncIterable<Uint8Array>;
  /** Told of the bytes that were sent so far. */
  onSent(bytes: number): void;
}

export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | StreamedBody | undefined;
  readonly signal: AbortSignal;
  readonly waits: Waited;
}

/** Connections that stay open between requests, for both protocols. */
export interface Connections {
  readonly agentFor: (url: URL) => http.Agent;
  close(): void;
}

export function openConnections(): Connections {
  const plain = new http.Agent({ keepAlive: true });
  const secure = new https.Agent({ keepAlive: true });
  return {
    agentFor: ({ protocol }) => (protocol === 'https:' ? secure : plain),
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** The one deadline of a request that counts at present. */
class Watch {
  readonly #request: ClientRequest;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  /** Set once the whole request may have arrived. */
  hasConnected = false;

  constructor(request: ClientRequest) {
    this.#request = request;
  }

  arm(ms: number, code: Deadline): void {
    this.end();
    if (this.#isOver) return;
    this.#timer = setTimeout(() => this.#request.destroy(this.lost(code, undefined)), ms);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  /** For good: the answer is there, or none will come. */
  close(): void {
    this.#isOver = true;
    this.end();
  }

  lost(code: string, cause: unknown): Unanswered {
    return new Unanswered(this.hasConnected ? 'lost' : 'unreached', code, cause);
  }
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}

/** Sends no faster than it is taken. Ends early when the answer is there. */
async function sendStream(
  request: ClientRequest,
  body: StreamedBody,
  { waits }: Outgoing,
  watch: Watch,
  answered: AbortSignal,
): Promise<void> {
  let sent = 0;
  const chunks = body.open();
  // Standard input may never end by itself; nobody wants more of it once the answer is there.
  answered.addEventListener('abort', () => {
    if (chunks instanceof Readable) chunks.destroy();
  });
  for await (const chunk of chunks) {
    if (answered.aborted || request.destroyed) return;
    sent += chunk.length;
    if (body.bytes !== undefined && sent > body.bytes) break;
    const isTaken = request.write(chunk);
    body.onSent(sent);
    if (isTaken) continue;
    // What fails meanwhile is met by the request itself.
    if (watch.hasConnected) watch.arm(waits.silence, 'SILENCE');
    await once(request, 'drain', { signal: answered }).catch(() => {});
    if (answered.aborted || request.destroyed) return;
    watch.end();
  }
  if (body.bytes !== undefined && sent !== body.bytes) {
    throw new AppError(
      'file_unreadable',
      'the file changed while it was sent; send it again when it is whole',
    );
  }
  request.end();
}

function followConnection(request: ClientRequest, { url, waits }: Outgoing, watch: Watch): void {
  watch.arm(waits.connect, 'CONNECT_DEADLINE');
  const onConnected = (): void => {
    watch.hasConnected = true;
    if (request.writableFinished) watch.arm(waits.answer, 'ANSWER_DEADLINE');
    else if (request.writableNeedDrain) watch.arm(waits.silence, 'SILENCE');
    else watch.end();
  };
  request.once('socket', (socket) => {
    if (!socket.connecting) onConnected();
    else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', onConnected);
  });
  request.once('finish', () => watch.arm(waits.answer, 'ANSWER_DEADLINE'));
}

/**
 * Sends the request and gives the answer when its head is there; its body is still to be read (see {@link bodyOf}).
 * Rejects with {@link Unanswered}, with the signal's reason, or with what the body threw.
 */
export function exchange(connections: Connections, outgoing: Outgoing): Promise<IncomingMessage> {
  const { method, url, headers, body, signal } = outgoing;
  return new Promise((resolve, reject) => {
    const { request: begin } = url.protocol === 'https:' ? https : http;
    const request = begin(url, { method, headers, agent: connections.agentFor(url), signal });
    const watch = new Watch(request);
    const answered = new AbortController();
    followConnection(request, outgoing, watch);
    request.once('response', (answer) => {
      watch.close();
      answered.abort();
      // An upload that was refused on its way is not sent to its end.
      answer.once('end', () => {
        if (!request.writableFinished) request.destroy();
      });
      resolve(answer);
    });
    request.on('error', (error) => {
      watch.close();
      answered.abort();
      if (signal.aborted) reject(signal.reason);
      else if (error instanceof Unanswered || error instanceof AppError) reject(error);
      else reject(watch.lost(codeOf(error), error));
    });
    if (typeof body === 'object') {
      sendStream(request, body, outgoing, watch, answered.signal).catch((error: Error) => {
        if (!answered.signal.aborted) request.destroy(error);
      });
    } else request.end(body);
  });
}

/** The bytes of an answer as they come, given up when none come for `silence`. A reader may take its time. */
export async function* bodyOf(
  answer: IncomingMessage,
  silence: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const chunks = answer[Symbol.asyncIterator]();
  try {
    for (;;) {
      const timer = setTimeout(() => answer.destroy(new Unanswered('lost', 'SILENCE', undefined)), silence);
      const { done, value } = await chunks.next().finally(() => clearTimeout(timer));
      if (done === true) break;
      yield value;
    }
    if (!answer.complete) throw new Unanswered('lost', 'ECONNRESET', undefined);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof Unanswered ? error : new Unanswered('lost', codeOf(error), error);
  } finally {
    // Whoever stops reading early wants no more of it.
    if (!answer.complete) answer.destroy();
  }
}
