import type { CalleeRow } from '../../core/page.ts';
import type { Instant } from '../../core/time.ts';
import type { CampaignRecord, DueCallee } from '../../ports/store.ts';
import type { PipelineDeps } from '../deps.ts';
import type { RoomView } from './room.ts';

/** A due callee on its way into a batch: its record as it was read, and its row. */
export interface Candidate extends DueCallee {
  readonly row: CalleeRow;
}

/** What all steps of one claim work on. */
export interface Claim {
  readonly campaign: CampaignRecord;
  /** Index of the time zone whose callees are claimed. */
  readonly zone: number;
  readonly now: Instant;
  /** The one caller of the batch: its place in the campaign's list, from 1. */
  readonly caller: number;
  /** When the window closes. */
  readonly until: Instant;
  /** The room, and the pace, as they were when they were chosen. */
  readonly view: RoomView;
}

/**
 * One step of a claim. Gives back those candidates that go on, in order. Whom it keeps back it has moved already
 * (ended, or due later), so that the next look does not find them due again; a step that only wishes for others to go
 * first keeps nobody back. It may run again for the same callees: the claim that they are chosen for may come to
 * nothing.
 */
export type ClaimStep = (
  deps: PipelineDeps,
  claim: Claim,
  candidates: readonly Candidate[],
) => Promise<readonly Candidate[]>;
