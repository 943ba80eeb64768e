import { describe, expect, it } from 'vitest';
import { CampaignSettings } from '../../src/core/campaign.ts';
import { type ForecastQuestion, playForecast } from '../../src/core/forecast.ts';
import { forecastRange } from '../../src/core/forecast-range.ts';
import { outcomeShares, shareOf, withAnswered } from '../../src/core/outcome-shares.ts';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../src/core/time.ts';

/** A Monday, 10:00 in Shanghai. */
const NOW = Date.parse('2026-11-23T02:00:00Z');
const ASSUMED = {
  answeredShare: 0.5,
  deadShare: 0,
  answeredTime: MINUTE,
  missedTime: MINUTE,
  channels: 30,
};
const ALWAYS = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' }];

function settingsOf(words: object): CampaignSettings {
  const base = {
    name: 'x',
    callers: ['008602150000001'],
    ivrId: 1,
    windows: ALWAYS,
    caps: { preset: 'none' },
  };
  return CampaignSettings.parse({ ...base, ...words });
}

function questionOf(
  words: object,
  more: Partial<Omit<ForecastQuestion, 'pace'>> & {
    readonly callees?: number;
    readonly channels?: number;
    readonly pace?: object;
  } = {},
): ForecastQuestion {
  const { callees = 1_000, channels = 10, pace, ...rest } = more;
  const { windows, holidays, retry, caps } = settingsOf(words);
  const endAt: Instant = rest.endAt ?? NOW + 30 * DAY;
  return {
    campaignId: 'spring',
    now: NOW,
    endAt,
    rules: { windows, holidays, endAt },
    retry,
    caps,
    waiting: [{ zone: 'Asia/Shanghai', attempts: 0, returns: 0, due: 0, callees, dials: [] }],
    outcomes: outcomeShares([], ASSUMED),
    callTime: () => MINUTE,
    pace: {
      channels,
      calleesInFlightMax: 100_000,
      batchCalleesMax: 100,
      calleesPerMinute: undefined,
      requestsPerSecond: 20,
      leadTime: 0,
      gather: 0,
      lookIntervalMin: 2 * SECOND,
      lookIntervalMax: MINUTE,
      ...pace,
    },
    ...rest,
  };
}

const ONCE = { retry: { attemptsMax: 1 } };

describe('a forecast', () => {
  it('of one attempt each takes as long as the channels need, and one call beyond', () => {
    const { attempts, finishAt } = playForecast(questionOf(ONCE));
    expect(attempts).toBeCloseTo(1_000, 5);
    expect((finishAt - NOW) / (101 * MINUTE)).toBeCloseTo(1, 1);
  });

  it('of several attempts adds up to the series of those who were missed', () => {
    const { attempts } = playForecast(questionOf({ retry: { attemptsMax: 3, otherwise: { after: '10m' } } }));
    expect(attempts).toBeCloseTo(1_000 * 1.75, 3);
  });

  it.each([
    ['channels', {}],
    ['pace', { calleesPerMinute: 1 }],
    ['in_flight', { calleesInFlightMax: 2 }],
    ['quota', { requestsPerSecond: 0.001 }],
  ])('says that %s limit it', (limit, pace) => {
    const { limitedBy } = forecastRange(questionOf(ONCE, { pace, callees: 200 }), {
      attemptsLearnt: 0,
      callsLearnt: 0,
      channelsAssumed: false,
    });
    expect(limitedBy).toBe(limit);
  });

  it('says that windows, delays or caps limit it where they do', () => {
    const limitOf = (words: object) =>
      forecastRange(questionOf(words, { callees: 300, channels: 100 }), {
        attemptsLearnt: 1_000,
        callsLearnt: 1_000,
        channelsAssumed: false,
      }).limitedBy;
    const windows = [{ days: ['mon'], from: '09:00', to: '10:01' }];
    expect(limitOf({ ...ONCE, windows })).toBe('windows');
    const retry = { attemptsMax: 2, otherwise: { after: '5h' } };
    expect(limitOf({ retry })).toBe('retries');
    expect(
      limitOf({
        retry: { attemptsMax: 2, otherwise: { after: '1m' } },
        caps: { preset: 'none', minGap: '20h' },
      }),
    ).toBe('caps');
  });

  it('never calls outside the windows, and counts whom no window is left for', () => {
    const windows = [{ days: ['mon'], from: '10:00', to: '10:30' }];
    const question = questionOf({ ...ONCE, windows }, { endAt: NOW + DAY });
    const { attempts, notReached, neverFit, finishAt } = playForecast(question);
    expect(attempts).toBeGreaterThan(295);
    expect(attempts).toBeLessThan(312);
    expect(attempts + notReached).toBeCloseTo(1_000, 3);
    expect(neverFit).toBe(0);
    expect(finishAt).toBe(NOW + DAY);
    const elsewhere = [{ ...question.waiting[0], zone: 'America/New_York' }] as ForecastQuestion['waiting'];
    const soonOver = { ...question, endAt: NOW + HOUR, rules: { ...question.rules, endAt: NOW + HOUR } };
    expect(playForecast({ ...soonOver, waiting: elsewhere })).toMatchObject({ attempts: 0, neverFit: 1_000 });
  });

  it('goes on with callees in the middle of their attempts, when they are due', () => {
    const retry = { attemptsMax: 3, otherwise: { after: '10m' } };
    const waiting = [
      { zone: 'Asia/Shanghai', attempts: 2, returns: 0, due: NOW + HOUR, callees: 10, dials: [] },
    ];
    const { attempts, finishAt } = playForecast(questionOf({ retry }, { waiting }));
    expect(attempts).toBeCloseTo(10, 5);
    expect(finishAt - NOW).toBeGreaterThan(HOUR);
    expect(finishAt - NOW).toBeLessThan(HOUR + 3 * MINUTE);
  });

  it('calls nobody after the time that their rows give them, neither first nor again', () => {
    const retry = { attemptsMax: 3, otherwise: { after: '20m' } };
    const mine = { zone: 'Asia/Shanghai', attempts: 0, returns: 0, due: 0, dials: [] };
    const soon = { ...mine, callees: 1_000, notAfter: NOW + HOUR };
    const first = playForecast(questionOf(ONCE, { waiting: [soon] }));
    // Ten calls a minute for an hour.
    expect(first.attempts).toBeGreaterThan(570);
    expect(first.attempts).toBeLessThan(612);
    expect(first.attempts + first.notReached).toBeCloseTo(1_000, 3);
    const again = playForecast(
      questionOf({ retry }, { channels: 1_000, waiting: [{ ...soon, notAfter: NOW + 10 * MINUTE }] }),
    );
    expect(again.attempts).toBeCloseTo(1_000, 3);
    const both = playForecast(questionOf(ONCE, { waiting: [soon, { ...mine, callees: 100 }] }));
    expect(both.attempts).toBeGreaterThan(first.attempts);
    expect(both.attempts + both.notReached).toBeCloseTo(1_100, 3);
  });

  it('has a range around what is expected, wider where it is assumed than where it was learnt', () => {
    const question = questionOf({ retry: { attemptsMax: 3, otherwise: { after: '10m' } } });
    const width = (attemptsLearnt: number) => {
      const { attempts, finishAt } = forecastRange(question, {
        attemptsLearnt,
        callsLearnt: attemptsLearnt,
        channelsAssumed: false,
      });
      expect(attempts.from).toBeLessThan(attempts.expected);
      expect(attempts.to).toBeGreaterThan(attempts.expected);
      expect(finishAt.from).toBeLessThan(finishAt.expected);
      expect(finishAt.to).toBeGreaterThan(finishAt.expected);
      return attempts.to - attempts.from;
    };
    expect(width(0)).toBeGreaterThan(width(5_000));
  });

  it('ends, and tells so, for a campaign of nobody and for one of a million', () => {
    expect(playForecast(questionOf(ONCE, { waiting: [] }))).toMatchObject({ attempts: 0, finishAt: NOW });
    const million = playForecast(
      questionOf({ retry: { attemptsMax: 3 } }, { callees: 1_000_000, channels: 500, endAt: NOW + 60 * DAY }),
    );
    expect(million.attempts).toBeCloseTo(1_750_000, -1);
  });
});

describe('how attempts end', () => {
  it('is assumed until there are enough of the campaign itself, then learnt attempt by attempt', () => {
    const few = [{ attempt: 1, dispositions: { answered: 10, busy: 10 } }];
    const isAnswered = (one: string) => one === 'answered';
    expect(outcomeShares(few, ASSUMED).attempts).toBe(0);
    const learnt = outcomeShares(
      [
        { attempt: 0, dispositions: { too_many_request: 100 } },
        { attempt: 1, dispositions: { answered: 300, no_answer: 300 } },
        { attempt: 2, dispositions: { answered: 30, busy: 270 } },
        { attempt: 3, dispositions: { answered: 1 } },
      ],
      ASSUMED,
    );
    expect(learnt.attempts).toBe(901);
    const free = 100 / 1_001;
    expect(shareOf(learnt.ofAttempt(1), isAnswered)).toBeCloseTo(0.5 * (1 - free), 6);
    expect(shareOf(learnt.ofAttempt(2), isAnswered)).toBeCloseTo(0.1 * (1 - free), 6);
    // Of the third there is one only: as all together.
    expect(shareOf(learnt.ofAttempt(3), isAnswered)).toBeCloseTo((331 / 901) * (1 - free), 6);
    for (const attempt of [1, 2, 3]) expect(shareOf(learnt.ofAttempt(attempt), () => true)).toBeCloseTo(1, 9);
  });

  it('can be turned towards more answered without becoming more than all', () => {
    const shares = outcomeShares([], { ...ASSUMED, answeredShare: 0.4, deadShare: 0.2 }).ofAttempt(1);
    for (const factor of [0, 0.5, 1, 1.5, 9]) {
      const turned = withAnswered(shares, factor);
      expect(shareOf(turned, () => true)).toBeCloseTo(1, 9);
      expect(shareOf(turned, (one) => one === 'answered')).toBeCloseTo(Math.min(1, 0.4 * factor), 9);
    }
  });
});
