/**
 * The suppression port on Redis. A list is some parts, each with a hash tag of its own, so that it spreads over a
 * cluster; a part is a row of small hashes that grows bucket by bucket (add-suppressed.lua). An entry is a field
 * (the number, or with a key its digest) and a value of a few bytes: the number of its cause, and what differs from it.
 */
import { z } from 'zod';
import { assert } from '../../core/assert.ts';
import {
  SUPPRESSION_BUCKETS_PER_READ,
  SUPPRESSION_BUCKETS_PER_SWEEP,
  SUPPRESSION_LISTS_PER_SWEEP,
  SUPPRESSION_TRAIL_MAX,
} from '../../core/limits.ts';
import { holds, type SuppressionEntry, type SuppressionList } from '../../core/suppression.ts';
import { type Instant, SECOND } from '../../core/time.ts';
import type {
  ListedNumber,
  Suppression,
  SuppressionAction,
  SuppressionCause,
  SuppressionFindings,
  SuppressionNumber,
} from '../../ports/suppression.ts';
import { suppressionKeys, suppressionListKey, suppressionListsKey } from './keys.ts';
import { loadScripts, type RedisClient } from './scripts.ts';
import { CauseBook, readValue, writeValue } from './suppression-causes.ts';
import { otherKey, SHARDS, SuppressionParts } from './suppression-parts.ts';
import { fieldMaker, placeOf } from './suppression-place.ts';

const Action = z.object({
  at: z.number(),
  by: z.string(),
  did: z.enum(['add', 'remove', 'import', 'clear']),
  entries: z.number(),
  reason: z.string(),
  source: z.string(),
});

/** More than a part will ever have: it gets a bucket per some tens of entries. */
const BUCKETS_PER_PART = 2 ** 40;

class RedisSuppression implements Suppression {
  readonly #client: RedisClient;
  readonly #prefix: string;
  readonly #parts: SuppressionParts;
  readonly #causes: CauseBook;

  constructor(client: RedisClient, prefix: string, key: string | undefined) {
    const scripts = loadScripts(client);
    this.#client = client;
    this.#prefix = prefix;
    this.#parts = new SuppressionParts(client, prefix, scripts, fieldMaker(key));
    this.#causes = new CauseBook(client, prefix, scripts.nameCause);
  }

  async check(): Promise<void> {
    for (const list of await this.#allLists()) await this.#requireKey(list);
  }

  async lists(campaignId: string): Promise<readonly SuppressionList[]> {
    const lists: SuppressionList[] = ['global', { campaignId }];
    const names = lists.map(suppressionListKey);
    const held = await this.#client.hmget(suppressionListsKey(this.#prefix), ...names);
    const known = lists.filter((_, at) => held[at] !== null && held[at] !== undefined);
    for (const [at, list] of lists.entries()) await this.#requireKey(list, held[at] ?? null);
    return known;
  }

  /** Throws where the list has entries that were made with another key than ours. */
  async #requireKey(list: SuppressionList, known?: string | null): Promise<void> {
    const registry = suppressionListsKey(this.#prefix);
    const held = known === undefined ? await this.#client.hget(registry, suppressionListKey(list)) : known;
    if (held === null || held === this.#parts.fields.fingerprint) return;
    if ((await this.size(list)) > 0) throw otherKey(list);
  }

  /** Makes a list known under our key before it gets an entry: one that is not known would not be asked. */
  async #register(list: SuppressionList): Promise<void> {
    await this.#requireKey(list);
    const { fingerprint } = this.#parts.fields;
    await this.#client.hset(suppressionListsKey(this.#prefix), suppressionListKey(list), fingerprint);
  }

  async version(lists: readonly SuppressionList[]): Promise<number> {
    const versions = await Promise.all(lists.map((list) => this.#parts.metas(list, 'version')));
    return versions.flat().reduce((sum, version) => sum + Number(version ?? 0), 0);
  }

  async find(
    lists: readonly SuppressionList[],
    numbers: readonly string[],
    now: Instant,
  ): Promise<SuppressionFindings> {
    const shards = lists.length === 0 ? new Map<number, never[]>() : this.#parts.byShard(numbers);
    const asked = lists.flatMap((list) => SHARDS.map((shard) => ({ list, shard })));
    const replies = await Promise.all(
      asked.map(async ({ list, shard }) => ({
        list,
        ...(await this.#parts.find(list, shard, shards.get(shard) ?? [])),
      })),
    );
    const entries = new Map<string, SuppressionEntry>();
    let version = 0;
    for (const { list, version: seen, found } of replies) {
      version += seen;
      for (const [number, value] of found) {
        if (entries.has(number)) continue;
        const entry = await this.#entry(list, value);
        if (holds(entry, now)) entries.set(number, entry);
      }
    }
    return { version, entries };
  }

  async add(
    list: SuppressionList,
    numbers: readonly SuppressionNumber[],
    cause: SuppressionCause,
  ): Promise<{ readonly added: number; readonly known: number }> {
    if (numbers.length === 0) return { added: 0, known: 0 };
    await this.#register(list);
    const causeNumber = await this.#causes.numberOf(list, cause);
    const expiries = longestExpiries(numbers);
    const valueFor = (number: string): string => writeValue(causeNumber, cause, expiries.get(number));
    const shards = [...this.#parts.byShard([...expiries.keys()])];
    const sums = await Promise.all(
      shards.map(([shard, placed]) => this.#parts.add(list, shard, placed, { now: cause.now, valueFor })),
    );
    const added = sums.reduce((sum, each) => sum + each.added, 0);
    const known = sums.reduce((sum, each) => sum + each.known, numbers.length - expiries.size);
    assert(
      added + known === numbers.length,
      `${numbers.length} numbers given, ${added} added, ${known} known`,
    );
    return { added, known };
  }

  async remove(list: SuppressionList, number: string): Promise<boolean> {
    await this.#requireKey(list);
    const which = this.#parts.fields.fieldOf(number);
    const { shard, place: first } = placeOf(which);
    return (await this.#parts.drop(list, shard, { what: 'field', which, first, buckets: 1 })).dropped > 0;
  }

  async clear(list: SuppressionList): Promise<number> {
    const buckets = SUPPRESSION_BUCKETS_PER_READ;
    let total = 0;
    for (const [shard, held] of (await this.#parts.metas(list, 'buckets')).entries()) {
      for (let first = 0; first < Number(held ?? 0); first += buckets) {
        total += (await this.#parts.drop(list, shard, { what: 'all', which: '', first, buckets })).dropped;
      }
    }
    return total;
  }

  async *entries(list: SuppressionList): AsyncIterable<ListedNumber> {
    for (let place: number | undefined = 0; place !== undefined; ) {
      const some: Awaited<ReturnType<Suppression['someEntries']>> = await this.someEntries(list, place);
      yield* some.entries;
      place = some.next;
    }
  }

  /** A place is a part, and a bucket in it, as one number. */
  async someEntries(list: SuppressionList, place: number) {
    await this.#requireKey(list);
    const { plain } = this.#parts.fields;
    const [shard, first] = [Math.floor(place / BUCKETS_PER_PART), place % BUCKETS_PER_PART];
    const buckets = Number((await this.#parts.metas(list, 'buckets'))[shard] ?? 0);
    const until = Math.min(first + SUPPRESSION_BUCKETS_PER_READ, buckets);
    const fields = until > first ? await this.#parts.read(list, shard, first, until) : [];
    const entries = await Promise.all(
      fields.map(async ([field, value]): Promise<ListedNumber> => {
        const entry = await this.#entry(list, value);
        return plain
          ? { number: field, digest: undefined, entry }
          : { number: undefined, digest: field, entry };
      }),
    );
    const rest = until < buckets ? shard * BUCKETS_PER_PART + until : (shard + 1) * BUCKETS_PER_PART;
    return { entries, next: rest < SHARDS.length * BUCKETS_PER_PART ? rest : undefined };
  }

  async size(list: SuppressionList): Promise<number> {
    const entries = await this.#parts.metas(list, 'entries');
    return entries.reduce((sum, held) => sum + Number(held ?? 0), 0);
  }

  async noteAction(list: SuppressionList, action: SuppressionAction): Promise<void> {
    const { trail } = suppressionKeys(this.#prefix, list);
    await this.#client.rpush(trail, JSON.stringify(action));
    await this.#client.ltrim(trail, -SUPPRESSION_TRAIL_MAX, -1);
  }

  async actions(list: SuppressionList): Promise<SuppressionAction[]> {
    const lines = await this.#client.lrange(suppressionKeys(this.#prefix, list).trail, 0, -1);
    return lines.map((line) => Action.parse(JSON.parse(line)));
  }

  async dropExpired(now: Instant): Promise<number> {
    const lists = await this.#allLists();
    // Whose turn it is follows from the time alone, so that nothing need be kept about it.
    const turn = Math.floor(now / SECOND) % Math.max(lists.length, 1);
    const due = [...lists.slice(turn), ...lists.slice(0, turn)].slice(0, SUPPRESSION_LISTS_PER_SWEEP);
    const step = { now, buckets: SUPPRESSION_BUCKETS_PER_SWEEP };
    const dropped = await Promise.all(
      due.flatMap((list) => SHARDS.map((shard) => this.#parts.dropSomeExpired(list, shard, step))),
    );
    return dropped.reduce((sum, each) => sum + each, 0);
  }

  async #entry(list: SuppressionList, value: string): Promise<SuppressionEntry> {
    const { cause, expiresAt, addedAt } = readValue(value);
    const { reason, by, source, at } = await this.#causes.causeOf(list, cause);
    return { list, reason, by, source, addedAt: addedAt ?? at ?? 0, expiresAt };
  }

  async #allLists(): Promise<SuppressionList[]> {
    const names = (await this.#client.hkeys(suppressionListsKey(this.#prefix))).sort();
    return names.map((name) => (name === 'g' ? 'global' : { campaignId: name.slice('c.'.length) }));
  }
}

/** Of a number that is given twice, the longer expiry. */
function longestExpiries(numbers: readonly SuppressionNumber[]): Map<string, Instant | undefined> {
  const expiries = new Map<string, Instant | undefined>();
  for (const { number, expiresAt } of numbers) {
    const held = expiries.get(number);
    const isShorter =
      expiries.has(number) && (held === undefined || (expiresAt !== undefined && expiresAt < held));
    if (!isShorter) expiries.set(number, expiresAt);
  }
  return expiries;
}

/**
 * The suppression lists of an installation. With a `key`, numbers are stored as keyed digests only: the key must be
 * the same for all processes and for good, since nothing can tell the numbers afterwards.
 */
export function createRedisSuppression(
  client: RedisClient,
  options: { readonly prefix: string; readonly key?: string | undefined },
): Suppression {
  return new RedisSuppression(client, options.prefix, options.key);
}
