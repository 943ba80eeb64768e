/**
 * The claims that have reservations: whose they are, under which caps, and until when they are believed. A reservation
 * itself is only a claim's id beside the number, so that it is small and says all the same.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { CapRules } from '../../core/caps.ts';
import { LEDGER_CLAIMS_KEPT_MAX } from '../../core/limits.ts';
import type { Instant } from '../../core/time.ts';
import type { DialOrder, OverdueClaim } from '../../ports/call-ledger.ts';
import { ID_CHARACTERS } from './call-ledger-codec.ts';
import { ledgerKeys } from './keys.ts';
import type { RedisClient } from './scripts.ts';

const REF_BYTES = 4;
const Rules: z.ZodType<CapRules> = z.object({
  rolling: z.array(z.object({ calls: z.number(), per: z.number() })),
  perDay: z.object({ calls: z.number(), from: z.number(), to: z.number() }).optional(),
  minGap: z.number().optional(),
});

/** What never changes of a claim. */
export interface ClaimFacts {
  readonly campaignId: string;
  readonly batchId: number;
  readonly caps: CapRules;
}

export interface LiveClaim extends ClaimFacts {
  readonly leaseUntil: Instant;
}

export class LedgerClaims {
  readonly #client: RedisClient;
  readonly #keys: ReturnType<typeof ledgerKeys>;
  readonly #known = new Map<string, ClaimFacts>();

  constructor(client: RedisClient, prefix: string) {
    this.#client = client;
    this.#keys = ledgerKeys(prefix);
  }

  /** Makes a claim known before it has a reservation: one that is not known would count for nothing. */
  async open(order: DialOrder, leaseUntil: Instant): Promise<string> {
    const { campaignId, batchId, caps, callees } = order;
    const id = randomBytes((ID_CHARACTERS * 3) / 4).toString('base64url');
    const refs = Buffer.allocUnsafe(callees.length * REF_BYTES);
    for (const [at, { ref }] of callees.entries()) refs.writeUInt32LE(ref, at * REF_BYTES);
    this.#remember(id, { campaignId, batchId, caps });
    await Promise.all([
      this.#client.zadd(this.#keys.claims, leaseUntil, id),
      this.#client.hset(this.#keys.claim(id), {
        campaign: campaignId,
        batch: batchId,
        caps: JSON.stringify(caps),
        refs,
      }),
    ]);
    return id;
  }

  /** Those of the claims that still have reservations. One that is not among them is settled and counts no more. */
  async live(wanted: ReadonlySet<string>): Promise<Map<string, LiveClaim>> {
    const found = new Map<string, LiveClaim>();
    const ids = [...wanted];
    if (ids.length === 0) return found;
    const leases = await this.#client.zmscore(this.#keys.claims, ...ids);
    await Promise.all(
      ids.map(async (id, at) => {
        const lease = leases[at] ?? null;
        const facts = lease === null ? undefined : await this.#factsOf(id);
        if (facts !== undefined) found.set(id, { ...facts, leaseUntil: Number(lease) });
      }),
    );
    return found;
  }

  async overdue(now: Instant, max: number): Promise<OverdueClaim[]> {
    const ids = await this.#client.zrange(this.#keys.claims, '-inf', `(${now}`, 'BYSCORE', 'LIMIT', 0, max);
    const claims = await Promise.all(
      ids.map(async (id) => {
        const [facts, refs, lease] = await Promise.all([
          this.#factsOf(id),
          this.#client.hgetBuffer(this.#keys.claim(id), 'refs'),
          this.#client.zscore(this.#keys.claims, id),
        ]);
        if (facts === undefined || lease === null) {
          // Its process died before it had a reservation.
          await this.close(id);
          return [];
        }
        const { campaignId, batchId } = facts;
        return [{ id, campaignId, batchId, refs: readRefs(refs), leaseUntil: Number(lease) }];
      }),
    );
    return claims.flat();
  }

  async renew(id: string, leaseUntil: Instant): Promise<void> {
    await this.#client.zadd(this.#keys.claims, 'XX', leaseUntil, id);
  }

  async close(id: string): Promise<void> {
    this.#known.delete(id);
    await Promise.all([this.#client.zrem(this.#keys.claims, id), this.#client.unlink(this.#keys.claim(id))]);
  }

  async #factsOf(id: string): Promise<ClaimFacts | undefined> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const [campaignId, batch, caps] = await this.#client.hmget(
      this.#keys.claim(id),
      'campaign',
      'batch',
      'caps',
    );
    if (!campaignId || !caps) return undefined;
    const facts = { campaignId, batchId: Number(batch), caps: Rules.parse(JSON.parse(caps)) };
    this.#remember(id, facts);
    return facts;
  }

  #remember(id: string, facts: ClaimFacts): void {
    if (this.#known.size >= LEDGER_CLAIMS_KEPT_MAX) this.#known.clear();
    this.#known.set(id, facts);
  }
}

function readRefs(packed: Buffer | null): number[] {
  if (packed === null) return [];
  return Array.from({ length: packed.length / REF_BYTES }, (_, at) => packed.readUInt32LE(at * REF_BYTES));
}
