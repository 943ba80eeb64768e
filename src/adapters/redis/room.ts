/** What campaigns hold and want of what they share, in one small hash beside them all. */
import { z } from 'zod';
import type { RoomHolding } from '../../core/room.ts';
import type { SharedRoom } from '../../ports/room-store.ts';
import type { StoreContext } from './context.ts';
import { sharedRoomKey } from './keys.ts';

/** No campaign id begins with it. */
const VERSION = '~';

const Holding = z.object({
  priority: z.number(),
  held: z.number(),
  byCaller: z.record(z.string(), z.number()),
  wants: z.number(),
  wantsOn: z.array(z.string()),
  waitsSince: z.number(),
  at: z.number(),
  taken: z
    .object({ batch: z.number(), number: z.string(), callees: z.number(), until: z.number() })
    .optional(),
});

export async function readSharedRoom(context: StoreContext): Promise<SharedRoom> {
  const { [VERSION]: version = '0', ...held } = await context.client.hgetall(sharedRoomKey(context.prefix));
  const holdings = Object.entries(held).map(([campaignId, text]) => ({
    campaignId,
    ...Holding.parse(JSON.parse(text)),
  }));
  return { version: Number(version), holdings };
}

/** See hold-room.lua. */
export async function holdRoom(
  context: StoreContext,
  version: number,
  campaignId: string,
  holding: RoomHolding | undefined,
): Promise<boolean> {
  const { campaignId: _, ...facts } = holding ?? {};
  return context.scripts.holdRoom(
    [sharedRoomKey(context.prefix)],
    [version, campaignId, holding === undefined ? '' : JSON.stringify(facts)],
  );
}
