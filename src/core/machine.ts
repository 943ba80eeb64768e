/**
 * A state table is a value: per state its owner, its bound, and the moves that events cause. Everything that
 * must agree about states (types, diagram, sweep, counts, coverage test) reads the table; nothing repeats it.
 */
export interface StateRow<S extends string, E extends string> {
  /** The one pipeline (or person) that must move it on; null for a final state. */
  readonly owner: string | null;
  /** How long the state may last, in words for people; the bound itself lives in limits.ts or in stored data. */
  readonly mayLast: string;
  /** Where each event may lead. More than one target: the caller says which, and the table checks it. */
  readonly moves: { readonly [event in E]?: readonly S[] };
}

export type StateTable<S extends string, E extends string> = { readonly [state in S]: StateRow<S, E> };

/** An event arrived in a state that has no move for it. Names both, so that the log line is enough to find the bug. */
export class ForbiddenMoveError extends Error {
  override readonly name = 'ForbiddenMoveError';
  constructor(from: string, event: string, to: string | undefined) {
    super(`no move: event "${event}" in state "${from}"${to === undefined ? '' : ` to "${to}"`}`);
  }
}

/**
 * The state that `event` leads to from `from`. Where the table names several targets, `to` chooses one of them.
 * Throws {@link ForbiddenMoveError} for a pair, or a target, that the table does not have.
 */
export function nextState<S extends string, E extends string>(
  table: StateTable<S, E>,
  from: S,
  event: E,
  to?: S,
): S {
  const targets = table[from].moves[event];
  const only = targets?.length === 1 ? targets[0] : undefined;
  const target = to ?? only;
  if (targets === undefined || target === undefined || !targets.includes(target)) {
    throw new ForbiddenMoveError(from, event, to);
  }
  return target;
}

/** True where the table has no owner for the state: nothing will ever move it on. */
export function isFinal<S extends string, E extends string>(table: StateTable<S, E>, state: S): boolean {
  return table[state].owner === null;
}

/** All states of the table, in its order. */
export function statesOf<S extends string, E extends string>(table: StateTable<S, E>): S[] {
  return Object.keys(table) as S[];
}

/** The table as a Mermaid state diagram; the README holds this text and a test compares the two. */
export function diagram<S extends string, E extends string>(table: StateTable<S, E>): string {
  const lines = ['stateDiagram-v2'];
  for (const from of statesOf(table)) {
    const moves = Object.entries(table[from].moves) as [E, readonly S[]][];
    for (const [event, targets] of moves) {
      for (const to of targets) lines.push(`    ${from} --> ${to}: ${event}`);
    }
  }
  return lines.join('\n');
}
