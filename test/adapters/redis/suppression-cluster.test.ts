import { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { suppressionKeys } from '../../../src/adapters/redis/keys.ts';
import { createRedisSuppression } from '../../../src/adapters/redis/suppression.ts';
import { SUPPRESSION_SHARDS } from '../../../src/core/limits.ts';
import { DAY } from '../../../src/core/time.ts';
import type { Suppression } from '../../../src/ports/suppression.ts';
import { clusterClient, startTestCluster, type TestCluster } from '../../support/redis-cluster.ts';

const NOW = Date.parse('2026-11-23T02:00:00Z');
const CAUSE = { reason: 'asked us', by: 'mei', source: 'optouts.csv', now: NOW };
const cli = await clusterClient();
const remedy = 'skipped: install redis-cli or valkey-cli, which makes the test cluster';
const title = `suppression lists on a Redis Cluster${cli === undefined ? ` (${remedy})` : ''}`;
const number = (index: number): string => String(8_613_800_000_000 + index);

describe.skipIf(cli === undefined)(title, () => {
  let cluster: TestCluster;
  let client: Cluster;
  let lists: Suppression;
  beforeAll(async () => {
    cluster = await startTestCluster(cli ?? '');
    client = new Cluster([...cluster.nodes]);
    lists = createRedisSuppression(client, { prefix: 'cl' });
  }, 60_000);
  afterAll(async () => {
    await client?.quit();
    await cluster?.stop();
  });

  it('spread over the nodes, and are added to, looked up, listed, expired and cleared there', async () => {
    const shards = [...Array(SUPPRESSION_SHARDS).keys()];
    const slots = await Promise.all(
      shards.map((shard) => client.cluster('KEYSLOT', suppressionKeys('cl', 'global').shard(shard))),
    );
    expect(new Set(slots.map((slot) => Math.floor(Number(slot) / (16_384 / 3)))).size).toBeGreaterThan(1);
    const all = Array.from({ length: 4_000 }, (_, at) => number(at));
    const entries = all.map((one, at) => ({ number: one, expiresAt: at % 2 === 0 ? undefined : NOW + DAY }));
    expect(await lists.add('global', entries, CAUSE)).toEqual({ added: 4_000, known: 0 });
    await lists.add({ campaignId: 'spring' }, [{ number: number(9_000), expiresAt: undefined }], CAUSE);
    const spring = await lists.lists('spring');
    const found = await lists.find(spring, [...all, number(9_000), number(9_001)], NOW);
    expect([found.entries.size, found.version]).toEqual([4_001, await lists.version(spring)]);
    let listed = 0;
    for await (const _entry of lists.entries('global')) listed += 1;
    expect(listed).toBe(4_000);
    let dropped = 0;
    for (let round = 0; round < 50 && dropped < 2_000; round += 1) {
      dropped += await lists.dropExpired(NOW + DAY + round * 1_000);
    }
    expect([dropped, await lists.size('global')]).toEqual([2_000, 2_000]);
    expect(await lists.remove('global', number(0))).toBe(true);
    expect(await lists.clear('global')).toBe(1_999);
    await lists.check();
  });
});
