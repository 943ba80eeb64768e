import { describe, expect, test } from 'vitest';
import { type CallerFacts, hasPlatformCaller } from '../../src/core/caller-facts.ts';
import { openingAt } from '../../src/core/calling-window.ts';
import { CampaignSettings } from '../../src/core/campaign.ts';
import { callingRules, endingRules, holdsPlatformHours } from '../../src/core/campaign-rules.ts';
import { decideRetry } from '../../src/core/retry-policy.ts';
import { DAY, HOUR } from '../../src/core/time.ts';

const NOW = Date.parse('2026-11-23T14:00Z');

function campaign(platformCallers: boolean | undefined, words: object = {}) {
  const settings = CampaignSettings.parse({
    ...{ name: 'n', callers: ['008602150000001', '008602150000002'], ivrId: 7 },
    windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '09:00', to: '17:00' }],
    ...words,
  });
  return { settings, createdAt: NOW, platformCallers };
}

describe("the provider's hours", () => {
  test.each([
    ['auto', true, true],
    ['auto', undefined, true],
    ['auto', false, false],
    ['on', false, true],
    ['off', true, false],
    ['off', undefined, false],
  ] as const)('%s with platform callers %s: kept %s', (platformHours, platformCallers, kept) => {
    const one = campaign(platformCallers, { platformHours });
    expect(holdsPlatformHours(one)).toBe(kept);
    expect(openingAt(callingRules(one), 'America/New_York', NOW).open).toBe(!kept);
    expect(openingAt(callingRules(one), 'Asia/Shanghai', NOW).open).toBe(false);
  });

  test('end no callee while they are kept only because nobody knows', () => {
    const unknown = campaign(undefined);
    expect(openingAt(callingRules(unknown), 'America/New_York', NOW)).toEqual({
      ...{ open: false, opensAt: undefined },
    });
    expect(openingAt(endingRules(unknown), 'America/New_York', NOW).open).toBe(true);
    for (const known of [campaign(true), campaign(false), campaign(undefined, { platformHours: 'on' })])
      expect(endingRules(known)).toBe(callingRules(known));
    const question = {
      ...{ retry: unknown.settings.retry, zone: 'America/New_York', campaignId: 'c', now: NOW },
      ...{ callee: { ref: 1, attempts: 1, returns: 0 }, disposition: 'busy' as const },
      placing: 0,
    };
    const rules = callingRules(unknown);
    expect(decideRetry({ ...question, rules }).kind).toBe('exhaust');
    expect(decideRetry({ ...question, rules, endingRules: endingRules(unknown) }).kind).toBe('retry');
    const supplied = campaign(true);
    const known = { rules: callingRules(supplied), endingRules: endingRules(supplied) };
    expect(decideRetry({ ...question, ...known })).toEqual({ kind: 'exhaust', reason: 'no_window_left' });
  });

  test('are asked of one object per reading of the campaign, which ends when the campaign does', () => {
    const one = campaign(false);
    expect(callingRules(one)).toBe(callingRules(one));
    expect(callingRules(one).endAt).toBe(NOW + 60 * DAY);
    const endAt = new Date(NOW + HOUR).toISOString();
    expect(callingRules(campaign(false, { endAt })).endAt).toBe(NOW + HOUR);
  });
});

describe('whose the callers are', () => {
  const facts = (supplies: readonly CallerFacts['supply'][]): CallerFacts[] =>
    supplies.map((supply, at) => ({
      ...{ number: `caller-${at}`, state: 'normal' as const, calls: 'both' as const, checkedAt: NOW, supply },
    }));
  test.each([
    [['provider', 'own'], true],
    [['provider', 'unknown'], true],
    [['own', 'own'], false],
    [['own', 'unknown'], undefined],
    [['own'], undefined],
    [[], undefined],
  ] as const)('%j: %s', (supplies, expected) => {
    expect(hasPlatformCaller(['caller-0', 'caller-1'], facts(supplies))).toBe(expected);
  });
});
