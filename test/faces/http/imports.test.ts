import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { type HttpSite, openHttpSite, putCampaign } from '../../support/http-site.ts';

const LIST = 'phone,name\n13800138000,Ann\n13800138001,Bob\n13800138000,Ann again\n12,Zed\n';
const BYTES_MAX = 200_000;

let site: HttpSite;
let url: string;
let count = 0;
let campaign: string;
beforeAll(async () => {
  site = await openHttpSite({ settings: { uploadBytesMax: BYTES_MAX } });
  url = await site.app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => site.close());
beforeEach(async () => {
  count += 1;
  campaign = `spring${count}`;
  await putCampaign(site, campaign);
});

type Body = NonNullable<NonNullable<Parameters<typeof fetch>[1]>['body']>;

const upload = (body: Body, query = '', headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/campaigns/${campaign}/imports${query}`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${site.keys.operator}`, ...headers },
  });

function form(content: string | Blob, name = '名单.csv'): FormData {
  const data = new FormData();
  data.set('comment', 'from the tests');
  data.set('file', content instanceof Blob ? content : new Blob([content]), name);
  return data;
}

/** The import once the role that reads lists has run. */
async function read(id: string) {
  await site.ingest();
  return (await site.ask('viewer', { url: `/v1/imports/${id}` })).json();
}

describe('an upload', () => {
  it.each([
    ['as it is', () => LIST, 'upload'],
    ['as a form', () => form(LIST), '名单.csv'],
  ])('%s is answered at once, and read by the queue to an end that adds up', async (_how, body, fileName) => {
    const reply = await upload(body());
    expect(reply.status).toBe(202);
    const added = (await reply.json()) as { id: string };
    expect(reply.headers.get('location')).toBe(`/v1/imports/${added.id}`);
    expect(added).toMatchObject({ campaign, state: 'waiting', rows: 0, fileName, mode: 'add' });
    expect(await read(added.id)).toMatchObject({
      ...{ state: 'done', rows: 4, accepted: 2, duplicate: 1, suppressed: 0, rejected: 1 },
      ...{ encoding: 'utf-8', delimiter: ',', closedAt: expect.any(String) },
    });
    const list = (await site.ask('viewer', { url: `/v1/campaigns/${campaign}/imports` })).json();
    expect(list.map(({ id }: { id: string }) => id)).toEqual([added.id]);
    const errors = await site.ask('operator', { url: `/v1/imports/${added.id}/errors.csv` });
    expect(errors.headers['content-type']).toContain('text/csv');
    expect(errors.headers['content-disposition']).toContain(`${added.id}.errors.csv`);
    expect(errors.body).toContain('Zed');
    expect((await site.ask('viewer', { url: `/v1/imports/${added.id}/errors.csv` })).statusCode).toBe(403);
  });

  it('of the same bytes again is the same import, and says so', async () => {
    const first = await upload(LIST);
    expect(first.status).toBe(202);
    const again = await upload(form(LIST, 'other.csv'));
    expect(again.status).toBe(200);
    expect((await again.json()) as object).toMatchObject({ id: ((await first.json()) as { id: string }).id });
  });

  it('as a dry run says what would become of the rows and stores nothing', async () => {
    const reply = await upload(LIST, '?dryRun=true&fileName=try.csv');
    expect(reply.status).toBe(200);
    expect(await reply.json()).toMatchObject({
      rows: 4,
      added: 2,
      duplicate: 1,
      rejected: 1,
      fileName: 'try.csv',
    });
    expect((await site.ask('viewer', { url: `/v1/campaigns/${campaign}/imports` })).json()).toEqual([]);
  });

  it('takes what is known of its form, and refuses what it cannot mean', async () => {
    const gbk = Buffer.from('cafd3b30', 'hex');
    const reply = await upload(`a;phone\n1;13800138009\n`, '?delimiter=;&encoding=GBK&fileName=x.csv');
    expect(reply.status).toBe(202);
    const { id } = (await reply.json()) as { id: string };
    expect(await read(id)).toMatchObject({ encoding: 'gb18030', delimiter: ';', accepted: 1 });
    for (const query of [
      '?encoding=klingon',
      '?delimiter=ab',
      '?mode=replace',
      '?colour=red',
      '?dryRun=maybe',
    ]) {
      const refused = await upload(gbk, query);
      expect(refused.status, query).toBe(400);
      expect(refused.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  it('for a campaign that is not there, or takes no more, is refused and leaves nothing', async () => {
    const before = await site.spooled();
    campaign = 'nobody';
    expect((await upload(LIST)).status).toBe(404);
    campaign = `spring${count}`;
    await site.ask('operator', { method: 'POST', url: `/v1/campaigns/${campaign}/actions/cancel` });
    expect(await site.spooled()).toEqual(before);
  });

  it('without a file in its form is refused', async () => {
    const data = new FormData();
    data.set('comment', 'nothing else');
    const reply = await upload(data);
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ code: 'request_invalid' });
  });
});

describe('an upload that is too large', () => {
  it.each([
    ['and says so', () => 'x'.repeat(BYTES_MAX + 1)],
    ['as a form that says so', () => form('x'.repeat(2 * BYTES_MAX))],
    [
      'and does not say so',
      () =>
        new ReadableStream({
          start: (to) => {
            for (let part = 0; part < 3; part += 1) to.enqueue(Buffer.alloc(BYTES_MAX / 2));
          },
        }),
    ],
  ])('%s gets a clear 413 and leaves nothing behind', async (_how, body) => {
    const before = await site.spooled();
    const init = { duplex: 'half' } as object;
    const reply = await fetch(`${url}/v1/campaigns/${campaign}/imports`, {
      method: 'POST',
      body: body() as Body,
      headers: { authorization: `Bearer ${site.keys.operator}` },
      ...init,
    });
    expect(reply.status).toBe(413);
    expect(await reply.json()).toMatchObject({
      code: 'body_too_large',
      bytesMax: BYTES_MAX,
      retryable: false,
    });
    expect(await site.spooled()).toEqual(before);
    expect((await site.ask('viewer', { url: '/healthz' })).statusCode).toBe(200);
  });

  it('of exactly the bytes allowed is taken', async () => {
    const row = 'phone\n13800138000\n';
    const reply = await upload(row + '\n'.repeat(BYTES_MAX - row.length));
    expect(reply.status).toBe(202);
  });
});

describe('an upload that is broken off', () => {
  const head = (extra: string) =>
    `POST /v1/campaigns/${campaign}/imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${site.keys.operator}\r\n${extra}\r\n\r\n`;

  it.each([
    ['with a length', 'Content-Length: 100000', 'phone\n13800138000\n'],
    ['in pieces', 'Transfer-Encoding: chunked', '6\r\nphone\n\r\n'],
    [
      'as a form',
      'Content-Length: 100000\r\nContent-Type: multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="file"; filename="l.csv"\r\n\r\nphone\n13800138000\n',
    ],
  ])('%s leaves nothing behind', async (_how, extra, sent) => {
    const before = await site.spooled();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(head(extra) + sent);
    await eventually(async () => expect((await site.spooled()).length).toBe(before.length + 1));
    socket.destroy();
    await eventually(async () => expect(await site.spooled()).toEqual(before));
    expect((await site.ask('viewer', { url: `/v1/campaigns/${campaign}/imports` })).json()).toEqual([]);
  });

  it('a form that ends in the middle of its file is not taken for a whole one', async () => {
    const before = await site.spooled();
    const body =
      '--b\r\nContent-Disposition: form-data; name="file"; filename="l.csv"\r\n\r\nphone\n13800138000\n1380013';
    const reply = await upload(body, '', { 'content-type': 'multipart/form-data; boundary=b' });
    expect(reply.status).toBe(400);
    expect(await site.spooled()).toEqual(before);
    expect((await site.ask('viewer', { url: `/v1/campaigns/${campaign}/imports` })).json()).toEqual([]);
  });
});

describe('an upload with an Idempotency-Key', () => {
  it('sent again gets the very same answer; another file under the key is refused', async () => {
    const key = { 'idempotency-key': 'a-list-of-monday' };
    const first = await upload(LIST, '', key);
    expect(first.status).toBe(202);
    const added = await first.json();
    const before = await site.spooled();
    await read((added as { id: string }).id);
    const again = await upload(LIST, '', key);
    expect(again.status).toBe(202);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(await again.json()).toEqual(added);
    const other = await upload(`${LIST}13800138005,Eve\n`, '', key);
    expect(other.status).toBe(422);
    expect(await other.json()).toMatchObject({ code: 'idempotency_key_reused' });
    await eventually(async () => expect(await site.spooled()).toEqual(before));
    const trail = (await site.ask('operator', { url: '/v1/trail?limit=500' })).json();
    const adds = trail.filter(
      (entry: { did: string; subject: string }) =>
        entry.did === 'import.add' && entry.subject.startsWith(`${campaign}-`),
    );
    expect(adds).toHaveLength(1);
  });
});

describe('while the server ends', () => {
  it('an upload under way is finished, another one is refused, and the connection is closed', async () => {
    const own = await openHttpSite();
    try {
      const address = await own.app.listen({ port: 0, host: '127.0.0.1' });
      await putCampaign(own, 'spring');
      const options = { method: 'POST', headers: { authorization: `Bearer ${own.keys.operator}` } };
      const target = `${address}/v1/campaigns/spring/imports`;
      const slow = httpRequest(target, options);
      slow.write('phone\n1380013');
      await eventually(async () => expect((await own.spooled()).length).toBe(1));
      own.app.life.draining = true;
      const refused = await fetch(target, { ...options, body: 'phone\n13800138001\n' });
      expect(refused.status).toBe(503);
      expect(refused.headers.get('connection')).toBe('close');
      expect(await refused.json()).toMatchObject({ code: 'not_ready', retryable: true });
      const closing = own.app.close();
      const answered = once(slow, 'response');
      slow.end('8000\n');
      const [reply] = await answered;
      expect(reply.statusCode).toBe(202);
      expect(reply.headers.connection).toBe('close');
      reply.resume();
      await closing;
      expect((await own.store.imports('spring')).length).toBe(1);
    } finally {
      await own.close();
    }
  });
});
