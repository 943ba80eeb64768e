/**
 * Judges what a provider dialled by the words of the campaign files, the plain way: the time of day as the runtime's own
 * formatter shows it, and caps by counting all dials of a number. It shares nothing with the code that kept the rules.
 */
import { masked } from '../../src/core/masked.ts';

/** One call that was placed: a line of the simulator's ledger. Times in milliseconds since the epoch. */
export interface JudgedDial {
  /** International digits. */
  readonly number: string;
  readonly taskId: number;
  /** `<campaign>.<batch>.<submission>`. */
  readonly taskName: string;
  readonly at: number;
  readonly endAt: number;
  /** The provider declined before it rang: placed by the rules all the same, but no dial. */
  readonly declined: boolean;
}

export interface JudgedCap {
  readonly calls: number;
  /** Milliseconds. */
  readonly per: number;
}

/** What a campaign promised, in the words of its file. */
export interface JudgedCampaign {
  readonly id: string;
  readonly zoneOf: (number: string) => string;
  /** `days` as `mon`, times as `09:30`; a `to` before its `from` runs past midnight. */
  readonly windows: readonly {
    readonly days: readonly string[];
    readonly from: string;
    readonly to: string;
  }[];
  /** Local dates. */
  readonly holidays: readonly string[];
  /** Local times such as `2027-03-12T15:00`; the end is not part of it. */
  readonly blackouts: readonly { readonly from: string; readonly to: string }[];
  /** Never outside 08:00 to 21:00 in Beijing. */
  readonly platformHours: boolean;
  readonly endAt: number;
  readonly perDay: number;
  readonly rolling: readonly JudgedCap[];
  readonly minGap: number;
  readonly lifetime: number;
}

export interface JudgedOptOut {
  readonly number: string;
  /** Undefined: for all campaigns. */
  readonly campaignId: string | undefined;
  readonly storedAt: number;
}

export type BrokenRule = 'window' | 'cap' | 'suppression' | 'duplicate' | 'stranger';

export interface Breach {
  readonly rule: BrokenRule;
  /** The dial with its number masked, and what it broke. */
  readonly text: string;
}

export interface Verdict {
  readonly breaches: readonly Breach[];
  readonly dials: number;
  readonly declined: number;
  /** Dials after which one of the caps had no room left: those that one more would have broken. */
  readonly filled: number;
  /** The longest from a suppression to a dial of that number, milliseconds; 0 where there was none. */
  readonly latest: number;
}

const DAY = 86_400_000;

interface LocalTime {
  /** `2027-03-12`. */
  readonly date: string;
  /** `15:04:05`. */
  readonly time: string;
  /** `fri`. */
  readonly weekday: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What clock and calendar show in a zone. */
function localTime(zone: string, at: number): LocalTime {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, hourCycle: 'h23', weekday: 'short', year: 'numeric', month: '2-digit' },
      ...{ day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const { weekday = '', year, month, day, hour, minute, second } = parts;
  return {
    date: `${year}-${month}-${day}`,
    time: `${hour}:${minute}:${second}`,
    weekday: weekday.toLowerCase(),
  };
}

/** The calendar's day before a date, and its weekday. */
function dayBefore({ date }: LocalTime): Omit<LocalTime, 'time'> {
  const before = new Date(Date.parse(`${date}T12:00:00Z`) - DAY);
  return {
    date: before.toISOString().slice(0, 10),
    weekday: before.toUTCString().slice(0, 3).toLowerCase(),
  };
}

/** Why the campaign may not call at this moment; undefined where it may. Times are compared as text, as they are written. */
function closedBy(campaign: JudgedCampaign, zone: string, at: number): string | undefined {
  if (at >= campaign.endAt) return 'after the end of its campaign';
  const local = localTime(zone, at);
  const { date, time, weekday } = local;
  const shown = `${weekday} ${date} ${time} in ${zone}`;
  if (campaign.holidays.includes(date)) return `on a holiday: ${shown}`;
  const wall = `${date}T${time}`;
  if (campaign.blackouts.some(({ from, to }) => `${from}:00` <= wall && wall < `${to}:00`))
    return `in a blackout: ${shown}`;
  const beijing = localTime('Asia/Shanghai', at).time;
  if (campaign.platformHours && (beijing < '08:00' || beijing >= '21:00'))
    return `outside the platform's hours: ${beijing} in Beijing`;
  const before = dayBefore(local);
  const open = campaign.windows.some(({ days, from, to }) => {
    const starts = days.includes(weekday) && from <= time;
    if (from < to) return starts && time < to;
    const runsOn = days.includes(before.weekday) && !campaign.holidays.includes(before.date) && time < to;
    return starts || runsOn;
  });
  return open ? undefined : `outside its windows: ${shown}`;
}

/** How often a number was dialled in the time that a cap counts over, this dial included. */
interface Counted {
  readonly cap: string;
  readonly calls: number;
  readonly allowed: number;
  /** A gap is filled by every dial, which tells nothing. */
  readonly isGap?: true;
}

/** `dials` are all of the number, in order, up to this one: whoever placed them. */
function countsOf(campaign: JudgedCampaign, zone: string, dials: readonly JudgedDial[]): Counted[] {
  const dial = dials.at(-1);
  if (dial === undefined) return [];
  const { at } = dial;
  const today = localTime(zone, at).date;
  const since = (per: number): number => dials.filter((one) => one.at > at - per).length;
  const own = dials.filter((one) => campaignOf(one) === campaign.id).length;
  return [
    {
      cap: `${campaign.perDay} per day`,
      calls: dials.filter((one) => localTime(zone, one.at).date === today).length,
      allowed: campaign.perDay,
    },
    ...campaign.rolling.map(({ calls, per }) => ({
      cap: `${calls} in ${per / 60_000} minutes`,
      calls: since(per),
      allowed: calls,
    })),
    {
      cap: `a gap of ${campaign.minGap / 60_000} minutes`,
      calls: since(campaign.minGap),
      allowed: 1,
      isGap: true,
    },
    { cap: `${campaign.lifetime} in all`, calls: own, allowed: campaign.lifetime },
  ];
}

function campaignOf({ taskName }: JudgedDial): string {
  return taskName.split('.')[0] ?? '';
}

function batchOf({ taskName }: JudgedDial): string {
  return taskName.split('.').slice(0, 2).join('.');
}

/** Why a dial should not have been, beside the earlier ones of its number; undefined where there is no reason. */
function repeats(dial: JudgedDial, earlier: readonly JudgedDial[]): string | undefined {
  for (const one of earlier) {
    if (dial.at < one.endAt) return 'while an earlier call to the same number went on';
    if (dial.taskId === one.taskId) return 'a second time by one task';
    if (batchOf(dial) === batchOf(one)) return 'a second time for one batch';
  }
  return undefined;
}

/** The longest from a suppression that held for this campaign to the dial; below 0 where it came first. */
function lateness(dial: JudgedDial, optOuts: readonly JudgedOptOut[]): number {
  return optOuts
    .filter(({ campaignId }) => campaignId === undefined || campaignId === campaignOf(dial))
    .reduce((longest, { storedAt }) => Math.max(longest, dial.at - storedAt), Number.NEGATIVE_INFINITY);
}

function byNumber<T extends { readonly number: string }>(all: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const one of all) {
    const known = found.get(one.number);
    if (known === undefined) found.set(one.number, [one]);
    else known.push(one);
  }
  return found;
}

/**
 * Judges every call of a ledger. `lateMax`: how long after a suppression was stored a dial may still begin, in
 * milliseconds, since a task that has to be stopped is asked about first.
 */
export function judgeDials(
  ledger: readonly JudgedDial[],
  campaigns: readonly JudgedCampaign[],
  optOuts: readonly JudgedOptOut[],
  lateMax: number,
): Verdict {
  const breaches: Breach[] = [];
  const optOutsOf = byNumber(optOuts);
  const known = new Map(campaigns.map((campaign) => [campaign.id, campaign]));
  let declined = 0;
  let filled = 0;
  let latest = 0;
  for (const [number, placed] of byNumber(ledger)) {
    placed.sort((a, b) => a.at - b.at);
    const dials: JudgedDial[] = [];
    for (const dial of placed) {
      const breach = (rule: BrokenRule, text: string | undefined): void => {
        if (text === undefined) return;
        const when = new Date(dial.at).toISOString();
        breaches.push({ rule, text: `${masked(number)} by task ${dial.taskName} at ${when}: ${text}` });
      };
      const campaign = known.get(campaignOf(dial));
      if (campaign === undefined) {
        breach('stranger', 'the task belongs to no campaign');
        continue;
      }
      const zone = campaign.zoneOf(number);
      breach('window', closedBy(campaign, zone, dial.at));
      const late = lateness(dial, optOutsOf.get(number) ?? []);
      latest = Math.max(latest, late);
      if (late > lateMax) breach('suppression', `${late / 1_000} s after the number was suppressed`);
      if (dial.declined) {
        declined += 1;
        continue;
      }
      breach('duplicate', repeats(dial, dials));
      dials.push(dial);
      const counts = countsOf(campaign, zone, dials);
      for (const { cap, calls, allowed } of counts)
        if (calls > allowed) breach('cap', `call ${calls} under a cap of ${cap}`);
      if (counts.some(({ calls, allowed, isGap }) => calls === allowed && isGap === undefined)) filled += 1;
    }
  }
  return { breaches, dials: ledger.length - declined, declined, filled, latest };
}
