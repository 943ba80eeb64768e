import type { Command } from 'commander';
import { AppError } from '../../core/errors.ts';
import type { ImportRecord, Rejection } from '../../core/import.ts';
import { CLI_LOOK_INTERVAL, INGEST_SILENCE_MAX } from '../../core/limits.ts';
import { addImport } from '../../pipelines/add-import.ts';
import { importDocument } from '../documents.ts';
import type { CliDeps, CliIo, Session } from './deps.ts';
import { openList } from './input.ts';
import { countText, factsText, printJson, printJsonArray, printLine, printLines } from './output.ts';
import { startProgress } from './progress.ts';

async function requireImport(deps: CliDeps, id: string): Promise<ImportRecord> {
  const record = await deps.store.importRecord(id);
  if (record !== undefined) return record;
  throw new AppError('import_not_found', `there is no import "${id}"; "import add" prints the id of each`);
}

function isOver(record: ImportRecord): boolean {
  return record.state === 'done' || record.state === 'failed';
}

function rowsText(record: ImportRecord): string {
  const { rows, accepted, duplicate, suppressed, rejected } = record;
  const ends = { accepted, duplicate, suppressed, rejected };
  const parts = Object.entries(ends).map(([end, count]) => `${countText(count)} ${end}`);
  return `${countText(rows)} rows: ${parts.join(', ')}`;
}

/**
 * Looks at the import until it is over, showing how far it is. Nobody reading is said once, since it is waited
 * for all the same. Gives the last record seen; not over only when the operator interrupts.
 */
async function waitFor(deps: CliDeps, io: CliIo, id: string): Promise<ImportRecord> {
  const startedAt = deps.clock.now();
  const progress = startProgress(io, deps.clock, { label: id, unit: 'rows read' });
  let told = false;
  for (;;) {
    const record = await requireImport(deps, id);
    if (isOver(record) || io.signal.aborted) {
      progress.end();
      return record;
    }
    progress.at(record.rows);
    if (!told && record.state === 'waiting' && deps.clock.now() - startedAt >= INGEST_SILENCE_MAX) {
      told = true;
      const remedy = 'start a process with the role "ingest" (npm start -- ingest); still waiting';
      io.stderr.write(`ringmaster: nobody has begun to read ${id}; ${remedy}\n`);
    }
    await deps.clock.sleep(CLI_LOOK_INTERVAL, io.signal).catch(() => {});
  }
}

/** Prints how an import stands; one that failed is a refusal. */
async function printImport(io: CliIo, record: ImportRecord, json: boolean): Promise<void> {
  if (json) await printJson(io, importDocument(record));
  else await printLine(io, `import ${record.id} is ${record.state}; ${rowsText(record)}`);
  if (record.state === 'failed') {
    throw new AppError('file_invalid', `import ${record.id} of ${record.fileName} failed: ${record.reason}`);
  }
}

function addAdd(imports: Command, session: Session): void {
  const { io } = session;
  imports
    .command('add <campaign> <file>')
    .description('take a list of callees (CSV); "-" reads standard input')
    .option('--wait', 'wait until it is read, and say how its rows ended')
    .option('--json', 'print the import as one JSON document')
    .action(async (campaignId: string, file: string, options: { wait?: true; json?: true }) => {
      const source = await openList(io, file);
      await session.use(async (deps) => {
        const { outcome, record } = await addImport(deps, campaignId, source);
        if (!options.json) {
          const done = isOver(record) ? ` (${record.state}; ${rowsText(record)})` : '';
          const words =
            outcome === 'added'
              ? 'is waiting to be read'
              : `was already imported: the very same bytes${done}`;
          await printLine(io, `import ${record.id} ${words}`);
        }
        if (options.wait && !isOver(record)) {
          return printImport(io, await waitFor(deps, io, record.id), options.json === true);
        }
        if (options.json) await printJson(io, importDocument(record));
      });
    });
}

/** One rejection as a line for people. A number found taken on storing has no line of the file. */
function rejectionText(rejection: Rejection): string {
  const line = rejection.line === 0 ? '' : ` (line ${rejection.line})`;
  const column = rejection.column === '' ? '' : `, column "${rejection.column}"`;
  return `row ${rejection.row}${line}${column}: ${rejection.kind}, ${rejection.code}: ${rejection.message}`;
}

async function* rejectionTexts(rejections: AsyncIterable<Rejection>): AsyncIterable<string> {
  for await (const rejection of rejections) yield rejectionText(rejection);
}

function addReads(imports: Command, session: Session): void {
  const { io } = session;
  imports
    .command('show <import>')
    .description('how an import stands: rows read, and how they ended')
    .option('--json', 'print one JSON document')
    .action(async (id: string, options: { json?: true }) => {
      const record = await session.use((deps) => requireImport(deps, id));
      if (options.json) return printJson(io, importDocument(record));
      const why = record.reason === '' ? '' : `: ${record.reason}`;
      return printLine(
        io,
        factsText([
          ['import', record.id],
          ['campaign', record.campaignId],
          ['file', `${record.fileName}, ${countText(record.bytes)} bytes`],
          ['state', `${record.state}${why}`],
          ['rows', rowsText(record)],
          ['encoding', record.encoding === '' ? 'not read yet' : record.encoding],
          ['delimiter', record.delimiter === '' ? 'not read yet' : JSON.stringify(record.delimiter)],
        ]),
      );
    });
  imports
    .command('errors <import>')
    .description('every row that was not taken, and why')
    .option('--json', 'print one JSON document')
    .action(async (id: string, options: { json?: true }) => {
      await session.use(async (deps) => {
        await requireImport(deps, id);
        const rejections = deps.store.rejections(id);
        if (options.json) return printJsonArray(io, rejections);
        return printLines(io, rejectionTexts(rejections));
      });
    });
}

/** `import add | show | errors`. */
export function addImportCommands(program: Command, session: Session): void {
  const imports = program
    .command('import')
    .description('add lists of callees to a campaign, and see what became of them');
  addAdd(imports, session);
  addReads(imports, session);
}
