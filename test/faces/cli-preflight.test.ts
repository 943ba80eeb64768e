import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { Redis } from 'ioredis';
import pino from 'pino';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { type BullQueue, createBullQueue } from '../../src/adapters/bullmq/queue.ts';
import { listReader } from '../../src/adapters/list/list-reader.ts';
import { probeRedis } from '../../src/adapters/redis/probe.ts';
import type { ScenarioInput } from '../../src/adapters/simulator/scenario.ts';
import { createSpool } from '../../src/adapters/spool.ts';
import type { CliDeps } from '../../src/faces/cli/deps.ts';
import { runCli } from '../../src/faces/cli/run-cli.ts';
import { keyParts } from '../support/key-parts.ts';
import { seedCampaign } from '../support/seeded-campaign.ts';
import {
  createWorld,
  startProcess,
  WORLD_SETTINGS,
  type World,
  type WorldProcess,
} from '../support/world.ts';

let world: World;
let process: WorldProcess;
let connection: Redis;
let queue: BullQueue;
let dir: string;
afterEach(async () => {
  process.stop();
  await queue.close();
  await connection.quit();
  await rm(dir, { recursive: true, force: true });
  await world.close();
});

/** A draft of 40 callees before an account like this. */
async function open(scenario: ScenarioInput, settings: object = {}): Promise<void> {
  world = await createWorld(inject('redisUrl'), { scenario });
  process = startProcess(world);
  connection = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
  const { prefix, clock } = world;
  queue = createBullQueue({ connection, prefix, clock, logger: pino({ level: 'silent' }) });
  dir = await mkdtemp(join(tmpdir(), 'rm-cli-'));
  await seedCampaign(world.store, 'spring', 40, { ...WORLD_SETTINGS, ...settings });
}

async function cli(args: string) {
  const deps: CliDeps = {
    ...process.deps,
    ...keyParts(connection, world.prefix, dir),
    queue,
    spool: createSpool(join(dir, 'spool')),
    reader: listReader(),
    redisFacts: () => probeRedis(connection),
    close: async () => {},
  };
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const text = { out: '', err: '' };
  stdout.on('data', (chunk) => {
    text.out += chunk;
  });
  stderr.on('data', (chunk) => {
    text.err += chunk;
  });
  const { signal } = new AbortController();
  const io = { stdin: Readable.from([]), stdout, stderr, user: 'cli:mei', signal, nodeVersion: 'v20.20.0' };
  const code = await runCli(args.split(' '), io, async () => deps);
  return { code, ...text };
}

const CALLER = '008602150000001';

describe('preflight on the command line', () => {
  it('ends with 0 when a campaign is ready, and prints the forecast and what it goes by', async () => {
    await open({});
    const { code, out } = await cli('preflight spring');
    expect(code).toBe(0);
    expect(out).toMatch(/^preflight of spring: ready\n/);
    expect(out).toMatch(/^callees +40$/m);
    expect(out).toMatch(/^attempts +\d+ to \d+, about \d+$/m);
    expect(out).toMatch(/^- 45 % of all attempts are answered/m);
  });

  it('ends with 1 and names every error with its remedy; as JSON it is the document', async () => {
    await open({ numbers: [{ number: CALLER, state: 2 }] }, { ivrAudios: ['greeting.wav'] });
    const text = await cli('preflight spring');
    expect(text.code).toBe(1);
    expect(text.out).toMatch(/^error +no_usable_caller: .*overdue/m);
    expect(text.out).toMatch(/^error +audio_missing: .*"greeting.wav"\n +upload it/m);
    const json = await cli('preflight spring --json');
    expect(json.code).toBe(1);
    const document = JSON.parse(json.out);
    expect(document).toMatchObject({ campaign: 'spring', ok: false, forecast: { callees: 40 } });
    expect(document.errors.map(({ code }: { code: string }) => code)).toEqual([
      'no_usable_caller',
      'audio_missing',
    ]);
    expect(text.out + json.out).not.toContain(CALLER);
  });

  it('of a campaign that is not there says so', async () => {
    await open({});
    expect(await cli('preflight autumn')).toMatchObject({ code: 1, out: '' });
  });

  it('stands before a start: errors refuse it, warnings go to standard error', async () => {
    await open({ numbers: [{ number: CALLER }] }, { callers: [CALLER, '008602150000002'] });
    const started = await cli('campaign start spring');
    expect(started).toMatchObject({ code: 0, out: 'campaign "spring" is now running\n' });
    expect(started.err).toMatch(/^warning: caller 008\*+02 is not a number of this application/);
    await seedCampaign(world.store, 'autumn', 2, { ...WORLD_SETTINGS, callers: ['008602150000003'] });
    const refused = await cli('campaign start autumn');
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('no_usable_caller');
  });
});

describe('doctor', () => {
  it('shows the numbers of the application and the call packages of the account', async () => {
    await open({
      numbers: [{ number: CALLER }, { number: '008602150000002', costType: 0, state: 4 }],
      packages: [{ id: 'p1', capacity: 1_000, remaining: 700 }],
    });
    const { code, out } = await cli('doctor');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^numbers +warning +2, of them 1 supplied by the provider; not usable: 862\*+02 disabled_by_admin$/m,
    );
    expect(out).toMatch(/^call packages +ok +p1 \(outbound\): 700 of 1,000 left$/m);
  });

  it('warns of packages that are used up or end, and of an account without numbers', async () => {
    await open({ numbers: [], packages: [{ id: 'p1', capacity: 5, endsAt: '2026-11-23T12:00:00Z' }] });
    const { checks } = JSON.parse((await cli('doctor --json')).out);
    const states = Object.fromEntries(
      checks.map((one: { check: string; state: string }) => [one.check, one.state]),
    );
    expect(states).toMatchObject({ numbers: 'warning', 'call packages': 'warning', provider: 'ok' });
  });
});
