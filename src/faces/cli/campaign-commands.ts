import { type Command, Option } from 'commander';
import { CALLEE_STATES, isFinalCallee } from '../../core/callee.ts';
import { DISPOSITION_NAMES } from '../../core/disposition.ts';
import { ACTION_NAMES, ACTIONS, type OperatorAction } from '../../pipelines/actions.ts';
import { campaignJson } from '../../pipelines/campaign-json.ts';
import type { CampaignDocument } from '../documents.ts';
import type { CliBackend, PutOutcome } from './backend.ts';
import type { CliIo, Session } from './deps.ts';
import { readBytes } from './input.ts';
import { countText, factsText, localTime, printJson, printLine, tableText, write } from './output.ts';

/** Callees that nothing will move any more. */
function finishedOf(document: CampaignDocument): number {
  return CALLEE_STATES.filter(isFinalCallee).reduce((sum, state) => sum + (document.counts[state] ?? 0), 0);
}

function stateText(document: CampaignDocument): string {
  return `${document.state} (${document.reasonText})`;
}

/** A campaign for people: facts, then callees by state and by disposition where there are any. */
function campaignText(document: CampaignDocument): string {
  const counted = (counts: Readonly<Record<string, number>>): [string, number][] =>
    Object.entries(counts).filter(([, callees]) => callees !== 0);
  const listed = (what: string, entries: [string, number][]): string[] =>
    entries.length === 0 ? [] : ['', tableText([what, 'callees'], entries)];
  return [
    factsText([
      ['campaign', document.id],
      ['name', document.name],
      ['state', stateText(document)],
      ['callees', `${countText(document.callees)}, of them finished ${countText(finishedOf(document))}`],
      ['attempts', countText(document.attempts)],
      [
        'next due',
        document.nextDueAt === null ? 'nobody waits' : localTime(document.nextDueAt, document.timeZone),
      ],
    ]),
    ...listed('state', counted(document.counts)),
    ...listed('disposition', counted(document.dispositions)),
  ].join('\n');
}

/** Nothing, where the operator ended a look that was under way; else the error. */
function unlessInterrupted(io: CliIo): (error: unknown) => undefined {
  return (error) => {
    if (!io.signal.aborted) throw error;
    return undefined;
  };
}

/** Shows the campaign again whenever something about it changed, until it is over or the operator has seen enough. */
async function watch(backend: CliBackend, io: CliIo, id: string): Promise<void> {
  let shown = '';
  while (!io.signal.aborted) {
    const document = await backend.campaign(id, 'watching').catch(unlessInterrupted(io));
    if (document === undefined) return;
    const { nextDueAt: _, ...rest } = document;
    const present = JSON.stringify(rest);
    if (present !== shown) {
      shown = present;
      if (io.stdout.isTTY) await write(io.stdout, `\u001b[H\u001b[2J${campaignText(document)}\n`);
      else {
        const finished = `${countText(finishedOf(document))} of ${countText(document.callees)} callees finished`;
        await printLine(io, `${id} ${document.state}: ${finished}, ${countText(document.attempts)} attempts`);
      }
    }
    if (document.state === 'completed' || document.state === 'cancelled') return;
    await backend.clock.sleep(backend.lookInterval, io.signal).catch(() => {});
  }
}

function putText(put: PutOutcome): string {
  if (put.outcome === 'changed') return `has new settings from now on: ${put.fields.join(', ')}`;
  return put.outcome === 'created' ? 'is stored as a draft' : 'was stored already, with the same settings';
}

function addPut(campaign: Command, session: Session): void {
  campaign
    .command('put <id>')
    .description('store a campaign file as a draft; the same file again changes nothing')
    .requiredOption('--file <file>', 'campaign file (JSON); "-" reads standard input')
    .option('--update', 'give a campaign that exists the settings of the file, also while it runs')
    .action(async (id: string, options: { file: string; update?: true }) => {
      const json = campaignJson(await readBytes(session.io, options.file), options.file);
      const put = await session.use((backend) => backend.putCampaign(id, json, options.update === true));
      await printLine(session.io, `campaign "${id}" ${putText(put)}`);
    });
}

/** One command per row of the actions table. */
function addActions(campaign: Command, session: Session): void {
  for (const name of ACTION_NAMES) {
    const action: OperatorAction = ACTIONS[name];
    const command = campaign.command(`${name.replaceAll('_', '-')} <id>`).description(action.does);
    if (action.needs === 'disposition') {
      const meaning = 'only callees whose latest attempt ended so';
      command.addOption(new Option('--disposition <disposition>', meaning).choices(DISPOSITION_NAMES));
    }
    command.action(async (campaignId: string, { disposition }: { disposition?: string }) => {
      const result = await session.use((backend) => backend.actOnCampaign(name, campaignId, disposition));
      for (const { text, remedy } of result.warnings ?? [])
        session.io.stderr.write(`warning: ${text}; ${remedy}\n`);
      await printLine(session.io, result.text);
    });
  }
}

function addReads(campaign: Command, session: Session): void {
  const { io } = session;
  campaign
    .command('show <id>')
    .description('state, callees by state and disposition, attempts, next due time')
    .option('--json', 'print one JSON document')
    .option('--watch', 'keep showing it until it is over; Ctrl-C ends')
    .action(async (id: string, options: { json?: true; watch?: true }, command: Command) => {
      if (options.json && options.watch) command.error('error: use either --json or --watch');
      await session.use(async (backend) => {
        if (options.watch) return watch(backend, io, id);
        const document = await backend.campaign(id);
        return options.json ? printJson(io, document) : printLine(io, campaignText(document));
      });
    });
  campaign
    .command('list')
    .description('all campaigns')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: true }) => {
      await session.use(async (backend) => {
        const documents: CampaignDocument[] = [];
        for await (const document of backend.campaigns()) documents.push(document);
        if (options.json) return printJson(io, documents);
        if (documents.length === 0) return printLine(io, 'there are no campaigns yet');
        const rows = documents.map((one) => [
          one.id,
          one.state,
          one.callees,
          finishedOf(one),
          one.attempts,
          one.name,
        ]);
        return printLine(
          io,
          tableText(['campaign', 'state', 'callees', 'finished', 'attempts', 'name'], rows),
        );
      });
    });
}

/** `campaign put | start | pause | resume | cancel | show | list`. */
export function addCampaignCommands(program: Command, session: Session): void {
  const campaign = program.command('campaign').description('put, steer and look at campaigns');
  addPut(campaign, session);
  addActions(campaign, session);
  addReads(campaign, session);
}
