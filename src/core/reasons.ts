/**
 * Every reason that a callee can be where it is. One stored byte each, so the order is part of the stored
 * format: append only. The sentence is what `callee show` prints.
 */
export const REASONS = [
  ['none', 'no reason stored'],
  ['imported', 'taken from an import'],
  ['claimed', 'due, and chosen for a batch'],
  ['task_accepted', 'the provider accepted the batch as a callout task'],
  ['task_adopted', 'the reply to the submission was lost; the task was found by its name'],
  ['rules_closed', 'between the claim and the submission the calling window, or the campaign, closed'],
  ['submission_refused', 'the provider refused the submission for certain; nothing was dialled'],
  ['campaign_not_running', 'the campaign was paused or ended before the submission'],
  ['call_answered', 'the provider reports the call as answered'],
  ['call_missed', 'the provider reports the call as unanswered'],
  ['awaiting_record', 'the call is over; its call record has not come yet'],
  ['task_ended_undialled', 'the task ended before this callee was dialled'],
  [
    'provider_declined',
    'the provider declined to dial (frequency, hours or area rule); no attempt was spent',
  ],
  ['retry_scheduled', 'a further attempt is allowed by the retry policy'],
  ['attempts_exhausted', 'all attempts that the retry policy allows are spent'],
  ['stop_rule', 'the retry policy stops at this disposition'],
  ['no_window_left', 'no calling window is left before the campaign ends'],
  ['campaign_ended', 'the campaign ended before the next call to this callee'],
  ['cancelled_by_operator', 'an operator cancelled the campaign'],
  ['given_up_by_operator', 'an operator gave this callee up'],
  ['resumed_by_operator', 'an operator put this callee back'],
  ['task_vanished', 'the provider no longer knows the task; whether it dialled cannot be told'],
  ['unknown_provider_state', 'the provider reported a state that is not in its reference'],
  ['returned_too_often', 'came back undialled too often in a row'],
  ['callee_missing_in_task', 'the task at the provider does not list this callee'],
  ['suppressed_by_list', 'on a suppression list'],
  ['retry_now_by_operator', 'an operator asked for the next attempt at once'],
  ['orphan_call', 'a task that landed late had dialled this callee before it was stopped'],
  ['submission_absent', 'the submission in doubt was looked for twice and does not exist at the provider'],
  [
    'batch_undone',
    'a callee of its batch was put on a suppression list, so the batch was undone; no attempt was spent',
  ],
  ['row_time_over', 'the time until which its row lets it be called is over'],
  ['capped', 'a cap on how often the number is called, over all campaigns, leaves no room for now'],
  ['caller_left_out', 'its caller may not call any more, so its batch was undone; no attempt was spent'],
  [
    'rules_narrowed',
    'its task could have dialled when the campaign may not call any more, so it was stopped; no attempt was spent',
  ],
] as const satisfies readonly (readonly [string, string])[];

export type Reason = (typeof REASONS)[number][0];

/** The sentence for people. */
export function reasonText(reason: Reason): string {
  const row = REASONS.find(([name]) => name === reason);
  return row === undefined ? reason : row[1];
}
