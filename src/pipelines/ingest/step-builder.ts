import type { ResolvedColumns } from '../../core/columns.ts';
import type { Rejection } from '../../core/import.ts';
import { PAGE_SLOTS, REJECTIONS_PER_BLOCK } from '../../core/limits.ts';
import { packPage } from '../../core/page.ts';
import type { Instant } from '../../core/time.ts';
import type { ImportStep } from '../../ports/store.ts';
import type { Candidate } from './row-mapper.ts';

/**
 * Gathers consecutive rows into steps. Every row added is in the page or among the rejections of its step,
 * never in both; a number that the page has already is a duplicate.
 */
export class StepBuilder {
  readonly #importId: string;
  readonly #variables: readonly string[];
  readonly #calleeHeader: string;
  #rowsBefore: number;
  #cells: string[] = [];
  /** Number -> row, in the order of the slots. */
  #numbers = new Map<string, number>();
  #zones = new Uint8Array(PAGE_SLOTS);
  #rejections: Rejection[] = [];

  constructor(importId: string, columns: ResolvedColumns, rowsDone: number) {
    this.#importId = importId;
    this.#variables = columns.variables.map((variable) => variable.name);
    this.#calleeHeader = columns.headers[columns.callee] ?? '';
    this.#rowsBefore = rowsDone;
  }

  /** Adds a row to the page; `zone` is the index of its time zone in the campaign. */
  add(candidate: Candidate, zone: number): void {
    const { row, digits, values } = candidate;
    const first = this.#numbers.get(digits);
    if (first !== undefined) {
      this.repeat(candidate, `the same number as row ${first}`);
      return;
    }
    this.#zones[this.#numbers.size] = zone;
    this.#numbers.set(digits, row);
    this.#cells.push(String(row), digits, candidate.uui);
    for (const value of values) this.#cells.push(value);
  }

  /** Adds a row whose number the campaign, or this list, has already. */
  repeat({ row, line, cells }: Candidate, message: string): void {
    this.reject({
      kind: 'duplicate',
      row,
      line,
      column: this.#calleeHeader,
      code: 'duplicate',
      message,
      cells,
    });
  }

  reject(rejection: Rejection): void {
    this.#rejections.push(rejection);
  }

  /** True when the rows so far should be stored before more are added. */
  get full(): boolean {
    return this.#numbers.size >= PAGE_SLOTS || this.#rejections.length >= REJECTIONS_PER_BLOCK;
  }

  /** The rows since the last step, as a step; undefined when there are none. */
  take(now: Instant): ImportStep | undefined {
    const slots = this.#numbers.size;
    const rowsBefore = this.#rowsBefore;
    const rowsAfter = rowsBefore + slots + this.#rejections.length;
    if (rowsAfter === rowsBefore) return undefined;
    const page = {
      text: packPage(this.#importId, this.#variables, this.#cells),
      numbers: [...this.#numbers.keys()],
      zones: this.#zones.slice(0, slots),
    };
    const step = {
      rowsBefore,
      rowsAfter,
      page: slots === 0 ? undefined : page,
      rejections: this.#rejections,
      now,
    };
    this.#rowsBefore = rowsAfter;
    this.#cells = [];
    this.#numbers = new Map();
    this.#rejections = [];
    return step;
  }
}
