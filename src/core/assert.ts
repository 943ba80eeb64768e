/**
 * A broken invariant. It means that our own code is wrong, so it ends the job that met it: nothing retries
 * it into a different answer, and the sweep finds the work again from stored state once the code is mended.
 */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Throws {@link InvariantError} with `message` unless `condition` holds. For what must be true, never for bad input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Marks a branch the types rule out. Reaching it is a broken invariant that names the value seen. */
export function unreachable(value: never, what: string): never {
  throw new InvariantError(`${what}: no case for ${JSON.stringify(value)}`);
}

/** Gives the value, or throws {@link InvariantError} naming what should have been there. */
export function present<T>(value: T | undefined | null, what: string): T {
  // Not through assert: the message would be made for every value that is there.
  if (value === undefined || value === null) throw new InvariantError(`${what} is missing`);
  return value;
}
