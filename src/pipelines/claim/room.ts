/**
 * What a campaign may claim now: its own bounds, its fair share of what all campaigns hold together, the channels of
 * its callers, and its pace. What it holds is always counted anew from its open batches; what is shared is written
 * before the claim, so that two dispatchers never take the same room.
 */
import type { BatchRecord } from '../../core/batch.ts';
import { byHealth, type CallerView, callTime } from '../../core/caller-health.ts';
import {
  CALLEES_IN_FLIGHT_MAX,
  ROOM_BATCHES,
  ROOM_LEASE,
  ROOM_TRIES_MAX,
  ROOM_WISH_TIME,
} from '../../core/limits.ts';
import { pacedBatch, paceOf } from '../../core/pacer.ts';
import {
  BOUNDLESS,
  callerCapacity,
  isWaiting,
  type Room,
  type RoomHolding,
  roomInAll,
  roomOnCaller,
  stillTaken,
} from '../../core/room.ts';
import { sumCalls } from '../../core/statistics.ts';
import type { Instant } from '../../core/time.ts';
import type { SharedRoom } from '../../ports/room-store.ts';
import type { CampaignRecord } from '../../ports/store.ts';
import { viewCallers } from '../callers.ts';
import { inParallel, type PipelineDeps } from '../deps.ts';

/** What is known of a campaign's room at one moment. */
export interface RoomView {
  readonly now: Instant;
  /** Its usable callers, the one that the next callees should go to first. */
  readonly callers: readonly CallerView[];
  /** Counted from its open batches; its wish as it was last written. */
  readonly own: RoomHolding;
  readonly shared: SharedRoom;
  /** How long a call takes, by the recent ones, milliseconds. */
  readonly callTime: number;
  /** Callees per minute, and when the next may be released; undefined where nothing paces it. */
  readonly pace: { readonly perMinute: number; readonly releaseAt: Instant } | undefined;
}

/** A caller that the next batch may be given, and how many callees that may have. */
export interface CallerRoom {
  readonly caller: number;
  readonly number: string;
  readonly batch: number;
}

export async function readRoom(deps: PipelineDeps, campaign: CampaignRecord): Promise<RoomView> {
  const { id, settings, batchNext } = campaign;
  const now = deps.clock.now();
  const [{ views }, open, shared, latest] = await Promise.all([
    viewCallers(deps, campaign),
    deps.store.openBatches(id),
    deps.store.sharedRoom(),
    batchNext > 1 ? deps.store.batch(id, batchNext - 1) : undefined,
  ]);
  const own = ownHolding(campaign, open, shared, now);
  const callers = byHealth(views, (number) => heldByAll(number, own, shared));
  const recent = callTime(sumCalls(callers.map((view) => view.recent)));
  const { calleesPerMinute } = settings.pacing;
  const perMinute = paceOf({ calleesPerMinute, channels: channelsOf(callers), callTime: recent });
  const releaseAt = latest?.nextReleaseAt ?? 0;
  return {
    now,
    callers,
    own,
    shared,
    callTime: recent,
    pace: perMinute === undefined ? undefined : { perMinute, releaseAt },
  };
}

/** Callees that all campaigns together have in flight on a caller. */
function heldByAll(number: string, own: RoomHolding, { holdings }: SharedRoom): number {
  const others = holdings.filter(({ campaignId }) => campaignId !== own.campaignId);
  return [...others, own].reduce((sum, { byCaller }) => sum + (byCaller[number] ?? 0), 0);
}

function channelsOf(callers: readonly CallerView[]): number | undefined {
  const channels = callers.flatMap((view) => view.channels ?? []);
  return channels.length < callers.length ? undefined : channels.reduce((sum, one) => sum + one, 0);
}

function ownHolding(
  { id, settings, batchNext }: CampaignRecord,
  open: readonly BatchRecord[],
  { holdings }: SharedRoom,
  now: Instant,
): RoomHolding {
  const written = holdings.find(({ campaignId }) => campaignId === id);
  const taken = stillTaken(written, batchNext, now);
  const byCaller: Record<string, number> = taken === undefined ? {} : { [taken.number]: taken.callees };
  for (const { caller, calleesOpen } of open) {
    // Of a batch that was given all callers, only one of several can tell who calls.
    const number = settings.callers[(caller ?? 1) - 1];
    if (number !== undefined && calleesOpen > 0) byCaller[number] = (byCaller[number] ?? 0) + calleesOpen;
  }
  return {
    campaignId: id,
    priority: settings.priority,
    held: open.reduce((sum, { calleesOpen }) => sum + calleesOpen, taken?.callees ?? 0),
    byCaller,
    wants: written?.wants ?? 0,
    wantsOn: written?.wantsOn ?? [],
    waitsSince: written?.waitsSince ?? 0,
    at: written?.at ?? now,
    ...(taken !== undefined && { taken }),
  };
}

/** Callees that the campaign would take at once if there were room for all. */
export function wantedMost({ own, pace }: RoomView, { settings }: Pick<CampaignRecord, 'settings'>): number {
  const { calleesInFlightMax, batchCalleesMax } = settings.pacing;
  const left = Math.max(0, calleesInFlightMax - own.held);
  return pace === undefined ? left : Math.min(left, batchCalleesMax, pacedBatch(pace.perMinute));
}

/**
 * The callers with room for a whole batch, in the order they should be taken: rather than many small tasks as calls end one by one,
 * a full one when there is room for it. `until` is when the window closes.
 */
export function callersWithRoom(
  deps: PipelineDeps,
  view: RoomView,
  { settings }: CampaignRecord,
  until: Instant,
): CallerRoom[] {
  const { batchCalleesMax, calleesInFlightMax } = settings.pacing;
  const own = wishing(view, wantedMost(view, { settings }));
  const inAll = roomInAll(
    deps.bounds.calleesInFlightMax ?? CALLEES_IN_FLIGHT_MAX,
    own,
    view.shared.holdings,
    view.now,
  );
  const most = Math.min(
    batchCalleesMax,
    calleesInFlightMax,
    batchOf(inAll),
    view.pace === undefined ? batchCalleesMax : pacedBatch(view.pace.perMinute),
  );
  const free = Math.min(calleesInFlightMax - own.held, inAll.free);
  return view.callers.flatMap(({ caller, number, channels }) => {
    const room = channels === undefined ? BOUNDLESS : callerRoom(view, own, number, channels, until);
    const batch = Math.min(most, batchOf(room));
    return Math.min(free, room.free) >= batch ? [{ caller, number, batch }] : [];
  });
}

/** What is scarce is taken in parts, so that little of it lies idle, and its channels are kept busy while a part ends. */
function batchOf({ share, scarce }: Room): number {
  return scarce ? Math.max(1, Math.floor(share / ROOM_BATCHES)) : Number.POSITIVE_INFINITY;
}

function callerRoom(
  view: RoomView,
  own: RoomHolding,
  number: string,
  channels: number,
  until: Instant,
): Room {
  const capacity = callerCapacity(channels, view.callTime, view.now, until);
  return roomOnCaller(number, capacity, own, view.shared.holdings, view.now);
}

/** The campaign's holding with a wish for room on all of its callers. */
function wishing({ own, callers, now }: RoomView, wants: number): RoomHolding {
  const wantsOn = wants > 0 ? callers.map(({ number }) => number) : [];
  const waitsSince = wants === 0 ? 0 : own.waitsSince === 0 ? now : own.waitsSince;
  return { ...own, wants, wantsOn, waitsSince, at: now };
}

/**
 * Takes room for callees that are about to be claimed for a caller. False where others took it meanwhile. It stays taken
 * until the batch is stored, or, where the claim comes to nothing, for {@link ROOM_LEASE}. `seen` is tried first.
 */
export async function takeRoom(
  deps: PipelineDeps,
  campaign: CampaignRecord,
  wanted: { readonly caller: number; readonly callees: number; readonly until: Instant },
  seen: RoomView,
): Promise<boolean> {
  const { callees } = wanted;
  for (let turn = 0; turn < ROOM_TRIES_MAX; turn += 1) {
    const view = turn === 0 ? seen : await readRoom(deps, campaign);
    const rooms = callersWithRoom(deps, view, campaign, wanted.until);
    const room = rooms.find(({ caller }) => caller === wanted.caller);
    if (room === undefined || room.batch < callees) return false;
    const { own, now } = view;
    const { number } = room;
    const byCaller = { ...own.byCaller, [number]: (own.byCaller[number] ?? 0) + callees };
    const taken = { batch: campaign.batchNext, number, callees, until: now + ROOM_LEASE };
    const holding = { ...own, held: own.held + callees, byCaller, taken, waitsSince: 0, at: now };
    if (await deps.store.holdRoom(view.shared.version, campaign.id, holding)) return true;
  }
  return false;
}

/**
 * Writes what a campaign holds, as its open batches tell, and what it wants beyond; whoever waits for what it gave back
 * is woken. Nothing is written where nothing changed. Without `wants` its wish stays, and grows old.
 */
export async function settleRoom(
  deps: PipelineDeps,
  campaign: CampaignRecord,
  wants: number | undefined,
  seen?: RoomView,
): Promise<void> {
  for (let turn = 0; turn < ROOM_TRIES_MAX; turn += 1) {
    const view = turn === 0 && seen !== undefined ? seen : await readRoom(deps, campaign);
    const holding = wants === undefined ? view.own : wishing(view, wants);
    const written = view.shared.holdings.find(({ campaignId }) => campaignId === campaign.id);
    if (!isNews(written, holding)) return;
    const kept = holding.held === 0 && holding.wants === 0 ? undefined : holding;
    if (!(await deps.store.holdRoom(view.shared.version, campaign.id, kept))) continue;
    if (givesBack(written, holding)) await wakeWaiting(deps, campaign.id, view);
    return;
  }
}

function isNews(written: RoomHolding | undefined, holding: RoomHolding): boolean {
  if (written === undefined) return holding.held > 0 || holding.wants > 0;
  const { at: _, waitsSince: _since, ...before } = written;
  const { at, waitsSince: _waits, ...after } = holding;
  if (JSON.stringify(sorted(before)) !== JSON.stringify(sorted(after))) return true;
  return (
    (holding.held === 0 && holding.wants === 0) ||
    (holding.wants > 0 && at - written.at >= ROOM_WISH_TIME / 4)
  );
}

/** The same with its callers in order, so that equal holdings are equal text. */
function sorted(holding: Omit<RoomHolding, 'at' | 'waitsSince'>): unknown {
  const { campaignId, priority, held, byCaller, wants, wantsOn } = holding;
  return [campaignId, priority, held, Object.entries(byCaller).sort(), wants, wantsOn];
}

function givesBack(written: RoomHolding | undefined, holding: RoomHolding): boolean {
  return written !== undefined && (holding.held < written.held || holding.wants < written.wants);
}

async function wakeWaiting(deps: PipelineDeps, campaignId: string, { shared, now }: RoomView): Promise<void> {
  for (const one of shared.holdings) {
    if (one.campaignId === campaignId || !isWaiting(one, now)) continue;
    await deps.queue.wake({ queue: 'dispatch', campaignId: one.campaignId, priority: one.priority });
  }
}

/** Counts anew what campaigns hold that nobody looks after any more: paused, over, or left by a process that died. */
export async function sweepRoom(deps: PipelineDeps): Promise<void> {
  await inParallel((await deps.store.sharedRoom()).holdings, 1, async ({ campaignId }) => {
    const campaign = await deps.store.campaign(campaignId);
    if (campaign !== undefined)
      await settleRoom(deps, campaign, campaign.state === 'running' ? undefined : 0);
  });
}
