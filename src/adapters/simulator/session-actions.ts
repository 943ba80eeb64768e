/** The actions on single calls (reference 2.1, 2.3): placed, seen while they last, looked up, hung up. */
import { present } from '../../core/assert.ts';
import { DAY, SECOND } from '../../core/time.ts';
import type {
  CreateIVRSessionRequest,
  DescribePSTNActiveSessionListRequest,
  DescribeSessionDetailRequest,
  SessionRequest,
} from '../tencent/schema/sessions.ts';
import { packageInUse } from './account.ts';
import { callerOf, channelsOf, endByRules, mayBeNamed, stateOf } from './callers.ts';
import { type ActionContext, newTask } from './callout-actions.ts';
import { addTaskNow, hangUp } from './engine.ts';
import { echoNumber, internationalDigits } from './numbers.ts';
import { Refusal } from './refusal.ts';
import { type Call, isConnected, numberOf, type World } from './world.ts';

const OUTBOUND = 1;
const NORMAL = 1;

/** What the dialling rules of the provider say at once to a single call; a task only learns it from the end of a call. */
const RULE_REFUSALS = {
  109: ['FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime', 'The callee was called too often.'],
  110: ['FailedOperation.CalloutRuleBlindArea', 'The area of the callee cannot be called.'],
  111: ['FailedOperation.CalloutRuleNotWorkTime', 'Calls are not placed at this hour.'],
} as const;

export function createIVRSession({ world, effects }: ActionContext, request: CreateIVRSessionRequest) {
  const caller = chosenCaller(world, request);
  const number = internationalDigits(request.Callee);
  const declined = endByRules(world, caller, number);
  if (declined !== undefined) {
    const [code, message] = RULE_REFUSALS[declined];
    throw new Refusal(code, message);
  }
  const { packages } = world.scenario;
  const outbound = packages.some((one) => one.type === 0);
  if (outbound && packageInUse(world.account, packages, world.now) === undefined) {
    throw new Refusal('LimitExceeded.BasePackageExpired', 'The package is used up.');
  }
  const id = world.taskIdNext;
  world.taskIdNext += 1;
  const order = {
    SdkAppId: request.SdkAppId,
    NotBefore: Math.floor(world.now / SECOND),
    Callees: [request.Callee],
    Callers: [caller],
    IvrId: request.IVRId,
    UUI: request.UUI,
    MaxRingTimeoutSecond: request.MaxRingTimeoutSecond,
    Tries: 1,
  };
  const task = { ...newTask(world, id, order, effects), hidden: true };
  addTaskNow(world, task);
  return { SessionId: present(task.sessions[0]?.[0], 'the session of a call just placed') };
}

/** The first caller that may call and has a channel free. */
function chosenCaller(world: World, request: CreateIVRSessionRequest): string {
  const wanted = request.Callers ?? world.callers.numbers.map(({ number }) => number);
  const able = wanted.filter((sent) => {
    const caller = callerOf(world, sent);
    return caller === undefined ? mayBeNamed(world, sent) : stateOf(world, caller) === NORMAL;
  });
  if (able.length === 0) throw new Refusal('FailedOperation.NoCallOutNumber', 'No number can call out.');
  const free = able.find((sent) => (world.channelsBusy.get(sent) ?? 0) < channelsOf(world, sent));
  if (free === undefined) throw new Refusal('FailedOperation.CallOutFailed', 'Every channel is busy.');
  return free;
}

/** A call as it is now; `Session` is null for one that never was. Its times are numbers here. */
export function describeTelSession({ world }: ActionContext, request: SessionRequest) {
  const call = callOf(world, request);
  if (call === undefined) return { Session: null };
  return { Session: { ...sessionOf(world, call), OutBoundCaller: '', OutBoundCallee: '' } };
}

/** Calls that are going on, oldest first. Two of their times are text here (reference 2.3). */
export function describePSTNActiveSessionList(
  { world }: ActionContext,
  request: DescribePSTNActiveSessionListRequest,
) {
  const live: Call[] = [];
  for (const event of world.events) {
    const call = event.kind === 'call_ends' ? world.calls[event.subject] : undefined;
    if (call === undefined || call.endAt !== event.at || call.endAt <= world.now) continue;
    if (world.tasks.get(call.taskId)?.sdkAppId === request.SdkAppId) live.push(call);
  }
  live.sort((a, b) => a.at - b.at || a.sessionId.localeCompare(b.sessionId));
  const page = live.slice(request.Offset, request.Offset + request.Limit).map((call) => {
    const session = sessionOf(world, call);
    return {
      ...session,
      StartTimestamp: String(session.StartTimestamp),
      AcceptTimestamp: String(session.AcceptTimestamp),
    };
  });
  return { Total: live.length, Sessions: page };
}

export function describeSessionDetail({ world }: ActionContext, request: DescribeSessionDetailRequest) {
  const [from, to] = [request.StartTimestamp * SECOND, (request.EndTimestamp + 1) * SECOND];
  if (to <= from || to - from >= 90 * DAY || from < world.now - 180 * DAY) {
    throw new Refusal('InvalidParameterValue', 'The window is wider than 90 days or older than 180 days.');
  }
  const call = callOf(world, request);
  if (call === undefined || call.at < from || call.at >= to || call.recordAt > world.now) {
    throw new Refusal('FailedOperation.SessionNotExists', 'The session does not exist.');
  }
  const { StartTimestamp, RingTimestamp, AcceptTimestamp, Caller, Callee } = sessionOf(world, call);
  const task = world.tasks.get(call.taskId);
  return {
    Caller,
    Callee,
    CallType: OUTBOUND,
    StartTimeStamp: StartTimestamp,
    RingTimestamp,
    AcceptTimestamp,
    EndedTimestamp: StartTimestamp + call.setupSeconds + call.ringSeconds + call.talkSeconds,
    QueuedTimestamp: 0,
    EndStatus: call.endStatus,
    HungUpSide: call.hungUpSide,
    UUI: task?.uuis[call.callee] ?? '',
    IVRKeyPressed: [],
    PostIVRKeyPressed: null,
    RecordURL: '',
    CustomRecordURL: '',
    AsrURL: '',
    Events: [],
  };
}

export function hangUpCall({ world }: ActionContext, request: SessionRequest) {
  const call = callOf(world, request);
  if (call === undefined || call.endAt <= world.now) {
    throw new Refusal('FailedOperation.SessionNotExists', 'The session does not exist.');
  }
  hangUp(world, call);
  return {};
}

function callOf(
  world: World,
  request: { readonly SdkAppId: number; readonly SessionId: string },
): Call | undefined {
  const call = world.callBySession.get(request.SessionId);
  const sdkAppId = call === undefined ? undefined : world.tasks.get(call.taskId)?.sdkAppId;
  return sdkAppId === request.SdkAppId ? call : undefined;
}

/** How far a call has come. Its phases take as long as records say, over the speed of the scenario. */
function sessionOf(world: World, call: Call) {
  const { speed, numberEcho } = world.scenario;
  const passed = (Math.min(world.now, call.endAt) - call.at) * speed;
  const rings = passed >= call.setupSeconds * SECOND;
  const talks = passed >= (call.setupSeconds + call.ringSeconds) * SECOND && isConnected(call.endStatus);
  const started = Math.floor(call.at / SECOND);
  return {
    SessionID: call.sessionId,
    RoomID: '',
    Caller: echoNumber(call.caller, numberEcho),
    Callee: echoNumber(`00${numberOf(world, call)}`, numberEcho),
    StartTimestamp: started,
    RingTimestamp: rings ? started + call.setupSeconds : 0,
    AcceptTimestamp: talks ? started + call.setupSeconds + call.ringSeconds : 0,
    StaffEmail: '',
    StaffNumber: '',
    SessionStatus: world.now >= call.endAt ? 'finished' : talks ? 'inProgress' : 'ringing',
    Direction: OUTBOUND,
    ProtectedCaller: '',
    ProtectedCallee: '',
  };
}
