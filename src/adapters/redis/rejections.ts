import { inflateRawSync } from 'node:zlib';
import { present } from '../../core/assert.ts';
import type { CalleeRef } from '../../core/callee.ts';
import { PLACE, type Rejection } from '../../core/import.ts';
import { ROW_PAGES_KEPT_MAX } from '../../core/limits.ts';
import { keysOf, type StoreContext } from './context.ts';
import { campaignIdOf } from './imports.ts';
import { pageOf, slotOf } from './keys.ts';
import { readPageRows } from './reads.ts';
import { repeatedRows } from './repeats.ts';

/**
 * Rows that made no callee, in file order: those that were refused before storing, and the empty slots of the
 * import's pages. Each of the two is in file order already.
 */
export async function* rejections(context: StoreContext, id: string): AsyncIterable<Rejection> {
  const places = new RowPlaces(context, id);
  const repeats = repeatedRows(context, id)[Symbol.asyncIterator]();
  let repeat = await repeats.next();
  for await (const rejection of refusedRows(context, id)) {
    for (; !repeat.done && repeat.value.row < rejection.row; repeat = await repeats.next()) {
      yield await places.told(repeat.value);
    }
    yield rejection.of === undefined ? rejection : await places.told(rejection);
  }
  for (; !repeat.done; repeat = await repeats.next()) yield await places.told(repeat.value);
}

async function* refusedRows(context: StoreContext, id: string): AsyncIterable<Rejection> {
  const keys = keysOf(context, campaignIdOf(id));
  const blocks = await context.client.llen(keys.rejections(id));
  for (let at = 0; at < blocks; at += 1) {
    const block = await context.client.lindexBuffer(keys.rejections(id), at);
    // Our own writing, read back: the shape is what storeImportStep stored.
    if (block !== null) yield* JSON.parse(inflateRawSync(block).toString()) as Rejection[];
  }
}

interface PagePlaces {
  readonly importId: string;
  /** Row number by slot. */
  readonly rows: Uint32Array;
}

/**
 * Says of callees which row of which import they are. Looked up only when somebody reads, since an import would pay
 * a page for each. Of a page its row numbers alone are kept, so that a list of a million repeats in any order reads
 * each page about once.
 */
class RowPlaces {
  readonly #context: StoreContext;
  readonly #importId: string;
  readonly #pages = new Map<number, PagePlaces>();

  constructor(context: StoreContext, importId: string) {
    this.#context = context;
    this.#importId = importId;
  }

  /** The rejection with the row it repeats in its message. */
  async told(rejection: Rejection): Promise<Rejection> {
    const { of, ...rest } = rejection;
    if (of === undefined) return rejection;
    return { ...rest, message: rejection.message.replace(PLACE, await this.#placeOf(of)) };
  }

  async #placeOf(ref: CalleeRef): Promise<string> {
    const { importId, rows } = await this.#pageOf(pageOf(ref));
    const row = `row ${present(rows[slotOf(ref)], `row of callee ${ref}`)}`;
    return importId === this.#importId ? row : `${row} of ${importId}`;
  }

  async #pageOf(page: number): Promise<PagePlaces> {
    const kept = this.#pages.get(page);
    if (kept !== undefined) return kept;
    const rows = await readPageRows(this.#context, campaignIdOf(this.#importId), page);
    const places = {
      importId: rows[0]?.importId ?? '',
      rows: Uint32Array.from(rows, (row) => row.row),
    };
    const [oldest] = this.#pages.keys();
    if (this.#pages.size >= ROW_PAGES_KEPT_MAX && oldest !== undefined) this.#pages.delete(oldest);
    this.#pages.set(page, places);
    return places;
  }
}
