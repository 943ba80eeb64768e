import type { ResolvedColumns } from '../../core/columns.ts';
import { isSettled, type Rejection } from '../../core/import.ts';
import { PAGE_SLOTS, REJECTIONS_PER_BLOCK } from '../../core/limits.ts';
import { limitsCell, packPage } from '../../core/page.ts';
import { hasLimits } from '../../core/row-limit-cells.ts';
import type { RowLimits } from '../../core/row-limits.ts';
import { type SuppressionEntry, suppressedText } from '../../core/suppression.ts';
import type { Instant } from '../../core/time.ts';
import type { ImportStep } from '../../ports/store.ts';
import type { BlockOrigins } from './block-origins.ts';
import type { Repeat } from './judge.ts';
import type { Candidate } from './row-mapper.ts';

/** A step, and where its rows came from. */
export interface BuiltStep {
  readonly step: ImportStep;
  /** Row number by slot. */
  readonly rows: readonly number[];
  /** The blocks that the rows were read in. */
  readonly blocks: readonly BlockOrigins[];
}

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
  #blocks: BlockOrigins[] = [];
  #zones = new Uint8Array(PAGE_SLOTS);
  /** By slot. */
  #limits = new Map<number, RowLimits>();
  readonly #bounds: boolean;
  #rejections: Rejection[] = [];

  constructor(importId: string, columns: ResolvedColumns, rowsDone: number) {
    this.#importId = importId;
    this.#variables = columns.variables.map((variable) => variable.name);
    this.#calleeHeader = columns.headers[columns.callee] ?? '';
    this.#rowsBefore = rowsDone;
    this.#bounds = hasLimits(columns);
  }

  /** Tells of a block before its rows are added. */
  readFrom(block: BlockOrigins): void {
    this.#blocks.push(block);
  }

  /** Adds a row to the page; `zone` is the index of its time zone in the campaign. */
  add(candidate: Candidate, zone: number): void {
    const { row, digits, values, limits } = candidate;
    const first = this.#numbers.get(digits);
    if (first !== undefined) {
      this.repeat(candidate, { code: 'duplicate', message: `the same number as row ${first}` });
      return;
    }
    this.#zones[this.#numbers.size] = zone;
    if (limits !== undefined) this.#limits.set(this.#numbers.size, limits);
    this.#numbers.set(digits, row);
    this.#cells.push(String(row), digits, candidate.uui);
    if (this.#bounds) this.#cells.push(limitsCell(limits));
    for (const value of values) this.#cells.push(value);
  }

  /** Adds a row whose number the campaign, or this list, has already. */
  repeat({ row, line, cells }: Candidate, { code, message, of }: Repeat): void {
    const kept = isSettled({ code }) ? [] : cells;
    this.reject({
      ...{ kind: 'duplicate', row, line, column: this.#calleeHeader, code, message, cells: kept },
      ...(of !== undefined && { of }),
    });
  }

  /** Adds a row whose number is on a suppression list. */
  suppress({ row, line, cells }: Candidate, entry: SuppressionEntry): void {
    const message = suppressedText(entry);
    const column = this.#calleeHeader;
    this.reject({ kind: 'suppressed', row, line, column, code: 'suppressed', message, cells });
  }

  reject(rejection: Rejection): void {
    this.#rejections.push(rejection);
  }

  /** True when the rows so far should be stored before more are added. */
  get full(): boolean {
    return this.#numbers.size >= PAGE_SLOTS || this.#rejections.length >= REJECTIONS_PER_BLOCK;
  }

  /** The rows since the last step, as a step; undefined when there are none. */
  take(now: Instant): BuiltStep | undefined {
    const slots = this.#numbers.size;
    const rowsBefore = this.#rowsBefore;
    const rowsAfter = rowsBefore + slots + this.#rejections.length;
    if (rowsAfter === rowsBefore) return undefined;
    const form = { limits: this.#bounds, plain: this.#blocks.every((block) => block.plain) };
    const page = {
      text: packPage(this.#importId, this.#variables, this.#cells, form),
      numbers: [...this.#numbers.keys()],
      zones: this.#zones.slice(0, slots),
      ...(this.#limits.size > 0 && { limits: this.#limits }),
    };
    const step = {
      rowsBefore,
      rowsAfter,
      page: slots === 0 ? undefined : page,
      rejections: this.#rejections,
      now,
    };
    const blocks = this.#blocks;
    const rows = [...this.#numbers.values()];
    this.#rowsBefore = rowsAfter;
    this.#blocks = blocks.filter((block) => block.lastRow > rowsAfter);
    this.#cells = [];
    this.#limits = new Map();
    this.#numbers = new Map();
    this.#rejections = [];
    return { step, rows, blocks };
  }
}
