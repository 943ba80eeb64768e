import type { CampaignSettings } from './settings.ts';

/** Settings by which rows become callees: a list that is being read must be read to its end by the same. */
const READ_BY = ['columns', 'several', 'defaultRegion', 'timeZone', 'timeZoneFrom'] as const;

/** Settings that may or may not become others, depending on the lists that the campaign has. */
const JUDGED_BY_LISTS: readonly string[] = [...READ_BY, 'callers', 'retry'];

/** What is to become other, and what the campaign has that the change must leave true. */
export interface Settled {
  /** Names of the settings in which the two differ. */
  readonly differing: readonly string[];
  /** Callees it has. */
  readonly callees: number;
  /** Lists that are not read to their end. */
  readonly importsOpen: number;
}

/** True where {@link forbiddenChanges} may find otherwise once another list has come. */
export function dependOnLists(fields: readonly string[]): boolean {
  return fields.some((field) => JUDGED_BY_LISTS.includes(field));
}

/**
 * Why the settings of a campaign cannot become others, one sentence per setting with the remedy; none where they can.
 * What decides about calls to come may change at any time, since it is asked anew for each of them. What stored callees
 * were made with, and are found by, may not.
 */
export function forbiddenChanges(
  held: CampaignSettings,
  wanted: CampaignSettings,
  { differing, callees, importsOpen }: Settled,
): string[] {
  const faults: string[] = [];
  if (importsOpen > 0) {
    const read = READ_BY.filter((name) => differing.includes(name));
    for (const name of read)
      faults.push(`${name}: a list is being read by it; wait until its import is over`);
  }
  if (callees === 0) return faults;
  if (held.timeZone !== wanted.timeZone) {
    const remedy = 'give rows a column with their own, or make another campaign';
    faults.push(`timeZone: stays "${held.timeZone}" once there are callees; ${remedy}`);
  }
  const moved = held.callers.findIndex((number, at) => wanted.callers[at] !== number);
  if (moved !== -1) {
    const why = 'callees are kept to the caller that called them';
    faults.push(`callers[${moved}]: must stay where it is, since ${why}; add others behind the present ones`);
  }
  if (wanted.retry.attemptsMax < held.retry.attemptsMax) {
    const remedy = 'use "stop" rules, or "give-up" for those that wait';
    faults.push(`retry.attemptsMax: may only be raised once there are callees; ${remedy}`);
  }
  return faults;
}
