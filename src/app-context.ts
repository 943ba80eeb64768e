import type { Telemetry } from 'bullmq';
import type { LazyQueue } from './adapters/bullmq/lazy-queue.ts';
import type { RedisConnection } from './adapters/redis/connect.ts';
import type { Config } from './config.ts';
import type { Logger } from './log.ts';
import type { ForecastBounds } from './pipelines/forecast-facts.ts';
import type { ApiKeys, KeyUses } from './ports/api-keys.ts';
import type { CallLedger } from './ports/call-ledger.ts';
import type { Clock } from './ports/clock.ts';
import type { ContactCenter } from './ports/contact-center.ts';
import type { ProviderWatch } from './ports/provider-state.ts';
import type { PushInbox } from './ports/push-inbox.ts';
import type { RequestCounts } from './ports/request-tally.ts';
import type { Spool } from './ports/spool.ts';
import type { Store } from './ports/store.ts';
import type { Suppression } from './ports/suppression.ts';
import type { Telephony } from './ports/telephony.ts';
import type { WriteTrail } from './ports/trail.ts';

/** What all faces and roles of one process share. */
export interface AppContext {
  readonly config: Config;
  readonly log: Logger;
  readonly redis: RedisConnection;
  readonly store: Store;
  readonly suppression: Suppression;
  /** Who was dialled when, over all campaigns. */
  readonly ledger: CallLedger;
  readonly queue: LazyQueue;
  /** Where spans of jobs go; undefined: nowhere. */
  readonly telemetry: Telemetry | undefined;
  readonly clock: Clock;
  readonly spool: Spool;
  readonly apiKeys: ApiKeys;
  readonly keyUses: KeyUses;
  /** Who wrote what through the API, and who made keys. */
  readonly trail: WriteTrail;
  /** Whether the provider answers, as all processes see it. */
  readonly providerState: ProviderWatch;
  /** Requests to the provider, of all processes. */
  readonly requestTally: RequestCounts;
  /** What is remembered of call records that the provider pushed. */
  readonly pushes: PushInbox;
  /** Undefined when no credentials are set; roles that need the provider refuse to start without. */
  readonly telephony: Telephony | undefined;
  /** By what a preflight foretells what a campaign will do. */
  readonly forecast: ForecastBounds;
  /** With the telephony, or not at all. */
  readonly contactCenter: ContactCenter | undefined;
}
