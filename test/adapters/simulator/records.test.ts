import { describe, expect, it } from 'vitest';
import { describeTelCdrReply } from '../../../src/adapters/tencent/schema/records.ts';
import { always, numbers, type Rig, startRig } from './support.ts';

const DAY_SECONDS = 86_400;

async function read(rig: Rig, changes: object = {}, action = 'DescribeTelCdr') {
  const now = rig.seconds();
  const window = { StartTimeStamp: now - DAY_SECONDS, EndTimeStamp: now + DAY_SECONDS };
  const { code, fields } = await rig.call(action, { ...window, PageSize: 100, PageNumber: 0, ...changes });
  return { code, reply: code === 'OK' ? describeTelCdrReply.parse(fields) : undefined };
}

describe('call records of the simulator', () => {
  it('tell the whole call, with durations as they would really have been', async () => {
    const rig = await startRig({ speed: 10, scenario: { ...always('ok'), keysPressed: { '2,9': 1 } } });
    const started = rig.seconds();
    await rig.create({ UUI: 'all', CalleeAttributes: [{ Callee: '008613800000001', UUI: 'row-1' }] });
    rig.clock.advance(3_100);
    const { reply } = await read(rig);
    expect(reply).toMatchObject({ TotalCount: 1 });
    expect(reply?.TelCdrList[0]).toMatchObject({
      SessionId: rig.simulator.ledger()[0]!.sessionId,
      Caller: '008602150000001',
      Callee: '008613800000001',
      Direction: 1,
      StartTimestamp: started,
      RingTimestamp: started + 1,
      AcceptTimestamp: started + 11,
      EndedTimestamp: started + 31,
      Duration: 20,
      EndStatus: 1,
      EndStatusString: 'ok',
      UUI: 'row-1',
      IVRKeyPressed: ['2', '9'],
      IVRKeyPressedEx: [{ Key: '2', Timestamp: (started + 12) * 1_000 }, { Key: '9' }],
    });
    expect(reply?.TelCdrs).toEqual(reply?.TelCdrList);
  });

  it('say 0 for phases that did not happen', async () => {
    const rig = await startRig({ scenario: always('powerOff') });
    await rig.create({ UUI: 'all' });
    rig.clock.advance(1_000);
    expect((await read(rig)).reply?.TelCdrList[0]).toMatchObject({
      RingTimestamp: 0,
      AcceptTimestamp: 0,
      Duration: 0,
      EndStatusString: 'powerOff',
      UUI: 'all',
      RecordURL: '',
    });
  });

  it('are filtered by session, by number and by window', async () => {
    const rig = await startRig({ scenario: always('ok') });
    await rig.create({ Callees: numbers(3) });
    rig.clock.advance(3_600_000);
    const [first, second] = rig.simulator.ledger();
    const sessions = async (changes: object) =>
      (await read(rig, changes)).reply?.TelCdrList.map((record) => record.SessionId);
    expect(await sessions({})).toHaveLength(3);
    expect(await sessions({ SessionIds: [second!.sessionId, 'unknown'] })).toEqual([second!.sessionId]);
    expect(await sessions({ Phones: [`+${first!.number}`] })).toEqual([first!.sessionId]);
    expect(await sessions({ StartTimeStamp: rig.seconds() - 60 })).toEqual([]);
    expect(await sessions({ SdkAppId: 9 })).toEqual([]);
  });

  it('come in pages from 0 that together hold each once', async () => {
    const rig = await startRig({ scenario: always('busy') });
    await rig.create({ Callees: numbers(25) });
    rig.clock.advance(60_000);
    const seen = new Set<string>();
    for (const PageNumber of [0, 1, 2]) {
      const { reply } = await read(rig, { PageSize: 10, PageNumber });
      expect(reply?.TotalCount).toBe(25);
      for (const record of reply?.TelCdrList ?? []) seen.add(record.SessionId);
    }
    expect(seen.size).toBe(25);
  });

  it.each([
    [
      '90 days wide',
      { StartTimeStamp: -89 * DAY_SECONDS, EndTimeStamp: DAY_SECONDS },
      'InvalidParameterValue',
    ],
    ['just under 90 days wide', { StartTimeStamp: -89 * DAY_SECONDS + 1, EndTimeStamp: DAY_SECONDS }, 'OK'],
    [
      'beginning 180 days back',
      { StartTimeStamp: -180 * DAY_SECONDS, EndTimeStamp: -100 * DAY_SECONDS },
      'OK',
    ],
    [
      'beginning earlier',
      { StartTimeStamp: -180 * DAY_SECONDS - 1, EndTimeStamp: -100 * DAY_SECONDS },
      'InvalidParameterValue',
    ],
    ['turned round', { StartTimeStamp: 10, EndTimeStamp: 9 }, 'InvalidParameterValue'],
  ])('answer a window %s as the provider does', async (_what, window, expected) => {
    const rig = await startRig();
    const at = (offset: number) => rig.seconds() + offset;
    const changes = { StartTimeStamp: at(window.StartTimeStamp), EndTimeStamp: at(window.EndTimeStamp) };
    expect((await read(rig, changes)).code).toBe(expected);
  });

  it('refuse pages above 100', async () => {
    expect((await read(await startRig(), { PageSize: 101 })).code).toBe('InvalidParameterValue');
  });

  it('come late by the delay of the scenario, and a share of them later still', async () => {
    const records = { delayMs: 5_000, lateShare: 0.3, lateMs: 60_000 };
    const rig = await startRig({ scenario: { ...always('busy'), records, channelsPerCaller: 200 } });
    await rig.create({ Callees: numbers(200) });
    const count = async () => (await read(rig)).reply?.TotalCount ?? -1;
    rig.clock.advance(5_999);
    expect(await count()).toBe(0);
    rig.clock.advance(1);
    const prompt = await count();
    expect(prompt).toBeGreaterThan(100);
    expect(prompt).toBeLessThan(180);
    rig.clock.advance(60_000);
    expect(await count()).toBe(200);
  });

  it('hide the numbers when asked for protected ones', async () => {
    const rig = await startRig({ scenario: always('ok') });
    await rig.create();
    rig.clock.advance(60_000);
    const { reply } = await read(rig, {}, 'DescribeProtectedTelCdr');
    expect(reply?.TelCdrList).toHaveLength(1);
    expect(JSON.stringify(reply)).not.toContain('138000');
    expect((await read(rig, { Phones: [] }, 'DescribeProtectedTelCdr')).code).toBe('UnknownParameter');
  });
});
