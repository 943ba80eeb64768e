import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import {
  type ClientOptions,
  createClient,
  type ProviderClient,
} from '../../../src/adapters/tencent/client.ts';
import type { Quota } from '../../../src/adapters/tencent/quota.ts';

/** One request as it came over the wire. */
export interface WireRequest {
  readonly head: string;
  readonly body: string;
  header(name: string): string | undefined;
  /** Counts requests of the server, and of this connection, from 1. */
  readonly nth: number;
  readonly nthOnConnection: number;
}

export type WireHandler = (request: WireRequest, socket: Socket) => void;

export interface WireServer {
  readonly endpoint: string;
  readonly port: number;
  readonly requests: WireRequest[];
  connections: number;
  stop(): Promise<void>;
}

/** A server that plays any behaviour of a wire, byte by byte, over real sockets. */
export async function startWireServer(
  handler: WireHandler,
  tls?: { readonly key: string; readonly cert: string },
): Promise<WireServer> {
  const sockets = new Set<Socket>();
  const requests: WireRequest[] = [];
  const onConnection = (socket: Socket) => {
    result.connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let text = '';
    let onThisConnection = 0;
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (;;) {
        const headEnd = text.indexOf('\r\n\r\n');
        if (headEnd < 0) return;
        const head = text.slice(0, headEnd);
        const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim();
        const length = Number(header('content-length') ?? 0);
        if (text.length < headEnd + 4 + length) return;
        const body = Buffer.from(text.slice(headEnd + 4, headEnd + 4 + length), 'latin1').toString('utf8');
        text = text.slice(headEnd + 4 + length);
        onThisConnection += 1;
        const request = { head, body, header, nth: requests.length + 1, nthOnConnection: onThisConnection };
        requests.push(request);
        handler(request, socket);
      }
    });
  };
  const server: Server = tls === undefined ? createServer(onConnection) : createTlsServer(tls, onConnection);
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const result: WireServer = {
    endpoint: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    port: address.port,
    requests,
    connections: 0,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return result;
}

/** A whole HTTP answer. */
export function http(status: number, body: string, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${status} Text\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
}

export const REQUEST_ID = '6c2c1b7e-0000-4000-8000-000000000001';

/** The answer of a service that did it. */
export function done(fields: object = {}): string {
  return http(200, JSON.stringify({ Response: { ...fields, RequestId: REQUEST_ID } }));
}

/** The answer of a service that refused it. */
export function refusal(code: string, message = 'no'): string {
  return http(
    200,
    JSON.stringify({ Response: { Error: { Code: code, Message: message }, RequestId: REQUEST_ID } }),
  );
}

export const SECRET = { secretId: 'AKIDTESTTESTTEST', secretKey: 'KEYTESTKEYTESTKEYTEST' };

/** A quota that grants everything at once, for tests of other things. */
export const openQuota: Quota = { acquire: async () => 'granted' };

export function clientFor(endpoint: string, options: Partial<ClientOptions> = {}): ProviderClient {
  return createClient({
    endpoint,
    ...SECRET,
    quota: openQuota,
    deadlineMs: 5_000,
    readBackoffMs: 1,
    ...options,
  });
}
