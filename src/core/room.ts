/**
 * Room: how many callees may be in a batch or a call at the same time, over all campaigns and on each caller. What is
 * scarce is shared by priority (fair-share.ts). What a caller can have in flight follows from the calls that it makes
 * at a time: no more than have their turn in a bounded time, and before the window closes.
 */
import { type Claimant, fairShares } from './fair-share.ts';
import { CALLER_QUEUE_TIME, ROOM_WISH_TIME } from './limits.ts';
import type { Instant } from './time.ts';

/** What one campaign holds and wants of what all share. */
export interface RoomHolding {
  readonly campaignId: string;
  /** Of the campaign, 1 first. */
  readonly priority: number;
  /** Callees in flight, in all and by caller number. */
  readonly held: number;
  readonly byCaller: Readonly<Record<string, number>>;
  /** Callees that it would take beyond at once, and the callers that it would give them to. */
  readonly wants: number;
  readonly wantsOn: readonly string[];
  /** Since when it has been wanting without getting any; 0: it does not. */
  readonly waitsSince: Instant;
  readonly at: Instant;
  /** Room taken for a batch that is about to be stored: among what is held, though no open batch tells of it yet. */
  readonly taken?: TakenRoom | undefined;
}

export interface TakenRoom {
  readonly batch: number;
  readonly number: string;
  readonly callees: number;
  readonly until: Instant;
}

/** Room of one kind for one campaign. */
export interface Room {
  /** What is fair for it to hold, all in all. */
  readonly share: number;
  /** What it may take now. */
  readonly free: number;
  /** Its share is less than it holds and wants. */
  readonly scarce: boolean;
}

export const BOUNDLESS: Room = {
  share: Number.POSITIVE_INFINITY,
  free: Number.POSITIVE_INFINITY,
  scarce: false,
};

/** Five times as much for the first priority as for the last, which so always gets some. */
export function weightOf(priority: number): number {
  return 6 - priority;
}

/** Callees that a caller may have in flight at `now`: as many as its channels call until `until`, and in {@link CALLER_QUEUE_TIME}. */
export function callerCapacity(channels: number, callTime: number, now: Instant, until: Instant): number {
  const time = Math.min(CALLER_QUEUE_TIME, Math.max(0, until - now));
  return channels * Math.max(1, Math.floor(time / callTime));
}

/** The room over all campaigns for the one that `own` is of; `others` may hold an older entry of it, which is passed over. */
export function roomInAll(
  capacity: number,
  own: RoomHolding,
  others: readonly RoomHolding[],
  now: Instant,
): Room {
  return roomOf(
    capacity,
    own,
    others,
    now,
    ({ held }) => held,
    () => true,
  );
}

/** As {@link roomInAll} on one caller. */
export function roomOnCaller(
  number: string,
  capacity: number,
  own: RoomHolding,
  others: readonly RoomHolding[],
  now: Instant,
): Room {
  const heldOn = ({ byCaller }: RoomHolding): number => byCaller[number] ?? 0;
  return roomOf(capacity, own, others, now, heldOn, ({ wantsOn }) => wantsOn.includes(number));
}

function roomOf(
  capacity: number,
  own: RoomHolding,
  others: readonly RoomHolding[],
  now: Instant,
  heldOf: (holding: RoomHolding) => number,
  isWanted: (holding: RoomHolding) => boolean,
): Room {
  // Its own comes last.
  const all = [...others.filter(({ campaignId }) => campaignId !== own.campaignId), own];
  const claimants: Claimant[] = all.map((holding) => {
    const wants = isWanted(holding) && isWaiting(holding, now) ? holding.wants : 0;
    const { campaignId: id, priority, waitsSince } = holding;
    const demand = heldOf(holding) + wants;
    return { id, weight: weightOf(priority), demand, waitsSince: wants === 0 ? 0 : waitsSince };
  });
  const share = fairShares(capacity, claimants).get(own.campaignId) ?? 0;
  const held = all.reduce((sum, holding) => sum + heldOf(holding), 0);
  const free = Math.max(0, Math.min(share - heldOf(own), capacity - held));
  return { share, free, scarce: share < (claimants.at(-1)?.demand ?? 0) };
}

/** What of a holding is still taken for a batch to come: it was not stored as far as `batchNext` tells, and not too long ago. */
export function stillTaken(
  holding: RoomHolding | undefined,
  batchNext: number,
  now: Instant,
): TakenRoom | undefined {
  const taken = holding?.taken;
  return taken !== undefined && taken.batch >= batchNext && now < taken.until ? taken : undefined;
}

/** True while a wish for room stands. */
export function isWaiting({ wants, at }: RoomHolding, now: Instant): boolean {
  return wants > 0 && now - at < ROOM_WISH_TIME;
}
