import { z } from 'zod';
import { CampaignId, type CampaignState, campaignEnd } from '../../core/campaign.ts';
import { AppError } from '../../core/errors.ts';
import { plainProblem } from '../../core/plain-problem.ts';
import type { Problem } from '../../core/preflight.ts';
import type { Instant } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ContactCenter } from '../../ports/contact-center.ts';
import type { WakeQueue } from '../../ports/queue.ts';
import type { CampaignRecord, Store } from '../../ports/store.ts';
import type { ForecastBounds } from '../forecast-facts.ts';
import { issueLines } from '../issue-lines.ts';

export interface ActionDeps {
  readonly store: Pick<
    Store,
    | 'apply'
    | 'calleesIn'
    | 'callerFacts'
    | 'campaign'
    | 'counts'
    | 'moveCampaign'
    | 'noteCallers'
    | 'noteTrail'
    | 'records'
    | 'rows'
    | 'tally'
    | 'recentTally'
    | 'trimRecentTally'
  >;
  readonly queue: WakeQueue;
  readonly clock: Pick<Clock, 'now'>;
  /** Whom a preflight asks; left out where no credentials are set. */
  readonly contactCenter?: ContactCenter | undefined;
  /** What its forecast assumes. */
  readonly forecast?: ForecastBounds | undefined;
}

export interface ActionResult {
  readonly action: string;
  readonly campaignId: string;
  readonly state: CampaignState;
  /** False: it was so already, and nothing was recorded. */
  readonly changed: boolean;
  /** How many callees it moved; left out where it moves the campaign. */
  readonly callees?: number;
  /** What a preflight found that does not keep it from calling; left out where none was made. */
  readonly warnings?: readonly Problem[];
  /** A sentence for people. */
  readonly text: string;
}

/** What every action needs. */
export const CampaignInput = z.strictObject({
  campaignId: CampaignId,
  /** Who asked, for the campaign's trail: the name of an operator or of an API key. Never a secret. */
  by: z.string().trim().min(1, 'say who asks').max(100),
});

/** One thing that an operator can do. Route, command, button and test case all come from the row. */
export interface OperatorAction {
  /** What it is done to: commands are `<on> <name> <id>`. */
  readonly on: 'campaign' | 'callee';
  /** What it moves: the campaign's own state, or callees. */
  readonly moves: 'campaign' | 'callees';
  /** What it takes beside the campaign: a disposition that narrows it down may be left out; a callee may not. */
  readonly needs: 'nothing' | 'disposition' | 'callee';
  /** What it does, as a sentence fragment for help texts and buttons. */
  readonly does: string;
  /** Campaign states in which it may be asked for, those included where there is nothing left to do. */
  readonly allowed: readonly CampaignState[];
  readonly input: z.ZodType;
  /** Parses the input and does it. Throws AppError `input_invalid`, `campaign_not_found`, `callee_not_found`, `action_not_allowed` or `store_conflict`. */
  run(deps: ActionDeps, input: unknown): Promise<ActionResult>;
  /** How many callees it would touch now: those it would move, or, where it moves the campaign, those that are not final. */
  preview(deps: Pick<ActionDeps, 'store'>, input: unknown): Promise<number>;
}

/** The campaign, or AppError `campaign_not_found` that says how to see which there are. */
export async function requireCampaign(store: Pick<Store, 'campaign'>, id: string): Promise<CampaignRecord> {
  const campaign = CampaignId.safeParse(id).success ? await store.campaign(id) : undefined;
  if (campaign !== undefined) return campaign;
  throw new AppError(
    'campaign_not_found',
    `there is no campaign "${id}"; "campaign list" names all there are`,
  );
}

/** Throws `action_not_allowed` where the campaign's end has passed: whoever is to be called would be ended in the same moment. */
export function requireTimeLeft({ id, settings, createdAt }: CampaignRecord, now: Instant): void {
  const end = campaignEnd(settings, createdAt);
  if (now < end) return;
  const endAt = new Date(end).toISOString();
  throw new AppError(
    'action_not_allowed',
    `campaign "${id}" ended at ${endAt}, so nobody can be called any more; give it a later "endAt" first (campaign put ${id} --update)`,
    { facts: { of: 'campaign', endAt } },
  );
}

/** The parsed input, or AppError `input_invalid` with every problem of it; `what` needs it, for the message. */
export function parseInput<T>(what: string, schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input, { error: plainProblem });
  if (parsed.success) return parsed.data;
  throw new AppError(
    'input_invalid',
    `${what} needs other input:\n${issueLines(parsed.error, { input }).join('\n')}`,
  );
}

/** Throws AppError `action_not_allowed` with the states it would be allowed in. */
export function requireState(
  action: string,
  campaign: CampaignRecord,
  allowed: readonly CampaignState[],
): void {
  if (allowed.includes(campaign.state)) return;
  throw new AppError(
    'action_not_allowed',
    `campaign "${campaign.id}" is ${campaign.state}; "${action}" is possible when it is: ${allowed.join(', ')}`,
    { facts: { of: 'campaign', state: campaign.state, allowed } },
  );
}
