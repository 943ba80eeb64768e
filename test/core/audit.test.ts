import { describe, expect, test } from 'vitest';
import { type AuditFacts, type AuditPage, createAudit } from '../../src/core/audit.ts';
import {
  CALLEE_STATES,
  type CalleeRecord,
  type CalleeState,
  type CalleeStory,
} from '../../src/core/callee.ts';
import { duePlaceOf, isHeld, RULES, type Rule } from '../../src/core/invariants.ts';
import { DIALS_OVERDUE_MAX, PAGE_SLOTS, VIOLATIONS_KEPT_MAX } from '../../src/core/limits.ts';

const base: CalleeRecord = {
  ...{ state: 'initial', reason: 'imported', disposition: undefined, attempts: 0, returns: 0 },
  ...{ zone: 0, due: 0, batch: 0, version: 0 },
};
const missed: CalleeRecord = {
  ...base,
  state: 'missed',
  reason: 'call_missed',
  disposition: 'busy',
  attempts: 1,
  batch: 1,
};
const RECORDS: readonly (CalleeRecord | undefined)[] = [
  base,
  undefined,
  { ...base, state: 'batched', reason: 'claimed', batch: 2 },
  { ...base, state: 'calling', reason: 'awaiting_record', batch: 2 },
  missed,
  { ...missed, state: 'pending_retry', reason: 'retry_scheduled', due: 1_795_400_061_000, zone: 1 },
  { ...missed, state: 'answered', reason: 'call_answered', disposition: 'answered', attempts: 3 },
];

interface Campaign {
  facts: AuditFacts;
  pages: AuditPage[];
}

function storyOf(record: CalleeRecord): CalleeStory[] {
  if (record.state === 'initial') return [];
  const reason = record.reason === 'awaiting_record' ? 'task_accepted' : record.reason;
  return [{ at: 1, from: 'initial', to: record.state, reason, attempts: record.attempts }];
}

/** A campaign of two pages in which everything is true. */
function sound(): Campaign {
  const states = Object.fromEntries(CALLEE_STATES.map((state) => [state, 0])) as Record<CalleeState, number>;
  const dispositions: Record<string, number> = {};
  const totals = { attempts: 0, accepted: 0 };
  const refs = { missed: new Set<number>(), held: new Set<number>() };
  const due: { zone: number; bucket: number; page: number; callees: number }[] = [];
  const pages: AuditPage[] = [];
  for (const page of [0, 1]) {
    for (const [slot, record] of RECORDS.entries()) {
      if (record === undefined) continue;
      states[record.state] += 1;
      totals.accepted += 1;
      totals.attempts += record.attempts;
      if (record.disposition) dispositions[record.disposition] = (dispositions[record.disposition] ?? 0) + 1;
      if (record.state === 'missed') refs.missed.add(page * PAGE_SLOTS + slot);
      if (isHeld(record.state)) refs.held.add(page * PAGE_SLOTS + slot);
      const [zone, bucket] = (duePlaceOf(record) ?? '').split(' ').map(Number);
      if (zone !== undefined && bucket !== undefined) due.push({ zone, bucket, page, callees: 1 });
    }
    pages.push({
      page,
      records: [...RECORDS],
      rows: RECORDS.map(() => ({})),
      indexed: RECORDS.map((_, slot) => page * PAGE_SLOTS + slot),
      stories: new Map(RECORDS.map((record, slot) => [slot, record === undefined ? [] : storyOf(record)])),
    });
  }
  const facts: AuditFacts = {
    ...{ campaignId: 'spring', batchNext: 3, zonesTotal: 2, attemptsAllowed: 3 },
    counts: { states, dispositions, ...totals },
    imports: [{ id: 'spring-i1', rows: 14, accepted: 12, duplicate: 2, suppressed: 0, rejected: 0 }],
    openBatches: [{ id: 2, state: 'active', calleesOpen: 4, refs: refs.held }],
    dueIndex: due,
    missed: refs.missed,
  };
  return { facts, pages };
}

function audit(campaign: Campaign, after = campaign.facts) {
  const running = createAudit(campaign.facts);
  for (const page of campaign.pages) running.page(page);
  return running.finish(after);
}

/** Replaces one record of page 0 and, unless said otherwise, lets its story agree. */
function withRecord(slot: number, change: Partial<CalleeRecord>, agrees = true): Campaign {
  const campaign = sound();
  const page = campaign.pages[0]!;
  const record: CalleeRecord = { ...(page.records[slot] ?? base), ...change };
  const records = page.records.with(slot, record);
  const stories = agrees ? new Map(page.stories).set(slot, storyOf(record)) : page.stories!;
  campaign.pages[0] = { ...page, records, stories };
  return campaign;
}

function withFacts(change: (facts: AuditFacts) => Partial<AuditFacts>): Campaign {
  const campaign = sound();
  return { ...campaign, facts: { ...campaign.facts, ...change(campaign.facts) } };
}

function withPage(change: Partial<AuditPage>): Campaign {
  const campaign = sound();
  campaign.pages[0] = { ...campaign.pages[0]!, ...change };
  return campaign;
}

const batch = sound().facts.openBatches[0]!;
const counts = sound().facts.counts;
const oneImport = sound().facts.imports[0]!;

/** For each rule the ways to break it. The rule must be among those found. */
const BROKEN: readonly (readonly [Rule, string, Campaign])[] = [
  [
    'accepted_in_states',
    'more accepted than in states',
    withFacts(() => ({ counts: { ...counts, accepted: 13 } })),
  ],
  [
    ...(['accepted_in_states', 'a negative count'] as const),
    withFacts(() => ({ counts: { ...counts, states: { ...counts.states, initial: -1, expired: 3 } } })),
  ],
  [
    'counts_match_pages',
    'a state counted wrong',
    withRecord(0, { state: 'expired', reason: 'campaign_ended' }),
  ],
  ['counts_match_pages', 'attempts counted wrong', withFacts(() => ({ counts: { ...counts, attempts: 9 } }))],
  ['counts_match_pages', 'a disposition counted wrong', withRecord(4, { disposition: 'no_answer' })],
  ['due_index', 'a callee without its place', withFacts((facts) => ({ dueIndex: facts.dueIndex.slice(1) }))],
  ['due_index', 'a callee in the wrong bucket', withRecord(5, { due: 1_795_400_099_000 + 60_000 })],
  ['due_index', 'a callee in the wrong zone', withRecord(5, { zone: 0 })],
  ['due_index', 'a callee of the wrong priority', withRecord(5, { priority: 1 })],
  ['row_limits', 'a priority that the row does not have', withRecord(5, { priority: 1 })],
  ['row_limits', 'an end that the row does not have', withRecord(6, { timed: true })],
  ['timed_page', 'an end that nobody looks for', withRecord(0, { timed: true })],
  [
    ...(['due_index', 'a place on a page that does not exist'] as const),
    withFacts((facts) => ({ dueIndex: [...facts.dueIndex, { zone: 0, bucket: 0, page: 9, callees: 1 }] })),
  ],
  ['batch_lists_callee', 'no such open batch', withRecord(2, { batch: 77 })],
  [
    'batch_lists_callee',
    'not on its list',
    withFacts(() => ({ openBatches: [{ ...batch, refs: new Set([2]) }] })),
  ],
  [
    'batch_lists_callee',
    'a finished batch',
    withFacts(() => ({ openBatches: [{ ...batch, state: 'finished' }] })),
  ],
  ['batch_open_count', 'one too many', withFacts(() => ({ openBatches: [{ ...batch, calleesOpen: 5 }] }))],
  ['batch_open_count', 'one lost', withRecord(3, { state: 'needs_attention', reason: 'task_vanished' })],
  ['missed_index', 'one not in it', withFacts(() => ({ missed: new Set([4]) }))],
  [
    'missed_index',
    'one that is not missed',
    withFacts((facts) => ({ missed: new Set([...facts.missed, 0]) })),
  ],
  [
    'missed_index',
    'one that does not exist',
    withFacts((facts) => ({ missed: new Set([...facts.missed, 9_999]) })),
  ],
  ['import_rows', 'a row without an end', withFacts(() => ({ imports: [{ ...oneImport, rows: 15 }] }))],
  [
    ...(['import_accepted', 'an accepted row too few'] as const),
    withFacts(() => ({ imports: [{ ...oneImport, accepted: 11, duplicate: 3 }] })),
  ],
  ['attempts_bound', 'one attempt too many', withRecord(6, { attempts: 4 })],
  ['final_reason', 'no reason', withRecord(6, { reason: 'none' })],
  ['story_agrees', 'another state', withRecord(4, { state: 'unanswered', reason: 'stop_rule' }, false)],
  ['story_agrees', 'another reason', withRecord(6, { reason: 'call_missed' }, false)],
  ['story_agrees', 'another count of attempts', withRecord(6, { attempts: 2 }, false)],
  ['story_agrees', 'no story', withPage({ stories: new Map() })],
  ['number_unique', 'two callees of one number', withPage({ indexed: [0, 1, 0, 3, 4, 5, 6] })],
  ['number_unique', 'a number that is not found', withPage({ indexed: [] })],
  ['row_present', 'a callee without a row', withPage({ rows: [{}, {}, {}, {}, {}, {}] })],
  [
    'dials_settled',
    'reservations that nobody settles',
    withFacts(() => ({
      overdueDials: { now: DIALS_OVERDUE_MAX + 11, claims: [{ batchId: 3, leaseUntil: 10 }] },
    })),
  ],
  ['zone_known', 'a zone that the campaign does not have', withRecord(0, { zone: 2 })],
];

describe('the audit', () => {
  test('finds nothing in a sound campaign', () => {
    expect(audit(sound())).toEqual({
      violations: [],
      violationsMore: 0,
      callees: 12,
      pages: 2,
      settled: true,
    });
  });

  test.each(BROKEN)('%s: %s', (rule, _, campaign) => {
    const { violations, settled } = audit(campaign);
    expect(settled).toBe(true);
    expect(violations.map((violation) => violation.rule)).toContain(rule);
    expect(JSON.stringify(violations)).not.toMatch(/undefined|NaN/);
  });

  test('every rule has a sentence and a test that breaks it', () => {
    expect(new Set(BROKEN.map(([rule]) => rule))).toEqual(new Set(Object.keys(RULES)));
  });

  test('two callees of one number name the one that the index does not know', () => {
    const { violations } = audit(withPage({ indexed: [0, 1, 0, 3, 4, 5, 6] }));
    expect(violations).toEqual([
      { rule: 'number_unique', where: 'callee 2', detail: 'its number leads to callee 0' },
    ]);
  });

  test('a campaign that moved while it was read is not accused of it', () => {
    const campaign = withRecord(0, { state: 'batched', reason: 'claimed', batch: 3 });
    expect(audit(campaign).violations).not.toEqual([]);
    const after = { ...campaign.facts, batchNext: 4 };
    expect(audit(campaign, after)).toMatchObject({ violations: [], settled: false });
  });

  test('what one reading settles is found even while the campaign moves', () => {
    const campaign = withRecord(6, { reason: 'none' });
    const { violations } = audit(campaign, { ...campaign.facts, batchNext: 4 });
    expect(violations).toEqual([
      { rule: 'final_reason', where: 'callee 6', detail: 'answered without a reason' },
    ]);
  });

  test('a campaign broken in every callee is reported within the bound', () => {
    const campaign = sound();
    const records = Array.from({ length: PAGE_SLOTS }, () => ({ ...base, attempts: 200 }));
    campaign.pages = [
      { page: 0, records, rows: records.map(() => ({})), indexed: records.map((_, slot) => slot) },
    ];
    const { violations, violationsMore } = audit(campaign);
    expect(violations).toHaveLength(VIOLATIONS_KEPT_MAX);
    expect(violationsMore).toBeGreaterThanOrEqual(PAGE_SLOTS - VIOLATIONS_KEPT_MAX);
  });
});
