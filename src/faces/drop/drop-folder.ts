import { AppError } from '../../core/errors.ts';
import type { ImportRecord } from '../../core/import.ts';
import {
  DROP_FOLLOWED_MAX,
  DROP_READS_MAX,
  DROP_RETRY,
  DROP_SETTLE_UNFINISHED,
  DROP_WORK_MAX,
} from '../../core/limits.ts';
import type { Instant } from '../../core/time.ts';
import type { AddImportResult } from '../../pipelines/add-import.ts';
import { inParallel } from '../../pipelines/deps.ts';
import { kindOfName } from './names.ts';
import { type Outcome, putAway, removeLeftovers } from './put-away.ts';
import { DroppedFileFault } from './read-dropped.ts';
import { type Found, scanFolder } from './scan.ts';
import { endsWell, isFsError, isUntouched, restBeforeArrival } from './sighting.ts';
import { type DropDeps, importOutcome, takeFile } from './take.ts';

export interface DropSettings {
  /** Absolute and free of links. */
  readonly root: string;
  /** How long a file must lie untouched, in milliseconds. */
  readonly settleMs: number;
  readonly bytesMax: number;
  /** False where the times of files are not to be trusted with more than "it changed", as on network shares. */
  readonly trustTimes: boolean;
}

/**
 * A file on its way. `resting`: watched until it is whole. `following`: its import is under way. A file that is
 * `busy` is being read or put away, and looked at by nobody else.
 */
interface Drop {
  file: Found;
  /** Since when it was seen untouched. */
  since: Instant;
  /** How long it must rest; undefined while nobody looked how it ends. */
  restMs: number | undefined;
  /** Not tried before: after a fault that may pass. */
  notBefore: Instant;
  busy: boolean;
  following: AddImportResult | undefined;
  /** The import, once it is over: what is left is to put the file away. */
  ended: ImportRecord | undefined;
  /** The trouble that was logged last, so that it is told once. */
  trouble: string;
}

function newDrop(file: Found, now: Instant): Drop {
  const progress = { following: undefined, ended: undefined, busy: false, trouble: '' };
  return { file, since: now, restMs: undefined, notBefore: 0, ...progress };
}

/**
 * The drop folder, looked at one moment at a time. Nothing is remembered that matters: what lies in a campaign's
 * folder is still to be done, what is in `done` or `failed` is over, and an import is known by the bytes of its file.
 * So it may be killed at any moment, and several processes may look after one folder.
 */
export class DropFolder {
  readonly #deps: DropDeps;
  readonly #settings: DropSettings;
  readonly #drops = new Map<string, Drop>();
  readonly #working = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  /** What was logged of things that stay where they are. */
  #told: ReadonlySet<string> = new Set();
  #cleaned: ReadonlySet<string> = new Set();

  readonly #onWorkEnd: () => void;

  /** `onWorkEnd` is told whenever something that a look began is over, so that more may begin. */
  constructor(deps: DropDeps, settings: DropSettings, onWorkEnd: () => void = () => {}) {
    this.#deps = deps;
    this.#settings = settings;
    this.#onWorkEnd = onWorkEnd;
  }

  /** One look at all files: begins what is due and does not wait for it. */
  async look(): Promise<void> {
    const { folders, found, oddities } = await scanFolder(this.#settings.root);
    this.#tell(oddities.map(({ where, why }) => ({ key: `${where}: ${why}`, where, why })));
    for (const folder of folders) {
      if (!this.#cleaned.has(folder)) await this.#clean(folder);
    }
    this.#cleaned = new Set(folders);
    const now = this.#deps.clock.now();
    const present = new Map(found.map((file) => [`${file.campaign}/${file.name}`, file]));
    for (const [path, drop] of this.#drops) {
      if (!present.has(path) && !drop.busy) this.#drops.delete(path);
    }
    for (const [path, file] of present) this.#see(path, file, now);
    await this.#begin();
  }

  /** Reads the imports that files have become, and begins to put away those that are over. */
  async follow(): Promise<void> {
    const followed = [...this.#drops.values()].filter((drop) => drop.following && !drop.busy && !drop.ended);
    await inParallel(followed, DROP_READS_MAX, async (drop) => {
      const record = await this.#deps.store.importRecord(drop.following?.record.id ?? '');
      // Redis was emptied: the file makes its import anew.
      if (record === undefined) drop.following = undefined;
      else if (record.state === 'done' || record.state === 'failed') drop.ended = record;
    });
    await this.#begin();
  }

  /** When the next look may find a file whole that no sign from the file system announces; undefined for never. */
  get lookAt(): Instant | undefined {
    const times = this.#beginnable().map((drop) =>
      Math.max(drop.notBefore, drop.ended ? 0 : this.#wholeAt(drop)),
    );
    return times.length === 0 ? undefined : times.reduce((first, at) => Math.min(first, at));
  }

  /** True while some import is followed. */
  get isFollowing(): boolean {
    return [...this.#drops.values()].some((drop) => drop.following !== undefined);
  }

  /** Resolves when nothing that was begun is under way. */
  async idle(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working);
  }

  /** Begins nothing more, breaks off reading, and waits for what is being put away. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.idle();
  }

  #wholeAt(drop: Drop): Instant {
    return drop.since + (drop.restMs ?? this.#settings.settleMs);
  }

  #tell(oddities: readonly { readonly key: string; readonly where: string; readonly why: string }[]): void {
    for (const { key, where, why } of oddities) {
      if (!this.#told.has(key)) this.#deps.log.warn({ event: 'drop_left', where }, why);
    }
    this.#told = new Set(oddities.map(({ key }) => key));
  }

  async #clean(folder: string): Promise<void> {
    try {
      await removeLeftovers(`${this.#settings.root}/${folder}`, this.#deps.clock.now());
    } catch (error) {
      this.#deps.log.warn({ event: 'drop_not_cleaned', where: folder, err: error }, 'leftovers stay');
    }
  }

  /** Takes note of a file: new, touched, or lying still. */
  #see(path: string, file: Found, now: Instant): void {
    const drop = this.#drops.get(path);
    if (drop?.busy) return;
    if (drop !== undefined && isUntouched(drop.file.seen, file.seen)) return;
    this.#drops.set(path, newDrop(file, now));
  }

  /** Begins work on whatever is due, as much at a time as may be. */
  async #begin(): Promise<void> {
    const now = this.#deps.clock.now();
    for (const drop of this.#beginnable()) {
      if (drop.notBefore > now || (drop.ended === undefined && !(await this.#isWhole(drop, now)))) continue;
      if (this.#working.size >= DROP_WORK_MAX || this.#stop.signal.aborted) return;
      // Another call may have begun it while this one looked at the file.
      if (drop.busy) continue;
      if (drop.following === undefined) this.#start(drop, () => this.#take(drop));
      else if (drop.ended !== undefined) {
        const outcome = importOutcome(this.#deps, drop.file, drop.following.outcome, drop.ended);
        this.#start(drop, () => this.#putAway(drop, outcome));
      }
    }
  }

  /**
   * Files with which something could be begun now, were it time. Lists wait for a campaign file that lies beside them,
   * since it may be what creates their campaign, and for room among the imports that are followed.
   */
  #beginnable(): Drop[] {
    if (this.#working.size >= DROP_WORK_MAX) return [];
    const all = [...this.#drops.values()];
    const isCampaign = ({ file }: Drop) => kindOfName(file.name) === 'campaign';
    const held = new Set(all.filter(isCampaign).map(({ file }) => file.campaign));
    const hasRoom = all.filter((drop) => drop.following !== undefined).length < DROP_FOLLOWED_MAX;
    return all.filter((drop) => {
      if (drop.busy || (held.has(drop.file.campaign) && !isCampaign(drop))) return false;
      return drop.following === undefined ? hasRoom : drop.ended !== undefined;
    });
  }

  /** Keeps a fault with one file from the others: it is told once and tried again later. */
  #start(drop: Drop, work: () => Promise<void>): void {
    drop.busy = true;
    const task = work()
      .catch((error: unknown) => this.#later(drop, error))
      .finally(() => {
        drop.busy = false;
        this.#working.delete(task);
        this.#onWorkEnd();
        return this.#begin();
      });
    this.#working.add(task);
  }

  async #isWhole(drop: Drop, now: Instant): Promise<boolean> {
    const { seen, name, folder } = drop.file;
    const { settleMs, trustTimes } = this.#settings;
    const rested = Math.max(now - drop.since, trustTimes ? restBeforeArrival(seen) : 0);
    if (rested < settleMs) return false;
    if (drop.restMs === undefined) {
      // A file that cannot be opened is whole in this sense: taking it says why.
      const isEndWell = await endsWell(`${folder}/${name}`, name, seen).catch(() => true);
      drop.restMs = isEndWell ? settleMs : settleMs * DROP_SETTLE_UNFINISHED;
    }
    return rested >= drop.restMs;
  }

  async #take(drop: Drop): Promise<void> {
    const { file } = drop;
    const { bytesMax } = this.#settings;
    const taken = await takeFile(this.#deps, file, { bytesMax, signal: this.#stop.signal });
    if ('outcome' in taken) return this.#putAway(drop, taken.outcome);
    drop.following = taken.follow;
    const { record, outcome } = taken.follow;
    this.#deps.log.info(
      { event: 'drop_taken', campaignId: file.campaign, importId: record.id, file: file.name, outcome },
      outcome === 'added' ? 'a dropped list was taken' : 'the bytes of a dropped list are an import already',
    );
  }

  async #putAway(drop: Drop, outcome: Outcome): Promise<void> {
    const { file } = drop;
    const path = `${file.campaign}/${file.name}`;
    const put = await putAway(file, outcome);
    // The next look sees afresh whatever lies there now.
    this.#drops.delete(path);
    const fields = { campaignId: file.campaign, file: file.name };
    const { log } = this.#deps;
    if (put.how === 'moved')
      log.info({ event: `drop_${outcome.end}`, ...fields, as: put.name }, 'a dropped file is over');
    else
      log.info(
        { event: `drop_${put.how}`, ...fields },
        'a dropped file was moved or changed by somebody else',
      );
  }

  #later(drop: Drop, error: unknown): void {
    const { campaign, name } = drop.file;
    const fault = error instanceof AppError ? error.cause : error;
    if (
      fault instanceof DroppedFileFault &&
      (fault.cause === undefined || isFsError(fault.cause, 'ENOENT'))
    ) {
      // Touched or gone while it was read: nothing is wrong, the next look sees what is there now.
      this.#drops.delete(`${campaign}/${name}`);
      return;
    }
    drop.notBefore = this.#deps.clock.now() + DROP_RETRY;
    const trouble = error instanceof Error ? error.message : String(error);
    if (trouble === drop.trouble) return;
    drop.trouble = trouble;
    const fields = { event: 'drop_trouble', campaignId: campaign, file: name, err: error };
    this.#deps.log.warn(fields, 'a dropped file is tried again later');
  }
}
