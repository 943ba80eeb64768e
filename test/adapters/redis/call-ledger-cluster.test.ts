import { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedisCallLedger } from '../../../src/adapters/redis/call-ledger.ts';
import { ledgerKeys } from '../../../src/adapters/redis/keys.ts';
import { LEDGER_SHARDS } from '../../../src/core/limits.ts';
import { HOUR, MINUTE, SECOND } from '../../../src/core/time.ts';
import type { CallLedger } from '../../../src/ports/call-ledger.ts';
import { clusterClient, startTestCluster, type TestCluster } from '../../support/redis-cluster.ts';

const T = Date.parse('2026-11-23T02:00:00Z');
const NUMBERS = Array.from({ length: 600 }, (_, at) => 8_613_800_000_000 + at);
const cli = await clusterClient();
const remedy = 'skipped: install redis-cli or valkey-cli, which makes the test cluster';
const title = `the call ledger on a Redis Cluster${cli === undefined ? ` (${remedy})` : ''}`;

describe.skipIf(cli === undefined)(title, () => {
  let cluster: TestCluster;
  let client: Cluster;
  let ledger: CallLedger;
  beforeAll(async () => {
    cluster = await startTestCluster(cli ?? '');
    client = new Cluster([...cluster.nodes]);
    ledger = createRedisCallLedger(client, { prefix: 'cl' });
  }, 60_000);
  afterAll(async () => {
    await client?.quit();
    await cluster?.stop();
  });

  it('spreads over the nodes, and reserves, settles, renews and closes there', async () => {
    const slots = await Promise.all(
      Array.from({ length: LEDGER_SHARDS }, (_, shard) =>
        client.cluster('KEYSLOT', ledgerKeys('cl').shard(shard)),
      ),
    );
    expect(new Set(slots.map((slot) => Math.floor(Number(slot) / (16_384 / 3)))).size).toBeGreaterThan(1);
    const callees = NUMBERS.map((number, ref) => ({ ref, number, lastBatch: 0 }));
    const caps = { rolling: [], minGap: HOUR };
    const ask = (campaignId: string, at: number) =>
      ledger.reserve({ campaignId, batchId: 1, caps, callees }, at, at + 30 * MINUTE);
    const { id, verdicts } = await ask('spring', T);
    expect(verdicts.every((verdict) => verdict.allowed)).toBe(true);
    expect((await ask('summer', T)).verdicts.some((verdict) => verdict.allowed)).toBe(false);
    expect(await ledger.held(id, NUMBERS)).toEqual(NUMBERS.map(() => true));
    await ledger.renew(id, T + 2 * HOUR);
    const overdue = await ledger.overdue(T + HOUR, 10);
    expect(overdue.map(({ campaignId }) => campaignId)).toEqual(['summer']);
    await ledger.settle(
      NUMBERS.map((number, ref) => ({
        number,
        id,
        attempt: `spring.${ref}.1`,
        dialledAt: ref % 2 === 0 ? [T] : [],
      })),
    );
    await ledger.close(id);
    const later = await ask('summer', T + MINUTE);
    const expected = NUMBERS.map((_, ref) =>
      ref % 2 === 0 ? { allowed: false, freeAt: T + HOUR + SECOND, cap: 'gap of 1h' } : { allowed: true },
    );
    expect(later.verdicts).toEqual(expected);
  });
});
