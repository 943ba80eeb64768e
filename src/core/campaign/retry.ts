/** What becomes of callees that were not reached: the `retry` part of a campaign file. */
import { z } from 'zod';
import { DISPOSITION_NAMES, type Disposition, dispositionFacts } from '../disposition.ts';
import { RETRY_PRESET_NAMES, RETRY_PRESETS, type RetryPreset } from './retry-presets.ts';
import { Duration } from './words.ts';

const DispositionName = z.enum(DISPOSITION_NAMES as [Disposition, ...Disposition[]]);
const Delays = z
  .union([Duration.transform((one) => [one]), z.array(Duration).min(1)])
  .describe('One delay, or a list with one per attempt, the last repeated: "10m", ["2h", "1d"].');
const Caller = z
  .literal('other')
  .optional()
  .describe('"other": the next attempt shows another caller number. Left out: the same.');

const RetryRule = z
  .strictObject({
    on: z
      .array(DispositionName)
      .min(1)
      .describe('How the attempt ended (the list below); the first rule that names it counts.'),
    after: Delays.optional(),
    stop: z.literal(true).optional().describe('`true`: the callee is not called again.'),
    caller: Caller,
    dayParts: z
      .literal(false)
      .optional()
      .describe('`false`: the rule keeps to its delay also where "dayParts" holds for the others.'),
  })
  .refine((rule) => (rule.after === undefined) !== (rule.stop === undefined), {
    error: 'a rule has either "after" (one delay or a list) or "stop": true',
  })
  .refine((rule) => rule.stop === undefined || (rule.caller === undefined && rule.dayParts === undefined), {
    error: 'a rule that stops has no next attempt, so neither "caller" nor "dayParts"',
  })
  .refine((rule) => rule.stop !== undefined || !rule.on.some((end) => dispositionFacts(end).connected), {
    path: ['on'],
    error:
      'names an end at which somebody, or something, picked up; nobody is called again after it: leave it out',
  });

const Otherwise = z.strictObject({ after: Delays, caller: Caller });

/** Delays in milliseconds. */
export type RetryRule = z.output<typeof RetryRule>;

export interface RetrySettings {
  /** Dials per callee that count. */
  readonly attemptsMax: number;
  /** In order: those of the file, then those of its preset. */
  readonly rules: readonly RetryRule[];
  readonly otherwise: z.output<typeof Otherwise>;
  /** The next attempt goes to another part of the day than the one that failed. */
  readonly dayParts: boolean;
}

/** What holds where a file names no preset. */
const PLAIN: RetryPreset = {
  meaning: '',
  attemptsMax: 3,
  dayParts: false,
  rules: [],
  otherwise: { after: '4h' },
};

const RetryWords = z.strictObject({
  preset: z
    .enum(RETRY_PRESET_NAMES)
    .optional()
    .describe(
      `A named policy, which the other keys change. ${RETRY_PRESET_NAMES.map((name) => `${name}: ${RETRY_PRESETS[name].meaning}`).join(' ')}`,
    ),
  attemptsMax: z
    .int()
    .min(1)
    .max(20)
    .optional()
    .describe('Dials per callee. What the provider declines before dialling is none. Left out: 3.'),
  rules: z
    .array(RetryRule)
    .superRefine((rules, context) => {
      const named = new Set<Disposition>();
      for (const [at, { on }] of rules.entries()) {
        if (on.length > 0 && on.every((end) => named.has(end))) {
          const message = `never counts, since rules before it name ${on.join(', ')}; leave it out, or put it in front`;
          context.addIssue({ code: 'custom', path: [at], message });
        }
        for (const end of on) named.add(end);
      }
    })
    .default([])
    .describe("What to do after which end. Rules go before the preset's."),
  otherwise: Otherwise.optional().describe(
    'For what no rule names and is no dead number. Left out: after "4h".',
  ),
  dayParts: z
    .boolean()
    .optional()
    .describe(
      '`true`: an attempt that failed in the morning goes to the afternoon or evening next, by the clock of the callee.',
    ),
});

/** The preset's rules in the form that the file's have. Parsed, so that a preset says only what a file may say. */
const presetRules = new Map<RetryPreset, readonly RetryRule[]>();

function rulesOf(preset: RetryPreset): readonly RetryRule[] {
  let rules = presetRules.get(preset);
  if (rules === undefined) {
    rules = z.array(RetryRule).parse(preset.rules);
    presetRules.set(preset, rules);
  }
  return rules;
}

export const Retry = RetryWords.transform((words): RetrySettings => {
  const preset: RetryPreset = words.preset === undefined ? PLAIN : RETRY_PRESETS[words.preset];
  return {
    attemptsMax: words.attemptsMax ?? preset.attemptsMax,
    rules: [...words.rules, ...rulesOf(preset)],
    otherwise: words.otherwise ?? Otherwise.parse(preset.otherwise),
    dayParts: words.dayParts ?? preset.dayParts,
  };
})
  .prefault({})
  .describe('Whether, and when, callees who were not reached are called again.');
