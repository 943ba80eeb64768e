import type { Command } from 'commander';
import { AppError } from '../../core/errors.ts';
import { SUPPRESSION_REJECTIONS_SHOWN_MAX } from '../../core/limits.ts';
import { parseListWish } from '../../core/list-wish.ts';
import { oneLine } from '../../core/one-line.ts';
import { expiryText } from '../../core/suppression.ts';
import type { RefusedRow } from '../../pipelines/suppress-list.ts';
import type { CliBackend, SuppressionBackend, SuppressionWords } from './backend.ts';
import type { CliIo, Session } from './deps.ts';
import { FORM_OPTIONS, type FormOptions, findList } from './input.ts';
import { countText, printJson, printJsonArray, printLine, printLines } from './output.ts';
import { startProgress } from './progress.ts';

type ListResult = Awaited<ReturnType<SuppressionBackend['importNumbers']>>;
type ListActions = Awaited<ReturnType<SuppressionBackend['listActions']>>;

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

function wordsOf({ campaign, reason, expires }: AddOptions): SuppressionWords {
  return { campaign, reason, expires };
}

function calleesText({ suppressed, calling }: Pick<ListResult, 'suppressed' | 'calling'>): string {
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
      const result = await use((backend) => backend.suppress(number, wordsOf(options)));
      if (options.json) return printJson(io, result);
      const what = result.added ? 'is now on' : 'was already on';
      return printLine(io, `the number ${what} the list "${result.list}"; ${calleesText(result)}`);
    });
}

function addRemove(suppress: Command, { io, use }: Session): void {
  suppress
    .command('remove <number>')
    .description('take a number off a list; callees that it ended stay ended')
    .option(...CAMPAIGN)
    .option(...JSON_OPTION)
    .action(async (number: string, options: ListOptions) => {
      const result = await use((backend) => backend.allow(number, options.campaign));
      if (options.json) return printJson(io, result);
      const what = result.removed ? 'was taken off' : 'is not on';
      return printLine(io, `the number ${what} the list "${result.list}"`);
    });
  suppress
    .command('clear')
    .description('take every number off a list')
    .requiredOption('--yes', 'yes, all of them')
    .option(...CAMPAIGN)
    .option(...JSON_OPTION)
    .action(async (options: ListOptions) => {
      const result = await use((backend) => backend.clearList(options.campaign));
      if (options.json) return printJson(io, result);
      return printLine(io, `${countText(result.removed)} numbers were taken off the list "${result.list}"`);
    });
}

async function* entryTexts(backend: CliBackend, campaign: string | undefined): AsyncIterable<string> {
  const zone = await backend.listZone(campaign);
  for await (const { number, digest, reason, by, source, expiresAt } of backend.entries(campaign)) {
    const until = expiryText(expiresAt === null ? undefined : Date.parse(expiresAt), zone);
    const why = reason === '' ? '' : `  ${reason}`;
    yield `${number ?? `digest ${digest}`}  ${until}${why}  (${by}, ${oneLine(source)})`;
  }
}

function actionText({ at, by, did, entries, reason, source }: ListActions[number]): string {
  const why = reason === '' ? '' : `: ${reason}`;
  return `${at}  ${by}  ${did}  ${countText(entries)} entries  ${oneLine(source)}${why}`;
}

function addList(suppress: Command, { io, use }: Session): void {
  suppress
    .command('list')
    .description('every number of a list, with the reason and until when; digests where a key is set')
    .option(...CAMPAIGN)
    .option('--actions', 'who did what to the list, and when, instead of its numbers')
    .option(...JSON_OPTION)
    .action(async (options: ListOptions & { readonly actions?: true }) => {
      await use(async (backend) => {
        if (options.actions) {
          const actions = await backend.listActions(options.campaign);
          if (options.json) return printJson(io, actions);
          for (const action of actions) await printLine(io, actionText(action));
          return;
        }
        if (options.json) return printJsonArray(io, backend.entries(options.campaign));
        return printLines(io, entryTexts(backend, options.campaign));
      });
    });
}

function rowsText(result: ListResult): string {
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

async function importFile(
  backend: CliBackend,
  io: CliIo,
  file: string,
  options: AddOptions & FormOptions,
): Promise<void> {
  const list = { wish: parseListWish(options), source: await findList(io, file) };
  const progress = startProgress(io, backend.clock, { label: 'suppress import', unit: 'rows' });
  const rejections: RefusedRow[] = [];
  let told = 0;
  const onRefused = async (row: RefusedRow): Promise<void> => {
    told += 1;
    if (!options.json) {
      const column = row.column === '' ? '' : `, column "${row.column}"`;
      await printLine(
        io,
        oneLine(`row ${row.row} (line ${row.line})${column}: rejected, ${row.code}: ${row.message}`),
      );
    } else if (rejections.length < SUPPRESSION_REJECTIONS_SHOWN_MAX) rejections.push(row);
  };
  const result = await backend
    .importNumbers(list, wordsOf(options), { onRefused, onRows: (rows) => progress.at(rows) })
    .finally(() => progress.end());
  if (options.json) await printJson(io, { ...result, rejections });
  else {
    const more = result.rejected - told;
    if (more > 0) await printLine(io, `and ${countText(more)} more rows that were rejected`);
    await printLine(io, `list "${result.list}": ${rowsText(result)}; ${calleesText(result)}`);
  }
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
    .option(...FORM_OPTIONS.encoding)
    .option(...FORM_OPTIONS.delimiter)
    .option(...FORM_OPTIONS.sheet)
    .option(...JSON_OPTION)
    .action((file: string, options: AddOptions & FormOptions) =>
      use((backend) => importFile(backend, io, file, options)),
    );
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
