/**
 * Faults that the simulator plays on purpose. Each says which action it strikes (`*` is any), when (a
 * probability, or exact ordinals counted from 1 since the faults were set), and what happens. Of several that
 * strike one request, the first that ends it decides how; those that only colour the reply all apply.
 */
import { z } from 'zod';
import { createRng } from './rng.ts';

const when = {
  action: z.string().prefault('*'),
  probability: z.number().min(0).max(1).optional(),
  /** The Nth requests of the action (of any action each by itself, for `*`). */
  calls: z.array(z.int().min(1)).optional(),
  /** The Nth requests of all. Strikes only where the action fits too. */
  overall: z.array(z.int().min(1)).optional(),
};

/** With `commit` the request is carried out first, and only then is the answer lost. */
const commit = z.boolean().prefault(false);
const ms = z.number().min(0);

const anyFault = z.discriminatedUnion('kind', [
  /** Answers with this error code; nothing is carried out. */
  z.strictObject({
    ...when,
    kind: z.literal('refuse'),
    code: z.string().min(1),
    message: z.string().optional(),
  }),
  /** Never answers; the connection stays open until the client gives up. */
  z.strictObject({ ...when, kind: z.literal('stall'), commit }),
  /** Destroys the connection without an answer. */
  z.strictObject({ ...when, kind: z.literal('drop'), commit }),
  /** Destroys the connection at once, and carries the request out later. */
  z.strictObject({ ...when, kind: z.literal('land_late'), delayMs: ms }),
  /** Answers as a gateway does that lost its service: no envelope, but HTML. */
  z.strictObject({
    ...when,
    kind: z.literal('bad_gateway'),
    status: z.int().min(400).max(599).prefault(502),
    commit,
  }),
  /** Carries the request out and answers late. */
  z.strictObject({ ...when, kind: z.literal('slow'), delayMs: ms }),
  /** On a create: the task is missing from the list for a while. */
  z.strictObject({ ...when, kind: z.literal('list_late'), forMs: ms }),
  /** On a create: the task is forgotten after a while. On any other action: its task is forgotten just before. */
  z.strictObject({ ...when, kind: z.literal('vanish'), afterMs: ms.prefault(0) }),
  /** On a create: records of its calls come later by so much. On a reading of records: there are none yet. */
  z.strictObject({ ...when, kind: z.literal('late_records'), delayMs: ms.prefault(60_000) }),
  /** Empty lists of the reply come as null; with `all` every list of the reply's first level does. */
  z.strictObject({ ...when, kind: z.literal('null_arrays'), all: z.boolean().prefault(false) }),
  /** States or end statuses of the reply become a number that the reference does not have. */
  z.strictObject({
    ...when,
    kind: z.literal('unknown_enum'),
    field: z
      .enum(['task_state', 'callee_state', 'end_status', 'number_state', 'audio_status'])
      .prefault('task_state'),
    value: z.int().prefault(99),
  }),
]);

export const faultList = z.array(
  anyFault.refine(
    (fault) => [fault.probability, fault.calls, fault.overall].filter((at) => at !== undefined).length === 1,
    'needs exactly one of probability, calls and overall',
  ),
);

export type Fault = z.output<typeof anyFault>;
export type FaultInput = z.input<typeof anyFault>;
export type FaultKind = Fault['kind'];
type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>;

/** Kinds that decide how a request ends; the others only change what a request that goes through does or says. */
type EndingFault = FaultOf<'refuse' | 'stall' | 'drop' | 'land_late' | 'bad_gateway'>;
export type ColouringFault = Exclude<Fault, EndingFault>;

export interface Strike {
  readonly ending: EndingFault | undefined;
  readonly colours: readonly ColouringFault[];
}

/** A fault with how often it struck since it was set. */
export type PlayedFault = Fault & { readonly played: number };

export interface FaultPlan {
  /** Counts one request of `action` and says what strikes it. */
  strike(action: string): Strike;
  list(): PlayedFault[];
}

/** A plan with its own counts, from 0. The same seed and the same requests give the same faults. */
export function createFaultPlan(seed: string, faults: readonly Fault[]): FaultPlan {
  const played = faults.map(() => 0);
  const ordinals = new Map<string, number>();
  let overall = 0;
  return {
    strike(action) {
      overall += 1;
      const ordinal = (ordinals.get(action) ?? 0) + 1;
      ordinals.set(action, ordinal);
      let ending: EndingFault | undefined;
      const colours: ColouringFault[] = [];
      for (const [index, fault] of faults.entries()) {
        if (fault.action !== '*' && fault.action !== action) continue;
        if (!isHit(fault, ordinal, overall, () => createRng(seed, 'fault', index, action, ordinal).next()))
          continue;
        if (isColouring(fault)) colours.push(fault);
        else if (ending === undefined) ending = fault;
        else continue;
        played[index] = (played[index] ?? 0) + 1;
      }
      return { ending, colours };
    },
    list: () => faults.map((fault, index) => ({ ...fault, played: played[index] ?? 0 })),
  };
}

function isHit(fault: Fault, ordinal: number, overall: number, roll: () => number): boolean {
  if (fault.calls !== undefined) return fault.calls.includes(ordinal);
  if (fault.overall !== undefined) return fault.overall.includes(overall);
  return fault.probability !== undefined && roll() < fault.probability;
}

const ENDING: ReadonlySet<string> = new Set<EndingFault['kind']>([
  'refuse',
  'stall',
  'drop',
  'land_late',
  'bad_gateway',
]);

function isColouring(fault: Fault): fault is ColouringFault {
  return !ENDING.has(fault.kind);
}
