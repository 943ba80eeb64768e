import type { ChainableCommander } from 'ioredis';
import { type CampaignKeys, campaignKeys } from './keys.ts';
import type { RedisClient, Scripts } from './scripts.ts';

/** What every part of the store works with. */
export interface StoreContext {
  readonly client: RedisClient;
  readonly prefix: string;
  readonly scripts: Scripts;
  /** Names the life of the data where more is known of it than which run of a server holds it. */
  readonly life?: (() => Promise<string>) | undefined;
}

/** What the commands of a pipeline are answered with, in their order, after one round trip. The first error is thrown. */
export async function repliesOf(pipeline: ChainableCommander): Promise<unknown[]> {
  const replies = (await pipeline.exec()) ?? [];
  return replies.map(([error, reply]) => {
    if (error !== null) throw error;
    return reply;
  });
}

export function keysOf(context: StoreContext, campaignId: string): CampaignKeys {
  return campaignKeys(context.prefix, campaignId);
}
