import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOUR } from '../../../src/core/time.ts';
import { runAudit } from '../../../src/pipelines/audit.ts';
import { type ImportSite, mobile, openImportSite, rowsByNumber } from '../../support/import-site.ts';
import { SEEDED_AT, SEEDED_SETTINGS } from '../../support/seeded-campaign.ts';

let site: ImportSite;
beforeEach(async () => {
  site = await openImportSite();
  await site.store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
});
afterEach(() => site.close());

const e164 = (index: number): number => Number(`86${mobile(index)}`);
const HEADER = 'phone,not before,not after,优先级,name\n';
const at = (hours: number): string => new Date(SEEDED_AT + hours * HOUR).toISOString();
const line = (index: number, from = '', until = '', priority = ''): string =>
  `${mobile(index)},${from},${until},${priority},n${index}\n`;

async function recordOf(index: number) {
  const ref = (await site.store.findCallee('spring', e164(index))) ?? -1;
  return (await site.store.records('spring', [ref]))[0];
}

async function expectSound(): Promise<void> {
  expect(await runAudit({ store: site.store }, 'spring')).toMatchObject({ violations: [], settled: true });
}

describe('a list whose rows say when they may be called', () => {
  test('gives each callee its due time and its place, and stays sound', async () => {
    const text = HEADER + line(0) + line(1, at(2)) + line(2, '', at(3), '1') + line(3, at(1), at(2), '高');
    expect(await site.take('spring', text)).toMatchObject({ state: 'done', accepted: 4 });
    expect(await recordOf(0)).toMatchObject({ due: 0 });
    expect(await recordOf(1)).toMatchObject({ due: SEEDED_AT + 2 * HOUR });
    expect(await recordOf(2)).toMatchObject({ due: 0, priority: 1, timed: true });
    expect(await recordOf(3)).toMatchObject({ due: SEEDED_AT + HOUR, priority: 2, timed: true });
    const due = await site.store.dueCallees('spring', 0, SEEDED_AT + 2 * HOUR, 10);
    expect(due.map(({ ref }) => ref)).toEqual([2, 3, 0, 1]);
    expect(await site.store.nextDueAt('spring', 0)).toBe(0);
    expect(await site.store.pagesTimedOut('spring', SEEDED_AT + 2 * HOUR - 1, 9)).toEqual([]);
    expect(await site.store.pagesTimedOut('spring', SEEDED_AT + 2 * HOUR, 9)).toEqual([0]);
    await expectSound();
  });

  test('is refused row by row with line and column, and is taken once it is mended', async () => {
    const text = HEADER + line(0, 'soon') + line(1, '', at(-1)) + line(2, '', '', '9') + line(3);
    const record = await site.take('spring', text);
    expect(record).toMatchObject({ accepted: 1, rejected: 3 });
    const found = await site.rejections(record.id);
    expect(found.map(({ row, line, column, code }) => [row, line, column, code])).toEqual([
      [1, 2, 'not before', 'not_before_unclear'],
      [2, 3, 'not after', 'not_after_too_early'],
      [3, 4, '优先级', 'priority_unclear'],
    ]);
    const mended = (await site.errorsCsv(record.id))
      .replace('soon', at(1))
      .replace(at(-1), at(5))
      .replace(',9,', ',5,');
    expect(await site.take('spring', mended)).toMatchObject({ accepted: 3, rejected: 0 });
    expect(await recordOf(2)).toMatchObject({ priority: 5 });
    await expectSound();
  });

  test('is updated like any other: limits come, move and go with their cells', async () => {
    await site.take('spring', HEADER + line(0) + line(1, at(2), at(4), '1') + line(2, '', at(4)));
    const update = HEADER + line(0, at(1), at(2), '5') + line(1, at(3), '', '') + line(2, '', at(4));
    expect(await site.take('spring', update, 'update')).toMatchObject({ duplicate: 3, updated: 2 });
    expect(await recordOf(0)).toMatchObject({ due: SEEDED_AT + HOUR, priority: 5, timed: true });
    const second = await recordOf(1);
    expect(second).toMatchObject({ due: SEEDED_AT + 3 * HOUR });
    expect(second).not.toHaveProperty('timed');
    expect(second).not.toHaveProperty('priority');
    await expectSound();
    const names = `phone,name\n${mobile(0)},other\n`;
    expect(await site.take('spring', names, 'update')).toMatchObject({ updated: 1 });
    const row = (await rowsByNumber(site.store, 'spring')).get(e164(0));
    expect(row).toMatchObject({ variables: { name: 'other' }, limits: { priority: 5 } });
    await expectSound();
  });

  test('costs nothing where the cells are empty: the same records, and no page to be looked at', async () => {
    await site.take('spring', HEADER + line(0) + line(1));
    expect(await recordOf(0)).toEqual({
      ...{ state: 'initial', reason: 'imported', disposition: undefined, attempts: 0, returns: 0 },
      ...{ zone: 0, due: 0, batch: 0, version: 0 },
    });
    expect(await site.redis.keys(`*${site.prefix}:spring}:rt`)).toEqual([]);
    expect(await site.redis.keys(`*${site.prefix}:spring}:dz:*`)).toHaveLength(1);
  });
});
