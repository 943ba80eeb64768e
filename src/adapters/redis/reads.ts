import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { present } from '../../core/assert.ts';
import type { CalleeRecord, CalleeRef, CalleeState, CalleeStory } from '../../core/callee.ts';
import { RECORD_BYTES } from '../../core/limits.ts';
import { type CalleeRow, unpackPage } from '../../core/page.ts';
import type { DueCallee, StoredPage } from '../../ports/store.ts';
import { keysOf, type StoreContext } from './context.ts';
import { pageOf, refAt, slotOf } from './keys.ts';
import { readRecord, readRecords } from './record-codec.ts';
import { unpackStories } from './story-codec.ts';

const inflate = promisify(inflateRaw);

export async function readStates(context: StoreContext, campaignId: string, page: number): Promise<Buffer> {
  return (await context.client.getBuffer(keysOf(context, campaignId).states(page))) ?? Buffer.alloc(0);
}

export async function readPageRows(
  context: StoreContext,
  campaignId: string,
  page: number,
): Promise<CalleeRow[]> {
  return (await readDeflatedRows(context, campaignId, page)).rows;
}

/** The rows of a page, and their bytes as they are stored. */
export async function readDeflatedRows(
  context: StoreContext,
  campaignId: string,
  page: number,
): Promise<{ readonly rows: CalleeRow[]; readonly deflated: Buffer }> {
  const held = await context.client.getBuffer(keysOf(context, campaignId).rows(page));
  const deflated = present(held, `page ${page} of ${campaignId}`);
  return { rows: unpackPage((await inflate(deflated)).toString()), deflated };
}

/** The static rows of some callees, in the order asked; each page is read once. */
export async function readRows(
  context: StoreContext,
  campaignId: string,
  refs: readonly CalleeRef[],
): Promise<CalleeRow[]> {
  const found = new Map<CalleeRef, CalleeRow>();
  const wanted = new Map<number, CalleeRef[]>();
  for (const ref of refs) {
    const here = wanted.get(pageOf(ref));
    if (here === undefined) wanted.set(pageOf(ref), [ref]);
    else here.push(ref);
  }
  // Only the rows asked for are kept: retries are spread over many pages, and a page of rows takes a megabyte.
  for (const [page, here] of wanted) {
    const rows = await readPageRows(context, campaignId, page);
    for (const ref of here) found.set(ref, present(rows[slotOf(ref)], `row of callee ${ref}`));
  }
  return refs.map((ref) => present(found.get(ref), `row of callee ${ref}`));
}

export async function readCalleeRecords(
  context: StoreContext,
  campaignId: string,
  refs: readonly CalleeRef[],
): Promise<(CalleeRecord | undefined)[]> {
  const pages = new Map<number, Buffer>();
  for (const page of new Set(refs.map(pageOf))) pages.set(page, await readStates(context, campaignId, page));
  return refs.map((ref) => {
    const states = present(pages.get(pageOf(ref)), 'page');
    const offset = slotOf(ref) * RECORD_BYTES;
    return offset < states.length ? readRecord(states, offset) : undefined;
  });
}

/** Callees of some states by page; `next` is the page to go on from, undefined at the end. */
export async function calleesIn(
  context: StoreContext,
  campaignId: string,
  states: readonly CalleeState[],
  fromPage: number,
  max: number,
): Promise<{ callees: DueCallee[]; next: number | undefined }> {
  const pagesTotal = Number(
    (await context.client.hget(keysOf(context, campaignId).campaign, 'pagesTotal')) ?? 0,
  );
  const callees: DueCallee[] = [];
  for (let page = fromPage; page < pagesTotal; page += 1) {
    for (const [slot, record] of readRecords(await readStates(context, campaignId, page)).entries()) {
      if (record !== undefined && states.includes(record.state))
        callees.push({ ref: refAt(page, slot), record });
    }
    // A page is never split, so that the page is all that the caller needs to go on.
    if (callees.length >= max) return { callees, next: page + 1 < pagesTotal ? page + 1 : undefined };
  }
  return { callees, next: undefined };
}

export async function missedCallees(
  context: StoreContext,
  campaignId: string,
  max: number,
): Promise<DueCallee[]> {
  const pages = await context.client.hkeys(keysOf(context, campaignId).missed);
  const found: DueCallee[] = [];
  for (const page of pages.map(Number).sort((a, b) => a - b)) {
    for (const [slot, record] of readRecords(await readStates(context, campaignId, page)).entries()) {
      if (record?.state === 'missed' && found.length < max) found.push({ ref: refAt(page, slot), record });
    }
    if (found.length >= max) break;
  }
  return found;
}

/** How many callees of each page wait for the retry policy. */
export async function missedIndex(
  context: StoreContext,
  campaignId: string,
): Promise<{ readonly page: number; readonly callees: number }[]> {
  const pages = await context.client.hgetall(keysOf(context, campaignId).missed);
  return Object.entries(pages).map(([page, callees]) => ({ page: Number(page), callees: Number(callees) }));
}

/** The stories of a page by slot, oldest first. */
export async function pageStories(
  context: StoreContext,
  campaignId: string,
  page: number,
): Promise<Map<number, CalleeStory[]>> {
  const blocks = await context.client.lrangeBuffer(keysOf(context, campaignId).history(page), 0, -1);
  const stories = new Map<number, CalleeStory[]>();
  for (const block of blocks) {
    for (const { slot, story } of unpackStories(block)) {
      const held = stories.get(slot);
      if (held === undefined) stories.set(slot, [story]);
      else held.push(story);
    }
  }
  return stories;
}

export async function readStory(
  context: StoreContext,
  campaignId: string,
  ref: CalleeRef,
): Promise<CalleeStory[]> {
  return (await pageStories(context, campaignId, pageOf(ref))).get(slotOf(ref)) ?? [];
}

export async function* storedPages(context: StoreContext, campaignId: string): AsyncIterable<StoredPage> {
  const keys = keysOf(context, campaignId);
  for (
    let page = 0;
    page < Number((await context.client.hget(keys.campaign, 'pagesTotal')) ?? 0);
    page += 1
  ) {
    // Of one moment: an update changes both.
    const [states, rows] = await context.client.mgetBuffer(keys.states(page), keys.rows(page));
    const text = (await inflate(present(rows, `page ${page} of ${campaignId}`))).toString();
    yield { page, records: readRecords(present(states, `states of page ${page}`)), rows: unpackPage(text) };
  }
}
