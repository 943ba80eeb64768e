import { Redis } from 'ioredis';

/** What befalls one outside call: it never leaves, its reply is lost, or the process dies before or after it. */
export type Fault = 'fails' | 'reply_lost' | 'dies_before' | 'dies_after';

/** The process is dead: nothing that it still tries has an effect. */
export class DeathError extends Error {
  override readonly name = 'DeathError';
}

/** Counts outside calls and says which of them a fault strikes. Shared by all connections of one process. */
export class FaultPlan {
  calls = 0;
  struck = false;
  dead = false;
  readonly #at: number;
  readonly #fault: Fault;
  /** With `forGood` every call from the first struck on fails in the same way. */
  readonly #forGood: boolean;

  constructor(at: number, fault: Fault, forGood = false) {
    this.#at = at;
    this.#fault = fault;
    this.#forGood = forGood;
  }

  next(): Fault | undefined {
    if (this.dead) return 'dies_before';
    this.calls += 1;
    const strikes = this.#forGood ? this.calls >= this.#at : this.calls === this.#at;
    if (!strikes) return undefined;
    this.struck = true;
    if (this.#fault === 'dies_before' || this.#fault === 'dies_after') this.dead = true;
    return this.#fault;
  }
}

/** What the client says by itself while it connects. */
const HANDSHAKE: ReadonlySet<string> = new Set(['hello', 'client', 'info', 'select']);

/** What ioredis hands to a command of a pipeline in place of the socket: it writes once every command has written. */
interface PipelineStream {
  readonly isPipeline: true;
  write(data: string): void;
}

function isPipeline(stream: unknown): stream is PipelineStream {
  return typeof stream === 'object' && stream !== null && 'isPipeline' in stream;
}

/**
 * A connection whose commands a plan may strike. Everything else is the real client and the real server. A pipeline
 * is one call: it arrives whole or not at all.
 */
export class FaultyRedis extends Redis {
  #plan: FaultPlan | undefined;
  readonly #pipelines = new WeakMap<PipelineStream, { readonly fault: Fault | undefined }>();
  /** A command that waits for the connection comes here once more when it stands. It is one call all the same. */
  readonly #counted = new WeakSet<object>();

  strike(plan: FaultPlan): void {
    this.#plan = plan;
  }

  #next(stream: unknown): Fault | undefined {
    const plan = this.#plan;
    if (plan === undefined || !isPipeline(stream)) return plan?.next();
    const known = this.#pipelines.get(stream) ?? { fault: plan.next() };
    this.#pipelines.set(stream, known);
    return known.fault;
  }

  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    const [command, stream] = args;
    if (HANDSHAKE.has(command.name) || this.#counted.has(command)) return super.sendCommand(...args);
    this.#counted.add(command);
    const fault = this.#next(stream);
    if (fault === undefined) return super.sendCommand(...args);
    const lost = fault.startsWith('dies')
      ? new DeathError('the process is dead')
      : new Error('connection lost');
    if (fault === 'fails' || fault === 'dies_before') {
      command.reject(lost);
      // The pipeline waits for every command to write; this one has nothing to say.
      if (isPipeline(stream)) stream.write('');
      return command.promise;
    }
    // Whoever waits for the reply listens to the command itself, so it must be lost there.
    command.resolve = () => command.reject(lost);
    return super.sendCommand(...args);
  }
}
