import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type ClientOptions,
  createClient,
  type ProviderClient,
  type RequestEvent,
} from '../../../src/adapters/tencent/client.ts';
import type { Quota } from '../../../src/adapters/tencent/quota.ts';
import { parseTc3, verifyTc3 } from '../../../src/adapters/tencent/signature.ts';
import type { TelephonyFailure, TelephonyResult } from '../../../src/ports/telephony.ts';
import {
  clientFor,
  done,
  http,
  openQuota,
  REQUEST_ID,
  refusal,
  SECRET,
  startWireServer,
  type WireHandler,
  type WireServer,
} from './wire-server.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function serve(handler: WireHandler, tls?: { key: string; cert: string }): Promise<WireServer> {
  const server = await startWireServer(handler, tls);
  endings.push(() => server.stop());
  return server;
}

function client(endpoint: string, options: Partial<ClientOptions> = {}): ProviderClient {
  const made = clientFor(endpoint, options);
  endings.push(() => made.close());
  return made;
}

const CREATE = {
  SdkAppId: 1_400_000_000,
  Name: 'spring.1.1',
  NotBefore: 1_800_000_000,
  Callees: ['008613800000001'],
  Callers: ['008602150000001'],
  IvrId: 7,
  Tries: 1,
};
const create = (to: ProviderClient) => to.request('CreateAutoCalloutTask', CREATE);
const list = (to: ProviderClient) =>
  to.request('DescribeAutoCalloutTasks', { SdkAppId: 1_400_000_000, PageSize: 10, PageNumber: 0 });

function failureOf(result: TelephonyResult<unknown>): TelephonyFailure {
  if (result.ok) throw new Error('expected a failure');
  return result.failure;
}

async function timed<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
  const began = performance.now();
  return { value: await work, ms: performance.now() - began };
}

describe('a request that is answered', () => {
  test('carries a signature that verifies, the action, the version, and no empty token', async () => {
    const server = await serve((_, socket) => socket.write(done({ TaskId: 42 })));
    const result = await create(client(server.endpoint));
    expect(result).toEqual({ ok: true, value: { TaskId: 42, RequestId: REQUEST_ID } });
    const [request] = server.requests;
    if (request === undefined) throw new Error('no request came');
    const authorization = parseTc3(request.header('authorization') ?? '');
    if (authorization === undefined) throw new Error('no signature came');
    const timestamp = Number(request.header('x-tc-timestamp'));
    expect(Math.abs(timestamp - Date.now() / 1_000)).toBeLessThan(60);
    const verified = verifyTc3({
      authorization,
      secretKey: SECRET.secretKey,
      timestamp,
      method: 'POST',
      path: '/',
      query: '',
      header: request.header,
      body: Buffer.from(request.body),
    });
    expect(verified).toBe(true);
    expect(request.header('x-tc-action')).toBe('CreateAutoCalloutTask');
    expect(request.header('x-tc-version')).toBe('2020-02-10');
    expect(request.head).not.toMatch(/x-tc-token/i);
    expect(JSON.parse(request.body)).toEqual(CREATE);
  });

  test('carries the session token of temporary credentials', async () => {
    const server = await serve((_, socket) => socket.write(done({ TaskId: 42 })));
    expect((await create(client(server.endpoint, { token: 'session' }))).ok).toBe(true);
    expect(server.requests[0]?.header('x-tc-token')).toBe('session');
  });

  test('leaves its connection open for the next one', async () => {
    const server = await serve((_, socket) => socket.write(done({ TotalCount: 0, Tasks: null })));
    const to = client(server.endpoint);
    for (let index = 0; index < 5; index += 1) {
      expect(await list(to)).toMatchObject({ ok: true, value: { Tasks: [] } });
    }
    expect(server.connections).toBe(1);
  });

  test('goes to the endpoint itself, whatever proxy the environment names', async () => {
    const server = await serve((_, socket) => socket.write(done({ TaskId: 1 })));
    const before = process.env.http_proxy;
    process.env.http_proxy = 'http://127.0.0.1:1';
    endings.push(() => {
      if (before === undefined) delete process.env.http_proxy;
      else process.env.http_proxy = before;
    });
    expect((await create(client(server.endpoint))).ok).toBe(true);
  });

  test('is logged without numbers, parameters or secrets', async () => {
    const server = await serve((_, socket) =>
      socket.write(refusal('InvalidParameterValue.PhoneNumInvalid', 'callee 008613800000001 is wrong')),
    );
    const lines: RequestEvent[] = [];
    const log = {
      debug: (fields: RequestEvent) => lines.push(fields),
      warn: (fields: RequestEvent) => lines.push(fields),
    };
    const failure = failureOf(await create(client(server.endpoint, { log })));
    expect(failure.message).toBe('callee 008***01 is wrong');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      action: 'CreateAutoCalloutTask',
      code: 'InvalidParameterValue.PhoneNumInvalid',
      kind: 'invalid',
      requestId: REQUEST_ID,
      sending: 1,
    });
    expect(JSON.stringify(lines)).not.toMatch(/138000|AKID|KEYTEST/);
  });
});

describe('certainly not sent: refused', () => {
  test('a port where nobody listens', async () => {
    const server = await serve(() => {});
    await server.stop();
    endings.pop();
    const failure = failureOf(await create(client(server.endpoint)));
    expect(failure).toMatchObject({ kind: 'refused', code: 'network' });
    expect(failure.message).toMatch(/ECONNREFUSED/);
    expect(failure.retryAfterMs).toBeGreaterThan(0);
  });

  test('a name that does not resolve', async () => {
    const failure = failureOf(await create(client('http://provider.invalid', { deadlineMs: 3_000 })));
    expect(failure.kind).toBe('refused');
    expect(failure.message).toMatch(/never sent/);
  });

  test('a connection that is never accepted ends at the deadline', async () => {
    const { port, stop } = await startFullListener();
    endings.push(stop);
    const { value, ms } = await timed(create(client(`http://127.0.0.1:${port}`, { deadlineMs: 400 })));
    expect(failureOf(value)).toMatchObject({ kind: 'refused', code: 'deadline' });
    expect(ms).toBeLessThan(2_000);
  });

  test('a TLS handshake that is never answered, or answered in plain text', async () => {
    const silent = await serve(() => {});
    const secure = (server: WireServer) => server.endpoint.replace('http:', 'https:');
    const stalled = failureOf(await create(client(secure(silent), { deadlineMs: 300 })));
    expect(stalled).toMatchObject({ kind: 'refused', code: 'deadline' });
    const plain = await startWireServer(() => {});
    endings.push(() => plain.stop());
    const broken = create(client(secure(plain)));
    await waitFor(() => plain.connections === 1);
    await plain.stop();
    endings.pop();
    expect(failureOf(await broken)).toMatchObject({ kind: 'refused', code: 'network' });
  });

  test('waiting for a free connection until the deadline', async () => {
    const server = await serve(() => {});
    // The one that waits was asked for first, so its deadline passes while the other still holds the connection.
    let grant: (answer: 'granted') => void = () => {};
    const held = new Promise<'granted'>((resolve) => {
      grant = resolve;
    });
    const quota: Quota = { acquire: ({ forDoubt }) => (forDoubt ? Promise.resolve('granted') : held) };
    const to = client(server.endpoint, { socketsMax: 1, deadlineMs: 500, quota });
    const waits = create(to);
    const began = performance.now();
    await waitFor(() => performance.now() - began > 100);
    const holds = to.request('CreateAutoCalloutTask', CREATE, { forDoubt: true });
    await waitFor(() => server.requests.length === 1);
    grant('granted');
    expect(failureOf(await waits)).toMatchObject({ kind: 'refused', code: 'deadline' });
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(failureOf(await holds)).toMatchObject({ kind: 'doubt', code: 'deadline' });
    expect(server.requests).toHaveLength(1);
  });

  test.each(['quota_wait', 'quota_unavailable'] as const)('no slot of the quota: %s', async (answer) => {
    const server = await serve((_, socket) => socket.write(done({ TaskId: 1 })));
    const to = client(server.endpoint, { quota: { acquire: async () => answer } });
    expect(failureOf(await create(to))).toMatchObject({ kind: 'refused', code: answer });
    expect(server.requests).toHaveLength(0);
  });

  test('the wait for quota leaves the request the time to be answered', async () => {
    const waits: number[] = [];
    const quota = {
      acquire: async ({ waitMax }: { waitMax: number }) => {
        waits.push(waitMax);
        return 'quota_wait' as const;
      },
    };
    const to = clientFor('http://127.0.0.1:9', { quota, deadlineMs: 15_000 });
    expect((await create(to)).ok).toBe(false);
    expect(waits[0]).toBeGreaterThan(9_000);
    expect(waits[0]).toBeLessThanOrEqual(10_000);
  });
});

describe('may have been sent: doubt, and a write is never sent again', () => {
  const cases: [name: string, code: string, handler: WireHandler][] = [
    ['a reset before the headers', 'network', (_, socket) => socket.resetAndDestroy()],
    ['an end before the headers', 'network', (_, socket) => socket.end()],
    [
      'a reset in the middle of a body of known length',
      'network',
      (_, socket) => writeThenReset(socket, 'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"Response":'),
    ],
    [
      'an end in the middle of a body of known length',
      'network',
      (_, socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"Response":'),
    ],
    [
      'an end in the middle of a chunked body',
      'network',
      (_, socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"Res\r\n'),
    ],
    [
      'a reset in the middle of a chunked body',
      'network',
      (_, socket) =>
        writeThenReset(socket, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"Res\r\n'),
    ],
    ['a gateway error in HTML', 'http_502', (_, socket) => socket.write(http(502, '<h1>Bad Gateway</h1>'))],
    ['a refusal by a gateway', 'http_429', (_, socket) => socket.write(http(429, '{}'))],
    ['a page that is not JSON', 'bad_reply', (_, socket) => socket.write(http(200, '<html>welcome</html>'))],
    ['an empty body', 'bad_reply', (_, socket) => socket.write(http(200, ''))],
    ['JSON without Response', 'bad_reply', (_, socket) => socket.write(http(200, '{"ok":true}'))],
    ['JSON null', 'bad_reply', (_, socket) => socket.write(http(200, 'null'))],
    ['a Response that is null', 'bad_reply', (_, socket) => socket.write(http(200, '{"Response":null}'))],
    ['a Response that is text', 'bad_reply', (_, socket) => socket.write(http(200, '{"Response":"x"}'))],
    [
      'a Response without RequestId',
      'bad_reply',
      (_, socket) => socket.write(http(200, '{"Response":{"TaskId":4}}')),
    ],
    ['a reply without the task id', 'bad_reply', (_, socket) => socket.write(done({}))],
    [
      'an error without a code',
      'bad_reply',
      (_, socket) => socket.write(http(200, '{"Response":{"Error":{"Message":"x"},"RequestId":"r"}}')),
    ],
    [
      'a stream of events instead of a reply',
      'bad_reply',
      (_, socket) => socket.write(http(200, 'data: x\n\n', { 'Content-Type': 'text/event-stream' })),
    ],
    ['an internal error', 'InternalError', (_, socket) => socket.write(refusal('InternalError'))],
    ['a code nobody knows', 'Surprise.Code', (_, socket) => socket.write(refusal('Surprise.Code'))],
  ];
  for (const [name, code, handler] of cases) {
    test(name, async () => {
      const server = await serve(handler);
      const { value, ms } = await timed(create(client(server.endpoint)));
      expect(failureOf(value)).toMatchObject({ kind: 'doubt', code });
      expect(ms, 'it did not wait for its deadline').toBeLessThan(4_000);
      expect(server.requests).toHaveLength(1);
    });
  }

  test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed', async (status) => {
    const server: WireServer = await serve((_, socket) =>
      socket.write(http(status, '', { Location: server.endpoint })),
    );
    const failure = failureOf(await create(client(server.endpoint)));
    expect(failure).toMatchObject({ kind: 'doubt', code: `http_${status}` });
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['no answer at all', ''],
    ['headers only', 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n'],
    ['half a body', 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"Response":{'],
  ])('a stall after %s ends at the deadline', async (_, bytes) => {
    const server = await serve((_request, socket) => socket.write(bytes));
    const { value, ms } = await timed(create(client(server.endpoint, { deadlineMs: 300 })));
    expect(failureOf(value)).toMatchObject({ kind: 'doubt', code: 'deadline' });
    expect(ms).toBeLessThan(2_000);
    expect(server.requests).toHaveLength(1);
  });

  test('a kept connection that the server drops at the next request', async () => {
    const server = await serve((request, socket) => {
      if (request.nthOnConnection === 1) socket.write(done({ TaskId: 1 }));
      else socket.resetAndDestroy();
    });
    const to = client(server.endpoint);
    expect((await create(to)).ok).toBe(true);
    expect(failureOf(await create(to))).toMatchObject({ kind: 'doubt', code: 'network' });
    expect(server.requests).toHaveLength(2);
    expect(server.connections).toBe(1);
  });

  test('a certificate that is not trusted; with its authority the same server is fine', async () => {
    const [key, cert] = await Promise.all(
      ['key', 'cert'].map((part) =>
        readFile(new URL(`../../fixtures/tls/loopback.${part}.pem`, import.meta.url), 'utf8'),
      ),
    );
    if (key === undefined || cert === undefined) throw new Error('no certificate');
    const server = await serve((_, socket) => socket.write(done({ TaskId: 9 })), { key, cert });
    const failure = failureOf(await create(client(server.endpoint)));
    expect(failure).toMatchObject({ kind: 'doubt', code: 'network' });
    const trusted = await create(client(server.endpoint, { ca: cert }));
    expect(trusted).toMatchObject({ ok: true, value: { TaskId: 9 } });
  });
});

describe('what the provider refuses', () => {
  test('too many requests: refused with a pause, and a write is not sent again by us', async () => {
    const server = await serve((_, socket) => socket.write(refusal('RequestLimitExceeded')));
    const failure = failureOf(await create(client(server.endpoint)));
    expect(failure).toMatchObject({ kind: 'refused', code: 'RequestLimitExceeded', requestId: REQUEST_ID });
    expect(failure.retryAfterMs).toBeGreaterThan(0);
    expect(server.requests).toHaveLength(1);
  });

  test('an expired signature is signed anew once', async () => {
    const server = await serve((request, socket) =>
      socket.write(request.nth === 1 ? refusal('AuthFailure.SignatureExpire') : done({ TaskId: 3 })),
    );
    expect(await create(client(server.endpoint))).toMatchObject({ ok: true, value: { TaskId: 3 } });
    expect(server.requests).toHaveLength(2);
  });

  test('a signature expired twice blocks, and says that the clock is wrong', async () => {
    const server = await serve((_, socket) => socket.write(refusal('AuthFailure.SignatureExpire')));
    const failure = failureOf(await create(client(server.endpoint)));
    expect(failure).toMatchObject({ kind: 'blocked', code: 'AuthFailure.SignatureExpire' });
    expect(failure.message).toMatch(/clock/);
    expect(server.requests).toHaveLength(2);
  });

  test.each([
    ['AuthFailure.TokenFailure', 'blocked', /no/],
    ['InvalidParameter.InstanceNotExist', 'blocked', /TCCC_SDK_APP_ID/],
    ['InvalidParameterValue.InstanceNotExist', 'blocked', /TCCC_SDK_APP_ID/],
    ['LimitExceeded.OutOfQuotaMaxCount', 'quota', /no/],
    ['LimitExceeded.Something', 'quota', /no/],
    ['MissingParameter', 'invalid', /no/],
  ])('%s is %s', async (code, kind, message) => {
    const server = await serve((_, socket) => socket.write(refusal(code)));
    const failure = failureOf(await create(client(server.endpoint)));
    expect(failure).toMatchObject({ kind, code });
    expect(failure.message).toMatch(message);
    expect(server.requests).toHaveLength(1);
  });
});

describe('readings', () => {
  test('are sent again after a doubt or a refusal, until they succeed', async () => {
    const answers: WireHandler[] = [
      (_, socket) => socket.resetAndDestroy(),
      (_, socket) => socket.write(http(502, 'x')),
      (_, socket) => socket.write(refusal('InternalError')),
      (_, socket) => socket.write(done({ TotalCount: 0, Tasks: [] })),
    ];
    const server = await serve((request, socket) => answers[request.nth - 1]?.(request, socket));
    expect((await list(client(server.endpoint))).ok).toBe(true);
    expect(server.requests).toHaveLength(4);
  });

  test('are sent a bounded number of times', async () => {
    const server = await serve((_, socket) => socket.resetAndDestroy());
    expect(failureOf(await list(client(server.endpoint))).kind).toBe('doubt');
    expect(server.requests).toHaveLength(4);
  });

  test('are not sent again when that cannot help', async () => {
    const server = await serve((_, socket) => socket.write(refusal('InvalidParameter')));
    expect(failureOf(await list(client(server.endpoint))).kind).toBe('invalid');
    expect(server.requests).toHaveLength(1);
  });

  test('stay within their deadline, all sendings together', async () => {
    const server = await serve((_, socket) => socket.write(http(502, 'x')));
    const to = client(server.endpoint, { deadlineMs: 600, readBackoffMs: 250 });
    const { ms } = await timed(list(to));
    expect(ms).toBeLessThan(2_000);
    expect(server.requests.length).toBeLessThan(4);
  });
});

describe('before anything is sent', () => {
  test('a request larger than the provider takes is invalid', async () => {
    const server = await serve((_, socket) => socket.write(done({ TaskId: 1 })));
    const large = { ...CREATE, Description: 'x'.repeat(10_000_000) };
    const result = await client(server.endpoint).request('CreateAutoCalloutTask', large);
    expect(failureOf(result)).toMatchObject({ kind: 'invalid', code: 'request_too_large' });
    expect(server.requests).toHaveLength(0);
  });

  test('a request that breaks its own schema is invalid, named by field and without its value', async () => {
    const server = await serve((_, socket) => socket.write(done({ TaskId: 1 })));
    const result = await client(server.endpoint).request('CreateAutoCalloutTask', {
      ...CREATE,
      Tries: 13_800,
    });
    const failure = failureOf(result);
    expect(failure).toMatchObject({ kind: 'invalid', code: 'bad_request' });
    expect(failure.message).toMatch(/^Tries: /);
    expect(failure.message).not.toMatch(/13800/);
    expect(server.requests).toHaveLength(0);
  });

  test('credentials that cannot be put into a header block', async () => {
    const server = await serve((_, socket) => socket.write(done({ TaskId: 1 })));
    const failure = failureOf(await create(client(server.endpoint, { secretId: 'AK\nID' })));
    expect(failure).toMatchObject({ kind: 'blocked', code: 'request_not_made' });
    expect(server.requests).toHaveLength(0);
  });

  test.each(['ccc.tencentcloudapi.com', 'ftp://x', 'https://x/path', 'https://user@x'])(
    'an endpoint such as %s is refused at start',
    (endpoint) => {
      expect(() => createClient({ endpoint, ...SECRET, quota: openQuota })).toThrow(TypeError);
    },
  );
});

test('a failure with an unread body gives its connection back', async () => {
  const server = await serve((request, socket) =>
    socket.write(request.nth === 1 ? http(502, 'x'.repeat(1_000_000)) : done({ TaskId: 1 })),
  );
  const to = client(server.endpoint, { socketsMax: 1 });
  expect(failureOf(await create(to)).code).toBe('http_502');
  expect((await create(to)).ok).toBe(true);
});

test('more requests than connections all get through', async () => {
  const server = await serve((_, socket) => socket.write(done({ TaskId: 1 })));
  const to = client(server.endpoint, { socketsMax: 3 });
  const results = await Promise.all(Array.from({ length: 40 }, () => create(to)));
  expect(results.every((result) => result.ok)).toBe(true);
  expect(server.connections).toBeLessThanOrEqual(3);
});

function writeThenReset(socket: Socket, bytes: string): void {
  // The reset must not overtake the bytes, or the client would see none of them.
  socket.write(bytes, () => setTimeout(() => socket.resetAndDestroy(), 20));
}

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** A port that is listened to by a stopped process with a full queue: new connections stall. */
async function startFullListener(): Promise<{ port: number; stop: () => Promise<void> }> {
  const script = `const s = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 },
    () => { console.log(s.address().port); });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(child.stdout), 'line');
  const port = Number(line);
  child.kill('SIGSTOP');
  const fillers: Socket[] = [];
  // The queue holds a few connections; the first that does not connect at once shows that it is full.
  for (let index = 0; index < 10; index += 1) {
    const filler = connect({ port, host: '127.0.0.1' });
    filler.on('error', () => {});
    fillers.push(filler);
    const connected = await Promise.race([
      once(filler, 'connect').then(() => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 100)),
    ]);
    if (!connected) break;
  }
  return {
    port,
    stop: async () => {
      for (const filler of fillers) filler.destroy();
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
