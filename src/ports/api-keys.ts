import type { AccessRole } from '../core/access.ts';
import type { Instant } from '../core/time.ts';

/** A key as it may be shown to anybody who may list keys. */
export interface ApiKey {
  readonly id: string;
  /** What people call it; stands beside whatever was done with it. */
  readonly name: string;
  readonly role: AccessRole;
  readonly createdAt: Instant;
}

/** The keys of an installation. Only hashes of secrets are kept, and compared in constant time. */
export interface ApiKeys {
  /**
   * Makes a key; its secret is given once and known nowhere afterwards. Without a name it is called after its role
   * and id. Throws AppError `key_exists` for a name in use, `input_invalid` for too many keys.
   */
  create(
    wanted: { readonly name?: string | undefined; readonly role: AccessRole },
    now: Instant,
  ): Promise<{ readonly key: ApiKey; readonly secret: string }>;
  /** Oldest first. */
  list(): Promise<readonly ApiKey[]>;
  /** Removes a key, and with it every session begun with it; gives what it was, or undefined where there is none. */
  revoke(id: string): Promise<ApiKey | undefined>;
  /** The key with this secret. One that was revoked elsewhere is found for {@link API_KEYS_RECHECK} at most. */
  find(secret: string): Promise<ApiKey | undefined>;
  byId(id: string): Promise<ApiKey | undefined>;
}

/** When keys were used last, over all processes. */
export interface KeyUses {
  note(keyId: string, at: Instant): Promise<void>;
  latest(): Promise<ReadonlyMap<string, Instant>>;
}
