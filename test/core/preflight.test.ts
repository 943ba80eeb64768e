import { describe, expect, it } from 'vitest';
import { type CallerFacts, callerDigits, callerFactsOf } from '../../src/core/caller-facts.ts';
import {
  type CallPackage,
  type Findings,
  judgeAudios,
  judgeCallers,
  judgeNumberEnds,
  judgePackages,
  judgeTime,
} from '../../src/core/preflight.ts';
import { DAY, HOUR } from '../../src/core/time.ts';

const NOW = Date.parse('2026-11-23T02:00:00Z');
const OWN: CallerFacts = {
  number: '008602150000001',
  state: 'normal',
  supply: 'own',
  calls: 'unknown',
  checkedAt: NOW,
};
const SUPPLIED: CallerFacts = { ...OWN, number: '008602150000002', supply: 'provider', calls: 'both' };

const codes = ({ errors, warnings }: Findings) => ({
  errors: errors.map(({ code }) => code),
  warnings: warnings.map(({ code }) => code),
});
const nothing = { errors: [], warnings: [] };

describe('callers in preflight', () => {
  it.each(['overdue', 'disabled_by_admin', 'disabled_for_violation', 'absent', 'unknown'] as const)(
    'that are %s are an error when no other is left, else a warning that says that they are left out',
    (state) => {
      const bad = { ...SUPPLIED, state };
      expect(codes(judgeCallers([bad]))).toEqual({ errors: ['no_usable_caller'], warnings: [] });
      const { errors, warnings } = judgeCallers([OWN, bad]);
      expect(errors).toEqual([]);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]?.text).toContain('left out');
      expect(JSON.stringify(warnings)).not.toContain('150000002');
    },
  );

  it('that were bought for inbound calls cannot call out; one of which nobody knows can', () => {
    expect(codes(judgeCallers([{ ...SUPPLIED, calls: 'in' }])).errors).toEqual(['no_usable_caller']);
    expect(codes(judgeCallers([{ ...SUPPLIED, calls: 'unknown' }]))).toEqual(nothing);
    expect(codes(judgeCallers([OWN, SUPPLIED]))).toEqual(nothing);
  });

  it('that end before the calls do, or soon after, are a warning', () => {
    const ends = (endsAt: number | undefined) => codes(judgeNumberEnds([{ number: '1', endsAt }], NOW + DAY));
    expect(ends(undefined)).toEqual(nothing);
    expect(ends(NOW + 3 * DAY)).toEqual(nothing);
    expect(ends(NOW + DAY + HOUR).warnings).toEqual(['caller_ends']);
    expect(ends(NOW - 1).warnings).toEqual(['caller_ends']);
  });

  it('are the same number however they are written, and supplied when only the list of purchases has them', () => {
    const forms = ['008602150000001', '+862150000001', '00862150000001', '02150000001'];
    expect(new Set(forms.map((form) => callerDigits(form, 'CN')))).toEqual(new Set(['862150000001']));
    expect(callerDigits('no number', 'CN')).toBe('no number');
    const entries = { number: undefined, bought: undefined };
    expect(callerFactsOf('1', entries, NOW)).toMatchObject({
      state: 'absent',
      supply: 'unknown',
      calls: 'unknown',
    });
    const unsaid = { state: 'normal', supply: 'unknown' } as const;
    expect(callerFactsOf('1', { number: unsaid, bought: { calls: 'out' } }, NOW)).toMatchObject({
      supply: 'provider',
      calls: 'out',
    });
    expect(callerFactsOf('1', { number: unsaid, bought: undefined }, NOW).supply).toBe('unknown');
  });
});

describe('the time of a campaign in preflight', () => {
  const zone = (name: string, callees: number, fits: boolean) => ({ zone: name, callees, fits });
  const judge = (zones: ReturnType<typeof zone>[], endAt = NOW + DAY) =>
    codes(judgeTime({ now: NOW, endAt, zones }));

  it('is over, has windows, has none, or has none for some', () => {
    expect(judge([zone('Asia/Shanghai', 5, true)], NOW).errors).toEqual(['campaign_over']);
    expect(judge([zone('Asia/Shanghai', 5, true)])).toEqual(nothing);
    expect(judge([zone('Asia/Shanghai', 5, false)]).errors).toEqual(['no_window']);
    expect(judge([zone('Asia/Shanghai', 5, true), zone('Asia/Tokyo', 2, false)]).warnings).toEqual([
      'zone_without_window',
    ]);
  });

  it('asks only for zones in which somebody waits, or for all while nobody does', () => {
    expect(judge([zone('Asia/Shanghai', 5, true), zone('Asia/Tokyo', 0, false)])).toEqual(nothing);
    expect(judge([zone('Asia/Shanghai', 0, false), zone('Asia/Tokyo', 3, false)]).errors).toEqual([
      'no_window',
    ]);
    expect(judge([zone('Asia/Shanghai', 0, false)]).errors).toEqual(['no_window']);
  });
});

describe('packages in preflight', () => {
  const pack = (remaining: number, endsAt?: number, kind: CallPackage['kind'] = 'outbound'): CallPackage => ({
    id: 'p',
    kind,
    remaining,
    endsAt,
  });
  const judge = (packages: CallPackage[], callers = [SUPPLIED], attempts = 100) =>
    codes(judgePackages({ now: NOW, until: NOW + DAY, attempts, packages, callers }));

  it('that hold what is expected, or that the account does not have at all, are fine', () => {
    expect(judge([])).toEqual(nothing);
    expect(judge([pack(0, undefined, 'inbound_400')])).toEqual(nothing);
    expect(judge([pack(60), pack(40, NOW + 2 * DAY)])).toEqual(nothing);
  });

  it('that are used up or have ended stop numbers of the provider, and not own ones', () => {
    expect(judge([pack(0)]).errors).toEqual(['package_used_up']);
    expect(judge([pack(500, NOW)]).errors).toEqual(['package_used_up']);
    expect(judge([pack(0)], [OWN])).toEqual({ errors: [], warnings: ['package_used_up'] });
  });

  it('that have too little, or end too early for what is expected, are a warning', () => {
    expect(judge([pack(99)]).warnings).toEqual(['package_short']);
    expect(judge([pack(500, NOW + HOUR)]).warnings).toEqual(['package_ends']);
    expect(judge([pack(500, NOW + HOUR), pack(100)])).toEqual(nothing);
  });
});

describe('sound files in preflight', () => {
  const file = (name: string, review: 'approved' | 'rejected' | 'unreviewed' | 'unknown') => ({
    name,
    fileName: `7-${name}`,
    review,
  });

  it('must be there and approved, by either of their names', () => {
    const files = [file('a.wav', 'approved'), file('b.wav', 'rejected'), file('b.wav', 'approved')];
    expect(codes(judgeAudios(['a.wav', '7-a.wav', 'b.wav'], files))).toEqual(nothing);
    expect(codes(judgeAudios(['c.wav'], files)).errors).toEqual(['audio_missing']);
    for (const review of ['rejected', 'unreviewed', 'unknown'] as const) {
      expect(codes(judgeAudios(['d.wav'], [file('d.wav', review)])).errors).toEqual(['audio_not_approved']);
    }
  });
});
