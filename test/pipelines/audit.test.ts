import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createRedisCallLedger } from '../../src/adapters/redis/call-ledger.ts';
import { campaignKeys } from '../../src/adapters/redis/keys.ts';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import { DIAL_LEASE, DIALS_OVERDUE_MAX, RECORD_BYTES } from '../../src/core/limits.ts';
import { DAY } from '../../src/core/time.ts';
import { auditCampaign, runAudit } from '../../src/pipelines/audit.ts';
import type { Store } from '../../src/ports/store.ts';
import {
  callSeeded,
  SEEDED_AT,
  SEEDED_SETTINGS,
  seedCampaign,
  seededNumber,
} from '../support/seeded-campaign.ts';
import { freshPrefix } from '../support/store.ts';

let connection: Redis;
let store: Store;
let prefix: string;

beforeAll(() => {
  connection = new Redis(inject('redisUrl'));
});
afterAll(async () => {
  await connection.quit();
});
beforeEach(async () => {
  prefix = freshPrefix();
  store = createRedisStore(connection, { prefix });
  await seedCampaign(store, 'spring', 1_500);
  await callSeeded(store, 'spring', 600, 4);
});
afterEach(async () => {
  const keys = await connection.keys(`*${prefix}*`);
  if (keys.length > 0) await connection.del(...keys);
});

const keys = () => campaignKeys(prefix, 'spring');
/** What somebody breaks in Redis behind our back, and the rule that must see it. */
const damages: [string, string, () => Promise<unknown>][] = [
  ['a count that is off', 'counts_match_pages', () => connection.hincrby(keys().counts, 'attempts', 1)],
  ['an accepted row too many', 'accepted_in_states', () => connection.hincrby(keys().counts, 'accepted', 1)],
  ['a due bucket that counts one too few', 'due_index', () => connection.hincrby(keys().due(0, 0), '1', -1)],
  ['a lost due bucket', 'due_index', () => connection.zrem(keys().dueBuckets(0), '0')],
  ['a missed callee lost from its index', 'missed_index', () => connection.hdel(keys().missed, '0')],
  ['a wrong number in the missed index', 'missed_index', () => connection.hincrby(keys().missed, '0', 1)],
  [
    'a number that leads to nobody',
    'number_unique',
    async () => {
      const generations = (await connection.hget(keys().campaign, 'index'))?.split(' ').map(Number) ?? [];
      for (const [at, buckets] of generations.entries()) {
        await connection.hdel(keys().index(at + 1, Number(seededNumber(7)) % buckets), seededNumber(7));
      }
    },
  ],
  [
    'an import whose rows do not add up',
    'import_rows',
    () => connection.hincrby(keys().import('spring-i0123456789ab'), 'rows', 1),
  ],
  ['a lost story', 'story_agrees', () => connection.del(keys().history(0))],
  [
    'a record swapped for another',
    'counts_match_pages',
    async () => {
      const states = await connection.getBuffer(keys().states(0));
      const last = states?.subarray(-RECORD_BYTES) ?? Buffer.alloc(0);
      await connection.setrange(keys().states(0), 0, last);
    },
  ],
];

describe('the audit', () => {
  it('finds nothing wrong in a campaign with calls made, and has looked at everybody', async () => {
    expect(await auditCampaign({ store }, 'spring')).toEqual({
      campaign: 'spring',
      violations: [],
      violationsMore: 0,
      callees: 1_500,
      pages: 2,
      settled: true,
    });
  });

  for (const [what, rule, damage] of damages) {
    it(`finds ${what}`, async () => {
      await damage();
      const { violations, settled } = await auditCampaign({ store }, 'spring');
      expect(settled).toBe(true);
      expect(violations.map((violation) => violation.rule)).toContain(rule);
      for (const violation of violations) expect(JSON.stringify(violation)).not.toMatch(/86138\d{8}/);
    });
  }

  it('of all campaigns is one document, with each violation under its campaign', async () => {
    await seedCampaign(store, 'autumn', 10);
    await store.createCampaign('empty', SEEDED_SETTINGS, 0);
    await connection.hincrby(campaignKeys(prefix, 'autumn').counts, 'attempts', 2);
    expect(await runAudit({ store })).toMatchObject({
      violations: [{ campaign: 'autumn', rule: 'counts_match_pages' }],
      callees: 1_510,
      settled: true,
      campaigns: [
        { campaign: 'autumn', callees: 10, violations: 1 },
        { campaign: 'empty', callees: 0, violations: 0 },
        { campaign: 'spring', callees: 1_500, violations: 0 },
      ],
    });
  });

  it('finds reservations of calls that nobody settles, once a sweep must have seen them', async () => {
    const ledger = createRedisCallLedger(connection, { prefix });
    const caps = { rolling: [{ calls: 3, per: DAY }] };
    const callees = [{ ref: 700, number: Number(seededNumber(701)), lastBatch: 0 }];
    const { id } = await ledger.reserve(
      { campaignId: 'spring', batchId: 7, caps, callees },
      SEEDED_AT,
      SEEDED_AT + DIAL_LEASE,
    );
    const auditAt = async (at: number, campaignId = 'spring') =>
      (await auditCampaign({ store, ledger, clock: { now: () => at } }, campaignId)).violations;
    const late = SEEDED_AT + DIAL_LEASE + DIALS_OVERDUE_MAX;
    expect(await auditAt(late)).toEqual([]);
    expect(await auditAt(late + 1)).toMatchObject([{ rule: 'dials_settled', where: 'batch 7' }]);
    await seedCampaign(store, 'autumn', 10);
    expect(await auditAt(late + 1, 'autumn')).toEqual([]);
    let asked = 0;
    const overdue: typeof ledger.overdue = (...question) => {
      asked += 1;
      return ledger.overdue(...question);
    };
    const all = await runAudit({ store, ledger: { overdue }, clock: { now: () => late + 1 } });
    expect(all.violations).toMatchObject([{ campaign: 'spring', rule: 'dials_settled' }]);
    expect([all.campaigns.length, asked]).toEqual([2, 1]);
    await ledger.renew(id, late);
    expect(await auditAt(late + 1)).toEqual([]);
    await ledger.close(id);
    expect(await auditAt(late + DAY)).toEqual([]);
  });

  it('of a campaign that moves meanwhile reports no false alarm and says that it moved', async () => {
    const moving: Store = {
      ...store,
      pages: async function* (id) {
        for await (const page of store.pages(id)) {
          yield page;
          const missed = await store.missedCallees(id, 1);
          const { moveCallee } = await import('../../src/core/callee.ts');
          const moves = missed.map(({ ref, record }) =>
            moveCallee(ref, record, 'exhaust', { now: 1, reason: 'attempts_exhausted' }),
          );
          await store.apply(id, { name: 'exhaust', now: 1, moves });
        }
      },
    };
    expect(await auditCampaign({ store: moving }, 'spring')).toMatchObject({
      violations: [],
      settled: false,
    });
  });

  it('of an unknown campaign is refused', async () => {
    await expect(auditCampaign({ store }, 'nowhere')).rejects.toMatchObject({ code: 'campaign_not_found' });
  });
});
