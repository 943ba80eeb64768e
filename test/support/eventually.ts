import { vi } from 'vitest';

/** Looks again and again until `check` no longer throws. The bound only ends a test that fails: a busy machine may be slow. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 15_000, interval: 10 });
}
