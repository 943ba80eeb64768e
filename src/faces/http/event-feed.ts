import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { AppError } from '../../core/errors.ts';
import {
  EVENTS_BEHIND_BYTES_MAX,
  EVENTS_HEARTBEAT,
  EVENTS_INTERVAL,
  EVENTS_LISTENERS_MAX,
  EVENTS_READ_TOGETHER,
} from '../../core/limits.ts';
import { type CampaignDocument, campaignDocument } from '../documents.ts';
import { isStillWelcome } from './authorise.ts';
import type { HttpDeps, Visitor } from './deps.ts';

/** How soon a browser comes back after it was let go, in milliseconds. */
const RETRY = 'retry: 3000\n\n';
const HEARTBEAT = ': still here\n\n';

interface Listener {
  readonly visitor: Visitor;
  /** Undefined: all campaigns. */
  readonly campaign: string | undefined;
  readonly out: PassThrough;
  wroteAt: number;
  /** When it was asked last whether the listener may still listen. */
  welcomedAt: number;
}

interface Seen {
  /** The number of the event that told it. */
  readonly event: number;
  /** What it was compared by. */
  readonly mark: string;
  readonly document: CampaignDocument;
}

/** When the next callee is due moves with the clock while somebody is due: no news by itself. */
function markOf({ nextDueAt: _, ...rest }: CampaignDocument): string {
  return JSON.stringify(rest);
}

/**
 * Campaigns as they change, told to whoever listens. An event is the whole document of a campaign, so a listener that
 * missed some needs only the latest of each: that is what it gets when it comes back with the id of its last event, and
 * all of them where that is another process's. Nothing is read while nobody listens.
 */
export class EventFeed {
  readonly #deps: HttpDeps;
  readonly #name = randomBytes(4).toString('hex');
  readonly #listeners = new Set<Listener>();
  readonly #seen = new Map<string, Seen>();
  readonly #end = new AbortController();
  #events = 0;
  #watching = false;

  constructor(deps: HttpDeps) {
    this.#deps = deps;
  }

  /**
   * Opens a stream of events, the present state first. It ends when the reader goes, falls far behind, or may no longer
   * listen. Throws AppError `not_ready` when too many listen, or while the server ends.
   */
  async listen(
    visitor: Visitor,
    campaign: string | undefined,
    last: string | undefined,
  ): Promise<PassThrough> {
    if (this.#end.signal.aborted) throw new AppError('not_ready', 'the server is being stopped; come again');
    if (this.#listeners.size >= EVENTS_LISTENERS_MAX) {
      throw new AppError('not_ready', `${EVENTS_LISTENERS_MAX} streams of events are open; come again later`);
    }
    const out = new PassThrough({ highWaterMark: EVENTS_BEHIND_BYTES_MAX });
    const now = this.#deps.clock.now();
    const listener = { visitor, campaign, out, wroteAt: now, welcomedAt: now };
    this.#listeners.add(listener);
    out.once('close', () => this.#listeners.delete(listener));
    out.write(RETRY);
    const [name, event] = last?.split('-') ?? [];
    const known = name === this.#name ? Number(event) : 0;
    try {
      // What it is told here is not told again by the look that finds it changed.
      await this.#look(campaign === undefined ? undefined : [campaign], listener);
    } catch (error) {
      out.destroy();
      throw error;
    }
    for (const seen of [...this.#seen.values()].sort((a, b) => a.event - b.event)) {
      if (seen.event > known) this.#tell(listener, seen);
    }
    this.#watch();
    return out;
  }

  /** Ends every stream: their readers come again, to another process. */
  close(): void {
    this.#end.abort();
    for (const { out } of this.#listeners) out.end();
  }

  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#run().finally(() => {
      this.#watching = false;
    });
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#deps;
    const { signal } = this.#end;
    while (this.#listeners.size > 0 && !signal.aborted) {
      await clock.sleep(EVENTS_INTERVAL, signal).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.#look(this.#wanted());
        await this.#keepAlive();
      } catch (err) {
        log.warn({ event: 'events_unread', err }, 'campaigns could not be read for those who watch them');
      }
    }
  }

  /** The campaigns that somebody asked for; undefined where somebody asked for all. */
  #wanted(): string[] | undefined {
    const wanted = [...this.#listeners].map(({ campaign }) => campaign);
    const named = wanted.filter((id) => id !== undefined);
    return named.length === wanted.length ? [...new Set(named)] : undefined;
  }

  /** Reads campaigns and tells what changed, to all but one listener, who is told everything anyway. */
  async #look(ids: readonly string[] | undefined, except?: Listener): Promise<void> {
    const rest = [...(ids ?? (await this.#deps.store.campaignIds()))];
    while (rest.length > 0) {
      const documents = await Promise.all(rest.splice(0, EVENTS_READ_TOGETHER).map((id) => this.#read(id)));
      for (const document of documents) if (document !== undefined) this.#note(document, except);
    }
  }

  async #read(id: string): Promise<CampaignDocument | undefined> {
    const { store, clock } = this.#deps;
    const campaign = await store.campaign(id);
    return campaign && campaignDocument(store, campaign, clock.now());
  }

  #note(document: CampaignDocument, except: Listener | undefined): void {
    const mark = markOf(document);
    if (this.#seen.get(document.id)?.mark === mark) return;
    this.#events += 1;
    const seen = { event: this.#events, mark, document };
    this.#seen.set(document.id, seen);
    for (const listener of this.#listeners) if (listener !== except) this.#tell(listener, seen);
  }

  #tell(listener: Listener, { event, document }: Seen): void {
    if (listener.campaign !== undefined && listener.campaign !== document.id) return;
    const data = JSON.stringify(document);
    this.#write(listener, `id: ${this.#name}-${event}\nevent: campaign\ndata: ${data}\n\n`);
  }

  #write(listener: Listener, text: string): void {
    const { out } = listener;
    if (out.writableEnded || out.destroyed) return;
    if (out.writableLength > EVENTS_BEHIND_BYTES_MAX) out.destroy();
    else out.write(text);
    listener.wroteAt = this.#deps.clock.now();
  }

  /**
   * Shows proxies that the stream lives, and lets those go whose key or session does not any more, also where there is
   * news all the time.
   */
  async #keepAlive(): Promise<void> {
    const now = this.#deps.clock.now();
    for (const listener of this.#listeners) {
      if (now - listener.wroteAt >= EVENTS_HEARTBEAT) this.#write(listener, HEARTBEAT);
      if (now - listener.welcomedAt < EVENTS_HEARTBEAT) continue;
      listener.welcomedAt = now;
      if (!(await isStillWelcome(this.#deps, listener.visitor))) listener.out.end();
    }
  }
}
