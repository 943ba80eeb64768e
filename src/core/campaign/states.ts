import type { StateTable } from '../machine.ts';

export type CampaignState = 'draft' | 'running' | 'paused' | 'blocked' | 'completed' | 'cancelled';
export type CampaignEvent = 'start' | 'pause' | 'resume' | 'block' | 'cancel' | 'complete' | 'reopen';

/**
 * `blocked` is a running campaign that a person must mend first; the reason beside it says what. Only a running
 * campaign completes: one that an operator paused stays theirs, even when nothing is left to call.
 */
export const campaignStates: StateTable<CampaignState, CampaignEvent> = {
  draft: { owner: 'operator', mayLast: 'no bound', moves: { start: ['running'], cancel: ['cancelled'] } },
  running: {
    owner: 'dispatch',
    mayLast: 'until endAt',
    moves: { pause: ['paused'], block: ['blocked'], cancel: ['cancelled'], complete: ['completed'] },
  },
  paused: {
    owner: 'operator',
    mayLast: 'until endAt',
    moves: { resume: ['running'], start: ['running'], cancel: ['cancelled'] },
  },
  blocked: {
    owner: 'operator',
    mayLast: 'until endAt',
    moves: {
      start: ['running'],
      resume: ['running'],
      pause: ['paused'],
      cancel: ['cancelled'],
    },
  },
  completed: { owner: null, mayLast: 'until a list is appended', moves: { reopen: ['running'] } },
  cancelled: { owner: null, mayLast: 'for ever', moves: {} },
};
