import { z } from 'zod';
import { CampaignId, type CampaignSettings } from '../core/campaign.ts';
import { AppError } from '../core/errors.ts';
import { SUPPRESSION_REASON_MAX } from '../core/limits.ts';
import { parsePhone } from '../core/phone.ts';
import {
  GLOBAL_LIST_ZONE,
  listName,
  parseExpiry,
  parseReason,
  type SuppressionList,
} from '../core/suppression.ts';
import type { Instant } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { WakeQueue } from '../ports/queue.ts';
import type { CampaignRecord, Store } from '../ports/store.ts';
import type { Suppression, SuppressionAction, SuppressionCause } from '../ports/suppression.ts';
import { parseInput, requireCampaign } from './actions.ts';
import { isLive } from './deps.ts';
import { endSuppressed, findSuppressed } from './suppression.ts';

export interface SuppressionDeps {
  readonly store: Pick<Store, 'campaign' | 'campaignIds' | 'findNumbers' | 'records' | 'rows' | 'apply'>;
  readonly suppression: Suppression;
  readonly queue: WakeQueue;
  readonly clock: Pick<Clock, 'now'>;
}

const By = z.string().trim().min(1, 'say who asks').max(100);
const Reason = z
  .string()
  .default('')
  .transform((text, context): string => {
    const reason = parseReason(text);
    if (reason !== undefined) return reason;
    context.addIssue(`write a reason of at most ${SUPPRESSION_REASON_MAX} characters`);
    return z.NEVER;
  });

/** What every action on a list needs. Without a campaign it is the list of all campaigns. */
export const ListInput = z.strictObject({ campaignId: CampaignId.optional(), by: By });
export const AddInput = ListInput.extend({ reason: Reason, expires: z.string().optional() });
export const AddNumberInput = AddInput.extend({ number: z.string() });
export const RemoveNumberInput = ListInput.extend({ number: z.string() });

/** Parses what an action was given. Throws AppError `input_invalid` with every problem. */
export function parseListInput<T>(schema: z.ZodType<T>, input: unknown): T {
  return parseInput('the suppression list', schema, input);
}

/** A list with the settings by which numbers and dates are understood. */
export interface NamedList {
  readonly list: SuppressionList;
  readonly region: CampaignSettings['defaultRegion'];
  readonly zone: CampaignSettings['timeZone'];
}

/** Numbers and dates of the list of all campaigns are understood as those of a campaign that names nothing else. */
const GLOBAL: NamedList = { list: 'global', region: 'CN', zone: GLOBAL_LIST_ZONE };

/** The list of a campaign, or that of all. Throws `campaign_not_found`. */
export async function namedList(
  deps: Pick<SuppressionDeps, 'store'>,
  campaignId: string | undefined,
): Promise<NamedList> {
  if (campaignId === undefined) return GLOBAL;
  const { settings } = await requireCampaign(deps.store, campaignId);
  return { list: { campaignId }, region: settings.defaultRegion, zone: settings.timeZone };
}

/** The moment that an operator's text means. Throws `input_invalid`, also for one that is over. */
export function requireExpiry(text: string | undefined, zone: string, now: Instant): Instant | undefined {
  if (text === undefined) return undefined;
  const at = parseExpiry(text, zone);
  if (at === undefined) {
    throw new AppError(
      'input_invalid',
      `"${text.slice(0, 40)}" is no date; write 2027-01-01 or 2027-01-01T09:00+08:00`,
    );
  }
  if (at <= now)
    throw new AppError('input_invalid', `${text} is over already, so the entry would hold for nobody`);
  return at;
}

function requireNumber(text: string, region: string): string {
  const phone = parsePhone(text, region);
  if (phone.ok) return phone.digits;
  throw new AppError('input_invalid', phone.message);
}

/** What became of the callees that waited under numbers that are listed now. */
export interface SuppressedCallees {
  /** Callees that waited and are ended now, over all campaigns. */
  readonly suppressed: number;
  /** Callees in a batch or a call: their tasks are looked at next. */
  readonly calling: number;
}

/** Campaigns for which a list holds and which may have somebody to call. */
export async function campaignsOf(
  deps: Pick<SuppressionDeps, 'store'>,
  list: SuppressionList,
): Promise<CampaignRecord[]> {
  const ids = list === 'global' ? await deps.store.campaignIds() : [list.campaignId];
  const campaigns = await Promise.all(ids.map((id) => deps.store.campaign(id)));
  return campaigns.filter((campaign) => campaign !== undefined).filter(isLive);
}

/**
 * Ends the waiting callees of these campaigns under these numbers, which must be listed already, and wakes whoever
 * looks after the others. What this does not get to is found before a batch is submitted, and by the sweep.
 */
export async function suppressCallees(
  deps: SuppressionDeps,
  campaigns: readonly CampaignRecord[],
  numbers: readonly string[],
): Promise<SuppressedCallees> {
  let suppressed = 0;
  let calling = 0;
  for (const { id, settings } of campaigns) {
    const refs = await deps.store.findNumbers(id, numbers);
    const callees = numbers.flatMap((number, at) => {
      const ref = refs[at];
      return ref === undefined ? [] : [{ ref, number }];
    });
    if (callees.length === 0) continue;
    const found = await findSuppressed(
      deps,
      id,
      callees.map(({ number }) => number),
    );
    suppressed += await endSuppressed(deps, id, callees, found);
    const records = await deps.store.records(
      id,
      callees.map(({ ref }) => ref),
    );
    const held = records.filter(
      (record) => record?.state === 'calling' || record?.state === 'batched',
    ).length;
    calling += held;
    if (held > 0) await deps.queue.wake({ queue: 'poll', campaignId: id, priority: settings.priority });
  }
  return { suppressed, calling };
}

/** Keeps who did what to a list, and when. */
export async function noteAction(
  deps: SuppressionDeps,
  list: SuppressionList,
  { by, now, reason, source }: SuppressionCause,
  did: SuppressionAction['did'],
  entries: number,
): Promise<void> {
  await deps.suppression.noteAction(list, { at: now, by, did, entries, reason, source });
}

export interface SuppressNumberResult extends SuppressedCallees {
  readonly list: string;
  /** False: it was on the list already. */
  readonly added: boolean;
  readonly expiresAt: Instant | undefined;
}

/**
 * Puts a number on a list and ends the callees that wait under it. Asking again is safe, and finishes what a process
 * that died had left. Throws `input_invalid`, `campaign_not_found`, or `settings_invalid` for another key.
 */
export async function suppressNumber(deps: SuppressionDeps, input: unknown): Promise<SuppressNumberResult> {
  const { campaignId, number: text, by, reason, expires } = parseListInput(AddNumberInput, input);
  const { list, region, zone } = await namedList(deps, campaignId);
  const now = deps.clock.now();
  const number = requireNumber(text, region);
  const expiresAt = requireExpiry(expires, zone, now);
  const cause = { reason, by, source: 'single', now };
  const { added } = await deps.suppression.add(list, [{ number, expiresAt }], cause);
  if (added > 0) await noteAction(deps, list, cause, 'add', added);
  const callees = await suppressCallees(deps, await campaignsOf(deps, list), [number]);
  return { list: listName(list), added: added > 0, expiresAt, ...callees };
}

/**
 * Takes a number off a list. Callees that it ended stay ended; a list imported from now on is taken. Throws as
 * {@link suppressNumber} does.
 */
export async function allowNumber(
  deps: SuppressionDeps,
  input: unknown,
): Promise<{ readonly list: string; readonly removed: boolean }> {
  const { campaignId, number: text, by } = parseListInput(RemoveNumberInput, input);
  const { list, region } = await namedList(deps, campaignId);
  const removed = await deps.suppression.remove(list, requireNumber(text, region));
  const cause = { reason: '', by, source: 'single', now: deps.clock.now() };
  if (removed) await noteAction(deps, list, cause, 'remove', 1);
  return { list: listName(list), removed };
}

/** Takes every number off a list. Throws `input_invalid` or `campaign_not_found`. */
export async function clearList(
  deps: SuppressionDeps,
  input: unknown,
): Promise<{ readonly list: string; readonly removed: number }> {
  const { campaignId, by } = parseListInput(ListInput, input);
  const { list } = await namedList(deps, campaignId);
  const removed = await deps.suppression.clear(list);
  await noteAction(deps, list, { reason: '', by, source: '', now: deps.clock.now() }, 'clear', removed);
  return { list: listName(list), removed };
}
