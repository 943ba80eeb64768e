import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { AccessRole } from '../../core/access.ts';
import type { ForecastBounds } from '../../pipelines/forecast-facts.ts';
import type { ApiKeys, KeyUses } from '../../ports/api-keys.ts';
import type { CallLedger } from '../../ports/call-ledger.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ContactCenter } from '../../ports/contact-center.ts';
import type { KeptReplies } from '../../ports/kept-replies.ts';
import type { ListReader } from '../../ports/list-reader.ts';
import type { Log } from '../../ports/log.ts';
import type { ProviderWatch } from '../../ports/provider-state.ts';
import type { WakeQueue } from '../../ports/queue.ts';
import type { Sessions } from '../../ports/sessions.ts';
import type { Spool } from '../../ports/spool.ts';
import type { Store } from '../../ports/store.ts';
import type { Suppression } from '../../ports/suppression.ts';
import type { WriteTrail } from '../../ports/trail.ts';

/** The server as routes see it: what their zod schemas parse is what their handlers get. */
export type HttpServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression<RawServerDefault>,
  RawReplyDefaultExpression<RawServerDefault>,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** A part of the API: adds its routes. Those that a library brings go into a scope of their own. */
export type HttpPart = (app: HttpServer, deps: HttpDeps) => void | Promise<void>;

/** What an operator may turn about the API. */
export interface HttpSettings {
  readonly uploadBytesMax: number;
  readonly requestsPerMinute: number;
  /** Addresses or networks of proxies whose word on the client's address and TLS is taken; undefined: none. */
  readonly proxies: readonly string[] | undefined;
  /** Where the built console lies; undefined: it is not served. */
  readonly consoleDir: string | undefined;
  /** Whether suppression lists keep digests of numbers only. */
  readonly suppressionKeyed: boolean;
}

/** The application as the API needs it. */
export interface HttpDeps {
  readonly store: Store;
  readonly suppression: Suppression;
  readonly queue: WakeQueue;
  readonly clock: Clock;
  readonly spool: Spool;
  readonly reader: ListReader;
  readonly log: Log;
  readonly apiKeys: ApiKeys;
  readonly keyUses: KeyUses;
  readonly sessions: Sessions;
  readonly trail: WriteTrail;
  readonly keptReplies: KeptReplies;
  readonly provider: ProviderWatch;
  /** What calls are reserved, for the audit. */
  readonly ledger?: Pick<CallLedger, 'overdue'> | undefined;
  /** Whom a preflight asks; undefined where no credentials are set. */
  readonly contactCenter?: ContactCenter | undefined;
  /** What its forecast assumes. */
  readonly forecast?: ForecastBounds | undefined;
  /** Resolves when Redis answers, rejects when it does not. */
  pingRedis(): Promise<unknown>;
  /** A Redis connection (ioredis) on which requests are counted for all processes, and what its keys start with. */
  readonly rates?: { readonly redis: unknown; readonly prefix: string } | undefined;
  readonly settings: HttpSettings;
  /** Parts beside our own, such as a dashboard: each in a scope of its own, behind the same keys. */
  readonly parts?: readonly HttpPart[];
  /** Compares every reply with its schema and fails where they differ: for tests. */
  readonly checkReplies?: boolean;
}

/** Who asks, once that is known. */
export interface Visitor {
  readonly keyId: string;
  readonly name: string;
  readonly role: AccessRole;
  /** Of a browser session; undefined for a key. */
  readonly session: { readonly token: string; readonly csrf: string } | undefined;
}

/** What a request did, for the trail of writes. What is left out is made from the route. */
export interface Deed {
  /** In place of what the route is called. */
  readonly did?: string;
  readonly subject?: string;
  readonly text?: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null where nobody said who they are: on open routes only. */
    visitor: Visitor | null;
    deed: Deed | null;
  }
  interface FastifyInstance {
    /** Set while the server ends: readiness says no, uploads are refused. */
    readonly life: { draining: boolean };
    /** Every route there is, in the order in which they were added. */
    readonly served: { readonly method: string; readonly url: string }[];
  }
  interface FastifyContextConfig {
    /** Who may come here. Left out: viewers for GET and HEAD, operators for everything else. */
    access?: AccessRole | 'open';
    /** What a write is called in the trail, such as `campaign.put`. Left out: method and route. `null`: no write. */
    did?: string | null;
    /** `sign_in` for attempts to sign in; `none` for what costs nothing, such as health. */
    rate?: 'sign_in' | 'none';
    /** Its body is a file, which may take its time (`uploads.ts`). */
    takesFiles?: boolean;
    /** A write from a browser proves its origin by the headers that browsers set, since its page is not ours to change. */
    csrf?: 'origin';
  }
}
