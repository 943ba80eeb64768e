import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { WEBHOOKS_MAX } from '../../core/limits.ts';
import { WebhookWish } from '../../core/webhook.ts';
import type { Webhook, WebhookPlace, WebhookStore } from '../../ports/webhooks.ts';
import { webhookKeys } from './keys.ts';
import type { RedisClient } from './scripts.ts';

const Stored = WebhookWish.extend({
  id: z.string(),
  secret: z.string(),
  createdAt: z.number(),
  createdBy: z.string(),
  failures: z.number(),
  failingSince: z.number(),
  lastError: z.string(),
  nextAt: z.number().optional(),
  deliveredAt: z.number(),
});

const TRAIL = 't';

function stored(text: string): Webhook {
  const { nextAt, ...rest } = Stored.parse(JSON.parse(text));
  return { ...rest, nextAt };
}

/** Webhooks in one hash; how far each was told, in a hash per webhook and campaign. */
export function createWebhookStore(client: RedisClient, options: { readonly prefix: string }): WebhookStore {
  const keys = webhookKeys(options.prefix);
  /** Leases of this process, by webhook: only its own is given back. */
  const leases = new Map<string, string>();
  const writePlace = async (id: string, campaignId: string, place: WebhookPlace): Promise<void> => {
    const fields = Object.fromEntries([...place.blocks].map(([page, blocks]) => [String(page), blocks]));
    await client.hset(keys.place(id, campaignId), { [TRAIL]: place.trail, ...fields });
    await client.sadd(keys.places(id), campaignId);
  };
  return {
    async add(webhook, places) {
      if ((await client.hlen(keys.all)) >= WEBHOOKS_MAX) return false;
      // Last of all, so that nothing is told before it is known from where on.
      for (const [campaignId, place] of places) await writePlace(webhook.id, campaignId, place);
      await client.hset(keys.all, webhook.id, JSON.stringify(webhook));
      return true;
    },
    async list() {
      const held = Object.values(await client.hgetall(keys.all)).map(stored);
      return held.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    },
    async get(id) {
      const text = await client.hget(keys.all, id);
      return text === null ? undefined : stored(text);
    },
    async remove(id) {
      const removed = await client.hdel(keys.all, id);
      for (const campaignId of await client.smembers(keys.places(id)))
        await client.del(keys.place(id, campaignId));
      await client.del(keys.places(id));
      return removed === 1;
    },
    async note(webhook) {
      if ((await client.hexists(keys.all, webhook.id)) === 1)
        await client.hset(keys.all, webhook.id, JSON.stringify(webhook));
    },
    async place(id, campaignId) {
      const { [TRAIL]: trail = '0', ...pages } = await client.hgetall(keys.place(id, campaignId));
      const blocks = Object.entries(pages).map(([page, count]) => [Number(page), Number(count)] as const);
      return { trail: Number(trail), blocks: new Map(blocks) };
    },
    moveTrail: (id, campaignId, trail) => writePlace(id, campaignId, { trail, blocks: new Map() }),
    async moveBlocks(id, campaignId, page, blocks) {
      await client.hset(keys.place(id, campaignId), String(page), blocks);
      await client.sadd(keys.places(id), campaignId);
    },
    async lease(id, ms) {
      const token = randomUUID();
      if ((await client.set(keys.lease(id), token, 'PX', ms, 'NX')) === null) return false;
      leases.set(id, token);
      return true;
    },
    async release(id) {
      const token = leases.get(id);
      leases.delete(id);
      if (token !== undefined && (await client.get(keys.lease(id))) === token)
        await client.del(keys.lease(id));
    },
  };
}
