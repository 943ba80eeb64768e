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

export function keysOf(context: StoreContext, campaignId: string): CampaignKeys {
  return campaignKeys(context.prefix, campaignId);
}
