/**
 * What the provider's codes mean to us: error codes as kinds of failure, end codes of calls as dispositions.
 * Both lists are open at the provider's side, so both have an answer for what they do not hold: an unknown
 * error is a doubt unless its family says that nothing was executed; an unknown end is `unknown`, code kept.
 */
import type { Disposition } from '../../core/disposition.ts';
import type { TelephonyFailure } from '../../ports/telephony.ts';
import { END_STATUS_WORDS, OTHER_END_WORDS } from './schema/end-status.ts';

export type FailureKind = TelephonyFailure['kind'];

interface ErrorCodeRow {
  readonly kind: FailureKind;
  /** Section of the reference that names the code. */
  readonly source: '1.4' | '1.5';
}

function rows(
  source: ErrorCodeRow['source'],
  kind: FailureKind,
  codes: string,
): Record<string, ErrorCodeRow> {
  return Object.fromEntries(codes.split(/\s+/).map((code) => [code, { kind, source }]));
}

/** Every error code of the reference that has a meaning of its own. `SignatureExpire` is the client's to try twice. */
export const ERROR_CODES: Readonly<Record<string, ErrorCodeRow>> = {
  ...rows(
    '1.4',
    'refused',
    'RequestLimitExceeded RequestLimitExceeded.UinLimitExceeded RequestLimitExceeded.GlobalRegionUinLimitExceeded ' +
      'RequestLimitExceeded.IPLimitExceeded AuthFailure.SignatureExpire',
  ),
  ...rows(
    '1.4',
    'blocked',
    'AuthFailure.SignatureFailure AuthFailure.InvalidAuthorization AuthFailure.InvalidSecretId ' +
      'AuthFailure.SecretIdNotFound AuthFailure.MFAFailure AuthFailure.TokenFailure ' +
      'AuthFailure.UnauthorizedOperation UnauthorizedOperation IpInBlacklist IpNotInWhitelist ' +
      'OperationDenied.NotInWhiteList OperationDenied.UinDisabled ActionOffline InvalidAction NoSuchProduct ' +
      'NoSuchVersion UnsupportedProtocol UnsupportedRegion',
  ),
  ...rows(
    '1.4',
    'doubt',
    'InternalError InternalError.DBError ServiceUnavailable ResourceUnavailable ResourceInsufficient ' +
      'ResourceInUse FailedOperation',
  ),
  ...rows(
    '1.4',
    'invalid',
    'ResponseSizeLimitExceeded RequestSizeLimitExceeded InvalidParameter InvalidParameterValue ' +
      'MissingParameter UnknownParameter ResourceNotFound UnsupportedOperation InvalidRequest DryRunOperation',
  ),
  ...rows('1.4', 'quota', 'LimitExceeded'),
  ...rows(
    '1.5',
    'invalid',
    'FailedOperation.CallOutFailed FailedOperation.CalleeIsBlackUser FailedOperation.CalleeIsLimited ' +
      'FailedOperation.CalloutRuleBlindArea FailedOperation.SessionNotExists ' +
      'FailedOperation.SessionNotInControlState FailedOperation.DuplicatedAccount ' +
      'FailedOperation.CurStateNotAllowModify FailedOperation.ControlAIConversation ' +
      'InvalidParameterValue.AccountNotExist InvalidParameterValue.ExperienceAccount ' +
      'InvalidParameterValue.SkillGroupError InvalidParameterValue.RecordNotExist ' +
      'InvalidParameterValue.FileNotExist InvalidParameterValue.PhoneNumInvalid',
  ),
  ...rows(
    '1.5',
    'quota',
    'FailedOperation.CallerOverFrequency FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime ' +
      'FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID FailedOperation.CalloutRuleNotWorkTime ' +
      'FailedOperation.AIConcurrentOverFrequency FailedOperation.AcquireQuota FailedOperation.SeatStatusBusy ' +
      'FailedOperation.UploadFileOverflow LimitExceeded.OutOfCountLimit LimitExceeded.OutOfQuotaMaxCount',
  ),
  // The last two are limits by name, but the reference says of them "stop, alert": only a person can buy more.
  ...rows(
    '1.5',
    'blocked',
    'FailedOperation.NoCallOutNumber FailedOperation.PermissionDenied FailedOperation.AIConcurrentNoPackage ' +
      'FailedOperation.AILicenseHasExpired InvalidParameter.InstanceNotExist ' +
      'InvalidParameterValue.InstanceNotExist LimitExceeded.BasePackageExpired LimitExceeded.InsufficientLicense',
  ),
};

/** For a code that is not in the table: its family, the text before the first dot. All of them refuse before executing. */
const FAMILIES: ReadonlyMap<string, FailureKind> = new Map([
  ['RequestLimitExceeded', 'refused'],
  ['AuthFailure', 'blocked'],
  ['UnauthorizedOperation', 'blocked'],
  ['OperationDenied', 'blocked'],
  ['InvalidParameter', 'invalid'],
  ['InvalidParameterValue', 'invalid'],
  ['MissingParameter', 'invalid'],
  ['UnknownParameter', 'invalid'],
  ['ResourceNotFound', 'invalid'],
  ['UnsupportedOperation', 'invalid'],
  ['LimitExceeded', 'quota'],
]);

/** The kind of failure that an error code of the provider means. A code we cannot place is a doubt (reference 1.4, class U). */
export function failureKind(code: string): FailureKind {
  const row = Object.hasOwn(ERROR_CODES, code) ? ERROR_CODES[code] : undefined;
  return row?.kind ?? FAMILIES.get(code.split('.', 1)[0] ?? '') ?? 'doubt';
}

/**
 * Every end code of the reference (3.4) as a disposition; what each means for the attempt and the number stands in
 * core/disposition.ts. Codes of inbound calls and of browser telephony are `not_outbound`; 201, the provider's own
 * "unknown", and 234, which the reference cannot explain, are `unknown`: seen, counted, kept, not guessed.
 */
export const END_CODES: readonly (readonly [code: number, disposition: Disposition])[] = [
  [1, 'answered'],
  [0, 'error'],
  [2, 'unconnected'],
  [17, 'not_outbound'],
  [100, 'not_outbound'],
  [102, 'not_outbound'],
  [103, 'not_outbound'],
  [104, 'not_outbound'],
  [105, 'not_outbound'],
  [106, 'not_outbound'],
  [107, 'not_outbound'],
  [108, 'restricted_callee'],
  [109, 'too_many_request'],
  [110, 'restricted_area'],
  [111, 'restricted_time'],
  [201, 'unknown'],
  [202, 'no_answer'],
  [203, 'user_reject'],
  [204, 'power_off'],
  [205, 'number_not_exist'],
  [206, 'busy'],
  [207, 'out_of_credit'],
  [208, 'operator_error'],
  [209, 'caller_cancel'],
  [210, 'not_in_service'],
  [211, 'client_error'],
  [212, 'carrier_blocked'],
  [213, 'call_reminder'],
  [215, 'number_invalid'],
  [216, 'call_restricted'],
  [217, 'callee_restricted'],
  [218, 'area_restricted'],
  [219, 'prompt_call_forwarding'],
  [220, 'caller_cancel_while_ring'],
  [221, 'caller_cancel_without_ring'],
  [222, 'voice_mail_reached'],
  [225, 'asr_error'],
  [226, 'llm_error'],
  [227, 'tts_error'],
  [228, 'function_call_hangup'],
  [229, 'max_call_duration_reached'],
  [230, 'user_inactivity'],
  [231, 'call_terminated_by_api'],
  [232, 'user_hangup_during_ai_call'],
  [233, 'ai_agent_end_call'],
  [234, 'unknown'],
  [501, 'not_outbound'],
  [502, 'not_outbound'],
  [503, 'not_outbound'],
];

/** The code with which the provider itself says that it does not know. */
const PROVIDERS_UNKNOWN = 201;

const BY_CODE = new Map(END_CODES);
const BY_WORD = new Map(
  Object.entries({ ...END_STATUS_WORDS, ...OTHER_END_WORDS }).map(([code, word]) => [
    word.toLowerCase(),
    Number(code),
  ]),
);

/** How a call with this end code ended; `unknown` for a code that the reference does not have. */
export function dispositionOfEndCode(code: number): Disposition {
  return BY_CODE.get(code) ?? 'unknown';
}

/**
 * True for an end that no outbound call should have: one outside the reference, one that it cannot explain, or one of
 * inbound calls. Whatever it is taken for, somebody should hear of it.
 */
export function isStrangeEnd(code: number): boolean {
  const disposition = dispositionOfEndCode(code);
  return disposition === 'not_outbound' || (disposition === 'unknown' && code !== PROVIDERS_UNKNOWN);
}

/** The end code of the provider's word for it, for sources that carry the word only (reference 4.2); undefined when unknown. */
export function endCodeOfWord(word: string): number | undefined {
  return BY_WORD.get(word.toLowerCase());
}

/** The end code that means a disposition; undefined for the dispositions that no code means. */
export function endCodeOf(disposition: Disposition): number | undefined {
  if (disposition === 'unknown') return PROVIDERS_UNKNOWN;
  return END_CODES.find((row) => row[1] === disposition)?.[0];
}
