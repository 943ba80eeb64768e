import { Writable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import { writeReport } from '../../src/pipelines/report.ts';
import type { Store } from '../../src/ports/store.ts';
import { callSeeded, SEEDED_SETTINGS, seedCampaign } from '../support/seeded-campaign.ts';
import { freshPrefix } from '../support/store.ts';

let connection: Redis;
let store: Store;
const prefix = freshPrefix();

beforeAll(() => {
  connection = new Redis(inject('redisUrl'));
  store = createRedisStore(connection, { prefix });
});
afterAll(async () => {
  const keys = await connection.keys(`*${prefix}*`);
  if (keys.length > 0) await connection.del(...keys);
  await connection.quit();
});

/** Takes everything, one chunk at a time, and tells how much waited in it at most. */
class Sink extends Writable {
  readonly chunks: Buffer[] = [];
  waitingMax = 0;
  constructor() {
    super({ highWaterMark: 1 });
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.waitingMax = Math.max(this.waitingMax, this.writableLength);
    this.chunks.push(chunk);
    setImmediate(done);
  }
  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }
}

describe('the report', () => {
  it('has one line per callee in row order, the columns as promised, and totals that add up', async () => {
    await seedCampaign(store, 'spring', 2_500);
    await callSeeded(store, 'spring', 1_200, 4);
    const sink = new Sink();
    const totals = await writeReport({ store }, 'spring', sink);
    const { text } = sink;
    expect(text.startsWith('\ufeffrow,callee,state,reason,')).toBe(true);
    expect(text.split('\n')[0]).toBe(
      '\ufeffrow,callee,state,reason,disposition,attempts,last_attempt_at,next_attempt_at,session_ids,' +
        'duration_s,keys_pressed,recording_url,uui,name\r',
    );
    const lines: Record<string, string>[] = parse(text, { bom: true, columns: true });
    expect(lines.map((line) => Number(line.row))).toEqual(Array.from({ length: 2_500 }, (_, at) => at + 1));
    expect(lines[4]).toMatchObject({
      state: 'answered',
      reason: 'call_answered',
      disposition: 'answered',
      attempts: '1',
      last_attempt_at: '2026-11-23T10:00:00+08:00',
      session_ids: 's-4',
      duration_s: '12',
      uui: 'order-5',
      name: 'Name 5',
    });
    expect(lines[4]?.callee).toContain('+8613800000005');
    expect(lines[3]).toMatchObject({ state: 'missed', disposition: 'busy' });
    expect(lines[2_499]).toMatchObject({ state: 'initial', attempts: '0', last_attempt_at: '' });
    expect(totals).toMatchObject({
      rows: 2_500,
      accepted: 2_500,
      callees: 2_500,
      attempts: 1_200,
      dispositions: { answered: 900, busy: 300 },
      states: { answered: 900, missed: 300, initial: 1_300 },
    });
  });

  it('is written no faster than it is taken: at most one page waits', async () => {
    const sink = new Sink();
    await writeReport({ store }, 'spring', sink);
    const largest = Math.max(...sink.chunks.map((chunk) => chunk.length));
    expect(sink.chunks.length).toBeGreaterThanOrEqual(4);
    expect(sink.waitingMax).toBeLessThanOrEqual(2 * largest);
  });

  it('of a campaign without callees is the header alone', async () => {
    await store.createCampaign('empty', { ...SEEDED_SETTINGS, columns: { variables: { title: '称呼' } } }, 0);
    const sink = new Sink();
    const totals = await writeReport({ store }, 'empty', sink);
    expect(sink.text.trimEnd().endsWith(',uui,title')).toBe(true);
    expect(sink.text.trimEnd().split('\n')).toHaveLength(1);
    expect(totals).toMatchObject({ rows: 0, callees: 0 });
  });

  it('of an unknown campaign is refused before a byte is written', async () => {
    const sink = new Sink();
    await expect(writeReport({ store }, 'nowhere', sink)).rejects.toMatchObject({
      code: 'campaign_not_found',
    });
    expect(sink.chunks).toEqual([]);
  });

  it('stops with the fault when nobody takes it any more', async () => {
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('the disk is full')) });
    await expect(writeReport({ store }, 'spring', broken)).rejects.toThrow('the disk is full');
  });
});
