import type { CalleeRef, CalleeStory } from '../core/callee.ts';
import type { Instant } from '../core/time.ts';
import type { WebhookWish } from '../core/webhook.ts';

/** An address that is told of events, with how that goes. */
export interface Webhook extends WebhookWish {
  readonly id: string;
  /** Signs every message (Standard Webhooks: `whsec_` and base64). */
  readonly secret: string;
  readonly createdAt: Instant;
  readonly createdBy: string;
  /** Failures in a row, since when, what the last one was, and when it is tried again; undefined: not any more. */
  readonly failures: number;
  readonly failingSince: Instant;
  readonly lastError: string;
  readonly nextAt: Instant | undefined;
  /** When a message was taken last; 0: never. */
  readonly deliveredAt: Instant;
}

/** How far an address was told of one campaign: lines of its trail, and blocks of history by page. */
export interface WebhookPlace {
  readonly trail: number;
  readonly blocks: ReadonlyMap<number, number>;
}

export interface WebhookStore {
  /** False: there are as many as there may be. Events from before it was added are not told. */
  add(webhook: Webhook, places: ReadonlyMap<string, WebhookPlace>): Promise<boolean>;
  list(): Promise<Webhook[]>;
  get(id: string): Promise<Webhook | undefined>;
  remove(id: string): Promise<boolean>;
  /** Stores how delivery goes; nothing where the webhook was removed meanwhile. */
  note(webhook: Webhook): Promise<void>;
  place(id: string, campaignId: string): Promise<WebhookPlace>;
  moveTrail(id: string, campaignId: string, lines: number): Promise<void>;
  moveBlocks(id: string, campaignId: string, page: number, blocks: number): Promise<void>;
  /** True for the one process that may tell this address for a while. */
  lease(id: string, ms: number): Promise<boolean>;
  release(id: string): Promise<void>;
}

/** One line of a callee's story as it was stored, with a name of its own. */
export interface HistoryLine {
  /** `<page>.<block>.<line>`: never given twice in a campaign. */
  readonly name: string;
  readonly ref: CalleeRef;
  readonly story: CalleeStory;
}

/** The stories of a campaign in the order in which they were stored, page by page. */
export interface HistoryFeed {
  /** Blocks of history of each page. */
  lengths(campaignId: string): Promise<readonly number[]>;
  /** The lines of the blocks `from` to `to` (not included) of a page. */
  lines(campaignId: string, page: number, from: number, to: number): Promise<readonly HistoryLine[]>;
}

export interface WebhookMessage {
  /** The same for the same message, however often it is sent. */
  readonly id: string;
  readonly url: string;
  readonly secret: string;
  readonly body: string;
  readonly now: Instant;
}

export type WebhookAnswer =
  | { readonly taken: true }
  | { readonly taken: false; readonly gone: boolean; readonly error: string };

/** Sends a signed message. Never rejects: that nobody takes it is an answer. */
export type SendWebhook = (message: WebhookMessage) => Promise<WebhookAnswer>;
