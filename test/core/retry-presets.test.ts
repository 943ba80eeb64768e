import { describe, expect, test } from 'vitest';
import { dispositionOfEndCode, END_CODES } from '../../src/adapters/tencent/codes.ts';
import { CampaignSettings, RETRY_PRESET_NAMES, type RetryPresetName } from '../../src/core/campaign.ts';
import { dispositionFacts } from '../../src/core/disposition.ts';
import { parseDuration } from '../../src/core/duration.ts';
import { RETRY_SPREAD_MAX } from '../../src/core/limits.ts';
import { decideRetry } from '../../src/core/retry-policy.ts';
import { SECOND } from '../../src/core/time.ts';

/**
 * What each preset does after a first call that ended with a code of the provider's reference (3.4): call again after
 * that long, with another caller where it says so; stop; or nothing, since the callee was spoken to.
 */
const TABLE = `
  code  standard   gentle     persistent
  0     15m        4h         5m
  1     answered   answered   answered
  2     15m        4h         5m
  17    4h         1d         1h
  100   4h         1d         1h
  102   4h         1d         1h
  103   4h         1d         1h
  104   4h         1d         1h
  105   4h         1d         1h
  106   4h         1d         1h
  107   4h         1d         1h
  108   stop       stop       stop
  109   1h         1d         30m
  110   stop       stop       stop
  111   1h         1d         1h
  201   4h         1d         1h
  202   2h         1d         1h
  203   1d         stop       4h
  204   4h         1d         2h
  205   stop       stop       stop
  206   10m        2h         5m
  207   1d         stop       1d
  208   15m        4h         5m
  209   15m        4h         5m
  210   4h         1d         2h
  211   15m        4h         5m
  212   4h/other   1d/other   30m/other
  213   2h         1d         1h
  215   stop       stop       stop
  216   1d         stop       1d
  217   stop       stop       stop
  218   stop       stop       stop
  219   2h         1d         1h
  220   2h         1d         1h
  221   15m        4h         5m
  222   2h         1d         1h
  225   answered   answered   answered
  226   answered   answered   answered
  227   answered   answered   answered
  228   answered   answered   answered
  229   answered   answered   answered
  230   answered   answered   answered
  231   answered   answered   answered
  232   answered   answered   answered
  233   answered   answered   answered
  234   4h         1d         1h
  501   4h         1d         1h
  502   4h         1d         1h
  503   4h         1d         1h
  999   4h         1d         1h
`;

/** Delays of a second and third retry, where the preset allows one. */
const LATER = `
  code  standard   persistent  persistent-3
  202   1d         3h          1d
  203   1d         1d          1d
  204   1d         6h          1d
  206   1h         15m         1h
  208   2h         15m         1h
  212   4h/other   4h/other    4h/other
`;

/** Lines of cells, without the header. */
function cellsOf(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
}

const NOON = Date.parse('2026-11-23T12:00+08:00');
const ALWAYS = {
  windows: [
    { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const, from: '00:00', to: '24:00' },
  ].map((window) => ({ ...window, days: [...window.days] })),
  holidays: [],
};

/** What becomes of a callee after its `attempt`th call, which ended with this code. */
function outcome(preset: RetryPresetName, code: number, attempt: number, expected: string): string {
  const disposition = dispositionOfEndCode(code);
  const { connected, cost } = dispositionFacts(disposition);
  if (connected) return 'answered';
  const { retry } = CampaignSettings.parse({
    ...{ name: 'n', callers: ['00862150000001'], ivrId: 7 },
    retry: { preset, dayParts: false },
  });
  const decision = decideRetry({
    ...{ retry, rules: ALWAYS, zone: 'Asia/Shanghai', campaignId: 'spring', disposition, now: NOON },
    callee: { ref: 7, attempts: cost ? attempt : 0, returns: cost ? 0 : attempt },
    placing: 20 * SECOND,
  });
  if (decision.kind !== 'retry') return decision.kind === 'stop' ? 'stop' : decision.reason;
  const [text = ''] = expected.split('/');
  const wanted = parseDuration(text) ?? Number.NaN;
  const late = decision.dueAt - NOON - wanted;
  const asWanted = late >= 0 && late <= Math.min(wanted / 10, RETRY_SPREAD_MAX) + SECOND;
  const delay = asWanted ? text : `${(decision.dueAt - NOON) / SECOND}s`;
  return decision.caller === 'other' ? `${delay}/other` : delay;
}

describe('the presets of the retry policy', () => {
  test('the table has every code of the reference, and one that is in none', () => {
    const codes = cellsOf(TABLE).map(([code]) => Number(code));
    const known = END_CODES.map(([code]) => code);
    expect(codes).toEqual([...known.sort((a, b) => a - b), 999]);
    expect(RETRY_PRESET_NAMES).toEqual(['standard', 'gentle', 'persistent']);
  });

  test.each(cellsOf(TABLE))(
    '%s: standard %s, gentle %s, persistent %s',
    (code, standard, gentle, persistent) => {
      const wanted = { standard, gentle, persistent };
      for (const preset of RETRY_PRESET_NAMES) {
        const expected = wanted[preset] ?? '';
        expect(outcome(preset, Number(code), 1, expected), preset).toBe(expected);
      }
    },
  );

  test.each(cellsOf(LATER))(
    '%s again: standard %s, persistent %s, then %s',
    (code, standard, persistent, third) => {
      expect(outcome('standard', Number(code), 2, standard ?? '')).toBe(standard);
      expect(outcome('persistent', Number(code), 2, persistent ?? '')).toBe(persistent);
      expect(outcome('persistent', Number(code), 3, third ?? '')).toBe(third);
    },
  );

  test.each([
    ['standard', 3],
    ['gentle', 2],
    ['persistent', 5],
  ] as const)('%s makes %d attempts', (preset, attempts) => {
    expect(outcome(preset, 206, attempts, '')).toBe('attempts_exhausted');
    expect(outcome(preset, 206, attempts - 1, '')).not.toBe('attempts_exhausted');
  });

  test.each(['bold', '', 'Standard', 3])('an unknown preset, %j, is refused', (preset) => {
    const file = { name: 'n', callers: ['00862150000001'], ivrId: 7, retry: { preset } };
    const result = CampaignSettings.safeParse(file);
    expect(result.success).toBe(false);
    expect(result.error?.issues[0]?.path).toEqual(['retry', 'preset']);
  });

  test.each([
    [{ rules: [{ on: ['busy'], stop: true, caller: 'other' }] }, /neither "caller"/],
    [{ rules: [{ on: ['busy'], after: '1h', caller: 'same' }] }, /other/],
    [{ dayPart: true }, /dayPart/],
    [{ otherwise: { after: '1h', stop: true } }, /stop/],
  ])('%j is refused', (retry, message) => {
    const result = CampaignSettings.safeParse({ name: 'n', callers: ['00862150000001'], ivrId: 7, retry });
    expect(result.error?.issues[0]?.message).toMatch(message);
  });
});
