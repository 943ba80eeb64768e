import type { CalleeRef } from '../../core/callee.ts';
import { PAGE_SLOTS } from '../../core/limits.ts';
import type { SuppressionList } from '../../core/suppression.ts';

/**
 * The only place a key is spelled. All keys of one campaign carry one hash tag, so that a campaign lives on
 * one cluster slot and one script may touch all of it. No key holds a phone number.
 */
export interface CampaignKeys {
  /** What every key of the campaign starts with; scripts append page and bucket numbers to it. */
  readonly base: string;
  /** Hash: state, settings, version and other facts of the campaign. */
  readonly campaign: string;
  /** Hash: callees by state and disposition, attempts, accepted, unfinished. */
  readonly counts: string;
  /** List: time zones in use; a callee record holds an index into it. */
  readonly zones: string;
  /** Hash page -> callees waiting for the retry policy. */
  readonly missed: string;
  /** Sorted set of batches that are not over, by the time of their next look. */
  readonly openBatches: string;
  /** Sorted set of pages with rows that end, by when to look whether one has, in seconds. */
  readonly timed: string;
  /** Set of import ids. */
  readonly imports: string;
  /** Hash task id -> orphan task. */
  readonly orphans: string;
  /** List: who moved the campaign, when and why. */
  readonly trail: string;
  /** Hash: the server that the campaign was last known to be on, and the one that its tasks were compared under. */
  readonly server: string;
  /** Hash caller -> what the provider said of it. */
  readonly callers: string;
  /** Hash: what changes added up to, by field (core/statistics.ts). */
  readonly tally: string;
  /** Hash: the fields of recent minutes, apart since they are read at every look. */
  readonly recentTally: string;
  /** String: deflated static rows of a page. */
  rows(page: number): string;
  /** String: the state records of a page, RECORD_BYTES each. */
  states(page: number): string;
  /** List: history blocks of a page, oldest first. */
  history(page: number): string;
  /** Sorted set of a lane's due buckets, by bucket. A lane is a time zone, or those of a priority in it. */
  dueBuckets(lane: string | number): string;
  /** Hash page -> callees due in this bucket. */
  due(lane: string | number, bucket: number): string;
  /** Hash number -> callee ref: one bucket of one generation of the number index. */
  index(generation: number, bucket: number): string;
  batch(batchId: number): string;
  batchCallees(batchId: number): string;
  /** Set of the batch's sessions that pushes told to have ended. Expires. */
  pushedSessions(batchId: number): string;
  import(importId: string): string;
  rejections(importId: string): string;
  /** Hash page -> where its empty slots came from. */
  repeats(importId: string): string;
}

export function campaignsKey(prefix: string): string {
  return `${prefix}:campaigns`;
}

/** String: what tells this installation's tasks from those of others. */
export function installationKey(prefix: string): string {
  return `${prefix}:installation`;
}

export function campaignKeys(prefix: string, campaignId: string): CampaignKeys {
  const base = `{${prefix}:${campaignId}}:`;
  return {
    base,
    campaign: `${base}c`,
    counts: `${base}n`,
    zones: `${base}z`,
    missed: `${base}m`,
    openBatches: `${base}ob`,
    timed: `${base}rt`,
    imports: `${base}is`,
    orphans: `${base}o`,
    trail: `${base}t`,
    server: `${base}sv`,
    callers: `${base}callers`,
    tally: `${base}st`,
    recentTally: `${base}rc`,
    rows: (page) => `${base}r:${page}`,
    states: (page) => `${base}s:${page}`,
    history: (page) => `${base}h:${page}`,
    dueBuckets: (lane) => `${base}dz:${lane}`,
    due: (lane, bucket) => `${base}d:${lane}:${bucket}`,
    index: (generation, bucket) => `${base}x:${generation}:${bucket}`,
    batch: (batchId) => `${base}b:${batchId}`,
    batchCallees: (batchId) => `${base}bc:${batchId}`,
    pushedSessions: (batchId) => `${base}ps:${batchId}`,
    import: (importId) => `${base}i:${importId}`,
    rejections: (importId) => `${base}e:${importId}`,
    repeats: (importId) => `${base}ed:${importId}`,
  };
}

/** Keys of one suppression list. Each part has a hash tag of its own, the rest of the list another one. */
export interface SuppressionKeys {
  /** Hash: why entries are there, by a number that entries hold. */
  readonly causes: string;
  /** List: who did what, and when. */
  readonly trail: string;
  /** What every key of a part starts with; scripts append `m` (hash: key, buckets, entries, version) or a bucket's number. */
  shard(shard: number): string;
}

/** Hash: the suppression lists that have ever had an entry, by {@link suppressionListKey} -> fingerprint of the key. */
export function suppressionListsKey(prefix: string): string {
  return `${prefix}:suppression`;
}

/** Hash: what every campaign holds and wants of what they share, by campaign, and how often that was written (`~`). */
export function sharedRoomKey(prefix: string): string {
  return `{${prefix}:~room}:h`;
}

/** `g` for the global list, `c.<campaign>` for that of a campaign. */
export function suppressionListKey(list: SuppressionList): string {
  return list === 'global' ? 'g' : `c.${list.campaignId}`;
}

export function suppressionKeys(prefix: string, list: SuppressionList): SuppressionKeys {
  // No campaign id begins with "~", so no campaign has this hash tag.
  const name = `${prefix}:~${suppressionListKey(list)}`;
  return {
    causes: `{${name}}:c`,
    trail: `{${name}}:t`,
    shard: (shard) => `{${name}:${shard}}:`,
  };
}

/** Keys of the call ledger: its parts have a hash tag each, claims that have reservations another one. */
export function ledgerKeys(prefix: string) {
  // No campaign id begins with "~", so no campaign has one of these hash tags.
  const tag = `{${prefix}:~dials}`;
  return {
    /** String: fingerprint of the key that numbers are stored through. */
    fingerprint: `${tag}:k`,
    /** Sorted set of claims that have reservations, by the end of their lease. */
    claims: `${tag}:c`,
    /** Hash: whose claim it is, its caps and its callees. */
    claim: (id: string): string => `${tag}:c:${id}`,
    /**
     * What every key of a part starts with. Scripts append `o` for reservations, `d` and the day
     * (since 1970, UTC) for what is known of a day, that and a bucket's name of three characters for its dials.
     */
    shard: (shard: number): string => `{${prefix}:~dials:${shard}}:`,
  };
}

export function pageOf(ref: CalleeRef): number {
  return Math.floor(ref / PAGE_SLOTS);
}

export function slotOf(ref: CalleeRef): number {
  return ref % PAGE_SLOTS;
}

export function refAt(page: number, slot: number): CalleeRef {
  return page * PAGE_SLOTS + slot;
}

/** Keys of what is remembered of pushes, one hash tag for all but the ids seen, which need none. */
export function pushKeys(prefix: string) {
  // No campaign id begins with "~", so no campaign has this hash tag.
  const tag = `{${prefix}:~push}`;
  return {
    /** String, expires: this push was taken. */
    seen: (pushId: string): string => `${prefix}:push:${pushId}`,
    /** Hash session id -> call that belongs to nothing known yet, and their order by time. */
    aside: `${tag}:a`,
    asideOrder: `${tag}:o`,
  };
}

/** Keys of what the HTTP API keeps: no campaign's, each read alone, so each lies on a slot of its own. */
export function faceKeys(prefix: string) {
  return {
    /** String, expires: a browser that is signed in, by the hash of its token. */
    session: (hash: string): string => `${prefix}:session:${hash}`,
    /** String, expires: the reply to a request with an Idempotency-Key, by the hash of its scope. */
    keptReply: (hash: string): string => `${prefix}:reply:${hash}`,
    /** Stream: who wrote what through the API or about keys. */
    trail: `${prefix}:trail`,
    /** Hash: id of an API key -> when it was used last. */
    keyUses: `${prefix}:key-uses`,
    /** Hash: when the provider answered last, and since when it has not. */
    provider: `${prefix}:provider`,
    /** Hash: requests to the provider, and their time, by action and outcome. */
    requests: `${prefix}:requests`,
    /** What the names of request counters start with; they expire. */
    rates: `${prefix}:rate:`,
  };
}

/** Keys of webhooks: what they are, and how far each was told of a campaign. */
export function webhookKeys(prefix: string) {
  return {
    /** Hash: id -> webhook. */
    all: `${prefix}:webhooks`,
    /** String, expires: the process that tells this one now. */
    lease: (id: string): string => `${prefix}:webhook:${id}:lease`,
    /** Set of campaigns of which it was told. */
    places: (id: string): string => `${prefix}:webhook:${id}:campaigns`,
    /** Hash: lines of the trail, and page -> blocks of history, that it was told of. */
    place: (id: string, campaignId: string): string => `${prefix}:webhook:${id}:c:${campaignId}`,
  };
}
