import { deflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { assert, present } from '../../core/assert.ts';
import type { CalleeRecord } from '../../core/callee.ts';
import { campaignOfImport, type ImportRecord, type Rejection } from '../../core/import.ts';
import { PAGE_SLOTS, RECORD_BYTES } from '../../core/limits.ts';
import { ListWish } from '../../core/list-wish.ts';
import { limitMarks } from '../../core/row-limits.ts';
import type { Instant } from '../../core/time.ts';
import type { ImportFacts, ImportStep, ImportStepResult, PageDraft } from '../../ports/store.ts';
import { keysOf, type StoreContext } from './context.ts';
import { DUE_BUCKET_SECONDS } from './due.ts';
import { forgetIndexGrowth, indexGrowth } from './number-index.ts';
import { writeRecord } from './record-codec.ts';
import { firstEnd } from './timed-pages.ts';

/**
 * Level 1 costs least, and rows of one list are much alike. A page takes about 1 ms, which is less than another
 * thread costs, and keeps the steps of one import in the order of the calls. The output fits one chunk.
 */
export const PAGE_DEFLATE = { level: 1, chunkSize: 64 * 1_024 };
/** The bytes of the text being deflated. Most pages fit; fresh memory for each takes longer than to encode it. */
const encoded = Buffer.allocUnsafe(512 * 1_024);

/** The text of a page as it is stored. */
export function deflatePage(text: string): Buffer {
  const fits = text.length * 3 <= encoded.length;
  return deflateRawSync(fits ? encoded.subarray(0, encoded.write(text)) : text, PAGE_DEFLATE);
}

const Count = z.coerce.number().int();
const StoredImport = z.object({
  campaignId: z.string(),
  state: z.enum(['waiting', 'reading', 'done', 'failed']),
  reason: z.string(),
  fileName: z.string(),
  bytes: Count,
  createdAt: Count,
  closedAt: Count,
  rows: Count,
  accepted: Count,
  duplicate: Count,
  suppressed: Count,
  rejected: Count,
  encoding: z.string(),
  delimiter: z.string(),
  encodingSure: Count.optional(),
  format: z.string().optional(),
  sheet: z.string().optional(),
  wish: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(ListWish)
    .optional(),
  mode: z.enum(['add', 'update']).default('add'),
  updated: Count.default(0),
});

export function campaignIdOf(importId: string): string {
  return present(campaignOfImport(importId), `campaign of import ${importId}`);
}

export async function openImport(context: StoreContext, record: ImportRecord): Promise<boolean> {
  const keys = keysOf(context, record.campaignId);
  const { id, wish, ...rest } = record;
  const wanted = wish === undefined ? '' : JSON.stringify(wish);
  const fields = Object.entries(rest).filter(([, value]) => value !== undefined);
  return context.scripts.openImport(
    [keys.import(id), keys.campaign, keys.imports],
    [id, wanted, ...fields.flat().map(String)],
  );
}

export async function readImport(context: StoreContext, id: string): Promise<ImportRecord | undefined> {
  const campaignId = campaignOfImport(id);
  if (campaignId === undefined) return undefined;
  const held = await context.client.hgetall(keysOf(context, campaignId).import(id));
  return held.state === undefined ? undefined : { id, ...StoredImport.parse(held) };
}

export async function listImports(context: StoreContext, campaignId: string): Promise<ImportRecord[]> {
  const ids = await context.client.smembers(keysOf(context, campaignId).imports);
  const records = await Promise.all(ids.map((id) => readImport(context, id)));
  return records.filter((record) => record !== undefined).sort((a, b) => a.createdAt - b.createdAt);
}

/** The template of a new callee's record; zone is filled in by slot. */
const NEW_CALLEE: CalleeRecord = {
  state: 'initial',
  reason: 'imported',
  disposition: undefined,
  attempts: 0,
  returns: 0,
  zone: 0,
  due: 0,
  batch: 0,
  version: 0,
};

function newRecords({ zones, limits }: Pick<PageDraft, 'zones' | 'limits'>): Buffer {
  const template = Buffer.alloc(RECORD_BYTES);
  writeRecord(template, 0, NEW_CALLEE);
  const records = Buffer.alloc(zones.length * RECORD_BYTES, template);
  for (let slot = 0; slot < zones.length; slot += 1) {
    const zone = zones[slot] ?? 0;
    if (zone !== NEW_CALLEE.zone) writeRecord(records, slot * RECORD_BYTES, { ...NEW_CALLEE, zone });
  }
  for (const [slot, bounds] of limits ?? []) {
    const zone = zones[slot] ?? 0;
    const due = bounds.notBefore ?? NEW_CALLEE.due;
    writeRecord(records, slot * RECORD_BYTES, { ...NEW_CALLEE, ...limitMarks(bounds), zone, due });
  }
  return records;
}

export async function storeImportStep(
  context: StoreContext,
  importId: string,
  step: ImportStep,
): Promise<ImportStepResult> {
  const campaignId = campaignIdOf(importId);
  const keys = keysOf(context, campaignId);
  const { page, rejections } = step;
  const slots = page?.numbers.length ?? 0;
  assert(slots <= PAGE_SLOTS, `a page holds ${PAGE_SLOTS} callees, not ${slots}`);
  const of = (kind: Rejection['kind']): number => rejections.filter((row) => row.kind === kind).length;
  assert(
    step.rowsAfter - step.rowsBefore === slots + rejections.length,
    `import step of ${step.rowsAfter - step.rowsBefore} rows accounts for ${slots + rejections.length}`,
  );
  // Waited for also without a page, so that steps of one import reach the server in the order of the calls.
  const index = await indexGrowth(context, campaignId, importId);
  const reply = await context.scripts.appendCallees(
    [keys.campaign, keys.counts, keys.import(importId), keys.rejections(importId)],
    [
      keys.base,
      step.rowsBefore,
      step.rowsAfter,
      of('duplicate'),
      of('suppressed'),
      of('rejected'),
      rejections.length === 0 ? '' : deflateRawSync(JSON.stringify(rejections), PAGE_DEFLATE),
      page === undefined ? '' : deflatePage(page.text),
      page === undefined ? '' : newRecords(page),
      PAGE_SLOTS,
      DUE_BUCKET_SECONDS,
      step.now,
      index.read,
      index.grown,
      // One argument instead of a thousand: the client writes each argument on its own.
      page === undefined ? '' : page.numbers.join(' '),
      rejections.filter((row) => row.code === 'updated').length,
      firstEnd([...(page?.limits?.values() ?? [])]),
    ],
  );
  if (reply[0] === 'stale') return { stored: false };
  const [, accepted, duplicate, pageNumber, repeated] = reply;
  const repeats = repeated === '' ? undefined : { page: pageNumber, slots: repeated.split(' ').map(Number) };
  return { stored: true, accepted, duplicate, ...(repeats !== undefined && { repeats }) };
}

export async function noteImport(context: StoreContext, id: string, facts: ImportFacts): Promise<void> {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  await context.client.hset(keysOf(context, campaignIdOf(id)).import(id), known.flat());
}

export async function noteHeader(
  context: StoreContext,
  id: string,
  header: readonly string[],
  calleeColumn: string,
): Promise<void> {
  const facts = { header: JSON.stringify(header), calleeColumn };
  await context.client.hset(keysOf(context, campaignIdOf(id)).import(id), facts);
}

const Header = z.array(z.string());

export async function importHeader(
  context: StoreContext,
  id: string,
): Promise<readonly string[] | undefined> {
  const campaignId = campaignOfImport(id);
  if (campaignId === undefined) return undefined;
  const held = await context.client.hget(keysOf(context, campaignId).import(id), 'header');
  return held === null ? undefined : Header.parse(JSON.parse(held));
}

export async function closeImport(
  context: StoreContext,
  id: string,
  end: { readonly state: 'done' | 'failed'; readonly reason: string; readonly now: Instant },
): Promise<void> {
  const keys = keysOf(context, campaignIdOf(id));
  await context.scripts.closeImport(
    [keys.import(id), keys.campaign, keys.counts, keys.trail],
    [end.state, end.reason, end.now],
  );
  forgetIndexGrowth(context, id);
}
