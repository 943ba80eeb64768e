import { open } from 'node:fs/promises';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import type { ReportTotals } from '../../core/report.ts';
import type { PreflightDocument as OwnPreflight } from '../../pipelines/preflight.ts';
import type { CliBackend } from './backend.ts';
import type { CliIo, Session } from './deps.ts';
import { examine } from './doctor.ts';
import { countText, factsText, localTime, printJson, printLine, tableText } from './output.ts';
import { startProgress } from './progress.ts';
import { wholeFile } from './whole-file.ts';

/** Hands everything on to standard output, which must not be ended. */
function toStandardOutput(io: CliIo): Writable {
  return new Writable({ write: (chunk: Buffer, _encoding, done) => void io.stdout.write(chunk, done) });
}

async function reportToFile(
  backend: CliBackend,
  io: CliIo,
  campaignId: string,
  file: string,
): Promise<ReportTotals> {
  const { callees: total } = await backend.campaign(campaignId);
  const progress = startProgress(io, backend.clock, { label: 'report', unit: 'rows', total });
  return wholeFile(file, async (part) => {
    const out = (await open(part, 'w', 0o600)).createWriteStream();
    return backend.report(campaignId, out, (rows) => progress.at(rows));
  }).finally(() => progress.end());
}

function totalsText(campaignId: string, totals: ReportTotals): string {
  const states = Object.entries(totals.states).filter(([, callees]) => callees > 0);
  const listed = states.map(([state, callees]) => `${countText(callees)} ${state}`).join(', ');
  const rows = `${countText(totals.rows)} rows read, ${countText(totals.accepted)} accepted`;
  const callees = `${countText(totals.callees)} callees${listed === '' ? '' : ` (${listed})`}`;
  return `report of ${campaignId}: ${rows}; ${callees}; ${countText(totals.attempts)} attempts`;
}

function addReport(program: Command, session: Session): void {
  const { io } = session;
  program
    .command('report <campaign>')
    .description('one CSV line per callee, to standard output or a file; totals to standard error')
    .option('--out <file>', 'write the CSV to this file')
    .option('--json', 'print the totals as one JSON document; the CSV only goes to --out')
    .action(async (campaignId: string, options: { out?: string; json?: true }) => {
      await session.use(async (backend) => {
        const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
        const totals =
          options.out === undefined
            ? await backend.report(campaignId, options.json ? nowhere : toStandardOutput(io), () => {})
            : await reportToFile(backend, io, campaignId, options.out);
        if (options.json) return printJson(io, { campaign: campaignId, ...totals });
        io.stderr.write(`${totalsText(campaignId, totals)}\n`);
      });
    });
}

type AuditReport = Awaited<ReturnType<CliBackend['audit']>>;

async function printAudit(io: CliIo, report: AuditReport): Promise<void> {
  for (const { campaign, rule, where, detail } of report.violations) {
    await printLine(io, `${campaign}: ${where}: ${rule}: ${detail}`);
  }
  const found = report.violations.length + report.violationsMore;
  const looked = `${countText(report.callees)} callees in ${countText(report.campaigns.length)} campaigns`;
  await printLine(io, `${countText(found)} violations; looked at ${looked}`);
  const moving = report.campaigns.filter((one) => !one.settled).map((one) => one.campaign);
  if (moving.length > 0) {
    const rules = 'rules that compare two readings were not judged for it';
    await printLine(io, `moved while it was read, so ${rules}: ${moving.join(', ')}`);
  }
}

function addAudit(program: Command, session: Session): void {
  const { io } = session;
  program
    .command('audit [campaign]')
    .description('check on live data what must always be true; one campaign, or all')
    .option('--json', 'print one JSON document')
    .action(async (campaignId: string | undefined, options: { json?: true }) => {
      const report = await session.use(async (backend) => {
        const progress = startProgress(io, backend.clock, { label: 'audit', unit: 'pages' });
        let pages = 0;
        const onPage = (): void => {
          pages += 1;
          progress.at(pages);
        };
        return backend.audit(campaignId, onPage).finally(() => progress.end());
      });
      await (options.json ? printJson(io, report) : printAudit(io, report));
      if (report.violations.length > 0) session.fail();
    });
}

type Limit = OwnPreflight['forecast']['limitedBy'];

/** What limits a campaign, as the end of a sentence. */
const LIMIT_TEXTS: Readonly<Record<string, string>> = {
  channels: 'the calls that the callers make at a time',
  in_flight: '"calleesInFlightMax" of the campaign',
  pace: '"calleesPerMinute" of the campaign',
  quota: "the provider's request quota",
  windows: 'the calling windows',
  caps: 'the caps on calls per number',
  retries: 'the delays between attempts',
} satisfies Readonly<Record<Limit, string>>;

type PreflightDocument = Awaited<ReturnType<CliBackend['preflight']>>;

/** The document for people: what was found, then what is to be expected, and by what that goes. */
function preflightText(document: PreflightDocument, timeZone: string): string {
  const { campaign, ok, errors, warnings, forecast } = document;
  const found = (weight: string, problems: PreflightDocument['errors']): string[] =>
    problems.map(({ code, text, remedy }) => `${weight} ${code}: ${text}\n        ${remedy}`);
  const range = (from: string | number, to: string | number): string =>
    from === to ? String(from) : `${from} to ${to}`;
  const at = (time: string): string => localTime(time, timeZone);
  const { attempts, finishAt } = forecast;
  return [
    `preflight of ${campaign}: ${ok ? 'ready' : 'not ready'}`,
    ...found('error  ', errors),
    ...found('warning', warnings),
    '',
    factsText([
      ['callees', countText(forecast.callees)],
      [
        'attempts',
        `${range(countText(attempts.from), countText(attempts.to))}, about ${countText(attempts.expected)}`,
      ],
      ['finished', `${range(at(finishAt.from), at(finishAt.to))}, about ${at(finishAt.expected)}`],
      ['limited by', LIMIT_TEXTS[forecast.limitedBy] ?? forecast.limitedBy],
      ['never called', `${countText(forecast.neverFit)} for whom no window is left`],
    ]),
    ...forecast.assumptions.map(({ text }) => `- ${text}`),
  ].join('\n');
}

function addPreflight(program: Command, session: Session): void {
  const { io } = session;
  program
    .command('preflight <campaign>')
    .description('check what a campaign needs before it calls, and foretell what it will do')
    .option('--json', 'print one JSON document')
    .action(async (campaignId: string, options: { json?: true }) => {
      await session.use(async (backend) => {
        const document = await backend.preflight(campaignId);
        if (!document.ok) session.fail();
        if (options.json) return printJson(io, document);
        return printLine(io, preflightText(document, await backend.timeZoneOf(campaignId)));
      });
    });
}

function addDoctor(program: Command, session: Session): void {
  const { io } = session;
  program
    .command('doctor')
    .description(
      'check settings, Redis, credentials, clocks, packages and Node; over the API: the way there, the key, and what it says of itself',
    )
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: true }) => {
      const findings = await examine(session);
      const failed = findings.some((finding) => finding.state === 'failed');
      if (options.json) await printJson(io, { ok: !failed, checks: findings });
      else {
        const rows = findings.map(({ check, state, detail }) => [check, state, detail]);
        await printLine(io, tableText(['check', 'state', 'found'], rows));
      }
      if (failed) session.fail();
    });
}

/** `report`, `audit`, `preflight` and `doctor`. What finds a violation, an error or a failed check ends with code 1. */
export function addCheckCommands(program: Command, session: Session): void {
  addReport(program, session);
  addAudit(program, session);
  addPreflight(program, session);
  addDoctor(program, session);
}
