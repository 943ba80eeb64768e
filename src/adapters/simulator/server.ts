/** The wire: the provider's API on `POST /`, and the simulator's own pages beside it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../ports/clock.ts';
import { faultList } from './faults.ts';
import { BODY_BYTES_MAX, type ReceivedRequest } from './gateway.ts';
import { ledgerEntries, summarise } from './ledger.ts';
import type { Outcome, Provider } from './provider.ts';

export interface ServerParts {
  /** The provider of the moment. */
  readonly provider: () => Provider;
  readonly clock: Clock;
  readonly onChange: () => void;
  /** Aborted when the server closes: late answers are given up. */
  readonly closing: AbortSignal;
}

const KEEP_ALIVE_MS = 65_000;

export function createSimulatorServer(parts: ServerParts): Server {
  const server = createServer((request, response) => {
    serve(parts, request, response).catch((error: unknown) => {
      // A client that goes away while we answer is an ordinary end here; a fault of ours must not look like one.
      if (response.headersSent || response.destroyed || parts.closing.aborted) response.destroy();
      else sendJson(response, 500, { error: error instanceof Error ? error.message : String(error) });
    });
  });
  // Connections are lost when a fault says so, not because a client paused for Node's usual five seconds.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

async function serve(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://simulator.invalid');
  const page = PAGES[`${request.method} ${url.pathname}`];
  if (page !== undefined) {
    await page(parts.provider(), url, request, response);
    return;
  }
  if (url.pathname !== '/') {
    sendJson(response, 404, { error: `no ${request.method} ${url.pathname} here` });
    return;
  }
  const received: ReceivedRequest = {
    method: request.method ?? '',
    path: url.pathname,
    query: url.search.slice(1),
    header: (name) => {
      const value = request.headers[name];
      return typeof value === 'string' ? value : undefined;
    },
    body: await readBody(request),
  };
  const outcome = parts.provider().receive(received);
  parts.onChange();
  await answer(parts, outcome, request, response);
}

async function answer(
  parts: ServerParts,
  outcome: Outcome,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (outcome.kind === 'silence') return;
  if (outcome.kind === 'drop') {
    request.socket.destroy();
    return;
  }
  if (outcome.delayMs > 0) await parts.clock.sleep(outcome.delayMs, parts.closing);
  const type = outcome.html ? 'text/html' : 'application/json';
  response.writeHead(outcome.status, {
    'content-type': type,
    'content-length': Buffer.byteLength(outcome.text),
  });
  response.end(outcome.text);
}

type Page = (
  provider: Provider,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
) => void | Promise<void>;

/** The simulator's own pages; none of them is the provider's. */
const PAGES: Readonly<Record<string, Page>> = {
  'GET /healthz': (_provider, _url, _request, response) => sendJson(response, 200, { status: 'ok' }),
  'GET /requests': (provider, _url, _request, response) => sendJson(response, 200, provider.requests()),
  'GET /faults': (provider, _url, _request, response) => sendJson(response, 200, provider.faults()),
  'POST /faults': async (provider, _url, request, response) => {
    const parsed = faultList.safeParse(parseJson(await readBody(request)));
    if (parsed.success) {
      provider.setFaults(parsed.data);
      sendJson(response, 200, { faults: parsed.data.length });
    } else {
      const problems = parsed.error.issues.map(
        (issue) => `${issue.path.map(String).join('.')}: ${issue.message}`,
      );
      sendJson(response, 400, { error: 'these are no faults', problems });
    }
  },
  'GET /ledger': async (provider, url, _request, response) => {
    provider.catchUp();
    if (url.searchParams.get('summary') === '1') {
      sendJson(response, 200, summarise(ledgerEntries(provider.world)));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    await pipeline(Readable.from(ledgerText(provider)), response);
  },
};

/** A JSON array with one entry per line, in pieces, so that neither side has to hold it whole. */
function* ledgerText(provider: Provider): Generator<string> {
  let piece = '[';
  let separator = '\n';
  for (const entry of ledgerEntries(provider.world)) {
    piece += separator + JSON.stringify(entry);
    separator = ',\n';
    if (piece.length > 65_536) {
      yield piece;
      piece = '';
    }
  }
  yield `${piece}\n]\n`;
}

/** The body, read whole; one above the limit is cut just behind it, so that it is still seen to be above. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
    bytes += chunk.length;
  }
  return Buffer.concat(chunks);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(value)}\n`);
}
