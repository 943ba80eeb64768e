import type { RedisClient } from './scripts.ts';
import { serverFacts } from './suitable.ts';

/** How the server says it is, and how far it is away. */
export interface ProbedRedis {
  readonly version: string;
  readonly maxmemoryPolicy: string;
  /** Round trip of one command. */
  readonly latencyMs: number;
  /** The server's clock, and ours at the middle of the round trip that read it. */
  readonly serverAt: number;
  readonly localAt: number;
}

/** Seconds and microseconds of TIME as epoch milliseconds. */
function instantOf(time: readonly (string | number)[]): number {
  return Number(time[0]) * 1_000 + Number(time[1]) / 1_000;
}

/**
 * Asks the server (of a cluster, one of its nodes) about itself. Reads INFO only, which managed servers allow
 * where CONFIG is forbidden.
 */
export async function probeRedis(client: RedisClient): Promise<ProbedRedis> {
  const facts = serverFacts(await client.info());
  const startedAt = performance.now();
  const before = Date.now();
  const serverAt = instantOf(await client.time());
  const latencyMs = performance.now() - startedAt;
  return {
    version: `${facts.product} ${facts.version}`,
    maxmemoryPolicy: facts.maxmemoryPolicy,
    latencyMs,
    serverAt,
    localAt: before + latencyMs / 2,
  };
}
