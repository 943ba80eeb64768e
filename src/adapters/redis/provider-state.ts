import { PROVIDER_NOTE_INTERVAL } from '../../core/limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ProviderWatch } from '../../ports/provider-state.ts';
import { faceKeys } from './keys.ts';
import type { RedisClient } from './scripts.ts';

/** The state of the provider as processes that speak to it see it, kept for those that do not. */
export interface RedisProviderState extends ProviderWatch {
  /** A request got an answer. Writes at most every {@link PROVIDER_NOTE_INTERVAL} while all is well. Never throws. */
  answered(): void;
  /** A request got none. Never throws. */
  unanswered(code: string): void;
}

/** One hash for the installation. Losing a note changes nothing: the next request brings another. */
export function createProviderState(
  client: RedisClient,
  options: { readonly prefix: string; readonly clock: Pick<Clock, 'now'> },
): RedisProviderState {
  const { provider } = faceKeys(options.prefix);
  const { clock } = options;
  let notedAt = 0;
  let away = false;
  const quietly = (work: Promise<unknown>): void => void work.catch(() => undefined);
  return {
    answered() {
      const now = clock.now();
      if (!away && now - notedAt < PROVIDER_NOTE_INTERVAL) return;
      notedAt = now;
      away = false;
      quietly(client.hset(provider, 'answeredAt', now).then(() => client.hdel(provider, 'awaySince')));
    },
    unanswered(code) {
      const now = clock.now();
      away = true;
      quietly(
        client
          .hsetnx(provider, 'awaySince', now)
          .then(() => client.hset(provider, { failedAt: now, code: code.slice(0, 100) })),
      );
    },
    async state() {
      const held = await client.hgetall(provider);
      const time = (text: string | undefined): number | undefined =>
        text === undefined ? undefined : Number(text);
      return {
        answeredAt: time(held.answeredAt),
        awaySince: time(held.awaySince),
        failedAt: time(held.failedAt),
        code: held.code,
      };
    },
  };
}
