import { once } from 'node:events';
import { connect } from 'node:net';

/** One request, sent again and again. */
export interface Load {
  readonly url: string;
  readonly key: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly requests: number;
  readonly connections: number;
}

const LENGTH = /\r\ncontent-length: (\d+)\r\n/i;

/** Sends `count` requests over one connection, each after the answer to the one before; rejects for any but a 200. */
async function sendOver({ url, key, method, path }: Load, count: number): Promise<void> {
  const { port, hostname } = new URL(url);
  const body = method === 'POST' ? 'content-length: 0\r\n' : '';
  const request = `${method} ${path} HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${key}\r\n${body}\r\n`;
  const socket = connect(Number(port), hostname);
  socket.setNoDelay(true);
  await once(socket, 'connect');
  let left = count;
  let held = '';
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      held += chunk;
      const headEnd = held.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const length = Number(LENGTH.exec(held)?.[1]);
      if (held.length < headEnd + 4 + length) return;
      if (!held.startsWith('HTTP/1.1 200')) return reject(new Error(held));
      held = '';
      left -= 1;
      if (left === 0) resolve();
      else socket.write(request);
    });
    socket.write(request);
  }).finally(() => socket.destroy());
}

/** Seconds that the requests took over all connections together. */
export async function sendLoad(load: Load): Promise<number> {
  const each = Math.ceil(load.requests / load.connections);
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: load.connections }, () => sendOver(load, each)));
  return (performance.now() - startedAt) / 1_000;
}

/** Reads all of a reply and throws it away. */
export async function readAll(
  url: string,
  key: string,
): Promise<{ readonly bytes: number; readonly seconds: number }> {
  const startedAt = performance.now();
  const reply = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
  if (reply.status !== 200 || reply.body === null) throw new Error(await reply.text());
  let bytes = 0;
  for await (const chunk of reply.body) bytes += (chunk as Uint8Array).byteLength;
  return { bytes, seconds: (performance.now() - startedAt) / 1_000 };
}
