import { afterEach, describe, expect, inject, it } from 'vitest';
import { HOUR, MINUTE } from '../../../src/core/time.ts';
import { ACTIONS, CALLEE_ACTIONS } from '../../../src/pipelines/actions.ts';
import { runAudit } from '../../../src/pipelines/audit.ts';
import { sweep } from '../../../src/pipelines/sweep.ts';
import { parkCallees } from '../../support/park.ts';
import { seededNumber } from '../../support/seeded-campaign.ts';
import {
  createWorld,
  isOver,
  runTo,
  runUntil,
  startCampaign,
  startProcess,
  storyOf,
  WORLD_SETTINGS,
  type World,
  type WorldProcess,
} from '../../support/world.ts';

const ID = 'spring';
const MEI = { campaignId: ID, by: 'mei' };
const SWEEP = { sweepEvery: HOUR };

let world: World;
let process: WorldProcess;
afterEach(async () => {
  process.stop();
  await world.close();
});

/** A campaign of six callees who are busy (3) or do not answer (3), whose first attempts are over. */
async function missedOnce(settings: object = {}): Promise<void> {
  const ranges = [1, 2, 3].map((at) => ({ prefix: seededNumber(at), outcomes: { busy: 1 } }));
  world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { notAnswer: 1 }, ranges } });
  process = startProcess(world);
  const retry = { attemptsMax: 2, otherwise: { after: ['5h'] } };
  await startCampaign(world, ID, 6, { ...WORLD_SETTINGS, retry, ...settings });
  const isMissed = async () => {
    const { pending_retry, unanswered } = await counts();
    return pending_retry + unanswered === 6;
  };
  await runUntil(world, process, isMissed, SWEEP);
}

async function counts() {
  return (await world.store.counts(ID)).states;
}

async function refOf(at: number): Promise<number> {
  const ref = await world.store.findCallee(ID, Number(seededNumber(at)));
  if (ref === undefined) throw new Error('no such callee');
  return ref;
}

async function expectSound(): Promise<void> {
  expect((await runAudit({ store: world.store }, ID)).violations).toEqual([]);
}

describe('retry_now', () => {
  it('of a disposition calls those who wait for their next attempt at once, and nobody else', async () => {
    await missedOnce();
    const at = world.clock.now();
    expect(await ACTIONS.retry_now.preview(process.deps, { ...MEI, disposition: 'busy' })).toBe(3);
    const result = await ACTIONS.retry_now.run(process.deps, { ...MEI, disposition: 'busy' });
    expect(result).toMatchObject({ changed: true, callees: 3, state: 'running' });
    expect((await storyOf(world, ID, seededNumber(1))).at(-1)).toMatchObject({
      ...{
        from: 'pending_retry',
        to: 'pending_retry',
        reason: 'retry_now_by_operator',
        facts: { by: 'mei' },
      },
    });
    await runTo(world, process, at + 10 * MINUTE, SWEEP);
    const second = world.simulator.ledger().filter((entry) => entry.at > at);
    expect(second.map(({ number }) => number).sort()).toEqual([1, 2, 3].map(seededNumber).sort());
    await expectSound();
  });

  it('asked for twice, moves nobody twice and is recorded once', async () => {
    await missedOnce();
    await ACTIONS.retry_now.run(process.deps, MEI);
    const again = await ACTIONS.retry_now.run(process.deps, MEI);
    expect(again).toMatchObject({ changed: false, callees: 0 });
    const lines = (await world.store.trail(ID)).filter(({ reason }) => reason === 'retry_now_by_operator');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ by: 'mei', from: 'running', to: 'running' });
    await expectSound();
  });

  it('of a disposition gives those who ended with it one more attempt, and a completed campaign runs again', async () => {
    await missedOnce();
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    expect((await world.store.campaign(ID))?.state).toBe('completed');
    expect(await ACTIONS.retry_now.run(process.deps, MEI)).toMatchObject({
      changed: false,
      state: 'completed',
    });
    const result = await ACTIONS.retry_now.run(process.deps, { ...MEI, disposition: 'busy' });
    expect(result).toMatchObject({ changed: true, callees: 3, state: 'running' });
    await expectSound();
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    expect(world.simulator.summary().dials).toBe(15);
    expect((await storyOf(world, ID, seededNumber(1))).at(-1)).toMatchObject({
      ...{ to: 'unanswered', reason: 'attempts_exhausted', attempts: 3 },
    });
    // Three attempts where two were allowed, and the audit knows why.
    await expectSound();
  });

  it('is refused once the time of the campaign is over, and ends nobody', async () => {
    const endAt = '2026-11-23T12:00:00Z';
    await missedOnce({ endAt });
    const callee = await refOf(1);
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    await runTo(world, process, Date.parse(endAt), SWEEP);
    for (const asked of [
      ACTIONS.retry_now.run(process.deps, { ...MEI, disposition: 'busy' }),
      CALLEE_ACTIONS.retry_now.run(process.deps, { ...MEI, callee }),
    ]) {
      await expect(asked).rejects.toMatchObject({
        ...{ code: 'action_not_allowed', message: expect.stringMatching(/ended at 2026-11-23T12.*--update/) },
      });
    }
    expect((await counts()).unanswered).toBe(6);
  });

  it('calls nobody beyond the lifetime that the campaign allows, and says so', async () => {
    await missedOnce({ caps: { lifetime: 1 } });
    const callee = await refOf(1);
    const result = await ACTIONS.retry_now.run(process.deps, { ...MEI, disposition: 'busy' });
    expect(result).toMatchObject({ changed: false, callees: 0 });
    await expect(CALLEE_ACTIONS.retry_now.run(process.deps, { ...MEI, callee })).rejects.toMatchObject({
      ...{ code: 'action_not_allowed', message: expect.stringMatching(/had the 1 calls of "caps.lifetime"/) },
    });
    expect((await counts()).unanswered).toBe(6);
  });

  it('whose process dies before the campaign runs again is finished by the sweep', async () => {
    await missedOnce();
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    const { store } = process.deps;
    const moveCampaign = () => Promise.reject(new Error('the process is dead'));
    const dying = { ...process.deps, store: { ...store, moveCampaign } };
    await expect(ACTIONS.retry_now.run(dying, { ...MEI, disposition: 'busy' })).rejects.toThrow('dead');
    expect((await world.store.campaign(ID))?.state).toBe('completed');
    await sweep(process.deps);
    expect(await world.store.campaign(ID)).toMatchObject({ state: 'running', reason: 'reopened' });
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    expect(world.simulator.summary().dials).toBe(15);
    await expectSound();
  });

  it('of one callee reaches it wherever it waits, and says why not where it is final', async () => {
    await missedOnce();
    const callee = await refOf(1);
    const result = await CALLEE_ACTIONS.retry_now.run(process.deps, { ...MEI, callee });
    expect(result).toMatchObject({ changed: true, callees: 1 });
    const again = await CALLEE_ACTIONS.retry_now.run(process.deps, { ...MEI, callee });
    expect(again.changed).toBe(false);
    await ACTIONS.cancel.run(process.deps, MEI);
    await expect(CALLEE_ACTIONS.retry_now.run(process.deps, { ...MEI, callee })).rejects.toMatchObject({
      code: 'action_not_allowed',
    });
    await expect(
      CALLEE_ACTIONS.give_up.run(process.deps, { ...MEI, campaignId: 'nowhere', callee }),
    ).rejects.toMatchObject({ code: 'campaign_not_found' });
  });
});

/** Parks all: the provider forgot their task. */
async function park(): Promise<void> {
  const { store, clock } = world;
  const batch = (await store.openBatches(ID))[0];
  if (batch === undefined) throw new Error('no batch');
  await parkCallees(store, ID, batch, clock.now());
}

async function parked(): Promise<void> {
  world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
  process = startProcess(world);
  await startCampaign(world, ID, 4);
  await runUntil(world, process, async () => (await counts()).calling === 4, SWEEP);
  await park();
  expect((await counts()).needs_attention).toBe(4);
}

describe('callees that need attention', () => {
  it('are put back by resume_parked, and called', async () => {
    await parked();
    expect(await ACTIONS.resume_parked.preview(process.deps, MEI)).toBe(4);
    expect(await ACTIONS.resume_parked.run(process.deps, MEI)).toMatchObject({ callees: 4 });
    expect((await ACTIONS.resume_parked.run(process.deps, MEI)).changed).toBe(false);
    expect((await storyOf(world, ID, seededNumber(1))).at(-1)).toMatchObject({
      ...{ from: 'needs_attention', to: 'initial', reason: 'resumed_by_operator', facts: { by: 'mei' } },
    });
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    expect((await counts()).answered).toBe(4);
    await expectSound();
  });

  it('are ended by give_up, all or one', async () => {
    await parked();
    const callee = await refOf(2);
    expect(await CALLEE_ACTIONS.give_up.preview(process.deps, { ...MEI, callee })).toBe(1);
    await CALLEE_ACTIONS.give_up.run(process.deps, { ...MEI, callee });
    expect((await CALLEE_ACTIONS.give_up.run(process.deps, { ...MEI, callee })).changed).toBe(false);
    expect((await counts()).unanswered).toBe(1);
    await ACTIONS.give_up.run(process.deps, MEI);
    expect((await counts()).unanswered).toBe(4);
    expect((await world.store.campaign(ID))?.state).toBe('completed');
    await expectSound();
  });

  it('one by one: resume puts the one back, retry_now as well', async () => {
    await parked();
    await CALLEE_ACTIONS.resume.run(process.deps, { ...MEI, callee: await refOf(1) });
    await CALLEE_ACTIONS.retry_now.run(process.deps, { ...MEI, callee: await refOf(2) });
    expect(await counts()).toMatchObject({ initial: 2, needs_attention: 2 });
    await expectSound();
  });
});

describe('give_up of a disposition', () => {
  it('ends those who wait after it, and nobody else', async () => {
    await missedOnce();
    expect(await ACTIONS.give_up.run(process.deps, { ...MEI, disposition: 'busy' })).toMatchObject({
      callees: 3,
    });
    expect(await counts()).toMatchObject({ unanswered: 3, pending_retry: 3 });
    await expectSound();
  });
});
