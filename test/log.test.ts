import { Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../src/core/errors.ts';
import { createLogger, type Logger, maskText } from '../src/log.ts';

const NUMBER = '13812345678';
const SECRET = 'sekret-Yq7';

function logged(write: (logger: Logger) => void): string {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  write(createLogger({ logLevel: 'debug' }, { role: 'poll', stream }));
  return lines.join('');
}

describe('a log line', () => {
  it('is one JSON document with level, time, role and the event', () => {
    const text = logged((log) =>
      log.info({ event: 'batch_accepted', batchId: 12, callees: 500 }, 'accepted'),
    );
    expect(text.endsWith('\n')).toBe(true);
    const line = JSON.parse(text) as Record<string, unknown>;
    expect(line).toMatchObject({
      level: 'info',
      role: 'poll',
      pid: process.pid,
      event: 'batch_accepted',
      batchId: 12,
      callees: 500,
      msg: 'accepted',
    });
    expect(Date.parse(String(line.time))).toBeGreaterThan(1_700_000_000_000);
  });

  it('leaves ids as they are, however many digits they have', () => {
    const ids = { campaignId: 'c20261123', importId: 'c20261123-1234567', sessionId: '1234567-abc' };
    expect(JSON.parse(logged((log) => log.info(ids)))).toMatchObject(ids);
    expect(logged((log) => log.info({ secretId: SECRET, tcccSecretId: SECRET }))).not.toContain(SECRET);
  });

  it('keeps what is below its level to itself', () => {
    expect(logged((log) => log.trace('quiet'))).toBe('');
  });

  const ways: [string, (log: Logger) => void][] = [
    ['a message', (log) => log.info(`dialling ${NUMBER}`)],
    ['a message with a value put in', (log) => log.info('dialling %s', NUMBER)],
    ['a message with a number put in', (log) => log.info('dialling %d', Number(NUMBER))],
    ['a field named for it', (log) => log.info({ number: NUMBER })],
    ['a number in such a field', (log) => log.info({ callee: Number(NUMBER) })],
    ['a list', (log) => log.info({ numbers: [Number(NUMBER)] })],
    ['a field of another name', (log) => log.info({ who: NUMBER })],
    ['a key', (log) => log.info({ byNumber: { [NUMBER]: 1 } })],
    ['a deep field', (log) => log.info({ a: { b: [{ c: { Phone: NUMBER } }] } })],
    ['the cells of a row', (log) => log.info({ cells: [NUMBER, 'x'], variables: { tel: NUMBER } })],
    ['a child binding', (log) => log.child({ callee: NUMBER }).info('x')],
    ['an error', (log) => log.error(new AppError('campaign_invalid', `bad: ${NUMBER}`))],
    [
      'the cause of an error',
      (log) => log.error(new Error('x', { cause: new Error(`the number ${NUMBER}`) })),
    ],
    ['an object that writes itself', (log) => log.info({ it: { toJSON: () => ({ phone: NUMBER }) } })],
  ];
  it.each(ways)('never shows a phone number: %s', (_way, write) => {
    const text = logged(write);
    expect(text).not.toBe('');
    expect(text).not.toContain(NUMBER);
    expect(text).not.toContain(NUMBER.slice(3));
  });

  const secrets: [string, (log: Logger) => void][] = [
    ['authorization', (log) => log.info({ req: { headers: { authorization: `Bearer ${SECRET}` } } })],
    ['secretKey', (log) => log.info({ provider: { secretKey: SECRET, secretId: SECRET, token: SECRET } })],
    ['the environment', (log) => log.info({ env: { TCCC_SECRET_KEY: SECRET, REDIS_URL: SECRET } })],
    ['a URL with a password', (log) => log.info(`no answer from rediss://app:${SECRET}@redis.local:6379`)],
    ['a cookie', (log) => log.info({ 'set-cookie': SECRET })],
  ];
  it.each(secrets)('never shows a secret: %s', (_way, write) => {
    const text = logged(write);
    expect(text).not.toBe('');
    expect(text).not.toContain(SECRET);
  });
});

describe('maskText', () => {
  it.each([
    ['+8613812345678', '861********78'],
    ['call 138 1234 5678 now', 'call 138******78 now'],
    ['(0755) 8812-3456', '(075*******56'],
    ['tel13812345678x', 'tel138******78x'],
  ])('reduces "%s" to its first three and last two digits', (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });

  it.each([
    'spring.12.1 has 500 callees',
    '2026-11-23T09:00:00.000Z',
    '192.168.100.200:6379',
    '3f2b8c1e-1234-4a5b-8c9d-1234567890ab',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  ])('leaves "%s" as it is', (text) => {
    expect(maskText(text)).toBe(text);
  });

  it('hides every number that stands alone, whatever is around it', () => {
    fc.assert(
      fc.property(
        fc.bigInt(1_000_000n, 999_999_999_999_999n),
        fc.string(),
        fc.string(),
        (number, before, after) => {
          const clear = (text: string) => text.replace(/[0-9a-fA-F+().-]/g, '');
          expect(maskText(`${clear(before)} ${number} ${clear(after)}`)).not.toContain(String(number));
        },
      ),
    );
  });
});
