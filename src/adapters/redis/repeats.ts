/**
 * Empty slots: rows whose numbers were found taken on storing. The record of such a slot says whose number it is, and
 * is written with its step. Where the row stood and what it held is written right after, since only then it is known
 * which of a page's thousand rows it is wanted of. An import that was cut off in between finds what is missing here.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { present } from '../../core/assert.ts';
import type { CalleeRef } from '../../core/callee.ts';
import { PLACE, type Rejection } from '../../core/import.ts';
import { RECORD_BYTES } from '../../core/limits.ts';
import type { CalleeRow } from '../../core/page.ts';
import type { RowOrigin } from '../../ports/store.ts';
import { keysOf, type StoreContext } from './context.ts';
import { campaignIdOf, PAGE_DEFLATE } from './imports.ts';
import { readPageRows, readStates } from './reads.ts';
import { readDuplicateOf } from './record-codec.ts';

/** Slot, line, cells. */
const Described = z.array(z.tuple([z.int(), z.int(), z.array(z.string())]));

export async function describeRepeats(
  context: StoreContext,
  id: string,
  page: number,
  repeats: ReadonlyMap<number, RowOrigin>,
): Promise<void> {
  const described = [...repeats].map(([slot, { line, cells }]) => [slot, line, cells]);
  const block = deflateRawSync(JSON.stringify(described), PAGE_DEFLATE);
  await context.client.hset(keysOf(context, campaignIdOf(id)).repeats(id), String(page), block);
}

async function readDescribed(
  context: StoreContext,
  id: string,
  page: number,
): Promise<Map<number, RowOrigin>> {
  const block = await context.client.hgetBuffer(keysOf(context, campaignIdOf(id)).repeats(id), String(page));
  if (block === null) return new Map();
  const described = Described.parse(JSON.parse(inflateRawSync(block).toString()));
  return new Map(described.map(([slot, line, cells]) => [slot, { line, cells }]));
}

/** The empty slots of a page, with the callee whose number each repeats. */
async function emptySlots(context: StoreContext, id: string, page: number): Promise<Map<number, CalleeRef>> {
  const states = await readStates(context, campaignIdOf(id), page);
  const slots = new Map<number, CalleeRef>();
  for (let offset = 0; offset < states.length; offset += RECORD_BYTES) {
    const original = readDuplicateOf(states, offset);
    if (original !== undefined) slots.set(offset / RECORD_BYTES, original);
  }
  return slots;
}

/** From the import's first page to its last: pages of other imports may lie between them. */
async function* pagesOf(context: StoreContext, id: string): AsyncIterable<number> {
  const keys = keysOf(context, campaignIdOf(id));
  const [first, last] = await context.client.hmget(keys.import(id), 'firstPage', 'lastPage');
  if (first === null || first === undefined) return;
  for (let page = Number(first); page <= Number(last); page += 1) yield page;
}

/** Empty slots that nobody described: row -> place. */
export async function undescribedRepeats(
  context: StoreContext,
  id: string,
): Promise<Map<number, { page: number; slot: number }>> {
  const described = new Set(await context.client.hkeys(keysOf(context, campaignIdOf(id)).repeats(id)));
  const missing = new Map<number, { page: number; slot: number }>();
  for await (const page of pagesOf(context, id)) {
    if (described.has(String(page))) continue;
    const slots = await emptySlots(context, id, page);
    if (slots.size === 0) continue;
    const rows = await readPageRows(context, campaignIdOf(id), page);
    if (rows[0]?.importId !== id) continue;
    for (const slot of slots.keys()) {
      missing.set(present(rows[slot], `row of slot ${slot}`).row, { page, slot });
    }
  }
  return missing;
}

/** Every empty slot of the import's pages as a duplicate, in file order. */
export async function* repeatedRows(context: StoreContext, id: string): AsyncIterable<Rejection> {
  const column = await calleeColumn(context, id);
  for await (const page of pagesOf(context, id)) {
    const slots = await emptySlots(context, id, page);
    if (slots.size === 0) continue;
    const rows = await readPageRows(context, campaignIdOf(id), page);
    if (rows[0]?.importId !== id) continue;
    const origins = await readDescribed(context, id, page);
    for (const [slot, of] of slots) {
      const row = present(rows[slot], `row of slot ${slot}`);
      const { line, cells } = origins.get(slot) ?? { line: 0, cells: storedCells(row) };
      yield {
        ...{ kind: 'duplicate', row: row.row, line, column, code: 'duplicate' },
        ...{ message: `the same number as ${PLACE}`, cells, of },
      };
    }
  }
}

/** The name of the column that the numbers are in; empty for imports that did not note it. */
async function calleeColumn(context: StoreContext, id: string): Promise<string> {
  return (await context.client.hget(keysOf(context, campaignIdOf(id)).import(id), 'calleeColumn')) ?? '';
}

function storedCells(row: CalleeRow): string[] {
  return [String(row.number), row.uui, ...Object.values(row.variables)];
}
