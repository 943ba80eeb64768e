/**
 * The report of a campaign: one line per callee, and totals that must add up. Every text is written so that a
 * spreadsheet shows it and never runs it.
 */
import { assert } from './assert.ts';
import {
  CALLEE_STATES,
  type CalleeRecord,
  type CalleeState,
  type CalleeStory,
  type CallFacts,
  isCallable,
} from './callee.ts';
import type { CalleeRow } from './page.ts';
import type { Instant } from './time.ts';
import { isoInZone } from './zone-clock.ts';

const COLUMNS = [
  ...['row', 'callee', 'state', 'reason', 'disposition', 'attempts', 'last_attempt_at', 'next_attempt_at'],
  ...['session_ids', 'duration_s', 'keys_pressed', 'recording_url', 'uui'],
] as const;

/** What a spreadsheet takes for the beginning of a formula, also in its full-width forms. */
const FORMULA_START = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** Text that no spreadsheet runs as a formula: what would be one gets an apostrophe in front. */
export function neutralised(text: string): string {
  return FORMULA_START.test(text) ? `'${text}` : text;
}

/** The header line: the fixed columns, then the variables by name. */
export function reportHeader(variableNames: readonly string[]): string[] {
  return [...COLUMNS, ...variableNames.map(neutralised)];
}

export interface ReportLineInput {
  readonly record: CalleeRecord;
  readonly row: CalleeRow;
  /** In the order in which they happened. */
  readonly stories: readonly CalleeStory[];
  /** As given to {@link reportHeader}; a row that lacks one has an empty cell there. */
  readonly variableNames: readonly string[];
  /** The campaign's own zone: all times of a report are in it, with their offset, so that its lines compare. */
  readonly timeZone: string;
}

/** What the calls of a callee come to in one line. */
interface CallsSummary {
  readonly sessionIds: string;
  readonly lastAttemptAt: Instant | undefined;
  readonly last: CallFacts | undefined;
  readonly keysPressed: string;
  readonly recordingUrl: string;
}

function summarise(stories: readonly CalleeStory[]): CallsSummary {
  const sessionIds: string[] = [];
  let last: CallFacts | undefined;
  let lastAttemptAt: Instant | undefined;
  let keysPressed = '';
  let recordingUrl = '';
  for (const story of stories) {
    for (const call of story.calls ?? []) {
      sessionIds.push(call.sessionId);
      last = call;
      lastAttemptAt = call.startedAt ?? story.at;
      keysPressed = call.keysPressed ?? keysPressed;
      recordingUrl = call.recordingUrl ?? recordingUrl;
    }
  }
  return { sessionIds: sessionIds.join(' '), lastAttemptAt, last, keysPressed, recordingUrl };
}

/** The disposition; one that says no more than that the end was strange has the provider's code beside it. */
function dispositionCell(record: CalleeRecord, last: CallFacts | undefined): string {
  if (record.disposition === undefined) return '';
  const strange = record.disposition === 'unknown' || record.disposition === 'not_outbound';
  const code = strange ? last?.endStatus : undefined;
  return code === undefined ? record.disposition : `${record.disposition} ${code}`;
}

function nextAttemptAt(record: CalleeRecord): Instant | undefined {
  return isCallable(record.state) && record.due > 0 ? record.due : undefined;
}

/**
 * The cells of one callee, in the order of {@link reportHeader}. Times are ISO 8601 in the campaign's zone with
 * their offset. `callee` is E.164 with "+" behind an apostrophe: without it a spreadsheet turns the number into
 * 8.61E+12, and an import takes the apostrophe back off. Session ids are separated by blanks; `duration_s` is the
 * talk time of the latest call; keys and recording are those of the latest call that has any.
 */
export function reportLine(input: ReportLineInput): string[] {
  const { record, row, timeZone } = input;
  const calls = summarise(input.stories);
  const time = (at: Instant | undefined): string => (at === undefined ? '' : isoInZone(at, timeZone));
  return [
    String(row.row),
    neutralised(`+${row.number}`),
    record.state,
    record.reason,
    dispositionCell(record, calls.last),
    String(record.attempts),
    time(calls.lastAttemptAt),
    time(nextAttemptAt(record)),
    neutralised(calls.sessionIds),
    String(calls.last?.talkSeconds ?? ''),
    neutralised(calls.keysPressed),
    neutralised(calls.recordingUrl),
    neutralised(row.uui),
    ...input.variableNames.map((name) => neutralised(row.variables[name] ?? '')),
  ];
}

/** How the rows of the files ended; an ImportRecord is one. */
export interface RowCounters {
  readonly rows: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly suppressed: number;
  readonly rejected: number;
}

export interface ReportTotals extends RowCounters {
  /** Lines of the report. */
  readonly callees: number;
  readonly states: Readonly<Record<CalleeState, number>>;
  /** Callees by the disposition of their latest attempt; those without one are not in it. */
  readonly dispositions: Readonly<Record<string, number>>;
  readonly attempts: number;
}

export interface TotalsCounter {
  /** Counts one line of the report. */
  add(record: Pick<CalleeRecord, 'state' | 'attempts' | 'disposition'>): void;
  /**
   * The totals, with the rows of all imports. `importsOver`: no import was open at any time while the lines were
   * read, so every accepted row must have its line. Throws InvariantError where the numbers do not add up.
   */
  finish(imports: readonly RowCounters[], importsOver: boolean): ReportTotals;
}

function sumRows(imports: readonly RowCounters[]): RowCounters {
  const sum = { rows: 0, accepted: 0, duplicate: 0, suppressed: 0, rejected: 0 };
  for (const one of imports) {
    sum.rows += one.rows;
    sum.accepted += one.accepted;
    sum.duplicate += one.duplicate;
    sum.suppressed += one.suppressed;
    sum.rejected += one.rejected;
  }
  return sum;
}

/** Counts the lines of a report as they go by. */
export function countTotals(): TotalsCounter {
  const states = Object.fromEntries(CALLEE_STATES.map((state) => [state, 0])) as Record<CalleeState, number>;
  const dispositions: Record<string, number> = {};
  let callees = 0;
  let attempts = 0;
  return {
    add(record) {
      callees += 1;
      attempts += record.attempts;
      states[record.state] += 1;
      if (record.disposition !== undefined) {
        dispositions[record.disposition] = (dispositions[record.disposition] ?? 0) + 1;
      }
    },
    finish(imports, importsOver) {
      const rows = sumRows(imports);
      const ended = rows.accepted + rows.duplicate + rows.suppressed + rows.rejected;
      assert(ended === rows.rows, `report: ${rows.rows} rows were read, but ${ended} have an end`);
      const inStates = Object.values(states).reduce((sum, count) => sum + count, 0);
      assert(inStates === callees, `report: ${callees} lines, but ${inStates} callees in all states`);
      assert(
        !importsOver || rows.accepted === callees,
        `report: ${rows.accepted} rows were accepted, but ${callees} callees were found`,
      );
      return { ...rows, callees, states, dispositions, attempts };
    },
  };
}
