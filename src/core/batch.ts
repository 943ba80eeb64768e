import type { CalleeRef } from './callee.ts';
import type { CampaignState } from './campaign.ts';
import { nextState, type StateTable } from './machine.ts';
import type { Instant } from './time.ts';

export type BatchState = 'planned' | 'submitting' | 'uncertain' | 'active' | 'finished' | 'released';
export type BatchEvent = 'submit' | 'accept' | 'refuse' | 'doubt' | 'adopt' | 'absent' | 'release' | 'finish';

/**
 * A batch is our group of callees; a task is what the provider made of it, one to one. `submitting` is written
 * before the request leaves, so that after a crash we know that it may have left. `uncertain` is never
 * repeated: its name is looked up until it is found, or twice found absent a quiet period apart.
 */
export const batchStates: StateTable<BatchState, BatchEvent> = {
  planned: {
    owner: 'dispatch',
    mayLast: 'minutes',
    moves: { submit: ['submitting'], release: ['released'] },
  },
  submitting: {
    owner: 'dispatch',
    mayLast: 'the request deadline',
    moves: { accept: ['active'], refuse: ['planned'], doubt: ['uncertain'], release: ['released'] },
  },
  uncertain: {
    owner: 'dispatch',
    mayLast: 'two clean look-ups',
    moves: { adopt: ['active'], absent: ['planned'] },
  },
  active: { owner: 'poll', mayLast: "the task's life", moves: { finish: ['finished'] } },
  finished: { owner: null, mayLast: 'for ever', moves: {} },
  released: { owner: null, mayLast: 'for ever', moves: {} },
};

/** What a live task may be told to do. */
export type TaskControl = 'run' | 'pause' | 'stop';

/** True for a task that was last told something else than what its campaign wants by now. To stop is for good. */
export function isToBeTold({ control }: Pick<BatchRecord, 'control'>, wanted: TaskControl): boolean {
  return control !== wanted && control !== 'stop';
}

/** What the provider should be doing with the live tasks of a campaign in this state. */
export function wantedControl(state: CampaignState): TaskControl {
  if (state === 'cancelled') return 'stop';
  return state === 'paused' ? 'pause' : 'run';
}

export interface BatchRecord {
  /** Counts up from 1 within the campaign. */
  readonly id: number;
  readonly state: BatchState;
  /** Submissions made so far; the present or latest one is named after this number. */
  readonly submissions: number;
  readonly zone: number;
  /** The one caller of its task: its place in the campaign's list, from 1. Left out: all of them, as batches once were. */
  readonly caller?: number;
  /** When the campaign's pace lets the next batch be made; left out where nothing paces it. */
  readonly nextReleaseAt?: Instant;
  readonly calleesTotal: number;
  /** Callees of it that are still batched or calling. */
  readonly calleesOpen: number;
  readonly createdAt: Instant;
  /** When the latest submission was written down; 0 before. */
  readonly submittedAt: Instant;
  /** When the task may dial, and when it must stop. */
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  /** When its owner must look at it next; the sweep wakes the owner of a batch whose look is overdue. */
  readonly nextLookAt: Instant;
  /** The provider's task id; 0 while unknown. */
  readonly taskId: number;
  /** What the provider was last told to do with the task; `unsure` where no answer came, so that it is told again. */
  readonly control: TaskControl | 'unsure';
  /** Readings of the task so far, and the time of the latest; both 0 before the first. */
  readonly readings: number;
  readonly lastReadAt: Instant;
  /** By what its readings showed, absent before the first: when its task began and ceased to dial, and ended or should end. */
  readonly dialsFrom?: Instant;
  readonly dialsTo?: Instant;
  readonly endAt?: Instant;
  /** Uncertain only: when the first clean look-up found the name absent; 0 before. */
  readonly absentAt: Instant;
  /** Version of the suppression lists in which its callees were last looked up; absent is 0, "before there were any". */
  readonly listsVersion?: number;
  /** When the time of its rows ends, and so its task. Left out: they have none of their own. */
  readonly rowsNotAfter?: Instant;
  /** Set when its task was stopped though the campaign goes on: its undialled callees are not at fault. */
  readonly stoppedFor?: 'suppression' | 'rules';
  /** Set when pushes told that its calls ended: its next look is not put off any more. */
  readonly pushed?: true;
  /** What the dials of its callees are reserved under in the call ledger. Left out: by nobody. */
  readonly dials?: string;
  /** Bumped by every change; the store refuses a change made from an old reading. */
  readonly version: number;
}

/** The callees of a batch as submitted: parallel lists of refs and E.164 digits (as exact integers). */
export interface BatchCallees {
  readonly refs: readonly CalleeRef[];
  readonly numbers: readonly number[];
}

export interface SubmissionName {
  readonly campaignId: string;
  readonly batchId: number;
  readonly submission: number;
}

/** The provider-side name of one submission: `<campaign>.<batch>.<n>`. The only handle that survives a lost reply. */
export function submissionName(name: SubmissionName): string {
  return `${name.campaignId}.${name.batchId}.${name.submission}`;
}

const NAME = /^([a-z0-9][a-z0-9_-]{0,47})\.([1-9]\d{0,8})\.([1-9]\d{0,5})$/;

/** The parts of a name that {@link submissionName} made; undefined for anybody else's task. */
export function parseSubmissionName(text: string): SubmissionName | undefined {
  const match = NAME.exec(text);
  if (match === null) return undefined;
  const [, campaignId = '', batchId = '', submission = ''] = match;
  return { campaignId, batchId: Number(batchId), submission: Number(submission) };
}

/** Decides the change that `event` makes to a batch. Throws ForbiddenMoveError where the table has no such move. */
export function moveBatch(
  before: BatchRecord,
  event: BatchEvent,
  change: Partial<Omit<BatchRecord, 'id' | 'state' | 'version'>> = {},
): BatchRecord {
  return {
    ...before,
    ...change,
    state: nextState(batchStates, before.state, event),
    version: before.version + 1,
  };
}

/** A batch of `callees` callees that was never submitted nor read; `rest` is what is known of it beyond. */
export function newBatch(
  of: Pick<BatchRecord, 'id' | 'zone'> & { readonly callees: number; readonly now: Instant },
  rest: Partial<BatchRecord> & Pick<BatchRecord, 'nextLookAt'>,
): BatchRecord {
  const { id, zone, callees, now } = of;
  return {
    ...{ id, zone, state: 'planned', submissions: 0, calleesTotal: callees, calleesOpen: callees },
    ...{ createdAt: now, submittedAt: 0, notBefore: 0, notAfter: 0, absentAt: 0 },
    ...{ taskId: 0, control: 'run', readings: 0, lastReadAt: 0, version: 1 },
    ...rest,
  };
}

/** A change of a batch that is no move: another look is due, a reading was taken, a control was sent. */
export function noteBatch(
  before: BatchRecord,
  change: Partial<Omit<BatchRecord, 'id' | 'state' | 'version'>>,
): BatchRecord {
  return { ...before, ...change, version: before.version + 1 };
}
