import { type CampaignEvent, type CampaignState, campaignStates } from '../../core/campaign.ts';
import { AppError } from '../../core/errors.ts';
import { CHANGE_TRIES_MAX } from '../../core/limits.ts';
import { nextState, statesOf } from '../../core/machine.ts';
import { recentFields } from '../../core/statistics.ts';
import { passPreflight } from '../preflight-gate.ts';
import {
  type ActionDeps,
  type ActionResult,
  CampaignInput,
  type OperatorAction,
  parseInput,
  requireCampaign,
  requireState,
} from './action.ts';

/** The states that the table lets `event` leave, and the one it leads to. */
function allowedStates(event: CampaignEvent, target: CampaignState): CampaignState[] {
  return statesOf(campaignStates).filter(
    (state) => state === target || campaignStates[state].moves[event] !== undefined,
  );
}

/** The row of an action that moves the campaign along the event of the same name. */
export function campaignAction(name: CampaignEvent, target: CampaignState, does: string): OperatorAction {
  const allowed = allowedStates(name, target);
  const run = async (deps: ActionDeps, input: unknown): Promise<ActionResult> => {
    const { campaignId, by } = parseInput(`"${name}"`, CampaignInput, input);
    const warnings =
      target === 'running' ? await passPreflight(deps, campaignId, { action: name, from: allowed }) : [];
    if (target === 'running') await forgetRefusals(deps, campaignId);
    const { changed, priority } = await moveTo(deps, campaignId, { name, target, allowed, by });
    // Also when nothing changed: asking again is how an operator says that nothing seems to happen.
    await deps.queue.wake({ queue: 'dispatch', campaignId, priority });
    await deps.queue.wake({ queue: 'poll', campaignId, priority });
    await deps.queue.wake({ queue: 'retry', campaignId, priority });
    const text = `campaign "${campaignId}" is ${changed ? 'now' : 'already'} ${target}`;
    const found = warnings.length === 0 ? {} : { warnings };
    return { action: name, campaignId, state: target, changed, ...found, text };
  };
  const preview = async (deps: Pick<ActionDeps, 'store'>, input: unknown): Promise<number> => {
    const { campaignId } = parseInput(`"${name}"`, CampaignInput, input);
    await requireCampaign(deps.store, campaignId);
    return (await deps.store.counts(campaignId)).unfinished;
  };
  return {
    on: 'campaign',
    moves: 'campaign',
    needs: 'nothing',
    does,
    allowed,
    input: CampaignInput,
    run,
    preview,
  };
}

/** Whoever starts a campaign that was stopped has judged what its recent calls came to: they count no more against it. */
async function forgetRefusals(deps: ActionDeps, campaignId: string): Promise<void> {
  const campaign = await requireCampaign(deps.store, campaignId);
  if (campaign.state !== 'paused' && campaign.state !== 'blocked') return;
  const fields = recentFields(await deps.store.recentTally(campaignId), Number.POSITIVE_INFINITY);
  await deps.store.trimRecentTally(campaignId, fields);
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
    requireState(wanted.name, campaign, wanted.allowed);
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
