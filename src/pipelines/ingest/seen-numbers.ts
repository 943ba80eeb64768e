import { assert } from '../../core/assert.ts';

const SLOTS_FIRST = 1_024;
/** An odd multiplier that spreads numbers in round steps. */
const SPREAD = 2_654_435_761;

/**
 * The numbers of a list with the first row of each, at about 24 bytes a number: a Map would take four times that,
 * and a list may have millions.
 */
export class SeenNumbers {
  #numbers = new Float64Array(SLOTS_FIRST);
  #rows = new Uint32Array(SLOTS_FIRST);
  #size = 0;

  /** The first row that had this number; remembers `row` when it is that. `digits`: E.164, at most 15. */
  first(digits: string, row: number): number {
    const number = Number(digits);
    assert(number > 0, 'a number has digits');
    if (this.#size * 2 >= this.#numbers.length) this.#grow();
    const slot = this.#slotOf(number);
    if (this.#numbers[slot] === number) return this.#rows[slot] ?? row;
    this.#numbers[slot] = number;
    this.#rows[slot] = row;
    this.#size += 1;
    return row;
  }

  /** The slot that holds the number, or the free one where it belongs. */
  #slotOf(number: number): number {
    const last = this.#numbers.length - 1;
    const high = Math.floor(number / 2 ** 32);
    let slot = (Math.imul((number >>> 0) ^ Math.imul(high, SPREAD), SPREAD) >>> 7) & last;
    while (this.#numbers[slot] !== 0 && this.#numbers[slot] !== number) slot = (slot + 1) & last;
    return slot;
  }

  #grow(): void {
    const numbers = this.#numbers;
    const rows = this.#rows;
    this.#numbers = new Float64Array(numbers.length * 2);
    this.#rows = new Uint32Array(numbers.length * 2);
    for (const [at, number] of numbers.entries()) {
      if (number === 0) continue;
      const slot = this.#slotOf(number);
      this.#numbers[slot] = number;
      this.#rows[slot] = rows[at] ?? 0;
    }
  }
}
