import { type Command, Option } from 'commander';
import { present } from '../../core/assert.ts';
import { CALLEE_STATES, type CalleeRef, type CalleeState } from '../../core/callee.ts';
import { PAGE_SLOTS, ROW_PRIORITY_DEFAULT } from '../../core/limits.ts';
import { isoInZone } from '../../core/zone-clock.ts';
import { CALLEE_ACTION_NAMES, CALLEE_ACTIONS, requireCampaign } from '../../pipelines/actions.ts';
import { findCallee, readCallee } from '../../pipelines/find-callee.ts';
import type { CampaignRecord } from '../../ports/store.ts';
import { type CalleeDocument, type CalleeLine, calleeDocument, calleeLine } from '../documents.ts';
import type { CliDeps, Session } from './deps.ts';
import { factsText, printJson, printJsonArray, printLine, printLines } from './output.ts';

async function documentOf(deps: CliDeps, campaign: CampaignRecord, ref: CalleeRef): Promise<CalleeDocument> {
  const { record, row, stories } = await readCallee(deps, campaign, ref);
  return calleeDocument(calleeLine(campaign.id, ref, record, row), record, row, stories);
}

/** A time of a document in the campaign's own zone, as operators think of it. */
function localTime(at: unknown, timeZone: string): string {
  return typeof at === 'string' ? isoInZone(Date.parse(at), timeZone) : '-';
}

function historyText(entry: CalleeDocument['history'][number], timeZone: string): string {
  const { at, from, to, reasonText, disposition, attempts, batch, nextAttemptAt, calls, facts: more } = entry;
  const facts = [
    ...(disposition === undefined ? [] : [String(disposition)]),
    `attempts ${attempts}`,
    ...(batch === undefined ? [] : [`batch ${batch}`]),
    ...(nextAttemptAt === undefined ? [] : [`next attempt ${localTime(nextAttemptAt, timeZone)}`]),
    ...(Array.isArray(calls) ? calls.map((call) => JSON.stringify(call)) : []),
    ...(typeof more === 'object' && more !== null ? [JSON.stringify(more)] : []),
  ];
  return `  ${localTime(at, timeZone)}  ${from ?? '-'} -> ${to}: ${reasonText} (${facts.join(', ')})`;
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

/** A callee for people: what it is, then everything that happened to it and why. */
function calleeText(document: CalleeDocument, timeZone: string): string {
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
    ...limitsOf(document, timeZone),
    ['UUI', document.uui === '' ? '-' : document.uui],
    ...Object.entries(document.variables),
  ];
  const history = document.history.map((entry) => historyText(entry, timeZone));
  return [factsText(facts), ...(history.length === 0 ? [] : ['', 'history', ...history])].join('\n');
}

/** Callees in some states, in row order, a page in memory at a time. */
async function* listCallees(
  deps: CliDeps,
  campaignId: string,
  states: readonly CalleeState[],
): AsyncIterable<CalleeLine> {
  let page: number | undefined = 0;
  while (page !== undefined) {
    const { callees, next } = await deps.store.calleesIn(campaignId, states, page, PAGE_SLOTS);
    const rows = await deps.store.rows(
      campaignId,
      callees.map(({ ref }) => ref),
    );
    for (const [at, { ref, record }] of callees.entries()) {
      yield calleeLine(campaignId, ref, record, present(rows[at], `row of callee c${ref}`));
    }
    page = next;
  }
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
    const action = CALLEE_ACTIONS[name];
    callee
      .command(`${name.replaceAll('_', '-')} <campaign> <callee>`)
      .description(action.does)
      .action(async (campaignId: string, text: string) => {
        const result = await session.use(async (deps) => {
          const ref = await findCallee(deps, await requireCampaign(deps.store, campaignId), text);
          return action.run(deps, { campaignId, callee: ref, by: session.io.user });
        });
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
      await session.use(async (deps) => {
        const campaign = await requireCampaign(deps.store, campaignId);
        const document = await documentOf(deps, campaign, await findCallee(deps, campaign, text));
        return options.json
          ? printJson(io, document)
          : printLine(io, calleeText(document, campaign.settings.timeZone));
      });
    });
  callee
    .command('list <campaign>')
    .description('callees in row order')
    .addOption(new Option('--state <state>', 'only those in this state').choices(CALLEE_STATES))
    .option('--json', 'print one JSON document')
    .action(async (campaignId: string, options: { state?: CalleeState; json?: true }) => {
      await session.use(async (deps) => {
        const campaign = await requireCampaign(deps.store, campaignId);
        const lines = listCallees(
          deps,
          campaignId,
          options.state === undefined ? CALLEE_STATES : [options.state],
        );
        if (options.json) return printJsonArray(io, lines);
        return printLines(io, lineTexts(lines, campaign.settings.timeZone));
      });
    });
}
