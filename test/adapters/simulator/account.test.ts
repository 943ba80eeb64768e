import { describe, expect, it } from 'vitest';
import { ACTIONS as SPOKEN } from '../../../src/adapters/simulator/actions.ts';
import type { ScenarioInput } from '../../../src/adapters/simulator/scenario.ts';
import { ACTIONS } from '../../../src/adapters/tencent/actions.ts';
import { always, numbers, order, type Rig, startRig } from './support.ts';

const CALLER = '008602150000001';
const OTHER = '008602150000002';
/** A Monday, 09:00 in Beijing is 01:00 UTC; the rig's clock starts somewhere else, so hours are set by hand. */
const MORNING = '2026-11-23T09:00:00+08:00';

function endsOf(rig: Rig): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { endStatus } of rig.simulator.ledger()) counts[endStatus] = (counts[endStatus] ?? 0) + 1;
  return counts;
}

/** A rig whose clock stands at an instant. */
async function rigAt(at: string, scenario: ScenarioInput) {
  const rig = await startRig({ scenario: { requestsPerSecond: 1_000, ...scenario } });
  rig.clock.advanceTo(Date.parse(at));
  return rig;
}

describe('the simulator', () => {
  it('speaks every action that the client has, and no other', () => {
    expect([...SPOKEN.keys()].sort()).toEqual(Object.keys(ACTIONS).sort());
  });
});

describe('the numbers of the account', () => {
  it('are listed in pages of 20 with state and cost, and bought are those of the provider', async () => {
    const named = Array.from({ length: 25 }, (_, at) => ({
      number: `00860215000${1_000 + at}`,
      state: at === 3 ? 5 : 1,
      costType: at % 2,
      callType: 2,
    }));
    const rig = await startRig({ scenario: { numbers: named } });
    const first = await rig.call('DescribeNumbers');
    expect(first.fields).toMatchObject({ TotalCount: 25 });
    expect(first.fields.Numbers).toHaveLength(20);
    expect((first.fields.Numbers as object[])[3]).toMatchObject({ State: 5, CostType: 1 });
    const second = await rig.call('DescribeNumbers', { PageNumber: 1 });
    expect(second.fields.Numbers).toHaveLength(5);
    const bought = await rig.call('DescribeCCCBuyInfoList', {
      SdkAppId: undefined,
      SdkAppIds: [1_400_000_000],
    });
    expect(bought.fields.SdkAppIdBuyList).toMatchObject([{ SdkAppId: 1_400_000_000 }]);
    const [application] = bought.fields.SdkAppIdBuyList as [{ PhoneNumBuyList: { CallType: number }[] }];
    expect(application.PhoneNumBuyList).toHaveLength(13);
    expect(application.PhoneNumBuyList[0]).toMatchObject({ CallType: 2, State: 1 });
  });

  it('that may not call end every call before it rings, and strangers are refused', async () => {
    const rig = await startRig({
      scenario: { ...always('ok'), numbers: [{ number: CALLER, state: 2 }, { number: OTHER }] },
    });
    await rig.create({ Callees: numbers(5) });
    await rig.create({ Callees: numbers(5, 100), Callers: [OTHER] });
    rig.clock.advance(600_000);
    expect(endsOf(rig)).toEqual({ 221: 5, 1: 5 });
    const stranger = { ...order(rig.seconds()), Callers: ['008601000000000'] };
    expect((await rig.call('CreateAutoCalloutTask', stranger)).code).toBe('InvalidParameterValue');
  });

  it('go bad from a moment on for a share of their calls, others not', async () => {
    const turns = [{ afterMs: 3_600_000, share: 0.6, outcomes: { tooManyRequest: 2, carrierBlocked: 1 } }];
    const rig = await startRig({
      scenario: { ...always('ok'), numbers: [{ number: CALLER, turns }, { number: OTHER }] },
    });
    await rig.create({ Callees: numbers(200) });
    rig.clock.advance(3_590_000);
    expect(endsOf(rig)).toEqual({ 1: 200 });
    rig.clock.advance(20_000);
    await rig.create({ Callees: numbers(400, 1_000) });
    await rig.create({ Callees: numbers(400, 5_000), Callers: [OTHER] });
    rig.clock.advance(3_600_000);
    const ends = rig.simulator.ledger().slice(200);
    const bad = ends.filter(({ endStatus }) => endStatus !== 1);
    expect(new Set(bad.map(({ caller }) => caller))).toEqual(new Set([CALLER]));
    expect(bad.length / 400).toBeGreaterThan(0.5);
    expect(bad.length / 400).toBeLessThan(0.7);
    const blocked = bad.filter(({ endStatus }) => endStatus === 212).length;
    expect(blocked / bad.length).toBeGreaterThan(0.2);
    expect(blocked / bad.length).toBeLessThan(0.47);
  });

  it('supplied by the provider have one channel and its hours, caps and areas; own ones have not', async () => {
    const rig = await rigAt(MORNING, {
      ...always('ok'),
      numbers: [{ number: CALLER, costType: 0 }, { number: OTHER }],
    });
    await rig.create({ Callees: numbers(3) });
    rig.clock.advance(600_000);
    const calls = rig.simulator.ledger();
    for (const [at, call] of calls.entries()) {
      const before = calls[at - 1];
      if (before !== undefined) expect(call.at).toBeGreaterThanOrEqual(before.endAt);
    }
    // One number called again and again: the fourth within five minutes is declined.
    const again = numbers(1, 500);
    for (let round = 0; round < 4; round += 1) {
      await rig.create({ Callees: again });
      rig.clock.advance(40_000);
    }
    const ends = rig.simulator
      .ledger()
      .slice(3)
      .map(({ endStatus }) => endStatus);
    expect(ends).toEqual([1, 1, 1, 109]);
    await rig.create({ Callees: ['0086991555000'] });
    rig.clock.advance(60_000);
    expect(rig.simulator.ledger().at(-1)).toMatchObject({ endStatus: 110, declined: true });
    rig.clock.advanceTo(Date.parse('2026-11-23T21:00:01+08:00'));
    await rig.create({ Callees: numbers(1, 900) });
    await rig.create({ Callees: numbers(1, 901), Callers: [OTHER] });
    rig.clock.advance(60_000);
    expect(
      rig.simulator
        .ledger()
        .slice(-2)
        .map(({ endStatus }) => endStatus)
        .sort(),
    ).toEqual([1, 111]);
  });

  it('use up packages call by call, and what is left survives a restart', async () => {
    const packages = [
      { id: 'old', capacity: 50, endsAt: '2020-01-01T00:00:00Z' },
      { id: 'small', capacity: 3 },
      { id: 'large', capacity: 100, remaining: 60 },
    ];
    const scenario = { ...always('ok'), packages };
    const rig = await startRig({ scenario });
    await rig.create({ Callees: numbers(10) });
    rig.clock.advance(600_000);
    const left = async (from: typeof rig) =>
      (
        (await from.call('DescribeCCCBuyInfoList', { SdkAppId: undefined })).fields.PackageBuyList as object[]
      ).map((one) => (one as { CapacityRemain: number }).CapacityRemain);
    expect(await left(rig)).toEqual([50, 0, 53]);
    const next = await startRig({ scenario, clock: rig.clock, snapshot: rig.simulator.snapshot() });
    expect(await left(next)).toEqual([50, 0, 53]);
  });
});

describe('sound files', () => {
  it('are listed with their review, and an upload is approved after a while; bad ones are named', async () => {
    const rig = await startRig({ scenario: { audios: [{ name: 'old.wav', status: 2 }] } });
    const upload = await rig.call('UploadIvrAudio', {
      AudioList: [
        { CustomFileName: 'greeting.wav', AudioUrl: 'https://example.com/a.wav' },
        { CustomFileName: 'notes.txt', AudioUrl: 'https://example.com/notes.txt' },
      ],
    });
    expect(upload.fields).toMatchObject({
      SuccessFileList: [{ CustomFileName: 'greeting.wav', Status: 0 }],
      FailedFileList: [{ FileName: 'notes.txt' }],
    });
    const statuses = async () => {
      const { fields } = await rig.call('DescribeIvrAudioList', { PageSize: 50, PageNumber: 0 });
      return (fields.FileInfo as { Status: number }[]).map(({ Status }) => Status);
    };
    expect(await statuses()).toEqual([2, 0]);
    rig.clock.advance(61_000);
    expect(await statuses()).toEqual([2, 1]);
    expect((await rig.call('DescribeIvrAudioList', { PageSize: 51, PageNumber: 0 })).code).toBe(
      'InvalidParameterValue',
    );
    const many = Array.from({ length: 50 }, (_, at) => ({
      CustomFileName: `${at}.mp3`,
      AudioUrl: `https://example.com/${at}.mp3`,
    }));
    expect((await rig.call('UploadIvrAudio', { AudioList: many })).code).toBe(
      'FailedOperation.UploadFileOverflow',
    );
  });
});

describe('single calls', () => {
  it('are placed at once, seen while they last, and found afterwards', async () => {
    const rig = await startRig({ scenario: always('ok') });
    const placed = await rig.call('CreateIVRSession', { Callee: '+8613800000001', IVRId: 7, UUI: 'x' });
    const SessionId = placed.fields.SessionId as string;
    const now = rig.seconds();
    rig.clock.advance(5_000);
    const ringing = await rig.call('DescribeTelSession', { SessionId });
    expect(ringing.fields.Session).toMatchObject({
      SessionID: SessionId,
      SessionStatus: 'ringing',
      StartTimestamp: now,
      RingTimestamp: now + 1,
      AcceptTimestamp: 0,
    });
    rig.clock.advance(10_000);
    const live = await rig.call('DescribePSTNActiveSessionList', { Offset: 0, Limit: 25 });
    expect(live.fields).toMatchObject({
      Total: 1,
      Sessions: [{ SessionID: SessionId, SessionStatus: 'inProgress', AcceptTimestamp: String(now + 11) }],
    });
    rig.clock.advance(60_000);
    expect((await rig.call('DescribePSTNActiveSessionList', { Offset: 0, Limit: 25 })).fields.Total).toBe(0);
    const window = { SessionId, StartTimestamp: now - 10, EndTimestamp: now + 10 };
    const detail = await rig.call('DescribeSessionDetail', window);
    expect(detail.fields).toMatchObject({
      EndStatus: 1,
      UUI: 'x',
      StartTimeStamp: now,
      EndedTimestamp: now + 31,
    });
    const never = await rig.call('DescribeSessionDetail', { ...window, SessionId: 'none' });
    expect(never.code).toBe('FailedOperation.SessionNotExists');
    // It is no task of the application.
    const tasks = await rig.call('DescribeAutoCalloutTasks', { PageSize: 10, PageNumber: 0 });
    expect(tasks.fields.TotalCount).toBe(0);
  });

  it('are hung up in the middle: a short talk, or one that nobody answered, and the channel is free again', async () => {
    const rig = await startRig({
      scenario: { ...always('ok'), numbers: [{ number: CALLER, channels: 1 }] },
    });
    const place = async () =>
      (await rig.call('CreateIVRSession', { Callee: '008613800000001', IVRId: 7 })).fields
        .SessionId as string;
    const first = await place();
    expect((await rig.call('CreateIVRSession', { Callee: '008613800000002', IVRId: 7 })).code).toBe(
      'FailedOperation.CallOutFailed',
    );
    rig.clock.advance(5_000);
    expect((await rig.call('HangUpCall', { SessionId: first })).code).toBe('OK');
    expect((await rig.call('HangUpCall', { SessionId: first })).code).toBe(
      'FailedOperation.SessionNotExists',
    );
    const second = await place();
    rig.clock.advance(20_000);
    await rig.call('HangUpCall', { SessionId: second });
    rig.clock.advance(600_000);
    const window = {
      StartTimeStamp: rig.seconds() - 3_600,
      EndTimeStamp: rig.seconds(),
      PageSize: 10,
      PageNumber: 0,
    };
    const { fields } = await rig.call('DescribeTelCdr', { ...window, SessionIds: [first, second] });
    expect(fields.TelCdrList).toMatchObject([
      { EndStatus: 209, Duration: 0 },
      { EndStatus: 1, Duration: 9 },
    ]);
  });

  it('are refused at once for what a task would only learn from the end of a call', async () => {
    const rig = await rigAt('2026-11-23T22:00:00+08:00', {
      numbers: [
        { number: CALLER, costType: 0 },
        { number: OTHER, state: 4 },
      ],
      packages: [{ id: 'p', capacity: 0 }],
    });
    const code = async (Callers: string[]) =>
      (await rig.call('CreateIVRSession', { Callee: '008613800000001', IVRId: 7, Callers })).code;
    expect(await code([OTHER])).toBe('FailedOperation.NoCallOutNumber');
    expect(await code([CALLER])).toBe('FailedOperation.CalloutRuleNotWorkTime');
    rig.clock.advanceTo(Date.parse('2026-11-24T10:00:00+08:00'));
    expect(await code([CALLER])).toBe('LimitExceeded.BasePackageExpired');
  });
});

describe('predictive campaigns', () => {
  const wanted = (seconds: number) => ({
    Name: 'autumn',
    Callees: numbers(4),
    Callers: [CALLER],
    CallOrder: 1,
    SkillGroupId: 1,
    Priority: 3,
    ExpectedAbandonRate: 5,
    RetryInterval: 60,
    StartTime: seconds + 60,
    EndTime: seconds + 3_600,
  });

  it('go from ready to completed in their own numbering, and tell their sessions', async () => {
    const rig = await startRig({ scenario: always('ok') });
    const { CampaignId } = (await rig.call('CreatePredictiveDialingCampaign', wanted(rig.seconds()))).fields;
    const status = async () =>
      (await rig.call('DescribePredictiveDialingCampaign', { CampaignId })).fields.Status;
    expect(await status()).toBe(0);
    const update = { ...wanted(rig.seconds()), Name: 'winter', CampaignId };
    expect((await rig.call('UpdatePredictiveDialingCampaign', update)).code).toBe('OK');
    rig.clock.advance(61_000);
    expect(await status()).toBe(1);
    expect((await rig.call('UpdatePredictiveDialingCampaign', update)).code).toBe('UnsupportedOperation');
    await rig.call('PausePredictiveDialingCampaign', { CampaignId });
    expect(await status()).toBe(2);
    await rig.call('ResumePredictiveDialingCampaign', { CampaignId });
    rig.clock.advance(600_000);
    expect(await status()).toBe(4);
    const list = await rig.call('DescribePredictiveDialingCampaigns', { PageSize: 100, PageNumber: 0 });
    expect(list.fields).toMatchObject({
      TotalCount: 1,
      CampaignList: [{ Name: 'winter', Status: 4, StatusReason: 0, CalleeCount: 4, FinishedCalleeCount: 4 }],
    });
    const sessions = await rig.call('DescribePredictiveDialingSessions', {
      CampaignId,
      PageSize: 3,
      PageNumber: 1,
    });
    expect(sessions.fields).toMatchObject({ TotalCount: 4, SessionList: [expect.any(String)] });
    expect(
      (await rig.call('DescribeAutoCalloutTasks', { PageSize: 10, PageNumber: 0 })).fields.TotalCount,
    ).toBe(0);
    expect(rig.simulator.summary()).toMatchObject({ dials: 4, duplicateDials: 0 });
  });

  it('are aborted, end by their time, and are deleted', async () => {
    const rig = await startRig({ scenario: always('notAnswer') });
    const create = async () => {
      const { fields } = await rig.call('CreatePredictiveDialingCampaign', {
        ...wanted(rig.seconds()),
        RetryTimes: 2,
      });
      return fields.CampaignId;
    };
    const [aborted, overdue] = [await create(), await create()];
    await rig.call('PausePredictiveDialingCampaign', { CampaignId: overdue });
    rig.clock.advance(61_000);
    expect((await rig.call('DeletePredictiveDialingCampaign', { CampaignId: aborted })).code).toBe(
      'InvalidParameterValue',
    );
    await rig.call('AbortPredictiveDialingCampaign', { CampaignId: aborted });
    rig.clock.advance(7_200_000);
    const fields = async (CampaignId: unknown) =>
      (await rig.call('DescribePredictiveDialingCampaign', { CampaignId })).fields;
    expect(await fields(aborted)).toMatchObject({ Status: 3, StatusReason: 1 });
    expect(await fields(overdue)).toMatchObject({ Status: 3, StatusReason: 2 });
    expect((await rig.call('DeletePredictiveDialingCampaign', { CampaignId: aborted })).code).toBe('OK');
    expect((await rig.call('DescribePredictiveDialingCampaign', { CampaignId: aborted })).code).toBe(
      'InvalidParameterValue',
    );
  });
});

describe('agents', () => {
  it('are made in part, listed, bound to skill groups, and tell what they do', async () => {
    const rig = await startRig({
      scenario: {
        skillGroups: [
          { id: 5, name: 'Sales' },
          { id: 6, name: 'Care' },
        ],
        staff: [{ name: 'Li', mail: 'li@example.com', staffNumber: '1', extension: '1001', status: 'busy' }],
      },
    });
    const made = await rig.call('CreateStaff', {
      Staffs: [
        { Name: 'Wu', Mail: 'wu@example.com', StaffNumber: '2', SkillGroupNameList: ['Sales'] },
        { Name: 'Li', Mail: 'li@example.com', StaffNumber: '3' },
      ],
    });
    expect(made.fields.ErrorStaffList).toMatchObject([{ StaffEmail: 'li@example.com' }]);
    const bind = { StaffEmail: 'li@example.com', StaffSkillGroupList: [{ SkillGroupId: 6, Priority: 1 }] };
    expect((await rig.call('BindStaffSkillGroupList', bind)).code).toBe('OK');
    const list = await rig.call('DescribeStaffInfoList', { PageSize: 9_999, PageNumber: 0 });
    expect(list.fields).toMatchObject({
      TotalCount: 2,
      StaffList: [
        {
          Mail: 'li@example.com',
          SkillGroupList: [{ SkillGroupId: 6, SkillGroupName: 'Care', Priority: 1 }],
        },
        { Mail: 'wu@example.com', SkillGroupList: [{ SkillGroupId: 5 }] },
      ],
    });
    const groups = await rig.call('DescribeSkillGroupInfoList', { PageSize: 100, PageNumber: 0 });
    expect(groups.fields.TotalCount).toBe(2);
    const extensions = await rig.call('DescribeExtensions', { PageNumber: 0, IsNeedStatus: true });
    expect(extensions.fields).toMatchObject({
      Total: 1,
      ExtensionList: [{ SkillGroupId: '6', Status: 200 }],
    });
    const busy = await rig.call('DescribeStaffStatusMetrics', { StatusList: ['busy'] });
    expect(busy.fields.Metrics).toMatchObject([{ Email: 'li@example.com', Status: 'busy' }]);
    const calls = await rig.call('DescribeCallInMetrics', { EnabledNumber: true });
    expect(calls.fields).toMatchObject({ TotalMetrics: { QueueCount: 0 }, SkillGroupMetrics: [{}, {}] });
  });
});
