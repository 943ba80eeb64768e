import { mayCall } from '../../core/caller-health.ts';
import { openingAt } from '../../core/calling-window.ts';
import { callingRules } from '../../core/campaign-rules.ts';
import { TASK_TIME_MIN } from '../../core/limits.ts';
import type { Instant } from '../../core/time.ts';
import type { CampaignRecord, DueCallee } from '../../ports/store.ts';
import type { PipelineDeps } from '../deps.ts';
import { taskTime } from '../task-time.ts';
import { type CallerRoom, callersWithRoom, type RoomView, wantedMost } from './room.ts';
import { latestClaim } from './row-times.ts';

/** What could be claimed of a zone, and when. */
export interface Claimable {
  readonly due: readonly DueCallee[];
  /** Whom they would be given to: a place in the campaign's list, from 1; 0 where there is nobody to give. */
  readonly caller: number;
  /** Undefined where only an event outside (a call that ends) can tell. */
  readonly claimAt: Instant | undefined;
  /** When the window closes. */
  readonly until: Instant;
  /** How many would be claimed at once if there were room for all. */
  readonly wants: number;
}

const NOBODY = { due: [], caller: 0, until: 0, wants: 0 };

/** The due callees of a zone that the next batch would be made of, as far as the window and the room allow. */
export async function claimable(
  deps: PipelineDeps,
  campaign: CampaignRecord,
  zone: number,
  view: RoomView,
): Promise<Claimable> {
  const { now, pace } = view;
  const opening = openingAt(callingRules(campaign), campaign.zones[zone] ?? '', now);
  if (!opening.open) return { ...NOBODY, claimAt: opening.opensAt };
  if (taskTime(campaign, zone, now) === undefined)
    return { ...NOBODY, claimAt: Math.max(opening.closesAt, now + 1) };
  const until = opening.closesAt;
  const rooms = callersWithRoom(deps, view, campaign, until);
  const { due, room } = await chooseDue(deps, campaign, zone, view, rooms);
  if (room !== undefined && due.length > 0) {
    // Waiting for others must not cost anybody the rest of the window.
    const last = until - campaign.settings.pacing.leadTime - 2 * TASK_TIME_MIN;
    const gathered = gatheredAt(due, room.batch, deps.bounds.batchGather);
    const together = Math.min(gathered, last, await latestClaim(deps, campaign, due));
    const wants = due.length < room.batch ? due.length : wantedMost(view, campaign);
    return { due, caller: room.caller, until, claimAt: Math.max(together, pace?.releaseAt ?? 0), wants };
  }
  const nextAt = await deps.store.nextDueAt(campaign.id, zone);
  if (nextAt === undefined || nextAt > now) return { ...NOBODY, claimAt: nextAt };
  // They are due, but for callers without room; or one fell due between the two looks.
  const isWaiting = rooms.length < campaign.settings.callers.length;
  return isWaiting
    ? { ...NOBODY, claimAt: undefined, wants: wantedMost(view, campaign) }
    : { ...NOBODY, claimAt: now + 1 };
}

/**
 * Due callees for one caller. Who is first of those that somebody with room may call decides for whom: for the caller
 * that called it before, else for the healthiest; and with it go those that may be called by the same.
 */
async function chooseDue(
  deps: PipelineDeps,
  { id, settings }: CampaignRecord,
  zone: number,
  { now, callers }: RoomView,
  rooms: readonly CallerRoom[],
): Promise<{ readonly due: readonly DueCallee[]; readonly room: CallerRoom | undefined }> {
  const [healthiest] = rooms;
  if (healthiest === undefined) return { due: [], room: undefined };
  const { store } = deps;
  if (settings.callers.length === 1)
    return { due: await store.dueCallees(id, zone, now, healthiest.batch), room: healthiest };
  const usable = new Set(callers.map(({ caller }) => caller));
  const suits = (room: CallerRoom, wish: number): boolean => mayCall(room.caller, wish, usable);
  const most = Math.max(...rooms.map(({ batch }) => batch));
  // In one go: behind a caller without room there may be as many as the campaign has, and all are passed over.
  const chosen: { room?: CallerRoom | undefined } = {};
  const due = await store.dueCallees(id, zone, now, most, (wish) => {
    chosen.room ??= rooms.find((room) => suits(room, wish));
    return chosen.room !== undefined && suits(chosen.room, wish);
  });
  return { due: due.slice(0, chosen.room?.batch), room: chosen.room };
}

/** When a batch of these may be claimed: at once when full, else once the longest waiting has waited for others enough. */
function gatheredAt(due: readonly DueCallee[], size: number, gather: number): Instant {
  const earliest = Math.min(...due.map(({ record }) => record.due));
  return due.length >= size || earliest === 0 ? 0 : earliest + gather;
}
