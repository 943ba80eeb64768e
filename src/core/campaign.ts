/** Campaigns: their states and the words of their files, one subject per file in campaign/. */

export { type CapSettings, retryWithin } from './campaign/caps.ts';
export {
  dependOnLists,
  forbiddenChanges,
} from './campaign/changes.ts';
export { campaignKeys } from './campaign/keys.ts';
export type { PacingSettings } from './campaign/pacing.ts';
export type { RetryRule, RetrySettings } from './campaign/retry.ts';
export { RETRY_PRESET_NAMES, RETRY_PRESETS, type RetryPresetName } from './campaign/retry-presets.ts';
export { CampaignSettings, campaignEnd, campaignJsonSchema } from './campaign/settings.ts';
export { type CampaignEvent, type CampaignState, campaignStates } from './campaign/states.ts';
export { type Blackout, type CallingWindow, Window } from './campaign/windows.ts';
export { CampaignId, isTimeZone } from './campaign/words.ts';
