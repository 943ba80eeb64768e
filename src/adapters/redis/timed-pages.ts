/**
 * Pages with callees whose time ends: one member per page, whatever their number, so that nobody has to look through
 * a campaign for the few whose time is over. The score says when to look; it may be early, never late. A page stays as
 * long as one of its callees that is not final has an end.
 */
import type { RowLimits } from '../../core/row-limits.ts';
import { type Instant, SECOND, toSecondsUp } from '../../core/time.ts';
import type { PageReading } from '../../ports/store.ts';
import { keysOf, type StoreContext } from './context.ts';

/** When the first of these rows ends, in seconds, for a script; empty where none does. */
export function firstEnd(limits: readonly (RowLimits | undefined)[]): number | '' {
  const ends = limits.flatMap((one) => one?.notAfter ?? []);
  return ends.length === 0 ? '' : Math.min(...ends) / SECOND;
}

export async function timedPages(context: StoreContext, campaignId: string): Promise<number[]> {
  const pages = await context.client.zrange(keysOf(context, campaignId).timed, '0', '-1');
  return pages.map(Number);
}

export async function pagesTimedOut(
  context: StoreContext,
  campaignId: string,
  now: Instant,
  max: number,
): Promise<number[]> {
  const latest = String(Math.floor(now / SECOND));
  const { timed } = keysOf(context, campaignId);
  const pages = await context.client.zrange(timed, '-inf', latest, 'BYSCORE', 'LIMIT', 0, max);
  return pages.map(Number);
}

/** Where the rows of the page were replaced since, somebody may have got another end: then nothing is written. */
export async function noteTimedPage(
  context: StoreContext,
  campaignId: string,
  { page, token }: Pick<PageReading, 'page' | 'token'>,
  lookAt: Instant | undefined,
): Promise<'done' | 'stale'> {
  const keys = keysOf(context, campaignId);
  return context.scripts.noteTimedPage(
    [keys.rows(page), keys.timed],
    [page, token, lookAt === undefined ? '' : toSecondsUp(lookAt)],
  );
}
