/** What every face shows of a campaign, an import and a callee: one JSON shape each, made in one place. */

import type { CalleeRecord, CalleeRef, CalleeStory } from '../core/callee.ts';
import { isCallable } from '../core/callee.ts';
import { calleeId } from '../core/callee-id.ts';
import { openingAt } from '../core/calling-window.ts';
import { callingRules } from '../core/campaign-rules.ts';
import { maskedValue } from '../core/error-list.ts';
import type { ImportRecord, Rejection } from '../core/import.ts';
import { ROW_PRIORITY_DEFAULT } from '../core/limits.ts';
import type { CalleeRow, RowPlace } from '../core/page.ts';
import { reasonText } from '../core/reasons.ts';
import type { Instant } from '../core/time.ts';
import { waitingOf } from '../core/waiting.ts';
import type { CampaignRecord, Store } from '../ports/store.ts';

/** ISO 8601 in UTC; null where there is no such time. */
export function timeText(at: Instant | undefined): string | null {
  return at === undefined || at === 0 ? null : new Date(at).toISOString();
}

export interface CampaignDocument {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly reason: string;
  /** The reason as a sentence. */
  readonly reasonText: string;
  /** Callees by state; every state is named. */
  readonly counts: Readonly<Record<string, number>>;
  /** Callees by how their latest attempt ended. */
  readonly dispositions: Readonly<Record<string, number>>;
  readonly callees: number;
  readonly attempts: number;
  /** The campaign's own time zone, an IANA name: in it its times are shown. */
  readonly timeZone: string;
  /** When the next callee may be called: due and inside a calling window; null where none waits or none may be. */
  readonly nextDueAt: string | null;
}

/** Reads what there is to say about a campaign. */
export async function campaignDocument(
  store: Pick<Store, 'counts' | 'nextDueAt'>,
  campaign: CampaignRecord,
  now: Instant,
): Promise<CampaignDocument> {
  const [counts, ...dues] = await Promise.all([
    store.counts(campaign.id),
    ...campaign.zones.map((_, zone) => store.nextDueAt(campaign.id, zone)),
  ]);
  const waiting = campaign.zones.flatMap((zone, index) => {
    const due = dues[index];
    return due === undefined ? [] : (callableAt(campaign, zone, Math.max(now, due)) ?? []);
  });
  return {
    id: campaign.id,
    name: campaign.settings.name,
    state: campaign.state,
    reason: campaign.reason,
    reasonText: campaign.reasonText,
    counts: counts.states,
    dispositions: counts.dispositions,
    callees: counts.accepted,
    attempts: counts.attempts,
    timeZone: campaign.settings.timeZone,
    nextDueAt: waiting.length === 0 ? null : timeText(Math.min(...waiting)),
  };
}

/** The first instant from `at` on in which a window of the zone is open; undefined where none is left. */
function callableAt(campaign: CampaignRecord, zone: string, at: Instant): Instant | undefined {
  const opening = openingAt(callingRules(campaign), zone, at);
  return opening.open ? at : opening.opensAt;
}

export interface ImportDocument {
  readonly id: string;
  readonly campaign: string;
  readonly state: string;
  readonly reason: string;
  readonly fileName: string;
  readonly bytes: number;
  readonly rows: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly suppressed: number;
  readonly rejected: number;
  readonly encoding: string;
  /** How sure that is, in percent; null where the list has not been read yet. */
  readonly encodingSure: number | null;
  readonly delimiter: string;
  /** `text`, `gzip` or `xlsx`; null where the list has not been read yet. */
  readonly format: string | null;
  /** Name of the sheet of a workbook; empty for others. */
  readonly sheet: string;
  readonly mode: string;
  /** Of the duplicates, those that changed a callee. */
  readonly updated: number;
  readonly createdAt: string | null;
  readonly closedAt: string | null;
}

export function importDocument(record: ImportRecord): ImportDocument {
  const { id, campaignId: campaign, state, reason, fileName, bytes, encoding, delimiter } = record;
  const { rows, accepted, duplicate, suppressed, rejected } = record;
  const { mode = 'add', updated = 0, encodingSure = null, format = null, sheet = '' } = record;
  return {
    ...{ id, campaign, state, reason, fileName, bytes, rows, accepted, duplicate, suppressed, rejected },
    ...{ encoding, encodingSure, delimiter, format, sheet, mode, updated },
    createdAt: timeText(record.createdAt),
    closedAt: timeText(record.closedAt),
  };
}

/** The oldest first, those of one moment by id, so that the same imports are always in the same order. */
export function importDocuments(records: readonly ImportRecord[]): ImportDocument[] {
  const byAge = (a: ImportRecord, b: ImportRecord): number =>
    a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
  return [...records].sort(byAge).map(importDocument);
}

export interface RejectionDocument {
  readonly kind: string;
  readonly row: number;
  /** 0 where the list has no lines. */
  readonly line: number;
  readonly column: string;
  readonly code: string;
  readonly message: string;
  /** What stands in the column at fault, masked; empty where it is the row as a whole. */
  readonly value: string;
  readonly cells: readonly string[];
}

/** A row that made no callee. Its cells are shown as they were: for operators who asked for them only. */
export function rejectionDocument(rejection: Rejection, header: readonly string[]): RejectionDocument {
  const { kind, row, line, column, code, message, cells } = rejection;
  return { kind, row, line, column, code, message, value: maskedValue(rejection, header), cells };
}

export interface CalleeLine {
  readonly id: string;
  /** E.164 with "+". */
  readonly callee: string;
  readonly row: number;
  readonly state: string;
  readonly reason: string;
  readonly disposition: string | null;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
}

/** A callee in a list. Shows the number: for operators who asked for it only. */
export function calleeLine(
  campaignId: string,
  ref: CalleeRef,
  record: CalleeRecord,
  row: CalleeRow,
): CalleeLine {
  return {
    id: calleeId(campaignId, ref),
    callee: `+${row.number}`,
    row: row.row,
    state: record.state,
    reason: record.reason,
    disposition: record.disposition ?? null,
    attempts: record.attempts,
    nextAttemptAt: isCallable(record.state) ? timeText(record.due) : null,
  };
}

export interface CalleeDocument extends CalleeLine {
  readonly reasonText: string;
  readonly import: string;
  /** The row that changed its attributes last; null where none did. */
  readonly updatedBy: RowPlace | null;
  /** What its row says of when it is called: from when on, until when (null: as the campaign says), and in which order. */
  readonly limits: {
    readonly notBefore: string | null;
    readonly notAfter: string | null;
    readonly priority: number;
  };
  readonly uui: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly history: readonly Readonly<Record<string, unknown>>[];
}

/** One line of a callee's history: what moved it, when, why, and what is known of the calls. */
function historyEntry(story: CalleeStory): Readonly<Record<string, unknown>> {
  const { at, from, to, reason, due, calls, ...rest } = story;
  return {
    at: timeText(at),
    from: from ?? null,
    to,
    reason,
    reasonText: reasonText(reason),
    ...rest,
    ...(due !== undefined && { nextAttemptAt: timeText(due) }),
    ...(calls !== undefined && {
      calls: calls.map((call) => ({
        ...call,
        ...(call.startedAt !== undefined && { startedAt: timeText(call.startedAt) }),
        ...(call.endedAt !== undefined && { endedAt: timeText(call.endedAt) }),
      })),
    }),
  };
}

/** A callee with its whole story. Shows the number: for operators who asked for it only. */
export function calleeDocument(
  line: CalleeLine,
  record: CalleeRecord,
  row: CalleeRow,
  stories: readonly CalleeStory[],
): CalleeDocument {
  return {
    ...line,
    reasonText: reasonText(record.reason),
    import: row.importId,
    updatedBy: row.updatedBy ?? null,
    limits: {
      notBefore: timeText(row.limits?.notBefore),
      notAfter: timeText(row.limits?.notAfter),
      priority: row.limits?.priority ?? ROW_PRIORITY_DEFAULT,
    },
    uui: row.uui,
    variables: row.variables,
    history: stories.map(historyEntry),
  };
}

/** A callee with what it waits for. */
export interface WaitingCallee extends CalleeDocument {
  /** Null once it is over; `until` is null where nobody can tell. */
  readonly waiting: { readonly why: string; readonly until: string | null } | null;
}

/** The same callee with why it is where it is, as things are at `now`. */
export function waitingCallee(
  document: CalleeDocument,
  campaign: CampaignRecord,
  record: CalleeRecord,
  now: Instant,
): WaitingCallee {
  const waiting = waitingOf(campaign, record, now);
  return {
    ...document,
    waiting: waiting === undefined ? null : { why: waiting.why, until: timeText(waiting.until) },
  };
}
