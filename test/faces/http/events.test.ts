import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVENTS_HEARTBEAT, EVENTS_INTERVAL, EVENTS_LISTENERS_MAX } from '../../../src/core/limits.ts';
import { eventually } from '../../support/eventually.ts';
import { type HttpSite, openHttpSite, putCampaign, withKey } from '../../support/http-site.ts';

let site: HttpSite;
let address: string;
const open: IncomingMessage[] = [];
beforeEach(async () => {
  site = await openHttpSite();
  address = await site.app.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  for (const reply of open.splice(0)) reply.destroy();
  await site.close();
});

interface Listening {
  readonly reply: IncomingMessage;
  text(): string;
  /** Ids and states of the campaigns told so far. */
  told(): string[];
  lastId(): string;
}

async function listen(query = '', headers: Record<string, string> = {}): Promise<Listening> {
  const authorization = `Bearer ${site.keys.viewer}`;
  const request = get(`${address}/v1/events${query}`, { headers: { authorization, ...headers } });
  const [reply] = (await once(request, 'response')) as [IncomingMessage];
  open.push(reply);
  let text = '';
  reply.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  reply.on('error', () => {});
  return {
    reply,
    text: () => text,
    told: () =>
      [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => {
        const { id, state } = JSON.parse(json ?? '');
        return `${id} ${state}`;
      }),
    lastId: () => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '',
  };
}

/** Lets the feed look once more. */
async function look(): Promise<void> {
  await eventually(() => expect(site.clock.sleepers).toBe(1));
  site.clock.advance(EVENTS_INTERVAL);
  await eventually(() => expect(site.clock.sleepers).toBe(1));
}

const act = (id: string, action: string) =>
  site.ask('operator', { method: 'POST', url: `/v1/campaigns/${id}/actions/${action}` });

describe('a stream of events', () => {
  it('tells the present state of every campaign, then each that changes, once', async () => {
    await putCampaign(site, 'one');
    await putCampaign(site, 'two');
    const all = await listen();
    expect(all.reply.headers['content-type']).toContain('text/event-stream');
    const two = await listen('?campaign=two');
    await eventually(() => expect(all.told()).toEqual(['one draft', 'two draft']));
    await eventually(() => expect(two.told()).toEqual(['two draft']));
    await act('two', 'start');
    await look();
    await eventually(() => expect(all.told()).toEqual(['one draft', 'two draft', 'two running']));
    await eventually(() => expect(two.told()).toEqual(['two draft', 'two running']));
    await look();
    await act('one', 'cancel');
    await look();
    await eventually(() => expect(all.told().slice(3)).toEqual(['one cancelled']));
    expect(two.told()).toHaveLength(2);
    expect(all.text()).toMatch(/^retry: \d+\n\nid: [0-9a-f]+-1\nevent: campaign\ndata: \{/);
  });

  it('that was interrupted goes on behind its last event, and starts anew at another process', async () => {
    for (const id of ['one', 'two', 'three']) await putCampaign(site, id);
    const first = await listen();
    await eventually(() => expect(first.told()).toHaveLength(3));
    const last = first.lastId();
    first.reply.destroy();
    await act('two', 'start');
    const again = await listen('', { 'last-event-id': last });
    await eventually(() => expect(again.told()).toEqual(['two running']));
    const nothing = await listen('', { 'last-event-id': again.lastId() });
    await look();
    expect(nothing.told()).toEqual([]);
    for (const foreign of ['0badcafe-99', 'x', '-', '']) {
      const anew = await listen('', { 'last-event-id': foreign });
      await eventually(() => expect(anew.told()).toHaveLength(3));
    }
  });

  it('shows that it lives, and ends for a key that was revoked', async () => {
    const { key, secret } = await site.deps.apiKeys.create({ role: 'viewer' }, 0);
    const stays = await listen();
    const goes = await listen('', { authorization: `Bearer ${secret}` });
    for (let ms = 0; ms < EVENTS_HEARTBEAT; ms += EVENTS_INTERVAL) await look();
    await eventually(() => expect(stays.text()).toContain(': still here\n\n'));
    await eventually(() => expect(goes.text()).toContain(': still here\n\n'));
    await site.deps.apiKeys.revoke(key.id);
    for (let ms = 0; ms < EVENTS_HEARTBEAT; ms += EVENTS_INTERVAL) await look();
    await eventually(() => expect(goes.reply.complete).toBe(true));
    expect(stays.reply.complete).toBe(false);
  });

  it('ends for a key that was revoked also where there is news all the time', async () => {
    await putCampaign(site, 'busy');
    const { key, secret } = await site.deps.apiKeys.create({ role: 'viewer' }, 0);
    const goes = await listen('', { authorization: `Bearer ${secret}` });
    await site.deps.apiKeys.revoke(key.id);
    for (let ms = 0, news = 0; ms < EVENTS_HEARTBEAT; ms += EVENTS_INTERVAL, news += 1) {
      await act('busy', news % 2 === 0 ? 'start' : 'pause');
      await eventually(() => expect(site.clock.sleepers).toBe(1));
      site.clock.advance(EVENTS_INTERVAL);
    }
    await eventually(() => expect(goes.reply.complete).toBe(true));
    expect(goes.told().length).toBeGreaterThan(2);
  });

  it('that could not begin leaves no place taken', async () => {
    const campaignIds = async (): Promise<string[]> => Promise.reject(new Error('Command timed out'));
    const store = { ...site.store, campaignIds };
    const app = await site.another({ store });
    const ask = () => app.inject(withKey(site.keys.viewer, { url: '/v1/events' }));
    for (let n = 0; n < EVENTS_LISTENERS_MAX; n += 1) expect((await ask()).statusCode).toBe(503);
    expect((await ask()).json().code).toBe('redis_unavailable');
  });

  it('costs nothing once nobody listens, and there are only so many', async () => {
    const some = await listen();
    await eventually(() => expect(site.clock.sleepers).toBe(1));
    some.reply.destroy();
    await eventually(async () => {
      site.clock.advance(EVENTS_INTERVAL);
      expect(site.clock.sleepers).toBe(0);
    });
    for (let n = 0; n < EVENTS_LISTENERS_MAX; n += 1) await listen();
    const refused = await site.ask('viewer', { url: '/v1/events' });
    expect(refused.statusCode).toBe(503);
    expect(refused.json()).toMatchObject({ code: 'not_ready', retryable: true });
    expect(refused.headers['retry-after']).toBeDefined();
  });

  it('of a campaign that is not there is refused', async () => {
    expect((await site.ask('viewer', { url: '/v1/events?campaign=nobody' })).statusCode).toBe(404);
    expect((await site.ask('viewer', { url: '/v1/events?campaign=..' })).statusCode).toBe(400);
  });

  it('ends when the server does, without being cut', async () => {
    const stream = await listen();
    await eventually(() => expect(site.clock.sleepers).toBe(1));
    const ended = once(stream.reply, 'end');
    await site.app.close();
    await ended;
    expect(stream.reply.complete).toBe(true);
    expect(site.clock.sleepers).toBe(0);
  });
});
