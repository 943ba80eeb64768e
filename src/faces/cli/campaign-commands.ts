import { type Command, Option } from 'commander';
import { CALLEE_STATES, isFinalCallee } from '../../core/callee.ts';
import { DISPOSITION_NAMES } from '../../core/disposition.ts';
import { AppError } from '../../core/errors.ts';
import { CLI_LOOK_INTERVAL } from '../../core/limits.ts';
import { ACTION_NAMES, ACTIONS, type OperatorAction, requireCampaign } from '../../pipelines/actions.ts';
import { putCampaign } from '../../pipelines/campaigns.ts';
import { type CampaignDocument, campaignDocument } from '../documents.ts';
import type { CliDeps, CliIo, Session } from './deps.ts';
import { readText } from './input.ts';
import { countText, factsText, printJson, printLine, tableText, write } from './output.ts';

/** The JSON in a campaign file, or AppError `campaign_invalid` saying where it stops being JSON. */
function parseCampaignJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('campaign_invalid', `${file} is not JSON: ${reason}`, { cause: error });
  }
}

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
      ['next due', document.nextDueAt ?? 'nobody waits'],
    ]),
    ...listed('state', counted(document.counts)),
    ...listed('disposition', counted(document.dispositions)),
  ].join('\n');
}

async function documentOf(deps: CliDeps, id: string): Promise<CampaignDocument> {
  return campaignDocument(deps.store, await requireCampaign(deps.store, id), deps.clock.now());
}

/** Shows the campaign again whenever something about it changed, until it is over or the operator has seen enough. */
async function watch(deps: CliDeps, io: CliIo, id: string): Promise<void> {
  let shown = '';
  while (!io.signal.aborted) {
    const document = await documentOf(deps, id);
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
    await deps.clock.sleep(CLI_LOOK_INTERVAL, io.signal).catch(() => {});
  }
}

function addPut(campaign: Command, session: Session): void {
  campaign
    .command('put <id>')
    .description('store a campaign file as a draft; the same file again changes nothing')
    .requiredOption('--file <file>', 'campaign file (JSON); "-" reads standard input')
    .action(async (id: string, options: { file: string }) => {
      const json = parseCampaignJson(options.file, await readText(session.io, options.file));
      const { outcome } = await session.use((deps) => putCampaign(deps, id, json));
      const what =
        outcome === 'created' ? 'is stored as a draft' : 'was stored already, with the same settings';
      await printLine(session.io, `campaign "${id}" ${what}`);
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
      const input = { campaignId, by: session.io.user, ...(disposition !== undefined && { disposition }) };
      const result = await session.use((deps) => action.run(deps, input));
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
      await session.use(async (deps) => {
        if (options.watch) return watch(deps, io, id);
        const document = await documentOf(deps, id);
        return options.json ? printJson(io, document) : printLine(io, campaignText(document));
      });
    });
  campaign
    .command('list')
    .description('all campaigns')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: true }) => {
      await session.use(async (deps) => {
        const documents: CampaignDocument[] = [];
        for (const id of await deps.store.campaignIds()) documents.push(await documentOf(deps, id));
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
