import { once } from 'node:events';
import http, { type RequestListener, type Server } from 'node:http';
import https from 'node:https';
import net, { type Socket } from 'node:net';

/** A server of the test's own, on a free port of this machine. */
export interface FaultServer {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

async function listening(server: Server | net.Server, protocol: string): Promise<FaultServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    port: address.port,
    url: `${protocol}://127.0.0.1:${address.port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      if (server.listening) await once(server, 'close');
    },
  };
}

/** Answers as it is told; with a certificate, over TLS. */
export function serve(
  answer: RequestListener,
  tls?: { readonly key: Buffer; readonly cert: Buffer },
): Promise<FaultServer> {
  if (tls === undefined) return listening(http.createServer(answer), 'http');
  return listening(https.createServer(tls, answer), 'https');
}

/** Hands everything on to a port, but cuts the connections whose answer it is told to lose once the answer comes. */
export function loseAnswers(target: string, isLost: (connection: number) => boolean): Promise<FaultServer> {
  const { hostname, port } = new URL(target);
  let connections = 0;
  const server = net.createServer((near) => {
    connections += 1;
    const lost = isLost(connections);
    const far = net.connect(Number(port), hostname);
    near.pipe(far);
    if (lost) far.once('data', () => near.destroy());
    else far.pipe(near);
    for (const socket of [near, far]) {
      socket.on('error', () => {});
      socket.once('close', () => {
        near.destroy();
        far.destroy();
      });
    }
  });
  return listening(server, 'http');
}
