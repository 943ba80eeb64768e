import { assert, present } from '../../core/assert.ts';
import { IMPORT_STEPS_IN_FLIGHT } from '../../core/limits.ts';
import type { ImportStepResult, RowOrigin, Store } from '../../ports/store.ts';
import { originsIn } from './block-origins.ts';
import type { BuiltStep } from './step-builder.ts';

interface Sent {
  readonly built: BuiltStep;
  readonly reply: Promise<ImportStepResult>;
}

/**
 * Stores the steps of one import in order, a few of them on their way at once. The store takes a step only on
 * top of the one before it, so a step that arrives too early is refused; it is sent again when its turn comes.
 * `overtaken` means that the store is somewhere else altogether: another importer of the same list got further.
 */
export class StepLine {
  readonly #store: Store;
  readonly #importId: string;
  readonly #onStored: (rows: number) => void;
  readonly #sent: Sent[] = [];

  constructor(store: Store, importId: string, onStored: (rows: number) => void) {
    this.#store = store;
    this.#importId = importId;
    this.#onStored = onStored;
  }

  /** Sends a step; waits for earlier ones where too many are on their way. */
  async push(built: BuiltStep): Promise<'sent' | 'overtaken'> {
    if (this.#sent.length >= IMPORT_STEPS_IN_FLIGHT && (await this.#confirm()) === 'overtaken')
      return 'overtaken';
    this.#sent.push({ built, reply: this.#send(built) });
    return 'sent';
  }

  /** Waits until every step is stored. */
  async drain(): Promise<'stored' | 'overtaken'> {
    while (this.#sent.length > 0) if ((await this.#confirm()) === 'overtaken') return 'overtaken';
    return 'stored';
  }

  /** Waits until nothing is on its way any more, whatever became of it. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#sent.map((sent) => sent.reply));
  }

  #send({ step }: BuiltStep): Promise<ImportStepResult> {
    const reply = this.#store.storeImportStep(this.#importId, step);
    // A failure is met where the reply is awaited; until its turn comes it must not count as unhandled.
    reply.catch(() => {});
    return reply;
  }

  /** Waits for the oldest step on its way. */
  async #confirm(): Promise<'stored' | 'overtaken'> {
    const { built, reply } = present(this.#sent[0], 'step on its way');
    const result = await reply;
    if (!result.stored) return this.#resend();
    await this.#describe(built, result);
    this.#sent.shift();
    this.#onStored(built.step.rowsAfter);
    return 'stored';
  }

  /** Sends every step again, one at a time: with the oldest refused, those behind it had nothing to go on from. */
  async #resend(): Promise<'stored' | 'overtaken'> {
    await this.settle();
    for (const { built } of this.#sent.splice(0)) {
      const record = await this.#store.importRecord(this.#importId);
      const open = record?.state === 'waiting' || record?.state === 'reading';
      if (!open || record.rows !== built.step.rowsBefore) return 'overtaken';
      const result = await this.#send(built);
      if (!result.stored) return 'overtaken';
      await this.#describe(built, result);
      this.#onStored(built.step.rowsAfter);
    }
    return 'stored';
  }

  /** Stores line and cells of the rows that the store found to be duplicates. */
  async #describe({ rows, blocks }: BuiltStep, result: ImportStepResult): Promise<void> {
    if (!result.stored || result.repeats === undefined) return;
    const { page, slots } = result.repeats;
    const wanted = new Map(slots.map((slot) => [present(rows[slot], `row of slot ${slot}`), slot]));
    const repeats = new Map<number, RowOrigin>();
    for (const [row, origin] of blocks.flatMap((block) => originsIn(block, wanted))) {
      repeats.set(present(wanted.get(row), `slot of row ${row}`), origin);
    }
    assert(repeats.size === slots.length, `${slots.length} repeats, ${repeats.size} of them found again`);
    await this.#store.describeRepeats(this.#importId, page, repeats);
  }
}
