import { describe, expect, it } from 'vitest';
import { readPush } from '../../../src/adapters/tencent/push.ts';

const SESSION = 'a2b3c4d5-0000-4000-8000-000000000001';

describe('a push is read', () => {
  it.each([
    ['UUI', { UUI: 'order-7' }],
    ['the older spelling', { Uui: 'order-7' }],
    ['an empty new field beside the old one', { UUI: '', Uui: 'order-7' }],
  ])('with the user data from %s', (_, fields) => {
    const push = readPush('cdr', { SessionId: SESSION, Callee: '008613800000001', ...fields }, 'CN');
    expect(push).toEqual({
      kind: 'cdr',
      call: { sessionId: SESSION, callee: 8_613_800_000_001, uui: 'order-7' },
    });
  });

  it.each([
    ['is absent', {}],
    ['is null', { Callee: null }],
    ['is a bare word', { Callee: 'protected' }],
  ])('also where the number %s', (_, fields) => {
    expect(readPush('cdr', { SessionId: SESSION, ...fields, Unheard: { of: [] } }, 'CN')).toEqual({
      kind: 'cdr',
      call: { sessionId: SESSION, callee: Number.NaN, uui: '' },
    });
  });

  it('with the voicemail’s number that is no text', () => {
    expect(readPush('voicemail', { SessionId: SESSION, EndpointUser: 13800000001 }, 'CN')).toMatchObject({
      kind: 'voicemail',
    });
  });
});

describe('what is no push is refused in words', () => {
  it.each([
    ['another action', 'ring', { SessionId: SESSION }, /"action" must be one of cdr, record, voicemail/],
    ['no session', 'cdr', { Callee: '008613800000001' }, /^SessionId: /],
    ['no object', 'cdr', 'text', /expected object/],
    ['nothing', 'cdr', null, /expected object/],
  ])('%s', (_, kind, body, problem) => {
    expect(readPush(kind, body, 'CN')).toEqual({ problem: expect.stringMatching(problem) });
  });
});
