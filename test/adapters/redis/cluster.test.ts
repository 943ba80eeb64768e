import { Cluster } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedisStore } from '../../../src/adapters/redis/store.ts';
import type { Store } from '../../../src/ports/store.ts';
import { clusterClient, startTestCluster, type TestCluster } from '../../support/redis-cluster.ts';
import { newImport, numbersFrom, rejectionOf, stepOf } from '../../support/redis-store.ts';
import { callSeeded, SEEDED_AT, seedCampaign, seededNumber } from '../../support/seeded-campaign.ts';

const cli = await clusterClient();
const remedy = 'skipped: install redis-cli or valkey-cli, which makes the test cluster';
const title = `the store on a Redis Cluster${cli === undefined ? ` (${remedy})` : ''}`;

describe.skipIf(cli === undefined)(title, () => {
  let cluster: TestCluster;
  let client: Cluster;
  let store: Store;
  beforeAll(async () => {
    cluster = await startTestCluster(cli ?? '');
    client = new Cluster([...cluster.nodes]);
    store = createRedisStore(client, { prefix: 'cl' });
  }, 60_000);
  afterAll(async () => {
    await client?.quit();
    await cluster?.stop();
  });

  it('imports, claims, calls and ends callees of campaigns that live on different nodes', async () => {
    const ids = ['spring', 'summer', 'autumn', 'winter'];
    const slots = await Promise.all(ids.map((id) => client.cluster('KEYSLOT', `{cl:${id}}:c`)));
    expect(new Set(slots.map((slot) => Math.floor(Number(slot) / (16_384 / 3)))).size).toBeGreaterThan(1);
    for (const id of ids) {
      await seedCampaign(store, id, 1_100);
      await callSeeded(store, id, 300, 3);
    }
    expect(await store.campaignIds()).toEqual([...ids].sort());
    for (const id of ids) {
      const { counts, missedIndex, dueIndex, batches } = await store.auditFacts(id);
      expect(counts.states).toMatchObject({ initial: 800, missed: 100, answered: 200 });
      expect(counts).toMatchObject({ attempts: 300, accepted: 1_100, unfinished: 900 });
      expect(missedIndex).toEqual([{ page: 0, callees: 100 }]);
      expect(dueIndex.map(({ callees }) => callees)).toEqual([724, 76]);
      expect(batches).toEqual([]);
      expect(await store.findCallee(id, Number(seededNumber(1_100)))).toBe(1_099);
      expect((await store.story(id, 2)).map(({ to }) => to)).toEqual(['batched', 'calling', 'missed']);
    }
  });

  it('takes a second list with repeated numbers, and lists them', async () => {
    await seedCampaign(store, 'again', 50);
    const record = newImport('again', 2);
    await store.openImport(record);
    const step = stepOf(record.id, 0, [seededNumber(7), ...numbersFrom(900, 2)], {
      rejections: [rejectionOf(4)],
    });
    expect(await store.storeImportStep(record.id, step)).toMatchObject({
      stored: true,
      accepted: 2,
      duplicate: 1,
    });
    const rows: number[] = [];
    for await (const { row } of store.rejections(record.id)) rows.push(row);
    expect(rows).toEqual([1, 4]);
    expect(await store.dueCallees('again', 0, SEEDED_AT, 100)).toHaveLength(52);
  });
});
