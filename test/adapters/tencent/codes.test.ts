import { describe, expect, test } from 'vitest';
import {
  dispositionOfEndCode,
  END_CODES,
  ERROR_CODES,
  endCodeOf,
  endCodeOfWord,
  type FailureKind,
  failureKind,
  isStrangeEnd,
} from '../../../src/adapters/tencent/codes.ts';
import { END_STATUS_WORDS, OTHER_END_WORDS } from '../../../src/adapters/tencent/schema/end-status.ts';
import { DISPOSITION_NAMES, type Disposition, dispositionFacts } from '../../../src/core/disposition.ts';

/** Every code that sections 1.4 and 1.5 of the provider's reference name, by what it means to us. */
const REFERENCE: Readonly<Record<FailureKind, string>> = {
  refused: `RequestLimitExceeded RequestLimitExceeded.UinLimitExceeded
    RequestLimitExceeded.GlobalRegionUinLimitExceeded RequestLimitExceeded.IPLimitExceeded
    AuthFailure.SignatureExpire`,
  doubt: `InternalError InternalError.DBError ServiceUnavailable ResourceUnavailable ResourceInsufficient
    ResourceInUse FailedOperation`,
  blocked: `AuthFailure.SignatureFailure AuthFailure.InvalidAuthorization AuthFailure.InvalidSecretId
    AuthFailure.SecretIdNotFound AuthFailure.MFAFailure AuthFailure.TokenFailure
    AuthFailure.UnauthorizedOperation UnauthorizedOperation IpInBlacklist IpNotInWhitelist
    OperationDenied.NotInWhiteList OperationDenied.UinDisabled ActionOffline InvalidAction NoSuchProduct
    NoSuchVersion UnsupportedProtocol UnsupportedRegion FailedOperation.NoCallOutNumber
    FailedOperation.PermissionDenied FailedOperation.AIConcurrentNoPackage FailedOperation.AILicenseHasExpired
    InvalidParameter.InstanceNotExist InvalidParameterValue.InstanceNotExist LimitExceeded.BasePackageExpired
    LimitExceeded.InsufficientLicense`,
  invalid: `ResponseSizeLimitExceeded RequestSizeLimitExceeded InvalidParameter InvalidParameterValue
    MissingParameter UnknownParameter ResourceNotFound UnsupportedOperation InvalidRequest DryRunOperation
    FailedOperation.CallOutFailed FailedOperation.CalleeIsBlackUser FailedOperation.CalleeIsLimited
    FailedOperation.CalloutRuleBlindArea FailedOperation.SessionNotExists
    FailedOperation.SessionNotInControlState FailedOperation.DuplicatedAccount
    FailedOperation.CurStateNotAllowModify FailedOperation.ControlAIConversation
    InvalidParameterValue.AccountNotExist InvalidParameterValue.ExperienceAccount
    InvalidParameterValue.SkillGroupError InvalidParameterValue.RecordNotExist
    InvalidParameterValue.FileNotExist InvalidParameterValue.PhoneNumInvalid`,
  quota: `LimitExceeded LimitExceeded.OutOfCountLimit LimitExceeded.OutOfQuotaMaxCount
    FailedOperation.CallerOverFrequency FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime
    FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID FailedOperation.CalloutRuleNotWorkTime
    FailedOperation.AIConcurrentOverFrequency FailedOperation.AcquireQuota FailedOperation.SeatStatusBusy
    FailedOperation.UploadFileOverflow`,
};

/** Section 3.4: codes with a meaning for outbound calls, then those that have none. */
const END_REFERENCE: Readonly<Record<number, Disposition>> = {
  0: 'error',
  1: 'answered',
  2: 'unconnected',
  108: 'restricted_callee',
  109: 'too_many_request',
  110: 'restricted_area',
  111: 'restricted_time',
  201: 'unknown',
  202: 'no_answer',
  203: 'user_reject',
  204: 'power_off',
  205: 'number_not_exist',
  206: 'busy',
  207: 'out_of_credit',
  208: 'operator_error',
  209: 'caller_cancel',
  210: 'not_in_service',
  211: 'client_error',
  212: 'carrier_blocked',
  213: 'call_reminder',
  215: 'number_invalid',
  216: 'call_restricted',
  217: 'callee_restricted',
  218: 'area_restricted',
  219: 'prompt_call_forwarding',
  220: 'caller_cancel_while_ring',
  221: 'caller_cancel_without_ring',
  222: 'voice_mail_reached',
  225: 'asr_error',
  226: 'llm_error',
  227: 'tts_error',
  228: 'function_call_hangup',
  229: 'max_call_duration_reached',
  230: 'user_inactivity',
  231: 'call_terminated_by_api',
  232: 'user_hangup_during_ai_call',
  233: 'ai_agent_end_call',
};
/** Codes of inbound calls and of browser telephony. */
const NOT_OUTBOUND = [17, 100, 102, 103, 104, 105, 106, 107, 501, 502, 503];
/** Named by the reference, which cannot say what it means. */
const UNEXPLAINED = [234];

/** What a code says beyond its name: nothing dialled and so no attempt, by the provider's own rules; final for the number; spoken. */
const REFUSED = [108, 109, 110, 111];
const FINAL = [108, 110, 205, 215, 217, 218];
const SPOKEN = [1, 225, 226, 227, 228, 229, 230, 231, 232, 233];

const codesOf = (kind: FailureKind) => REFERENCE[kind].trim().split(/\s+/);
const kinds = Object.keys(REFERENCE) as FailureKind[];

describe('error codes', () => {
  test('every code of the reference has its own row, and the table has no other', () => {
    const named = kinds.flatMap(codesOf);
    expect(new Set(named).size).toBe(named.length);
    expect(Object.keys(ERROR_CODES).sort()).toEqual([...named].sort());
  });

  test.each(kinds)('the codes that mean %s', (kind) => {
    for (const code of codesOf(kind)) expect(failureKind(code), code).toBe(kind);
  });

  test.each([
    ['RequestLimitExceeded.New', 'refused'],
    ['AuthFailure.New', 'blocked'],
    ['UnauthorizedOperation.New', 'blocked'],
    ['InvalidParameterValue.New', 'invalid'],
    ['InvalidParameter.New', 'invalid'],
    ['MissingParameter.New', 'invalid'],
    ['LimitExceeded.New', 'quota'],
    ['UnsupportedOperation.New', 'invalid'],
    ['FailedOperation.New', 'doubt'],
    ['InternalError.New', 'doubt'],
    ['ResourceInUse.New', 'doubt'],
    ['Entirely.New', 'doubt'],
    ['', 'doubt'],
    ['constructor', 'doubt'],
    ['toString.New', 'doubt'],
  ])('a code nobody knows yet, %j, is %s', (code, kind) => {
    expect(failureKind(code)).toBe(kind);
  });
});

describe('end codes', () => {
  test('every code of the reference is in the table once, and no other', () => {
    const codes = END_CODES.map(([code]) => code);
    expect(new Set(codes).size).toBe(codes.length);
    const named = [...Object.keys(END_REFERENCE).map(Number), ...NOT_OUTBOUND, ...UNEXPLAINED];
    expect([...codes].sort((a, b) => a - b)).toEqual(named.sort((a, b) => a - b));
  });

  test('says whether it cost an attempt, is final for the number, is a refusal, or was spoken', () => {
    for (const [code, disposition] of END_CODES) {
      expect(dispositionFacts(disposition), `${code} ${disposition}`).toEqual({
        cost: !REFUSED.includes(code),
        refused: REFUSED.includes(code),
        dead: FINAL.includes(code),
        connected: SPOKEN.includes(code),
      });
    }
  });

  test('is strange where no outbound call should have it', () => {
    for (const code of [...NOT_OUTBOUND, ...UNEXPLAINED, 999, -1])
      expect(isStrangeEnd(code), `${code}`).toBe(true);
    for (const code of Object.keys(END_REFERENCE)) expect(isStrangeEnd(Number(code)), code).toBe(false);
  });

  test('means its disposition; inbound ends have one of their own, and what is new is unknown', () => {
    for (const [code, disposition] of Object.entries(END_REFERENCE)) {
      expect(dispositionOfEndCode(Number(code)), code).toBe(disposition);
    }
    for (const code of NOT_OUTBOUND) expect(dispositionOfEndCode(code), String(code)).toBe('not_outbound');
    for (const code of [...UNEXPLAINED, 999, -1, 1.5, Number.NaN]) {
      expect(dispositionOfEndCode(code), String(code)).toBe('unknown');
    }
  });

  test('every disposition has the code that means it, except the one that no record gives', () => {
    for (const disposition of DISPOSITION_NAMES) {
      const code = endCodeOf(disposition);
      if (disposition === 'record_missing') expect(code).toBeUndefined();
      else expect(dispositionOfEndCode(code ?? Number.NaN), disposition).toBe(disposition);
    }
  });

  test('words stand for their codes in any case; an unknown or empty word for none', () => {
    for (const [code, word] of Object.entries({ ...END_STATUS_WORDS, ...OTHER_END_WORDS })) {
      expect(endCodeOfWord(word)).toBe(Number(code));
      expect(endCodeOfWord(word.toUpperCase())).toBe(Number(code));
    }
    expect(endCodeOfWord('')).toBeUndefined();
    expect(endCodeOfWord('seatForward')).toBeUndefined();
  });
});
