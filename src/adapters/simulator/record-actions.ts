/** The actions that read call records (reference 2.3), on the played world. */
import { DAY, SECOND } from '../../core/time.ts';
import { END_STATUS_WORDS } from '../tencent/schema/end-status.ts';
import { type DescribeTelCdrRequest, RECORDS_PAGE_SIZE_MAX } from '../tencent/schema/records.ts';
import type { ActionContext } from './callout-actions.ts';
import { echoNumber, internationalDigits } from './numbers.ts';
import { Refusal } from './refusal.ts';
import { type Call, isConnected, type World } from './world.ts';

/** The window of a reading: less than 90 days wide and at most 180 days back (reference 2.3). */
const WINDOW_WIDTH_MAX = 90 * DAY;
const WINDOW_AGE_MAX = 180 * DAY;

const OUTBOUND = 1;

/** Records by session, by number, or all of the window, oldest call first, under both names that the list has. */
export function describeTelCdr(context: ActionContext, request: DescribeTelCdrRequest) {
  const { world } = context;
  const found = selectCalls(context, request);
  const from = request.PageNumber * request.PageSize;
  const records = found.slice(from, from + request.PageSize).map((call) => recordOf(world, call));
  return { TotalCount: found.length, TelCdrList: records, TelCdrs: records };
}

/** The same without filters, with opaque ids in place of numbers. */
export function describeProtectedTelCdr(context: ActionContext, request: DescribeTelCdrRequest) {
  const { TelCdrList, TotalCount } = describeTelCdr(context, request);
  const records = TelCdrList.map((record) => ({
    ...record,
    Caller: '',
    Callee: '',
    ProtectedCaller: `caller-${record.SessionId}`,
    ProtectedCallee: `callee-${record.SessionId}`,
  }));
  return { TotalCount, TelCdrList: records, TelCdrs: records };
}

function selectCalls({ world, effects }: ActionContext, request: DescribeTelCdrRequest): Call[] {
  refuseUnfit(world, request);
  const from = request.StartTimeStamp * SECOND;
  const to = (request.EndTimeStamp + 1) * SECOND;
  const sessions = filterOf(request.SessionIds);
  const phones = filterOf(request.Phones?.map(internationalDigits));
  const candidates = sessions === undefined ? world.calls : callsOf(world, sessions);
  if (effects.recordsHidden) return [];
  return candidates.filter((call) => {
    // Which time the window filters on is undocumented (reference 7): the start of the call, here.
    if (call.at < from || call.at >= to || call.recordAt > world.now) return false;
    const task = world.tasks.get(call.taskId);
    if (task?.sdkAppId !== request.SdkAppId) return false;
    if (phones === undefined) return true;
    return phones.has(task.numbers[call.callee] ?? '') || phones.has(internationalDigits(call.caller));
  });
}

function refuseUnfit(world: World, request: DescribeTelCdrRequest): void {
  const from = request.StartTimeStamp * SECOND;
  const to = request.EndTimeStamp * SECOND;
  if (to < from) throw new Refusal('InvalidParameterValue', 'EndTimeStamp lies before StartTimeStamp.');
  if (to - from >= WINDOW_WIDTH_MAX) {
    throw new Refusal(
      'InvalidParameterValue',
      'The window from StartTimeStamp to EndTimeStamp is not under 90 days.',
    );
  }
  if (from < world.now - WINDOW_AGE_MAX) {
    throw new Refusal('InvalidParameterValue', 'StartTimeStamp lies more than 180 days back.');
  }
  if (request.PageSize > RECORDS_PAGE_SIZE_MAX) {
    throw new Refusal('InvalidParameterValue', `PageSize is above ${RECORDS_PAGE_SIZE_MAX}.`);
  }
}

/** An empty list filters nothing, as an absent one. */
function filterOf(values: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return values === undefined || values.length === 0 ? undefined : new Set(values);
}

function callsOf(world: World, sessionIds: ReadonlySet<string>): Call[] {
  const calls: Call[] = [];
  for (const id of sessionIds) {
    const call = world.callBySession.get(id);
    if (call !== undefined) calls.push(call);
  }
  return calls.sort((a, b) => a.at - b.at);
}

/** Times are as long as the call would really have lasted: the scenario's speed is not in them. */
function recordOf(world: World, call: Call) {
  const task = world.tasks.get(call.taskId);
  const { numberEcho } = world.scenario;
  const callee = task?.callees[call.callee] ?? '';
  const uui = task?.uuis[call.callee] ?? '';
  const connected = isConnected(call.endStatus);
  const started = Math.floor(call.at / SECOND);
  const rang = started + call.setupSeconds;
  const accepted = rang + call.ringSeconds;
  const keys = call.keysPressed === '' ? [] : call.keysPressed.split(',');
  return {
    SessionId: call.sessionId,
    Caller: echoNumber(call.caller, numberEcho),
    Callee: echoNumber(callee, numberEcho),
    ProtectedCaller: '',
    ProtectedCallee: '',
    Direction: OUTBOUND,
    CallType: OUTBOUND,
    Time: started,
    StartTimestamp: started,
    QueuedTimestamp: 0,
    RingTimestamp: call.ringSeconds > 0 || connected ? rang : 0,
    AcceptTimestamp: connected ? accepted : 0,
    EndedTimestamp: accepted + call.talkSeconds,
    Duration: call.talkSeconds,
    EndStatus: call.endStatus,
    EndStatusString: END_STATUS_WORDS[call.endStatus] ?? '',
    HungUpSide: call.hungUpSide,
    UUI: uui,
    Uui: uui,
    IVRDuration: call.talkSeconds,
    IVRKeyPressed: keys,
    IVRKeyPressedEx: keys.map((key, index) => ({
      Key: key,
      Label: `menu-${index + 1}`,
      // Milliseconds, unlike every other time of a record.
      Timestamp: (accepted + index + 1) * SECOND,
      NodeLabel: `menu-${index + 1}`,
      OriginalContent: '',
      TTSPrompt: '',
    })),
    PostIVRKeyPressed: [],
    PostIVRKeyPressedEx: [],
    RecordURL: connected ? `https://recordings.invalid/${call.sessionId}.mp3` : '',
    RecordId: connected ? `rec-${call.sessionId}` : '',
    CustomRecordURL: '',
    AsrUrl: connected ? `https://recordings.invalid/${call.sessionId}.json` : '',
    AsrStatus: connected ? 'Complete' : 'NotExists',
    ServeParticipants: [],
    AIAgentId: task?.aiAgentId ?? 0,
  };
}
