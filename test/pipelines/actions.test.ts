import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { type BullQueue, createBullQueue } from '../../src/adapters/bullmq/queue.ts';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import { createSpool } from '../../src/adapters/spool.ts';
import { type CampaignState, campaignStates } from '../../src/core/campaign.ts';
import { isFinal, statesOf } from '../../src/core/machine.ts';
import { ACTION_NAMES, ACTIONS } from '../../src/pipelines/actions.ts';
import { addImport } from '../../src/pipelines/add-import.ts';
import { putCampaign } from '../../src/pipelines/campaigns.ts';
import type { Store } from '../../src/ports/store.ts';
import { freshPrefix } from '../support/store.ts';

const NOW = Date.parse('2026-11-23T02:00:00Z');
const FILE = { name: 'Spring reminder', callers: ['008602150000001'], ivrId: 7, priority: 2 };
const clock = { now: () => NOW };

let connection: Redis;
let prefix: string;
let store: Store;
let queue: BullQueue;
let spoolDir: string;

beforeAll(() => {
  connection = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
});
afterAll(async () => {
  await connection.quit();
});
beforeEach(async () => {
  prefix = freshPrefix();
  spoolDir = await mkdtemp(join(tmpdir(), 'rm-spool-'));
  store = createRedisStore(connection, { prefix });
  queue = createBullQueue({ connection, prefix, clock, logger: pino({ level: 'silent' }) });
});
afterEach(async () => {
  await queue.close();
  await rm(spoolDir, { recursive: true, force: true });
  const keys = await connection.keys(`*${prefix}*`);
  if (keys.length > 0) await connection.del(...keys);
});

const deps = () => ({ store, queue, clock, spool: createSpool(spoolDir) });

/** Brings a new campaign into a state, by the store alone. */
async function campaignIn(state: CampaignState): Promise<string> {
  const id = `c-${state}`;
  await store.createCampaign(id, FILE, NOW);
  const campaign = await store.campaign(id);
  if (campaign === undefined) throw new Error('the campaign was not stored');
  const why = { reason: 'test', text: 'put here by a test', by: 'test', now: NOW };
  if (state !== 'draft') await store.moveCampaign(campaign, state, why);
  return id;
}

const MOVING = ACTION_NAMES.filter((name) => ACTIONS[name].moves === 'campaign');

describe('operator actions', () => {
  for (const action of MOVING) {
    for (const state of statesOf(campaignStates)) {
      const row = ACTIONS[action];
      const allowed = row.allowed.includes(state);
      it(`${action} is ${allowed ? 'done' : 'refused, with the states it is possible in,'} when ${state}`, async () => {
        const campaignId = await campaignIn(state);
        const before = await store.campaign(campaignId);
        const trail = await store.trail(campaignId);
        const done = row.run(deps(), { campaignId, by: 'mei' });
        if (!allowed) {
          await expect(done).rejects.toMatchObject({ code: 'action_not_allowed' });
          await expect(done).rejects.toThrow(row.allowed.join(', '));
          expect(await store.campaign(campaignId)).toEqual(before);
          return;
        }
        const result = await done;
        const after = await store.campaign(campaignId);
        expect(after?.state).toBe(result.state);
        expect(result.changed).toBe(state !== result.state);
        const added = (await store.trail(campaignId)).slice(trail.length);
        const entry = { at: NOW, by: 'mei', from: state, to: result.state, reason: `${action}_by_operator` };
        expect(added).toMatchObject(result.changed ? [entry] : []);
        const depths = await queue.queueDepths();
        expect([depths.dispatch.waiting, depths.poll.waiting, depths.retry.waiting]).toEqual([1, 1, 1]);
      });
    }
  }

  it('what may be done agrees with the table of states: nothing leaves a final one', () => {
    for (const name of MOVING) {
      for (const state of ACTIONS[name].allowed) {
        const same = name === 'cancel' && state === 'cancelled';
        expect(same || !isFinal(campaignStates, state)).toBe(true);
      }
    }
    expect(ACTIONS.start.allowed).toEqual(['draft', 'running', 'paused', 'blocked']);
  });

  it('asked for twice, it is recorded once and says that it was so already', async () => {
    const campaignId = await campaignIn('running');
    const input = { campaignId, by: 'mei' };
    expect(await ACTIONS.pause.run(deps(), input)).toMatchObject({ changed: true, state: 'paused' });
    const again = await ACTIONS.pause.run(deps(), input);
    expect(again).toMatchObject({ changed: false, text: 'campaign "c-running" is already paused' });
    expect((await store.trail(campaignId)).filter((entry) => entry.to === 'paused')).toHaveLength(1);
  });

  it('ten operators at once: one change, and all are answered', async () => {
    const campaignId = await campaignIn('running');
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, n) => ACTIONS.pause.run(deps(), { campaignId, by: `operator ${n}` })),
    );
    expect(results.filter((result) => result.changed)).toHaveLength(1);
    expect((await store.trail(campaignId)).filter((entry) => entry.to === 'paused')).toHaveLength(1);
  });

  it('an unknown campaign and a bad input are refused by name', async () => {
    await expect(ACTIONS.start.run(deps(), { campaignId: 'nowhere', by: 'mei' })).rejects.toMatchObject({
      code: 'campaign_not_found',
    });
    await expect(ACTIONS.start.run(deps(), { campaignId: 'Bad Id', by: '' })).rejects.toMatchObject({
      code: 'input_invalid',
      message: expect.stringMatching(/campaignId: .*\n.*by: say who asks/),
    });
  });
});

describe('putting a campaign', () => {
  it('new is created, the same again changes nothing, a spelled-out default included', async () => {
    expect(await putCampaign(deps(), 'spring', FILE)).toEqual({ campaignId: 'spring', outcome: 'created' });
    expect((await putCampaign(deps(), 'spring', FILE)).outcome).toBe('same');
    expect((await putCampaign(deps(), 'spring', { ...FILE, defaultRegion: 'CN' })).outcome).toBe('same');
    expect((await store.campaign('spring'))?.state).toBe('draft');
  });

  it('other settings are refused, naming which; what was stored stays', async () => {
    await putCampaign(deps(), 'spring', FILE);
    const other = { ...FILE, ivrId: 8, pacing: { leadTime: '20s' } };
    await expect(putCampaign(deps(), 'spring', other)).rejects.toMatchObject({
      code: 'campaign_differs',
      message: expect.stringContaining('(ivrId, pacing)'),
    });
    expect((await store.campaign('spring'))?.settings.ivrId).toBe(7);
  });

  it('every problem is reported at once, each with its place and a remedy', async () => {
    const bad = {
      name: 'x',
      callers: ['hello'],
      ivrId: 7,
      timeZone: 'Mars/Olympus',
      windwos: [],
      retry: { rules: [{ on: ['busy'], after: 'soon' }] },
    };
    const error = await putCampaign(deps(), 'spring', bad).catch((caught: Error) => caught);
    expect(error).toMatchObject({ code: 'campaign_invalid' });
    const lines = (error as Error).message.split('\n');
    expect(lines[0]).toBe('campaign "spring" has 4 problems:');
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^ {2}callers\[0\]: a caller number is digits/),
      expect.stringMatching(/^ {2}timeZone: unknown time zone "Mars\/Olympus"; use/),
      expect.stringMatching(/^ {2}retry\.rules\[0\]\.after.*: .*"soon" is not a duration; write/),
      '  unknown key "windwos"; did you mean "windows"?',
    ]);
    expect(await store.campaign('spring')).toBeUndefined();
  });

  it('a misspelt word is answered with the one that was meant, and what is left out is called missing', async () => {
    const bad = {
      ivrId: 7,
      callers: ['008602150000001'],
      columns: { phone: '手机号', timezone: 'tz' },
      windows: [{ days: ['monday'], from: '09:00', to: '12:00' }],
      retry: { rules: [{ on: ['noAnswer', 'gone'], after: '10m' }] },
      zzz: 1,
    };
    const error = await putCampaign(deps(), 'spring', bad).catch((caught: Error) => caught);
    const lines = (error as Error).message.split('\n').slice(1);
    expect(lines.sort()).toEqual([
      '  columns: unknown key "phone"; check the spelling or leave it out',
      '  columns: unknown key "timezone"; did you mean "timeZone"?',
      '  name: is missing; write text in quotes',
      '  retry.rules[0].on[0]: "noAnswer" is unknown; did you mean "no_answer"?',
      expect.stringMatching(
        /^ {2}retry\.rules\[0\]\.on\[1\]: "gone" is not possible here; write one of "answered", "error", /,
      ),
      '  unknown key "zzz"; check the spelling or leave it out',
      '  windows[0].days[0]: "monday" is not possible here; write one of "mon", "tue", "wed", "thu", "fri", "sat", "sun"',
    ]);
  });

  it('an id that would not do as a key or file name is refused with the rule', async () => {
    for (const id of ['', 'Spring', '../spring', 'a.b', 'a'.repeat(49)]) {
      await expect(putCampaign(deps(), id, FILE)).rejects.toMatchObject({
        code: 'campaign_id_invalid',
        message: expect.stringContaining('1 to 48 lower-case letters'),
      });
    }
  });
});

describe('adding a list', () => {
  const list = Buffer.from('number\n13800138000\n');
  const source = (bytes: Uint8Array = list, fileName = 'list.csv') => ({
    fileName,
    content: (async function* () {
      yield bytes.subarray(0, 7);
      yield bytes.subarray(7);
    })(),
  });
  const hash = createHash('sha256').update(list).digest('hex').slice(0, 12);

  it('is spooled byte for byte under its import id, registered and announced', async () => {
    await putCampaign(deps(), 'spring', FILE);
    const result = await addImport(deps(), 'spring', source());
    const id = `spring-i${hash}`;
    expect(result).toMatchObject({
      outcome: 'added',
      record: { id, campaignId: 'spring', state: 'waiting', fileName: 'list.csv', bytes: list.length },
    });
    expect(await store.importRecord(id)).toEqual(result.record);
    expect(await readFile(join(spoolDir, id))).toEqual(list);
    expect(await readdir(spoolDir)).toEqual([id]);
    const [job] = await queue.queues.ingest.getPrioritized();
    expect(job?.data).toEqual({ kind: 'ingest', campaignId: 'spring', importId: id });
    expect(job?.opts.priority).toBe(2);
  });

  it('the same bytes again are the same import, whatever the file is called', async () => {
    await putCampaign(deps(), 'spring', FILE);
    const first = await addImport(deps(), 'spring', source());
    const again = await addImport(deps(), 'spring', source(list, 'other.csv'));
    expect(again).toEqual({ outcome: 'exists', record: first.record });
    expect((await queue.queueDepths()).ingest.waiting).toBe(1);
    expect(await store.imports('spring')).toHaveLength(1);
  });

  it('the same bytes after the import is over leave no file behind', async () => {
    await putCampaign(deps(), 'spring', FILE);
    const { record } = await addImport(deps(), 'spring', source());
    await store.closeImport(record.id, { state: 'done', reason: '', now: NOW });
    await rm(join(spoolDir, record.id));
    const again = await addImport(deps(), 'spring', source());
    expect(again).toMatchObject({ outcome: 'exists', record: { state: 'done' } });
    expect(await readdir(spoolDir)).toEqual([]);
  });

  it('the same bytes for another campaign are another import', async () => {
    await putCampaign(deps(), 'spring', FILE);
    await putCampaign(deps(), 'autumn', FILE);
    await addImport(deps(), 'spring', source());
    expect(await addImport(deps(), 'autumn', source())).toMatchObject({
      outcome: 'added',
      record: { id: `autumn-i${hash}` },
    });
  });

  it('a campaign that is cancelled, unknown or past its end takes no list, and the list is not even read', async () => {
    const campaignId = await campaignIn('cancelled');
    const endAt = new Date(deps().clock.now()).toISOString();
    await putCampaign(deps(), 'over', { ...FILE, endAt });
    let read = false;
    const untouched = () => ({
      fileName: 'x',
      content: (async function* () {
        read = true;
        yield list;
      })(),
    });
    await expect(addImport(deps(), campaignId, untouched())).rejects.toMatchObject({
      code: 'action_not_allowed',
    });
    await expect(addImport(deps(), 'nowhere', untouched())).rejects.toMatchObject({
      code: 'campaign_not_found',
    });
    await expect(addImport(deps(), 'over', untouched())).rejects.toThrow(
      /ended at .* give it a later "endAt"/,
    );
    expect(read).toBe(false);
  });

  it('an upload that breaks off leaves neither a file nor an import', async () => {
    await putCampaign(deps(), 'spring', FILE);
    const broken = {
      fileName: 'x',
      content: (async function* () {
        yield list;
        throw new Error('the connection was reset');
      })(),
    };
    await expect(addImport(deps(), 'spring', broken)).rejects.toMatchObject({ code: 'file_unreadable' });
    expect(await readdir(spoolDir)).toEqual([]);
    expect(await store.imports('spring')).toEqual([]);
  });
});
