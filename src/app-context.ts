import type { BullQueue } from './adapters/bullmq/queue.ts';
import type { RedisConnection } from './adapters/redis/connect.ts';
import type { Config } from './config.ts';
import type { Logger } from './log.ts';
import type { Clock } from './ports/clock.ts';
import type { Spool } from './ports/spool.ts';
import type { Store } from './ports/store.ts';
import type { Suppression } from './ports/suppression.ts';
import type { Telephony } from './ports/telephony.ts';

/** What all faces and roles of one process share. */
export interface AppContext {
  readonly config: Config;
  readonly log: Logger;
  readonly redis: RedisConnection;
  readonly store: Store;
  readonly suppression: Suppression;
  readonly queue: BullQueue;
  readonly clock: Clock;
  readonly spool: Spool;
  /** Undefined when no credentials are set; roles that need the provider refuse to start without. */
  readonly telephony: Telephony | undefined;
}
