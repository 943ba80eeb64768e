/**
 * The number index is a row of generations, each a fixed number of small hashes, number -> callee. A list that does not
 * fit at a listpack's size opens one more, sized for the list; older ones are only read. The script that stores a page
 * makes the growth atomic: where two importers grow the index at once, the first growth stands for both.
 */
import type { CalleeRef } from '../../core/callee.ts';
import { INDEX_BUCKET_CALLEES, INDEX_PAGES_PER_ANSWER, PAGE_SLOTS } from '../../core/limits.ts';
import { keysOf, repliesOf, type StoreContext } from './context.ts';

/** An estimate of a row's size, only to size the number index of a list before it is read. */
const ROW_BYTES_GUESS = 60;

/** The index as it was read, and as it should become where it is still that. */
export interface IndexGrowth {
  readonly read: string;
  readonly grown: string;
  /** Pages that may be stored on this answer. */
  readonly pages: number;
}

interface Answer {
  readonly growth: Promise<IndexGrowth>;
  used: number;
  pages: number;
}

/** What the imports that a store is at work on were answered last, by import. */
const answers = new WeakMap<StoreContext, Map<string, Answer>>();

/**
 * How the index must be when the next page of an import is stored. The server is asked only now and then: an answer
 * may go with several pages, since only the first of them finds the index as it was read. Whoever waits for an answer
 * goes on in the order of the calls.
 */
export async function indexGrowth(
  context: StoreContext,
  campaignId: string,
  importId: string,
): Promise<IndexGrowth> {
  const known = answers.get(context) ?? new Map<string, Answer>();
  answers.set(context, known);
  let answer = known.get(importId);
  if (answer === undefined || answer.used >= answer.pages) {
    answer = { growth: ask(context, campaignId, importId), used: 0, pages: INDEX_PAGES_PER_ANSWER };
    known.set(importId, answer);
  }
  answer.used += 1;
  try {
    const growth = await answer.growth;
    answer.pages = growth.pages;
    return growth;
  } catch (error) {
    known.delete(importId);
    throw error;
  }
}

/** Forgets what an import was answered, once it is over. */
export function forgetIndexGrowth(context: StoreContext, importId: string): void {
  answers.get(context)?.delete(importId);
}

async function ask(context: StoreContext, campaignId: string, importId: string): Promise<IndexGrowth> {
  const keys = keysOf(context, campaignId);
  const [index, accepted, [bytes, rows]] = await Promise.all([
    context.client.hget(keys.campaign, 'index'),
    context.client.hget(keys.counts, 'accepted'),
    context.client.hmget(keys.import(importId), 'bytes', 'rows'),
  ]);
  const read = index ?? '';
  const held = Number(accepted ?? 0);
  const pages = pagesInto(read, held);
  if (pages > 0) return { read, grown: read, pages };
  const expected = Math.max(Number(bytes ?? 0) / ROW_BYTES_GUESS - Number(rows ?? 0), held, PAGE_SLOTS);
  const grown = `${read} ${bucketsFor(expected * 1.25)}`.trim();
  return { read, grown, pages: pagesInto(grown, held) };
}

/** Pages that may be put into an index with so many callees: half of what fits, since others may fill it meanwhile. */
function pagesInto(index: string, held: number): number {
  const room = generationsOf(index).reduce((sum, buckets) => sum + buckets * INDEX_BUCKET_CALLEES, 0);
  const pages = (room - held) / PAGE_SLOTS;
  return pages < 1 ? 0 : Math.min(INDEX_PAGES_PER_ANSWER, Math.ceil(pages / 2));
}

/** Buckets for so many numbers; shares no factor with ten, so that numbers in round steps spread over all of them. */
function bucketsFor(callees: number): number {
  let buckets = Math.ceil(callees / INDEX_BUCKET_CALLEES);
  while (buckets % 2 === 0 || buckets % 5 === 0) buckets += 1;
  return buckets;
}

function generationsOf(index: string): number[] {
  return index
    .split(' ')
    .filter((part) => part !== '')
    .map(Number);
}

/** The callees that have the numbers, in their order; undefined where the campaign has none. */
export async function findNumbers(
  context: StoreContext,
  campaignId: string,
  numbers: readonly string[],
): Promise<(CalleeRef | undefined)[]> {
  const keys = keysOf(context, campaignId);
  const index = await context.client.hget(keys.campaign, 'index');
  const generations = generationsOf(index ?? '');
  const found: (CalleeRef | undefined)[] = numbers.map(() => undefined);
  for (const [position, buckets] of generations.entries()) {
    const pipeline = context.client.pipeline();
    for (const number of numbers) pipeline.hget(keys.index(position + 1, Number(number) % buckets), number);
    for (const [at, ref] of (await repliesOf(pipeline)).entries())
      if (typeof ref === 'string') found[at] = Number(ref);
  }
  return found;
}
