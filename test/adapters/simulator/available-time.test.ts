import { describe, expect, it } from 'vitest';
import { always, numbers, startRig } from './support.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const AFTERNOON = { StartTime: '14:00:00', EndTime: '15:00:00' };

/** How long after the rig's start (a Monday, 10:00 in Beijing) each call of a task with these fields began, in hours. */
async function hoursOfCalls(changes: object, hours: number, callees = 1): Promise<number[]> {
  const rig = await startRig({ scenario: { ...always('ok'), channelsPerCaller: 1 } });
  const began = rig.clock.now();
  await rig.create({ Callees: numbers(callees), ...changes });
  rig.clock.advance(hours * HOUR);
  return rig.simulator.ledger().map(({ at }) => (at - began) / HOUR);
}

describe('the hours of a task', () => {
  it.each([
    ['every day, in Beijing where no zone is named', { AvailableTime: [AFTERNOON] }, 4],
    ["by the task's own zone", { AvailableTime: [AFTERNOON], TimeZone: 'Asia/Tokyo' }, 3],
    ['in whole minutes, inwards', { AvailableTime: [{ StartTime: '13:59:01', EndTime: '15:00:59' }] }, 4],
    [
      'on days of the week',
      { AvailableWorkTimeConfig: [{ DayType: 'Custom', DaysOfWeek: ['Tuesday'], TimeRanges: [AFTERNOON] }] },
      28,
    ],
    [
      'on holidays',
      { AvailableWorkTimeConfig: [{ DayType: 'Holiday', TimeRanges: [AFTERNOON] }] },
      5 * 24 + 4,
    ],
    ['on every day unless said otherwise', { AvailableWorkTimeConfig: [{ TimeRanges: [AFTERNOON] }] }, 4],
    [
      'by AvailableTime where both are sent',
      {
        AvailableTime: [AFTERNOON],
        AvailableWorkTimeConfig: [
          { DayType: 'BusinessDay', TimeRanges: [{ StartTime: '11:00:00', EndTime: '12:00:00' }] },
        ],
      },
      4,
    ],
  ])('are kept: %s', async (_how, changes, expected) => {
    expect(await hoursOfCalls(changes, 7 * 24)).toEqual([expected]);
  });

  it('end with callees left over, who are called when they come again', async () => {
    // Each call takes 31 seconds of the one channel: two begin before the minute is over.
    const aMinute = { StartTime: '10:30:00', EndTime: '10:31:00' };
    const calls = await hoursOfCalls({ AvailableTime: [aMinute] }, 48, 4);
    expect(calls.map((at) => Math.floor(at))).toEqual([0, 0, 24, 24]);
  });

  it('leave their channel to another task meanwhile', async () => {
    const rig = await startRig({ scenario: { ...always('ok'), channelsPerCaller: 1 } });
    const later = await rig.create({ AvailableTime: [AFTERNOON] });
    const now = await rig.create({ Callees: numbers(1, 1) });
    rig.clock.advance(MINUTE);
    expect([await rig.taskState(later), await rig.taskState(now)]).toEqual([1, 2]);
    rig.clock.advance(5 * HOUR);
    expect(await rig.taskState(later)).toBe(2);
  });

  it('are kept by predictive campaigns, also after an update, which cannot change them', async () => {
    const rig = await startRig({ scenario: always('ok') });
    const began = rig.clock.now();
    const campaign = {
      Name: 'spring',
      Callees: numbers(1),
      Callers: ['008602150000001'],
      CallOrder: 1,
      SkillGroupId: 1,
      Priority: 3,
      ExpectedAbandonRate: 5,
      RetryInterval: 60,
      StartTime: rig.seconds() + 60,
      EndTime: rig.seconds() + 86_400,
    };
    const { fields } = await rig.call('CreatePredictiveDialingCampaign', {
      ...campaign,
      AvailableTime: [AFTERNOON],
    });
    const { code } = await rig.call('UpdatePredictiveDialingCampaign', {
      ...campaign,
      CampaignId: fields.CampaignId,
    });
    expect(code).toBe('OK');
    rig.clock.advance(5 * HOUR);
    expect(rig.simulator.ledger().map(({ at }) => (at - began) / HOUR)).toEqual([4]);
  });
});
