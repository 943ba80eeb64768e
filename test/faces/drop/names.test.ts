import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LIST_ENDINGS } from '../../../src/core/import.ts';
import { kindOfName, numberedName } from '../../../src/faces/drop/names.ts';

it.each([
  ['list.csv', 'list'],
  ['LIST.CSV', 'list'],
  ['list.csv.gz', 'list'],
  ['名单.xlsx', 'list'],
  ['campaign.json', 'campaign'],
  ['Campaign.JSON', 'campaign'],
  ['other.json', 'foreign'],
  ['list.xls', 'foreign'],
  ['list', 'foreign'],
  ['.list.csv', 'ignored'],
  ['~$list.xlsx', 'ignored'],
  ['list.csv.part', 'ignored'],
  ['list.csv.filepart', 'ignored'],
  ['list.csv.TMP', 'ignored'],
  ['desktop.ini', 'ignored'],
])('%s is %s', (name, kind) => {
  expect(kindOfName(name)).toBe(kind);
});

it.each([
  ['list.csv', 1, 'list.csv'],
  ['list.csv', 2, 'list-2.csv'],
  ['list.csv.gz', 3, 'list-3.csv.gz'],
  ['no ending', 2, 'no ending-2'],
  ['v1.2 final.xlsx', 2, 'v1.2 final-2.xlsx'],
])('%s for the %ith time is put away as %s', (name, nth, wanted) => {
  expect(numberedName(name, nth)).toBe(wanted);
});

it('every name that a file system takes has room for what goes beside it, keeps its ending, and differs by number', () => {
  const stem = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 250 })
    .map((text) => text.replaceAll('/', '_'));
  fc.assert(
    fc.property(
      stem,
      fc.constantFrom(...LIST_ENDINGS),
      fc.integer({ min: 1, max: 10_000 }),
      (text, ending, nth) => {
        const name = text + ending;
        fc.pre(Buffer.byteLength(name) <= 255);
        const numbered = numberedName(name, nth);
        expect(Buffer.byteLength(`${numbered}.summary.json`)).toBeLessThanOrEqual(255);
        expect(numbered.endsWith(ending)).toBe(true);
        expect(numberedName(name, nth + 1)).not.toBe(numbered);
      },
    ),
  );
});
