/**
 * The call ledger on Redis. It lies in parts with a hash tag each, since a number belongs to no single campaign; no
 * script spans two. The core decides on what was read; reserve-dials.lua writes it only if the part still holds that.
 * Most numbers have no dials, so the first try expects none and reads nothing before.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { present } from '../../core/assert.ts';
import { type CapRules, type CapVerdict, capHorizon, mayDial } from '../../core/caps.ts';
import { AppError } from '../../core/errors.ts';
import {
  LEDGER_BUCKET_RECORDS,
  LEDGER_CLOCK_SKEW,
  LEDGER_DAY_KEPT,
  LEDGER_NUMBERS_PER_SCRIPT,
  LEDGER_TRIES_AT_ONCE,
  LEDGER_TRIES_MAX,
  LEDGER_TRY_PAUSE_MAX,
} from '../../core/limits.ts';
import { type Instant, SECOND } from '../../core/time.ts';
import type {
  CallLedger,
  DialOrder,
  DialOutcome,
  DialsReserved,
  DialWish,
  OverdueClaim,
} from '../../ports/call-ledger.ts';
import { LedgerClaims, type LiveClaim } from './call-ledger-claims.ts';
import {
  dayOf,
  daysBetween,
  dialField,
  dialRecord,
  dialTimes,
  NONE,
  openIds,
  shardOf,
} from './call-ledger-codec.ts';
import { ledgerKeys } from './keys.ts';
import { loadScripts, type RedisClient, type Scripts } from './scripts.ts';
import { type FieldMaker, fieldMaker } from './suppression-place.ts';

/** A number whose part holds something of it, as last read. */
interface Known {
  readonly at: number;
  readonly wish: DialWish;
  readonly field: string;
  open: string;
  dials: string;
}

/** What a part is asked to write for a number: `reserved` where it holds what is known, the new id where nothing is. */
interface Asked {
  readonly at: number;
  readonly field: string;
  readonly known?: Known;
  readonly reserved?: string;
}

const ALLOWED: CapVerdict = { allowed: true };

class RedisCallLedger implements CallLedger {
  readonly #client: RedisClient;
  readonly #keys: ReturnType<typeof ledgerKeys>;
  readonly #scripts: Scripts;
  readonly #claims: LedgerClaims;
  readonly #fields: FieldMaker;
  #key: Promise<void> | undefined;

  constructor(client: RedisClient, prefix: string, key: string | undefined) {
    this.#client = client;
    this.#keys = ledgerKeys(prefix);
    this.#scripts = loadScripts(client);
    this.#claims = new LedgerClaims(client, prefix);
    this.#fields = fieldMaker(key);
  }

  async check(): Promise<void> {
    const held = await this.#client.get(this.#keys.fingerprint);
    if (held !== null && held !== this.#fields.fingerprint) throw otherKey(this.#keys.fingerprint);
  }

  /** Once per process: the ledger is ours from the first dial on. */
  async #requireKey(): Promise<void> {
    this.#key ??= (async () => {
      await this.#client.setnx(this.#keys.fingerprint, this.#fields.fingerprint);
      await this.check();
    })();
    try {
      await this.#key;
    } catch (error) {
      this.#key = undefined;
      throw error;
    }
  }

  async reserve(order: DialOrder, at: Instant, leaseUntil: Instant): Promise<DialsReserved> {
    await this.#requireKey();
    const id = await this.#claims.open(order, leaseUntil);
    const verdicts = order.callees.map((): CapVerdict => ALLOWED);
    let days = daysFor([order.caps], at);
    let known = await this.#ask(
      order,
      id,
      days,
      order.callees.map(({ number }, index) => ({ at: index, field: dialField(number, this.#fields) })),
    );
    for (let turn = 0; known.length > 0; turn += 1) {
      if (turn === LEDGER_TRIES_MAX) {
        // What is reserved already would count against everybody until its lease ran out.
        await this.settle(order.callees.map(({ number }) => ({ number, id, attempt: '', dialledAt: [] })));
        await this.#claims.close(id);
        throw new AppError('store_conflict', 'numbers were reserved by others all the time; try again');
      }
      if (turn >= LEDGER_TRIES_AT_ONCE) await sleep(Math.random() * Math.min(turn, LEDGER_TRY_PAUSE_MAX));
      const claims = await this.#claims.live(new Set(known.flatMap(({ open }) => openIds(open))));
      const needed = daysFor([order.caps, ...[...claims.values()].map(({ caps }) => caps)], at);
      if (needed.length > days.length) {
        // What was read is too short for the caps of somebody else's reservation: all is read again, from further back.
        days = needed;
        known = await this.#ask(order, id, days, known);
        continue;
      }
      const asked = known.flatMap((one) => {
        const verdict = verdictOf(order, one, { at, days, claims });
        verdicts[one.at] = verdict;
        if (!verdict.allowed) return [];
        const others = openIds(one.open).filter((other) => claims.has(other));
        return [{ at: one.at, field: one.field, known: one, reserved: [...others, id].join('') }];
      });
      known = await this.#ask(order, id, days, asked);
    }
    return { id, verdicts };
  }

  /** Has reservations written for those numbers that are as known; the others, with what is held of them now. */
  async #ask(
    order: DialOrder,
    id: string,
    days: readonly number[],
    asked: readonly Asked[],
  ): Promise<Known[]> {
    const answers = await Promise.all(
      slicesByShard(asked).map(async ({ shard, items }) => {
        const base = this.#keys.shard(shard);
        const expected = items.flatMap(({ known, reserved = id }, at) =>
          known === undefined ? [] : [at + 1, known.open, known.dials, reserved],
        );
        const args = [base, days.join(' '), id, items.map(({ field }) => field).join(''), ...expected];
        const [, ...reply] = await this.#scripts.reserveDials([`${base}o`], args);
        const found: Known[] = [];
        for (let from = 0; from < reply.length; from += 3) {
          const { at, field } = present(items[Number(reply[from]) - 1], 'a number that was asked for');
          const wish = present(order.callees[at], 'its wish');
          found.push({ at, field, wish, open: reply[from + 1] ?? '', dials: reply[from + 2] ?? '' });
        }
        return found;
      }),
    );
    return answers.flat();
  }

  async settle(dials: readonly DialOutcome[]): Promise<void> {
    if (dials.length === 0) return;
    await this.#requireKey();
    const lines = dials.flatMap(({ number, id = NONE, attempt, dialledAt }) => {
      const field = dialField(number, this.#fields);
      if (dialledAt.length === 0) return [{ field, text: `${field} ${id} ${NONE} ${NONE}` }];
      return dialledAt.map((at) => ({
        field,
        text: `${field} ${id} ${dayOf(at)} ${dialRecord(at, attempt)}`,
      }));
    });
    await Promise.all(
      slicesByShard(lines).map(({ shard, items }) => {
        const base = this.#keys.shard(shard);
        const text = items.map((line) => line.text).join(' ');
        const args = [base, LEDGER_BUCKET_RECORDS, LEDGER_DAY_KEPT / SECOND, text];
        return this.#scripts.settleDials([`${base}o`], args);
      }),
    );
  }

  async held(id: string, numbers: readonly number[]): Promise<readonly boolean[]> {
    await this.#requireKey();
    const held = numbers.map(() => false);
    const asked = numbers.map((number, at) => ({ at, field: dialField(number, this.#fields) }));
    await Promise.all(
      slicesByShard(asked).map(async ({ shard, items }) => {
        const fields = items.map(({ field }) => field);
        const open = await this.#client.hmget(`${this.#keys.shard(shard)}o`, ...fields);
        for (const [index, { at }] of items.entries()) held[at] = openIds(open[index] ?? '').includes(id);
      }),
    );
    return held;
  }

  overdue(now: Instant, max: number): Promise<readonly OverdueClaim[]> {
    return this.#claims.overdue(now, max);
  }

  renew(id: string, leaseUntil: Instant): Promise<void> {
    return this.#claims.renew(id, leaseUntil);
  }

  close(id: string): Promise<void> {
    return this.#claims.close(id);
  }
}

/** The days of which dials matter to any of these caps at `at`. One more where a clock may be ahead of ours. */
function daysFor(caps: readonly CapRules[], at: Instant): number[] {
  const horizon = Math.min(...caps.map((rules) => capHorizon(rules, at)));
  return daysBetween(horizon, at + LEDGER_CLOCK_SKEW);
}

function verdictOf(
  order: DialOrder,
  one: Known,
  read: {
    readonly at: Instant;
    readonly days: readonly number[];
    readonly claims: ReadonlyMap<string, LiveClaim>;
  },
): CapVerdict {
  const open = openIds(one.open).flatMap((id) => {
    const claim = read.claims.get(id);
    if (claim === undefined) return [];
    // A try to claim this very callee: it came to nothing, or only one of the two will come to something.
    const isSame = claim.campaignId === order.campaignId && claim.batchId > one.wish.lastBatch;
    return isSame ? [] : [claim];
  });
  return mayDial(order.caps, { dialled: dialTimes(one.dials, read.days), open }, read.at);
}

interface Slice<T> {
  readonly shard: number;
  readonly items: T[];
}

/** The items by part, in slices that one script may take. */
function slicesByShard<T extends { readonly field: string }>(items: readonly T[]): Slice<T>[] {
  const open = new Map<number, Slice<T>>();
  const slices: Slice<T>[] = [];
  for (const item of items) {
    const shard = shardOf(item.field);
    let slice = open.get(shard);
    if (slice === undefined || slice.items.length >= LEDGER_NUMBERS_PER_SCRIPT) {
      slice = { shard, items: [] };
      open.set(shard, slice);
      slices.push(slice);
    }
    slice.items.push(item);
  }
  return slices;
}

/** The fault of a process that would find nobody in the ledger. */
function otherKey(name: string): AppError {
  return new AppError(
    'settings_invalid',
    'the ledger of calls was kept under another SUPPRESSION_KEY than this process has (or under none); set that one ' +
      `again, the same for all processes, or, to begin to count anew, stop all of them and delete the Redis key ${name}`,
  );
}

/**
 * The call ledger of an installation. With a `key`, numbers are stored as keyed digests only, as in the suppression
 * lists: the key must be the same for all processes.
 */
export function createRedisCallLedger(
  client: RedisClient,
  options: { readonly prefix: string; readonly key?: string | undefined },
): CallLedger {
  return new RedisCallLedger(client, options.prefix, options.key);
}
