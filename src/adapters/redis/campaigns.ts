import { z } from 'zod';
import { CALLEE_STATES, type CalleeState } from '../../core/callee.ts';
import { hasPlatformCaller } from '../../core/caller-facts.ts';
import { CampaignSettings, type CampaignState } from '../../core/campaign.ts';
import { DISPOSITION_NAMES } from '../../core/disposition.ts';
import { AppError } from '../../core/errors.ts';
import { CAMPAIGN_ZONES_MAX } from '../../core/limits.ts';
import type { Instant } from '../../core/time.ts';
import type { CampaignCounts, CampaignRecord, OrphanTask, Store, TrailEntry } from '../../ports/store.ts';
import { storedCallerFacts } from './caller-facts.ts';
import { keysOf, repliesOf, type StoreContext } from './context.ts';
import { campaignsKey } from './keys.ts';
import { installation, noteCompared, seeServer } from './servers.ts';

const Count = z.coerce.number().int();
const StoredCampaign = z.object({
  settings: z.string(),
  state: z.enum(['draft', 'running', 'paused', 'blocked', 'completed', 'cancelled']),
  reason: z.string(),
  reasonText: z.string(),
  createdAt: Count,
  pagesTotal: Count,
  batchNext: Count,
  importsOpen: Count,
  version: Count,
});

const Fields = z.record(z.string(), z.string());
const CampaignReplies = z.tuple([Fields, z.array(z.string()), Fields]);

/** JSON with the keys of every object in order, so that equal settings are equal text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

export async function createCampaign(context: StoreContext, id: string, settings: unknown, now: Instant) {
  const parsed = CampaignSettings.parse(settings);
  const keys = keysOf(context, id);
  // The list of ids has no hash tag, so it cannot be part of the script. It comes first: a crash in between leaves
  // an id without a campaign, which every reader passes over, and never a campaign that no sweep looks at.
  await context.client.sadd(campaignsKey(context.prefix), id);
  const created = await context.scripts.createCampaign(
    [keys.campaign, keys.zones, keys.trail],
    [canonicalJson(settings), now, parsed.timeZone],
  );
  // Long before the first task that bears it, so that it is not lost with that one.
  await installation(context);
  // Nothing of it can be lost before it was there.
  if (created === 'created') await noteCompared(context, id, (await seeServer(context, id, now)).run);
  return created;
}

export async function readCampaign(context: StoreContext, id: string): Promise<CampaignRecord | undefined> {
  const keys = keysOf(context, id);
  const read = context.client.pipeline().hgetall(keys.campaign).lrange(keys.zones, 0, -1);
  const [held, zones, callers] = CampaignReplies.parse(await repliesOf(read.hgetall(keys.callers)));
  if (held.settings === undefined) return undefined;
  const { settings: text, ...facts } = StoredCampaign.parse(held);
  const settings = CampaignSettings.parse(JSON.parse(text));
  const platformCallers = hasPlatformCaller(settings.callers, storedCallerFacts(callers));
  return { id, ...facts, zones, platformCallers, settings };
}

export async function readCampaignFile(context: StoreContext, id: string): Promise<unknown> {
  const text = await context.client.hget(keysOf(context, id).campaign, 'settings');
  return text === null ? undefined : JSON.parse(text);
}

export async function campaignIds(context: StoreContext): Promise<string[]> {
  return (await context.client.smembers(campaignsKey(context.prefix))).sort();
}

export async function moveCampaign(
  context: StoreContext,
  before: CampaignRecord,
  to: CampaignState,
  why: { readonly reason: string; readonly text: string; readonly by: string; readonly now: Instant },
): Promise<boolean> {
  const keys = keysOf(context, before.id);
  const entry = { at: why.now, by: why.by, from: before.state, to, reason: why.reason, text: why.text };
  return context.scripts.moveCampaign(
    [keys.campaign, keys.trail],
    [before.version, to, why.reason, why.text, JSON.stringify(entry)],
  );
}

export async function changeCampaign(
  context: StoreContext,
  before: CampaignRecord,
  settings: unknown,
  why: Parameters<Store['changeCampaign']>[2],
): Promise<boolean> {
  const { timeZone } = CampaignSettings.parse(settings);
  const keys = keysOf(context, before.id);
  const { state, version, pagesTotal, importsOpen } = before;
  const entry = {
    at: why.now,
    by: why.by,
    from: state,
    to: state,
    reason: 'settings_changed',
    text: why.text,
  };
  const lists = why.sameLists ? `${pagesTotal}/${importsOpen}` : '';
  return context.scripts.changeCampaign(
    [keys.campaign, keys.zones, keys.trail],
    [version, lists, canonicalJson(settings), timeZone, JSON.stringify(entry)],
  );
}

const Trail = z.object({
  at: z.number(),
  by: z.string(),
  from: z.string().optional(),
  to: z.string(),
  reason: z.string(),
  text: z.string().optional(),
});

export async function noteTrail(context: StoreContext, id: string, entry: TrailEntry): Promise<void> {
  await context.client.rpush(keysOf(context, id).trail, JSON.stringify(entry));
}

export async function readTrail(context: StoreContext, id: string): Promise<TrailEntry[]> {
  const entries = await context.client.lrange(keysOf(context, id).trail, 0, -1);
  return entries.map((entry) => Trail.parse(JSON.parse(entry)));
}

export async function readCounts(context: StoreContext, id: string): Promise<CampaignCounts> {
  const held = await context.client.hgetall(keysOf(context, id).counts);
  const count = (field: string): number => Number(held[field] ?? 0);
  const states = Object.fromEntries(CALLEE_STATES.map((state) => [state, count(`s:${state}`)]));
  const dispositions = DISPOSITION_NAMES.map((name) => [name, count(`d:${name}`)] as const);
  return {
    states: states as Record<CalleeState, number>,
    dispositions: Object.fromEntries(dispositions.filter(([, callees]) => callees !== 0)),
    attempts: count('attempts'),
    accepted: count('accepted'),
    unfinished: count('unfinished'),
  };
}

/** The index of a zone in the campaign's list, added when new. An index is one byte of a record. */
export async function zoneIndex(context: StoreContext, id: string, zone: string): Promise<number> {
  const index = await context.scripts.addZone([keysOf(context, id).zones], [zone, CAMPAIGN_ZONES_MAX]);
  if (index >= 0) return index;
  throw new AppError(
    'file_invalid',
    `campaign ${id} names more than ${CAMPAIGN_ZONES_MAX} time zones; split the list by zone`,
  );
}

const Orphan = z.object({ taskId: z.number(), name: z.string(), at: z.number(), settled: z.boolean() });

export async function noteOrphan(context: StoreContext, id: string, orphan: OrphanTask): Promise<void> {
  await context.client.hset(keysOf(context, id).orphans, String(orphan.taskId), JSON.stringify(orphan));
}

export async function readOrphans(context: StoreContext, id: string): Promise<OrphanTask[]> {
  const held = await context.client.hvals(keysOf(context, id).orphans);
  return held.map((text) => Orphan.parse(JSON.parse(text)));
}
