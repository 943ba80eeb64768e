import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import {
  SUPPRESSION_BUCKET_ENTRIES,
  SUPPRESSION_NUMBERS_PER_SCRIPT,
  SUPPRESSION_SHARDS,
} from '../../core/limits.ts';
import { listName, type SuppressionList } from '../../core/suppression.ts';
import { type Instant, SECOND } from '../../core/time.ts';
import { repliesOf } from './context.ts';
import { suppressionKeys } from './keys.ts';
import type { RedisClient, Scripts } from './scripts.ts';
import { type FieldMaker, placeOf } from './suppression-place.ts';

export const SHARDS: readonly number[] = [...Array(SUPPRESSION_SHARDS).keys()];

/** A number with the field that stands for it and the field's place in its part. */
export interface Placed {
  readonly number: string;
  readonly field: string;
  readonly place: number;
}

/** Which entries to take out, and in which buckets to look; see drop-suppressed.lua. */
export interface DropStep {
  readonly what: 'field' | 'expired' | 'all';
  readonly which: string;
  readonly first: number;
  readonly buckets: number;
}

/** The parts of all suppression lists: where a number lives, and one script call for one part. */
export class SuppressionParts {
  readonly #client: RedisClient;
  readonly #prefix: string;
  readonly #scripts: Scripts;
  readonly fields: FieldMaker;

  constructor(client: RedisClient, prefix: string, scripts: Scripts, fields: FieldMaker) {
    this.#client = client;
    this.#prefix = prefix;
    this.#scripts = scripts;
    this.fields = fields;
  }

  /** The numbers by part, each with its field. */
  byShard(numbers: readonly string[]): Map<number, Placed[]> {
    const shards = new Map<number, Placed[]>();
    for (const number of numbers) {
      const field = this.fields.fieldOf(number);
      const { shard, place } = placeOf(field);
      const placed = shards.get(shard);
      if (placed === undefined) shards.set(shard, [{ number, field, place }]);
      else placed.push({ number, field, place });
    }
    return shards;
  }

  /** One field of every part's hash, by part; null where the part is empty still. */
  metas(list: SuppressionList, field: string): Promise<(string | null)[]> {
    return Promise.all(SHARDS.map((shard) => this.#client.hget(this.#part(list, shard).meta, field)));
  }

  /** What is stored for those of the numbers that the part has; the version is no later than any of the look-ups. */
  async find(
    list: SuppressionList,
    shard: number,
    placed: readonly Placed[],
  ): Promise<{ readonly version: number; readonly found: readonly (readonly [string, string])[] }> {
    const slices = await Promise.all(slicesOf(placed).map((slice) => this.#findSlice(list, shard, slice)));
    const version = Math.min(...slices.map((slice) => slice.version));
    return { version, found: slices.flatMap((slice) => slice.found) };
  }

  async #findSlice(list: SuppressionList, shard: number, placed: readonly Placed[]) {
    const { base, meta } = this.#part(list, shard);
    const numbers = placed.map(({ field, place }) => `${field} ${place}`).join(' ');
    const reply = await this.#scripts.findSuppressed([meta], [base, this.fields.fingerprint, numbers]);
    if (reply[0] === 'key') throw otherKey(list);
    const [, version, text] = reply;
    const words = text === '' ? [] : text.split(' ');
    const found: (readonly [string, string])[] = [];
    for (let at = 0; at < words.length; at += 2) {
      const number = placed[Number(words[at])]?.number;
      if (number !== undefined) found.push([number, words[at + 1] ?? '']);
    }
    return { version, found };
  }

  /** Adds entries with their values, a slice at a time. */
  async add(
    list: SuppressionList,
    shard: number,
    placed: readonly Placed[],
    options: { readonly now: Instant; readonly valueFor: (number: string) => string },
  ): Promise<{ readonly added: number; readonly known: number }> {
    const { base, meta } = this.#part(list, shard);
    const now = Math.floor(options.now / SECOND);
    const sum = { added: 0, known: 0 };
    for (const slice of slicesOf(placed)) {
      const entries = slice.map(
        ({ number, field, place }) => `${field} ${place} ${options.valueFor(number)}`,
      );
      const head = [base, this.fields.fingerprint, now, SUPPRESSION_BUCKET_ENTRIES];
      const reply = await this.#scripts.addSuppressed([meta], [...head, entries.join(' ')]);
      if (reply[0] === 'key') throw otherKey(list);
      sum.added += reply[1];
      sum.known += reply[2];
    }
    return sum;
  }

  /** Takes entries out of some buckets of a part; `next` is the bucket to go on with. */
  async drop(
    list: SuppressionList,
    shard: number,
    step: DropStep,
  ): Promise<{ readonly dropped: number; readonly next: number }> {
    const { base, meta } = this.#part(list, shard);
    // Only a field that we made ourselves depends on the key.
    const key = step.what === 'field' ? this.fields.fingerprint : '';
    const args = [base, key, step.what, step.which, step.first, step.buckets];
    const reply = await this.#scripts.dropSuppressed([meta], args);
    if (reply[0] === 'key') throw otherKey(list);
    return { dropped: reply[1], next: reply[2] };
  }

  /** Looks through the next few buckets of a part for expired entries, where it has any that can expire. */
  async dropSomeExpired(
    list: SuppressionList,
    shard: number,
    step: { readonly now: Instant; readonly buckets: number },
  ): Promise<number> {
    const { meta } = this.#part(list, shard);
    const [expiring, cursor] = await this.#client.hmget(meta, 'expiring', 'cursor');
    if (Number(expiring ?? 0) <= 0) return 0;
    const which = String(Math.floor(step.now / SECOND));
    const first = Number(cursor ?? 0);
    const { dropped, next } = await this.drop(list, shard, {
      what: 'expired',
      which,
      first,
      buckets: step.buckets,
    });
    await this.#client.hset(meta, 'cursor', next);
    return dropped;
  }

  /** Fields and values of a part's buckets from one up to another. */
  async read(
    list: SuppressionList,
    shard: number,
    from: number,
    until: number,
  ): Promise<(readonly [string, string])[]> {
    const { base } = this.#part(list, shard);
    const pipeline = this.#client.pipeline();
    for (let bucket = from; bucket < until; bucket += 1) pipeline.hgetall(`${base}${bucket}`);
    const replies = await repliesOf(pipeline);
    return replies.flatMap((fields) => Object.entries(z.record(z.string(), z.string()).parse(fields)));
  }

  #part(list: SuppressionList, shard: number): { readonly base: string; readonly meta: string } {
    const base = suppressionKeys(this.#prefix, list).shard(shard);
    return { base, meta: `${base}m` };
  }
}

/** At least one slice, so that a part is asked for its version also when none of the numbers lives there. */
function slicesOf<T>(items: readonly T[]): (readonly T[])[] {
  const found: (readonly T[])[] = [items.slice(0, SUPPRESSION_NUMBERS_PER_SCRIPT)];
  for (let at = SUPPRESSION_NUMBERS_PER_SCRIPT; at < items.length; at += SUPPRESSION_NUMBERS_PER_SCRIPT) {
    found.push(items.slice(at, at + SUPPRESSION_NUMBERS_PER_SCRIPT));
  }
  return found;
}

/** The fault of a process that could not find in a list who is on it. */
export function otherKey(list: SuppressionList): AppError {
  return new AppError(
    'settings_invalid',
    `the suppression list "${listName(list)}" was stored under another SUPPRESSION_KEY than this process has (or under none); ` +
      'set that one again, the same for all processes, or clear the list and import it again',
  );
}
