import { REQUEST_TALLY_INTERVAL } from '../../core/limits.ts';
import { SECOND } from '../../core/time.ts';
import type { RequestCount, RequestCounts } from '../../ports/request-tally.ts';
import { faceKeys } from './keys.ts';
import type { RedisClient } from './scripts.ts';

export interface RequestTally extends RequestCounts {
  /** Counts one request. Written together with others, a moment later. Never throws. */
  note(action: string, outcome: string, ms: number): void;
  /** Writes what was not written yet. Never rejects. */
  flush(): Promise<void>;
}

interface Sum {
  requests: number;
  ms: number;
}

/**
 * Requests of all processes in one hash. What a process that dies had not written is lost: these are figures for
 * charts, and nothing is decided by them.
 */
export function createRequestTally(client: RedisClient, options: { readonly prefix: string }): RequestTally {
  const { requests: key } = faceKeys(options.prefix);
  let sums = new Map<string, Sum>();
  let timer: NodeJS.Timeout | undefined;
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const written = sums;
    sums = new Map();
    const pipeline = client.pipeline();
    for (const [name, { requests, ms }] of written) {
      pipeline.hincrby(key, `n ${name}`, requests);
      pipeline.hincrby(key, `t ${name}`, Math.round(ms));
    }
    await pipeline.exec().catch(() => undefined);
  };
  return {
    note(action, outcome, ms) {
      const name = `${action} ${outcome}`;
      const sum = sums.get(name) ?? { requests: 0, ms: 0 };
      sum.requests += 1;
      sum.ms += ms;
      sums.set(name, sum);
      timer ??= setTimeout(() => void flush(), REQUEST_TALLY_INTERVAL).unref();
    },
    flush: () => (sums.size === 0 ? Promise.resolve() : flush()),
    async counts() {
      const held = await client.hgetall(key);
      return Object.entries(held).flatMap(([field, value]): RequestCount[] => {
        const [kind, action = '', outcome = ''] = field.split(' ');
        if (kind !== 'n') return [];
        const seconds = Number(held[`t ${action} ${outcome}`] ?? 0) / SECOND;
        return [{ action, outcome, requests: Number(value), seconds }];
      });
    },
  };
}
