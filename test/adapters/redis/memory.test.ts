import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INDEX_BUCKET_CALLEES, PAGE_SLOTS } from '../../../src/core/limits.ts';
import { packPage } from '../../../src/core/page.ts';
import { startTestRedis, type TestRedis } from '../../support/redis-server.ts';
import { newImport, type OpenStore, openStore } from '../../support/redis-store.ts';
import { SEEDED_AT, SEEDED_SETTINGS } from '../../support/seeded-campaign.ts';

const CALLEES = 20_000;
const BYTES_PER_CALLEE_MAX = 90;

let redis: TestRedis;
let open: OpenStore;
let bytesBefore = 0;

beforeAll(async () => {
  redis = await startTestRedis();
  open = openStore(redis.url);
  await open.store.createCampaign('warm-up', SEEDED_SETTINGS, SEEDED_AT);
  bytesBefore = await usedBytes();
  await load();
});
afterAll(async () => {
  await open.close();
  await redis.stop();
});

async function usedBytes(): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await open.client.info('memory'))?.[1]);
}

/** Numbers of one country in no order, each once: a multiplier without a factor in common with the modulus. */
function numberOf(row: number): string {
  return String(8_613_000_000_000 + ((row * 7_919_531) % 999_999_937));
}

/** Cells that compress as those of a real list do: an order number, a name, a street, an amount, a date. */
function cellsOf(row: number): string[] {
  const dice = (row * 2_654_435_761) % 4_294_967_296;
  const name = `${'Li Wang Zhang Liu Chen Yang Zhao Huang'.split(' ')[dice % 8]} ${(dice >>> 3).toString(36)}`;
  return [
    `ORD${dice}`,
    name,
    `${dice % 400} Nanjing Road East`,
    `${dice % 10_000}.${row % 100}`,
    `2026-11-${10 + (dice % 20)}`,
  ];
}

async function load(): Promise<void> {
  await open.store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
  const record = newImport('spring', 1, CALLEES * 80);
  await open.store.openImport(record);
  for (let from = 0; from < CALLEES; from += PAGE_SLOTS) {
    const rows = Array.from({ length: Math.min(PAGE_SLOTS, CALLEES - from) }, (_, at) => from + at + 1);
    const cells = rows.flatMap((row) => [String(row), numberOf(row), ...cellsOf(row)]);
    const page = {
      text: packPage(record.id, ['name', 'street', 'amount', 'date'], cells),
      numbers: rows.map(numberOf),
      zones: new Uint8Array(rows.length),
    };
    const step = { rowsBefore: from, rowsAfter: from + rows.length, page, rejections: [], now: SEEDED_AT };
    expect(await open.store.storeImportStep(record.id, step)).toMatchObject({ accepted: rows.length });
  }
  await open.store.closeImport(record.id, { state: 'done', reason: '', now: SEEDED_AT });
}

describe('Redis memory', () => {
  it('is at most 90 bytes for a callee with a row of 80 bytes, all included', async () => {
    const rowBytes = Array.from(
      { length: 1_000 },
      (_, at) => [numberOf(at + 1), ...cellsOf(at + 1)].join(',').length,
    );
    const average = rowBytes.reduce((sum, bytes) => sum + bytes) / rowBytes.length;
    expect(average).toBeGreaterThan(75);
    const bytes = ((await usedBytes()) - bytesBefore) / CALLEES;
    expect(bytes).toBeLessThanOrEqual(BYTES_PER_CALLEE_MAX);
    expect(bytes).toBeGreaterThan(16);
  });

  it('holds the number index in hashes that stay listpacks', async () => {
    const names = await open.client.keys(`${open.keys('spring').base}x:*`);
    const encodings = await Promise.all(names.map((name) => open.client.object('ENCODING', name)));
    expect([...new Set(encodings)].map(String).every((name) => ['listpack', 'ziplist'].includes(name))).toBe(
      true,
    );
    expect(names.length).toBeLessThan(CALLEES / (INDEX_BUCKET_CALLEES / 2));
  });
});
