import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CampaignSettings } from '../../src/core/campaign.ts';
import { type CapRules, capHorizon, capRules, mayDial, type OpenDial } from '../../src/core/caps.ts';
import { CAP_LOOK_MIN, DIAL_TIME_GRAIN } from '../../src/core/limits.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.ts';

const T = Date.parse('2026-11-23T02:00:00Z');
const FILE = { name: 'Caps', callers: ['008602150000001'], ivrId: 7 };
const NOBODY: readonly OpenDial[] = [];

function capsOf(caps?: unknown) {
  return CampaignSettings.parse({ ...FILE, ...(caps !== undefined && { caps }) }).caps;
}

describe('the words of a campaign file', () => {
  it("are the provider's own caps where the file says nothing, and none where it says none", () => {
    const platform = [
      { calls: 5, per: DAY },
      { calls: 3, per: 5 * MINUTE },
    ];
    expect(capRules(capsOf(), 'Asia/Shanghai', T)).toEqual({ rolling: platform });
    expect(capRules(capsOf({ minGap: '1h' }), 'Asia/Shanghai', T)).toEqual({
      rolling: platform,
      minGap: HOUR,
    });
    expect(capRules(capsOf({ preset: 'none' }), 'Asia/Shanghai', T)).toEqual({ rolling: [] });
  });

  it('take one rolling cap or a list of them', () => {
    const one = capsOf({ preset: 'none', rolling: { calls: 2, per: '7d' } });
    expect(one.rolling).toEqual([{ calls: 2, per: 7 * DAY }]);
    const two = capsOf({
      rolling: [
        { calls: 1, per: '90s' },
        { calls: 4, per: '31d' },
      ],
    });
    expect(two.rolling).toEqual([
      { calls: 1, per: 90 * SECOND },
      { calls: 4, per: 31 * DAY },
    ]);
  });

  it.each([
    [{ perday: 2 }],
    [{ perDay: 0 }],
    [{ perDay: 1.5 }],
    [{ rolling: { calls: 5, per: '32d' } }],
    [{ rolling: { calls: 5, per: '500ms' } }],
    [{ rolling: { calls: 5, per: '1d', from: '09:00' } }],
    [{ rolling: [] }],
    [{ minGap: '40d' }],
    [{ lifetime: 0 }],
    [{ preset: 'off' }],
  ])('are refused where they cannot be kept: %j', (caps) => {
    expect(CampaignSettings.safeParse({ ...FILE, caps }).success).toBe(false);
  });
});

describe("the callee's day", () => {
  it('is that of its own zone', () => {
    const { perDay } = capRules(capsOf({ perDay: 2 }), 'America/New_York', T);
    expect(perDay).toEqual({
      calls: 2,
      from: Date.parse('2026-11-22T00:00:00-05:00'),
      to: Date.parse('2026-11-23T00:00:00-05:00'),
    });
  });

  it('holds all that a clock called that date where it was put back at midnight', () => {
    // Havana's clocks went back from 01:00 to 00:00 on 2026-11-01: the hour from midnight came twice.
    const { perDay } = capRules(capsOf({ perDay: 1 }), 'America/Havana', Date.parse('2026-11-01T12:00:00Z'));
    expect((perDay?.to ?? 0) - (perDay?.from ?? 0)).toBe(25 * HOUR);
  });

  it('of a zone that nobody knows is no day at all', () => {
    expect(() => capRules(capsOf({ perDay: 1 }), 'Mars/Olympus', T)).toThrow('Mars/Olympus');
  });
});

describe('a number that was dialled before', () => {
  const rolling = { rolling: [{ calls: 2, per: HOUR }] };

  it.each<[string, CapRules, number[], number, string]>([
    ['rolling', rolling, [T - 50 * MINUTE, T - 10 * MINUTE], T + 10 * MINUTE + SECOND, '2 per 1h'],
    [
      'per day',
      { rolling: [], perDay: { calls: 1, from: T - HOUR, to: T + HOUR } },
      [T - MINUTE],
      T + HOUR,
      '1 per day',
    ],
    ['gap', { rolling: [], minGap: HOUR }, [T - MINUTE], T + 59 * MINUTE + SECOND, 'gap of 1h'],
  ])('waits until the cap allows: %s', (_name, caps, dialled, freeAt, cap) => {
    expect(mayDial(caps, { dialled, open: NOBODY }, T)).toEqual({ allowed: false, freeAt, cap });
    expect(mayDial(caps, { dialled, open: NOBODY }, freeAt)).toEqual({ allowed: true });
  });

  it('is named the cap that lasts longest', () => {
    const caps = { ...rolling, minGap: 2 * HOUR };
    const dialled = [T - 50 * MINUTE, T - 40 * MINUTE];
    expect(mayDial(caps, { dialled, open: NOBODY }, T)).toMatchObject({ cap: 'gap of 2h' });
  });
});

describe('a number that somebody has reserved', () => {
  const gap: CapRules = { rolling: [], minGap: HOUR };
  const none: CapRules = { rolling: [] };

  it('waits for what becomes of it, but no shorter than makes sense', () => {
    const held = (leaseUntil: number) => ({ dialled: [], open: [{ caps: gap, leaseUntil }] });
    expect(mayDial(gap, held(T + 30 * MINUTE), T)).toMatchObject({
      allowed: false,
      freeAt: T + 30 * MINUTE,
    });
    expect(mayDial(gap, held(T - MINUTE), T)).toMatchObject({ allowed: false, freeAt: T + CAP_LOOK_MIN });
    // Were it dialled this moment, the cap would be free before the lease is over.
    expect(mayDial(gap, held(T + 5 * HOUR), T)).toMatchObject({ allowed: false, freeAt: T + HOUR + SECOND });
  });

  it('is left alone also by a campaign without caps where the other one has them', () => {
    const open = [{ caps: gap, leaseUntil: T + HOUR }];
    const verdict = mayDial(none, { dialled: [], open }, T);
    expect(verdict).toEqual({
      allowed: false,
      freeAt: T + HOUR,
      cap: 'a call reserved by another campaign',
    });
    expect(mayDial(none, { dialled: [], open: [{ caps: none, leaseUntil: T + HOUR }] }, T)).toEqual({
      allowed: true,
    });
  });

  it('in a day that is over counts in every day since', () => {
    const perDay = { calls: 1, from: T - DAY, to: T - HOUR };
    const open = [{ caps: { rolling: [], perDay }, leaseUntil: T + HOUR }];
    expect(mayDial(none, { dialled: [], open }, T).allowed).toBe(false);
  });
});

const seconds = (max: number) => fc.integer({ min: 0, max }).map((s) => s * SECOND);
const someCaps: fc.Arbitrary<CapRules> = fc.record({
  rolling: fc.array(
    fc.record({ calls: fc.integer({ min: 1, max: 4 }), per: seconds(400).map((s) => s + SECOND) }),
    {
      maxLength: 2,
    },
  ),
  perDay: fc.option(
    fc.record({
      calls: fc.integer({ min: 1, max: 3 }),
      from: seconds(300).map((s) => T - s),
      to: seconds(300).map((s) => T + s + SECOND),
    }),
    { nil: undefined },
  ),
  minGap: fc.option(seconds(200), { nil: undefined }),
});

/** By the meaning of the words alone: would a dial at `at` be one too many? A dial may be later than it says. */
function isBreach(caps: CapRules, dialled: readonly number[], at: number): boolean {
  const late = dialled.map((dial) => dial + DIAL_TIME_GRAIN - 1);
  const within = (per: number) => late.filter((dial) => at - dial < per).length;
  if (caps.rolling.some(({ calls, per }) => within(per) + 1 > calls)) return true;
  if (caps.minGap !== undefined && late.some((dial) => at - dial < (caps.minGap ?? 0))) return true;
  const { perDay } = caps;
  if (perDay === undefined || at < perDay.from || at >= perDay.to) return false;
  return dialled.filter((dial) => dial >= perDay.from && dial < perDay.to).length + 1 > perDay.calls;
}

describe('the decision on dials that happened', () => {
  it('is that of the plain meaning of the caps, and names the first moment at which it is another', () => {
    fc.assert(
      fc.property(someCaps, fc.array(seconds(600), { maxLength: 8 }), (caps, ages) => {
        const dialled = ages.map((age) => T - SECOND - age);
        const verdict = mayDial(caps, { dialled, open: NOBODY }, T);
        expect(verdict.allowed).toBe(!isBreach(caps, dialled, T));
        if (verdict.allowed) return;
        expect(isBreach(caps, dialled, verdict.freeAt)).toBe(false);
        expect(isBreach(caps, dialled, verdict.freeAt - SECOND)).toBe(true);
      }),
      { numRuns: 20_000 },
    );
  });

  it('needs no dial from before the horizon', () => {
    fc.assert(
      fc.property(someCaps, fc.array(seconds(900), { maxLength: 8 }), (caps, ages) => {
        const dialled = ages.map((age) => T - SECOND - age);
        const horizon = capHorizon(caps, T);
        const near = dialled.filter((dial) => dial >= horizon);
        expect(mayDial(caps, { dialled: near, open: NOBODY }, T)).toEqual(
          mayDial(caps, { dialled, open: NOBODY }, T),
        );
      }),
      { numRuns: 5_000 },
    );
  });
});

/** Reserve, then dial at any later moment, or never: what the ledger knows is told after the dial only. */
const someTrace = fc.record({
  caps: fc.array(someCaps, { minLength: 1, maxLength: 3 }),
  steps: fc.array(
    fc.record({
      campaign: fc.nat(2),
      pass: seconds(120),
      step: fc.constantFrom('reserve', 'dial', 'give back'),
      which: fc.nat(5),
    }),
    { maxLength: 40 },
  ),
});

describe('reservations of campaigns with different caps', () => {
  it('never lead to a dial that is one too many for the campaign that makes it', () => {
    let dials = 0;
    fc.assert(
      fc.property(someTrace, ({ caps, steps }) => {
        let now = T;
        const dialled: number[] = [];
        const open: { caps: CapRules; leaseUntil: number }[] = [];
        for (const { campaign, pass, step, which } of steps) {
          now += pass;
          const rules = caps[campaign % caps.length] ?? { rolling: [] };
          if (step === 'reserve') {
            if (mayDial(rules, { dialled, open }, now).allowed) open.push({ caps: rules, leaseUntil: now });
            continue;
          }
          const [dial] = open.splice(which % Math.max(open.length, 1), 1);
          if (dial === undefined || step === 'give back') continue;
          dials += 1;
          expect(
            isBreach(
              dial.caps,
              dialled.map((one) => one - DIAL_TIME_GRAIN + 1),
              now,
            ),
          ).toBe(false);
          dialled.push(now);
        }
      }),
      { numRuns: 20_000 },
    );
    expect(dials).toBeGreaterThan(1_000);
  });
});
