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
  /** Set of import ids. */
  readonly imports: string;
  /** Hash task id -> orphan task. */
  readonly orphans: string;
  /** List: who moved the campaign, when and why. */
  readonly trail: string;
  /** String: deflated static rows of a page. */
  rows(page: number): string;
  /** String: the state records of a page, RECORD_BYTES each. */
  states(page: number): string;
  /** List: history blocks of a page, oldest first. */
  history(page: number): string;
  /** Sorted set of a zone's due buckets, by bucket. */
  dueBuckets(zone: number): string;
  /** Hash page -> callees due in this bucket. */
  due(zone: number, bucket: number): string;
  /** Hash number -> callee ref: one bucket of one generation of the number index. */
  index(generation: number, bucket: number): string;
  batch(batchId: number): string;
  batchCallees(batchId: number): string;
  import(importId: string): string;
  rejections(importId: string): string;
  /** Hash page -> where its empty slots came from. */
  repeats(importId: string): string;
}

export function campaignsKey(prefix: string): string {
  return `${prefix}:campaigns`;
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
    imports: `${base}is`,
    orphans: `${base}o`,
    trail: `${base}t`,
    rows: (page) => `${base}r:${page}`,
    states: (page) => `${base}s:${page}`,
    history: (page) => `${base}h:${page}`,
    dueBuckets: (zone) => `${base}dz:${zone}`,
    due: (zone, bucket) => `${base}d:${zone}:${bucket}`,
    index: (generation, bucket) => `${base}x:${generation}:${bucket}`,
    batch: (batchId) => `${base}b:${batchId}`,
    batchCallees: (batchId) => `${base}bc:${batchId}`,
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

export function pageOf(ref: CalleeRef): number {
  return Math.floor(ref / PAGE_SLOTS);
}

export function slotOf(ref: CalleeRef): number {
  return ref % PAGE_SLOTS;
}

export function refAt(page: number, slot: number): CalleeRef {
  return page * PAGE_SLOTS + slot;
}
