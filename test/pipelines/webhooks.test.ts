import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { createHistoryFeed } from '../../src/adapters/redis/history-feed.ts';
import { createWebhookStore } from '../../src/adapters/redis/webhooks.ts';
import { createWebhookSender } from '../../src/adapters/webhook-sender.ts';
import { calleeId } from '../../src/core/callee-id.ts';
import { WEBHOOK_EVENTS_PER_MESSAGE } from '../../src/core/limits.ts';
import { DAY, MINUTE } from '../../src/core/time.ts';
import { WebhookWish } from '../../src/core/webhook.ts';
import { placesNow, tellAll, type WebhookDeps } from '../../src/pipelines/webhooks.ts';
import type { Webhook } from '../../src/ports/webhooks.ts';
import { seededNumber } from '../support/seeded-campaign.ts';
import { startWebhookReceiver, verify, type WebhookReceiver } from '../support/webhook-receiver.ts';
import {
  addList,
  createWorld,
  isOver,
  runUntil,
  startCampaign,
  startProcess,
  WORLD_SETTINGS,
  type World,
  type WorldProcess,
} from '../support/world.ts';

const ID = 'spring';
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

let world: World;
let process: WorldProcess;
let deps: WebhookDeps;
let receiver: WebhookReceiver;

beforeEach(async () => {
  world = await createWorld(inject('redisUrl'));
  process = startProcess(world);
  receiver = await startWebhookReceiver();
  deps = telling();
});

afterEach(async () => {
  await receiver.close();
  process.stop();
  await world.close();
});

/** What one API process tells with. */
function telling(): WebhookDeps {
  const { store, clock } = world;
  return {
    store,
    clock,
    webhooks: createWebhookStore(world.redis, { prefix: world.prefix }),
    history: createHistoryFeed(world.redis, { prefix: world.prefix }),
    send: createWebhookSender({ allowPrivate: true, deadlineMs: 2_000 }),
    log: process.deps.log,
  };
}

async function add(wish: Partial<WebhookWish> = {}, id = 'wh_000000000001'): Promise<void> {
  const webhook: Webhook = {
    ...WebhookWish.parse({ url: receiver.url, ...wish }),
    ...{ id, secret: SECRET, createdAt: world.clock.now(), createdBy: 'a test' },
    ...{ failures: 0, failingSince: 0, lastError: '', nextAt: 0, deliveredAt: 0 },
  };
  expect(await deps.webhooks.add(webhook, await placesNow(deps, await world.store.campaignIds()))).toBe(true);
}

async function theWebhook(): Promise<Webhook> {
  const [webhook] = await deps.webhooks.list();
  if (webhook === undefined) throw new Error('no webhook');
  return webhook;
}

async function playedCampaign(callees: number): Promise<void> {
  await startCampaign(world, ID, callees);
  await runUntil(world, process, () => isOver(world, ID));
}

/** How each callee ended, by the counts of the store and by what was told. */
function endsTold(): Record<string, number> {
  const ends: Record<string, number> = {};
  for (const { type } of receiver.taken()) ends[type] = (ends[type] ?? 0) + 1;
  return ends;
}

describe('a webhook', () => {
  it('is told once how every callee ended and what the campaign did, signed, without numbers', async () => {
    await add();
    await playedCampaign(250);
    await tellAll(deps);
    const { states } = await world.store.counts(ID);
    expect(endsTold()).toEqual({
      'campaign.moved': (await world.store.trail(ID)).length,
      'callee.answered': states.answered,
      'callee.unanswered': states.unanswered,
    });
    expect(states.answered + states.unanswered).toBe(250);
    const ids = receiver.taken().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const message of receiver.messages) {
      verify(message, SECRET);
      expect(message.events.length).toBeLessThanOrEqual(WEBHOOK_EVENTS_PER_MESSAGE);
      expect(message.body).not.toContain(seededNumber(1).slice(2, -2));
    }
    const first = receiver.taken().find(({ callee }) => callee === calleeId(ID, 0));
    expect(first).toMatchObject({ campaign: ID, row: 1, uui: 'order-1', attempts: expect.any(Number) });
    const told = receiver.messages.length;
    await tellAll(deps);
    expect(receiver.messages).toHaveLength(told);
  });

  it('gets the number where it was asked for, and only the events it named', async () => {
    await add({ numbers: true, events: ['callee.answered'] });
    await playedCampaign(30);
    await tellAll(deps);
    expect(Object.keys(endsTold())).toEqual(['callee.answered']);
    for (const { row, number } of receiver.taken()) expect(number).toBe(`+${seededNumber(Number(row))}`);
  });

  it('is not told of what was before it, nor of other campaigns than the one it named', async () => {
    await playedCampaign(20);
    await add({ campaign: 'later' });
    await tellAll(deps);
    expect(receiver.messages).toEqual([]);
    // All three have the same callees, whom nobody may call that often in a day.
    const uncapped = { ...WORLD_SETTINGS, caps: { preset: 'none' } };
    await startCampaign(world, 'later', 20, uncapped);
    await startCampaign(world, 'third', 20, uncapped);
    await runUntil(
      world,
      process,
      async () => (await isOver(world, 'later')) && (await isOver(world, 'third')),
    );
    await tellAll(deps);
    expect(new Set(receiver.taken().map(({ campaign }) => campaign))).toEqual(new Set(['later']));
  });

  it('costs a campaign that is over no look at its pages, until it goes on', async () => {
    await add();
    await playedCampaign(30);
    const told = new Map<string, string>();
    await tellAll(deps, told);
    let looks = 0;
    const counted: WebhookDeps = {
      ...deps,
      history: {
        ...deps.history,
        lengths(campaignId) {
          looks += 1;
          return deps.history.lengths(campaignId);
        },
      },
    };
    await tellAll(counted, told);
    expect(looks).toBe(0);
    const heard = receiver.taken().length;
    await addList(world, ID, [{ number: '8613999999999' }], 'bbbbbbbbbbbb');
    await tellAll(counted, told);
    expect(looks).toBe(1);
    await runUntil(world, process, () => isOver(world, ID));
    await tellAll(counted, told);
    expect(receiver.taken().length).toBeGreaterThan(heard);
  });

  it('is told by one process at a time, and takes nothing twice', async () => {
    await add();
    await playedCampaign(120);
    await Promise.all([tellAll(deps), tellAll(telling()), tellAll(telling())]);
    const ids = receiver.taken().map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(120);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a webhook that does not take a message', () => {
  it.each([500, 302, 'hang_up'] as const)(
    '(%s) gets the very same again later, and then the rest',
    async (how) => {
      await add();
      await playedCampaign(150);
      receiver.answer = () => how;
      await tellAll(deps);
      expect(receiver.messages).toHaveLength(1);
      const failed = await theWebhook();
      expect(failed).toMatchObject({ failures: 1 });
      expect(failed.lastError).not.toBe('');
      // Not before its time, however often somebody looks.
      await tellAll(deps);
      expect(receiver.messages).toHaveLength(1);
      receiver.answer = () => 200;
      world.clock.advanceTo(failed.nextAt ?? 0);
      await tellAll(deps);
      const [first, second] = receiver.messages;
      expect([second?.id, second?.body]).toEqual([first?.id, first?.body]);
      expect(endsTold()['callee.answered']).toBe((await world.store.counts(ID)).states.answered);
      expect(await theWebhook()).toMatchObject({ failures: 0, lastError: '' });
    },
  );

  it('is tried ever more rarely, and after days no more', async () => {
    await add();
    await playedCampaign(5);
    receiver.answer = () => 503;
    const pauses: number[] = [];
    for (let webhook = await theWebhook(); webhook.nextAt !== undefined; webhook = await theWebhook()) {
      pauses.push(webhook.nextAt - world.clock.now());
      world.clock.advanceTo(Math.max(webhook.nextAt, world.clock.now()));
      await tellAll(deps);
    }
    expect(pauses.slice(1)).toEqual([...pauses.slice(1)].sort((a, b) => a - b));
    expect(receiver.messages.length).toBeGreaterThan(50);
    expect(receiver.messages.length).toBeLessThan(100);
    const tried = receiver.messages.length;
    world.clock.advance(DAY);
    await tellAll(deps);
    expect(receiver.messages).toHaveLength(tried);
  });

  it('is left alone at once when it says that it is gone', async () => {
    await add();
    await playedCampaign(5);
    receiver.answer = () => 410;
    await tellAll(deps);
    expect((await theWebhook()).nextAt).toBeUndefined();
    world.clock.advance(10 * MINUTE);
    await tellAll(deps);
    expect(receiver.messages).toHaveLength(1);
  });

  it('keeps no other from being told', async () => {
    const other = await startWebhookReceiver();
    try {
      await add({ url: 'http://127.0.0.1:1/nobody' }, 'wh_000000000001');
      await add({ url: other.url }, 'wh_000000000002');
      await playedCampaign(10);
      await tellAll(deps);
      expect(other.taken().length).toBeGreaterThan(10);
    } finally {
      await other.close();
    }
  });
});
