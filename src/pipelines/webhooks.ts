import { calleeId } from '../core/callee-id.ts';
import {
  WEBHOOK_BLOCKS_READ,
  WEBHOOK_EVENTS_PER_MESSAGE,
  WEBHOOK_INTERVAL,
  WEBHOOK_LEASE,
  WEBHOOK_MESSAGES_PER_TURN,
  WEBHOOKS_IN_PARALLEL,
} from '../core/limits.ts';
import { reasonText } from '../core/reasons.ts';
import { calleeEvent, nextTry, type WebhookEvent } from '../core/webhook.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type {
  HistoryFeed,
  HistoryLine,
  SendWebhook,
  Webhook,
  WebhookPlace,
  WebhookStore,
} from '../ports/webhooks.ts';
import { inParallel } from './deps.ts';

export interface WebhookDeps {
  readonly store: Pick<Store, 'campaign' | 'campaignIds' | 'counts' | 'rows' | 'trail'>;
  readonly webhooks: WebhookStore;
  readonly history: HistoryFeed;
  readonly send: SendWebhook;
  readonly clock: Clock;
  readonly log: Log;
}

/** One event as it is told. Its id is the same whenever it is told again, so that a receiver can know it. */
export interface WebhookEventDocument {
  readonly id: string;
  readonly type: WebhookEvent;
  readonly at: string;
  readonly campaign: string;
  readonly [fact: string]: unknown;
}

/** Where a campaign's stories end now: from there on a new webhook is told. */
export async function placesNow(
  deps: Pick<WebhookDeps, 'store' | 'history'>,
  campaignIds: readonly string[],
): Promise<Map<string, WebhookPlace>> {
  const places = new Map<string, WebhookPlace>();
  for (const id of campaignIds) {
    const lengths = await deps.history.lengths(id);
    const blocks = new Map(lengths.entries());
    places.set(id, { trail: (await deps.store.trail(id)).length, blocks });
  }
  return places;
}

/** Campaigns that are over and were told whole, by webhook and campaign: what there was then. They need no look. */
export type Told = Map<string, string>;

/** Looks for events that were not told yet until the signal aborts. Any number of processes may do so. */
export async function tellForever(deps: WebhookDeps, signal: AbortSignal): Promise<void> {
  const told: Told = new Map();
  while (!signal.aborted) {
    await tellAll(deps, told).catch((err: unknown) => {
      deps.log.warn({ event: 'webhooks_failed', err }, 'webhooks could not be told; trying again');
    });
    await deps.clock.sleep(WEBHOOK_INTERVAL, signal).catch(() => undefined);
  }
}

/**
 * Tells every webhook of what it was not told yet. Each event is told at least once, and those of one callee in their
 * order: where we are is stored after a message was taken, so a crash in between sends that message again, under the
 * same id. `told` keeps, from one time to the next, what need not be looked at again.
 */
export async function tellAll(deps: WebhookDeps, told: Told = new Map()): Promise<void> {
  const now = deps.clock.now();
  const due = (await deps.webhooks.list()).filter(({ nextAt }) => nextAt !== undefined && nextAt <= now);
  await inParallel(due, WEBHOOKS_IN_PARALLEL, async (listed) => {
    if (!(await deps.webhooks.lease(listed.id, WEBHOOK_LEASE))) return;
    try {
      const webhook = await deps.webhooks.get(listed.id);
      if (webhook !== undefined) await new Turn(deps, webhook, told).run();
    } finally {
      await deps.webhooks.release(listed.id);
    }
  });
}

/** What one process tells one webhook before others get their turn. */
class Turn {
  readonly #deps: WebhookDeps;
  readonly #told: Told;
  #webhook: Webhook;
  #messagesLeft = WEBHOOK_MESSAGES_PER_TURN;

  constructor(deps: WebhookDeps, webhook: Webhook, told: Told) {
    this.#deps = deps;
    this.#webhook = webhook;
    this.#told = told;
  }

  async run(): Promise<void> {
    const { campaign } = this.#webhook;
    const campaignIds = await this.#deps.store.campaignIds();
    for (const id of campaignIds) {
      if (campaign !== undefined && campaign !== id) continue;
      const name = `${this.#webhook.id} ${id}`;
      // Read before the look, so that what comes during it is looked for again.
      const end = await this.#endOf(id);
      if (end !== undefined && this.#told.get(name) === end) continue;
      if (!(await this.#tellCampaign(id))) return;
      if (end !== undefined) this.#told.set(name, end);
    }
  }

  /** What a campaign that is over came to; undefined for one in which somebody may still be moved. */
  async #endOf(campaignId: string): Promise<string | undefined> {
    const { store } = this.#deps;
    const [campaign, counts] = await Promise.all([store.campaign(campaignId), store.counts(campaignId)]);
    if (campaign?.state !== 'completed' && campaign?.state !== 'cancelled') return undefined;
    return counts.unfinished > 0 ? undefined : `${campaign.version} ${counts.attempts} ${counts.accepted}`;
  }

  /** False once a message was not taken, or the turn is over. */
  async #tellCampaign(campaignId: string): Promise<boolean> {
    const { webhooks, history } = this.#deps;
    const place = await webhooks.place(this.#webhook.id, campaignId);
    if (!(await this.#tellTrail(campaignId, place.trail))) return false;
    for (const [page, blocks] of (await history.lengths(campaignId)).entries()) {
      if (!(await this.#tellPage(campaignId, page, place.blocks.get(page) ?? 0, blocks))) return false;
    }
    return true;
  }

  async #tellTrail(campaignId: string, told: number): Promise<boolean> {
    const trail = await this.#deps.store.trail(campaignId);
    if (trail.length <= told) return true;
    const events = trail.slice(told).map(
      ({ at, ...entry }, index): WebhookEventDocument => ({
        id: `${campaignId}.trail.${told + index}`,
        type: 'campaign.moved',
        at: new Date(at).toISOString(),
        campaign: campaignId,
        ...entry,
      }),
    );
    if (!(await this.#tell(`${campaignId}.trail.${told}`, events))) return false;
    await this.#deps.webhooks.moveTrail(this.#webhook.id, campaignId, trail.length);
    return true;
  }

  async #tellPage(campaignId: string, page: number, told: number, blocks: number): Promise<boolean> {
    for (let from = told; from < blocks; ) {
      const to = Math.min(from + WEBHOOK_BLOCKS_READ, blocks);
      const lines = await this.#deps.history.lines(campaignId, page, from, to);
      const events = await this.#calleeEvents(campaignId, lines);
      if (!(await this.#tell(`${campaignId}.${page}.${from}`, events))) return false;
      await this.#deps.webhooks.moveBlocks(this.#webhook.id, campaignId, page, to);
      from = to;
    }
    return true;
  }

  async #calleeEvents(campaignId: string, lines: readonly HistoryLine[]): Promise<WebhookEventDocument[]> {
    const wanted = lines.flatMap((line) => {
      const type = calleeEvent(line.story);
      return type !== undefined && this.#webhook.events.includes(type) ? [{ ...line, type }] : [];
    });
    if (wanted.length === 0) return [];
    const rows = await this.#deps.store.rows(
      campaignId,
      wanted.map(({ ref }) => ref),
    );
    return wanted.map(({ name, type, ref, story }, index): WebhookEventDocument => {
      const { at, reason, disposition, attempts, calls = [] } = story;
      const { row, uui, importId, number } = rows[index] ?? {};
      return {
        ...{ id: `${campaignId}.${name}`, type, at: new Date(at).toISOString(), campaign: campaignId },
        ...{ callee: calleeId(campaignId, ref), import: importId, row, uui },
        ...(this.#webhook.numbers && { number: `+${number}` }),
        ...{ reason, reasonText: reasonText(reason), disposition: disposition ?? null, attempts },
        sessions: calls.map(({ sessionId }) => sessionId),
      };
    });
  }

  /** Sends events in messages of a bounded size; true when all were taken. */
  async #tell(name: string, events: readonly WebhookEventDocument[]): Promise<boolean> {
    const wanted = events.filter(({ type }) => this.#webhook.events.includes(type));
    for (let from = 0; from < wanted.length; from += WEBHOOK_EVENTS_PER_MESSAGE) {
      if (this.#messagesLeft === 0) return false;
      this.#messagesLeft -= 1;
      const some = wanted.slice(from, from + WEBHOOK_EVENTS_PER_MESSAGE);
      if (!(await this.#send(`${this.#webhook.id}.${name}.${from}`, some))) return false;
    }
    return true;
  }

  async #send(id: string, events: readonly WebhookEventDocument[]): Promise<boolean> {
    const { clock, log, send, webhooks } = this.#deps;
    const { url, secret } = this.#webhook;
    const body = JSON.stringify({
      type: 'ringmaster.events',
      timestamp: events[0]?.at ?? new Date(clock.now()).toISOString(),
      data: { events },
    });
    const answer = await send({ id, url, secret, body, now: clock.now() });
    const now = clock.now();
    if (answer.taken) {
      this.#webhook = {
        ...this.#webhook,
        failures: 0,
        failingSince: 0,
        lastError: '',
        nextAt: 0,
        deliveredAt: now,
      };
      await webhooks.note(this.#webhook);
      return true;
    }
    const failures = this.#webhook.failures + 1;
    const failingSince = this.#webhook.failures === 0 ? now : this.#webhook.failingSince;
    const nextAt = nextTry({ failures, since: failingSince, now, gone: answer.gone });
    this.#webhook = { ...this.#webhook, failures, failingSince, lastError: answer.error, nextAt };
    await webhooks.note(this.#webhook);
    const fields = {
      event: 'webhook_not_taken',
      webhookId: this.#webhook.id,
      failures,
      nextAt: nextAt ?? 'never',
    };
    log.warn(fields, `a webhook was not taken: ${answer.error}`);
    return false;
  }
}
