import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWebhookSender, isPublicAddress, targetProblem } from '../../src/adapters/webhook-sender.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const MESSAGE = {
  id: 'one',
  secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  body: JSON.stringify({ type: 'ringmaster.events', data: { events: [] } }),
  now: Date.now(),
};

describe('addresses of private networks', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    'fd00::1',
    'fe80::1',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '224.0.0.1',
    'no address',
  ])('%s is one', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['1.1.1.1', '2606:4700::1111'])('%s is none', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('a target', () => {
  it.each([
    ['http://crm.example/hook', /https/],
    ['https://127.0.0.1/hook', /private/],
    ['https://[::1]/hook', /private/],
    ['https://0x7f000001/hook', /private/],
    ['https://2130706433/hook', /private/],
    ['https://user:secret@crm.example/hook', /user and password/],
  ])('%s is refused with the reason', (url, reason) => {
    expect(targetProblem(url, false)).toMatch(reason);
    expect(targetProblem(url, true)).toBeUndefined();
  });

  it('by a name, with TLS, is taken', () => {
    expect(targetProblem('https://crm.example/hook', false)).toBeUndefined();
  });
});

describe('the sender', () => {
  let receiver: WebhookReceiver;
  beforeEach(async () => {
    receiver = await startWebhookReceiver();
  });
  afterEach(() => receiver.close());

  it('reaches no private network through a name either', async () => {
    const send = createWebhookSender({ allowPrivate: false });
    const { port } = new URL(receiver.url);
    const answer = await send({ ...MESSAGE, url: `https://localhost:${port}/hook` });
    expect(answer).toMatchObject({ taken: false, error: expect.stringMatching(/private network/) });
    expect(receiver.messages).toEqual([]);
  });

  it('follows no redirect', async () => {
    receiver.answer = () => 302;
    const send = createWebhookSender({ allowPrivate: true });
    expect(await send({ ...MESSAGE, url: receiver.url })).toEqual({
      taken: false,
      gone: false,
      error: 'answered with status 302',
    });
  });

  it('says that nobody is there, and does not throw', async () => {
    const send = createWebhookSender({ allowPrivate: true });
    expect(await send({ ...MESSAGE, url: 'http://127.0.0.1:1/' })).toMatchObject({
      taken: false,
      gone: false,
    });
  });
});
