/**
 * The rules of invariants.ts over a whole campaign, one page at a time, so that a million callees need the memory
 * of one page, the open batches and the due index.
 *
 * A live campaign moves while it is read. Rules that one atomic reading settles are judged at once. Rules that
 * compare two readings are suspicions until the end: they count only if the facts read after the last page are
 * those read before the first. Otherwise they are dropped and `settled` is false: audit again, or a quieter time.
 */
import {
  CALLEE_STATES,
  type CalleeRecord,
  type CalleeRef,
  type CalleeState,
  type CalleeStory,
} from './callee.ts';
import * as rules from './invariants.ts';
import { PAGE_SLOTS, VIOLATIONS_KEPT_MAX } from './limits.ts';
import type { RowCounters } from './report.ts';
import { dueLane, type RowLimits } from './row-limits.ts';
import type { Instant } from './time.ts';

/** Everything about a campaign but its pages, as near to one moment as the store can give. */
export interface AuditFacts {
  readonly campaignId: string;
  /** Number of the next batch: tells that batches came and went while the pages were read. */
  readonly batchNext: number;
  readonly zonesTotal: number;
  /** Attempts that the retry policy allows, and what operators granted beyond. */
  readonly attemptsAllowed: number;
  readonly counts: {
    readonly states: Readonly<Record<CalleeState, number>>;
    readonly dispositions: Readonly<Record<string, number>>;
    readonly attempts: number;
    readonly accepted: number;
  };
  readonly imports: readonly (RowCounters & { readonly id: string })[];
  readonly openBatches: readonly rules.BatchFacts[];
  /** The whole due index: bucket is the due time in whole seconds over the bucket's width, 0 for "at once". */
  readonly dueIndex: readonly {
    readonly zone: number;
    readonly priority?: number | undefined;
    readonly bucket: number;
    readonly page: number;
    readonly callees: number;
  }[];
  readonly missed: ReadonlySet<CalleeRef>;
  /** Pages that are looked at for callees whose time is over. Left out: none. */
  readonly timedPages?: ReadonlySet<number>;
  /** Claims whose reservations of calls ran out by `now`. Left out: reservations are not audited. */
  readonly overdueDials?: { readonly now: Instant; readonly claims: readonly rules.ClaimFacts[] };
}

export interface AuditPage {
  readonly page: number;
  /** By slot; undefined for an empty slot. */
  readonly records: readonly (CalleeRecord | undefined)[];
  /** Rows stored in the page, by slot; their presence is looked at, and their limits. */
  readonly rows: readonly ({ readonly limits?: RowLimits } | undefined)[];
  /** By slot: where the number index leads from the row's number. */
  readonly indexed: readonly (CalleeRef | undefined)[];
  /** By slot. Left out: stories are not audited. */
  readonly stories?: ReadonlyMap<number, readonly CalleeStory[]>;
}

export interface AuditResult {
  readonly violations: readonly rules.Violation[];
  /** Violations found beyond those kept. */
  readonly violationsMore: number;
  readonly callees: number;
  readonly pages: number;
  /** False: the campaign moved, so rules that compare two readings were not judged. */
  readonly settled: boolean;
}

/** Text that differs when anything moved that the comparing rules read. */
function markOf(facts: AuditFacts): string {
  const batches = facts.openBatches.map(({ id, state, calleesOpen }) => [id, state, calleesOpen]);
  const due = facts.dueIndex.map(({ zone, priority = 0, bucket, page, callees }) => [
    ...[zone, priority, bucket, page, callees],
  ]);
  const imports = facts.imports.map(({ id, rows }) => [id, rows]);
  return JSON.stringify([
    facts.batchNext,
    facts.counts,
    imports.sort(),
    batches.sort(),
    due.sort(),
    [...facts.missed].sort(),
    [...(facts.timedPages ?? [])].sort(),
  ]);
}

/** Keeps violations up to the bound and counts the rest. */
class Kept {
  readonly list: rules.Violation[] = [];
  more = 0;
  add(findings: rules.Findings): void {
    for (const violation of findings) {
      if (this.list.length < VIOLATIONS_KEPT_MAX) this.list.push(violation);
      else this.more += 1;
    }
  }
}

function dueByPage(facts: AuditFacts): Map<number, Map<string, number>> {
  const pages = new Map<number, Map<string, number>>();
  for (const { zone, priority, bucket, page, callees } of facts.dueIndex) {
    const places = pages.get(page) ?? new Map<string, number>();
    const lane = dueLane(priority === undefined ? { zone } : { zone, priority });
    const place = `${lane} ${bucket}`;
    places.set(place, (places.get(place) ?? 0) + callees);
    pages.set(page, places);
  }
  return pages;
}

function addOne<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

class Audit {
  readonly #facts: AuditFacts;
  readonly #batches: ReadonlyMap<number, rules.BatchFacts>;
  readonly #due: Map<number, Map<string, number>>;
  readonly #certain = new Kept();
  readonly #suspected = new Kept();
  readonly #states = new Map<string, number>(CALLEE_STATES.map((state) => [state, 0]));
  readonly #dispositions = new Map<string, number>();
  readonly #held = new Map<number, number>();
  #attempts = 0;
  #callees = 0;
  #pages = 0;
  #missedSeen = 0;

  constructor(facts: AuditFacts) {
    this.#facts = facts;
    this.#batches = new Map(facts.openBatches.map((batch) => [batch.id, batch]));
    this.#due = dueByPage(facts);
    const { campaignId, counts } = facts;
    this.#certain.add(rules.checkStateSum(campaignId, counts.states, counts.accepted));
    for (const one of facts.imports) this.#certain.add(rules.checkImport(one.id, one));
    const { now = 0, claims = [] } = facts.overdueDials ?? {};
    for (const claim of claims) this.#certain.add(rules.checkDials(claim, now));
    this.#suspected.add(rules.checkImportsAccepted(campaignId, facts.imports, counts.accepted));
  }

  page(page: AuditPage): void {
    const due = new Map<string, number>();
    for (const [slot, record] of page.records.entries()) {
      if (record === undefined) continue;
      this.#callee(page, slot, record);
      const place = rules.duePlaceOf(record);
      if (place !== undefined) addOne(due, place);
    }
    this.#suspected.add(rules.checkDue(page.page, this.#due.get(page.page) ?? new Map(), due));
    this.#due.delete(page.page);
    this.#pages += 1;
  }

  #callee(page: AuditPage, slot: number, record: CalleeRecord): void {
    const ref = page.page * PAGE_SLOTS + slot;
    const facts = this.#facts;
    this.#callees += 1;
    this.#attempts += record.attempts;
    addOne(this.#states, record.state);
    if (record.disposition !== undefined) addOne(this.#dispositions, record.disposition);
    if (rules.isHeld(record.state)) addOne(this.#held, record.batch);
    if (facts.missed.has(ref)) this.#missedSeen += 1;
    const stories = page.stories?.get(slot) ?? [];
    // Calls of a task that landed late are no attempts that anybody allowed, and yet they are counted.
    const unwanted = stories.filter((line) => line.reason === 'orphan_call');
    // An operator who opens an ended callee again grants one attempt.
    const granted = stories.filter((line) => line.from === 'unanswered').length;
    const beyond = unwanted.reduce((calls, line) => calls + (line.calls?.length ?? 0), granted);
    this.#certain.add(rules.checkAttempts(ref, record, facts.attemptsAllowed + beyond));
    this.#certain.add(rules.checkFinalReason(ref, record));
    this.#certain.add(rules.checkNumber(ref, page.indexed[slot]));
    if (page.rows[slot] === undefined) {
      this.#certain.add(rules.finding('row_present', rules.calleeName(ref), 'its page has no row for it'));
    }
    this.#suspected.add(rules.checkLimits(ref, record, page.rows[slot]));
    this.#suspected.add(rules.checkTimed(ref, record, facts.timedPages?.has(page.page) === true));
    this.#suspected.add(rules.checkZone(ref, record, facts.zonesTotal));
    this.#suspected.add(rules.checkHeld(ref, record, this.#batches.get(record.batch)));
    this.#suspected.add(rules.checkMissed(ref, record, facts.missed.has(ref)));
    if (page.stories !== undefined) {
      this.#suspected.add(rules.checkStory(ref, record, stories.at(-1)));
    }
  }

  finish(after: AuditFacts): AuditResult {
    const { campaignId, counts, openBatches, missed } = this.#facts;
    const found = { attempts: this.#attempts, callees: this.#callees };
    const kept = { attempts: counts.attempts, callees: counts.accepted };
    const states = Object.fromEntries(this.#states);
    const dispositions = Object.fromEntries(this.#dispositions);
    this.#suspected.add(rules.checkCounts(campaignId, 'state', counts.states, states));
    this.#suspected.add(rules.checkCounts(campaignId, 'disposition', counts.dispositions, dispositions));
    this.#suspected.add(rules.checkCounts(campaignId, 'total', kept, found));
    for (const [page, places] of this.#due) this.#suspected.add(rules.checkDue(page, places, new Map()));
    for (const batch of openBatches) {
      this.#suspected.add(rules.checkBatchOpen(batch, this.#held.get(batch.id) ?? 0));
    }
    if (this.#missedSeen !== missed.size) {
      const detail = `${missed.size} in the index, ${this.#missedSeen} of them are callees`;
      this.#suspected.add(rules.finding('missed_index', campaignId, detail));
    }
    const settled = markOf(this.#facts) === markOf(after);
    const judged = new Kept();
    for (const part of settled ? [this.#certain, this.#suspected] : [this.#certain]) {
      judged.add(part.list);
      judged.more += part.more;
    }
    return {
      violations: judged.list,
      violationsMore: judged.more,
      callees: this.#callees,
      pages: this.#pages,
      settled,
    };
  }
}

/** An audit under way: every page once, then the end. */
export interface RunningAudit {
  page(page: AuditPage): void;
  /** `after`: the facts read again after the last page. */
  finish(after: AuditFacts): AuditResult;
}

/** Begins an audit with the facts read before the first page. */
export function createAudit(facts: AuditFacts): RunningAudit {
  return new Audit(facts);
}
