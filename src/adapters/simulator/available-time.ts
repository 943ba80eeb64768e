/**
 * The hours that a task is limited to inside NotBefore and NotAfter (reference 2.1). AvailableTime holds for every day
 * and goes before AvailableWorkTimeConfig. Read to whole minutes, rounded inwards.
 */
import { z } from 'zod';
import { openingAt } from '../../core/calling-window.ts';
import { type CallingWindow, isTimeZone, Window } from '../../core/campaign.ts';
import type { AvailableTimeConfig, TimeRange } from '../tencent/schema/callout.ts';
import { Refusal } from './refusal.ts';

/** Hours as plain data, so that a snapshot can hold them. */
export const availability = z.object({
  zone: z.string(),
  rules: z.object({ windows: z.array(Window), holidays: z.array(z.string()) }),
});

export type Availability = z.infer<typeof availability>;

const WORK_DAYS = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
const REST_DAYS = ['sat', 'sun'] as const;
const EVERY_DAY = [...WORK_DAYS, ...REST_DAYS];
/** The default where a request names no zone is undocumented; the provider's own clock is Beijing's. */
const ZONE_DEFAULT = 'Asia/Shanghai';

/** What a request asks for; undefined where it sets no hours. Throws a Refusal for what is no hour, day or zone. */
export function availabilityOf(request: {
  readonly TimeZone?: string | undefined;
  readonly AvailableTime?: readonly TimeRange[] | undefined;
  readonly AvailableWorkTimeConfig?: readonly AvailableTimeConfig[] | undefined;
}): Availability | undefined {
  const zone = request.TimeZone ?? ZONE_DEFAULT;
  if (!isTimeZone(zone))
    throw new Refusal('InvalidParameterValue', 'The parameter TimeZone is no time zone.');
  const { AvailableTime: everyDay = [], AvailableWorkTimeConfig: byDay = [] } = request;
  if (everyDay.length > 0) return limitedTo(zone, windowsOf('AvailableTime', EVERY_DAY, everyDay));
  if (byDay.length === 0) return undefined;
  return limitedTo(
    zone,
    byDay.flatMap((one) => windowsOf('AvailableWorkTimeConfig', daysOf(one), one.TimeRanges ?? [])),
  );
}

function limitedTo(zone: string, windows: CallingWindow[]): Availability {
  return { zone, rules: { windows, holidays: [] } };
}

/** When a task with these hours may dial next: `now` while it may, undefined when it never may again. */
export function availableFrom({ zone, rules }: Availability, now: number): number | undefined {
  const opening = openingAt(rules, zone, now);
  return opening.open ? now : opening.opensAt;
}

/** Without a calendar of public holidays: business days are Monday to Friday, holidays Saturday and Sunday. */
function daysOf({ DayType = 'EveryDay', DaysOfWeek = [] }: AvailableTimeConfig): CallingWindow['days'] {
  switch (DayType) {
    case 'EveryDay':
      return EVERY_DAY;
    case 'BusinessDay':
      return [...WORK_DAYS];
    case 'Holiday':
      return [...REST_DAYS];
    case 'Custom':
      return DaysOfWeek.map((name) => {
        const day = EVERY_DAY.find((each) => each === name.slice(0, 3).toLowerCase());
        if (day === undefined) throw unfit('AvailableWorkTimeConfig.DaysOfWeek');
        return day;
      });
    default:
      throw unfit('AvailableWorkTimeConfig.DayType');
  }
}

function windowsOf(
  field: string,
  days: CallingWindow['days'],
  ranges: readonly TimeRange[],
): CallingWindow[] {
  if (days.length === 0) return [];
  return ranges.map(({ StartTime, EndTime }) => {
    const from = wholeMinute(StartTime, 'up');
    const to = wholeMinute(EndTime, 'down');
    if (from === undefined || to === undefined || from === to) throw unfit(field);
    return { days, from, to };
  });
}

/** `HH:mm:ss` as `HH:mm`; undefined for anything else. */
function wholeMinute(text: string, round: 'up' | 'down'): string | undefined {
  if (!/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$|^24:00:00$/.test(text)) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  const total = hours * 60 + minutes + (round === 'up' && seconds > 0 ? 1 : 0);
  return [Math.floor(total / 60), total % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

function unfit(field: string): Refusal {
  return new Refusal('InvalidParameterValue', `The parameter ${field} is invalid.`);
}
