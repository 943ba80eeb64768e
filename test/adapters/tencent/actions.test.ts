import { describe, expect, test } from 'vitest';
import { ACTIONS, type ActionName, actionFacts } from '../../../src/adapters/tencent/actions.ts';
import { ERROR_CODES } from '../../../src/adapters/tencent/codes.ts';

interface Expected {
  readonly effect: 'read' | 'write';
  readonly paging: 'none' | 'page_number' | 'offset';
  readonly cap?: number;
  /** A request that names every required field of the action, beside SdkAppId. */
  readonly request: object;
  /** The error codes that the reference lists for the action alone. */
  readonly errors: string;
}

const PAGE = { PageSize: 10, PageNumber: 0 };
const CAMPAIGN = {
  Name: 'spring',
  Callees: ['008613800000001'],
  Callers: ['008602150000001'],
  CallOrder: 0,
  SkillGroupId: 1,
  Priority: 3,
  ExpectedAbandonRate: 5,
  RetryInterval: 60,
  StartTime: 1_795_000_000,
  EndTime: 1_795_090_000,
};
const DB = 'InternalError.DBError';
const VALUE = 'InvalidParameterValue';
const NO_APP = 'InvalidParameterValue.InstanceNotExist';
const WINDOW = { StartTimeStamp: 1, EndTimeStamp: 2 };

/** The actions of the reference: section 2 for fields and errors, 2.5 for paging. */
const REFERENCE: Readonly<Record<string, Expected>> = {
  CreateAutoCalloutTask: {
    effect: 'write',
    paging: 'none',
    request: { NotBefore: 1, Callees: ['0086138'], Callers: ['0086010'], IvrId: 1 },
    errors: `FailedOperation.PermissionDenied InternalError ${DB} InvalidParameter ${VALUE}
      InvalidParameterValue.ExperienceAccount LimitExceeded.OutOfQuotaMaxCount`,
  },
  DescribeAutoCalloutTask: {
    effect: 'read',
    paging: 'none',
    request: { TaskId: 1 },
    errors: `${DB} InvalidParameter ${VALUE}`,
  },
  DescribeAutoCalloutTasks: {
    effect: 'read',
    paging: 'page_number',
    request: PAGE,
    errors: `${DB} InvalidParameter ${VALUE}`,
  },
  StopAutoCalloutTask: {
    effect: 'write',
    paging: 'none',
    request: { TaskId: 1 },
    errors: `${DB} InvalidParameter ${VALUE} UnsupportedOperation`,
  },
  PauseAutoCalloutTask: {
    effect: 'write',
    paging: 'none',
    request: { TaskId: 1 },
    errors: `InternalError ${DB} ${VALUE} UnsupportedOperation`,
  },
  ResumeAutoCalloutTask: {
    effect: 'write',
    paging: 'none',
    request: { TaskId: 1 },
    errors: `InternalError ${DB} ${VALUE} UnsupportedOperation`,
  },
  CreateIVRSession: {
    effect: 'write',
    paging: 'none',
    request: { Callee: '008613800000001', IVRId: 1 },
    errors: `FailedOperation.AIConcurrentNoPackage FailedOperation.AIConcurrentOverFrequency
      FailedOperation.CallOutFailed FailedOperation.CalleeIsBlackUser FailedOperation.CallerOverFrequency
      FailedOperation.CalloutRuleBlindArea FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime
      FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID FailedOperation.CalloutRuleNotWorkTime
      FailedOperation.NoCallOutNumber FailedOperation.PermissionDenied InternalError ${VALUE} ${NO_APP}
      LimitExceeded.BasePackageExpired`,
  },
  CreatePredictiveDialingCampaign: {
    effect: 'write',
    paging: 'none',
    request: CAMPAIGN,
    errors: `InternalError ${DB} ${VALUE} LimitExceeded.OutOfCountLimit`,
  },
  UpdatePredictiveDialingCampaign: {
    effect: 'write',
    paging: 'none',
    request: { ...CAMPAIGN, CampaignId: 1 },
    errors: `InternalError ${DB} ${VALUE} UnsupportedOperation`,
  },
  DescribePredictiveDialingCampaigns: {
    effect: 'read',
    paging: 'page_number',
    cap: 100,
    request: PAGE,
    errors: `${DB} ${VALUE}`,
  },
  DescribePredictiveDialingCampaign: {
    effect: 'read',
    paging: 'none',
    request: { CampaignId: 1 },
    errors: `${DB} ${VALUE}`,
  },
  DescribePredictiveDialingSessions: {
    effect: 'read',
    paging: 'page_number',
    cap: 1_000,
    request: { ...PAGE, CampaignId: 1 },
    errors: `${DB} ${VALUE}`,
  },
  PausePredictiveDialingCampaign: {
    effect: 'write',
    paging: 'none',
    request: { CampaignId: 1 },
    errors: `InternalError ${VALUE}`,
  },
  ResumePredictiveDialingCampaign: {
    effect: 'write',
    paging: 'none',
    request: { CampaignId: 1 },
    errors: `InternalError ${VALUE}`,
  },
  AbortPredictiveDialingCampaign: {
    effect: 'write',
    paging: 'none',
    request: { CampaignId: 1 },
    errors: `InternalError ${VALUE}`,
  },
  DeletePredictiveDialingCampaign: {
    effect: 'write',
    paging: 'none',
    request: { CampaignId: 1 },
    errors: `${DB} ${VALUE}`,
  },
  DescribeTelCdr: {
    effect: 'read',
    paging: 'page_number',
    cap: 100,
    request: { ...PAGE, ...WINDOW },
    errors: `InternalError ${DB} InvalidParameter.InstanceNotExist ${VALUE} ${NO_APP}`,
  },
  DescribeProtectedTelCdr: {
    effect: 'read',
    paging: 'page_number',
    cap: 100,
    request: { ...PAGE, ...WINDOW },
    errors: `InternalError ${DB} InvalidParameter.InstanceNotExist ${VALUE} ${NO_APP}`,
  },
  DescribeTelSession: {
    effect: 'read',
    paging: 'none',
    request: { SessionId: 's' },
    errors: `${DB} InvalidParameter.InstanceNotExist ${NO_APP}`,
  },
  DescribePSTNActiveSessionList: {
    effect: 'read',
    paging: 'offset',
    cap: 25,
    request: { Offset: 0, Limit: 25 },
    errors: 'FailedOperation.PermissionDenied InternalError LimitExceeded.OutOfCountLimit',
  },
  DescribeSessionDetail: {
    effect: 'read',
    paging: 'none',
    request: { SessionId: 's', StartTimestamp: 1, EndTimestamp: 2 },
    errors: `FailedOperation.SessionNotExists InternalError ${DB} ${VALUE}`,
  },
  HangUpCall: { effect: 'write', paging: 'none', request: { SessionId: 's' }, errors: DB },
  DescribeNumbers: {
    effect: 'read',
    paging: 'page_number',
    request: {},
    errors: `InternalError ${DB} ${VALUE}`,
  },
  DescribeCCCBuyInfoList: {
    effect: 'read',
    paging: 'none',
    request: { SdkAppId: undefined },
    errors: `InternalError ${DB} InvalidParameter InvalidParameterValue.AccountNotExist UnknownParameter`,
  },
  CreateStaff: {
    effect: 'write',
    paging: 'none',
    request: { Staffs: [{ Name: 'Li', Mail: 'li@example.com', StaffNumber: '1' }] },
    errors: `FailedOperation.DuplicatedAccount InternalError InvalidParameter InvalidParameter.InstanceNotExist
      ${VALUE} ${NO_APP} LimitExceeded`,
  },
  DescribeStaffInfoList: {
    effect: 'read',
    paging: 'page_number',
    cap: 9_999,
    request: PAGE,
    errors: `InternalError InvalidParameter.InstanceNotExist ${VALUE} ${NO_APP}`,
  },
  DescribeSkillGroupInfoList: {
    effect: 'read',
    paging: 'page_number',
    cap: 100,
    request: PAGE,
    errors: `InternalError InvalidParameter InvalidParameter.InstanceNotExist ${VALUE} ${NO_APP}`,
  },
  BindStaffSkillGroupList: {
    effect: 'write',
    paging: 'none',
    request: { StaffEmail: 'li@example.com', StaffSkillGroupList: [{ SkillGroupId: 1 }] },
    errors: `InternalError ${DB} InvalidParameter ${NO_APP}`,
  },
  DescribeStaffStatusMetrics: {
    effect: 'read',
    paging: 'none',
    request: {},
    errors: `InternalError ${DB} InvalidParameter InvalidParameter.InstanceNotExist ${NO_APP}`,
  },
  DescribeExtensions: {
    effect: 'read',
    paging: 'page_number',
    request: { PageNumber: 0 },
    errors: `${DB} ${NO_APP}`,
  },
  DescribeCallInMetrics: {
    effect: 'read',
    paging: 'none',
    request: {},
    errors: `InternalError ${DB} InvalidParameter InvalidParameter.InstanceNotExist ${NO_APP}`,
  },
  DescribeIvrAudioList: {
    effect: 'read',
    paging: 'page_number',
    cap: 50,
    request: PAGE,
    errors: `InternalError ${DB} ${VALUE}`,
  },
  UploadIvrAudio: {
    effect: 'write',
    paging: 'none',
    request: { AudioList: [{ CustomFileName: 'a.wav', AudioUrl: 'https://example.com/a.wav' }] },
    errors: `FailedOperation.UploadFileOverflow ${DB} ${VALUE}`,
  },
};

const names = Object.keys(REFERENCE) as ActionName[];

describe('the table of the provider actions', () => {
  test('has a row for every action of the reference, and no other', () => {
    expect(Object.keys(ACTIONS).sort()).toEqual([...names].sort());
  });

  test.each(names)(
    '%s: effect, paging, quota, required fields and error codes are those of the reference',
    (name) => {
      const expected = REFERENCE[name] as Expected;
      const { effect, paging, pageSizeMax, requestsPerSecond, request } = actionFacts(name);
      expect({ effect, paging, pageSizeMax, requestsPerSecond }).toEqual({
        effect: expected.effect,
        paging: expected.paging,
        pageSizeMax: expected.cap,
        requestsPerSecond: 20,
      });
      const full = JSON.parse(JSON.stringify({ SdkAppId: 1_400_000_000, ...expected.request }));
      const asked = name === 'DescribeCCCBuyInfoList' ? {} : full;
      expect(request.safeParse(asked).success).toBe(true);
      // The reference warns that the provider may refuse fields that it does not declare.
      expect(request.safeParse({ ...asked, ClientToken: 'x' }).success).toBe(false);
      for (const field of Object.keys(asked)) {
        const { [field]: _, ...rest } = asked;
        const optional = [
          'IvrId',
          'StaffSkillGroupList',
          ...(name === 'DescribeExtensions' ? ['PageSize'] : []),
        ];
        if (!optional.includes(field))
          expect(request.safeParse(rest).success, `without ${field}`).toBe(false);
      }
      const codes = expected.errors.split(/\s+/);
      expect(codes.filter((code) => !Object.hasOwn(ERROR_CODES, code))).toEqual([]);
    },
  );

  test.each(names.filter((name) => REFERENCE[name]?.cap !== undefined && !name.includes('TelCdr')))(
    '%s: a page above the cap never leaves',
    (name) => {
      const { request, cap = 0 } = REFERENCE[name] as Expected;
      const field = 'Limit' in request ? 'Limit' : 'PageSize';
      const asked = (size: number) => ({ SdkAppId: 1, ...request, [field]: size });
      expect(actionFacts(name).request.safeParse(asked(cap)).success).toBe(true);
      expect(actionFacts(name).request.safeParse(asked(cap + 1)).success).toBe(false);
    },
  );

  test.each(names.filter((name) => REFERENCE[name]?.effect === 'read'))(
    '%s: null for every field that may be null, and fields that nobody knows, are read',
    (name) => {
      const { reply } = actionFacts(name);
      const empty = reply.safeParse({ RequestId: 'r', ...NEEDED[name] });
      expect(empty.error).toBeUndefined();
      const known = Object.keys(empty.data as object).filter((key) => key !== 'RequestId');
      const nulls = Object.fromEntries(known.map((key) => [key, null]));
      const read = reply.safeParse({ ...nulls, RequestId: 'r', ...NEEDED[name], NewField: { Deep: [1] } });
      expect(read.error).toBeUndefined();
      expect(read.data).toEqual(empty.data);
    },
  );
});

/** What a reply cannot do without. */
const NEEDED: Readonly<Record<string, object>> = {
  DescribeAutoCalloutTask: { State: 1 },
  DescribeAutoCalloutTasks: { TotalCount: 0 },
};

const replyOf = (name: ActionName, reply: object) =>
  actionFacts(name).reply.parse({ RequestId: 'r', ...reply });

describe('the traps in the names and types of fields', () => {
  test('a live call has SessionID and times as text in the list, as numbers in the look at one', () => {
    const list = replyOf('DescribePSTNActiveSessionList', {
      Total: 1,
      Sessions: [{ SessionID: 's', StartTimestamp: '1795000000', AcceptTimestamp: '', RingTimestamp: 5 }],
    });
    expect(list).toMatchObject({
      Sessions: [{ SessionID: 's', StartTimestamp: 1_795_000_000, AcceptTimestamp: 0, RingTimestamp: 5 }],
    });
    const one = replyOf('DescribeTelSession', { Session: { SessionID: 's', StartTimestamp: 1_795_000_000 } });
    expect(one).toMatchObject({ Session: { StartTimestamp: 1_795_000_000 } });
    expect(replyOf('DescribeTelSession', { Session: null })).toMatchObject({ Session: undefined });
  });

  test('the skill groups of an extension come as one text', () => {
    const read = replyOf('DescribeExtensions', {
      Total: 2,
      ExtensionList: [{ SkillGroupId: '7, 9' }, { SkillGroupId: '' }],
    });
    expect(read).toMatchObject({ ExtensionList: [{ SkillGroupId: [7, 9] }, { SkillGroupId: [] }] });
  });

  test('states that the reference does not have stay the numbers they are', () => {
    const numbers = replyOf('DescribeNumbers', {
      TotalCount: 1,
      Numbers: [{ Number: '0086021', State: 77, CallOutSkillGroupIds: null }],
    });
    expect(numbers).toMatchObject({
      Numbers: [{ State: 77, CallOutSkillGroupIds: [] }],
    });
    const audio = replyOf('DescribeIvrAudioList', { FileInfo: [{ FileId: 1, Status: 9 }] });
    expect(audio).toMatchObject({ FileInfo: [{ Status: 9 }] });
  });

  test('what failed in part stands in a reply that succeeded', () => {
    const staff = replyOf('CreateStaff', {
      ErrorStaffList: [{ StaffEmail: 'a@b', Code: 'x', Message: null }],
    });
    expect(staff).toMatchObject({ ErrorStaffList: [{ StaffEmail: 'a@b', Code: 'x', Message: '' }] });
    const audio = replyOf('UploadIvrAudio', { FailedFileList: [{ FileName: 'a', FailedMsg: 'too big' }] });
    expect(audio).toMatchObject({ FailedFileList: [{ FileName: 'a' }], SuccessFileList: [] });
  });
});
