/** Opt-outs that come while campaigns run, through the functions that the command line uses. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listReader } from '../../src/adapters/list/list-reader.ts';
import { createRng } from '../../src/adapters/simulator/rng.ts';
import type { BatchState } from '../../src/core/batch.ts';
import { type SuppressListResult, suppressList } from '../../src/pipelines/suppress-list.ts';
import { type SuppressionDeps, suppressNumber } from '../../src/pipelines/suppress-numbers.ts';
import type { Change, Store } from '../../src/ports/store.ts';
import type { Suppression } from '../../src/ports/suppression.ts';
import type { JudgedOptOut } from './rules-judge.ts';

/** Shares of the moments at which somebody opts out. */
const STRIKES = 0.02;
const REPLIES = 0.05;

/** What a callee was doing when its number was suppressed. */
export type OptOutMoment = 'listed' | 'anywhere' | 'planned' | 'submitting' | 'accepted' | 'calling';

const MOMENTS: ReadonlyMap<BatchState, OptOutMoment> = new Map([
  ['planned', 'planned'],
  ['submitting', 'submitting'],
  ['active', 'accepted'],
]);

export class OptOuts {
  /** Each with when it was stored. */
  readonly stored: JudgedOptOut[] = [];
  readonly moments = new Map<OptOutMoment, number>();
  readonly #deps: SuppressionDeps;
  readonly #rng;
  readonly #numbers: readonly string[];

  /** `numbers`: from whom those are chosen who opt out while nobody calls them. */
  constructor(deps: SuppressionDeps, numbers: readonly string[], seed: string) {
    this.#deps = { ...deps, suppression: this.#noting(deps) };
    this.#numbers = numbers;
    this.#rng = createRng(seed, 'opt-outs');
  }

  /** The lists with a note of when additions were stored. The rest stays theirs: they are an object with a state of its own. */
  #noting({ suppression, clock }: SuppressionDeps): Suppression {
    const add: Suppression['add'] = async (list, numbers, cause) => {
      const added = await suppression.add(list, numbers, cause);
      const storedAt = clock.now();
      const campaignId = list === 'global' ? undefined : list.campaignId;
      this.stored.push(...numbers.map(({ number }) => ({ number, campaignId, storedAt })));
      return added;
    };
    return new Proxy(suppression, {
      get(target, key) {
        const own: unknown = Reflect.get(target, key);
        return key === 'add' ? add : typeof own === 'function' ? own.bind(target) : own;
      },
    });
  }

  /** Lists a file of `count` numbers for all campaigns. */
  async addList(folder: string, count: number): Promise<SuppressListResult> {
    const path = join(folder, `opt-outs-${this.stored.length}.csv`);
    const rows = Array.from({ length: count }, () => `+${this.#anybody()}`);
    await writeFile(path, `number\n${rows.join('\n')}\n`);
    const source = { path, fileName: 'opt-outs.csv' };
    this.#count('listed', count);
    return suppressList({ ...this.#deps, reader: listReader() }, { by: 'bench' }, source);
  }

  /** A store that lets people opt out right after a batch was planned, written as submitting or accepted, and while calls go on. */
  watch(store: Store): Store {
    return {
      ...store,
      apply: async (campaignId, change) => {
        const stored = await store.apply(campaignId, change);
        if (stored === 'done') await this.#strike(store, campaignId, change);
        return stored;
      },
    };
  }

  async #strike(store: Store, campaignId: string, { batch, moves }: Change): Promise<void> {
    const { before, after } = batch ?? {};
    if (after === undefined) return;
    if (after.state === before?.state) {
      if (moves.length === 0 || !this.#rng.chance(REPLIES)) return;
      await this.#add('anywhere', this.#anybody(), campaignId);
      const live = (await store.openBatches(campaignId)).filter(({ state }) => state === 'active');
      const one = live[this.#rng.int(0, live.length - 1)];
      if (one !== undefined) await this.#addLast(store, 'calling', campaignId, one.id);
      return;
    }
    const moment = MOMENTS.get(after.state);
    if (moment !== undefined && this.#rng.chance(STRIKES))
      await this.#addLast(store, moment, campaignId, after.id);
  }

  /** The last of a batch is called last, so that its task can still be stopped. */
  async #addLast(store: Store, moment: OptOutMoment, campaignId: string, batch: number): Promise<void> {
    const number = (await store.batchCallees(campaignId, batch)).numbers.at(-1);
    if (number !== undefined) await this.#add(moment, String(number), campaignId);
  }

  /** One in two opts out of everything, the others of this campaign only. */
  async #add(moment: OptOutMoment, number: string, campaignId: string): Promise<void> {
    const own = this.#rng.chance(0.5) ? { campaignId } : {};
    this.#count(moment, 1);
    await suppressNumber(this.#deps, {
      number: `+${number}`,
      by: 'bench',
      reason: 'asked us not to',
      ...own,
    });
  }

  #anybody(): string {
    const number = this.#numbers[this.#rng.int(0, this.#numbers.length - 1)];
    if (number === undefined) throw new Error('nobody to opt out');
    return number;
  }

  #count(moment: OptOutMoment, count: number): void {
    this.moments.set(moment, (this.moments.get(moment) ?? 0) + count);
  }
}
