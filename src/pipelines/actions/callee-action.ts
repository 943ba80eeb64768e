import { z } from 'zod';
import type { CalleeRecord, CalleeState } from '../../core/callee.ts';
import { calleeId } from '../../core/callee-id.ts';
import { type CampaignState, campaignStates } from '../../core/campaign.ts';
import { DISPOSITION_NAMES, type Disposition } from '../../core/disposition.ts';
import { AppError } from '../../core/errors.ts';
import { CHANGE_TRIES_MAX, DECISIONS_PER_CHANGE } from '../../core/limits.ts';
import { nextState } from '../../core/machine.ts';
import { type CalleeWish, WISH_STATES, wishMove } from '../../core/operator-moves.ts';
import type { CampaignRecord } from '../../ports/store.ts';
import {
  type ActionDeps,
  type ActionResult,
  CampaignInput,
  type OperatorAction,
  parseInput,
  requireCampaign,
  requireState,
  requireTimeLeft,
} from './action.ts';

const SelectionInput = CampaignInput.extend({
  /** Only callees whose latest attempt ended so. */
  disposition: z.enum(DISPOSITION_NAMES as [Disposition, ...Disposition[]]).optional(),
});

const CalleeInput = CampaignInput.extend({
  /** Its place in the campaign, as in its id: `c12`. */
  callee: z.int().min(0),
});

interface Selection {
  readonly states: readonly CalleeState[];
  readonly disposition: Disposition | undefined;
}

/** How a row differs from its siblings. */
interface SelectionRow {
  readonly name: string;
  readonly wish: CalleeWish;
  readonly does: string;
  readonly allowed: readonly CampaignState[];
  /** Callees that are meant without a disposition, and with one. */
  readonly states: readonly CalleeState[];
  readonly statesOfDisposition: readonly CalleeState[];
}

/** The row of an action on all callees of a campaign that a disposition, or nothing, selects. */
export function selectionAction(row: SelectionRow): OperatorAction {
  const { name, wish, does, allowed } = row;
  const selectionOf = (disposition: Disposition | undefined): Selection => ({
    states: disposition === undefined ? row.states : row.statesOfDisposition,
    disposition,
  });
  return {
    on: 'campaign',
    moves: 'callees',
    needs: 'disposition',
    does,
    allowed,
    input: SelectionInput,
    async run(deps, input) {
      const { campaignId, by, disposition } = parseInput(`"${name}"`, SelectionInput, input);
      const campaign = await requireCampaign(deps.store, campaignId);
      requireState(name, campaign, allowed);
      if (wish !== 'give_up') requireTimeLeft(campaign, deps.clock.now());
      const callees = await moveSelected(deps, campaign, wish, selectionOf(disposition), by);
      const which = disposition === undefined ? '' : ` whose latest attempt ended as ${disposition}`;
      return finish(deps, campaign, { action: name, by, callees, which: `${countOf(callees)}${which}` });
    },
    async preview(deps, input) {
      const { campaignId, disposition } = parseInput(`"${name}"`, SelectionInput, input);
      await requireCampaign(deps.store, campaignId);
      return countSelected(deps, campaignId, selectionOf(disposition));
    },
  };
}

/** The row of an action on one callee. */
export function calleeAction(
  name: CalleeWish,
  allowed: readonly CampaignState[],
  does: string,
): OperatorAction {
  return {
    on: 'callee',
    moves: 'callees',
    needs: 'callee',
    does,
    allowed,
    input: CalleeInput,
    async run(deps, input) {
      const { campaignId, by, callee } = parseInput(`"${name}"`, CalleeInput, input);
      const campaign = await requireCampaign(deps.store, campaignId);
      requireState(name, campaign, allowed);
      if (name !== 'give_up') requireTimeLeft(campaign, deps.clock.now());
      const moved = await moveOne(deps, campaign, name, callee, by);
      const which = `callee ${calleeId(campaignId, callee)}`;
      return finish(deps, campaign, { action: name, by, callees: moved ? 1 : 0, which });
    },
    async preview(deps, input) {
      const { campaignId, callee } = parseInput(`"${name}"`, CalleeInput, input);
      const [record] = await deps.store.records(campaignId, [callee]);
      return record !== undefined && WISH_STATES[name].includes(record.state) ? 1 : 0;
    },
  };
}

function countOf(callees: number): string {
  return callees === 1 ? '1 callee' : `${callees} callees`;
}

function isSelected({ disposition }: Selection, record: CalleeRecord): boolean {
  return disposition === undefined || record.disposition === disposition;
}

/** Moves every selected callee, some pages at a time; how many. */
async function moveSelected(
  deps: ActionDeps,
  { id, settings }: CampaignRecord,
  wish: CalleeWish,
  selection: Selection,
  by: string,
): Promise<number> {
  const { lifetime = Number.POSITIVE_INFINITY } = settings.caps;
  let moved = 0;
  for (let from: number | undefined = 0; from !== undefined; ) {
    const page: number = from;
    for (let tries = 0; ; tries += 1) {
      const { callees, next } = await deps.store.calleesIn(id, selection.states, page, DECISIONS_PER_CHANGE);
      const now = deps.clock.now();
      const moves = callees.flatMap(({ ref, record }) =>
        isSelected(selection, record) ? (wishMove(wish, ref, record, { now, by, lifetime }) ?? []) : [],
      );
      from = next;
      if (moves.length === 0) break;
      if ((await deps.store.apply(id, { name: `${wish}_callees`, now, moves })) === 'done') {
        moved += moves.length;
        break;
      }
      if (tries >= CHANGE_TRIES_MAX) throw conflict(id);
    }
  }
  return moved;
}

async function countSelected(
  deps: Pick<ActionDeps, 'store'>,
  campaignId: string,
  selection: Selection,
): Promise<number> {
  if (selection.disposition === undefined) {
    const { states } = await deps.store.counts(campaignId);
    return selection.states.reduce((sum, state) => sum + states[state], 0);
  }
  let selected = 0;
  for (let from: number | undefined = 0; from !== undefined; ) {
    const page: number = from;
    const found = await deps.store.calleesIn(campaignId, selection.states, page, DECISIONS_PER_CHANGE);
    selected += found.callees.filter(({ record }) => isSelected(selection, record)).length;
    from = found.next;
  }
  return selected;
}

/** Moves one callee; false where it was so already. Throws `callee_not_found` or `action_not_allowed`. */
async function moveOne(
  deps: ActionDeps,
  { id, settings }: CampaignRecord,
  wish: CalleeWish,
  ref: number,
  by: string,
): Promise<boolean> {
  for (let tries = 0; tries < CHANGE_TRIES_MAX; tries += 1) {
    const [record] = await deps.store.records(id, [ref]);
    if (record === undefined)
      throw new AppError('callee_not_found', `campaign "${id}" has no callee c${ref}`);
    const now = deps.clock.now();
    const { lifetime = Number.POSITIVE_INFINITY } = settings.caps;
    const move = wishMove(wish, ref, record, { now, by, lifetime });
    if (move === undefined) {
      if (isSoAlready(wish, record)) return false;
      const { state } = record;
      const allowed = WISH_STATES[wish];
      const isUsedUp = record.attempts >= lifetime && allowed.includes(state);
      const why = isUsedUp
        ? `has had the ${lifetime} calls of "caps.lifetime"; raise it first (campaign put ${id} --update)`
        : `is ${state}; "${wish}" is possible when it is: ${allowed.join(', ')}`;
      throw new AppError('action_not_allowed', `callee ${calleeId(id, ref)} ${why}`, {
        facts: isUsedUp ? { of: 'callee', lifetime } : { of: 'callee', state, allowed },
      });
    }
    if ((await deps.store.apply(id, { name: `${wish}_callee`, now, moves: [move] })) === 'done') return true;
  }
  throw conflict(id);
}

/** True where the wish is fulfilled as the callee is, so that asking twice is no mistake. */
function isSoAlready(wish: CalleeWish, { state }: CalleeRecord): boolean {
  const waits = state === 'initial' || state === 'pending_retry';
  if (wish === 'give_up') return state === 'unanswered';
  return waits || (wish === 'retry_now' && (state === 'batched' || state === 'calling'));
}

function conflict(campaignId: string): AppError {
  return new AppError('store_conflict', `campaign "${campaignId}" is being changed by others; try again`);
}

/** Notes who did it, runs a completed campaign again where it has something to do again, and wakes who has. */
async function finish(
  deps: ActionDeps,
  before: CampaignRecord,
  done: { readonly action: string; readonly by: string; readonly callees: number; readonly which: string },
): Promise<ActionResult> {
  const { id: campaignId, settings } = before;
  const { action, by, callees, which } = done;
  const changed = callees > 0;
  const now = deps.clock.now();
  const reason = `${action}_by_operator`;
  const text = `"${action}" was asked for by ${by}: ${which}`;
  if (changed) {
    const { state } = before;
    await deps.store.noteTrail(campaignId, { at: now, by, from: state, to: state, reason, text });
  }
  await reopen(deps, campaignId, { reason, text, by, now });
  const { priority } = settings;
  await deps.queue.wake({ queue: 'dispatch', campaignId, priority });
  await deps.queue.wake({ queue: 'retry', campaignId, priority });
  const { state } = await requireCampaign(deps.store, campaignId);
  const told = changed ? `"${action}" is done for ${which}` : `"${action}" had nothing to do for ${which}`;
  return { action, campaignId, state, changed, callees, text: told };
}

async function reopen(
  deps: ActionDeps,
  campaignId: string,
  why: { readonly reason: string; readonly text: string; readonly by: string; readonly now: number },
): Promise<void> {
  for (let tries = 0; tries < CHANGE_TRIES_MAX; tries += 1) {
    const campaign = await requireCampaign(deps.store, campaignId);
    if (campaign.state !== 'completed' || (await deps.store.counts(campaignId)).unfinished === 0) return;
    const to = nextState(campaignStates, campaign.state, 'reopen');
    if (await deps.store.moveCampaign(campaign, to, why)) return;
  }
  throw conflict(campaignId);
}
