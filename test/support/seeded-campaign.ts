import { moveCallee } from '../../src/core/callee.ts';
import type { ImportRecord } from '../../src/core/import.ts';
import { PAGE_SLOTS } from '../../src/core/limits.ts';
import { packPage } from '../../src/core/page.ts';
import type { Change, Store } from '../../src/ports/store.ts';

/** When everything in a seeded campaign happened: a Monday morning in Shanghai. */
export const SEEDED_AT = Date.parse('2026-11-23T02:00:00Z');

export const SEEDED_SETTINGS = { name: 'Spring reminder', callers: ['008602150000001'], ivrId: 7 };

/** The E.164 digits of the callee of a row. */
export function seededNumber(row: number): string {
  return String(8_613_800_000_000 + row);
}

/** A campaign with one finished import of `callees` rows (with a variable `name`), put there through the store alone. */
export async function seedCampaign(
  store: Store,
  id: string,
  callees: number,
  settings: unknown = SEEDED_SETTINGS,
): Promise<ImportRecord> {
  await store.createCampaign(id, settings, SEEDED_AT);
  const importId = `${id}-i0123456789ab`;
  const counters = { rows: 0, accepted: 0, duplicate: 0, suppressed: 0, rejected: 0 };
  const record: ImportRecord = {
    id: importId,
    campaignId: id,
    state: 'waiting',
    reason: '',
    fileName: 'list.csv',
    bytes: callees * 40,
    createdAt: SEEDED_AT,
    closedAt: 0,
    ...counters,
    encoding: 'utf-8',
    delimiter: ',',
  };
  await store.openImport(record);
  for (let from = 0; from < callees; from += PAGE_SLOTS) {
    const to = Math.min(callees, from + PAGE_SLOTS);
    const rows = Array.from({ length: to - from }, (_, at) => from + at + 1);
    const cells = rows.flatMap((row) => [String(row), seededNumber(row), `order-${row}`, `Name ${row}`]);
    const page = {
      text: packPage(importId, ['name'], cells),
      numbers: rows.map(seededNumber),
      zones: new Uint8Array(rows.length),
    };
    await store.storeImportStep(importId, {
      rowsBefore: from,
      rowsAfter: to,
      page,
      rejections: [],
      now: SEEDED_AT,
    });
  }
  await store.closeImport(importId, { state: 'done', reason: '', now: SEEDED_AT });
  return record;
}

/** Calls the first `callees` of the campaign as batch 1: all are answered but every `missedEvery`th, which is missed. */
export async function callSeeded(
  store: Store,
  id: string,
  callees: number,
  missedEvery: number,
): Promise<void> {
  const due = await store.dueCallees(id, 0, SEEDED_AT, callees);
  const change = async (name: string, rest: Omit<Change, 'name' | 'now'>): Promise<void> => {
    const result = await store.apply(id, { name, now: SEEDED_AT, ...rest });
    if (result !== 'done') throw new Error(`${name} was stale`);
  };
  const batch = {
    id: 1,
    state: 'planned' as const,
    submissions: 0,
    zone: 0,
    calleesTotal: callees,
    calleesOpen: callees,
    createdAt: SEEDED_AT,
    submittedAt: 0,
    notBefore: SEEDED_AT,
    notAfter: SEEDED_AT + 3_600_000,
    nextLookAt: SEEDED_AT,
    taskId: 0,
    control: 'run' as const,
    readings: 0,
    lastReadAt: 0,
    absentAt: 0,
    version: 1,
  };
  const claimed = due.map(({ ref, record }) =>
    moveCallee(ref, record, 'claim', { now: SEEDED_AT, reason: 'claimed', change: { batch: 1 } }),
  );
  const list = {
    refs: due.map(({ ref }) => ref),
    numbers: due.map(({ ref }) => Number(seededNumber(ref + 1))),
  };
  await change('claim_batch', { moves: claimed, batch: { before: undefined, after: batch, callees: list } });
  const active = { ...batch, state: 'active' as const, submissions: 1, taskId: 77, version: 2 };
  const accepted = claimed.map(({ ref, after }) =>
    moveCallee(ref, after, 'accept', { now: SEEDED_AT, reason: 'task_accepted' }),
  );
  await change('accept_batch', { moves: accepted, batch: { before: batch, after: active } });
  const ended = accepted.map(({ ref, after }) => {
    const missed = (ref + 1) % missedEvery === 0;
    const calls = [{ sessionId: `s-${ref}`, startedAt: SEEDED_AT, talkSeconds: missed ? 0 : 12 }];
    return moveCallee(ref, after, missed ? 'miss' : 'answer', {
      now: SEEDED_AT,
      reason: missed ? 'call_missed' : 'call_answered',
      change: { attempts: 1, disposition: missed ? 'busy' : 'answered' },
      calls,
    });
  });
  const finished = { ...active, state: 'finished' as const, calleesOpen: 0, version: 3 };
  await change('record_outcomes', { moves: ended, batch: { before: active, after: finished } });
}
