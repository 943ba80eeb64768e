/** What a campaign's changes add up to beside its counts: written by apply-change.lua, in the same move. */
import type { Tally } from '../../core/statistics.ts';
import { keysOf, type StoreContext } from './context.ts';

export function readTally(context: StoreContext, campaignId: string): Promise<Tally> {
  return readSums(context, keysOf(context, campaignId).tally);
}

export function readRecentTally(context: StoreContext, campaignId: string): Promise<Tally> {
  return readSums(context, keysOf(context, campaignId).recentTally);
}

async function readSums(context: StoreContext, key: string): Promise<Tally> {
  const held = await context.client.hgetall(key);
  return new Map(Object.entries(held).map(([field, sum]) => [field, Number(sum)]));
}

export async function trimRecentTally(
  context: StoreContext,
  campaignId: string,
  fields: readonly string[],
): Promise<void> {
  if (fields.length > 0) await context.client.hdel(keysOf(context, campaignId).recentTally, ...fields);
}
