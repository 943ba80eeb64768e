import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { startTestRedis, type TestRedis } from './redis-server.ts';

const run = promisify(execFile);
const NODES = 3;
const STARTS_MAX = 5;
const READY_DEADLINE_MS = 20_000;

export interface TestCluster {
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  stop(): Promise<void>;
}

/** The name of the command-line client that can make a cluster, or undefined when none is installed. */
export async function clusterClient(): Promise<string | undefined> {
  for (const name of ['redis-cli', 'valkey-cli']) {
    if (
      await run(name, ['--version']).then(
        () => true,
        () => false,
      )
    )
      return name;
  }
  return undefined;
}

/** Three masters on loopback that share all slots, nothing on disk that outlives them. */
export async function startTestCluster(client: string): Promise<TestCluster> {
  const servers: TestRedis[] = [];
  const stop = async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  };
  try {
    while (servers.length < NODES) servers.push(await startNode());
    const addresses = servers.map(({ port }) => `127.0.0.1:${port}`);
    await run(client, ['--cluster', 'create', ...addresses, '--cluster-replicas', '0', '--cluster-yes']);
    await Promise.all(servers.map(({ port }) => ready(client, port)));
    return { nodes: servers.map(({ port }) => ({ host: '127.0.0.1', port })), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A node talks to the others on a second port, which by default may lie beyond the last one: it gets one of its own. */
async function startNode(): Promise<TestRedis> {
  let cause: unknown;
  for (let start = 1; start <= STARTS_MAX; start += 1) {
    const bus = await freeBusPort();
    const options = [
      '--cluster-enabled',
      'yes',
      '--cluster-port',
      String(bus),
      '--cluster-node-timeout',
      '5000',
    ];
    try {
      return await startTestRedis(options);
    } catch (error) {
      cause = error;
    }
  }
  throw cause;
}

async function freeBusPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given to a TCP server');
  return address.port;
}

/** Waits until this node sees all slots served; nodes learn of each other by gossip, which no event announces. */
async function ready(client: string, port: number): Promise<void> {
  const deadline = Date.now() + READY_DEADLINE_MS;
  for (;;) {
    const { stdout } = await run(client, ['-p', String(port), 'cluster', 'info']);
    if (stdout.includes('cluster_state:ok') && stdout.includes(`cluster_known_nodes:${NODES}`)) return;
    if (Date.now() > deadline) throw new Error(`the test cluster did not form:\n${stdout}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
