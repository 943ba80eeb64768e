import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { oneLine } from '../../core/one-line.ts';
import type { RejectionDocument } from '../documents.ts';
import type { CliBackend, ImportWish } from './backend.ts';
import type { CliIo } from './deps.ts';
import { countText, factsText, printJson, printLine, write } from './output.ts';
import { startProgress } from './progress.ts';
import { wholeFile } from './whole-file.ts';

/** One row as a line for people, the value at fault masked. */
function rowText(rejection: Omit<RejectionDocument, 'cells'>): string {
  const { value } = rejection;
  const line = rejection.line === 0 ? '' : ` (line ${rejection.line})`;
  const found = value === '' ? '' : ` ("${value}")`;
  const column = rejection.column === '' ? '' : `, column "${rejection.column}"${found}`;
  return oneLine(
    `row ${rejection.row}${line}${column}: ${rejection.kind}, ${rejection.code}: ${rejection.message}`,
  );
}

/** A line for each row of an import that made no callee. */
export async function* rejectionTexts(backend: CliBackend, importId: string): AsyncIterable<string> {
  for await (const rejection of backend.rejections(importId)) yield rowText(rejection);
}

/** Writes the error list to standard output, or to a file. */
export async function writeErrors(
  backend: CliBackend,
  io: CliIo,
  importId: string,
  file: string | undefined,
): Promise<void> {
  if (file === undefined) {
    for await (const text of backend.importErrors(importId)) {
      io.signal.throwIfAborted();
      await write(io.stdout, text);
    }
    return;
  }
  await wholeFile(file, (part) =>
    pipeline(backend.importErrors(importId), createWriteStream(part, { mode: 0o600 }), { signal: io.signal }),
  );
}

type DryRun = Awaited<ReturnType<CliBackend['tryImport']>>;

function dryRunText(tried: DryRun): string {
  const { mode } = tried;
  const left = mode === 'update' ? 'would be changed' : 'would stay as they are; --update changes them';
  return factsText([
    ['file', `${tried.fileName} (${tried.encoding}), nothing was stored`],
    ['rows', countText(tried.rows)],
    ['added', countText(tried.added)],
    ['unchanged', `${countText(tried.unchanged)} are in the campaign with the same attributes`],
    ['changed', `${countText(tried.changed)} are in it with others, and ${left}`],
    ['already called', `${countText(tried.alreadyCalled)} are in it with others, too late to change`],
    ['duplicate', `${countText(tried.duplicate)} repeat an earlier row of the file`],
    ['suppressed', countText(tried.suppressed)],
    ['rejected', countText(tried.rejected)],
    ...(tried.fault === '' ? [] : [['fault', `${tried.fault}. No row behind it`] as const]),
  ]);
}

export interface DryRunRequest {
  readonly campaignId: string;
  readonly list: ImportWish;
  readonly json: boolean;
}

/** `import add --dry-run`: prints what would become of the rows, and the first that would not be taken. */
export async function printDryRun(backend: CliBackend, io: CliIo, request: DryRunRequest): Promise<void> {
  const { campaignId, list } = request;
  const progress = startProgress(io, backend.clock, { label: list.source.fileName, unit: 'rows read' });
  const onRows = (rows: number): void => {
    io.signal.throwIfAborted();
    progress.at(rows);
  };
  const tried = await backend.tryImport(campaignId, list, onRows).finally(() => progress.end());
  if (request.json) return printJson(io, tried);
  await printLine(io, dryRunText(tried));
  if (tried.alreadyImported !== null) {
    await printLine(
      io,
      `the very same bytes are import ${tried.alreadyImported}: importing them again does nothing`,
    );
  }
  for (const row of tried.reasons) await printLine(io, rowText(row));
  const untaken = tried.alreadyCalled + tried.duplicate + tried.suppressed + tried.rejected;
  const more = untaken - tried.reasons.length;
  if (more > 0) await printLine(io, `and ${countText(more)} more rows that would not be taken`);
}
