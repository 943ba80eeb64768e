import { openingAt } from '../core/calling-window.ts';
import { callingRules } from '../core/campaign-rules.ts';
import { TASK_TIME_MIN } from '../core/limits.ts';
import { fromSeconds, type Instant, SECOND, toSecondsUp } from '../core/time.ts';
import type { CampaignRecord } from '../ports/store.ts';

/** When a task placed now would start and end; undefined when the rules leave it no time. */
export interface TaskTime {
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

/**
 * The time of a task placed at `now` for callees of one zone: after the lead time, inside the calling window that
 * is open then, never past the campaign's end. Whole seconds, rounded inwards, since the provider counts those.
 */
export function taskTime(campaign: CampaignRecord, zone: number, now: Instant): TaskTime | undefined {
  const { settings } = campaign;
  const notBefore = fromSeconds(toSecondsUp(now + settings.pacing.leadTime));
  const name = campaign.zones[zone] ?? '';
  const rules = callingRules(campaign);
  const opening = openingAt(rules, name, notBefore);
  if (!opening.open || !openingAt(rules, name, now).open) return undefined;
  const notAfter = fromSeconds(Math.floor(opening.closesAt / SECOND));
  return notAfter - notBefore >= TASK_TIME_MIN ? { notBefore, notAfter } : undefined;
}
