import { expect, it } from 'vitest';
import { z } from 'zod';
import {
  AuditJson,
  CampaignJson,
  ledgerOf,
  QUICK_CAMPAIGN,
  quickList,
  type Site,
  until,
} from '../support/processes.ts';
import { siteForEach } from '../support/site-for-each.ts';

let site: Site;

siteForEach((opened) => {
  site = opened;
});

const CALLEES = 400;
const QUEUES = ['ingest', 'dispatch', 'poll', 'retry'] as const;
const STATES = ['waiting', 'prioritized', 'delayed', 'completed', 'failed'] as const;
const Board = z.object({
  queues: z.array(
    z.object({ name: z.string(), jobs: z.array(z.object({ id: z.string(), name: z.string() })) }),
  ),
});

/** What an operator does in the dashboard, and how often it was done. */
class Hand {
  readonly done = { promote: 0, remove: 0, repeat: 0, clean: 0, promoteAll: 0, empty: 0 };
  readonly names = new Set<string>();
  #rounds = 0;
  readonly #url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  async #ask(method: 'GET' | 'PUT', path: string): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#key}` };
    const reply = await fetch(`${this.#url}/queues/api${path}`, { method, headers });
    // A job that a worker took or ended meanwhile is no longer there: 404, or a refusal. Nothing may fail inside.
    expect(reply.status, `${method} ${path}: ${await reply.clone().text()}`).not.toBe(401);
    expect(reply.status).not.toBe(403);
    return reply;
  }

  async #jobs(queue: string, status: string): Promise<string[]> {
    const reply = await this.#ask('GET', `/queues?activeQueue=${queue}&status=${status}&page=1`);
    const { queues } = Board.parse(await reply.json());
    const jobs = queues.find(({ name }) => name === queue)?.jobs ?? [];
    for (const { name } of jobs) this.names.add(name);
    return jobs.map(({ id }) => id);
  }

  async #act(queue: string, what: keyof Hand['done'], path: string): Promise<void> {
    const reply = await this.#ask('PUT', `/queues/${queue}/${path}`);
    if (reply.ok) this.done[what] += 1;
  }

  /** Once through everything that a dashboard offers, on whatever is there now. */
  async meddle(): Promise<void> {
    this.#rounds += 1;
    // What was promoted cannot be removed as well, so they take turns.
    const promotes = this.#rounds % 2 === 0;
    for (const queue of QUEUES) {
      for (const id of (await this.#jobs(queue, 'delayed')).slice(0, 2)) {
        if (promotes) await this.#act(queue, 'promote', `${id}/promote`);
        else await this.#act(queue, 'remove', `${id}/clean`);
      }
      for (const id of (await this.#jobs(queue, 'completed')).slice(0, 2))
        await this.#act(queue, 'repeat', `${id}/retry`);
      for (const state of ['prioritized', 'waiting'])
        for (const id of (await this.#jobs(queue, state)).slice(0, 1))
          await this.#act(queue, 'remove', `${id}/clean`);
      for (const state of STATES) await this.#act(queue, 'clean', `clean/${state}`);
      if (promotes) await this.#act(queue, 'promoteAll', 'promote');
    }
    if (this.#rounds % 3 === 0) await this.#act('retry', 'empty', 'empty');
  }
}

it('whatever an operator does to jobs while a campaign runs, it ends, nobody is dialled twice, and the books add up', async () => {
  const { url } = await site.simulate();
  const worker = await site.startTaking('all');
  const api = /"url":"(http:[^"]+)"/.exec(worker.stdout() + worker.stderr())?.[1] ?? '';
  expect(api).not.toBe('');
  const { secret } = JSON.parse(await site.cli('key', 'create', '--role', 'operator', '--json'));
  const hand = new Hand(api, secret);

  const retry = { attemptsMax: 3, rules: [], otherwise: { after: '2s' } };
  const campaign = await site.write('quick.json', { ...QUICK_CAMPAIGN, retry, caps: { preset: 'none' } });
  await site.cli('campaign', 'put', 'quick', '--file', campaign);
  await site.cli('import', 'add', 'quick', await site.write('list.csv', quickList(CALLEES)), '--wait');
  await site.cli('campaign', 'start', 'quick');
  // Beside it one whose retries wait for an hour: their jobs lie in the dashboard all the while.
  const later = {
    ...QUICK_CAMPAIGN,
    retry: { ...retry, otherwise: { after: '1h' } },
    caps: { preset: 'none' },
  };
  await site.cli('campaign', 'put', 'later', '--file', await site.write('later.json', later));
  await site.cli(
    'import',
    'add',
    'later',
    await site.write('few.csv', quickList(60).replaceAll(',Name', ',Later')),
    '--wait',
  );
  await site.cli('campaign', 'start', 'later');
  const show = () => site.json(CampaignJson, 'campaign', 'show', 'quick');
  await until(async () => {
    await hand.meddle();
    // The jobs of the other campaign lie there until each act had something to act on.
    const undone = Object.entries(hand.done).filter(([, times]) => times === 0);
    if (undone.length > 0) throw new Error(`not done yet: ${undone.map(([what]) => what).join(', ')}`);
    if ((await show()).state !== 'completed') throw new Error('not completed yet');
    const { counts } = await site.json(CampaignJson, 'campaign', 'show', 'later');
    if ((counts.initial ?? 0) + (counts.batched ?? 0) + (counts.calling ?? 0) > 0)
      throw new Error('calls go on');
  }, 300);

  const end = await show();
  expect((end.counts.answered ?? 0) + (end.counts.unanswered ?? 0)).toBe(CALLEES);
  const waiting = await site.json(CampaignJson, 'campaign', 'show', 'later');
  expect(waiting).toMatchObject({ state: 'running', callees: 60 });
  expect(waiting.counts.pending_retry).toBeGreaterThan(0);
  const dials = end.attempts + waiting.attempts;
  expect(await ledgerOf(url)).toMatchObject({ dials, numbers: CALLEES, duplicateDials: 0 });
  expect(await site.json(AuditJson, 'audit')).toMatchObject({ violations: [], callees: CALLEES + 60 });
  expect(hand.done.promote).toBeGreaterThan(0);
  expect(hand.done.remove).toBeGreaterThan(0);
  expect(hand.done.repeat).toBeGreaterThan(0);
  expect(hand.done.clean).toBeGreaterThan(0);
  expect([...hand.names].some((name) => /^retry later \d\d:\d\d \(\d+ callees?\)$/.test(name))).toBe(true);
  // No job shows whom it is about.
  expect([...hand.names].join(' ')).not.toMatch(/138\d{5}/);
}, 240_000);
