/**
 * A scenario says how the played world behaves: who answers, how long calls last, how the provider's
 * undocumented sides are played. One JSON document; every field has a default; unknown fields are refused.
 * Durations named `...Seconds` belong to calls and are divided by `speed`; those named `...Ms` are the
 * provider's own delays and are not.
 */
import { z } from 'zod';
import { REQUESTS_PER_SECOND } from '../../core/limits.ts';
import { accountWords } from './account-words.ts';
import { endCode, endWeights, endWord } from './end-words.ts';
import { faultList } from './faults.ts';
import { pickWeighted, type WeightedTable, weightedTable } from './rng.ts';

const seconds = z
  .tuple([z.number().min(0), z.number().min(0)])
  .refine(([from, to]) => from <= to, 'must go from the smaller to the larger');

const callStyle = {
  outcomes: endWeights.prefault({
    ok: 55,
    notAnswer: 20,
    userReject: 6,
    powerOff: 6,
    busy: 5,
    numberNotExist: 3,
    notInService: 2,
    callReminder: 2,
    outOfCredit: 1,
  }),
  /** From the dial until it rings, or until the network says why it does not. */
  setupSeconds: seconds.prefault([1, 4]),
  /** Ringing of calls that somebody reacts to; what nobody answers rings for `noAnswerSeconds`. */
  ringSeconds: seconds.prefault([3, 25]),
  noAnswerSeconds: z.number().min(0).prefault(45),
  talkSeconds: seconds.prefault([5, 90]),
  /** Keys that a callee who answered pressed ("2,9" is two keys, "" is none), each with a weight. */
  keysPressed: z.record(z.string().regex(/^([0-9*#](,[0-9*#])*)?$/), z.number().min(0)),
};

const range = z.strictObject({
  /** First digits of the international number without + or 00, or the whole number. The longest match wins. */
  prefix: z.string().regex(/^\d{1,15}$/),
  /** How the first, second, ... call of each number ends; the last is repeated. Goes before `outcomes`. */
  byAttempt: z.array(endWord).min(1).optional(),
  outcomes: callStyle.outcomes.unwrap().optional(),
  setupSeconds: callStyle.setupSeconds.unwrap().optional(),
  ringSeconds: callStyle.ringSeconds.unwrap().optional(),
  noAnswerSeconds: callStyle.noAnswerSeconds.unwrap().optional(),
  talkSeconds: callStyle.talkSeconds.unwrap().optional(),
  keysPressed: callStyle.keysPressed.optional(),
});

export const scenarioSchema = z.strictObject({
  /** Calls last this many times shorter than their records say. */
  speed: z.number().positive().prefault(1),
  /** Calls at once per caller number. The provider's default is 1 and sales raises it (reference 3.6). */
  channelsPerCaller: z.int().min(1).prefault(30),
  ...callStyle,
  keysPressed: callStyle.keysPressed.prefault({ '': 30, '1': 60, '2': 10 }),
  ranges: z.array(range).prefault([]),
  records: z
    .strictObject({
      /** From the end of a call until its record can be read (undocumented, reference 3.5). */
      delayMs: z.number().min(0).prefault(0),
      lateShare: z.number().min(0).max(1).prefault(0),
      lateMs: z.number().min(0).prefault(60_000),
    })
    .prefault({}),
  list: z
    .strictObject({
      /** From a create until the list shows the task (undocumented, reference 3.1). */
      lagMs: z.number().min(0).prefault(0),
      order: z.enum(['newest_first', 'oldest_first']).prefault('newest_first'),
      pageSizeMax: z.int().min(1).prefault(100),
      overlong: z.enum(['clamp', 'reject']).prefault('clamp'),
    })
    .prefault({}),
  requestsPerSecond: z.int().min(1).prefault(REQUESTS_PER_SECOND),
  /** How numbers come back in tasks and records: as sent, as 0086..., or as +86... (reference 3.2). */
  numberEcho: z.enum(['as_sent', 'zeros', 'plus']).prefault('as_sent'),
  /**
   * The provider's own dialling rules (reference 3.6), for all callers; those that it supplies have its rules where
   * nothing else is said here. What they decline ends as 109, 110 or 111 and does not ring.
   */
  rules: z
    .strictObject({
      callsPerCalleePerDayMax: z.int().min(1).optional(),
      callsPerCalleePer5MinutesMax: z.int().min(1).optional(),
      /** Hours of the day in UTC+8 between which calls are placed, for example [8, 21]. */
      hours: z.tuple([z.int().min(0).max(24), z.int().min(0).max(24)]).optional(),
      /** First digits of international numbers that may not be called. */
      areas: z.array(z.string().regex(/^\d{1,15}$/)).optional(),
    })
    .prefault({}),
  /** Applications that exist; any, when left out. */
  sdkAppIds: z.array(z.int().positive()).optional(),
  ...accountWords,
  faults: faultList.prefault([]),
});

export type Scenario = z.output<typeof scenarioSchema>;
export type ScenarioInput = z.input<typeof scenarioSchema>;

/** How calls to one range of numbers go, ready to be drawn from. */
export interface CallStyle {
  readonly byAttempt: readonly number[];
  readonly outcomes: WeightedTable<number>;
  readonly keysPressed: WeightedTable<string>;
  readonly setupSeconds: readonly [number, number];
  readonly ringSeconds: readonly [number, number];
  readonly noAnswerSeconds: number;
  readonly talkSeconds: readonly [number, number];
}

/** Parses a scenario, or throws a ZodError that names every field that is wrong. */
export function parseScenario(input: unknown): Scenario {
  return scenarioSchema.parse(input);
}

/** Gives the style of a number (international digits): that of its longest prefix, over the scenario's own. */
export function compileStyles(scenario: Scenario): (number: string) => CallStyle {
  const base = style(scenario, undefined);
  const byPrefix = new Map(scenario.ranges.map((range) => [range.prefix, style(scenario, range)]));
  const lengths = [...new Set(scenario.ranges.map((range) => range.prefix.length))].sort((a, b) => b - a);
  return (number) => {
    for (const length of lengths) {
      const found = byPrefix.get(number.slice(0, length));
      if (found !== undefined) return found;
    }
    return base;
  };
}

/** The outcome of the nth call of a number (from 1), from the style's list or by its weights. */
export function drawEndStatus(style: CallStyle, ordinal: number, roll: number): number {
  return style.byAttempt[ordinal - 1] ?? style.byAttempt.at(-1) ?? pickWeighted(style.outcomes, roll) ?? 0;
}

function style(scenario: Scenario, range: Scenario['ranges'][number] | undefined): CallStyle {
  const weights = Object.entries(range?.outcomes ?? scenario.outcomes);
  return {
    byAttempt: (range?.byAttempt ?? []).map(endCode),
    outcomes: weightedTable(weights.map(([word, weight]) => [endCode(word), weight] as const)),
    keysPressed: weightedTable(Object.entries(range?.keysPressed ?? scenario.keysPressed)),
    setupSeconds: range?.setupSeconds ?? scenario.setupSeconds,
    ringSeconds: range?.ringSeconds ?? scenario.ringSeconds,
    noAnswerSeconds: range?.noAnswerSeconds ?? scenario.noAnswerSeconds,
    talkSeconds: range?.talkSeconds ?? scenario.talkSeconds,
  };
}
