import { type AuditFacts, type AuditPage, type AuditResult, createAudit } from '../core/audit.ts';
import type { CalleeRef } from '../core/callee.ts';
import { checkCounts, type Violation } from '../core/invariants.ts';
import { OVERDUE_CLAIMS_PER_AUDIT, PAGE_SLOTS } from '../core/limits.ts';
import type { Instant } from '../core/time.ts';
import type { CallLedger, OverdueClaim } from '../ports/call-ledger.ts';
import type { Clock } from '../ports/clock.ts';
import type { CampaignRecord, Store, StoredFacts, StoredPage } from '../ports/store.ts';
import { requireCampaign } from './actions.ts';

export interface AuditOptions {
  /** Told after each page, for showing progress. */
  readonly onPage?: (page: number) => void;
}

export interface AuditDeps {
  readonly store: Pick<
    Store,
    'campaign' | 'campaignIds' | 'auditFacts' | 'missedCallees' | 'pages' | 'pageStories' | 'findNumbers'
  >;
  /** With the clock, or not at all. Left out: what calls are reserved is not audited. */
  readonly ledger?: Pick<CallLedger, 'overdue'> | undefined;
  readonly clock?: Pick<Clock, 'now'> | undefined;
}

export interface CampaignAudit extends AuditResult {
  readonly campaign: string;
}

/** One document for any number of campaigns. */
export interface AuditReport {
  readonly violations: readonly (Violation & { readonly campaign: string })[];
  /** Violations found beyond those listed. */
  readonly violationsMore: number;
  readonly callees: number;
  readonly pages: number;
  /** False: some campaign moved while it was read, so rules that compare two readings were not judged for it. */
  readonly settled: boolean;
  readonly campaigns: readonly {
    readonly campaign: string;
    readonly callees: number;
    readonly violations: number;
    readonly settled: boolean;
  }[];
}

interface Collected {
  readonly facts: AuditFacts;
  readonly stored: StoredFacts;
}

async function collect(
  deps: AuditDeps,
  campaign: CampaignRecord,
  overdue: OverdueDials | undefined,
): Promise<Collected> {
  const stored = await deps.store.auditFacts(campaign.id);
  const indexed = stored.missedIndex.reduce((sum, { callees }) => sum + callees, 0);
  // The index counts per page; whom it leads to is what the retry pipeline would find through it.
  const missed = indexed === 0 ? [] : await deps.store.missedCallees(campaign.id, Number.MAX_SAFE_INTEGER);
  const facts: AuditFacts = {
    campaignId: campaign.id,
    batchNext: campaign.batchNext,
    zonesTotal: campaign.zones.length,
    attemptsAllowed: campaign.settings.retry.attemptsMax,
    counts: stored.counts,
    imports: stored.imports,
    openBatches: stored.batches.map(({ record, callees }) => ({
      id: record.id,
      state: record.state,
      calleesOpen: record.calleesOpen,
      refs: new Set<CalleeRef>(callees.refs),
    })),
    dueIndex: stored.dueIndex,
    missed: new Set(missed.map(({ ref }) => ref)),
    timedPages: new Set(stored.timedPages),
    ...(overdue !== undefined && {
      overdueDials: { ...overdue, claims: overdue.claims.get(campaign.id) ?? [] },
    }),
  };
  return { facts, stored };
}

/** Reservations that ran out, by campaign. */
interface OverdueDials {
  readonly now: Instant;
  readonly claims: ReadonlyMap<string, readonly OverdueClaim[]>;
}

async function overdueDials({ ledger, clock }: AuditDeps): Promise<OverdueDials | undefined> {
  if (ledger === undefined || clock === undefined) return undefined;
  const now = clock.now();
  const claims = new Map<string, OverdueClaim[]>();
  for (const claim of await ledger.overdue(now, OVERDUE_CLAIMS_PER_AUDIT)) {
    const held = claims.get(claim.campaignId);
    if (held === undefined) claims.set(claim.campaignId, [claim]);
    else held.push(claim);
  }
  return { now, claims };
}

async function pageFacts(deps: AuditDeps, campaignId: string, page: StoredPage): Promise<AuditPage> {
  const numbers = page.rows.map((row) => String(row.number));
  const [indexed, stories] = await Promise.all([
    deps.store.findNumbers(campaignId, numbers),
    deps.store.pageStories(campaignId, page.page),
  ]);
  return { page: page.page, records: page.records, rows: page.rows, indexed, stories };
}

/** Callees per page, by page, as texts for the comparison. */
function perPage(pages: Iterable<number>, callees: (page: number) => number): Record<string, number> {
  return Object.fromEntries([...pages].map((page) => [String(page), callees(page)]));
}

/** The missed index counts per page; the core compares whom it leads to, this compares how many it says. */
function missedCounts({ facts, stored }: Collected): readonly Violation[] {
  const found = new Map<number, number>();
  for (const ref of facts.missed) {
    const page = Math.floor(ref / PAGE_SLOTS);
    found.set(page, (found.get(page) ?? 0) + 1);
  }
  const kept = new Map(stored.missedIndex.map(({ page, callees }) => [page, callees]));
  const findings = checkCounts(
    facts.campaignId,
    'missed on page',
    perPage(kept.keys(), (page) => kept.get(page) ?? 0),
    perPage(found.keys(), (page) => found.get(page) ?? 0),
  );
  return findings.map((finding) => ({ ...finding, rule: 'missed_index' }));
}

/** Audits one campaign page by page while it lives. `known`: what was read for all. Throws `campaign_not_found`. */
export async function auditCampaign(
  deps: AuditDeps,
  campaignId: string,
  options: AuditOptions = {},
  known?: OverdueDials,
): Promise<CampaignAudit> {
  const campaign = await requireCampaign(deps.store, campaignId);
  const overdue = known ?? (await overdueDials(deps));
  const before = await collect(deps, campaign, overdue);
  const audit = createAudit(before.facts);
  for await (const page of deps.store.pages(campaignId)) {
    audit.page(await pageFacts(deps, campaignId, page));
    options.onPage?.(page.page);
  }
  const after = await collect(deps, await requireCampaign(deps.store, campaignId), overdue);
  const result = audit.finish(after.facts);
  const more = result.settled ? missedCounts(before) : [];
  return { campaign: campaignId, ...result, violations: [...result.violations, ...more] };
}

/** Audits the named campaign, or all of them one after the other. */
export async function runAudit(
  deps: AuditDeps,
  campaignId?: string,
  options: AuditOptions = {},
): Promise<AuditReport> {
  const ids = campaignId === undefined ? await deps.store.campaignIds() : [campaignId];
  const audits: CampaignAudit[] = [];
  const overdue = await overdueDials(deps);
  for (const id of ids) audits.push(await auditCampaign(deps, id, options, overdue));
  const sum = (of: (audit: CampaignAudit) => number): number =>
    audits.reduce((total, audit) => total + of(audit), 0);
  return {
    violations: audits.flatMap(({ campaign, violations }) =>
      violations.map((violation) => ({ campaign, ...violation })),
    ),
    violationsMore: sum((audit) => audit.violationsMore),
    callees: sum((audit) => audit.callees),
    pages: sum((audit) => audit.pages),
    settled: audits.every((audit) => audit.settled),
    campaigns: audits.map((audit) => ({
      campaign: audit.campaign,
      callees: audit.callees,
      violations: audit.violations.length + audit.violationsMore,
      settled: audit.settled,
    })),
  };
}
