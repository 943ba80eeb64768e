/**
 * Our bounded connections to the provider, and what they know of each request that the vendor's SDK sends
 * through them. The SDK hides whether a request ever left, the system's error code, a reply that was cut
 * short, and it follows redirects. The agent sees every request before it has a socket, so it can tell:
 * nothing goes out unwatched, and each watch says whether bytes may have left.
 */
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { PROVIDER_SOCKET_IDLE_MAX } from '../../core/limits.ts';

declare module 'http' {
  interface Agent {
    /** How http.request hands a request to its agent; Node refuses an agent without it, and every agent package relies on it. */
    addRequest(request: ClientRequest, options: object): void;
  }
}

/** The header by which a request is matched with its watch; the SDK passes it on unchanged. */
export const TRACE_HEADER = 'X-TC-TraceId';

export interface PoolOptions {
  /** Plain http is for the simulator. */
  readonly secure: boolean;
  readonly socketsMax: number;
  /** A further certificate authority, in PEM. */
  readonly ca?: string;
}

export interface Pool {
  readonly agent: HttpAgent;
  /** Announces a request with this trace id; without it the agent refuses the request. */
  watch(traceId: string): RequestWatch;
  /** Closes all connections, also busy ones. */
  close(): void;
}

/** Connections for one endpoint, kept open between requests for a short while. */
export function createPool(options: PoolOptions): Pool {
  const settings = {
    keepAlive: true,
    maxSockets: options.socketsMax,
    maxFreeSockets: options.socketsMax,
    timeout: PROVIDER_SOCKET_IDLE_MAX,
    scheduling: 'lifo' as const,
  };
  const agent = options.secure
    ? new HttpsAgent({ ...settings, ...(options.ca !== undefined && { ca: options.ca }) })
    : new HttpAgent(settings);
  const watches = new Map<string, RequestWatch>();
  const pass = agent.addRequest.bind(agent);
  agent.addRequest = (request, requestOptions) => {
    const watch = watches.get(String(request.getHeader(TRACE_HEADER)));
    // Without a watch (or a second time under one, as a followed redirect would be) nothing may leave.
    if (watch === undefined || !watch.attach(request)) throw new Error('an unwatched request');
    pass(request, requestOptions);
  };
  return {
    agent,
    watch: (traceId) => {
      const watch = new RequestWatch(() => watches.delete(traceId));
      watches.set(traceId, watch);
      return watch;
    },
    close: () => agent.destroy(),
  };
}

/** What is known of one request, from the moment it was announced. */
export class RequestWatch {
  /** The system's code of the fault, for example ECONNRESET; undefined while there is none. */
  faultCode: string | undefined;
  /** True when the reply came to its proper end. */
  replyWhole = false;
  /** Rejects when a reply that had begun was cut short; the SDK would wait for its end for ever. */
  readonly cut: Promise<never>;

  #request: ClientRequest | undefined;
  #socket: Socket | undefined;
  #left = false;
  #rejectCut: (error: Error) => void = () => {};
  readonly #forget: () => void;

  constructor(forget: () => void) {
    this.#forget = forget;
    this.cut = new Promise((_, reject) => {
      this.#rejectCut = reject;
    });
    this.cut.catch(() => {});
  }

  /** True once the request was made at all. */
  get made(): boolean {
    return this.#request !== undefined;
  }

  /**
   * False only when it is certain that no byte of the request left this process: it never had a socket, or
   * one that never connected. A TLS socket must have finished its handshake, too; when the certificate was
   * refused it had, and what then left in the same breath is not known.
   */
  get mayHaveLeft(): boolean {
    return this.#left || (this.#socket instanceof TLSSocket && Boolean(this.#socket.authorizationError));
  }

  /** Takes the request under watch. False when there is one already. */
  attach(request: ClientRequest): boolean {
    if (this.#request !== undefined) return false;
    this.#request = request;
    request.once('socket', (socket) => this.#onSocket(request, socket));
    request.on('error', (error: NodeJS.ErrnoException) => {
      this.faultCode = error.code;
    });
    request.once('response', (reply) => this.#onReply(reply));
    return true;
  }

  /** Ends the watch and the request, if that is still going on. */
  end(): void {
    this.#forget();
    if (!this.replyWhole) this.#request?.destroy();
  }

  #onSocket(request: ClientRequest, socket: Socket): void {
    this.#socket = socket;
    if (request.reusedSocket || !socket.connecting) {
      this.#left = true;
      return;
    }
    socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => {
      this.#left = true;
    });
  }

  #onReply(reply: IncomingMessage): void {
    // A redirect without a target is not followed: it comes back as the plain failure that it is.
    delete reply.headers.location;
    reply.once('end', () => {
      this.replyWhole = reply.complete;
    });
    reply.once('close', () => {
      if (!reply.complete) this.#rejectCut(new Error('the reply was cut short'));
    });
  }
}
