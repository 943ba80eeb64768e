import { z } from 'zod';
import { type CampaignEvent, CampaignId, type CampaignState, campaignStates } from '../core/campaign.ts';
import { AppError } from '../core/errors.ts';
import { CHANGE_TRIES_MAX } from '../core/limits.ts';
import { nextState, statesOf } from '../core/machine.ts';
import type { Clock } from '../ports/clock.ts';
import type { WakeQueue } from '../ports/queue.ts';
import type { CampaignRecord, Store } from '../ports/store.ts';
import { issueLines } from './issue-lines.ts';

export interface ActionDeps {
  readonly store: Pick<Store, 'campaign' | 'moveCampaign'>;
  readonly queue: WakeQueue;
  readonly clock: Pick<Clock, 'now'>;
}

export interface ActionResult {
  readonly action: string;
  readonly campaignId: string;
  readonly state: CampaignState;
  /** False: it was in that state already, and nothing was recorded. */
  readonly changed: boolean;
  /** A sentence for people. */
  readonly text: string;
}

/** What every action on a campaign needs. */
const CampaignInput = z.strictObject({
  campaignId: CampaignId,
  /** Who asked, for the campaign's trail: the name of an operator or of an API key. Never a secret. */
  by: z.string().trim().min(1, 'say who asks').max(100),
});

/** One thing that an operator can do. Route, command, button and test case all come from the row. */
export interface OperatorAction {
  /** What it is done to: commands are `<on> <name> <id>`. */
  readonly on: 'campaign';
  /** What it does, as a sentence fragment for help texts and buttons. */
  readonly does: string;
  /** Campaign states in which it may be asked for, those included where there is nothing left to do. */
  readonly allowed: readonly CampaignState[];
  readonly input: z.ZodType;
  /** Parses the input and does it. Throws AppError `input_invalid`, `campaign_not_found`, `action_not_allowed` or `store_conflict`. */
  run(deps: ActionDeps, input: unknown): Promise<ActionResult>;
}

/** Every operator action, one row each. */
export const ACTIONS = {
  start: campaignAction('start', 'running', 'start calling, or go on after a pause or a block'),
  pause: campaignAction('pause', 'paused', 'place no further calls until resumed; calls in progress go on'),
  resume: campaignAction('resume', 'running', 'go on calling after a pause or a block'),
  cancel: campaignAction('cancel', 'cancelled', 'stop for good; callees not reached yet are cancelled'),
} as const satisfies Readonly<Record<string, OperatorAction>>;

export type ActionName = keyof typeof ACTIONS;
export const ACTION_NAMES = Object.keys(ACTIONS) as ActionName[];

/** The campaign, or AppError `campaign_not_found` that says how to see which there are. */
export async function requireCampaign(store: Pick<Store, 'campaign'>, id: string): Promise<CampaignRecord> {
  const campaign = CampaignId.safeParse(id).success ? await store.campaign(id) : undefined;
  if (campaign !== undefined) return campaign;
  throw new AppError(
    'campaign_not_found',
    `there is no campaign "${id}"; "campaign list" names all there are`,
  );
}

/** The states that the table lets `event` leave, and the one it leads to. */
function allowedStates(event: CampaignEvent, target: CampaignState): CampaignState[] {
  return statesOf(campaignStates).filter(
    (state) => state === target || campaignStates[state].moves[event] !== undefined,
  );
}

/** The parsed input, or AppError `input_invalid` with every problem. */
function parseInput<T>(action: string, schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'input_invalid',
    `"${action}" needs other input:\n${issueLines(parsed.error).join('\n')}`,
  );
}

/** The row of an action that moves the campaign along the event of the same name. */
function campaignAction(name: CampaignEvent, target: CampaignState, does: string): OperatorAction {
  const allowed = allowedStates(name, target);
  const run = async (deps: ActionDeps, input: unknown): Promise<ActionResult> => {
    const { campaignId, by } = parseInput(name, CampaignInput, input);
    const { changed, priority } = await moveTo(deps, campaignId, { name, target, allowed, by });
    // Also when nothing changed: asking again is how an operator says that nothing seems to happen.
    await deps.queue.wake({ queue: 'dispatch', campaignId, priority });
    await deps.queue.wake({ queue: 'poll', campaignId, priority });
    await deps.queue.wake({ queue: 'retry', campaignId, priority });
    const text = `campaign "${campaignId}" is ${changed ? 'now' : 'already'} ${target}`;
    return { action: name, campaignId, state: target, changed, text };
  };
  return { on: 'campaign', does, allowed, input: CampaignInput, run };
}

interface Wanted {
  readonly name: CampaignEvent;
  readonly target: CampaignState;
  readonly allowed: readonly CampaignState[];
  readonly by: string;
}

/**
 * Reads, decides and writes; where another process changed the campaign in between, decides again on what is
 * there now. Throws `action_not_allowed` with the states it would be allowed in, or `store_conflict`.
 */
async function moveTo(
  deps: ActionDeps,
  campaignId: string,
  wanted: Wanted,
): Promise<{ readonly changed: boolean; readonly priority: number }> {
  for (let tries = 0; tries < CHANGE_TRIES_MAX; tries += 1) {
    const campaign = await requireCampaign(deps.store, campaignId);
    const { priority } = campaign.settings;
    if (campaign.state === wanted.target) return { changed: false, priority };
    if (!wanted.allowed.includes(campaign.state)) {
      const states = wanted.allowed.join(', ');
      throw new AppError(
        'action_not_allowed',
        `campaign "${campaignId}" is ${campaign.state}; "${wanted.name}" is possible when it is: ${states}`,
      );
    }
    const to = nextState(campaignStates, campaign.state, wanted.name, wanted.target);
    const moved = await deps.store.moveCampaign(campaign, to, {
      reason: `${wanted.name}_by_operator`,
      text: `"${wanted.name}" was asked for by ${wanted.by}`,
      by: wanted.by,
      now: deps.clock.now(),
    });
    if (moved) return { changed: true, priority };
  }
  throw new AppError('store_conflict', `campaign "${campaignId}" is being changed by others; try again`);
}
