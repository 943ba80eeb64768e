/** Stretches of time and what can be made of lists of them. Lists that come out are sorted and apart from each other. */

/** A stretch of time, the end not included. On the wall: milliseconds of wall time; else instants. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Sorted, with overlapping and adjoining stretches joined and empty ones left out. */
export function joined(stretches: readonly Stretch[]): Stretch[] {
  const sorted = stretches.filter((one) => one.from < one.to).sort((a, b) => a.from - b.from);
  const result: Stretch[] = [];
  for (const next of sorted) {
    const last = result.at(-1);
    if (last !== undefined && next.from <= last.to) {
      result[result.length - 1] = { from: last.from, to: Math.max(last.to, next.to) };
    } else {
      result.push(next);
    }
  }
  return result;
}

/** What of the stretches lies in none of `holes`. Both lists as {@link joined} makes them. */
export function without(stretches: readonly Stretch[], holes: readonly Stretch[]): Stretch[] {
  if (holes.length === 0) return [...stretches];
  const result: Stretch[] = [];
  for (const stretch of stretches) {
    let { from } = stretch;
    for (const hole of holes) {
      if (hole.to <= from) continue;
      if (hole.from >= stretch.to) break;
      if (hole.from > from) result.push({ from, to: hole.from });
      from = hole.to;
      if (from >= stretch.to) break;
    }
    if (from < stretch.to) result.push({ from, to: stretch.to });
  }
  return result;
}

/** What lies in both. Both lists as {@link joined} makes them. */
export function within(stretches: readonly Stretch[], others: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = [];
  for (const stretch of stretches) {
    for (const other of others) {
      const from = Math.max(stretch.from, other.from);
      const to = Math.min(stretch.to, other.to);
      if (from < to) result.push({ from, to });
    }
  }
  return result;
}
