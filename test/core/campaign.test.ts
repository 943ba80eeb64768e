import { describe, expect, test } from 'vitest';
import {
  CampaignId,
  CampaignSettings,
  campaignEnd,
  campaignJsonSchema,
  isTimeZone,
} from '../../src/core/campaign.ts';
import { plainProblem } from '../../src/core/plain-problem.ts';
import { DAY, HOUR, MINUTE } from '../../src/core/time.ts';

const least = { name: 'Spring reminder', callers: ['008602150000001'], ivrId: 7 };

describe('campaign files that are taken', () => {
  test('the least that a file must say, with its defaults', () => {
    expect(CampaignSettings.parse(least)).toEqual({
      ...least,
      ...{ columns: {}, defaultRegion: 'CN', timeZone: 'Asia/Shanghai', holidays: [], priority: 3 },
      ...{ blackouts: [], platformHours: 'auto', timeZoneFrom: 'number' },
      retry: { attemptsMax: 3, rules: [], otherwise: { after: [4 * HOUR] }, dayParts: false },
      pacing: { calleesInFlightMax: 2_000, batchCalleesMax: 500, leadTime: 10_000 },
      ...{ breaker: { share: 0.3, calls: 50 }, callerChannels: {} },
      caps: { preset: 'platform', rolling: [] },
    });
  });

  test('durations become milliseconds, instants epoch milliseconds, and one delay a list', () => {
    const settings = CampaignSettings.parse({
      ...least,
      ...{ startAt: '2026-11-23T09:00:00+08:00', endAt: '2026-11-30T18:00:00+08:00', ringTimeout: '30s' },
      windows: [{ days: ['mon', 'sun'], from: '22:00', to: '02:00' }],
      retry: {
        rules: [
          { on: ['busy'], after: '10m' },
          { on: ['no_answer', 'power_off'], after: ['2h', '1d'] },
          { on: ['number_not_exist'], stop: true },
        ],
      },
    });
    expect(settings).toMatchObject({
      ...{ startAt: Date.UTC(2026, 10, 23, 1), endAt: Date.UTC(2026, 10, 30, 10), ringTimeout: 30_000 },
      retry: {
        ...{ attemptsMax: 3, otherwise: { after: [4 * HOUR] } },
        rules: [{ after: [10 * MINUTE] }, { after: [2 * HOUR, DAY] }, { stop: true }],
      },
    });
    expect(settings.windows).toHaveLength(1);
  });

  test('a blackout is of whole days, of local times, or of moments', () => {
    const { blackouts } = CampaignSettings.parse({
      ...least,
      blackouts: [
        { from: '2026-12-24', to: '2026-12-26' },
        { from: '2026-12-24', to: '2026-12-24' },
        { from: '2026-12-31T18:00', to: '2027-01-01T06:00:00' },
        { from: '2026-12-31T18:00:00+08:00', to: '2026-12-31T12:00:00Z' },
      ],
    });
    expect(blackouts).toEqual([
      { kind: 'days', from: Date.UTC(2026, 11, 24), to: Date.UTC(2026, 11, 27) },
      { kind: 'days', from: Date.UTC(2026, 11, 24), to: Date.UTC(2026, 11, 25) },
      { kind: 'wall', from: Date.UTC(2026, 11, 31, 18), to: Date.UTC(2027, 0, 1, 6) },
      { kind: 'instants', from: Date.UTC(2026, 11, 31, 10), to: Date.UTC(2026, 11, 31, 12) },
    ]);
  });

  test('a caller is the same number to all campaigns, however it is written', () => {
    const callers = [{ number: '+8602150000001', channels: 3 }, '008602150000002'];
    expect(CampaignSettings.parse({ ...least, callers })).toMatchObject({
      callers: ['008602150000001', '008602150000002'],
      callerChannels: { '008602150000001': 3 },
    });
  });

  test('an AI agent may answer instead of an IVR', () => {
    const { ivrId, ...others } = least;
    expect(CampaignSettings.parse({ ...others, aiAgentId: ivrId })).toMatchObject({ aiAgentId: 7 });
  });
});

const REFUSED: readonly (readonly [string, object, string, RegExp])[] = [
  ['a misspelt key', { ...least, timezone: 'UTC' }, '', /timezone/],
  ...(
    [
      [{ from: '2026-12-26', to: '2026-12-24' }, 0, /later than its "from"/],
      [{ from: '2026-12-24T18:00', to: '2026-12-24T18:00' }, 0, /later than its "from"/],
      [{ from: '2026-12-24', to: '2026-12-24T18:00' }, 0, /not one of each/],
      [{ from: '2026-12-24T18:00', to: '2026-12-24T20:00:00Z' }, 0, /not one of each/],
      [{ from: 'Christmas', to: '2026-12-26' }, '0.from', /write a date/],
      [{ from: '2026-02-30', to: '2026-03-02' }, '0.from', /write a date/],
      [{ from: '2026-12-24' }, '0.to', /./],
      [{ from: '2026-12-24', to: '2026-12-26', name: 'x' }, 0, /name/],
    ] as const
  ).map(
    ([blackout, at, message]) =>
      ['a blackout that is none', { ...least, blackouts: [blackout] }, `blackouts.${at}`, message] as const,
  ),
  ['hours of another platform', { ...least, platformHours: true }, 'platformHours', /./],
  ['a time zone from elsewhere', { ...least, timeZoneFrom: 'column' }, 'timeZoneFrom', /./],
  ['a misspelt key further down', { ...least, retry: { attempts: 3 } }, 'retry', /attempts/],
  ['no name', { ...least, name: ' ' }, 'name', /./],
  ['no caller', { ...least, callers: [] }, 'callers', /at least one caller number/],
  [
    'a caller that is there twice, written in two ways',
    { ...least, callers: ['+862150000001', { number: '008602150000001', channels: 3 }] },
    'callers.1',
    /same number as callers\[0\]/,
  ],
  ['a caller without its country code', { ...least, callers: ['02150000001'] }, 'callers.0', /country code/],
  ['a caller with letters', { ...least, callers: ['abc'] }, 'callers.0', /digits/],
  ['nothing that answers', { name: 'n', callers: least.callers }, 'ivrId', /either "ivrId" or "aiAgentId"/],
  ['two that answer', { ...least, aiAgentId: 1 }, 'ivrId', /either "ivrId" or "aiAgentId"/],
  [
    'an unknown time zone',
    { ...least, timeZone: 'Asia/Peking' },
    'timeZone',
    /unknown time zone "Asia\/Peking".*Asia\/Shanghai/,
  ],
  ['an offset as time zone', { ...least, timeZone: '+08:00' }, 'timeZone', /unknown time zone/],
  [
    'a region in small letters',
    { ...least, defaultRegion: 'cn' },
    'defaultRegion',
    /"cn" is no country.*two-letter/,
  ],
  ['a country by another name', { ...least, defaultRegion: 'UK' }, 'defaultRegion', /"UK" is no country/],
  [
    'a start without offset',
    { ...least, startAt: '2026-11-23T09:00:00' },
    'startAt',
    /"2026-11-23T09:00:00" is .*with its offset/,
  ],
  [
    ...(['an end before the start'] as const),
    { ...least, startAt: '2026-11-24T00:00:00Z', endAt: '2026-11-23T00:00:00Z' },
    ...(['endAt', /later than "startAt"/] as const),
  ],
  [
    'a day that is none',
    { ...least, windows: [{ days: ['Mo'], from: '09:00', to: '12:00' }] },
    'windows.0.days.0',
    /mon/,
  ],
  [
    'a time that is none',
    { ...least, windows: [{ days: ['mon'], from: '9', to: '12:00' }] },
    'windows.0.from',
    /09:00/,
  ],
  [
    'a time after midnight',
    { ...least, windows: [{ days: ['mon'], from: '09:00', to: '24:30' }] },
    'windows.0.to',
    /"24:30" is no time.*closes/,
  ],
  [
    'a window that never opens on its day',
    { ...least, windows: [{ days: ['mon'], from: '24:00', to: '00:00' }] },
    'windows.0.from',
    /"24:00" is no time.*opens/,
  ],
  [
    'an empty window',
    { ...least, windows: [{ days: ['mon'], from: '09:00', to: '09:00' }] },
    'windows.0',
    /00:00" to "24:00/,
  ],
  ['no windows in the list', { ...least, windows: [] }, 'windows', /name one, or leave "windows" out/],
  ['holidays that are no list', { ...least, holidays: '2026-12-25' }, 'holidays', /write a list in \[ \]/],
  [
    'a holiday that is no date',
    { ...least, holidays: ['2026-02-30'] },
    'holidays.0',
    /"2026-02-30" is no date/,
  ],
  [
    'a delay that is none',
    { ...least, retry: { otherwise: { after: '10 min' } } },
    'retry.otherwise.after',
    /"10 min" is not a duration/,
  ],
  [
    'a delay beyond every calendar',
    { ...least, retry: { rules: [{ on: ['busy'], after: ['1h', '999999999d'] }] } },
    'retry.rules.0.after',
    /"999999999d" is too long.*"366d"/,
  ],
  ['a delay without unit', { ...least, retry: { otherwise: { after: 90 } } }, 'retry.otherwise.after', /90 /],
  ['a lead time of a day', { ...least, pacing: { leadTime: '1d' } }, 'pacing.leadTime', /up to "1h"/],
  ['a telephone that does not ring', { ...least, ringTimeout: '0s' }, 'ringTimeout', /"1s" to "5m"/],
  [
    'a rule for those who answered',
    { ...least, retry: { rules: [{ on: ['busy', 'answered'], after: '1h' }] } },
    'retry.rules.0.on',
    /nobody is called again/,
  ],
  [
    'a rule that never counts',
    {
      ...least,
      retry: {
        rules: [
          { on: ['busy', 'no_answer'], after: '1h' },
          { on: ['busy'], stop: true },
        ],
      },
    },
    'retry.rules.1',
    /never counts.*busy/,
  ],
  ['a breaker without its share', { ...least, breaker: 'on' }, 'breaker', /write "off", or .*share/],
  [
    'a rule that waits and stops',
    { ...least, retry: { rules: [{ on: ['busy'], after: '1h', stop: true }] } },
    'retry.rules.0',
    /either "after"/,
  ],
  [
    'a rule that does nothing',
    { ...least, retry: { rules: [{ on: ['busy'] }] } },
    'retry.rules.0',
    /either "after"/,
  ],
  [
    'a rule for an unknown end',
    { ...least, retry: { rules: [{ on: ['engaged'], after: '1h' }] } },
    'retry.rules.0.on.0',
    /busy/,
  ],
  [
    'no attempts',
    { ...least, retry: { attemptsMax: 0 } },
    'retry.attemptsMax',
    /0 is too small; the least is 1/,
  ],
  [
    'too many attempts',
    { ...least, retry: { attemptsMax: 100 } },
    'retry.attemptsMax',
    /100 is .* most is 20/,
  ],
  [
    'too large batches',
    { ...least, pacing: { batchCalleesMax: 5_001 } },
    'pacing.batchCalleesMax',
    /5001.*5000/,
  ],
];

describe('campaign files that are refused', () => {
  test.each(REFUSED)('%s', (_, file, path, message) => {
    const result = CampaignSettings.safeParse(file, { error: plainProblem });
    expect(result.success).toBe(false);
    const found = (result.error?.issues ?? []).map((issue) => ({
      path: issue.path.join('.'),
      text: JSON.stringify(issue),
    }));
    expect(found.map((issue) => issue.path)).toContain(path);
    expect(found.find((issue) => issue.path === path)?.text.replaceAll('\\"', '"')).toMatch(message);
  });

  test.each([
    [{ ...least, name: '', timeZone: 'x', priority: 9 }, ['name', 'priority', 'timeZone']],
    [{}, ['callers', 'ivrId', 'name']],
    [
      { ...least, priority: '1', startAt: '2026-11-24T00:00:00Z', endAt: '2026-11-23T00:00:00Z' },
      ['endAt', 'priority'],
    ],
    [{ ...least, startAt: 'tomorrow', endAt: '2026-11-23T00:00:00Z' }, ['startAt']],
  ])('all problems of %j are told at once, and none that follows from another', (file, paths) => {
    const result = CampaignSettings.safeParse(file);
    expect(result.error?.issues.map((issue) => issue.path.join('.')).sort()).toEqual(paths);
  });
});

describe('around the campaign file', () => {
  test.each(['spring', 'a', '2026-spring_a', 'a'.repeat(48)])('"%s" is a campaign id', (id) => {
    expect(CampaignId.safeParse(id).success).toBe(true);
  });

  test.each(['', 'Spring', '-a', '_a', 'a.b', 'a b', 'a/b', '..', '春', 'a'.repeat(49), 'a\n'])(
    '%j is no campaign id',
    (id) => expect(CampaignId.safeParse(id).success).toBe(false),
  );

  test('time zones are those that the runtime knows by name', () => {
    expect(['Asia/Shanghai', 'UTC', 'America/Argentina/Buenos_Aires'].every(isTimeZone)).toBe(true);
    expect(['', 'Shanghai', '+08:00', 'Asia/Peking', 'asia'].some(isTimeZone)).toBe(false);
  });

  test('a campaign that names no end ends sixty days after it may begin', () => {
    const settings = CampaignSettings.parse({ ...least, startAt: '2026-12-01T00:00:00Z' });
    const createdAt = Date.UTC(2026, 10, 1);
    expect(campaignEnd(settings, createdAt)).toBe(Date.UTC(2026, 11, 1) + 60 * DAY);
    expect(campaignEnd(CampaignSettings.parse(least), createdAt)).toBe(createdAt + 60 * DAY);
    const ended = CampaignSettings.parse({ ...least, endAt: '2026-12-01T00:00:00Z' });
    expect(campaignEnd(ended, createdAt)).toBe(Date.UTC(2026, 11, 1));
  });

  test('the JSON Schema for editors names every key and refuses others', () => {
    const schema = campaignJsonSchema();
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(JSON.stringify(schema)).toContain('"attemptsMax"');
    expect(schema).toHaveProperty('required', ['name', 'callers']);
  });
});
