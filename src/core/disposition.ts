/**
 * How one attempt ended. The words are the provider's end statuses in snake case; which numeric code means
 * which word is known only to its adapter. The order is part of the stored format: append only.
 *
 * `cost`: the carrier was asked to ring, so the attempt counts. `refused`: the provider's own rules (frequency,
 * hours, area, global list) declined before dialling, which costs none and says nothing of the callee. `connected`:
 * somebody, or something, picked up. `dead`: final for the number, which will not work later either; the default
 * policy stops at it.
 */
interface DispositionRow {
  readonly cost: boolean;
  readonly refused: boolean;
  readonly connected: boolean;
  readonly dead: boolean;
}

const MISSED: DispositionRow = { cost: true, refused: false, connected: false, dead: false };
const DEAD: DispositionRow = { cost: true, refused: false, connected: false, dead: true };
const DECLINED: DispositionRow = { cost: false, refused: true, connected: false, dead: false };
const DECLINED_FOR_GOOD: DispositionRow = { cost: false, refused: true, connected: false, dead: true };
const CONNECTED: DispositionRow = { cost: true, refused: false, connected: true, dead: false };

export const DISPOSITIONS = {
  answered: CONNECTED,
  error: MISSED,
  unconnected: MISSED,
  restricted_callee: DECLINED_FOR_GOOD,
  too_many_request: DECLINED,
  restricted_area: DECLINED_FOR_GOOD,
  restricted_time: DECLINED,
  /** An end that the reference does not have, or does not explain: the provider's code stands beside it. */
  unknown: MISSED,
  no_answer: MISSED,
  user_reject: MISSED,
  power_off: MISSED,
  number_not_exist: DEAD,
  busy: MISSED,
  out_of_credit: MISSED,
  operator_error: MISSED,
  caller_cancel: MISSED,
  not_in_service: MISSED,
  client_error: MISSED,
  carrier_blocked: MISSED,
  call_reminder: MISSED,
  number_invalid: DEAD,
  call_restricted: MISSED,
  callee_restricted: DEAD,
  area_restricted: DEAD,
  prompt_call_forwarding: MISSED,
  caller_cancel_while_ring: MISSED,
  caller_cancel_without_ring: MISSED,
  voice_mail_reached: MISSED,
  asr_error: CONNECTED,
  llm_error: CONNECTED,
  tts_error: CONNECTED,
  function_call_hangup: CONNECTED,
  max_call_duration_reached: CONNECTED,
  user_inactivity: CONNECTED,
  call_terminated_by_api: CONNECTED,
  user_hangup_during_ai_call: CONNECTED,
  ai_agent_end_call: CONNECTED,
  /** The task says unanswered; the call record that would say why never came. */
  record_missing: MISSED,
  /** An end of inbound or browser calls, which no call of ours should have: the provider's code stands beside it. */
  not_outbound: MISSED,
} as const satisfies Readonly<Record<string, DispositionRow>>;

export type Disposition = keyof typeof DISPOSITIONS;

export const DISPOSITION_NAMES = Object.keys(DISPOSITIONS) as Disposition[];

export function dispositionFacts(disposition: Disposition): DispositionRow {
  return DISPOSITIONS[disposition];
}
