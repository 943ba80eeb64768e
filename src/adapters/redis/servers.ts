/** What tells one store from another, and one life of its server from the next. */
import { randomBytes } from 'node:crypto';
import type { Instant } from '../../core/time.ts';
import type { SeenServer } from '../../ports/server-store.ts';
import { keysOf, type StoreContext } from './context.ts';
import { installationKey } from './keys.ts';

const ID_BYTES = 9;

/** Made by whoever asks first. */
export async function installation({ client, prefix }: StoreContext): Promise<string> {
  const key = installationKey(prefix);
  const held = await client.get(key);
  if (held !== null) return held;
  await client.setnx(key, randomBytes(ID_BYTES).toString('base64url'));
  return (await client.get(key)) ?? '';
}

/** See see-server.lua. */
export async function seeServer(
  context: StoreContext,
  campaignId: string,
  now: Instant,
): Promise<SeenServer> {
  const { server } = keysOf(context, campaignId);
  const life = (await context.life?.()) ?? '';
  const [run, compared, since] = await context.scripts.seeServer([server], [now, life]);
  return { run, compared: compared === '1', since: Number(since) };
}

export async function noteCompared(context: StoreContext, campaignId: string, run: string): Promise<void> {
  await context.client.hset(keysOf(context, campaignId).server, 'compared', run);
}
