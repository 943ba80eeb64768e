import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadApiConfig, loadConfig } from '../../src/config.ts';
import { countTotals } from '../../src/core/report.ts';
import { addressOf, apiPath, isLoopback, nextCursor } from '../../src/faces/cli/remote/address.ts';
import { entriesOf } from '../../src/faces/cli/remote/line-reader.ts';
import { countedReport } from '../../src/faces/cli/remote/report-reader.ts';
import { type HttpSite, openHttpSite } from '../support/http-site.ts';
import { newImport, stepOf } from '../support/redis-store.ts';
import { SEEDED_SETTINGS } from '../support/seeded-campaign.ts';

const KEY = `rmk_${'a'.repeat(10)}_${'b'.repeat(43)}`;

describe('the settings for the API', () => {
  const load = (url: string | undefined, key: string | undefined = KEY) =>
    loadApiConfig({ RINGMASTER_URL: url, RINGMASTER_KEY: key, REDIS_URL: 'none of its business' });

  it('are none, or an address without its last slash and a key', () => {
    expect(loadApiConfig({ REDIS_URL: 'redis://x' })).toBeUndefined();
    expect(loadApiConfig({ RINGMASTER_URL: ' ', RINGMASTER_KEY: '' })).toBeUndefined();
    for (const [given, url] of [
      ['https://calls.example.com', 'https://calls.example.com'],
      ['https://Calls.Example.com:443/', 'https://calls.example.com'],
      ['http://127.0.0.1:8080/ring//', 'http://127.0.0.1:8080/ring'],
      ['http://[::1]:8080', 'http://[::1]:8080'],
    ]) {
      expect(load(given)).toEqual({ url, key: KEY });
    }
  });

  it('are refused by name where they are none, and no secret is repeated', () => {
    for (const [url, key, words] of [
      ['calls.example.com', KEY, 'RINGMASTER_URL: write "https://host"'],
      ['ftp://calls.example.com', KEY, 'RINGMASTER_URL: write "https://host"'],
      ['https://mei:geheim@calls.example.com', KEY, 'RINGMASTER_URL: must not hold a user or password'],
      ['https://calls.example.com/?key=geheim', KEY, 'RINGMASTER_URL: must not hold "?"'],
      ['https://calls.example.com', 'geheim', 'RINGMASTER_KEY: is no key of ours'],
      ['https://calls.example.com', '', 'RINGMASTER_KEY: is needed beside RINGMASTER_URL'],
      [undefined, KEY, 'RINGMASTER_URL: is needed beside RINGMASTER_KEY'],
    ] as const) {
      expect(() => load(url, key)).toThrow(words);
      expect(() => load(url, key)).not.toThrow('geheim');
      expect(() => load(url, key)).not.toThrow(KEY);
    }
  });

  it('are none of the business of workers, whichever of them is set', () => {
    expect(() => loadConfig({ RINGMASTER_KEY: KEY })).not.toThrow();
  });
});

describe('addresses', () => {
  it('hold whatever an operator types as one part of them, under the path of a proxy', () => {
    const path = apiPath('campaigns', 'spring', 'callees', '+86 138/00?#%');
    const url = addressOf('https://calls.example.com/ring', path, { state: 'missed', cursor: undefined });
    expect(url.href).toBe(
      'https://calls.example.com/ring/v1/campaigns/spring/callees/%2B86%20138%2F00%3F%23%25?state=missed',
    );
    for (const part of ['', '.', '..']) expect(() => apiPath('campaigns', part)).toThrow('no id');
  });

  it('of the next page are found by their cursor, however a proxy wrote them', () => {
    expect(nextCursor('</v1/campaigns?limit=5&cursor=a%2Bb>; rel="next"')).toBe('a+b');
    expect(nextCursor('<https://x/ring/v1/keys?cursor=7>; rel=next')).toBe('7');
    expect(nextCursor('</x>; rel="help", </v1/campaigns?cursor=3>; rel="next"')).toBe('3');
    for (const none of [undefined, '', '</v1/campaigns?cursor=7>; rel="prev"', '</v1/x>; rel="next"']) {
      expect(nextCursor(none)).toBeUndefined();
    }
  });

  it('of this machine are known', () => {
    for (const own of ['localhost', '127.0.0.1', '127.8.9.1', '[::1]', 'a.localhost'])
      expect(isLoopback(own)).toBe(true);
    for (const other of ['127.0.0.1.example.com', '10.0.0.1', 'localhost.example.com', '0.0.0.0'])
      expect(isLoopback(other)).toBe(false);
  });
});

async function* bytesOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('what is streamed', () => {
  it('as a list comes out whole wherever it is cut, and half of it is refused', async () => {
    const entries = [{ name: '姓名\n"x"' }, { name: ']' }, {}];
    const text = `[\n${entries.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`;
    for (const size of [1, 2, 7, 1_000]) {
      const found: unknown[] = [];
      for await (const entry of entriesOf(bytesOf(text, size))) found.push(entry);
      expect(found).toEqual(entries);
    }
    const read = async (part: string): Promise<void> => {
      for await (const _ of entriesOf(bytesOf(part, 5)));
    };
    for (let end = 0; end < text.length - 2; end += 1) {
      await expect(read(text.slice(0, end))).rejects.toThrow('breaks off');
    }
    await read('[\n\n]\n');
  });

  it('as a report is handed on as it is, and counted wherever it is cut', async () => {
    const text =
      '\ufeffrow,state,disposition,attempts,uui\r\n1,answered,busy,2,"a\r\nb"\r\n2,missed,unknown 107,1,\r\n3,initial,,0,x\r\n';
    for (const size of [1, 3, 10_000]) {
      const totals = countTotals();
      const parts: Uint8Array[] = [];
      for await (const chunk of countedReport(bytesOf(text, size), totals, () => {})) parts.push(chunk);
      expect(Buffer.concat(parts).toString()).toBe(text);
      expect(totals.finish([], false)).toMatchObject({
        ...{ callees: 3, attempts: 3, dispositions: { busy: 1, unknown: 1 } },
        states: { answered: 1, missed: 1, initial: 1 },
      });
    }
    for (const wrong of ['', '\ufeff', 'a,b\r\n1,2\r\n', 'state,disposition,attempts\r\nlost,,0\r\n']) {
      const all = async (): Promise<void> => {
        for await (const _ of countedReport(bytesOf(wrong, 4), countTotals(), () => {}));
      };
      await expect(all()).rejects.toThrow('the report that the API sends is none');
    }
  });
});

describe('the rows that were not taken, as JSON', () => {
  let site: HttpSite;
  beforeAll(async () => {
    site = await openHttpSite();
  });
  afterAll(() => site.close());

  it('are an array, an entry a line, with the value at fault masked, for operators', async () => {
    await site.store.createCampaign('spring', SEEDED_SETTINGS, 0);
    const { id } = newImport('spring');
    await site.store.openImport(newImport('spring'));
    const url = `/v1/imports/${id}/errors.json`;
    expect((await site.ask('operator', { url })).json()).toEqual([]);
    const row = (line: number) => ({
      ...{
        kind: 'rejected' as const,
        row: line,
        line,
        column: 'number',
        code: 'number_invalid',
        message: 'no',
      },
      cells: ['13800138', `Name ${line}`],
    });
    const rejections = Array.from({ length: 600 }, (_, at) => row(at + 1));
    await site.store.noteHeader(id, ['number', 'name'], 'number');
    await site.store.storeImportStep(id, {
      ...stepOf(id, 0, []),
      page: undefined,
      rowsAfter: 600,
      rejections,
    });
    const reply = await site.ask('operator', { url });
    expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(reply.json()).toEqual(rejections.map((one) => ({ ...one, value: '138***38' })));
    expect(reply.body.split('\n')).toHaveLength(603);
    expect((await site.ask('viewer', { url })).statusCode).toBe(403);
    expect(
      (await site.ask('operator', { url: '/v1/imports/spring-iffffffffffff/errors.json' })).statusCode,
    ).toBe(404);
  });
});
