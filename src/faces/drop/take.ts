import { join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { ImportRecord } from '../../core/import.ts';
import { CAMPAIGN_FILE_BYTES_MAX } from '../../core/limits.ts';
import { type AddImportResult, addImport } from '../../pipelines/add-import.ts';
import { campaignJson } from '../../pipelines/campaign-json.ts';
import { changeCampaign } from '../../pipelines/change-campaign.ts';
import { importErrors } from '../../pipelines/import-errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { WakeQueue } from '../../ports/queue.ts';
import type { Spool } from '../../ports/spool.ts';
import type { Store } from '../../ports/store.ts';
import { campaignIdFault, kindOfName } from './names.ts';
import type { DroppedFile, Outcome } from './put-away.ts';
import { DroppedFileFault, readDropped } from './read-dropped.ts';
import { arrivedAt } from './sighting.ts';
import { type CampaignSummary, importSummary, refusalSummary } from './summary.ts';

export interface DropDeps {
  readonly store: Pick<
    Store,
    | 'campaign'
    | 'changeCampaign'
    | 'counts'
    | 'createCampaign'
    | 'importHeader'
    | 'importRecord'
    | 'openImport'
    | 'rejections'
  >;
  readonly queue: WakeQueue;
  readonly clock: Clock;
  readonly spool: Spool;
  readonly log: Log;
}

/** A whole file, and the campaign that its folder names. */
export interface WholeFile extends DroppedFile {
  readonly campaign: string;
}

/** Who changes a campaign by dropping its file, for its trail. */
const DROP = 'drop folder';

/** The folder is the campaign's name, so this says what makes it one. */
const NO_CAMPAIGN =
  'there is no campaign of the name of this folder; drop its campaign.json beside the list, or rename the folder, and drop the list again';

/** What came of taking a file: its fate, or the import that decides it. */
export type Taken = { readonly outcome: Outcome } | { readonly follow: AddImportResult };

function refused(file: WholeFile, reason: string): Taken {
  const { campaign, name, seen } = file;
  return {
    outcome: { end: 'failed', summary: refusalSummary({ campaign, name, bytes: seen.bytes }, reason) },
  };
}

/** Why a file cannot be taken whatever is in it; undefined when it can. */
function plainFault(file: WholeFile, bytesMax: number): string | undefined {
  const { campaign, name, seen } = file;
  if (seen.kind === 'link') return 'this is a symbolic link, which is never followed; drop the file itself';
  const idFault = campaignIdFault(campaign);
  if (idFault !== undefined) return `the folder cannot be a campaign: ${idFault}`;
  if (kindOfName(name) === 'foreign') {
    return 'this kind of file is not read; save the list as .csv, .tsv, .txt or .xlsx and drop it again';
  }
  if (seen.bytes <= bytesMax) return undefined;
  const remedy = 'split the list, or raise DROP_BYTES_MAX';
  return `the file has ${seen.bytes} bytes and at most ${bytesMax} are taken; ${remedy}`;
}

/** The reason for which a file is refused for good; undefined for what may pass, which is thrown on. */
function refusalReason(error: unknown): string | undefined {
  if (!(error instanceof AppError) || error.retryable) return undefined;
  if (error.code === 'campaign_not_found') return NO_CAMPAIGN;
  if (error.code !== 'file_unreadable') return error.message;
  // The file or the spool: only a file that a person must change is refused.
  return error.cause instanceof DroppedFileFault && error.cause.kind === 'denied'
    ? error.cause.message
    : undefined;
}

/**
 * Takes a whole file: a campaign file is put, a list becomes an import. May be run again at any time, by anybody:
 * both are known by their content. Throws what may pass, and what only the next look can tell (the file changed).
 */
export async function takeFile(
  deps: DropDeps,
  file: WholeFile,
  options: { readonly bytesMax: number; readonly signal?: AbortSignal },
): Promise<Taken> {
  const isCampaign = kindOfName(file.name) === 'campaign';
  const fault = plainFault(file, isCampaign ? CAMPAIGN_FILE_BYTES_MAX : options.bytesMax);
  if (fault !== undefined) return refused(file, fault);
  const content = readDropped(join(file.folder, file.name), file.seen, options.signal);
  if (isCampaign) return takeCampaign(deps, file, content);
  try {
    return { follow: await addImport(deps, file.campaign, { fileName: file.name, content }) };
  } catch (error) {
    const reason = refusalReason(error);
    if (reason === undefined) throw error;
    return refused(file, reason);
  } finally {
    await content.return(undefined);
  }
}

async function takeCampaign(
  deps: DropDeps,
  file: WholeFile,
  content: AsyncIterable<Uint8Array>,
): Promise<Taken> {
  const { campaign: id, name: fileName } = file;
  const end = (outcome: CampaignSummary['outcome'], message: string): Taken => {
    const summary: CampaignSummary = { id, fileName, outcome, message };
    return { outcome: { end: outcome === 'refused' ? 'failed' : 'done', summary } };
  };
  try {
    const { outcome, fields } = await changeCampaign(deps, id, await readJson(content), DROP);
    if (outcome === 'changed') return end('changed', `campaign "${id}" has other ${fields.join(', ')} now`);
    const record = await deps.store.campaign(id);
    // After a restart in between, the campaign that this very file created is there already.
    const isNew = outcome === 'created' || (record !== undefined && record.createdAt >= arrivedAt(file.seen));
    if (isNew) return end('created', `campaign "${id}" is stored as a draft`);
    return end('same', `campaign "${id}" was stored already, with the same settings`);
  } catch (error) {
    const denied = error instanceof DroppedFileFault && error.kind === 'denied';
    const reason = denied ? error.message : refusalReason(error);
    if (reason === undefined) throw error;
    return end('refused', reason);
  }
}

async function readJson(content: AsyncIterable<Uint8Array>): Promise<unknown> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return campaignJson(Buffer.concat(parts), 'the file');
}

/** The fate of a list whose import is over. */
export function importOutcome(
  deps: DropDeps,
  file: WholeFile,
  taken: AddImportResult['outcome'],
  record: ImportRecord,
): Outcome {
  // An import that is older than the file came of another one with the same bytes. Younger ones are the file's
  // own, also when we were killed in between, or of a twin that was dropped beside it.
  const again =
    taken === 'exists' && (record.createdAt < arrivedAt(file.seen) || record.fileName !== file.name);
  return {
    end: record.state === 'failed' ? 'failed' : 'done',
    summary: importSummary(record, file.name, again),
    errors: record.accepted < record.rows ? importErrors(deps, record.id) : undefined,
  };
}
