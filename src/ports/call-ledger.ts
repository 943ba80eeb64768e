import type { CalleeRef } from '../core/callee.ts';
import type { CapRules, CapVerdict } from '../core/caps.ts';
import type { Instant } from '../core/time.ts';

/** A callee that is about to be claimed. */
export interface DialWish {
  readonly ref: CalleeRef;
  /** E.164 digits without "+", as an exact integer. */
  readonly number: number;
  /**
   * The batch that its record names: reservations of the same callee for later batches are tries to claim it that
   * came to nothing, or are under way beside this one, and never a second dial.
   */
  readonly lastBatch: number;
}

/** The callees of one batch to be, with the caps that hold for all of them. */
export interface DialOrder {
  readonly campaignId: string;
  readonly batchId: number;
  readonly caps: CapRules;
  readonly callees: readonly DialWish[];
}

/** What became of an order: `id` is what its reservations are settled under. */
export interface DialsReserved {
  readonly id: string;
  /** By position. `allowed`: the dial is reserved. */
  readonly verdicts: readonly CapVerdict[];
}

/** What is known of one dial that was reserved, or of one that nobody had reserved. */
export interface DialOutcome {
  readonly number: number;
  /** Its reservation, which ends; undefined where there was none. */
  readonly id: string | undefined;
  /** Tells one attempt from another, so that the same told twice counts once. */
  readonly attempt: string;
  /** When it was really dialled; empty where it was not. */
  readonly dialledAt: readonly Instant[];
}

/** Reservations of one claim of which nobody has told what became of them in time. */
export interface OverdueClaim {
  readonly id: string;
  readonly campaignId: string;
  readonly batchId: number;
  /** Everybody who was to be claimed, reserved or not. */
  readonly refs: readonly CalleeRef[];
  readonly leaseUntil: Instant;
}

/**
 * Who was dialled when, over all campaigns: one ledger, by number. A dial is reserved before its callee is claimed,
 * becomes a fact when the provider's sessions tell when it rang, and is given back when nobody was dialled. Until then
 * the reservation counts as a dial, so that a crash can only make us more careful.
 *
 * Every method throws AppError `settings_invalid` where the ledger was kept under another key than this process has:
 * a number that is not found for that reason would be called once too often.
 */
export interface CallLedger {
  /** Throws, as above. For the start of a process. */
  check(): Promise<void>;
  /**
   * Reserves a dial for each callee whose caps allow one at `at`, all under one id. Several processes may ask for the
   * same callee: its claim decides, and each gives back what is its own.
   */
  reserve(order: DialOrder, at: Instant, leaseUntil: Instant): Promise<DialsReserved>;
  /** Puts what happened in the place of reservations. The same again changes nothing. */
  settle(dials: readonly DialOutcome[]): Promise<void>;
  /** Of these numbers, which still have a reservation under `id`; by position. */
  held(id: string, numbers: readonly number[]): Promise<readonly boolean[]>;
  /** Claims whose lease ran out before `now`, the oldest first. */
  overdue(now: Instant, max: number): Promise<readonly OverdueClaim[]>;
  /** Believes in the reservations of a claim for longer, since its calls go on. */
  renew(id: string, leaseUntil: Instant): Promise<void>;
  /** Forgets a claim all of whose reservations are settled. */
  close(id: string): Promise<void>;
}
