import type { WakeQueue } from '../../ports/queue.ts';
import type { BullQueue } from './queue.ts';

export interface LazyQueue extends WakeQueue, Pick<BullQueue, 'queueDepths' | 'close'> {
  /** The queue itself, opened now where it was not before. */
  opened(): Promise<BullQueue>;
}

/**
 * The queue of a process that may never need it, as most commands do not: BullMQ, a third of all that there is to load, and
 * its connection to Redis come with the first wish.
 */
export function lazyQueue(open: () => Promise<BullQueue>): LazyQueue {
  let opening: Promise<BullQueue> | undefined;
  const opened = (): Promise<BullQueue> => {
    opening ??= open();
    return opening;
  };
  return {
    opened,
    wake: async (wake, notBefore) => (await opened()).wake(wake, notBefore),
    queueDepths: async () => (await opened()).queueDepths(),
    close: async () => (await opening)?.close(),
  };
}
