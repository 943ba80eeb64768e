import type { RoomHolding } from '../core/room.ts';

/** What all campaigns hold of what they share, as of one moment. */
export interface SharedRoom {
  readonly version: number;
  readonly holdings: readonly RoomHolding[];
}

/** The part of the store that all campaigns share. */
export interface RoomStore {
  /** What all campaigns hold and want of what they share. */
  sharedRoom(): Promise<SharedRoom>;
  /** Writes what one campaign holds and wants, or that it holds nothing, if nobody wrote since `version`. False: somebody did. */
  holdRoom(version: number, campaignId: string, holding: RoomHolding | undefined): Promise<boolean>;
}
