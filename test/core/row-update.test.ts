import { describe, expect, test } from 'vitest';
import { CALLEE_STATES, type CalleeRecord } from '../../src/core/callee.ts';
import type { CalleeRow } from '../../src/core/page.ts';
import { decideRowUpdate } from '../../src/core/row-update.ts';

const ROW: CalleeRow = {
  importId: 'spring-i0',
  row: 3,
  number: 8613800138000,
  uui: 'A-1',
  variables: { name: 'Mei', city: '' },
};
const RECORD: CalleeRecord = {
  ...{ state: 'initial', reason: 'imported', disposition: undefined, attempts: 0, returns: 0 },
  ...{ zone: 1, due: 0, batch: 0, version: 255 },
};
const BY = { importId: 'spring-i1', row: 8 };

describe('a row of an update', () => {
  test('changes what it has columns for; everything else stays', () => {
    const decided = decideRowUpdate(ROW, RECORD, { variables: { name: 'Wei', tier: 'gold' } }, BY);
    expect(decided).toEqual({
      kind: 'change',
      row: { ...ROW, variables: { name: 'Wei', city: '', tier: 'gold' }, updatedBy: BY },
      after: { ...RECORD, version: 0 },
    });
    const moved = decideRowUpdate(ROW, RECORD, { uui: 'B', zone: 2, variables: {} }, BY);
    expect(moved).toMatchObject({
      kind: 'change',
      row: { uui: 'B', row: 3 },
      after: { zone: 2, version: 0 },
    });
  });

  test('that says what is known already changes nothing, nor does an empty cell of a new column', () => {
    const same = { uui: 'A-1', zone: 1, variables: { name: 'Mei', tier: '' } };
    expect(decideRowUpdate(ROW, RECORD, same, BY)).toEqual({ kind: 'unchanged' });
  });

  test('that made its change before it was cut off is known by it', () => {
    const changed = { ...ROW, updatedBy: BY };
    expect(decideRowUpdate(changed, RECORD, { variables: {} }, BY)).toEqual({ kind: 'updated' });
    expect(decideRowUpdate(changed, RECORD, { variables: {} }, { ...BY, row: 9 })).toEqual({
      kind: 'unchanged',
    });
  });

  test.each(CALLEE_STATES)('for a callee in %s changes it only where it waits for a call', (state) => {
    const waits = state === 'initial' || state === 'pending_retry';
    const decided = decideRowUpdate(ROW, { ...RECORD, state }, { variables: { name: 'Wei' } }, BY);
    expect(decided.kind).toBe(waits ? 'change' : 'already_called');
    const same = decideRowUpdate(ROW, { ...RECORD, state }, { variables: { name: 'Mei' } }, BY);
    expect(same.kind).toBe('unchanged');
  });
});
