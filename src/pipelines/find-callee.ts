import type { CalleeRecord, CalleeRef, CalleeStory } from '../core/callee.ts';
import { parseCalleeId } from '../core/callee-id.ts';
import { AppError } from '../core/errors.ts';
import { PAGE_SLOTS } from '../core/limits.ts';
import type { CalleeRow } from '../core/page.ts';
import { parsePhone } from '../core/phone.ts';
import type { CampaignRecord, Store } from '../ports/store.ts';

export interface FindCalleeDeps {
  readonly store: Pick<Store, 'findCallee' | 'pageReading' | 'records' | 'rows' | 'story'>;
}

const ROW = /^row:([1-9]\d{0,8})$/;

/**
 * The pages of a campaign, those first that may hold the row: a list fills its pages in order, and rows that were not
 * taken only bring a row nearer to the first page.
 */
function* pagesToLook(pagesTotal: number, row: number): Generator<number> {
  const guess = Math.min(Math.floor((row - 1) / PAGE_SLOTS), pagesTotal - 1);
  for (let page = guess; page >= 0; page -= 1) yield page;
  for (let page = guess + 1; page < pagesTotal; page += 1) yield page;
}

async function byRow(
  deps: FindCalleeDeps,
  campaign: CampaignRecord,
  row: number,
): Promise<CalleeRef | undefined> {
  for (const page of pagesToLook(campaign.pagesTotal, row)) {
    const { rows, records } = await deps.store.pageReading(campaign.id, page);
    const slot = rows.findIndex((one, at) => one.row === row && records[at] !== undefined);
    if (slot >= 0) return page * PAGE_SLOTS + slot;
  }
  return undefined;
}

/**
 * The callee that a text names: an id (`spring-c12`, `c12`), a row of a list (`row:12`; of several lists, any of them)
 * or a number. Throws AppError `callee_not_found`, which never repeats the number.
 */
export async function findCallee(
  deps: FindCalleeDeps,
  campaign: CampaignRecord,
  text: string,
): Promise<CalleeRef> {
  const ref = parseCalleeId(campaign.id, text);
  if (ref !== undefined) return ref;
  const row = ROW.exec(text)?.[1];
  if (row !== undefined) {
    const found = await byRow(deps, campaign, Number(row));
    if (found !== undefined) return found;
    throw new AppError('callee_not_found', `campaign "${campaign.id}" has no callee from a row ${row}`);
  }
  const phone = parsePhone(text, campaign.settings.defaultRegion);
  if (!phone.ok) {
    const what = 'this is neither a callee id such as "c12", a row such as "row:12", nor a number';
    throw new AppError('callee_not_found', `${what}: ${phone.message}`);
  }
  const found = await deps.store.findCallee(campaign.id, Number(phone.digits));
  if (found !== undefined) return found;
  throw new AppError('callee_not_found', `campaign "${campaign.id}" has no callee with this number`);
}

/** All that is kept of a callee. */
export interface KnownCallee {
  readonly record: CalleeRecord;
  readonly row: CalleeRow;
  readonly stories: readonly CalleeStory[];
}

/** Throws AppError `callee_not_found` for a place that holds nobody. */
export async function readCallee(
  deps: FindCalleeDeps,
  campaign: CampaignRecord,
  ref: CalleeRef,
): Promise<KnownCallee> {
  const [record] = ref < campaign.pagesTotal * PAGE_SLOTS ? await deps.store.records(campaign.id, [ref]) : [];
  const [row] = record === undefined ? [] : await deps.store.rows(campaign.id, [ref]);
  if (record === undefined || row === undefined) {
    throw new AppError('callee_not_found', `campaign "${campaign.id}" has no callee c${ref}`);
  }
  return { record, row, stories: await deps.store.story(campaign.id, ref) };
}
