import { describe, expect, test } from 'vitest';
import { batchStates } from '../../src/core/batch.ts';
import { calleeStates } from '../../src/core/callee.ts';
import { campaignStates } from '../../src/core/campaign.ts';
import {
  diagram,
  ForbiddenMoveError,
  isFinal,
  nextState,
  type StateTable,
  statesOf,
} from '../../src/core/machine.ts';

/** All moves, written a second time by hand: `from event to`, several targets joined by "|". */
const CALLEE_MOVES = `
  initial postpone initial / pending_retry postpone pending_retry
  initial claim batched / initial suppress suppressed / initial expire expired / initial cancel cancelled
  batched accept calling / batched release initial|pending_retry / batched park needs_attention
  calling await_record calling / calling answer answered / calling miss missed
  calling not_dialled initial|pending_retry / calling park needs_attention
  missed retry pending_retry / missed exhaust unanswered / missed stop unanswered / missed cancel cancelled
  pending_retry claim batched / pending_retry suppress suppressed / pending_retry expire expired
  pending_retry cancel cancelled / pending_retry hasten pending_retry / pending_retry give_up unanswered
  initial give_up unanswered / unanswered reopen pending_retry
  needs_attention resume initial|pending_retry / needs_attention give_up unanswered / needs_attention cancel cancelled`;
const BATCH_MOVES = `
  planned submit submitting / planned release released
  submitting accept active / submitting refuse planned / submitting doubt uncertain / submitting release released
  uncertain adopt active / uncertain absent planned
  active finish finished`;
const CAMPAIGN_MOVES = `
  draft start running / draft cancel cancelled
  running pause paused / running block blocked / running cancel cancelled / running complete completed
  paused resume running / paused start running / paused cancel cancelled
  blocked start running / blocked resume running / blocked pause paused / blocked cancel cancelled
  completed reopen running`;

const FINAL = {
  callee: ['answered', 'unanswered', 'suppressed', 'expired', 'cancelled'],
  batch: ['finished', 'released'],
  campaign: ['completed', 'cancelled'],
};

function movesOf(text: string): Map<string, string[]> {
  const moves = text.split(/[/\n]/).flatMap((line) => (line.trim() === '' ? [] : [line.trim().split(' ')]));
  return new Map(moves.map(([from, event, to]) => [`${from} ${event}`, (to ?? '').split('|')]));
}

const TABLES: readonly (readonly [keyof typeof FINAL, StateTable<string, string>, string])[] = [
  ['callee', calleeStates, CALLEE_MOVES],
  ['batch', batchStates, BATCH_MOVES],
  ['campaign', campaignStates, CAMPAIGN_MOVES],
];

describe.each(TABLES)('the states of a %s', (name, table, text) => {
  const moves = movesOf(text);
  const states = statesOf(table);
  const events = [...new Set([...moves.keys()].map((key) => key.split(' ')[1] ?? ''))];

  test('every pair of state and event does what is written here, and nothing else', () => {
    for (const from of states) {
      for (const event of events) {
        const targets = moves.get(`${from} ${event}`) ?? [];
        for (const to of states) {
          if (targets.includes(to)) expect(nextState(table, from, event, to)).toBe(to);
          else
            expect(() => nextState(table, from, event, to), `${from} ${event} ${to}`).toThrow(
              ForbiddenMoveError,
            );
        }
        if (targets.length === 1) expect(nextState(table, from, event)).toBe(targets[0]);
        else expect(() => nextState(table, from, event), `${from} ${event}`).toThrow(ForbiddenMoveError);
      }
    }
  });

  test('no move is missing from the list, so the walk above knows every event', () => {
    const written = [...moves].flatMap(([key, targets]) => targets.map((to) => `${key} ${to}`));
    const inTable = states.flatMap((from) =>
      Object.entries(table[from]!.moves).flatMap(([event, targets]) =>
        targets!.map((to) => `${from} ${event} ${to}`),
      ),
    );
    expect(inTable.sort()).toEqual(written.sort());
  });

  test('a forbidden event names the state and the event', () => {
    expect(() => nextState(table, states[0]!, 'no_such_event')).toThrow(
      `no move: event "no_such_event" in state "${states[0]}"`,
    );
  });

  test('a state without an owner is final, and all others are owned, bounded and can be left', () => {
    expect(states.filter((state) => isFinal(table, state))).toEqual(FINAL[name]);
    for (const state of states) {
      const row = table[state]!;
      expect(row.mayLast).not.toBe('');
      if (row.owner !== null) expect(Object.keys(row.moves).length).toBeGreaterThan(0);
    }
  });

  test('every state is reached from the first', () => {
    const reached = new Set([states[0]!]);
    for (const state of reached) {
      for (const targets of Object.values(table[state]!.moves)) for (const to of targets!) reached.add(to);
    }
    expect([...reached].sort()).toEqual([...states].sort());
  });

  test('the diagram has one line per move', () => {
    const [first, ...lines] = diagram(table).split('\n');
    const written = [...moves].flatMap(([key, targets]) => {
      const [from, event] = key.split(' ');
      return targets.map((to) => `    ${from} --> ${to}: ${event}`);
    });
    expect(first).toBe('stateDiagram-v2');
    expect(lines.sort()).toEqual(written.sort());
  });
});
