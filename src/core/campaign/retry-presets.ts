/**
 * The named retry policies, in the words of a campaign file: each is what an operator could have written. Rules that
 * a campaign file has beside a preset go before the preset's.
 */
import type { Disposition } from '../disposition.ts';

interface PresetRule {
  readonly on: readonly Disposition[];
  readonly after?: string | readonly string[];
  readonly stop?: true;
  readonly caller?: 'other';
  readonly dayParts?: false;
}

export interface RetryPreset {
  /** For whom it is, in one sentence. */
  readonly meaning: string;
  readonly attemptsMax: number;
  readonly dayParts: boolean;
  readonly rules: readonly PresetRule[];
  readonly otherwise: { readonly after: string | readonly string[] };
}

/** Nobody answered, or a machine did: the callee may be reached at another time. */
const UNREACHED = [
  'no_answer',
  'caller_cancel_while_ring',
  'voice_mail_reached',
  'prompt_call_forwarding',
  'call_reminder',
] as const;
/** The handset is off or out of reach. */
const OFF = ['power_off', 'not_in_service'] as const;
/** Nothing was wrong with the callee: a line, a client or a system failed. */
const TECHNICAL = [
  'error',
  'unconnected',
  'operator_error',
  'client_error',
  'caller_cancel',
  'caller_cancel_without_ring',
] as const;
/** The number has no credit, or takes no calls for now. */
const BARRED = ['out_of_credit', 'call_restricted'] as const;
/** The number will not work later either, or must not be called at all. */
const DEAD = [
  'number_not_exist',
  'number_invalid',
  'callee_restricted',
  'area_restricted',
  'restricted_callee',
  'restricted_area',
] as const;

export const RETRY_PRESETS = {
  standard: {
    meaning: 'Three attempts over two or three days: reminders and notices that should arrive.',
    attemptsMax: 3,
    dayParts: false,
    rules: [
      { on: ['busy'], after: ['10m', '1h'] },
      { on: UNREACHED, after: ['2h', '1d'] },
      { on: OFF, after: ['4h', '1d'] },
      { on: ['user_reject'], after: '1d' },
      { on: TECHNICAL, after: ['15m', '2h'] },
      { on: ['carrier_blocked'], after: '4h', caller: 'other' },
      { on: BARRED, after: '1d' },
      { on: ['too_many_request'], after: ['1h', '1d'] },
      { on: ['restricted_time'], after: '1h' },
      { on: DEAD, stop: true },
    ],
    otherwise: { after: '4h' },
  },
  gentle: {
    meaning: 'Two attempts, the second on another day and at another time of it: nobody feels chased.',
    attemptsMax: 2,
    dayParts: true,
    rules: [
      { on: ['busy'], after: '2h', dayParts: false },
      { on: [...UNREACHED, ...OFF], after: '1d' },
      { on: TECHNICAL, after: '4h', dayParts: false },
      { on: ['carrier_blocked'], after: '1d', caller: 'other' },
      { on: ['too_many_request', 'restricted_time'], after: '1d' },
      { on: ['user_reject', ...BARRED, ...DEAD], stop: true },
    ],
    otherwise: { after: '1d' },
  },
  persistent: {
    meaning: 'Five attempts, soon and at every time of day: what is urgent, to people who expect it.',
    attemptsMax: 5,
    dayParts: true,
    rules: [
      { on: ['busy'], after: ['5m', '15m', '1h', '4h'], dayParts: false },
      { on: UNREACHED, after: ['1h', '3h', '1d'] },
      { on: OFF, after: ['2h', '6h', '1d'] },
      { on: ['user_reject'], after: ['4h', '1d'] },
      { on: TECHNICAL, after: ['5m', '15m', '1h'], dayParts: false },
      { on: ['carrier_blocked'], after: ['30m', '4h'], caller: 'other', dayParts: false },
      { on: BARRED, after: '1d' },
      { on: ['too_many_request'], after: ['30m', '4h', '1d'] },
      { on: ['restricted_time'], after: '1h' },
      { on: DEAD, stop: true },
    ],
    otherwise: { after: ['1h', '4h'] },
  },
} as const satisfies Readonly<Record<string, RetryPreset>>;

export type RetryPresetName = keyof typeof RETRY_PRESETS;

/** The cast holds because the keys of a literal are exactly its own. */
export const RETRY_PRESET_NAMES = Object.keys(RETRY_PRESETS) as RetryPresetName[];
