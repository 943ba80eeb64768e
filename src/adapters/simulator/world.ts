/**
 * The played world: tasks, calls, and what is to happen next. Everything a snapshot keeps is plain data with a
 * schema; what can be derived from it (indexes, free channels) is derived again after a restart.
 */
import { z } from 'zod';
import { DAY } from '../../core/time.ts';
import { type Account, accountSchema, createAccount } from './account.ts';
import { availability, availableFrom } from './available-time.ts';
import { type CallerTable, compileCallers } from './caller-table.ts';
import { type EventHeap, pushEvent, type WorldEvent, worldEvent } from './event-heap.ts';
import { type CallStyle, compileStyles, type Scenario } from './scenario.ts';

/** The provider's task states (reference 3.3). */
export const TASK = { initial: 0, running: 1, completed: 2, ending: 3, terminated: 4, paused: 5 } as const;
/** The provider's callee states (reference 3.3). */
export const CALLEE = { initial: 0, answered: 1, unanswered: 2, calling: 3, pendingRetry: 4 } as const;

export const task = z.object({
  id: z.number(),
  sdkAppId: z.number(),
  name: z.string(),
  description: z.string(),
  callers: z.array(z.string()),
  /** As sent; the other lists of callees run parallel to this one. */
  callees: z.array(z.string()),
  /** International digits, without + or 00. */
  numbers: z.array(z.string()),
  uuis: z.array(z.string()),
  states: z.array(z.number()),
  attempts: z.array(z.number()),
  sessions: z.array(z.array(z.string())),
  ivrId: z.number(),
  aiAgentId: z.number(),
  notBefore: z.number(),
  /** 0: no end. */
  notAfter: z.number(),
  ringSecondsMax: z.number(),
  tries: z.number(),
  retryIntervalMs: z.number(),
  /** End codes that are tried again; all but connected ones, when undefined. */
  retryOn: z.array(z.number()).optional(),
  /** Calls of the task at once; 0 is no limit but the channels. */
  callsMax: z.number(),
  state: z.number(),
  listedAt: z.number(),
  recordDelayMs: z.number(),
  /** The provider forgot it; its calls stay in the ledger. */
  forgotten: z.boolean(),
  nextCallee: z.number(),
  retryReady: z.array(z.number()),
  callsInProgress: z.number(),
  /** Callees neither answered nor finally unanswered. */
  open: z.number(),
  /** The hours it keeps to, if it was given any. */
  availability: availability.optional(),
  /** When it was last scheduled to go on dialling, after hours in which it may not. */
  opensAt: z.number().optional(),
  /** Not one of the application's auto-callout tasks: it plays the calls of something else. */
  hidden: z.boolean().optional(),
});

/** One call, or one that the dialling rules declined (108 to 111: it did not ring). Durations in unscaled seconds. */
export const call = z.object({
  sessionId: z.string(),
  taskId: z.number(),
  callee: z.number(),
  caller: z.string(),
  /** Counts the calls of this number in the whole world, from 1. */
  ordinal: z.number(),
  at: z.number(),
  endAt: z.number(),
  endStatus: z.number(),
  setupSeconds: z.number(),
  ringSeconds: z.number(),
  talkSeconds: z.number(),
  keysPressed: z.string(),
  hungUpSide: z.string(),
  /** When its record can be read. */
  recordAt: z.number(),
});

export const snapshotSchema = z.object({
  version: z.literal(1),
  seed: z.string(),
  now: z.number(),
  taskIdNext: z.number(),
  eventOrderNext: z.number(),
  tasks: z.array(task),
  calls: z.array(call),
  events: z.array(worldEvent),
  beganAt: z.number().optional(),
  account: accountSchema.optional(),
});

export type Task = z.infer<typeof task>;
export type Call = z.infer<typeof call>;
export type Snapshot = z.infer<typeof snapshotSchema>;

export interface World {
  readonly seed: string;
  readonly scenario: Scenario;
  readonly styleOf: (number: string) => CallStyle;
  readonly callers: CallerTable;
  readonly account: Account;
  /** The first moment that was played; 0 until then. */
  beganAt: number;
  /** How far the world has been played. Never goes back, even when the clock does. */
  now: number;
  taskIdNext: number;
  eventOrderNext: number;
  /** All tasks ever made, in the order of their creation. */
  readonly tasks: Map<number, Task>;
  readonly calls: Call[];
  readonly events: EventHeap;
  readonly callBySession: Map<string, Call>;
  readonly callsOfNumber: Map<string, number>;
  /** Times of the latest day's dials by number; kept only while the scenario's rules need them. */
  readonly dialsOfNumber: Map<string, number[]>;
  readonly channelsBusy: Map<string, number>;
  /** By caller, the running tasks that have a callee to dial, in the order they became ready. */
  readonly readyByCaller: Map<string, Set<Task>>;
}

/** The first id of a world: readable, and clearly no index. */
const FIRST_TASK_ID = 1_001;

/** An empty world, or one that goes on from a snapshot (whose seed it keeps). */
export function createWorld(seed: string, scenario: Scenario, from?: Snapshot): World {
  const world: World = {
    seed: from?.seed ?? seed,
    scenario,
    styleOf: compileStyles(scenario),
    callers: compileCallers(scenario),
    account: from?.account ?? createAccount(scenario),
    beganAt: from?.beganAt ?? 0,
    now: from?.now ?? 0,
    taskIdNext: from?.taskIdNext ?? FIRST_TASK_ID,
    eventOrderNext: from?.eventOrderNext ?? 1,
    tasks: new Map(from?.tasks.map((each) => [each.id, each])),
    calls: from?.calls ?? [],
    events: from?.events ?? [],
    callBySession: new Map(),
    callsOfNumber: new Map(),
    dialsOfNumber: new Map(),
    channelsBusy: new Map(),
    readyByCaller: new Map(),
  };
  for (const each of world.calls) indexCall(world, each);
  for (const event of world.events) {
    const call = event.kind === 'call_ends' ? world.calls[event.subject] : undefined;
    const caller = call?.endAt === event.at ? call.caller : undefined;
    if (caller !== undefined) world.channelsBusy.set(caller, (world.channelsBusy.get(caller) ?? 0) + 1);
  }
  for (const each of world.tasks.values()) markReady(world, each);
  return world;
}

/** Everything the world is made of, as plain data that still lives: write it out or copy it at once. */
export function viewSnapshot(world: World): Snapshot {
  return {
    version: 1,
    seed: world.seed,
    now: world.now,
    taskIdNext: world.taskIdNext,
    eventOrderNext: world.eventOrderNext,
    tasks: [...world.tasks.values()],
    calls: world.calls,
    events: world.events,
    beganAt: world.beganAt,
    account: world.account,
  };
}

/** The task, unless it never was or was forgotten. */
export function findTask(world: World, sdkAppId: number, taskId: number): Task | undefined {
  const found = world.tasks.get(taskId);
  if (found === undefined || found.forgotten || found.hidden === true) return undefined;
  return found.sdkAppId === sdkAppId ? found : undefined;
}

export function schedule(world: World, event: Omit<WorldEvent, 'order'>): void {
  pushEvent(world.events, { ...event, order: world.eventOrderNext });
  world.eventOrderNext += 1;
}

/** Files a call under its session and its number. */
export function indexCall(world: World, made: Call): void {
  world.callBySession.set(made.sessionId, made);
  const number = numberOf(world, made);
  world.callsOfNumber.set(number, made.ordinal);
  if (isDeclined(made.endStatus) || !world.callers.countsDials) return;
  const recent = (world.dialsOfNumber.get(number) ?? []).filter((at) => at > made.at - DAY);
  world.dialsOfNumber.set(number, [...recent, made.at]);
}

/** The number a call went to, as international digits. */
export function numberOf(world: World, made: Call): string {
  return world.tasks.get(made.taskId)?.numbers[made.callee] ?? '';
}

/** Whether a callee of the task could be dialled now, were there a free channel. */
export function isReady(world: World, each: Task): boolean {
  if (each.callsMax > 0 && each.callsInProgress >= each.callsMax) return false;
  return hasCalleeLeft(each) && mayDialFrom(world, each) === world.now;
}

/** When a task that waits for its hours goes on; undefined for one that does not wait, or whose hours never come. */
export function nextOpening(world: World, each: Task): number | undefined {
  const from = hasCalleeLeft(each) ? mayDialFrom(world, each) : undefined;
  return from === world.now ? undefined : from;
}

function hasCalleeLeft(each: Task): boolean {
  if (each.state !== TASK.running || each.forgotten) return false;
  return each.nextCallee < each.callees.length || each.retryReady.length > 0;
}

function mayDialFrom({ now }: World, each: Task): number | undefined {
  return each.availability === undefined ? now : availableFrom(each.availability, now);
}

/** Queues the task at each of its callers, if it is ready. */
export function markReady(world: World, each: Task): void {
  if (!isReady(world, each)) return;
  for (const caller of each.callers) {
    const queue = world.readyByCaller.get(caller);
    if (queue === undefined) world.readyByCaller.set(caller, new Set([each]));
    else queue.add(each);
  }
}

/** True for end codes of the provider's dialling rules: it declined, so the carrier was never asked (reference 3.4). */
export function isDeclined(endStatus: number): boolean {
  return endStatus >= 108 && endStatus <= 111;
}

/** True for end codes of calls that somebody, or something, answered (reference 3.4). */
export function isConnected(endStatus: number): boolean {
  return endStatus === 1 || (endStatus >= 225 && endStatus <= 233);
}
