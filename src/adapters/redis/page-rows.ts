import { createHash } from 'node:crypto';
import { RECORD_BYTES } from '../../core/limits.ts';
import { repackPage } from '../../core/page.ts';
import type { PageReading, RowChange } from '../../ports/store.ts';
import { countDeltas, flat } from './changes.ts';
import { keysOf, type StoreContext } from './context.ts';
import { deflatePage } from './imports.ts';
import { refAt } from './keys.ts';
import { readDeflatedRows, readStates } from './reads.ts';
import { readRecords, writeRecord } from './record-codec.ts';
import { firstEnd } from './timed-pages.ts';

const SLOT_BYTES = 2;

/** Reads a page in order to change rows of it. The two parts need not be of one moment: the script compares both. */
export async function readPageForChange(
  context: StoreContext,
  campaignId: string,
  page: number,
): Promise<PageReading> {
  const [{ rows, deflated }, states] = await Promise.all([
    readDeflatedRows(context, campaignId, page),
    readStates(context, campaignId, page),
  ]);
  const token = createHash('sha1').update(deflated).digest('hex');
  return { page, rows, records: readRecords(states), token };
}

/** Changes attributes of callees of one page, all or none (see replace-rows.lua). */
export async function replaceRows(
  context: StoreContext,
  campaignId: string,
  reading: PageReading,
  changes: readonly RowChange[],
): Promise<'done' | 'stale'> {
  const keys = keysOf(context, campaignId);
  const rows = [...reading.rows];
  for (const { slot, row } of changes) rows[slot] = row;
  const { due } = countDeltas(
    changes.map((change) => ({ ...change, ref: refAt(reading.page, change.slot) })),
  );
  return context.scripts.replaceRows(
    [keys.rows(reading.page), keys.states(reading.page)],
    [
      keys.base,
      reading.token,
      deflatePage(repackPage(rows)),
      packRecords(changes),
      flat(due),
      reading.page,
      firstEnd(changes.map(({ row }) => row.limits)),
    ],
  );
}

function packRecords(changes: readonly RowChange[]): Buffer {
  const size = SLOT_BYTES + 2 * RECORD_BYTES;
  const packed = Buffer.allocUnsafe(changes.length * size);
  for (const [at, { slot, before, after }] of changes.entries()) {
    packed.writeUInt16LE(slot, at * size);
    writeRecord(packed, at * size + SLOT_BYTES, before);
    writeRecord(packed, at * size + SLOT_BYTES + RECORD_BYTES, after);
  }
  return packed;
}
