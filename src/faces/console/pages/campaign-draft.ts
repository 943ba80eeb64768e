/** What the form of a new campaign holds, and the campaign file that it makes. Checked by the server only. */
import { Problem } from '../api/request.ts';
import { t } from '../i18n/translate.ts';

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];

export interface DraftWindow {
  readonly days: readonly Day[];
  readonly from: string;
  readonly to: string;
}

export interface DraftRule {
  /** Dispositions between commas. */
  readonly on: string;
  /** Delays between commas, or empty for "stop". */
  readonly after: string;
}

export interface Draft {
  readonly id: string;
  readonly name: string;
  readonly callers: string;
  readonly answersWith: 'ivrId' | 'aiAgentId';
  readonly answerId: string;
  readonly timeZone: string;
  readonly startAt: string;
  readonly endAt: string;
  readonly windows: readonly DraftWindow[];
  readonly holidays: string;
  readonly attemptsMax: string;
  readonly rules: readonly DraftRule[];
  readonly otherwise: string;
  readonly calleesInFlightMax: string;
  readonly priority: string;
}

/** What each part of the form is given. */
export interface FormPartProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
}

export const NEW_DRAFT: Draft = {
  id: '',
  name: '',
  callers: '',
  answersWith: 'ivrId',
  answerId: '',
  timeZone: 'Asia/Shanghai',
  startAt: '',
  endAt: '',
  windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '18:00' }],
  holidays: '',
  attemptsMax: '3',
  rules: [
    { on: 'busy', after: '10m' },
    { on: 'no_answer, power_off', after: '2h, 1d' },
    { on: 'number_not_exist', after: '' },
  ],
  otherwise: '4h',
  calleesInFlightMax: '2000',
  priority: '3',
};

function parts(text: string): string[] {
  return text
    .split(/[\s,，、;；]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** One delay stays a text, several become a list, as the campaign file has them. */
function delays(text: string): string | string[] {
  const all = parts(text);
  return all.length === 1 ? (all[0] ?? '') : all;
}

/** Digits become a number; what is none stays as it is, so that the server says what is wrong with it. */
function number(text: string): number | string {
  return /^\d+$/.test(text.trim()) ? Number(text) : text;
}

const MINUTE_MS = 60_000;

/** How far the zone is from UTC at an instant, in minutes. */
function offsetMinutes(zone: string, at: number): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
  });
  const fields = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = fields;
  return Math.round((Date.UTC(year, month - 1, day, hour, minute) - at) / MINUTE_MS);
}

/**
 * A time of day in a zone with the zone's offset behind it: `2026-11-23T09:00:00+08:00`. Around a change of the
 * clocks the offset after it holds. An unknown zone leaves the time as it was typed, for the server to refuse.
 */
export function withOffset(local: string, zone: string): string {
  const asUtc = Date.parse(`${local}:00Z`);
  if (Number.isNaN(asUtc)) return local;
  try {
    const guess = offsetMinutes(zone, asUtc);
    const offset = offsetMinutes(zone, asUtc - guess * MINUTE_MS);
    const size = Math.abs(offset);
    const clock = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, '0')).join(':');
    return `${local}:00${offset < 0 ? '-' : '+'}${clock}`;
  } catch {
    return local;
  }
}

/** The campaign file that the form stands for. */
export function campaignFile(draft: Draft): Readonly<Record<string, unknown>> {
  const { timeZone, startAt, endAt, windows } = draft;
  const holidays = parts(draft.holidays);
  return {
    name: draft.name.trim(),
    callers: parts(draft.callers),
    [draft.answersWith]: number(draft.answerId),
    timeZone: timeZone.trim(),
    ...(startAt !== '' && { startAt: withOffset(startAt, timeZone) }),
    ...(endAt !== '' && { endAt: withOffset(endAt, timeZone) }),
    ...(windows.length > 0 && { windows }),
    ...(holidays.length > 0 && { holidays }),
    retry: {
      attemptsMax: number(draft.attemptsMax),
      rules: draft.rules
        .filter(({ on }) => parts(on).length > 0)
        .map(({ on, after }) => ({
          on: parts(on),
          ...(parts(after).length === 0 ? { stop: true } : { after: delays(after) }),
        })),
      ...(parts(draft.otherwise).length > 0 && { otherwise: { after: delays(draft.otherwise) } }),
    },
    pacing: { calleesInFlightMax: number(draft.calleesInFlightMax) },
    priority: number(draft.priority),
  };
}

/** A campaign file as it was typed. Throws the Problem that it is no JSON. */
export function parsedFile(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const detail = error instanceof Error ? error.message : '';
    throw new Problem(400, { code: 'campaign_invalid', title: t('new.noJson'), detail });
  }
}
