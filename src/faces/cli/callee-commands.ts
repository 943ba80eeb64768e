import { type Command, Option } from 'commander';
import { CALLEE_STATES, type CalleeState } from '../../core/callee.ts';
import { ROW_PRIORITY_DEFAULT } from '../../core/limits.ts';
import { oneLine } from '../../core/one-line.ts';
import { CALLEE_ACTION_NAMES, CALLEE_ACTIONS } from '../../pipelines/actions.ts';
import type { CalleeDocument, CalleeLine, WaitingCallee } from '../documents.ts';
import type { Session } from './deps.ts';
import { factsText, localTime, printJson, printJsonArray, printLine, printLines } from './output.ts';

/** `talkSeconds: 75` as `talk seconds 75`; times by the clock of the zone. */
function detailText(details: unknown, timeZone: string): string {
  if (typeof details !== 'object' || details === null) return '';
  const pairs = Object.entries(details).map(([name, value]) => {
    const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    return `${words} ${/At$/.test(name) ? localTime(value, timeZone) : String(value)}`;
  });
  return oneLine(pairs.join(', '));
}

/** One move, and under it each call that it tells of. */
function historyText(entry: CalleeDocument['history'][number], timeZone: string): string {
  const { at, from, to, reasonText, disposition, attempts, batch, nextAttemptAt, calls, facts: more } = entry;
  const facts = [
    ...(disposition === undefined ? [] : [String(disposition)]),
    `attempts ${attempts}`,
    ...(batch === undefined ? [] : [`batch ${batch}`]),
    ...(nextAttemptAt === undefined ? [] : [`next attempt ${localTime(nextAttemptAt, timeZone)}`]),
    ...(more === undefined ? [] : [detailText(more, timeZone)]),
  ];
  const told = Array.isArray(calls) ? calls.map((call) => `    call: ${detailText(call, timeZone)}`) : [];
  const move = `  ${localTime(at, timeZone)}  ${from ?? '-'} -> ${to}: ${reasonText} (${facts.join(', ')})`;
  return [move, ...told].join('\n');
}

function changedBy({ updatedBy }: CalleeDocument): [string, string][] {
  return updatedBy === null ? [] : [['changed by', `row ${updatedBy.row} of ${updatedBy.importId}`]];
}

/** What its row says of when it is called, where it says anything. */
function limitsOf({ limits }: CalleeDocument, timeZone: string): [string, string | number][] {
  const { notBefore, notAfter, priority } = limits;
  return [
    ...(notBefore === null ? [] : [['not before', localTime(notBefore, timeZone)] as [string, string]]),
    ...(notAfter === null ? [] : [['not after', localTime(notAfter, timeZone)] as [string, string]]),
    ...(priority === ROW_PRIORITY_DEFAULT ? [] : [['priority', priority] as [string, number]]),
  ];
}

/** Why it is where it is, and until when; nothing once it is over. */
function waitingFor({ waiting }: WaitingCallee, timeZone: string): [string, string][] {
  if (waiting === null) return [];
  const until = waiting.until === null ? '' : `, until ${localTime(waiting.until, timeZone)}`;
  return [['waiting', `${waiting.why}${until}`]];
}

/** A callee for people: what it is, then everything that happened to it and why. */
function calleeText(document: WaitingCallee, timeZone: string): string {
  const facts: [string, string | number][] = [
    ['callee', document.id],
    ['number', document.callee],
    ['row', `${document.row} of ${document.import}`],
    ...changedBy(document),
    ['state', document.state],
    ['reason', document.reasonText],
    ['disposition', document.disposition ?? '-'],
    ['attempts', document.attempts],
    ['next attempt', localTime(document.nextAttemptAt, timeZone)],
    ...waitingFor(document, timeZone),
    ...limitsOf(document, timeZone),
    ['UUI', document.uui === '' ? '-' : document.uui],
    ...Object.entries(document.variables),
  ];
  const history = document.history.map((entry) => historyText(entry, timeZone));
  return [factsText(facts), ...(history.length === 0 ? [] : ['', 'history', ...history])].join('\n');
}

function lineText(line: CalleeLine, timeZone: string): string {
  const next = line.nextAttemptAt === null ? '' : `  next attempt ${localTime(line.nextAttemptAt, timeZone)}`;
  const ended = line.disposition === null ? '' : `  ${line.disposition}`;
  return `${line.id}  ${line.callee}  ${line.state}  ${line.reason}  attempts ${line.attempts}${ended}${next}`;
}

async function* lineTexts(lines: AsyncIterable<CalleeLine>, timeZone: string): AsyncIterable<string> {
  for await (const line of lines) yield lineText(line, timeZone);
}

/** One command per row of the table of actions on a callee. */
function addActions(callee: Command, session: Session): void {
  for (const name of CALLEE_ACTION_NAMES) {
    callee
      .command(`${name.replaceAll('_', '-')} <campaign> <callee>`)
      .description(CALLEE_ACTIONS[name].does)
      .action(async (campaignId: string, text: string) => {
        const result = await session.use((backend) => backend.actOnCallee(name, campaignId, text));
        await printLine(session.io, result.text);
      });
  }
}

/** `callee show | list | retry-now | give-up | resume`. Reads show numbers in full: the operator asked for them. */
export function addCalleeCommands(program: Command, session: Session): void {
  const { io } = session;
  const callee = program.command('callee').description('look at, and steer, single callees');
  addActions(callee, session);
  callee
    .command('show <campaign> <callee>')
    .description(
      'one callee, by number, id (c12) or row (row:12), with everything that happened to it and why',
    )
    .option('--json', 'print one JSON document')
    .action(async (campaignId: string, text: string, options: { json?: true }) => {
      await session.use(async (backend) => {
        const document = await backend.callee(campaignId, text);
        if (options.json) return printJson(io, document);
        return printLine(io, calleeText(document, await backend.timeZoneOf(campaignId)));
      });
    });
  callee
    .command('list <campaign>')
    .description('callees in row order')
    .addOption(new Option('--state <state>', 'only those in this state').choices(CALLEE_STATES))
    .option('--json', 'print one JSON document')
    .action(async (campaignId: string, options: { state?: CalleeState; json?: true }) => {
      await session.use(async (backend) => {
        const lines = backend.callees(campaignId, options.state);
        if (options.json) return printJsonArray(io, lines);
        return printLines(io, lineTexts(lines, await backend.timeZoneOf(campaignId)));
      });
    });
}
