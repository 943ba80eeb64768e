/** The telephony port on the provider's client: its words and seconds become ours here, and nowhere else. */
import { assert } from '../../core/assert.ts';
import {
  RECORD_AGE_MAX,
  RECORD_PAGES_MAX,
  RECORD_WINDOW_MAX,
  RECORD_WINDOW_PAD,
  RECORDS_PER_REQUEST_MAX,
  TASK_LIST_PAGE,
} from '../../core/limits.ts';
import { fromSeconds, type Instant, SECOND, toSecondsUp } from '../../core/time.ts';
import type {
  CallOutcome,
  TaskCalleeState,
  TaskOrder,
  TaskOrderCallee,
  TaskState,
  Telephony,
  TelephonyResult,
} from '../../ports/telephony.ts';
import type { RequestOf } from './actions.ts';
import { callOutcome } from './call-outcome.ts';
import type { ProviderClient } from './client.ts';
import { numberFromEcho, providerCaller, providerNumber } from './numbers.ts';
import { createProtectedRecords } from './protected-records.ts';
import type { CalleeAttribute } from './schema/callout.ts';

const TASK_STATES: readonly TaskState[] = [
  'initial',
  'running',
  'completed',
  'ending',
  'terminated',
  'paused',
];
const CALLEE_STATES: readonly TaskCalleeState[] = [
  'initial',
  'answered',
  'unanswered',
  'calling',
  'pending_retry',
];

/** States of a task in which it begins no further call, so that stopping or pausing it has nothing left to do. */
const OVER: readonly TaskState[] = ['completed', 'ending', 'terminated'];

/** Per order to a task: in which states it is already so. The provider then refuses it as UnsupportedOperation (reference 3.3). */
const ALREADY_SO = {
  StopAutoCalloutTask: OVER,
  PauseAutoCalloutTask: [...OVER, 'paused'],
  ResumeAutoCalloutTask: [...OVER, 'initial', 'running'],
} as const satisfies Readonly<Record<string, readonly TaskState[]>>;

export interface TelephonyOptions {
  readonly sdkAppId: number;
  /** Country of numbers that the provider echoes in national form. */
  readonly defaultRegion?: string;
  /** The application protects numbers: its records come without them, and unfiltered. */
  readonly protectedNumbers?: boolean;
  /** Tasks per page of the task list. */
  readonly taskListPage?: number;
  /** The present, for the age limit of call records. */
  readonly now?: () => Instant;
}

/** The provider behind the telephony port. */
export function createTencentTelephony(client: ProviderClient, options: TelephonyOptions): Telephony {
  const { sdkAppId } = options;
  const region = options.defaultRegion ?? 'CN';
  const now = options.now ?? Date.now;
  const protectedRecords = createProtectedRecords(client, { sdkAppId, region });
  const describeTask: Telephony['describeTask'] = async (taskId) => {
    const result = await client.request('DescribeAutoCalloutTask', { SdkAppId: sdkAppId, TaskId: taskId });
    if (!result.ok) return result;
    const { Name, Description, State, Callees } = result.value;
    const callees = Callees.map((callee) => ({
      number: numberFromEcho(callee.Callee, region),
      state: CALLEE_STATES[callee.State] ?? ('unknown' as const),
      stateCode: callee.State,
      sessionIds: callee.Sessions,
    }));
    return {
      ok: true,
      value: { taskId, name: Name, description: Description, ...taskState(State), callees },
    };
  };
  const orderTask = async (
    action: keyof typeof ALREADY_SO,
    taskId: number,
  ): Promise<TelephonyResult<'done'>> => {
    const result = await client.request(action, { SdkAppId: sdkAppId, TaskId: taskId });
    if (result.ok) return { ok: true, value: 'done' };
    if (result.failure.code.split('.', 1)[0] !== 'UnsupportedOperation') return result;
    const reading = await describeTask(taskId);
    if (!reading.ok) return reading;
    const alreadySo: readonly TaskState[] = ALREADY_SO[action];
    return alreadySo.includes(reading.value.state) ? { ok: true, value: 'done' } : result;
  };
  return {
    createTask: async (order, options = {}) => {
      const result = await client.request('CreateAutoCalloutTask', createRequest(sdkAppId, order), options);
      return result.ok ? { ok: true, value: { taskId: result.value.TaskId } } : result;
    },
    listTasks: async (page, { forDoubt = false } = {}) => {
      const params = {
        SdkAppId: sdkAppId,
        PageSize: options.taskListPage ?? TASK_LIST_PAGE,
        PageNumber: page,
      };
      const result = await client.request('DescribeAutoCalloutTasks', params, { forDoubt });
      if (!result.ok) return result;
      const tasks = result.value.Tasks.map((task) => ({
        taskId: task.TaskId,
        name: task.Name,
        ...taskState(task.State),
        calleesTotal: task.CalleeCount,
        ...(task.NotBefore > 0 && { notBefore: fromSeconds(task.NotBefore) }),
        ...(task.NotAfter > 0 && { notAfter: fromSeconds(task.NotAfter) }),
      }));
      return { ok: true, value: { tasksTotal: result.value.TotalCount, tasks } };
    },
    describeTask,
    stopTask: (taskId) => orderTask('StopAutoCalloutTask', taskId),
    pauseTask: (taskId) => orderTask('PauseAutoCalloutTask', taskId),
    resumeTask: (taskId) => orderTask('ResumeAutoCalloutTask', taskId),
    callRecords: (sessionIds, from, to) => {
      const windows = recordWindows(from, to, now());
      return options.protectedNumbers
        ? protectedRecords(sessionIds, windows)
        : readCallRecords(client, { sdkAppId, region }, sessionIds, windows);
    },
  };
}

function taskState(stateCode: number): { readonly state: TaskState; readonly stateCode: number } {
  return { state: TASK_STATES[stateCode] ?? 'unknown', stateCode };
}

/** The wire form of an order. Tries is 1: every repeat is ours to decide. The task never starts early nor ends late. */
function createRequest(sdkAppId: number, order: TaskOrder): RequestOf<'CreateAutoCalloutTask'> {
  const attributes = order.callees.flatMap((callee) => calleeAttribute(callee) ?? []);
  return {
    SdkAppId: sdkAppId,
    Name: order.name,
    Description: order.description,
    NotBefore: toSecondsUp(order.notBefore),
    NotAfter: Math.floor(order.notAfter / SECOND),
    Callees: order.callees.map((callee) => providerNumber(callee.number)),
    Callers: order.callers.map(providerCaller),
    Tries: 1,
    ...(order.ivrId !== undefined && { IvrId: order.ivrId }),
    ...(order.aiAgentId !== undefined && { AIAgentId: order.aiAgentId }),
    ...(attributes.length > 0 && { CalleeAttributes: attributes }),
    ...(order.ringTimeoutMs !== undefined && { MaxRingTimeoutSecond: toSecondsUp(order.ringTimeoutMs) }),
  };
}

function calleeAttribute(callee: TaskOrderCallee): CalleeAttribute | undefined {
  const variables = Object.entries(callee.variables).map(([Key, Value]) => ({ Key, Value }));
  if (callee.uui === '' && variables.length === 0) return undefined;
  return {
    Callee: providerNumber(callee.number),
    ...(callee.uui !== '' && { UUI: callee.uui }),
    ...(variables.length > 0 && { Variables: variables }),
  };
}

export interface RecordWindow {
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * The windows to ask for calls that began between `from` and `to`: padded, none as wide as 90 days, nothing
 * older than 180 days (reference 2.3). Usually one; none when all of it is too old to be asked for.
 */
export function recordWindows(from: Instant, to: Instant, now: Instant): RecordWindow[] {
  const end = to + RECORD_WINDOW_PAD;
  const windows: RecordWindow[] = [];
  let start = Math.max(from - RECORD_WINDOW_PAD, now - RECORD_AGE_MAX);
  while (start < end) {
    const next = Math.min(start + RECORD_WINDOW_MAX, end);
    windows.push({ from: start, to: next });
    start = next;
  }
  return windows;
}

async function readCallRecords(
  client: ProviderClient,
  { sdkAppId, region }: { readonly sdkAppId: number; readonly region: string },
  sessionIds: readonly string[],
  windows: readonly RecordWindow[],
): Promise<TelephonyResult<readonly CallOutcome[]>> {
  assert(sessionIds.length <= RECORDS_PER_REQUEST_MAX, `${sessionIds.length} sessions in one request`);
  const wanted = new Set(sessionIds);
  const outcomes = new Map<string, CallOutcome>();
  if (wanted.size === 0) return { ok: true, value: [] };
  for (const window of windows) {
    for (let page = 0; page < RECORD_PAGES_MAX; page += 1) {
      const result = await client.request('DescribeTelCdr', {
        SdkAppId: sdkAppId,
        StartTimeStamp: Math.floor(window.from / SECOND),
        EndTimeStamp: toSecondsUp(window.to),
        PageSize: RECORDS_PER_REQUEST_MAX,
        PageNumber: page,
        SessionIds: [...wanted],
      });
      if (!result.ok) return result;
      const { TelCdrList, TelCdrs, TotalCount } = result.value;
      const records = TelCdrList.length > 0 ? TelCdrList : TelCdrs;
      for (const record of records) {
        const known = outcomes.get(record.SessionId);
        // Records of calls that nobody asked for are not ours; of two for one session, the answered one tells more.
        if (!wanted.has(record.SessionId) || known?.disposition === 'answered') continue;
        const outcome = callOutcome(record, region);
        if (outcome !== undefined) outcomes.set(record.SessionId, outcome);
      }
      if (records.length === 0 || (page + 1) * RECORDS_PER_REQUEST_MAX >= TotalCount) break;
    }
  }
  return { ok: true, value: [...outcomes.values()] };
}
