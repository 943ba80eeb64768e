import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createSimulator, type Simulator } from './adapters/simulator/simulator.ts';
import { type App, openApp } from './app.ts';
import { type Environment, loadConfig } from './config.ts';
import { assert } from './core/assert.ts';
import type { ImportRecord } from './core/import.ts';
import { SECOND } from './core/time.ts';
import { factsText, tableText } from './faces/cli/output.ts';
import { ACTIONS } from './pipelines/actions.ts';
import { addImport } from './pipelines/add-import.ts';
import { runAudit } from './pipelines/audit.ts';
import { putCampaign } from './pipelines/campaigns.ts';
import { writeReport } from './pipelines/report.ts';
import type { CampaignCounts } from './ports/store.ts';
import { ROLES } from './roles.ts';

const CAMPAIGN = 'demo';
const CREDENTIALS = { secretId: 'AKIDdemo', secretKey: 'demo-key-of-the-simulator' };
/** A call of a minute takes a tenth of a second, so every wait of ours is shortened likewise. */
const SPEED = 600;
const SHORT_WAITS = {
  REQUEST_DEADLINE: '2s',
  SUBMISSION_GRACE: '2s',
  QUIET_PERIOD: '2s',
  SWEEP_INTERVAL: '1s',
  TASK_LIST_INTERVAL: '2s',
  FIRST_LOOK: '1s',
  LOOK_INTERVAL_MIN: '300ms',
  LOOK_INTERVAL_MAX: '2s',
  BATCH_GATHER: '1s',
  RECORD_GATHER: '1s',
};
const DEADLINE = 80 * SECOND;
const PROGRESS_EVERY = SECOND;

/** The last line of the demo: what went in, what came out, and whether the carrier saw the same. */
export interface DemoResult {
  readonly rows: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly suppressed: number;
  readonly rejected: number;
  readonly answered: number;
  readonly unanswered: number;
  readonly expired: number;
  readonly cancelled: number;
  readonly needsAttention: number;
  readonly attempts: number;
  readonly ledgerDials: number;
  readonly duplicateDials: number;
  readonly auditViolations: number;
}

/**
 * A whole campaign on this machine: the sample list, the bundled simulator over HTTP with some lost replies, a
 * private Redis, every role. Writes what happens to `print`; resolves to the sums, which must agree.
 */
export async function runDemo(
  root: string,
  environment: Environment,
  print: (line: string) => void,
): Promise<DemoResult> {
  const dir = join(root, '.ringmaster', 'demo');
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  const simulator = createSimulator({ credentials: CREDENTIALS, seed: 'demo', speed: SPEED });
  const { url } = await simulator.listen();
  // One create in ten takes effect and loses its reply: the case in which a careless client dials twice.
  simulator.setFaults([{ kind: 'drop', action: 'CreateAutoCalloutTask', probability: 0.1, commit: true }]);
  const config = loadConfig({
    ...SHORT_WAITS,
    DATA_DIR: dir,
    // Any free one: the usual port may be somebody else's here.
    HTTP_PORT: '0',
    LOG_LEVEL: environment.LOG_LEVEL ?? 'error',
    TCCC_ENDPOINT: url,
    TCCC_SECRET_ID: CREDENTIALS.secretId,
    TCCC_SECRET_KEY: CREDENTIALS.secretKey,
    TCCC_SDK_APP_ID: '1400000000',
  });
  const app = await openApp(config, { name: 'demo' });
  try {
    print(`Redis ${app.redis.about.where}, provider simulator ${url}, one call in ${SPEED} times its speed`);
    await app.start(ROLES);
    return await runCampaign(app, simulator, {
      samples: join(root, 'samples'),
      report: join(dir, 'report.csv'),
      print,
    });
  } finally {
    await app.close();
    await simulator.close();
  }
}

interface DemoPaths {
  readonly samples: string;
  readonly report: string;
  readonly print: (line: string) => void;
}

async function runCampaign(
  app: App,
  simulator: Simulator,
  { samples, report, print }: DemoPaths,
): Promise<DemoResult> {
  const settings: unknown = JSON.parse(await readFile(join(samples, 'demo.campaign.json'), 'utf8'));
  await putCampaign(app, CAMPAIGN, settings);
  const list = join(samples, 'demo.csv');
  const { record } = await addImport(app, CAMPAIGN, {
    fileName: basename(list),
    content: createReadStream(list),
  });
  const taken = await waitForImport(app, record.id);
  print(
    `Imported ${taken.fileName}: ${taken.rows} rows = ${taken.accepted} accepted + ${taken.duplicate} duplicate + ${taken.suppressed} suppressed + ${taken.rejected} rejected`,
  );
  await ACTIONS.start.run(app, { campaignId: CAMPAIGN, by: 'demo' });
  const counts = await waitForEnd(app, print);
  await writeReport(app, CAMPAIGN, createWriteStream(report));
  const audit = await runAudit(app);
  const ledger = simulator.summary();
  print(
    `\n${tableText(['disposition of the last attempt', 'callees'], Object.entries(counts.dispositions))}\n`,
  );
  print(factsText(requestFacts(simulator)));
  print(`\nReport: ${report}`);
  const { states } = counts;
  return {
    rows: taken.rows,
    accepted: taken.accepted,
    duplicate: taken.duplicate,
    suppressed: taken.suppressed,
    rejected: taken.rejected,
    answered: states.answered,
    unanswered: states.unanswered,
    expired: states.expired,
    cancelled: states.cancelled,
    needsAttention: states.needs_attention,
    attempts: counts.attempts,
    ledgerDials: ledger.dials,
    duplicateDials: ledger.duplicateDials,
    auditViolations: audit.violations.length + audit.violationsMore,
  };
}

function requestFacts(simulator: Simulator): [string, string][] {
  return Object.entries(simulator.requests()).map(([action, codes]) => [
    action,
    Object.entries(codes)
      .map(([code, times]) => `${code} ${times}`)
      .join(', '),
  ]);
}

async function waitForImport(app: App, importId: string): Promise<ImportRecord> {
  for (const deadline = app.clock.now() + DEADLINE; app.clock.now() < deadline; await app.clock.sleep(100)) {
    const record = await app.store.importRecord(importId);
    if (record?.state === 'done') return record;
    assert(record?.state !== 'failed', `the sample list was refused: ${record?.reason}`);
  }
  throw new Error('the import took too long');
}

async function waitForEnd(app: App, print: (line: string) => void): Promise<CampaignCounts> {
  for (
    const deadline = app.clock.now() + DEADLINE;
    app.clock.now() < deadline;
    await app.clock.sleep(PROGRESS_EVERY)
  ) {
    const [campaign, counts] = await Promise.all([app.store.campaign(CAMPAIGN), app.store.counts(CAMPAIGN)]);
    const present = Object.entries(counts.states).filter(([, callees]) => callees > 0);
    print(
      `  ${campaign?.state}: ${present.map(([state, callees]) => `${state} ${callees}`).join(', ')}; ${counts.attempts} attempts`,
    );
    if (campaign?.state === 'completed') return counts;
    assert(campaign?.state === 'running', `the campaign is ${campaign?.state}: ${campaign?.reasonText}`);
  }
  throw new Error(`the campaign did not end within ${DEADLINE / SECOND} s`);
}

/** What does not agree in a result; empty when the demo did what it promises. */
export function disagreements(result: DemoResult): string[] {
  const { rows, accepted, duplicate, suppressed, rejected } = result;
  const ended =
    result.answered + result.unanswered + result.expired + result.cancelled + result.needsAttention;
  const found: string[] = [];
  if (accepted + duplicate + suppressed + rejected !== rows) found.push('the rows of the list do not add up');
  if (ended !== accepted) found.push(`${ended} callees ended, ${accepted} were accepted`);
  if (result.attempts !== result.ledgerDials) found.push('our attempts are not the dials of the carrier');
  if (result.duplicateDials !== 0) found.push('somebody was dialled twice');
  if (result.auditViolations !== 0) found.push('the audit found violations');
  return found;
}
