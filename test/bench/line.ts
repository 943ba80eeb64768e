/** One measured figure. Printed as one line of JSON. */
export interface BenchLine {
  readonly bench: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** `value` over the value of what it is compared with, in the same run; null where it stands alone. */
  readonly ratio: number | null;
  readonly against: string | null;
  readonly rows: number;
}

/** What every bench is run with. */
export interface BenchOptions {
  /** A private Redis with nothing in it that anybody needs. */
  readonly redisUrl: string;
  readonly rows: number;
  /** Rounds whose medians are compared, where a bench has such; left out: as many as make the medians good. */
  readonly rounds?: number;
  /** Told what is going on, for people who wait. */
  readonly progress: (text: string) => void;
}

/** Four digits: what is beyond them is noise. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** The value below which `share` of the values lie; 0 for none. Sorts a copy. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
