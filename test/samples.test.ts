import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { listReader } from '../src/adapters/list/list-reader.ts';
import { openingAt } from '../src/core/calling-window.ts';
import { CampaignSettings, campaignJsonSchema } from '../src/core/campaign.ts';
import { callingRules } from '../src/core/campaign-rules.ts';
import { resolveColumns } from '../src/core/columns.ts';
import { callerChoice } from '../src/core/retry-policy.ts';
import { mapRow } from '../src/core/row.ts';
import { demoList } from './support/make-demo-list.ts';

const CAMPAIGN = 'samples/demo.campaign.json';
const RULES = 'samples/rules.campaign.json';
const LIST = 'samples/demo.csv';
const SCHEMA = 'samples/campaign.schema.json';

async function json(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
}

async function demoCampaign() {
  return CampaignSettings.parse(await json(CAMPAIGN));
}

describe('the samples', () => {
  it('hold the list as its generator makes it', async () => {
    expect(await readFile(LIST, 'utf8')).toBe(demoList().text);
  });

  it('hold a list of every kind of row: good, repeated, bad, foreign, over several lines', async () => {
    const settings = await demoCampaign();
    const numbers = new Map<string, number>();
    const faults = new Map<string, number>();
    let rows = 0;
    let manyLines = 0;
    const list = await listReader().open(LIST);
    let columns: Parameters<typeof mapRow>[0] | undefined;
    for await (const block of list.blocks()) {
      expect(block.faults.size).toBe(0);
      for (const cells of block.records) {
        if (columns === undefined) {
          const resolved = resolveColumns(cells, settings.columns);
          if (!resolved.ok) throw new Error(resolved.message);
          columns = resolved.columns;
          continue;
        }
        rows += 1;
        if (cells.some((cell) => cell.includes('\n'))) manyLines += 1;
        const row = mapRow(columns, cells, { region: settings.defaultRegion, uuiBytesMax: 1_024 });
        if (row.ok) numbers.set(row.digits, (numbers.get(row.digits) ?? 0) + 1);
        else faults.set(row.code, (faults.get(row.code) ?? 0) + 1);
      }
    }
    const promised = demoList();
    const good = [...numbers.values()].reduce((sum, times) => sum + times, 0);
    const bad = [...faults.values()].reduce((sum, times) => sum + times, 0);
    expect({ rows, distinct: numbers.size, duplicates: good - numbers.size, bad }).toEqual({
      rows: promised.rows,
      distinct: promised.distinct,
      duplicates: promised.duplicates,
      bad: promised.bad,
    });
    expect(rows).toBeGreaterThanOrEqual(2_000);
    expect(promised.duplicates).toBeGreaterThanOrEqual(40);
    expect(bad).toBeGreaterThanOrEqual(40);
    expect(faults.size).toBeGreaterThanOrEqual(8);
    expect(manyLines).toBeGreaterThanOrEqual(20);
    for (const country of ['44', '1202', '65']) {
      expect(
        [...numbers.keys()].filter((digits) => digits.startsWith(country)).length,
        country,
      ).toBeGreaterThan(5);
    }
  });

  it('hold the JSON Schema that the campaign words make, for editors', async () => {
    expect(await json(SCHEMA)).toEqual(JSON.parse(JSON.stringify(campaignJsonSchema())));
  });

  it('hold a campaign that the schema and the parser take', async () => {
    const settings = await demoCampaign();
    expect(settings.retry.attemptsMax).toBe(3);
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const file = await json(CAMPAIGN);
    const validate = ajv.compile(await json(SCHEMA));
    expect(validate(file), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...file, retrys: {} })).toBe(false);
    const rules = await json(RULES);
    expect(validate(rules), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...rules, retry: { preset: 'bold' } })).toBe(false);
    expect(validate({ ...rules, blackouts: [{ from: '24.12.2026', to: '2026-12-26' }] })).toBe(false);
  });

  it('hold a campaign of retries and windows that means what it says', async () => {
    const settings = CampaignSettings.parse(await json(RULES));
    const { retry } = settings;
    expect(retry).toMatchObject({ attemptsMax: 4, dayParts: true });
    expect(callerChoice(retry, 'operator_error')).toBe('other');
    expect(callerChoice(retry, 'no_answer')).toBe('same');
    const rules = callingRules({ settings, createdAt: Date.parse('2026-11-23T00:00:00+08:00') });
    const isOpen = (text: string, zone = 'Asia/Shanghai') => openingAt(rules, zone, Date.parse(text)).open;
    expect(isOpen('2026-12-23T15:00+08:00')).toBe(true);
    expect(isOpen('2026-12-23T13:00+08:00')).toBe(false);
    for (const day of ['24', '25', '26']) expect(isOpen(`2026-12-${day}T15:00+08:00`), day).toBe(false);
    expect(isOpen('2026-12-31T11:00+08:00')).toBe(true);
    expect(isOpen('2026-12-31T15:00+08:00')).toBe(false);
    expect(isOpen('2026-12-05T11:00+08:00')).toBe(false);
    expect(isOpen('2026-12-05T13:00+08:00')).toBe(true);
    expect(isOpen('2026-12-23T12:00Z', 'Europe/London'), 'the platform has its own evening').toBe(false);
    expect(isOpen('2026-12-23T11:00Z', 'Europe/London')).toBe(true);
  });
});
