/** The played world of the bench "rules": two campaigns, whom they call where, and how the provider's calls end. */
import type { ScenarioInput } from '../../src/adapters/simulator/scenario.ts';
import { END_CODES } from '../../src/adapters/tencent/codes.ts';
import { PLATFORM_CAPS } from '../../src/core/limits.ts';
import { DAY, HOUR, type Instant, MINUTE } from '../../src/core/time.ts';
import type { JudgedCampaign } from './rules-judge.ts';

/** When clocks are put forward, on a Sunday. The Saturday before it is a holiday of the first campaign. */
export const CLOCKS_CHANGE = { zone: 'America/New_York', at: Date.parse('2027-03-14T07:00:00Z') };

/** From so many callees on, everything that is rare must have happened. */
export const ROWS_FOR_ALL = 20_000;

/** From when to when both campaigns call: a Thursday or Friday morning in Beijing, and a day behind that Sunday or its evening. */
export function rulesTimes(rows: number): { readonly from: Instant; readonly to: Instant } {
  const [from, to] =
    rows >= ROWS_FOR_ALL
      ? ['2027-03-11T00:30:00Z', '2027-03-16T12:00:00Z']
      : ['2027-03-12T00:30:00Z', '2027-03-14T22:00:00Z'];
  return { from: Date.parse(from), to: Date.parse(to) };
}

export const BAD_CALLER = '008602150000002';
const FIRST_CALLERS = ['008602150000001', BAD_CALLER, '008602150000003', '008602150000004'];
const SECOND_CALLERS = ['008602150000003', '008602150000004', '008602150000005'];

const FIRST = 'rules-first';
const SECOND = 'rules-second';

/** How people of one time zone are numbered: international digits, and what their rows say of the zone. */
interface Region {
  readonly zone: string;
  readonly first: number;
  /** The cell of the row; empty where the zone follows from the number or is the campaign's own. */
  readonly cell: string;
}

/** Of every five callees two are Chinese: the zone of the campaign, of a country with one clock (twice), of the column. */
const REGIONS: readonly Region[] = [
  { zone: 'Asia/Shanghai', first: 8_613_800_000_000, cell: '' },
  { zone: 'Asia/Tokyo', first: 819_010_000_000, cell: '' },
  { zone: 'Europe/Berlin', first: 4_915_110_000_000, cell: '' },
  { zone: 'America/New_York', first: 12_012_000_000, cell: 'America/New_York' },
  { zone: 'Asia/Shanghai', first: 8_613_900_000_000, cell: '' },
];

function regionOf(index: number): Region {
  const region = REGIONS[index % REGIONS.length];
  if (region === undefined) throw new Error('a region for every callee');
  return region;
}

export function numberOf(index: number): string {
  return String(regionOf(index).first + index);
}

/** The line of a list for a callee. */
export function rowOf(index: number): string {
  return `+${numberOf(index)},${regionOf(index).cell}\n`;
}

/** The zone in which a number must be called, by its first digits. */
export function zoneOf(number: string): string {
  const found = REGIONS.find(({ first }) => number.startsWith(String(first).slice(0, 4)));
  if (found === undefined) throw new Error('a number of no region');
  return found.zone;
}

/** A campaign as it is played, and as it is judged. */
export interface RulesCampaign {
  readonly id: string;
  /** Places of its callees among all numbers: the first, and one behind the last. */
  readonly from: number;
  readonly to: number;
  readonly settings: unknown;
  readonly judged: JudgedCampaign;
}

const PLATFORM = PLATFORM_CAPS.map(({ calls, per }) => ({ calls, per }));
const WORKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri'];
const WEEKEND = ['sat', 'sun'];

const FIRST_RULES = {
  windows: [
    { days: WORKDAYS, from: '09:30', to: '12:00' },
    { days: WORKDAYS, from: '13:30', to: '20:00' },
    { days: WEEKEND, from: '10:00', to: '16:00' },
  ],
  holidays: ['2027-03-13'],
  blackouts: [{ from: '2027-03-12T15:00', to: '2027-03-12T16:30' }],
};
const SECOND_RULES = {
  windows: [
    { days: [...WORKDAYS, ...WEEKEND], from: '08:30', to: '20:30' },
    { days: ['thu', 'fri', 'sat'], from: '21:30', to: '00:45' },
  ],
  holidays: [],
  blackouts: [],
};

/** Callees per minute at which the calls of a campaign take some days, and those of a small one some hours. */
function pace(callees: number): number {
  return Math.max(15, Math.round(callees / 800));
}

/** The two campaigns for `rows` callees of the first; the second has half as many, most of them the first one's too. */
export function rulesCampaigns(rows: number): readonly RulesCampaign[] {
  const half = Math.floor(rows / 2);
  const shared = Math.floor(half * 0.7);
  const { to } = rulesTimes(rows);
  const endAt = new Date(to).toISOString();
  const common = {
    endAt,
    ivrId: 7,
    columns: { callee: 'number', timeZone: 'zone' },
    timeZone: 'Asia/Shanghai',
  };
  const judged = { zoneOf, endAt: to };
  return [
    {
      ...{ id: FIRST, from: 0, to: rows },
      settings: {
        ...{ name: 'First', callers: FIRST_CALLERS, ...common, ...FIRST_RULES },
        platformHours: 'auto',
        retry: { preset: 'persistent', attemptsMax: 6 },
        caps: { perDay: 2, rolling: { calls: 3, per: '2d' }, minGap: '45m', lifetime: 4 },
        pacing: { calleesPerMinute: pace(rows) },
      },
      judged: {
        ...{ id: FIRST, ...judged, ...FIRST_RULES, platformHours: false },
        ...{
          perDay: 2,
          rolling: [{ calls: 3, per: 2 * DAY }, ...PLATFORM],
          minGap: 45 * MINUTE,
          lifetime: 4,
        },
      },
    },
    {
      ...{ id: SECOND, from: rows - shared, to: rows - shared + half },
      settings: {
        ...{ name: 'Second', callers: SECOND_CALLERS, ...common, ...SECOND_RULES },
        ...{ platformHours: 'on', priority: 2 },
        retry: { attemptsMax: 5, otherwise: { after: ['20m', '1h', '3h'] } },
        caps: { perDay: 3, rolling: [{ calls: 4, per: '36h' }], minGap: '20m', lifetime: 3 },
        pacing: { calleesPerMinute: pace(half) },
      },
      judged: {
        ...{ id: SECOND, ...judged, ...SECOND_RULES, platformHours: true },
        ...{ perDay: 3, rolling: [{ calls: 4, per: 36 * HOUR }, ...PLATFORM] },
        ...{ minGap: 20 * MINUTE, lifetime: 3 },
      },
    },
  ];
}

/** When one caller goes bad: about when half of the first campaign's calls are made. */
export function badFrom(rows: number): Instant {
  return rulesTimes(rows).from + (rows >= ROWS_FOR_ALL ? 26 * HOUR : 8.25 * HOUR);
}

/** Ends that most calls have; each other code of the reference gets the weight 1. Two in five are answered. */
const USUAL_ENDS = { 1: 110, 202: 70, 206: 25, 203: 10, 204: 10 };

/**
 * Every end code of the reference and one beyond it, records that come too late to be waited for, and a caller most of whose calls are
 * refused from some time on.
 */
export function rulesScenario(rows: number): ScenarioInput {
  const rare = Object.fromEntries([...END_CODES.map(([code]) => [code, 1]), [777, 1]]);
  const turns = [{ at: new Date(badFrom(rows)).toISOString(), share: 0.8, outcomes: { 109: 2, 212: 1 } }];
  const numbers = [...new Set([...FIRST_CALLERS, ...SECOND_CALLERS])];
  return {
    outcomes: { ...rare, ...USUAL_ENDS },
    // Few enough that tasks queue, so that an opt-out may come while its task has begun.
    channelsPerCaller: 6,
    records: { delayMs: 3_000, lateShare: 0.005, lateMs: 6 * HOUR },
    numbers: numbers.map((number) => ({ number, turns: number === BAD_CALLER ? turns : [] })),
  };
}
