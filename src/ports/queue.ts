import type { Instant } from '../core/time.ts';

/**
 * What a wake-up may point at: ids only, never data and never a phone number. A wake-up is a hint; it may
 * come twice, late or never, since the sweep finds all work from stored state.
 */
export type Wake =
  | {
      readonly queue: 'ingest';
      readonly campaignId: string;
      readonly importId: string;
      readonly priority: number;
    }
  | { readonly queue: 'dispatch'; readonly campaignId: string; readonly priority: number }
  | { readonly queue: 'poll'; readonly campaignId: string; readonly priority: number }
  | { readonly queue: 'retry'; readonly campaignId: string; readonly priority: number }
  /** The visible, delayed job of one due bucket. How many callees, and the campaign's zone, are for its name only. */
  | {
      readonly queue: 'retry';
      readonly campaignId: string;
      readonly dueBucket: Instant;
      readonly callees: number;
      readonly zone: string;
      readonly priority: number;
    };

export interface WakeQueue {
  /**
   * Asks for a look at `wake`, not before `notBefore`. Asking again while one waits moves nothing but an
   * earlier time forward; asking while one runs makes it run once more afterwards.
   */
  wake(wake: Wake, notBefore?: Instant): Promise<void>;
}
