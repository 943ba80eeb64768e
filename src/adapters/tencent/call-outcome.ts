/** A call record of the provider as the outcome of one call, in our words. */
import type { CallFacts } from '../../core/callee.ts';
import { type Disposition, dispositionFacts } from '../../core/disposition.ts';
import { fromSeconds } from '../../core/time.ts';
import type { CallOutcome } from '../../ports/telephony.ts';
import { dispositionOfEndCode, endCodeOfWord, isStrangeEnd } from './codes.ts';
import { callerForPeople } from './numbers.ts';
import type { TelCdrInfo } from './schema/records.ts';

/**
 * How the call of a record ended, with the facts that people ask about. Undefined for a record that does not
 * show an end yet: it is as good as absent. Numbers without a country code are of `region`.
 */
export function callOutcome(record: TelCdrInfo, region: string): CallOutcome | undefined {
  // A field without a value may be written as 0 or "" (reference 1.3), and 0 is an end code as well.
  const saysNothing = record.EndStatusString === '' && record.EndedTimestamp === 0;
  if (saysNothing && (record.EndStatus ?? 0) === 0) return undefined;
  const endStatus = record.EndStatus ?? endCodeOfWord(record.EndStatusString);
  return {
    sessionId: record.SessionId,
    disposition: dispositionOf(endStatus, record.AcceptTimestamp > 0),
    ...(endStatus !== undefined && isStrangeEnd(endStatus) && { strangeEnd: endStatus }),
    facts: callFacts(record, endStatus, region),
    uui: record.UUI || record.Uui,
  };
}

/**
 * A record with an accept time is a call that was picked up (reference 3.5), whatever else its code says. Codes
 * that themselves say what happened after somebody, or a machine, picked up say more, so they stand.
 */
function dispositionOf(endStatus: number | undefined, accepted: boolean): Disposition {
  const disposition = endStatus === undefined ? 'unknown' : dispositionOfEndCode(endStatus);
  if (!accepted || disposition === 'voice_mail_reached') return disposition;
  return dispositionFacts(disposition).connected ? disposition : 'answered';
}

function callFacts(record: TelCdrInfo, endStatus: number | undefined, region: string): CallFacts {
  const startedAt = record.StartTimestamp || record.Time || record.RingTimestamp;
  const rungUntil = record.AcceptTimestamp || record.EndedTimestamp;
  const rang = record.RingTimestamp > 0 && rungUntil >= record.RingTimestamp;
  const keys = keysOf(record);
  const serving = record.ServeParticipants.findLast((one) => (one?.AcceptTimestamp ?? 0) > 0);
  const queue = record.QueuedSkillGroupName || record.SkillGroup || serving?.SkillGroupName || '';
  const agent = record.SeatUser?.Mail || serving?.Mail || record.SeatUser?.Name || '';
  const recordingUrl = record.RecordURL || record.CustomRecordURL;
  return {
    sessionId: record.SessionId,
    ...(endStatus !== undefined && { endStatus }),
    ...(startedAt > 0 && { startedAt: fromSeconds(startedAt) }),
    ...(record.EndedTimestamp > 0 && { endedAt: fromSeconds(record.EndedTimestamp) }),
    ...(rang && { ringSeconds: rungUntil - record.RingTimestamp }),
    talkSeconds: record.Duration,
    ...(record.HungUpSide !== '' && { hungUpSide: record.HungUpSide }),
    ...(record.Caller !== '' && { caller: callerForPeople(record.Caller, region) }),
    ...(keys.pressed !== '' && { keysPressed: keys.pressed }),
    ...(keys.labels !== undefined && { keyLabels: keys.labels }),
    ...(recordingUrl !== '' && { recordingUrl }),
    ...(record.AsrUrl !== '' && { transcriptUrl: record.AsrUrl }),
    ...(queue !== '' && { queue }),
    ...(agent !== '' && { agent }),
  };
}

/**
 * The keys in the order they were pressed, and what the IVR calls each; the deprecated plain list, which knows no
 * labels, where the newer one is empty.
 */
function keysOf(record: TelCdrInfo): { readonly pressed: string; readonly labels?: readonly string[] } {
  const presses = record.IVRKeyPressedEx.filter(({ Key }) => Key !== '');
  if (presses.length === 0) return { pressed: record.IVRKeyPressed.join(',') };
  const pressed = presses.map(({ Key }) => Key).join(',');
  const labels = presses.map(({ Label, NodeLabel }) => Label || NodeLabel);
  return labels.every((label) => label === '') ? { pressed } : { pressed, labels };
}
