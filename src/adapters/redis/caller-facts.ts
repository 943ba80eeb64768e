/** What preflight learnt of a campaign's callers, kept beside the campaign for those that place its calls. */
import { z } from 'zod';
import type { CallerFacts } from '../../core/caller-facts.ts';
import { keysOf, type StoreContext } from './context.ts';

const StoredFacts = z.object({
  state: z.enum(['normal', 'overdue', 'disabled_by_admin', 'disabled_for_violation', 'absent', 'unknown']),
  supply: z.enum(['provider', 'own', 'unknown']),
  calls: z.enum(['in', 'out', 'both', 'unknown']),
  checkedAt: z.number(),
});

/** Writes all of them in one command. */
export async function noteCallers(
  context: StoreContext,
  campaignId: string,
  facts: readonly CallerFacts[],
): Promise<void> {
  if (facts.length === 0) return;
  const fields = facts.flatMap(({ number, ...rest }) => [number, JSON.stringify(rest)]);
  await context.client.hset(keysOf(context, campaignId).callers, fields);
}

export async function readCallerFacts(context: StoreContext, campaignId: string): Promise<CallerFacts[]> {
  return storedCallerFacts(await context.client.hgetall(keysOf(context, campaignId).callers));
}

export function storedCallerFacts(held: Readonly<Record<string, string>>): CallerFacts[] {
  return Object.entries(held).map(([number, text]) => ({ number, ...StoredFacts.parse(JSON.parse(text)) }));
}
