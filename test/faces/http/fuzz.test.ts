import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CAMPAIGN_FILE, type HttpSite, openHttpSite, putCampaign } from '../../support/http-site.ts';
import { setState } from '../../support/redis-store.ts';
import { callSeeded, seedCampaign, seededNumber } from '../../support/seeded-campaign.ts';

/** What the document says of an operation, as far as requests are made from it. */
const Operation = z.object({
  parameters: z
    .array(
      z.object({
        name: z.string(),
        in: z.enum(['path', 'query', 'header']),
        schema: z.record(z.string(), z.unknown()),
      }),
    )
    .default([]),
  requestBody: z.object({ content: z.record(z.string(), z.unknown()) }).optional(),
  responses: z.record(z.string(), z.unknown()),
});
const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), Operation)) });
type Operation = z.infer<typeof Operation>;

/** Requests per operation; a long run makes more of them. */
const RUNS = process.env.RINGMASTER_LONG === '1' ? 500 : 40;
/** No request may take longer, however busy the machine is. */
const HANG_MS = 20_000;

let site: HttpSite;
let operations: { method: string; path: string; operation: Operation }[];
beforeAll(async () => {
  site = await openHttpSite({ settings: { uploadBytesMax: 5_000 } });
  await seedCampaign(site.store, 'spring', 300);
  await callSeeded(site.store, 'spring', 50, 4);
  await setState(site.store, 'spring', 'running');
  await putCampaign(site, 'draft');
  const { paths } = Document.parse((await site.ask('viewer', { url: '/docs/json' })).json());
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
});
afterAll(() => site.close());

const nasty = fc.constantFrom(
  ...[
    '',
    '..',
    '../..',
    '\r\nx: y',
    '😀',
    '\u0000',
    '%',
    '%00',
    '{}',
    '[]',
    'null',
    '__proto__',
    'constructor',
  ],
  ...[
    "' or 1=1 --",
    '<script>',
    'a'.repeat(5_000),
    '-1',
    '0',
    '1e999',
    'NaN',
    '\ud800',
    '+',
    ' ',
    '*',
    '\u202e',
  ],
);
const known = fc.constantFrom(
  ...['spring', 'draft', 'global', 'campaign.global', 'spring-i0123456789ab', 'spring-c3', 'c5', 'row:7'],
  ...[
    `+${seededNumber(5)}`,
    '13800138000',
    'start',
    'pause',
    'retry_now',
    'give_up',
    'resume',
    'true',
    'update',
  ],
);
const text = fc.oneof(
  known,
  nasty,
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 20 }),
);
const json = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.record(
    {
      disposition: fc.oneof(fc.constant('busy'), fc.jsonValue()),
      number: fc.oneof(known, fc.jsonValue()),
      reason: fc.oneof(text, fc.jsonValue()),
      expiresAt: fc.oneof(fc.constantFrom('2027-01-01', '2020-01-01', '2027-13-45'), fc.jsonValue()),
      name: fc.oneof(text, fc.jsonValue()),
      role: fc.constantFrom('viewer', 'operator', 'god', 7),
      key: fc.oneof(text, fc.jsonValue()),
    },
    { requiredKeys: [] },
  ),
  fc.constantFrom<unknown>(
    {},
    { number: '13800138000' },
    { name: 'x', role: 'viewer' },
    { disposition: 'busy' },
  ),
  fc.record({
    ...{
      name: fc.oneof(text, fc.jsonValue()),
      callers: fc.jsonValue(),
      ivrId: fc.oneof(fc.nat(), fc.jsonValue()),
    },
    ...{ windows: fc.jsonValue(), retry: fc.jsonValue(), pacing: fc.jsonValue(), caps: fc.jsonValue() },
  }),
  fc.constant(CAMPAIGN_FILE),
);

/** What usually stands in a place of an address, so that requests get to what lies behind it. */
const USUAL: Readonly<Record<string, fc.Arbitrary<string>>> = {
  id: fc.oneof(fc.constantFrom('spring', 'draft'), fc.stringMatching(/^[a-z][a-z0-9]{2,7}$/)),
  list: fc.constantFrom('global', 'spring', 'campaign.global'),
  callee: fc.constantFrom('c3', 'row:7', `+${seededNumber(5)}`),
  number: fc.constantFrom(`+${seededNumber(5)}`, '13800138000'),
  import: fc.constant('spring-i0123456789ab'),
};

/** A value for a parameter: one of those that its schema names, or anything. */
function valueFor(schema: Record<string, unknown>): fc.Arbitrary<string> {
  const named = Array.isArray(schema.enum) ? schema.enum.map(String) : [];
  const number = fc.integer({ min: -5, max: 1_000 }).map(String);
  return named.length > 0 ? fc.oneof(fc.constantFrom(...named), text) : fc.oneof(text, number);
}

function some(operation: Operation, place: 'path' | 'query' | 'header') {
  const wanted = operation.parameters.filter((one) => one.in === place);
  const values = Object.fromEntries(
    wanted.map(({ name, schema }) => {
      const usual = USUAL[name];
      const any = valueFor(schema);
      return [name, usual === undefined ? any : fc.oneof({ weight: 3, arbitrary: usual }, any)];
    }),
  );
  if (place === 'path') return fc.record(values);
  return fc.oneof(fc.constant({}), fc.record(values, { requiredKeys: [] }));
}

const headerText = /^[\t\x20-\x7e\x80-\xff]*$/;

const body = fc.oneof(
  fc.record({ type: fc.constant('application/json'), payload: json.map((value) => JSON.stringify(value)) }),
  fc.record({
    type: fc.constantFrom('application/json', 'text/csv', 'text/plain', 'application/xml', 'x', ''),
    payload: fc.oneof(text, fc.constant('phone\n13800138000\n12\n'), fc.constant('{"a":')),
  }),
  fc.record({
    type: fc.constantFrom('multipart/form-data; boundary=b', 'multipart/form-data'),
    payload: fc.oneof(
      text,
      fc.constant(
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nphone\n1\r\n--b--\r\n',
      ),
      fc.constant(
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nphone\n13800138',
      ),
      fc.constant('--b--\r\n'),
    ),
  }),
);

const requests = (operation: Operation) =>
  fc.record({
    role: fc.constantFrom('viewer', 'operator', 'operator', 'admin', undefined),
    path: some(operation, 'path'),
    query: some(operation, 'query'),
    stray: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: text }),
    headers: some(operation, 'header'),
    body: operation.requestBody === undefined ? fc.constant(undefined) : fc.option(body, { nil: undefined }),
    raw: fc.boolean(),
  });

type Made = typeof requests extends (operation: Operation) => fc.Arbitrary<infer T> ? T : never;

function encoded(value: string): string {
  return encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\ufffd'));
}

function asRequest(method: string, path: string, made: Made): InjectOptions {
  const params: Record<string, string | undefined> = made.path;
  const plain = /^[\x21-\x7e]+$/;
  const address = path.replace(/\{(\w+)\}/g, (_, name) => {
    const value = params[name] ?? '';
    return made.raw && plain.test(value) ? value.replaceAll(/[?#]/g, '') : encoded(value);
  });
  const query = [...Object.entries(made.query), ...(made.stray === undefined ? [] : [['stray', made.stray]])];
  const search = query.map(([name, value]) => `${name}=${encoded(String(value))}`).join('&');
  const own = Object.entries(made.headers).filter(([, value]) => headerText.test(String(value)));
  const headers = Object.fromEntries(own.map(([name, value]) => [name, String(value)]));
  return {
    method: method as 'GET',
    url: search === '' ? address : `${address}?${search}`,
    headers: { ...headers, ...(made.body !== undefined && { 'content-type': made.body.type }) },
    ...(made.body !== undefined && { payload: made.body.payload }),
  };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), HANG_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

describe('any request', () => {
  it('to any address of the document is answered, never with a fault of ours, and as the document says', async () => {
    expect(operations.length).toBeGreaterThan(30);
    const seen = new Map<string, number>();
    for (const { method, path, operation } of operations) {
      await fc.assert(
        fc.asyncProperty(requests(operation), async (made) => {
          const request = asRequest(method, path, made);
          const isStream = path === '/v1/events';
          const reply = await inTime(
            site.ask(made.role, { ...request, ...(isStream && { payloadAsStream: true }) }),
          );
          const { statusCode, headers } = reply;
          if (isStream) reply.stream().destroy();
          seen.set(`${statusCode}`, (seen.get(`${statusCode}`) ?? 0) + 1);
          const what = `${method} ${request.url} -> ${statusCode} ${isStream ? '' : reply.body.slice(0, 300)} ${site.logged.at(-1)}`;
          // There are only so many streams, and a stream that is injected never ends by itself.
          if (statusCode >= 500 && !(isStream && statusCode === 503)) throw new Error(what);
          // An address that was changed by what stands in it is another one.
          const same = request.url?.toString().split('?')[0]?.split('/').length === path.split('/').length;
          if (same && ![404, 405].includes(statusCode)) {
            expect(Object.keys(operation.responses), what).toContain(String(statusCode));
          }
          if (statusCode >= 400) expect(headers['content-type'], what).toContain('application/problem+json');
        }),
        { numRuns: RUNS },
      );
    }
    for (const status of ['200', '400', '401', '403', '404', '415']) {
      expect([...seen.keys()], JSON.stringify([...seen])).toContain(status);
    }
  }, 240_000);
});
