import type { ImportRecord } from '../../core/import.ts';
import { type ImportDocument, importDocument } from '../documents.ts';

/**
 * What lies beside a list that was put away: the import as every face shows it. `id` is null for a file that was
 * refused before it became an import.
 */
export interface ListSummary extends Omit<ImportDocument, 'id'> {
  readonly id: string | null;
  /** The very same bytes had been imported before this file came: nothing was added. */
  readonly again: boolean;
  /** What became of the file, as a sentence. */
  readonly message: string;
}

/** What lies beside a campaign file that was put away. */
export interface CampaignSummary {
  readonly id: string;
  readonly fileName: string;
  readonly outcome: 'created' | 'same' | 'changed' | 'refused';
  readonly message: string;
}

function rowsText({ rows, accepted, duplicate, suppressed, rejected }: ImportRecord): string {
  return `${rows} rows: ${accepted} accepted, ${duplicate} duplicate, ${suppressed} suppressed, ${rejected} rejected`;
}

/** The summary of a list whose import is over. The same import always gives the same text: a restart relies on it. */
export function importSummary(record: ImportRecord, fileName: string, again: boolean): ListSummary {
  const ended = record.state === 'failed' ? record.reason : rowsText(record);
  const message = again
    ? `the very same bytes were imported before, from ${record.fileName}; nothing was added. That import: ${ended}`
    : ended;
  return { ...importDocument(record), fileName, again, message };
}

/** An import of which nothing was read. */
const UNREAD: Omit<ImportRecord, 'campaignId' | 'fileName' | 'bytes' | 'reason'> = {
  ...{ id: '', state: 'failed', createdAt: 0, closedAt: 0, encoding: '', delimiter: '' },
  ...{ rows: 0, accepted: 0, duplicate: 0, suppressed: 0, rejected: 0 },
};

/** The summary of a list that was refused before any of it was read. */
export function refusalSummary(
  file: { readonly campaign: string; readonly name: string; readonly bytes: number },
  reason: string,
): ListSummary {
  const { campaign: campaignId, name: fileName, bytes } = file;
  const document = importDocument({ ...UNREAD, campaignId, fileName, bytes, reason });
  return { ...document, id: null, again: false, message: reason };
}
