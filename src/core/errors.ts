/**
 * Faults outside the core, in one table. `kind` says whose move it is; `retryable` says whether the same
 * request may simply be tried again. No AppError can be made without a row here.
 *
 * - `bad_input`: the person who asked must change the request.
 * - `conflict`: the request does not fit the present state.
 * - `unavailable`: something outside is away; trying again later is right.
 * - `refused`: the provider or the environment says no until a person mends it.
 * - `denied`: who asks may not, or did not say who they are.
 * - `too_much`: less, or later, is right.
 */
export type ErrorKind =
  | 'bad_input'
  | 'not_found'
  | 'conflict'
  | 'unavailable'
  | 'refused'
  | 'denied'
  | 'too_much';

interface ErrorRow {
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  /** What it means, for the documentation; the message of each error adds the place and the remedy. */
  readonly meaning: string;
}

export const ERRORS = {
  settings_invalid: { kind: 'bad_input', retryable: false, meaning: 'environment settings do not parse' },
  campaign_invalid: { kind: 'bad_input', retryable: false, meaning: 'the campaign file does not parse' },
  campaign_id_invalid: { kind: 'bad_input', retryable: false, meaning: 'the campaign id is not allowed' },
  campaign_not_found: { kind: 'not_found', retryable: false, meaning: 'no campaign has this id' },
  campaign_differs: {
    kind: 'conflict',
    retryable: false,
    meaning: 'the id is taken by a campaign with other settings',
  },
  campaign_unchangeable: {
    kind: 'conflict',
    retryable: false,
    meaning: 'settings that its callees were made with cannot become others; the message names them',
  },
  preflight_failed: {
    kind: 'refused',
    retryable: false,
    meaning: 'the campaign cannot call as things are; the message says what to mend',
  },
  action_not_allowed: {
    kind: 'conflict',
    retryable: false,
    meaning: 'the action is not possible in the present state',
  },
  input_invalid: { kind: 'bad_input', retryable: false, meaning: 'what an action was given does not parse' },
  file_unreadable: { kind: 'bad_input', retryable: false, meaning: 'the file is missing or cannot be read' },
  file_invalid: { kind: 'bad_input', retryable: false, meaning: 'the file as a whole cannot be taken' },
  import_not_found: { kind: 'not_found', retryable: false, meaning: 'no import has this id' },
  callee_not_found: { kind: 'not_found', retryable: false, meaning: 'no callee has this number or id' },
  redis_unavailable: { kind: 'unavailable', retryable: true, meaning: 'Redis cannot be reached' },
  redis_unsuitable: {
    kind: 'refused',
    retryable: false,
    meaning: 'Redis runs with settings that would lose data',
  },
  redis_missing: {
    kind: 'refused',
    retryable: false,
    meaning: 'no redis-server or valkey-server is installed',
  },
  store_conflict: {
    kind: 'conflict',
    retryable: true,
    meaning: 'another process changed the same records first',
  },
  provider_unavailable: { kind: 'unavailable', retryable: true, meaning: 'the provider cannot be reached' },
  provider_refused: { kind: 'refused', retryable: false, meaning: 'the provider refused the request' },
  request_invalid: { kind: 'bad_input', retryable: false, meaning: 'the request does not parse' },
  route_not_found: { kind: 'not_found', retryable: false, meaning: 'nothing is served under this address' },
  method_not_allowed: {
    kind: 'bad_input',
    retryable: false,
    meaning: 'the address does not take this method',
  },
  media_type_unsupported: {
    kind: 'bad_input',
    retryable: false,
    meaning: 'the address does not take a body of this type',
  },
  unauthenticated: { kind: 'denied', retryable: false, meaning: 'no key was sent that holds' },
  forbidden: { kind: 'denied', retryable: false, meaning: 'the role of the key may not do this' },
  csrf_invalid: {
    kind: 'denied',
    retryable: false,
    meaning: 'a write from a browser lacks the proof that it comes from our own page',
  },
  number_not_listed: {
    kind: 'not_found',
    retryable: false,
    meaning: 'the number is on no such list',
  },
  key_not_found: { kind: 'not_found', retryable: false, meaning: 'no API key has this id' },
  key_exists: { kind: 'conflict', retryable: false, meaning: 'an API key has this name already' },
  webhook_not_found: { kind: 'not_found', retryable: false, meaning: 'no webhook has this id' },
  idempotency_key_reused: {
    kind: 'conflict',
    retryable: false,
    meaning: 'the Idempotency-Key was used for another request',
  },
  request_in_progress: {
    kind: 'conflict',
    retryable: true,
    meaning: 'the same request is under way',
  },
  body_too_large: { kind: 'too_much', retryable: false, meaning: 'the body is larger than what is taken' },
  rate_limited: { kind: 'too_much', retryable: true, meaning: 'too many requests in a short time' },
  not_ready: { kind: 'unavailable', retryable: true, meaning: 'this process takes no such request now' },
  api_unavailable: {
    kind: 'unavailable',
    retryable: true,
    meaning: 'the API of Ringmaster cannot be reached, or does not answer',
  },
  api_unexpected: {
    kind: 'refused',
    retryable: false,
    meaning: 'what answers is not the API of Ringmaster, or another version of it',
  },
  internal: { kind: 'refused', retryable: false, meaning: 'something went wrong inside' },
} as const satisfies Readonly<Record<string, ErrorRow>>;

export type ErrorCode = keyof typeof ERRORS;

/** A fault with its row of the table, a message that names the place and the remedy, and what caused it. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  readonly code: ErrorCode;
  /** What a program may want to know beside the message, such as the settings that differ. Never a phone number. */
  readonly facts: Readonly<Record<string, unknown>>;
  constructor(
    code: ErrorCode,
    message: string,
    options?: { readonly cause?: unknown; readonly facts?: Readonly<Record<string, unknown>> },
  ) {
    super(message, options);
    this.code = code;
    this.facts = options?.facts ?? {};
    this.kind = ERRORS[code].kind;
    this.retryable = ERRORS[code].retryable;
  }
}
