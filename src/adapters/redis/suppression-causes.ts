import { z } from 'zod';
import { present } from '../../core/assert.ts';
import { SUPPRESSION_CAUSES_KEPT_MAX } from '../../core/limits.ts';
import type { SuppressionList } from '../../core/suppression.ts';
import { fromSeconds, type Instant, SECOND, toSecondsUp } from '../../core/time.ts';
import type { SuppressionCause } from '../../ports/suppression.ts';
import { suppressionKeys, suppressionListKey } from './keys.ts';
import type { RedisClient } from './scripts.ts';

/** Numbers that come one by one share a cause: their times stand in the entries. A file's numbers share its time too. */
const SINGLE = 'single';

const Cause = z.object({
  reason: z.string(),
  by: z.string(),
  source: z.string(),
  /** When, in epoch ms; absent where each entry has its own time. */
  at: z.number().optional(),
});
type Cause = z.infer<typeof Cause>;

/** The value of an entry: `cause`, `cause:expiry` or `cause:expiry:added`; see add-suppressed.lua. */
export function writeValue(
  cause: number,
  { source, now }: SuppressionCause,
  expiresAt: Instant | undefined,
): string {
  const expiry = expiresAt === undefined ? '' : toSecondsUp(expiresAt).toString(36);
  if (source === SINGLE) return `${cause}:${expiry}:${Math.floor(now / SECOND).toString(36)}`;
  return expiry === '' ? String(cause) : `${cause}:${expiry}`;
}

/** What {@link writeValue} wrote. */
export function readValue(value: string): {
  readonly cause: number;
  readonly expiresAt: Instant | undefined;
  readonly addedAt: Instant | undefined;
} {
  const [cause = '', expiry = '', added = ''] = value.split(':');
  const instant = (text: string): Instant | undefined =>
    text === '' ? undefined : fromSeconds(Number.parseInt(text, 36));
  return { cause: Number(cause), expiresAt: instant(expiry), addedAt: instant(added) };
}

/**
 * Why entries are there, kept once per list and cause, so that an entry holds a small number instead. A cause is
 * never changed, so what was read is kept in memory.
 */
export class CauseBook {
  readonly #client: RedisClient;
  readonly #prefix: string;
  readonly #name: (keys: readonly string[], args: readonly string[]) => Promise<number>;
  readonly #kept = new Map<string, Cause>();

  constructor(
    client: RedisClient,
    prefix: string,
    name: (keys: readonly string[], args: readonly string[]) => Promise<number>,
  ) {
    this.#client = client;
    this.#prefix = prefix;
    this.#name = name;
  }

  /** The number of a cause in its list. */
  numberOf(list: SuppressionList, { reason, by, source, now }: SuppressionCause): Promise<number> {
    const cause: Cause = { reason, by, source, ...(source !== SINGLE && { at: now }) };
    return this.#name([suppressionKeys(this.#prefix, list).causes], [JSON.stringify(cause)]);
  }

  /** The cause that an entry's number stands for. */
  async causeOf(list: SuppressionList, number: number): Promise<Cause> {
    const name = `${suppressionListKey(list)} ${number}`;
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    const text = await this.#client.hget(suppressionKeys(this.#prefix, list).causes, `t:${number}`);
    const cause = Cause.parse(JSON.parse(present(text, `cause ${number} of a suppression list`)));
    if (this.#kept.size >= SUPPRESSION_CAUSES_KEPT_MAX) this.#kept.clear();
    this.#kept.set(name, cause);
    return cause;
  }
}
