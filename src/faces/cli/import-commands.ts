import type { Command } from 'commander';
import { AppError } from '../../core/errors.ts';
import { INGEST_SILENCE_MAX } from '../../core/limits.ts';
import { parseListWish } from '../../core/list-wish.ts';
import type { ImportDocument } from '../documents.ts';
import type { CliBackend } from './backend.ts';
import type { CliIo, Session } from './deps.ts';
import { printDryRun, rejectionTexts, writeErrors } from './import-rows.ts';
import { FORM_OPTIONS, type FormOptions, findList } from './input.ts';
import {
  countText,
  factsText,
  printJson,
  printJsonArray,
  printLine,
  printLines,
  tableText,
} from './output.ts';
import { startProgress } from './progress.ts';

function isOver(record: ImportDocument): boolean {
  return record.state === 'done' || record.state === 'failed';
}

function rowsText(record: ImportDocument): string {
  const { rows, accepted, duplicate, suppressed, rejected } = record;
  const ends = { accepted, duplicate, suppressed, rejected };
  const parts = Object.entries(ends).map(([end, count]) => `${countText(count)} ${end}`);
  const text = `${countText(rows)} rows: ${parts.join(', ')}`;
  if (record.mode !== 'update') return text;
  return `${text}; of the duplicates ${countText(record.updated)} changed the attributes of a callee`;
}

const DELIMITER_WORDS: Readonly<Record<string, string>> = {
  ...{ ',': 'comma', '\t': 'tab', ';': 'semicolon', '|': 'pipe' },
};

/** How the list is written, and how sure that is. */
function formText({ format, sheet, encoding, encodingSure, delimiter }: ImportDocument): string {
  if (format === null) return 'not read yet';
  if (format === 'xlsx') return `workbook, sheet "${sheet}"`;
  const parts = DELIMITER_WORDS[delimiter] ?? JSON.stringify(delimiter);
  const sure = encodingSure === 100 ? encoding : `${encoding}, ${encodingSure ?? 0} % sure`;
  return `${sure}; ${parts}${format === 'gzip' ? '; gzip' : ''}`;
}

/**
 * Looks at the import until it is over, showing how far it is. Nobody reading is said once, since it is waited
 * for all the same. Gives the last record seen; not over only when the operator interrupts.
 */
async function waitFor(backend: CliBackend, io: CliIo, added: ImportDocument): Promise<ImportDocument> {
  const { id } = added;
  const { clock } = backend;
  const startedAt = clock.now();
  const progress = startProgress(io, clock, { label: id, unit: 'rows read' });
  let told = false;
  let record = added;
  for (;;) {
    record = await backend.importOf(id, 'watching').catch((error: unknown) => {
      if (io.signal.aborted) return record;
      throw error;
    });
    if (isOver(record) || io.signal.aborted) {
      progress.end();
      return record;
    }
    progress.at(record.rows);
    if (!told && record.state === 'waiting' && clock.now() - startedAt >= INGEST_SILENCE_MAX) {
      told = true;
      const remedy =
        'start a process with the role "ingest" (npm start -- ingest), or, where one runs, see in its log what keeps it; still waiting';
      io.stderr.write(`ringmaster: nobody has begun to read ${id}; ${remedy}\n`);
    }
    await clock.sleep(backend.lookInterval, io.signal).catch(() => {});
  }
}

/** Prints how an import stands; one that failed is a refusal. */
async function printImport(io: CliIo, record: ImportDocument, json: boolean): Promise<void> {
  if (json) await printJson(io, record);
  else {
    const form = record.format === null ? '' : ` (${formText(record)})`;
    await printLine(io, `import ${record.id} is ${record.state}; ${rowsText(record)}${form}`);
  }
  if (record.state === 'failed') {
    throw new AppError('file_invalid', `import ${record.id} of ${record.fileName} failed: ${record.reason}`);
  }
}

interface AddOptions extends FormOptions {
  readonly wait?: true;
  readonly update?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

/** Says what was added, or that it was there before. With --json on standard error, and only what the document does not say. */
async function printAdded(
  io: CliIo,
  outcome: 'added' | 'exists',
  record: ImportDocument,
  { wait, json }: AddOptions,
): Promise<void> {
  const same = 'was already imported: the very same bytes';
  if (json) {
    if (outcome === 'exists') io.stderr.write(`ringmaster: import ${record.id} ${same}\n`);
    return;
  }
  const added = record.state === 'waiting' ? 'is waiting to be read' : 'was added';
  const done = isOver(record) && !wait ? ` (${record.state}; ${rowsText(record)})` : '';
  await printLine(io, `import ${record.id} ${outcome === 'added' ? added : same}${done}`);
}

function addAdd(imports: Command, session: Session): void {
  const { io } = session;
  imports
    .command('add <campaign> <file>')
    .description('take a list of callees (CSV, also gzipped, or XLSX); "-" reads standard input')
    .option('--wait', 'wait until it is read, and say how its rows ended')
    .option('--update', 'change the attributes of callees that wait for a call and are in the list again')
    .option('--dry-run', 'only say what would become of the rows')
    .option(...FORM_OPTIONS.encoding)
    .option(...FORM_OPTIONS.delimiter)
    .option(...FORM_OPTIONS.sheet)
    .option('--json', 'print the import as one JSON document')
    .action(async (campaignId: string, file: string, options: AddOptions) => {
      const wish = parseListWish(options);
      const list = {
        source: await findList(io, file),
        mode: options.update ? 'update' : 'add',
        wish,
      } as const;
      await session.use(async (backend) => {
        if (options.dryRun)
          return printDryRun(backend, io, { campaignId, list, json: options.json === true });
        const { outcome, document: record } = await backend.addImport(campaignId, list);
        await printAdded(io, outcome, record, options);
        if (options.wait) {
          const ended = isOver(record) ? record : await waitFor(backend, io, record);
          return printImport(io, ended, options.json === true);
        }
        if (options.json) await printJson(io, record);
      });
    });
}

function addList(imports: Command, { io, use }: Session): void {
  imports
    .command('list <campaign>')
    .description('the imports of a campaign, the oldest first')
    .option('--json', 'print one JSON document')
    .action(async (campaignId: string, options: { json?: true }) => {
      await use(async (backend) => {
        const documents = await backend.imports(campaignId);
        if (options.json) return printJson(io, documents);
        if (documents.length === 0) return printLine(io, `campaign "${campaignId}" has no imports yet`);
        const headings = [
          'import',
          'state',
          'rows',
          'accepted',
          'duplicate',
          'suppressed',
          'rejected',
          'file',
        ];
        const rows = documents.map((one) => [
          ...[one.id, one.state, one.rows, one.accepted],
          ...[one.duplicate, one.suppressed, one.rejected, one.fileName],
        ]);
        return printLine(io, tableText(headings, rows));
      });
    });
}

function addReads(imports: Command, session: Session): void {
  const { io } = session;
  imports
    .command('show <import>')
    .description('how an import stands: rows read, and how they ended')
    .option('--json', 'print one JSON document')
    .action(async (id: string, options: { json?: true }) => {
      const record = await session.use((backend) => backend.importOf(id));
      if (options.json) return printJson(io, record);
      const why = record.reason === '' ? '' : `: ${record.reason}`;
      return printLine(
        io,
        factsText([
          ['import', record.id],
          ['campaign', record.campaign],
          ['file', `${record.fileName}, ${countText(record.bytes)} bytes`],
          ['state', `${record.state}${why}`],
          ['rows', rowsText(record)],
          ['written as', formText(record)],
        ]),
      );
    });
  imports
    .command('errors <import>')
    .description('the rows that were not taken, as CSV with the reason; mended, it can be imported as it is')
    .option('--out <file>', 'write to a file instead of standard output')
    .option('--text', 'print a sentence for each row, numbers masked, rows of an update included')
    .option('--json', 'print one JSON document')
    .action(async (id: string, options: { out?: string; text?: true; json?: true }, command: Command) => {
      if (Object.keys(options).length > 1) command.error('error: use one of --out, --text and --json');
      await session.use(async (backend) => {
        await backend.importOf(id);
        if (options.json) return printJsonArray(io, backend.rejections(id));
        if (options.text) return printLines(io, rejectionTexts(backend, id));
        return writeErrors(backend, io, id, options.out);
      });
    });
}

/** `import add | list | show | errors`. */
export function addImportCommands(program: Command, session: Session): void {
  const imports = program
    .command('import')
    .description('add lists of callees to a campaign, and see what became of them');
  addAdd(imports, session);
  addList(imports, session);
  addReads(imports, session);
}
