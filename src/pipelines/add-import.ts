import { AppError } from '../core/errors.ts';
import { type ImportMode, type ImportRecord, importId } from '../core/import.ts';
import type { ListWish } from '../core/list-wish.ts';
import type { Clock } from '../ports/clock.ts';
import type { WakeQueue } from '../ports/queue.ts';
import type { Spool, SpooledFile } from '../ports/spool.ts';
import type { CampaignRecord, Store } from '../ports/store.ts';
import { requireCampaign, requireTimeLeft } from './actions.ts';

export interface AddImportDeps {
  readonly store: Pick<Store, 'campaign' | 'importRecord' | 'openImport'>;
  readonly queue: WakeQueue;
  readonly clock: Pick<Clock, 'now'>;
  readonly spool: Spool;
}

export interface AddImportSource {
  /** What the file is called, for people. */
  readonly fileName: string;
  /** Its bytes; read once, never held whole. */
  readonly content: AsyncIterable<Uint8Array>;
  /** Left out: `add`. */
  readonly mode?: ImportMode;
  /** What is known of its form; the rest is found from its bytes. */
  readonly wish?: ListWish | undefined;
}

export interface AddImportResult {
  /** `exists`: the campaign has taken, or is taking, a file with the very same bytes; nothing was added. */
  readonly outcome: 'added' | 'exists';
  readonly record: ImportRecord;
}

function newRecord(
  campaign: CampaignRecord,
  id: string,
  file: SpooledFile,
  rest: { fileName: string; now: number; mode: ImportMode; wish: ListWish | undefined },
): ImportRecord {
  return {
    id,
    campaignId: campaign.id,
    state: 'waiting',
    reason: '',
    fileName: rest.fileName.slice(0, 255),
    bytes: file.bytes,
    createdAt: rest.now,
    closedAt: 0,
    rows: 0,
    accepted: 0,
    duplicate: 0,
    suppressed: 0,
    rejected: 0,
    encoding: '',
    delimiter: '',
    mode: rest.mode,
    wish: rest.wish,
    updated: 0,
  };
}

/**
 * A campaign that takes lists. Throws `campaign_not_found`, or `action_not_allowed` for one that is cancelled or past its
 * end: its callees would all expire, and their numbers be taken.
 */
export async function requireTaking(
  { store, clock }: Pick<AddImportDeps, 'clock'> & { readonly store: Pick<Store, 'campaign'> },
  id: string,
): Promise<CampaignRecord> {
  const campaign = await requireCampaign(store, id);
  if (campaign.state === 'cancelled') {
    throw new AppError(
      'action_not_allowed',
      `campaign "${id}" is cancelled and takes no more lists; put a new campaign for this one`,
    );
  }
  requireTimeLeft(campaign, clock.now());
  return campaign;
}

/** Copies the list to the spool. Throws AppError `file_unreadable` where the upload broke off or the disk failed. */
export async function spooled(spool: Pick<Spool, 'put'>, source: AddImportSource): Promise<SpooledFile> {
  try {
    return await spool.put(source.content);
  } catch (error) {
    if (error instanceof AppError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('file_unreadable', `${source.fileName} could not be copied to the spool: ${reason}`, {
      cause: error,
    });
  }
}

/**
 * Takes a list for a campaign: spools its bytes, registers the import under an id made from them, and wakes
 * the importer. The file has its lasting name before the import is registered, so that an import never waits
 * for a file that is not there. The same bytes again are the same import: done
 * already, under way, or, where it had failed, taken up again behind its last row. Throws `campaign_not_found`, or
 * `action_not_allowed` for a campaign that is cancelled or past its end.
 */
export async function addImport(
  deps: AddImportDeps,
  campaignId: string,
  source: AddImportSource,
): Promise<AddImportResult> {
  const campaign = await requireTaking(deps, campaignId);
  const file = await spooled(deps.spool, source);
  const { fileName, mode = 'add', wish } = source;
  const id = importId(campaignId, file.sha256, mode);
  const held = await deps.store.importRecord(id);
  if (held?.state === 'done') {
    await deps.spool.discard(file);
    return { outcome: 'exists', record: held };
  }
  // The same bytes under the same name: keeping them again also mends a spool that lost its file.
  await deps.spool.keep(file, id);
  const record = newRecord(campaign, id, file, { fileName, mode, wish, now: deps.clock.now() });
  const added = await deps.store.openImport(record);
  const { priority } = campaign.settings;
  await deps.queue.wake({ queue: 'ingest', campaignId, importId: id, priority });
  return { outcome: added ? 'added' : 'exists', record: (await deps.store.importRecord(id)) ?? record };
}
