import type { Readable, Writable } from 'node:stream';
import type { Instant } from '../../core/time.ts';
import type { ForecastBounds } from '../../pipelines/forecast-facts.ts';
import type { ApiKeys, KeyUses } from '../../ports/api-keys.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ContactCenter } from '../../ports/contact-center.ts';
import type { ListReader } from '../../ports/list-reader.ts';
import type { WakeQueue } from '../../ports/queue.ts';
import type { Spool } from '../../ports/spool.ts';
import type { Store } from '../../ports/store.ts';
import type { Suppression } from '../../ports/suppression.ts';
import type { Telephony } from '../../ports/telephony.ts';
import type { WriteTrail } from '../../ports/trail.ts';
import type { CliBackend } from './backend.ts';
import type { ApiPatience } from './remote/patience.ts';

/** What doctor asks Redis. */
export interface RedisFacts {
  readonly version: string;
  readonly maxmemoryPolicy: string;
  /** Round trip of one command. */
  readonly latencyMs: number;
  /** The server's clock at the middle of that round trip, and ours. */
  readonly serverAt: Instant;
  readonly localAt: Instant;
}

/** The application as the command line needs it: no role runs, nothing is placed by it. */
export interface CliDeps {
  readonly store: Store;
  readonly queue: WakeQueue & {
    queueDepths(): Promise<
      Readonly<
        Record<
          string,
          {
            readonly waiting: number;
            readonly delayed: number;
            readonly active: number;
            readonly failed: number;
          }
        >
      >
    >;
  };
  /** Undefined when no credentials are set. */
  readonly telephony?: Telephony | undefined;
  /** With the telephony, or not at all. */
  readonly contactCenter?: ContactCenter | undefined;
  /** By what a preflight foretells; the limits' own, when left out. */
  readonly forecast?: ForecastBounds | undefined;
  readonly clock: Clock;
  readonly spool: Spool;
  readonly reader: ListReader;
  readonly suppression: Suppression;
  readonly apiKeys: ApiKeys;
  readonly keyUses: KeyUses;
  readonly trail: WriteTrail;
  redisFacts(): Promise<RedisFacts>;
  close(): Promise<void>;
}

/** The process around the command line, so that tests can be one. */
export interface CliIo {
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable;
  /** Who asks, for a campaign's trail. */
  readonly user: string;
  /** Aborts when the operator interrupts. */
  readonly signal: AbortSignal;
  readonly nodeVersion: string;
}

/** An installation elsewhere: its API, and a key for it. */
export interface ApiAccess {
  readonly api: { readonly url: string; readonly key: string };
  readonly clock: Clock;
  /** How long its client waits for what; the limits' own, where left out. */
  readonly patience?: Partial<ApiPatience> | undefined;
}

/** What commands work on: the application in this process, or the API of one elsewhere. */
export type Opened = CliDeps | ApiAccess;

/** What every command is given: the process, and the installation, opened when it is first needed. */
export interface Session {
  readonly io: CliIo;
  /** Opens the installation, runs `work` with it and closes it again, whatever happens. */
  use<T>(work: (backend: CliBackend) => Promise<T>): Promise<T>;
  /** Ends with this code although nothing was thrown. */
  fail(): void;
}
