import { DAY, HOUR, MINUTE, SECOND } from '../time.ts';

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
export const HOLIDAYS_MAX = 400;

/** Windows of one campaign: another for every hour of a week, with some to spare. The file is read at every step. */
export const WINDOWS_MAX = 200;

/** The longest duration that a campaign file may name. None has a reason to wait longer, and calendars have an end. */
export const CAMPAIGN_DURATION_MAX = 366 * DAY;

/** Between the placing of a task and its start: it may only be placed while its window is open, so more is lost to calls. */
export const LEAD_TIME_MAX = HOUR;

/** How long a callee's telephone may ring. Carriers give up sooner. */
export const RING_TIMEOUT_MIN = SECOND;
export const RING_TIMEOUT_MAX = 5 * MINUTE;

/** Days until a campaign ends that names no end: far enough not to matter, near enough for the provider's record limits. */
export const CAMPAIGN_DAYS_DEFAULT = 60;
