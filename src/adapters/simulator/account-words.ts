/** The part of a scenario that is about the account: numbers, packages, sound files, agents. */
import { z } from 'zod';
import { endWeights } from './end-words.ts';

const instant = z.iso.datetime({ offset: true });

/** From a moment on, another state of the number, or other ends for a share of its calls: a caller that goes bad. */
const turn = z
  .strictObject({
    at: instant.optional(),
    /** Counted from the first request or look at the simulator. */
    afterMs: z.number().min(0).optional(),
    state: z.int().min(0).optional(),
    share: z.number().min(0).max(1).prefault(1),
    outcomes: endWeights.optional(),
  })
  .refine((one) => (one.at === undefined) !== (one.afterMs === undefined), 'needs either "at" or "afterMs"');

const number = z.strictObject({
  /** As the provider lists it: `0086...`. */
  number: z.string().regex(/^(00|\+)?\d{5,20}$/),
  /** 1 normal, 2 overdue, 4 disabled by admin, 5 disabled for violation. Calls of any but 1 end as 221. */
  state: z.int().min(0).prefault(1),
  /** 0 the provider's own, under its dialling rules; 1 own. */
  costType: z.int().min(0).prefault(1),
  /** 1 in, 2 out, 3 both: told of numbers that were bought, and that is those of the provider. */
  callType: z.int().min(0).prefault(3),
  /** Calls at once. Left out: 1 for numbers of the provider, else `channelsPerCaller`. */
  channels: z.int().min(1).optional(),
  skillGroupIds: z.array(z.int()).prefault([]),
  endsAt: instant.optional(),
  turns: z.array(turn).prefault([]),
});

const callPackage = z.strictObject({
  id: z.string().min(1),
  /** 0 outbound, 1 inbound of the 400 kind. */
  type: z.int().min(0).prefault(0),
  /** In calls: each that is dialled takes one, from the first outbound package that has any and has not ended. */
  capacity: z.int().min(0),
  remaining: z.int().min(0).optional(),
  endsAt: instant.optional(),
});

const audio = z.strictObject({
  name: z.string().min(1),
  /** 0 unreviewed, 1 approved, 2 rejected. */
  status: z.int().min(0).prefault(1),
});

const skillGroup = z.strictObject({ id: z.int().positive(), name: z.string().min(1) });

const staffMember = z.strictObject({
  name: z.string().min(1),
  mail: z.string().min(1),
  staffNumber: z.string().min(1),
  phone: z.string().prefault(''),
  extension: z.string().prefault(''),
  /** free, busy, rest, notReady, afterCallWork, offline. */
  status: z.string().prefault('free'),
  skillGroupIds: z.array(z.int()).prefault([]),
});

/** The numbers of an application whose scenario names none; any other number may call as well. */
const DEFAULT_NUMBERS = Array.from({ length: 10 }, (_, at) => ({ number: `00860${2_150_000_001 + at}` }));

export const accountWords = {
  /** Numbers of the application. Named: no other may call. */
  numbers: z.array(number).optional(),
  packages: z.array(callPackage).prefault([{ id: 'package-1', capacity: 1_000_000 }]),
  audios: z.array(audio).prefault([]),
  /** From an upload until the file is approved. */
  audioReviewMs: z.number().min(0).prefault(60_000),
  skillGroups: z.array(skillGroup).prefault([{ id: 1, name: 'Agents' }]),
  staff: z.array(staffMember).prefault([]),
};

export type NumberWords = z.output<typeof number>;
export type StaffWords = z.output<typeof staffMember>;

/** The numbers that the application has, and whether any other may call too. */
export function numbersOf(words: readonly NumberWords[] | undefined): {
  readonly numbers: readonly NumberWords[];
  readonly othersMayCall: boolean;
} {
  if (words !== undefined) return { numbers: words, othersMayCall: false };
  return { numbers: z.array(number).parse(DEFAULT_NUMBERS), othersMayCall: true };
}
