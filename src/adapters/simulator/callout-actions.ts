/** The actions of auto-callout tasks (reference 2.1), on the played world. */
import { UUI_BYTES_MAX } from '../../core/limits.ts';
import { SECOND } from '../../core/time.ts';
import type {
  CreateAutoCalloutTaskRequest,
  DescribeAutoCalloutTasksRequest,
  TaskRequest,
} from '../tencent/schema/callout.ts';
import { availabilityOf } from './available-time.ts';
import { mayBeNamed } from './callers.ts';
import { addTask, forgetTask, pauseTask, resumeTask, stopTask } from './engine.ts';
import { echoNumber, internationalDigits } from './numbers.ts';
import { Refusal } from './refusal.ts';
import { CALLEE, findTask, schedule, TASK, type Task, type World } from './world.ts';

/** What faults change about a request that goes through. */
export interface Effects {
  readonly listLateMs: number;
  readonly recordDelayMs: number;
  /** The new task is forgotten after so long. */
  readonly vanishAfterMs: number | undefined;
  /** The task asked for is forgotten just before. */
  readonly vanishBefore: boolean;
  /** No call record is ready yet. */
  readonly recordsHidden: boolean;
}

export interface ActionContext {
  readonly world: World;
  readonly effects: Effects;
}

/** Defaults where the provider documents none (reference 3.2): one attempt, the shortest interval. */
const TRIES_DEFAULT = 1;
const RETRY_INTERVAL_DEFAULT = 600;

export function createAutoCalloutTask(
  { world, effects }: ActionContext,
  request: CreateAutoCalloutTaskRequest,
) {
  refuseUnfit(request);
  refuseStrangers(world, request.Callers);
  const id = world.taskIdNext;
  world.taskIdNext += 1;
  const task = newTask(world, id, request, effects);
  addTask(world, task);
  if (effects.vanishAfterMs !== undefined) {
    schedule(world, { at: world.now + effects.vanishAfterMs, kind: 'task_forgotten', subject: id });
  }
  return { TaskId: id };
}

export function describeAutoCalloutTask(context: ActionContext, request: TaskRequest) {
  const task = taskOf(context, request);
  const { numberEcho } = context.world.scenario;
  return {
    Name: task.name,
    Description: task.description,
    NotBefore: Math.floor(task.notBefore / SECOND),
    NotAfter: Math.floor(task.notAfter / SECOND),
    Callers: task.callers,
    Callees: task.callees.map((sent, index) => ({
      Callee: echoNumber(sent, numberEcho),
      State: task.states[index] ?? CALLEE.initial,
      Sessions: task.sessions[index] ?? [],
    })),
    IvrId: task.ivrId,
    State: task.state,
    MaxRingTimeoutSecond: task.ringSecondsMax,
  };
}

export function describeAutoCalloutTasks({ world }: ActionContext, request: DescribeAutoCalloutTasksRequest) {
  const { order, pageSizeMax, overlong } = world.scenario.list;
  if (request.PageSize > pageSizeMax && overlong === 'reject') {
    throw new Refusal('InvalidParameterValue', `The parameter PageSize is above ${pageSizeMax}.`);
  }
  const size = Math.min(request.PageSize, pageSizeMax);
  const listed: Task[] = [];
  for (const task of world.tasks.values()) {
    if (task.hidden === true || task.forgotten) continue;
    if (task.sdkAppId === request.SdkAppId && task.listedAt <= world.now) listed.push(task);
  }
  if (order === 'newest_first') listed.reverse();
  const from = request.PageNumber * size;
  return {
    TotalCount: listed.length,
    Tasks: listed.slice(from, from + size).map((task) => ({
      TaskId: task.id,
      Name: task.name,
      CalleeCount: task.callees.length,
      Callers: task.callers,
      NotBefore: Math.floor(task.notBefore / SECOND),
      NotAfter: Math.floor(task.notAfter / SECOND),
      IvrId: task.ivrId,
      State: task.state,
      MaxRingTimeoutSecond: task.ringSecondsMax,
    })),
  };
}

export function stopAutoCalloutTask(context: ActionContext, request: TaskRequest) {
  return done(stopTask(taskOf(context, request)), 'stopped');
}

export function pauseAutoCalloutTask(context: ActionContext, request: TaskRequest) {
  return done(pauseTask(taskOf(context, request)), 'paused');
}

export function resumeAutoCalloutTask(context: ActionContext, request: TaskRequest) {
  return done(resumeTask(context.world, taskOf(context, request)), 'resumed');
}

function done(possible: boolean, what: string): Record<string, never> {
  if (!possible)
    throw new Refusal('UnsupportedOperation', `The task cannot be ${what} in its present state.`);
  return {};
}

function taskOf({ world, effects }: ActionContext, request: TaskRequest): Task {
  const task = findTask(world, request.SdkAppId, request.TaskId);
  if (task !== undefined && effects.vanishBefore) forgetTask(task);
  if (task === undefined || task.forgotten) {
    throw new Refusal('InvalidParameterValue', 'The parameter TaskId names no task.');
  }
  return task;
}

/** Refuses what no schema of single fields can see. */
function refuseUnfit(request: CreateAutoCalloutTaskRequest): void {
  if (request.IvrId === undefined && request.AIAgentId === undefined) {
    throw new Refusal('MissingParameter', 'One of the parameters IvrId and AIAgentId is needed.');
  }
  if (request.NotAfter !== undefined && request.NotAfter > 0 && request.NotAfter <= request.NotBefore) {
    throw new Refusal('InvalidParameterValue', 'The parameter NotAfter is not after NotBefore.');
  }
  const callees = new Set(request.Callees);
  for (const attribute of request.CalleeAttributes ?? []) {
    if (!callees.has(attribute.Callee)) {
      throw new Refusal(
        'InvalidParameterValue',
        'The parameter CalleeAttributes names a callee outside Callees.',
      );
    }
    if (Buffer.byteLength(attribute.UUI ?? '') > UUI_BYTES_MAX) {
      throw new Refusal('InvalidParameterValue', `The parameter UUI is longer than ${UUI_BYTES_MAX} bytes.`);
    }
  }
}

/** What becomes of a caller that the account does not have is undocumented; a request that names one is refused here. */
export function refuseStrangers(world: World, callers: readonly string[]): void {
  if (callers.every((caller) => mayBeNamed(world, caller))) return;
  throw new Refusal('InvalidParameterValue', 'The parameter Callers names a number of another account.');
}

/** A task as it is before its first call. */
export function newTask(
  world: World,
  id: number,
  request: CreateAutoCalloutTaskRequest,
  effects: Effects,
): Task {
  const { scenario } = world;
  const uuiOf = new Map(request.CalleeAttributes?.map(({ Callee, UUI }) => [Callee, UUI]));
  const isAgentTask = request.AIAgentId !== undefined;
  const total = request.Callees.length;
  const availability = availabilityOf(request);
  return {
    id,
    sdkAppId: request.SdkAppId,
    name: request.Name ?? '',
    description: request.Description ?? '',
    callers: [...new Set(request.Callers)],
    callees: request.Callees,
    numbers: request.Callees.map(internationalDigits),
    uuis: request.Callees.map((callee) => uuiOf.get(callee) ?? request.UUI ?? ''),
    states: new Array<number>(total).fill(CALLEE.initial),
    attempts: new Array<number>(total).fill(0),
    sessions: request.Callees.map(() => []),
    ivrId: request.IvrId ?? 0,
    aiAgentId: request.AIAgentId ?? 0,
    notBefore: request.NotBefore * SECOND,
    notAfter: (request.NotAfter ?? 0) * SECOND,
    ringSecondsMax: request.MaxRingTimeoutSecond ?? 0,
    tries: request.Tries ?? TRIES_DEFAULT,
    retryIntervalMs: ((request.RetryInterval ?? RETRY_INTERVAL_DEFAULT) * SECOND) / scenario.speed,
    // Only tasks of AI agents heed these two (reference 2.1).
    ...(isAgentTask && request.RetryHangupTypes ? { retryOn: request.RetryHangupTypes.map(Number) } : {}),
    ...(availability !== undefined && { availability }),
    callsMax: isAgentTask ? (request.ConcurrencyLimit ?? 0) : 0,
    state: TASK.initial,
    listedAt: world.now + scenario.list.lagMs + effects.listLateMs,
    recordDelayMs: effects.recordDelayMs,
    forgotten: false,
    nextCallee: 0,
    retryReady: [],
    callsInProgress: 0,
    open: total,
  };
}
