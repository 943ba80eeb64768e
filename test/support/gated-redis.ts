import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Rng } from '../../src/adapters/simulator/rng.ts';

interface Waiting {
  go(): void;
  readonly done: Promise<void>;
}

function signal(): { readonly given: Promise<void>; give(): void } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}

/**
 * Lets the commands of several processes run one at a time, in an order drawn from a seed, whoever asked first: what
 * processes do to each other between two of their steps.
 */
export class CommandGate {
  readonly #rng: Rng;
  readonly #waiting: Waiting[] = [];

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  /** The connection as a process has it: each of its commands waits for its turn. */
  through(client: Redis): Redis {
    const waiting = this.#waiting;
    return new Proxy(client, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        if (typeof name === 'symbol' || name === 'constructor') return member;
        return async (...args: unknown[]) => {
          const turn = signal();
          const end = signal();
          waiting.push({ go: turn.give, done: end.given });
          await turn.given;
          try {
            return await member.apply(target, args);
          } finally {
            end.give();
          }
        };
      },
    });
  }

  /** Gives turns until all of the work is over. */
  async run(work: readonly Promise<unknown>[]): Promise<void> {
    let isOver = false;
    const all = Promise.all(work).finally(() => {
      isOver = true;
    });
    // Who fails is told of below; meanwhile nobody waits for it.
    all.catch(() => undefined);
    while (!isOver) {
      await nextTurn();
      const [next] = this.#waiting.splice(this.#rng.int(0, Math.max(this.#waiting.length - 1, 0)), 1);
      next?.go();
      await next?.done;
    }
    await all;
  }
}
