import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedisKeptReplies } from '../../../src/adapters/redis/kept-replies.ts';
import { createProviderState } from '../../../src/adapters/redis/provider-state.ts';
import { createRedisSessions } from '../../../src/adapters/redis/sessions.ts';
import { createRedisTrail } from '../../../src/adapters/redis/trail.ts';
import { KEPT_REPLY_CLAIM, KEPT_REPLY_LIFE, PROVIDER_NOTE_INTERVAL } from '../../../src/core/limits.ts';
import { ManualClock } from '../../support/clock.ts';
import { eventually } from '../../support/eventually.ts';
import { type OpenStore, openStore } from '../../support/redis-store.ts';

let open: OpenStore;
beforeAll(() => {
  open = openStore();
});
afterAll(() => open.close());

describe('kept replies', () => {
  it('are claimed by one, told to whoever asks the same, refused to whoever asks another, and expire', async () => {
    const kept = createRedisKeptReplies(open.client, open);
    const claims = await Promise.all(Array.from({ length: 5 }, () => kept.claim('scope', 'print')));
    expect(claims.map(({ state }) => state).sort()).toEqual([
      'new',
      'running',
      'running',
      'running',
      'running',
    ]);
    const ttl = async () => {
      const [name = ''] = await open.client.keys(`${open.prefix}:reply:*`);
      expect(name).not.toContain('scope');
      return open.client.pttl(name);
    };
    expect(await ttl()).toBeLessThanOrEqual(KEPT_REPLY_CLAIM);
    expect((await kept.claim('scope', 'other')).state).toBe('other');
    const reply = { status: 201, headers: { location: '/x' }, body: '{}' };
    await kept.keep('scope', 'print', reply);
    expect(await kept.claim('scope', 'print')).toEqual({ state: 'done', reply });
    const left = await ttl();
    expect(left).toBeGreaterThan(KEPT_REPLY_CLAIM);
    expect(left).toBeLessThanOrEqual(KEPT_REPLY_LIFE);
    await kept.drop('scope');
    expect((await kept.claim('scope', 'other')).state).toBe('new');
  });
});

describe('sessions', () => {
  it('are found by their token alone, which is stored nowhere, until they end or expire', async () => {
    const sessions = createRedisSessions(open.client, open);
    const { token, session } = await sessions.begin('key', 7, 60_000);
    const other = await sessions.begin('key', 7, 60_000);
    expect(other.token).not.toBe(token);
    expect(other.session.csrf).not.toBe(session.csrf);
    expect(await sessions.find(token)).toEqual({ keyId: 'key', beganAt: 7, csrf: session.csrf });
    for (const wrong of ['', `${token.slice(1)}A`, `${token}=`, '*', 'x'.repeat(10_000)]) {
      expect(await sessions.find(wrong)).toBeUndefined();
    }
    const stored = [...(await open.dump()).entries()].flat().join('\n');
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(Buffer.from(token).toString('hex'));
    await sessions.end(token);
    expect(await sessions.find(token)).toBeUndefined();
    const brief = await sessions.begin('key', 7, 1);
    await eventually(async () => expect(await sessions.find(brief.token)).toBeUndefined());
  });
});

describe('the trail of writes', () => {
  it('comes newest first, each entry once, also while others are added, from any cursor', async () => {
    const trail = createRedisTrail(open.client, open);
    const entry = (at: number) => ({ at, by: 'Ann', role: 'admin', did: 'x.y', subject: `s${at}`, text: '' });
    expect(await trail.page(undefined, 10)).toEqual({ entries: [], next: undefined });
    for (let at = 1; at <= 5; at += 1) await trail.note(entry(at));
    const first = await trail.page(undefined, 2);
    expect(first.entries).toEqual([entry(5), entry(4)]);
    await trail.note(entry(6));
    const second = await trail.page(first.next, 2);
    expect(second.entries).toEqual([entry(3), entry(2)]);
    const third = await trail.page(second.next, 2);
    expect(third).toEqual({ entries: [entry(1)], next: undefined });
    expect((await trail.page('no cursor', 1)).entries).toEqual([entry(6)]);
  });
});

describe('the state of the provider', () => {
  it('is known to other processes, and written rarely while all is well', async () => {
    const clock = new ManualClock();
    const [here, there] = [
      createProviderState(open.client, { ...open, clock }),
      createProviderState(open.client, { ...open, clock }),
    ];
    const began = clock.now();
    here.answered();
    await eventually(async () => expect((await there.state()).answeredAt).toBe(began));
    clock.advance(PROVIDER_NOTE_INTERVAL - 1);
    here.answered();
    here.unanswered('deadline');
    await eventually(async () => expect((await there.state()).code).toBe('deadline'));
    const away = await there.state();
    expect(away).toMatchObject({ answeredAt: began, awaySince: clock.now(), failedAt: clock.now() });
    clock.advance(1_000);
    there.unanswered('network');
    await eventually(async () => expect((await here.state()).code).toBe('network'));
    expect((await here.state()).awaySince).toBe(away.awaySince);
    here.answered();
    await eventually(async () => expect((await there.state()).awaySince).toBeUndefined());
    expect((await there.state()).answeredAt).toBe(clock.now());
  });
});
