import type { Command } from 'commander';
import { AppError } from '../../core/errors.ts';
import { SUPPRESSION_REJECTIONS_SHOWN_MAX } from '../../core/limits.ts';
import { expiryText, type SuppressionList } from '../../core/suppression.ts';
import { type RefusedRow, type SuppressListResult, suppressList } from '../../pipelines/suppress-list.ts';
import {
  allowNumber,
  clearList,
  type NamedList,
  namedList,
  type SuppressedCallees,
  suppressNumber,
} from '../../pipelines/suppress-numbers.ts';
import type { ListedNumber, SuppressionAction } from '../../ports/suppression.ts';
import { timeText } from '../documents.ts';
import type { CliDeps, CliIo, Session } from './deps.ts';
import { countText, printJson, printJsonArray, printLine, printLines } from './output.ts';
import { startProgress } from './progress.ts';

interface ListOptions {
  readonly campaign?: string;
  readonly json?: true;
}

interface AddOptions extends ListOptions {
  readonly reason?: string;
  readonly expires?: string;
}

const CAMPAIGN = ['--campaign <campaign>', 'the list of this campaign; without it, the list of all'] as const;
const JSON_OPTION = ['--json', 'print one JSON document'] as const;
const REASON = ['--reason <text>', 'why, for whoever asks later'] as const;
const EXPIRES = [
  '--expires <date>',
  'holds until then: 2027-01-01 (when that day begins), or with time and offset',
] as const;

/** Input of an action, without what was not given. */
function inputOf(io: CliIo, { campaign, reason, expires }: AddOptions): Record<string, string> {
  return {
    by: io.user,
    ...(campaign !== undefined && { campaignId: campaign }),
    ...(reason !== undefined && { reason }),
    ...(expires !== undefined && { expires }),
  };
}

function calleesText({ suppressed, calling }: SuppressedCallees): string {
  const waiting = `${countText(suppressed)} waiting callees suppressed`;
  return calling === 0 ? waiting : `${waiting}, ${countText(calling)} in a task that is looked at now`;
}

function addAdd(suppress: Command, { io, use }: Session): void {
  suppress
    .command('add <number>')
    .description('never call this number (again)')
    .option(...CAMPAIGN)
    .option(...REASON)
    .option(...EXPIRES)
    .option(...JSON_OPTION)
    .action(async (number: string, options: AddOptions) => {
      await use(async (deps) => {
        const result = await suppressNumber(deps, { ...inputOf(io, options), number });
        if (options.json) return printJson(io, { ...result, expiresAt: timeText(result.expiresAt) });
        const what = result.added ? 'is now on' : 'was already on';
        return printLine(io, `the number ${what} the list "${result.list}"; ${calleesText(result)}`);
      });
    });
}

function addRemove(suppress: Command, { io, use }: Session): void {
  suppress
    .command('remove <number>')
    .description('take a number off a list; callees that it ended stay ended')
    .option(...CAMPAIGN)
    .option(...JSON_OPTION)
    .action(async (number: string, options: ListOptions) => {
      await use(async (deps) => {
        const result = await allowNumber(deps, { ...inputOf(io, options), number });
        if (options.json) return printJson(io, result);
        const what = result.removed ? 'was taken off' : 'is not on';
        return printLine(io, `the number ${what} the list "${result.list}"`);
      });
    });
  suppress
    .command('clear')
    .description('take every number off a list')
    .requiredOption('--yes', 'yes, all of them')
    .option(...CAMPAIGN)
    .option(...JSON_OPTION)
    .action(async (options: ListOptions) => {
      await use(async (deps) => {
        const result = await clearList(deps, inputOf(io, options));
        if (options.json) return printJson(io, result);
        return printLine(io, `${countText(result.removed)} numbers were taken off the list "${result.list}"`);
      });
    });
}

/** An entry as JSON. Shows the number: the operator asked for it. */
function entryDocument({ number, digest, entry }: ListedNumber): Record<string, string | null> {
  const { reason, by, source, addedAt, expiresAt } = entry;
  return {
    number: number === undefined ? null : `+${number}`,
    digest: digest ?? null,
    reason,
    by,
    source,
    addedAt: timeText(addedAt),
    expiresAt: timeText(expiresAt),
  };
}

async function* entryDocuments(
  deps: CliDeps,
  list: SuppressionList,
): AsyncIterable<ReturnType<typeof entryDocument>> {
  for await (const entry of deps.suppression.entries(list)) yield entryDocument(entry);
}

async function* entryTexts(deps: CliDeps, { list, zone }: NamedList): AsyncIterable<string> {
  for await (const { number, digest, entry } of deps.suppression.entries(list)) {
    const who = number === undefined ? `digest ${digest}` : `+${number}`;
    const why = entry.reason === '' ? '' : `  ${entry.reason}`;
    yield `${who}  ${expiryText(entry.expiresAt, zone)}${why}  (${entry.by}, ${entry.source})`;
  }
}

function actionText({ at, by, did, entries, reason, source }: SuppressionAction): string {
  const why = reason === '' ? '' : `: ${reason}`;
  return `${timeText(at)}  ${by}  ${did}  ${countText(entries)} entries  ${source}${why}`;
}

function addList(suppress: Command, { io, use }: Session): void {
  suppress
    .command('list')
    .description('every number of a list, with the reason and until when; digests where a key is set')
    .option(...CAMPAIGN)
    .option('--actions', 'who did what to the list, and when, instead of its numbers')
    .option(...JSON_OPTION)
    .action(async (options: ListOptions & { readonly actions?: true }) => {
      await use(async (deps) => {
        const named = await namedList(deps, options.campaign);
        if (options.actions) {
          const actions = await deps.suppression.actions(named.list);
          if (options.json)
            return printJson(
              io,
              actions.map((one) => ({ ...one, at: timeText(one.at) })),
            );
          for (const action of actions) await printLine(io, actionText(action));
          return;
        }
        if (options.json) return printJsonArray(io, entryDocuments(deps, named.list));
        return printLines(io, entryTexts(deps, named));
      });
    });
}

function rowsText(result: SuppressListResult): string {
  const { rows, added, known, rejected, ownReasons, ownExpiries, reasonsLeftOut } = result;
  const ends = `${countText(rows)} rows: ${countText(added)} added, ${countText(known)} known, ${countText(rejected)} rejected`;
  const own = [
    ...(ownReasons > 0 ? [`${countText(ownReasons)} with a reason of their own`] : []),
    ...(ownExpiries > 0 ? [`${countText(ownExpiries)} with an expiry of their own`] : []),
    ...(reasonsLeftOut > 0
      ? [`${countText(reasonsLeftOut)} with the reason of the file, since it names too many`]
      : []),
  ];
  return own.length === 0 ? ends : `${ends}; ${own.join(', ')}`;
}

/** Where a file lies; standard input is copied first, since a reader may look at the beginning twice. */
async function withFile<T>(
  deps: CliDeps,
  io: CliIo,
  file: string,
  work: (path: string) => Promise<T>,
): Promise<T> {
  if (file !== '-') return work(file);
  const spooled = await deps.spool.put(io.stdin);
  try {
    return await work(spooled.path);
  } finally {
    await deps.spool.discard(spooled);
  }
}

function fileNameOf(file: string): string {
  return file === '-' ? 'standard input' : (file.split(/[\\/]/).at(-1) ?? file);
}

async function importFile(deps: CliDeps, io: CliIo, file: string, options: AddOptions): Promise<void> {
  const progress = startProgress(io, deps.clock, { label: 'suppress import', unit: 'rows' });
  const rejections: RefusedRow[] = [];
  const onRefused = async (row: RefusedRow): Promise<void> => {
    if (!options.json) {
      const column = row.column === '' ? '' : `, column "${row.column}"`;
      await printLine(
        io,
        `row ${row.row} (line ${row.line})${column}: rejected, ${row.code}: ${row.message}`,
      );
    } else if (rejections.length < SUPPRESSION_REJECTIONS_SHOWN_MAX) rejections.push(row);
  };
  const result = await withFile(deps, io, file, (path) =>
    suppressList(
      deps,
      inputOf(io, options),
      { path, fileName: fileNameOf(file) },
      {
        onRefused,
        onRows: (rows) => progress.at(rows),
        signal: io.signal,
      },
    ),
  ).finally(() => progress.end());
  if (options.json) await printJson(io, { ...result, rejections });
  else await printLine(io, `list "${result.list}": ${rowsText(result)}; ${calleesText(result)}`);
  if (result.fault === '') return;
  throw new AppError('file_invalid', `${result.fault}. Rows 1 to ${result.rows} were taken`);
}

function addImport(suppress: Command, { io, use }: Session): void {
  suppress
    .command('import <file>')
    .description(
      'put every number of a file on a list, in any form that imports take; "-" reads standard input',
    )
    .option(...CAMPAIGN)
    .option(...REASON)
    .option(...EXPIRES)
    .option(...JSON_OPTION)
    .action((file: string, options: AddOptions) => use((deps) => importFile(deps, io, file, options)));
}

/** `suppress add | remove | list | import | clear`. */
export function addSuppressCommands(program: Command, session: Session): void {
  const suppress = program
    .command('suppress')
    .description('suppression lists (do not call): one for all campaigns, and one per campaign');
  addAdd(suppress, session);
  addRemove(suppress, session);
  addList(suppress, session);
  addImport(suppress, session);
}
