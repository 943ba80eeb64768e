import type { HistoryFeed } from '../../ports/webhooks.ts';
import { campaignKeys, refAt } from './keys.ts';
import type { RedisClient } from './scripts.ts';
import { unpackStories } from './story-codec.ts';

/** Reads history as it was appended. Blocks are never rewritten, so what was read needs no second look. */
export function createHistoryFeed(client: RedisClient, options: { readonly prefix: string }): HistoryFeed {
  const keysOf = (campaignId: string) => campaignKeys(options.prefix, campaignId);
  return {
    async lengths(campaignId) {
      const keys = keysOf(campaignId);
      const pages = Number((await client.hget(keys.campaign, 'pagesTotal')) ?? 0);
      // One after the other on the wire, but none waits for the reply to another.
      return Promise.all(Array.from({ length: pages }, (_, page) => client.llen(keys.history(page))));
    },
    async lines(campaignId, page, from, to) {
      const blocks = await client.lrangeBuffer(keysOf(campaignId).history(page), from, to - 1);
      return blocks.flatMap((block, index) =>
        unpackStories(block).map(({ slot, story }, line) => ({
          name: `${page}.${from + index}.${line}`,
          ref: refAt(page, slot),
          story,
        })),
      );
    },
  };
}
