import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import http, { type RequestListener } from 'node:http';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AccessRole } from '../../src/core/access.ts';
import { API_SENDINGS_MAX } from '../../src/core/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { type CliSite, type Given, openCliSite, startRemote } from '../support/cli-site.ts';
import { ManualClock } from '../support/clock.ts';
import { eventually } from '../support/eventually.ts';
import { type FaultServer, loseAnswers, serve } from '../support/fault-server.ts';
import { SEEDED_AT, SEEDED_SETTINGS, seedCampaign } from '../support/seeded-campaign.ts';

const KEY = `rmk_${'a'.repeat(10)}_${'b'.repeat(43)}`;
const CAMPAIGN = {
  ...{ id: 'spring', name: 'Spring', state: 'draft', reason: 'created', reasonText: 'created' },
  ...{ counts: { initial: 1 }, dispositions: {}, callees: 1, attempts: 0 },
  ...{ timeZone: 'Asia/Shanghai', nextDueAt: null },
};
/** The machine's time, on which no wait takes any. */
const HASTY: Clock = { now: () => Date.now(), sleep: async (_ms, signal) => signal?.throwIfAborted() };

let site: CliSite;
const servers: FaultServer[] = [];
beforeAll(async () => {
  site = await openCliSite();
  site.clock.advance(SEEDED_AT - site.clock.now());
});
afterAll(() => site.close());
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function opened(server: Promise<FaultServer>): Promise<FaultServer> {
  servers.push(await server);
  return server;
}

/** A command against some address; whatever it comes to, it is told without the key and without a stack. */
async function ask(
  url: string,
  args = 'campaign show spring',
  given: Given & { readonly key?: string } = {},
) {
  const { key = KEY } = given;
  const said = await startRemote(args, { url, key }, HASTY, given).done;
  expect(said.out + said.err).not.toContain(key);
  expect(said.err).not.toMatch(/\n\s+at |unexpected: /);
  return said;
}

const json: (status: number, document: unknown, headers?: Record<string, string>) => RequestListener =
  (status, document, headers = {}) =>
  (_request, response) => {
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    response.writeHead(status, { 'content-type': type, ...headers }).end(JSON.stringify(document));
  };
const html: (status: number, headers?: Record<string, string>) => RequestListener =
  (status, headers = {}) =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end('<h1>nginx</h1>');
  };
const problem = (status: number, code: string, detail: string) => ({
  ...{ type: `urn:ringmaster:problem:${code}`, title: code, status, detail, code, retryable: false },
});

describe('an address at which there is no API', () => {
  it('where nobody listens, and one that no name stands for, are told with what to do, at once', async () => {
    const { url, close } = await serve(json(200, {}));
    await close();
    expect(await ask(url)).toEqual({
      ...{ code: 1, out: '' },
      err: `ringmaster: nobody listens at ${url}; start a process with the role "api" there (npm start -- api), or correct RINGMASTER_URL\n`,
    });
    expect((await ask('https://nowhere.invalid')).err).toMatch(
      /^ringmaster: (?:there is no host "nowhere\.invalid" \(ENOTFOUND\); correct RINGMASTER_URL|.*\(EAI_AGAIN\).*)\n$/,
    );
  });

  it.each([
    [
      'a page',
      html(200),
      /answers with text\/html instead of application\/json, so it is not the API; RINGMASTER_URL is/,
    ],
    ['a page that is not found', html(404), /answers 404 with text\/html, which is not the API; correct/],
    [
      'a proxy without anybody behind it',
      html(502),
      /answers 502 .*a proxy before it does not reach it; see/,
    ],
    ['a proxy with a password', html(401), /answers 401 .*a proxy before it lets nobody through/],
    ['a proxy that takes no large body', html(413), /it is a proxy that says so; raise its limit/],
    ['a proxy that takes no more', html(429, { 'retry-after': '3600' }), /takes no more requests for now/],
    [
      'one that sends us elsewhere',
      html(301, { location: 'https://calls.example.com/v1/campaigns/spring?token=x' }),
      /sends us to https:\/\/calls\.example\.com\/v1\/campaigns\/spring; write the address of the API itself/,
    ],
    [
      'an API under another path',
      json(404, problem(404, 'route_not_found', 'there is nothing here')),
      /knows no such address; RINGMASTER_URL is the address of the console, without \/v1/,
    ],
    ['JSON that is none', json(200, undefined), /answers JSON that cannot be read/],
    [
      'an API of another kind',
      json(200, { hello: 1 }),
      /something else than is expected \(id: .*same version/,
    ],
    [
      'one that failed',
      json(500, problem(500, 'internal', 'the log tells of it under the request id 7')),
      /^ringmaster: http:\S+ failed: the log tells of it under the request id 7/,
    ],
  ])('%s is told in one line with the remedy', async (_what, answer, words) => {
    const { url } = await opened(serve(answer));
    const { code, out, err } = await ask(url);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^ringmaster: .*\n$/);
    expect(err).toMatch(words);
  });

  it('what speaks TLS to an address without it, or the other way round, or has a certificate of nobody', async () => {
    const tls = {
      key: await readFile('test/fixtures/tls/loopback.key.pem'),
      cert: await readFile('test/fixtures/tls/loopback.cert.pem'),
    };
    const secure = await opened(serve(json(200, CAMPAIGN), tls));
    expect((await ask(secure.url)).err).toMatch(
      /^ringmaster: the certificate of 127\.0\.0\.1:\d+ .*\([A-Z_]+\); .*NODE_EXTRA_CA_CERTS.*\n$/,
    );
    expect((await ask(secure.url.replace('https:', 'http:'))).err).toMatch(
      /^ringmaster: .*; if it expects TLS(?: there)?, RINGMASTER_URL begins with https:\/\/\n$/,
    );
    const plain = await opened(serve(json(200, CAMPAIGN)));
    expect((await ask(plain.url.replace('http:', 'https:'))).err).toMatch(
      /^ringmaster: no TLS connection with 127\.0\.0\.1:\d+ comes about \(\w+\); .*begins with http:\/\/\n$/,
    );
  });

  it('another machine without TLS is warned about before anything is sent there', async () => {
    const { err } = await ask('http://192.0.2.1:9', 'campaign list', { patience: { connect: 50 } });
    const [warning, refusal] = err.split('\n');
    expect(warning).toBe(
      'warning: RINGMASTER_URL is http://, so the key and all numbers go to 192.0.2.1 for everybody on the way to read; use https://',
    );
    expect(refusal).toMatch(/^ringmaster: .*http:\/\/192\.0\.2\.1:9/);
  });
});

describe('an API that answers', () => {
  it('refuses a key that is wrong or was revoked, and says where keys are', async () => {
    expect((await ask(site.url)).err).toBe(
      `ringmaster: ${site.url} does not take the key in RINGMASTER_KEY: it is wrong, or was revoked; "key list" on the server names those that hold, "key create" makes another\n`,
    );
  });

  it('may say more than this version knows, but not something else', async () => {
    const more = { ...CAMPAIGN, mood: 'good', counts: { initial: 1, dreaming: 2 } };
    const { url } = await opened(serve(json(200, more)));
    const { code, out } = await ask(url, 'campaign show spring --json');
    expect(code).toBe(0);
    const { mood: _, ...known } = more;
    expect(JSON.parse(out)).toEqual(known);
    const odd = await opened(serve(json(418, problem(418, 'teapot', 'I am one'))));
    expect((await ask(odd.url)).err).toBe('ringmaster: I am one\n');
  });

  it('behind a path of a proxy serves every page of a list', async () => {
    await seedCampaign(site.store, 'paged', 1_100);
    const proxy = await opened(
      serve((request, response) => {
        const path = request.url?.replace(/^\/calls/, '') ?? '';
        const { method, headers } = request;
        const onward = http.request(`${site.url}${path}`, { method: method ?? 'GET', headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        });
        request.pipe(onward);
      }),
    );
    const { code, out } = await ask(`${proxy.url}/calls`, 'callee list paged --json', {
      key: site.keys.operator,
    });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toHaveLength(1_100);
  });

  it('that takes no more requests is waited for as long as it says, and the operator is told', async () => {
    let asked = 0;
    const late = await opened(
      serve((request, response) => {
        asked += 1;
        const busy = json(429, problem(429, 'rate_limited', 'wait 7 s'), { 'retry-after': '7' });
        (asked === 1 ? busy : json(200, CAMPAIGN))(request, response);
      }),
    );
    const clock = new ManualClock();
    const { text, done } = startRemote('campaign show spring', { url: late.url, key: KEY }, clock);
    await eventually(() => expect(text.err).toBe('ringmaster: wait 7 s; trying again in 7 s\n'));
    clock.advance(6_999);
    expect(asked).toBe(1);
    clock.advance(1);
    expect((await done).code).toBe(0);
    expect(asked).toBe(2);
  });

  it('that is busy with the store is asked again some times, and no more', async () => {
    let asked = 0;
    const away = await opened(
      serve((request, response) => {
        asked += 1;
        json(503, problem(503, 'redis_unavailable', 'the store is away'))(request, response);
      }),
    );
    expect((await ask(away.url)).err).toBe('ringmaster: the store is away\n');
    expect(asked).toBe(API_SENDINGS_MAX);
  });
});

describe('an answer that does not come', () => {
  it('is waited for no longer than it may take, then the reading is repeated some times', async () => {
    let asked = 0;
    const { url } = await opened(
      serve(() => {
        asked += 1;
      }),
    );
    const { code, err } = await ask(url, 'campaign show spring', { patience: { answer: 50 } });
    expect([code, err]).toEqual([1, `ringmaster: ${url} did not answer within 0.1 s\n`]);
    expect(asked).toBe(API_SENDINGS_MAX);
  });

  it('in full is given up when it stands still, but not while it moves', async () => {
    const still = await opened(
      serve((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).write('{ "id":');
      }),
    );
    const { err } = await ask(still.url, 'campaign show spring', { patience: { silence: 50 } });
    expect(err).toMatch(/^ringmaster: the connection with \S+ stood still for 0\.1 s\n$/);
    const slow = await opened(
      serve((_request, response) => {
        const text = JSON.stringify(CAMPAIGN);
        response.writeHead(200, { 'content-type': 'application/json' }).write(text.slice(0, 9));
        setTimeout(() => response.end(text.slice(9)), 200);
      }),
    );
    const moving = await ask(slow.url, 'campaign show spring', { patience: { answer: 100 } });
    expect(moving).toMatchObject({ code: 0, err: '' });
  });

  it('to its end leaves no half report and no half list', async () => {
    const cut: RequestListener = (request, response) => {
      if (request.url?.endsWith('/imports') === true) return json(200, [])(request, response);
      if (request.url === '/v1/campaigns/spring') return json(200, CAMPAIGN)(request, response);
      const isCsv = request.url?.endsWith('.csv') === true;
      response.writeHead(200, { 'content-type': isCsv ? 'text/csv' : 'application/json' });
      const half = isCsv ? '\ufeffrow,state,disposition,attempts\r\n1,answered,' : '[\n{ "kind": "rej';
      response.write(half, () => response.destroy());
    };
    const { url } = await opened(serve(cut));
    const file = join(site.dir, 'half.csv');
    const report = await ask(url, `report spring --out ${file}`);
    expect(report).toMatchObject({
      code: 1,
      err: expect.stringContaining('was lost before the answer was whole'),
    });
    expect((await readdir(site.dir)).filter((name) => name.startsWith('half'))).toEqual([]);
    // One that ends in order, but in the middle of the list.
    const short = await opened(
      serve((request, response) =>
        request.url?.endsWith('errors.json') === true
          ? response.writeHead(200, { 'content-type': 'application/json' }).end('[\n')
          : json(200, {
              ...{ id: 'spring-i000000000000', campaign: 'spring', state: 'done', reason: '', fileName: 'x' },
              ...{ bytes: 1, rows: 1, accepted: 0, duplicate: 0, suppressed: 0, rejected: 1 },
              ...{ encoding: '', encodingSure: null, delimiter: '', format: null, sheet: '', mode: 'add' },
              ...{ updated: 0, createdAt: null, closedAt: null },
            })(request, response),
      ),
    );
    expect((await ask(short.url, 'import errors spring-i000000000000 --json')).err).toBe(
      'ringmaster: the list that the API sends breaks off, or is none\n',
    );
  });

  it('is waited for no longer when the operator interrupts', async () => {
    const interrupt = new AbortController();
    const { url } = await opened(serve(() => interrupt.abort(new Error('interrupted'))));
    expect(await ask(url, 'campaign show spring', { signal: interrupt.signal })).toEqual({
      ...{ code: 1, out: '', err: 'ringmaster: interrupted\n' },
    });
  });
});

describe('standard input that does not end', () => {
  it('is let go of once the API has said no', async () => {
    const stdin = new PassThrough();
    stdin.write('number\n13800138000\n');
    const { code, err } = await ask(site.url, 'import add spring -', { stdin });
    expect([code, err]).toEqual([1, expect.stringContaining('does not take the key')]);
    await eventually(() => expect(stdin.destroyed).toBe(true));
  });
});

describe('an answer that is lost on its way', () => {
  const through = async (args: string, role: AccessRole, given: Given = {}, lost = 1) => {
    const proxy = await opened(loseAnswers(site.url, (connection) => connection <= lost));
    const said = await ask(proxy.url, args, { ...given, key: site.keys[role] });
    return { ...said, err: said.err.replaceAll(proxy.url, '<url>') };
  };

  it('to a reading is asked for again', async () => {
    await site.store.createCampaign('read', SEEDED_SETTINGS, SEEDED_AT);
    expect(await through('campaign show read --json', 'viewer')).toEqual(
      await site.local('campaign show read --json'),
    );
  });

  it('to an action, an import or a number is given again without anything being done twice', async () => {
    await site.store.createCampaign('once', SEEDED_SETTINGS, SEEDED_AT);
    const moves = (await site.store.trail('once')).length;
    expect(await through('campaign start once', 'operator', {}, 2)).toMatchObject({
      out: 'campaign "once" is now running\n',
    });
    expect((await site.store.trail('once')).length).toBe(moves + 1);
    const list = await site.file('list.csv', 'number\n13800138000\n');
    expect((await through(`import add once ${list}`, 'operator')).out).toMatch(/is waiting to be read\n$/);
    expect((await through('suppress add 13800138009', 'operator')).out).toContain('is now on the list');
    expect((await through('suppress remove 13800138009', 'operator')).out).toContain(
      'was taken off the list',
    );
  });

  it('with a new key in it is told with the way out, since nobody keeps the secret', async () => {
    const { code, out, err } = await through('key create --role viewer --name lost', 'admin');
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(
      /^ringmaster: key "lost" was made, but was lost on its way here; revoke it \(key revoke \w+\)/,
    );
    expect((await site.local('key list --json')).out.match(/"lost"/g)).toHaveLength(1);
  });

  it('to what must not be repeated blindly is told as that', async () => {
    expect(await through('suppress clear --yes', 'operator')).toMatchObject({
      ...{ code: 1, out: '' },
      err: expect.stringMatching(
        /^ringmaster: the connection with <url> was lost .*; whether it was done is not known: look, then ask again\n$/,
      ),
    });
    const stdin = 'number\n13800138001\n';
    expect(await through('import add once -', 'operator', { stdin })).toMatchObject({
      ...{ code: 1, out: '' },
      err: expect.stringMatching(/; run the command again: the same bytes are never taken twice\n$/),
    });
    const pipe = join(site.dir, 'pipe');
    await promisify(execFile)('mkfifo', [pipe]);
    const written = writeFile(pipe, stdin);
    expect((await through(`import add once ${pipe}`, 'operator')).err).toContain('run the command again');
    await written;
    expect((await through('import add once -', 'operator', { stdin }, 0)).out).toContain(
      'was already imported',
    );
  });
});
