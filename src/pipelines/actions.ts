/** Everything that an operator can do, one row each: routes, commands, buttons and test cases come from the rows. */
import type { OperatorAction } from './actions/action.ts';
import { calleeAction, selectionAction } from './actions/callee-action.ts';
import { campaignAction } from './actions/campaign-action.ts';

export {
  type ActionDeps,
  type ActionResult,
  type OperatorAction,
  parseInput,
  requireCampaign,
  requireTimeLeft,
} from './actions/action.ts';

/** Actions on a campaign. Those that move callees may be narrowed down by a disposition. */
export const ACTIONS = {
  start: campaignAction('start', 'running', 'start calling, or go on after a pause or a block'),
  pause: campaignAction('pause', 'paused', 'place no further calls until resumed; calls in progress go on'),
  resume: campaignAction('resume', 'running', 'go on calling after a pause or a block'),
  cancel: campaignAction('cancel', 'cancelled', 'stop for good; callees not reached yet are cancelled'),
  retry_now: selectionAction({
    name: 'retry_now',
    wish: 'retry_now',
    does: 'call those that wait for their next attempt at once; with a disposition also those that ended with it unanswered',
    allowed: ['running', 'paused', 'blocked', 'completed'],
    states: ['pending_retry'],
    statesOfDisposition: ['pending_retry', 'unanswered'],
  }),
  give_up: selectionAction({
    name: 'give_up',
    wish: 'give_up',
    does: 'end those that need attention as unanswered; with a disposition also those that wait for their next attempt after it',
    allowed: ['running', 'paused', 'blocked'],
    states: ['needs_attention'],
    statesOfDisposition: ['needs_attention', 'pending_retry'],
  }),
  resume_parked: selectionAction({
    name: 'resume_parked',
    wish: 'resume',
    does: 'put those that need attention back among those to be called',
    allowed: ['running', 'paused', 'blocked'],
    states: ['needs_attention'],
    statesOfDisposition: ['needs_attention'],
  }),
} as const satisfies Readonly<Record<string, OperatorAction>>;

/** Actions on one callee. */
export const CALLEE_ACTIONS = {
  retry_now: calleeAction(
    'retry_now',
    ['running', 'paused', 'blocked', 'completed'],
    'call it at once: also where it ended as unanswered or needs attention',
  ),
  give_up: calleeAction(
    'give_up',
    ['draft', 'running', 'paused', 'blocked'],
    'end it as unanswered, where it waits or needs attention',
  ),
  resume: calleeAction('resume', ['running', 'paused', 'blocked'], 'put it back where it needs attention'),
} as const satisfies Readonly<Record<string, OperatorAction>>;

export type ActionName = keyof typeof ACTIONS;
export const ACTION_NAMES = Object.keys(ACTIONS) as ActionName[];

export type CalleeActionName = keyof typeof CALLEE_ACTIONS;
export const CALLEE_ACTION_NAMES = Object.keys(CALLEE_ACTIONS) as CalleeActionName[];
