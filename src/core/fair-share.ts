/**
 * Weighted max-min fair shares of something scarce, in whole pieces. Nobody gets more than asked for; what one leaves
 * goes to the others by weight; nobody gets more while somebody with as much weight, who asked for as much, gets less.
 */
export interface Claimant {
  readonly id: string;
  readonly weight: number;
  /** What it holds and what it wants beyond. */
  readonly demand: number;
  /** Since when it has waited for any; 0 where it does not wait. Odd pieces go to who has waited longest. */
  readonly waitsSince: number;
}

/** The share of each claimant, by id; all together are as many as there are, or as were asked for. */
export function fairShares(capacity: number, claimants: readonly Claimant[]): ReadonlyMap<string, number> {
  const exact = exactShares(capacity, claimants);
  const shares = new Map(claimants.map(({ id }) => [id, Math.floor(exact.get(id) ?? 0)]));
  const asked = claimants.reduce((sum, { demand }) => sum + Math.floor(demand), 0);
  let left = Math.min(Math.floor(capacity), asked) - [...shares.values()].reduce((sum, one) => sum + one, 0);
  const inTurn = [...claimants].sort(
    (a, b) => waited(a) - waited(b) || b.weight - a.weight || (a.id < b.id ? -1 : 1),
  );
  for (const { id, demand } of inTurn) {
    const share = shares.get(id) ?? 0;
    if (left <= 0 || share + 1 > demand || Number.isInteger(exact.get(id))) continue;
    shares.set(id, share + 1);
    left -= 1;
  }
  return shares;
}

/** Who does not wait comes after all who do. */
function waited({ waitsSince }: Claimant): number {
  return waitsSince === 0 ? Number.MAX_SAFE_INTEGER : waitsSince;
}

/** Fills by weight; whoever is full drops out, and the rest is filled further. */
function exactShares(capacity: number, claimants: readonly Claimant[]): Map<string, number> {
  const shares = new Map<string, number>();
  let open = claimants.filter(({ demand, weight }) => demand > 0 && weight > 0);
  let left = Math.max(0, capacity);
  while (open.length > 0) {
    const weights = open.reduce((sum, { weight }) => sum + weight, 0);
    const full = open.filter(({ demand, weight }) => demand * weights <= left * weight);
    if (full.length === 0) {
      for (const { id, weight } of open) shares.set(id, (left * weight) / weights);
      break;
    }
    for (const { id, demand } of full) shares.set(id, demand);
    left -= full.reduce((sum, { demand }) => sum + demand, 0);
    open = open.filter((one) => !full.includes(one));
  }
  return shares;
}
