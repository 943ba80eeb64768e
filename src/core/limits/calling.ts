import { DAY } from '../time.ts';

/**
 * Hours in which numbers supplied by the provider may dial, and the clock they are read from (reference 3.6). They
 * hold for every callee, wherever it is: the provider looks at its own clock.
 */
export const PLATFORM_HOURS_FROM = '08:00';
export const PLATFORM_HOURS_TO = '21:00';
export const PLATFORM_HOURS_ZONE = 'Asia/Shanghai';

/**
 * Parts of a callee's day, by the clock where the callee is: until noon, until five, and the evening. People are
 * reached at home in one and at work in another, so a part that failed is worth less than one not yet tried.
 */
export const AFTERNOON_FROM = '12:00';
export const EVENING_FROM = '17:00';

/** How far ahead another part of the day is looked for: a week has every window of every weekday once. */
export const DAY_PART_SEARCH_MAX = 7 * DAY;

/** Days, wall times and instants on which a campaign may name no calls. Far more than a list of public holidays has. */
export const BLACKOUTS_MAX = 400;
