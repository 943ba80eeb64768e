import { assert } from '../core/assert.ts';
import type { BatchRecord } from '../core/batch.ts';
import { STALE_RETRIES_MAX } from '../core/limits.ts';
import type { CallLedger } from '../ports/call-ledger.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContactCenter } from '../ports/contact-center.ts';
import type { Log } from '../ports/log.ts';
import type { WakeQueue } from '../ports/queue.ts';
import type { CampaignRecord, Change, Store } from '../ports/store.ts';
import type { Suppression } from '../ports/suppression.ts';
import type { Telephony, TelephonyFailure } from '../ports/telephony.ts';

/** The bounds of limits.ts that an operator, or a test, may turn. Milliseconds. */
export interface PipelineBounds {
  readonly requestDeadline: number;
  readonly submissionGrace: number;
  readonly quietPeriod: number;
  readonly recordWaitMax: number;
  readonly lookIntervalMin: number;
  readonly lookIntervalMax: number;
  readonly firstLook: number;
  readonly batchGather: number;
  readonly recordGather: number;
  /** Callees, over all campaigns. Left out: CALLEES_IN_FLIGHT_MAX. */
  readonly calleesInFlightMax?: number;
}

/** What the pipelines that place and follow calls work with. */
export interface PipelineDeps {
  readonly store: Store;
  readonly suppression: Suppression;
  readonly ledger: CallLedger;
  readonly telephony: Telephony;
  /** Undefined where nobody can be asked about numbers: what is known of callers then grows old. */
  readonly contactCenter?: ContactCenter | undefined;
  readonly queue: WakeQueue;
  readonly clock: Clock;
  readonly log: Log;
  readonly bounds: PipelineBounds;
}

/**
 * Decides and applies a change; decides anew on fresh data when another process was faster. `decide` reads what
 * it needs and returns undefined when nothing is left to do. True when a change was stored.
 */
export async function settle(
  deps: { readonly store: Pick<Store, 'apply'> },
  campaignId: string,
  decide: () => Promise<Change | undefined>,
): Promise<boolean> {
  for (let turn = 0; turn < STALE_RETRIES_MAX; turn += 1) {
    const change = await decide();
    if (change === undefined) return false;
    if ((await deps.store.apply(campaignId, change)) === 'done') return true;
  }
  return false;
}

/**
 * Runs `work` over `items`, at most `width` at a time. One that fails keeps none of the others from being worked
 * on, else what fails every time would starve all behind it; the first failure is thrown once all are over.
 */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  assert(width >= 1, 'a width of at least one');
  const rest = [...items];
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) {
      try {
        await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  if (failures.length > 0) throw failures[0];
}

/**
 * Halts a running campaign with the reason: `blocked` where a person must mend something, `paused` where one must look.
 * Gives the campaign as it was; undefined, without a word, when it is no longer running.
 */
export async function haltCampaign(
  deps: Pick<PipelineDeps, 'store' | 'clock' | 'log'>,
  campaignId: string,
  to: 'blocked' | 'paused',
  why: { readonly reason: string; readonly text: string },
): Promise<CampaignRecord | undefined> {
  for (let turn = 0; turn < STALE_RETRIES_MAX; turn += 1) {
    const campaign = await deps.store.campaign(campaignId);
    if (campaign?.state !== 'running') return undefined;
    const now = deps.clock.now();
    if (await deps.store.moveCampaign(campaign, to, { ...why, by: 'ringmaster', now })) {
      deps.log.error({ event: `campaign_${to}`, campaignId, reason: why.reason }, why.text);
      return campaign;
    }
  }
  return undefined;
}

/** Blocks a running campaign with what a person must mend. Keeps quiet when it is no longer running. */
export async function blockCampaign(
  deps: Pick<PipelineDeps, 'store' | 'clock' | 'log'>,
  campaignId: string,
  why: { readonly reason: string; readonly text: string },
): Promise<void> {
  await haltCampaign(deps, campaignId, 'blocked', why);
}

/** Says in the log and in a running campaign's own reason and trail what happened to it; the campaign goes on. */
export async function tellCampaign(
  deps: Pick<PipelineDeps, 'store' | 'clock' | 'log'>,
  campaignId: string,
  why: { readonly reason: string; readonly text: string },
): Promise<void> {
  deps.log.warn({ event: why.reason, campaignId }, why.text);
  const campaign = await deps.store.campaign(campaignId);
  if (campaign?.state !== 'running') return;
  // Where another process moved the campaign meanwhile, what it said matters more.
  await deps.store.moveCampaign(campaign, 'running', { ...why, by: 'ringmaster', now: deps.clock.now() });
}

/** Why a campaign is blocked where the provider refused it something, and what to do. */
export function refusalText(
  what: string,
  { code, message }: Pick<TelephonyFailure, 'code' | 'message'>,
  campaignId: string,
): string {
  const said = message.replace(/[.。\s]+$/, '');
  return `the provider refused ${what} with ${code}: ${said}. Mend it, then: campaign start ${campaignId}`;
}

/** The look of a batch that is due first, of those in some states; undefined when there is none. */
export function nextLook(
  batches: readonly BatchRecord[],
  states: readonly BatchRecord['state'][],
): number | undefined {
  const looks = batches.filter((batch) => states.includes(batch.state)).map((batch) => batch.nextLookAt);
  return looks.length === 0 ? undefined : Math.min(...looks);
}

/** True while the campaign may still have live tasks or waiting callees to look after. */
export function isLive(campaign: CampaignRecord): boolean {
  return campaign.state === 'running' || campaign.state === 'paused' || campaign.state === 'blocked';
}
