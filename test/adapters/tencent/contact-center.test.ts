import { afterEach, describe, expect, test } from 'vitest';
import type { FaultInput } from '../../../src/adapters/simulator/faults.ts';
import type { ScenarioInput } from '../../../src/adapters/simulator/scenario.ts';
import { createClient } from '../../../src/adapters/tencent/client.ts';
import { createTencentContactCenter } from '../../../src/adapters/tencent/contact-center.ts';
import type { ContactCenter } from '../../../src/ports/contact-center.ts';
import { CREDENTIALS, type RunningSimulator, SDK_APP_ID, startSimulator } from '../../support/simulator.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function openWith(
  scenario: ScenarioInput,
  secretKey = CREDENTIALS.secretKey,
): Promise<{ readonly center: ContactCenter; readonly simulator: RunningSimulator }> {
  const simulator = await startSimulator({ scenario: { requestsPerSecond: 1_000, ...scenario } });
  const quota = { acquire: async () => 'granted' as const };
  const client = createClient({
    endpoint: simulator.url,
    ...CREDENTIALS,
    secretKey,
    quota,
    readBackoffMs: 1,
  });
  opened.push(client, simulator);
  return { center: createTencentContactCenter(client, { sdkAppId: SDK_APP_ID }), simulator };
}

async function given<T>(
  result: Promise<{ ok: true; value: T } | { ok: false; failure: unknown }>,
): Promise<T> {
  const settled = await result;
  if (!settled.ok) throw new Error(JSON.stringify(settled.failure));
  return settled.value;
}

/** The faults of an account that answers as no account should. */
const ODD: FaultInput[] = [
  { kind: 'null_arrays', all: false, action: '*', probability: 1 },
  { kind: 'unknown_enum', field: 'number_state', value: 99, action: '*', probability: 1 },
  { kind: 'unknown_enum', field: 'audio_status', value: 99, action: '*', probability: 1 },
];

describe('what the provider tells of the account', () => {
  test('numbers come whole over all pages, in one form, with state and supply', async () => {
    const more = Array.from({ length: 43 }, (_, at) => ({ number: `0086755${8_000_000 + at}` }));
    const { center, simulator } = await openWith({
      numbers: [
        { number: '008602150000001', state: 1, costType: 1 },
        { number: '+862150000002', state: 2, costType: 0 },
        { number: '00862150000003', state: 4, costType: 7 },
        { number: '00862150000004', state: 5 },
        ...more,
      ],
    });
    const numbers = await given(center.numbers());
    expect(numbers.slice(0, 4)).toEqual([
      { number: '862150000001', state: 'normal', stateCode: 1, supply: 'own' },
      { number: '862150000002', state: 'overdue', stateCode: 2, supply: 'provider' },
      { number: '862150000003', state: 'disabled_by_admin', stateCode: 4, supply: 'unknown' },
      { number: '862150000004', state: 'disabled_for_violation', stateCode: 5, supply: 'own' },
    ]);
    expect(new Set(numbers.map(({ number }) => number)).size).toBe(47);
    expect(simulator.requests()).toMatchObject({ DescribeNumbers: { OK: 3 } });
  });

  test('purchases say what a number may do, until when, and what packages have left', async () => {
    const endsAt = '2027-01-01T00:00:00+08:00';
    const { center } = await openWith({
      numbers: [
        { number: '00862150000001', costType: 0, callType: 1, endsAt },
        { number: '00862150000002', costType: 0, callType: 9 },
        { number: '00862150000003', costType: 1 },
      ],
      packages: [
        { id: 'p1', capacity: 500, remaining: 20, endsAt },
        { id: 'p2', type: 1, capacity: 5 },
        { id: 'p3', type: 8, capacity: 5 },
      ],
    });
    const at = Date.parse(endsAt);
    expect(await given(center.purchases())).toEqual({
      numbers: [
        { number: '862150000001', calls: 'in', endsAt: at, stateCode: 1 },
        { number: '862150000002', calls: 'unknown', endsAt: undefined, stateCode: 1 },
      ],
      packages: [
        { id: 'p1', kind: 'outbound', capacity: 500, remaining: 20, endsAt: at },
        { id: 'p2', kind: 'inbound_400', capacity: 5, remaining: 5, endsAt: undefined },
        { id: 'p3', kind: 'unknown', capacity: 5, remaining: 5, endsAt: undefined },
      ],
    });
  });

  test('sound files come with their review', async () => {
    const audios = Array.from({ length: 60 }, (_, at) => ({ name: `${at}.wav`, status: at % 4 }));
    const { center } = await openWith({ audios });
    const found = await given(center.ivrAudios());
    expect(found).toHaveLength(60);
    expect(found.slice(0, 4).map(({ name, review }) => [name, review])).toEqual([
      ['0.wav', 'unreviewed'],
      ['1.wav', 'approved'],
      ['2.wav', 'rejected'],
      ['3.wav', 'unknown'],
    ]);
  });

  test('null lists are empty, and states that nobody knows are unknown, never normal', async () => {
    const { center, simulator } = await openWith({ numbers: [], packages: [], audios: [] });
    simulator.setFaults(ODD);
    expect(await given(center.numbers())).toEqual([]);
    expect(await given(center.purchases())).toEqual({ numbers: [], packages: [] });
    expect(await given(center.ivrAudios())).toEqual([]);
    const filled = await openWith({ numbers: [{ number: '00862150000001' }], audios: [{ name: 'a.wav' }] });
    filled.simulator.setFaults(ODD);
    expect(await given(filled.center.numbers())).toMatchObject([{ state: 'unknown', stateCode: 99 }]);
    expect(await given(filled.center.ivrAudios())).toMatchObject([{ review: 'unknown' }]);
  });

  test('a refusal is a failure of its kind, never an empty list', async () => {
    const { center } = await openWith({}, 'wrong');
    expect(await center.numbers()).toMatchObject({ ok: false, failure: { kind: 'blocked' } });
    expect(await center.purchases()).toMatchObject({ ok: false, failure: { kind: 'blocked' } });
    expect(await center.ivrAudios()).toMatchObject({ ok: false, failure: { kind: 'blocked' } });
  });
});
