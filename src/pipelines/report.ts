import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify/sync';
import type { CampaignSettings } from '../core/campaign.ts';
import type { ImportRecord } from '../core/import.ts';
import { PAGE_SLOTS } from '../core/limits.ts';
import {
  countTotals,
  type ReportTotals,
  reportHeader,
  reportLine,
  type TotalsCounter,
} from '../core/report.ts';
import type { CampaignRecord, Store, StoredPage } from '../ports/store.ts';
import { requireCampaign } from './actions.ts';

export interface ReportOptions {
  /** Told after each page, for showing progress. */
  readonly onPage?: (page: number) => void;
}

export interface ReportDeps {
  readonly store: Pick<Store, 'campaign' | 'imports' | 'rows' | 'pages' | 'pageStories'>;
}

/** Excel reads a file as UTF-8 only if it begins with this. */
const BYTE_ORDER_MARK = '\ufeff';

function isOpen(record: ImportRecord): boolean {
  return record.state === 'waiting' || record.state === 'reading';
}

/**
 * Names of the variables that the lines have, in the order of the campaign file or, where that names none, as
 * they first appear in the lists. All rows of a list have the same, and so have all rows of a page, so it is
 * enough to look at pages until every list was seen. An update may give any callee others: then all are looked at.
 */
async function variableNames(
  deps: ReportDeps,
  campaign: CampaignRecord,
  imports: readonly ImportRecord[],
): Promise<string[]> {
  const named: CampaignSettings['columns']['variables'] = campaign.settings.columns.variables;
  if (named !== undefined) return Object.keys(named);
  const names = new Set<string>();
  if (imports.some(({ updated = 0 }) => updated > 0)) {
    for await (const { rows } of deps.store.pages(campaign.id)) {
      for (const row of rows) for (const name of Object.keys(row.variables)) names.add(name);
    }
    return [...names];
  }
  const unseen = new Set(imports.filter((one) => one.accepted > 0).map((one) => one.id));
  for (let page = 0; page < campaign.pagesTotal && unseen.size > 0; page += 1) {
    const [row] = await deps.store.rows(campaign.id, [page * PAGE_SLOTS]);
    if (row === undefined || !unseen.delete(row.importId)) continue;
    for (const name of Object.keys(row.variables)) names.add(name);
  }
  return [...names];
}

interface Lines {
  readonly names: readonly string[];
  readonly timeZone: string;
  readonly totals: TotalsCounter;
}

/** The lines of one page as CSV text; empty slots (duplicates) have none. */
async function pageText(
  deps: ReportDeps,
  campaignId: string,
  page: StoredPage,
  lines: Lines,
): Promise<string> {
  const stories = await deps.store.pageStories(campaignId, page.page);
  const cells: string[][] = [];
  for (const [slot, record] of page.records.entries()) {
    const row = page.rows[slot];
    if (record === undefined || row === undefined) continue;
    lines.totals.add(record);
    const input = { record, row, stories: stories.get(slot) ?? [] };
    cells.push(reportLine({ ...input, variableNames: lines.names, timeZone: lines.timeZone }));
  }
  return csv(cells);
}

function csv(cells: readonly (readonly string[])[]): string {
  return stringify([...cells], { record_delimiter: 'windows' });
}

/**
 * Writes the report of a campaign as CSV (UTF-8 with a byte order mark) to `out`, a page of callees at a time
 * and no faster than `out` takes it, and ends `out`. Gives the totals of the lines written. Throws
 * `campaign_not_found` before anything is written, and InvariantError at the end where the numbers do not add up.
 */
export async function writeReport(
  deps: ReportDeps,
  campaignId: string,
  out: Writable,
  options: ReportOptions = {},
): Promise<ReportTotals> {
  const campaign = await requireCampaign(deps.store, campaignId);
  const before = await deps.store.imports(campaignId);
  const names = await variableNames(deps, campaign, before);
  const totals = countTotals();
  const text = async function* (): AsyncIterable<string> {
    yield BYTE_ORDER_MARK + csv([reportHeader(names)]);
    for await (const page of deps.store.pages(campaignId)) {
      yield await pageText(deps, campaignId, page, { names, timeZone: campaign.settings.timeZone, totals });
      options.onPage?.(page.page);
    }
  };
  await pipeline(text, out);
  const after = await deps.store.imports(campaignId);
  const importsOver = before.length === after.length && ![...before, ...after].some(isOpen);
  return totals.finish(after, importsOver);
}
