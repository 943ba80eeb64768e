import type { CallerFacts, CallerState } from '../core/caller-facts.ts';
import type { Instant } from '../core/time.ts';
import type { TelephonyResult } from './telephony.ts';

/** A caller number of the application (reference 2.4, DescribeNumbers). */
export interface OwnNumber {
  /** International digits without a mark before them, as `callerDigits` writes them. */
  readonly number: string;
  readonly state: Exclude<CallerState, 'absent'>;
  readonly stateCode: number;
  /** Supplied by the provider, whose dialling rules (reference 3.6) then hold; `unknown` counts as supplied. */
  readonly supply: CallerFacts['supply'];
}

/** A number as it was bought (DescribeCCCBuyInfoList). */
export interface BoughtNumber {
  /** As in {@link OwnNumber}. */
  readonly number: string;
  readonly calls: CallerFacts['calls'];
  readonly endsAt: Instant | undefined;
  readonly stateCode: number;
}

export interface Package {
  readonly id: string;
  readonly kind: 'outbound' | 'inbound_400' | 'unknown';
  /** In the provider's own unit, which the reference does not name. */
  readonly capacity: number;
  readonly remaining: number;
  readonly endsAt: Instant | undefined;
}

export interface Purchases {
  /** Of this application. */
  readonly numbers: readonly BoughtNumber[];
  /** Of the whole account. */
  readonly packages: readonly Package[];
}

export interface IvrAudio {
  readonly fileId: number;
  /** The name that people gave it, and the provider's own. */
  readonly name: string;
  readonly fileName: string;
  readonly review: 'unreviewed' | 'approved' | 'rejected' | 'unknown';
}

/** What else the provider tells, beside tasks and call records. Failures are values, as in {@link Telephony}. */
export interface ContactCenter {
  /** Every number of the application, whatever its state. */
  numbers(): Promise<TelephonyResult<readonly OwnNumber[]>>;
  purchases(): Promise<TelephonyResult<Purchases>>;
  ivrAudios(): Promise<TelephonyResult<readonly IvrAudio[]>>;
}
