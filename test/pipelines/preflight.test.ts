import { afterEach, describe, expect, inject, it } from 'vitest';
import type { ScenarioInput } from '../../src/adapters/simulator/scenario.ts';
import { AppError } from '../../src/core/errors.ts';
import { HOUR } from '../../src/core/time.ts';
import { ACTIONS, type ActionDeps } from '../../src/pipelines/actions.ts';
import { type PreflightDocument, preflight } from '../../src/pipelines/preflight.ts';
import { seedCampaign } from '../support/seeded-campaign.ts';
import {
  addList,
  createWorld,
  moveTo,
  startProcess,
  WORLD_SETTINGS,
  type World,
  type WorldProcess,
} from '../support/world.ts';

let world: World | undefined;
let process: WorldProcess | undefined;
afterEach(async () => {
  process?.stop();
  await world?.close();
});

const CALLER = '008602150000001';
const OTHER = '008602150000002';

/** A draft of some callees and a process of ours beside it. */
async function open(
  scenario: ScenarioInput,
  settings: object = {},
): Promise<{ readonly world: World; readonly deps: ActionDeps; look(): Promise<PreflightDocument> }> {
  world = await createWorld(inject('redisUrl'), { scenario });
  process = startProcess(world);
  const { deps } = process;
  await seedCampaign(world.store, 'spring', 40, { ...WORLD_SETTINGS, ...settings });
  return { world, deps, look: () => preflight(deps, 'spring') };
}

const codes = ({ ok, errors, warnings }: PreflightDocument) => ({
  ok,
  errors: errors.map(({ code }) => code),
  warnings: warnings.map(({ code }) => code),
});

const start = (deps: ActionDeps) => ACTIONS.start.run(deps, { campaignId: 'spring', by: 'test' });

describe('a preflight', () => {
  it('finds nothing wrong where nothing is, and says what is to be expected', async () => {
    const { look } = await open({});
    const document = await look();
    expect(codes(document)).toEqual({ ok: true, errors: [], warnings: [] });
    expect(document.forecast).toMatchObject({ callees: 40, neverFit: 0, notReached: 0 });
    expect(Date.parse(document.forecast.finishAt.from)).toBeLessThanOrEqual(
      Date.parse(document.forecast.finishAt.to),
    );
  });

  it('keeps what it learnt of the callers for those that place the calls', async () => {
    const { world, look } = await open(
      {
        numbers: [
          { number: CALLER, costType: 0, callType: 2 },
          { number: OTHER, state: 2 },
        ],
      },
      { callers: [CALLER, OTHER, '008602150000003'] },
    );
    expect((await world.store.campaign('spring'))?.platformCallers).not.toBe(false);
    const document = await look();
    expect(codes(document)).toEqual({
      ok: true,
      errors: [],
      warnings: ['caller_unusable', 'caller_unusable'],
    });
    const facts = await world.store.callerFacts('spring');
    expect(
      Object.fromEntries(facts.map(({ number, state, supply, calls }) => [number, [state, supply, calls]])),
    ).toEqual({
      [CALLER]: ['normal', 'provider', 'out'],
      [OTHER]: ['overdue', 'own', 'unknown'],
      '008602150000003': ['absent', 'unknown', 'unknown'],
    });
  });

  it('counts the hours of the provider for its numbers, and not for own ones, once it is known whose they are', async () => {
    const night = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '22:00', to: '23:00' }];
    const own = await open(
      { numbers: [{ number: CALLER, costType: 1 }] },
      { windows: night, platformHours: 'auto' },
    );
    expect(codes(await own.look()).errors).toEqual([]);
    process?.stop();
    await world?.close();
    const supplied = await open(
      { numbers: [{ number: CALLER, costType: 0 }] },
      { windows: night, platformHours: 'auto' },
    );
    expect(codes(await supplied.look()).errors).toEqual(['no_window']);
  });

  it('is an error where every window is too short for a task to be placed in it', async () => {
    const windows = [{ days: ['mon', 'tue'], from: '12:00', to: '12:10' }];
    const { look } = await open({}, { windows, pacing: { ...WORLD_SETTINGS.pacing, leadTime: '10m' } });
    const document = await look();
    expect(codes(document).errors).toEqual(['no_window']);
    expect(document.errors[0]?.remedy).toContain('pacing.leadTime');
    expect(document.forecast.neverFit).toBe(40);
  });

  it('finds packages that are too small or used up, and sound files that are not approved', async () => {
    const { look, world } = await open(
      {
        numbers: [{ number: CALLER, costType: 0 }],
        packages: [{ id: 'p', capacity: 10 }],
        audios: [{ name: 'greeting.wav' }, { name: 'menu.wav', status: 2 }],
      },
      { ivrAudios: ['greeting.wav', 'menu.wav', 'goodbye.wav'] },
    );
    const document = await look();
    expect(codes(document)).toEqual({
      ok: false,
      errors: ['audio_not_approved', 'audio_missing'],
      warnings: ['package_short'],
    });
    expect(await world.store.callerFacts('spring')).toHaveLength(1);
  });

  it('is an error for credentials that are refused and for a clock that is wrong, a warning where nobody answers', async () => {
    const { look, world } = await open({});
    const withFault = async (fault: { code: string }) => {
      world.simulator.setFaults([{ kind: 'refuse', action: '*', probability: 1, ...fault }]);
      return codes(await look());
    };
    expect((await withFault({ code: 'AuthFailure.SecretIdNotFound' })).errors).toEqual(['provider_refused']);
    expect((await withFault({ code: 'AuthFailure.SignatureExpire' })).errors).toEqual(['clock_wrong']);
    expect(await withFault({ code: 'InternalError' })).toEqual({
      ok: true,
      errors: [],
      warnings: ['provider_unreachable'],
    });
    world.simulator.setFaults([
      { kind: 'refuse', action: 'DescribeCCCBuyInfoList', probability: 1, code: 'UnauthorizedOperation' },
    ]);
    expect(codes(await look())).toEqual({ ok: true, errors: [], warnings: ['purchases_unreadable'] });
    expect(await preflight({ store: world.store, clock: world.clock }, 'spring').then(codes)).toEqual({
      ok: true,
      errors: [],
      warnings: ['provider_not_configured'],
    });
  });

  it('counts callees whose zone has no window left, and warns of those that will not be reached', async () => {
    const { look, world } = await open(
      { numbers: [{ number: CALLER, channels: 1 }] },
      {
        callers: [{ number: CALLER, channels: 1 }],
        windows: [{ days: ['mon'], from: '10:00', to: '10:10' }],
        endAt: new Date(Date.parse('2026-11-23T02:00:00Z') + 2 * HOUR).toISOString(),
      },
    );
    await addList(world, 'spring', [
      { number: '8190000000001', timeZone: 'America/New_York' },
      { number: '8190000000002', timeZone: 'America/New_York' },
    ]);
    const document = await look();
    expect(codes(document)).toEqual({
      ok: true,
      errors: [],
      warnings: ['zone_without_window', 'not_all_reached'],
    });
    expect(document.forecast.neverFit).toBe(2);
    expect(document.forecast.notReached).toBeGreaterThan(20);
    expect(document.forecast.notReached).toBeLessThan(40);
  });
});

describe('the start of a campaign', () => {
  it('is refused with every error and its remedy, and nothing is recorded', async () => {
    const { deps, world } = await open({ numbers: [{ number: CALLER, state: 5 }] }, { ivrAudios: ['a.wav'] });
    const error = await start(deps).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'preflight_failed', retryable: false });
    expect(String(error)).toContain('no_usable_caller');
    expect(String(error)).toContain('audio_missing');
    expect(String(error)).not.toContain(CALLER);
    expect((await world.store.campaign('spring'))?.state).toBe('draft');
  });

  it('goes through with warnings, which it hands on; so does a resume', async () => {
    const { deps, world } = await open({ numbers: [{ number: CALLER }] }, { callers: [CALLER, OTHER] });
    const started = await start(deps);
    expect(started.state).toBe('running');
    expect(started.warnings?.map(({ code }) => code)).toEqual(['caller_unusable']);
    // Again: it runs already, so nothing is asked.
    const requests = () => JSON.stringify(world.simulator.requests());
    const before = requests();
    expect((await start(deps)).warnings).toBeUndefined();
    expect(requests()).toBe(before);
    await moveTo(world, 'spring', 'paused');
    const resumed = await ACTIONS.resume.run(deps, { campaignId: 'spring', by: 'test' });
    expect(resumed.warnings?.map(({ code }) => code)).toEqual(['caller_unusable']);
  });

  it('does not wait for a provider that is away', async () => {
    const { deps, world } = await open({});
    world.simulator.setFaults([{ kind: 'drop', action: '*', probability: 1 }]);
    const started = await start(deps);
    expect(started.state).toBe('running');
    expect(started.warnings?.map(({ code }) => code)).toEqual(['provider_unreachable']);
  });
});
