import { describe, expect, it } from 'vitest';
import { CampaignSettings, dependOnLists, forbiddenChanges } from '../../src/core/campaign.ts';
import { differingSettings } from '../../src/pipelines/campaigns.ts';

const FILE = {
  name: 'Spring',
  callers: ['008602150000001', '008602150000002'],
  ivrId: 7,
  retry: { attemptsMax: 3 },
};
const settings = (change: object = {}): CampaignSettings => CampaignSettings.parse({ ...FILE, ...change });
const faultsOf = (change: object, settled: { callees: number; importsOpen: number }): string[] => {
  const differing = differingSettings(settings(), settings(change));
  return forbiddenChanges(settings(), settings(change), { differing, ...settled });
};
const NEW = { callees: 0, importsOpen: 0 };
const LOADED = { callees: 300, importsOpen: 0 };
const READING = { callees: 0, importsOpen: 1 };

describe('a change of settings', () => {
  it.each([
    ['name', { name: 'Summer' }],
    ['ivrId', { ivrId: 8 }],
    ['windows', { windows: [{ days: ['mon'], from: '09:00', to: '10:00' }] }],
    ['holidays', { holidays: ['2026-12-25'] }],
    ['endAt', { endAt: '2026-11-30T18:00:00+08:00' }],
    ['caps', { caps: { perDay: 1 } }],
    ['pacing', { pacing: { calleesPerMinute: 10 } }],
    ['priority', { priority: 1 }],
    ['callers', { callers: [...FILE.callers, '008602150000003'] }],
    ['callerChannels', { callers: [{ number: FILE.callers[0], channels: 3 }, FILE.callers[1]] }],
    ['retry', { retry: { attemptsMax: 4, otherwise: { after: '1h' } } }],
  ])('of %s may be made at any time', (field, change) => {
    expect(differingSettings(settings(), settings(change))).toEqual([field]);
    for (const settled of [NEW, LOADED]) expect(faultsOf(change, settled)).toEqual([]);
  });

  it.each([
    ['timeZone: stays "Asia/Shanghai"', { timeZone: 'Asia/Tokyo' }],
    ['callers[1]: must stay where it is', { callers: ['008602150000001'] }],
    ['callers[0]: must stay where it is', { callers: [...FILE.callers].reverse() }],
    ['retry.attemptsMax: may only be raised', { retry: { attemptsMax: 2 } }],
  ])('is refused with "%s" once there are callees, and free before', (text, change) => {
    expect(faultsOf(change, LOADED)).toEqual([expect.stringContaining(text)]);
    expect(faultsOf(change, NEW)).toEqual([]);
    expect(dependOnLists(differingSettings(settings(), settings(change)))).toBe(true);
  });

  it('of what rows are read by waits until no list is being read, and names each', () => {
    const change = { several: 'first', defaultRegion: 'JP', columns: { callee: 'tel' }, name: 'Other' };
    const faults = faultsOf(change, READING);
    expect(faults.map((fault) => fault.split(':')[0])).toEqual(['columns', 'several', 'defaultRegion']);
    expect(faultsOf(change, LOADED)).toEqual([]);
  });
});
