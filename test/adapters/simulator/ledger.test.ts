import { describe, expect, it } from 'vitest';
import { type LedgerEntry, summarise } from '../../../src/adapters/simulator/ledger.ts';
import { always, numbers, startRig } from './support.ts';

const MINUTE = 60_000;

function dial(changes: Partial<LedgerEntry>): LedgerEntry {
  return {
    number: '8613800000001',
    caller: '008602150000001',
    taskId: 1,
    taskName: 'spring.1.1',
    callee: 0,
    at: 0,
    endAt: 10,
    sessionId: 's',
    attempt: 1,
    endStatus: 202,
    declined: false,
    ...changes,
  };
}

describe('the ledger of the simulator', () => {
  const later = { at: 100, endAt: 110 };
  it.each([
    ['two submissions of one batch', [{}, { ...later, taskId: 2, taskName: 'spring.1.2' }], 1],
    ['two tasks of one name', [{ taskName: 'x' }, { ...later, taskId: 2, taskName: 'x' }], 1],
    ['two places of one task', [{}, { ...later, callee: 1 }], 1],
    ['overlapping calls of strangers', [{}, { at: 9, endAt: 20, taskId: 2, taskName: 'other.1.1' }], 1],
    [
      'a later overlap with the first of three',
      [
        { endAt: 300 },
        { ...later, taskId: 2, taskName: 'b.1.1' },
        { at: 200, endAt: 210, taskId: 3, taskName: 'c.1.1' },
      ],
      2,
    ],
    ['two batches of one campaign', [{}, { ...later, taskId: 2, taskName: 'spring.2.1' }], 0],
    ['two campaigns', [{}, { ...later, taskId: 2, taskName: 'autumn.1.1' }], 0],
    ['tries of one place', [{}, later], 0],
    ['tasks without a name', [{ taskName: '' }, { ...later, taskId: 2, taskName: '' }], 0],
    ['different numbers', [{}, { number: '8613800000002', taskId: 2, taskName: 'spring.1.2' }], 0],
    [
      'a declined one, which did not ring',
      [{}, { at: 5, endAt: 5, taskId: 2, taskName: 'spring.1.2', declined: true }],
      0,
    ],
  ] as [string, Partial<LedgerEntry>[], number][])('judges %s', (_what, changes, duplicates) => {
    expect(summarise(changes.map(dial)).duplicateDials).toBe(duplicates);
  });

  it('lists what the dialling rules declined, but not as dials', async () => {
    const rules = { callsPerCalleePer5MinutesMax: 1, callsPerCalleePerDayMax: 2 };
    const rig = await startRig({ scenario: { ...always('busy'), rules } });
    const outcomes: number[] = [];
    for (const [batch, wait] of [0, 1, 5, 5, 24 * 60].entries()) {
      rig.clock.advance(wait * MINUTE);
      const id = await rig.create({ Name: `spring.${batch + 1}.1` });
      rig.clock.advance(2_000);
      expect(await rig.calleeStates(id)).toEqual([2]);
      outcomes.push(rig.simulator.ledger().at(-1)!.endStatus);
    }
    expect(outcomes).toEqual([206, 109, 206, 109, 206]);
    expect(rig.simulator.summary()).toEqual({ dials: 3, declined: 2, numbers: 1, duplicateDials: 0 });
    expect(rig.simulator.ledger().map((entry) => entry.declined)).toEqual([false, true, false, true, false]);
  });

  it('knows the hours that calls are placed in, by Beijing time', async () => {
    const rig = await startRig({ scenario: { ...always('ok'), rules: { hours: [8, 21] } } });
    const at = async (hour: number) => {
      rig.clock.advanceTo(Date.UTC(2026, 10, 24, hour - 8));
      await rig.create({ Name: `hour.${hour}.1`, Callees: numbers(1, hour) });
      rig.clock.advance(MINUTE);
      return rig.simulator.ledger().at(-1)!.endStatus;
    };
    expect([await at(9), await at(20), await at(21), await at(31), await at(32)]).toEqual([
      1, 1, 111, 111, 1,
    ]);
  });

  it('has numbers that are none as invalid, once each', async () => {
    const rig = await startRig();
    await rig.create({ Callees: ['not a number', '0086'] });
    rig.clock.advance(MINUTE);
    expect(rig.simulator.ledger().map((entry) => entry.endStatus)).toEqual([215, 215]);
  });
});
