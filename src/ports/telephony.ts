import type { CallFacts } from '../core/callee.ts';
import type { Disposition } from '../core/disposition.ts';
import type { Instant } from '../core/time.ts';

/** What one submission asks the provider to do. Numbers are E.164 digits without "+", as exact integers. */
export interface TaskOrder {
  readonly name: string;
  readonly description: string;
  readonly callers: readonly string[];
  readonly ivrId?: number;
  readonly aiAgentId?: number;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  readonly ringTimeoutMs?: number;
  readonly callees: readonly TaskOrderCallee[];
}

export interface TaskOrderCallee {
  readonly number: number;
  readonly uui: string;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Why a request did not simply succeed (classes of the reference, 1.4):
 * - `refused` (R): certainly not executed; the same request may be sent again after `retryAfterMs`.
 * - `doubt` (U): it may have been executed. Reads are repeated; a write is looked up, never repeated.
 * - `invalid` (P): this very request will never be accepted.
 * - `blocked` (C): credentials or configuration; a person must mend it.
 * - `quota` (Q): a limit of the account; try much later.
 */
export interface TelephonyFailure {
  readonly kind: 'refused' | 'doubt' | 'invalid' | 'blocked' | 'quota';
  /** The provider's error code, or ours for what never reached it (`network`, `deadline`, `bad_reply`, `http_502`). */
  readonly code: string;
  readonly message: string;
  readonly requestId?: string;
  readonly retryAfterMs?: number;
}

export type TelephonyResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: TelephonyFailure };

/** Task states of the reference (3.3); a number the reference does not have is `unknown`, with the number. */
export type TaskState = 'initial' | 'running' | 'completed' | 'ending' | 'terminated' | 'paused' | 'unknown';
export type TaskCalleeState = 'initial' | 'answered' | 'unanswered' | 'calling' | 'pending_retry' | 'unknown';

export interface TaskSummary {
  readonly taskId: number;
  readonly name: string;
  readonly state: TaskState;
  /** The provider's own number for the state, for reasons and logs. */
  readonly stateCode: number;
  readonly calleesTotal: number;
  /** When it may dial, and when it ends; left out where the provider does not say. */
  readonly notBefore?: Instant;
  readonly notAfter?: Instant;
}

export interface TaskPage {
  readonly tasksTotal: number;
  readonly tasks: readonly TaskSummary[];
}

export interface TaskReading {
  readonly taskId: number;
  readonly name: string;
  /** Empty where the provider does not say. */
  readonly description: string;
  readonly state: TaskState;
  readonly stateCode: number;
  readonly callees: readonly TaskCallee[];
}

export interface TaskCallee {
  /** E.164 digits as an exact integer, whatever form the provider echoed; NaN when it is not a number at all. */
  readonly number: number;
  readonly state: TaskCalleeState;
  readonly stateCode: number;
  readonly sessionIds: readonly string[];
}

/** How one call ended, in our words. `disposition` is `unknown` for a code outside the table; `endStatus` keeps the code. */
export interface CallOutcome {
  readonly sessionId: string;
  readonly disposition: Disposition;
  /** The provider's code, where it is none that an outbound call should have. */
  readonly strangeEnd?: number;
  readonly facts: CallFacts;
  readonly uui: string;
}

/**
 * The provider, in our words. No method throws for anything the outside world does: a failure is a value of
 * a kind that says what may be done about it. Every method respects the account's shared request quota.
 */
export interface Telephony {
  /**
   * Creates the task. `doubt` means that it may exist: look its name up, never send it again. `mayLeave` is asked right
   * before the request leaves, after any wait for quota; where it says no, the answer is `refused` as `not_wanted`.
   */
  createTask(
    order: TaskOrder,
    options?: { readonly mayLeave?: () => Promise<boolean> },
  ): Promise<TelephonyResult<{ readonly taskId: number }>>;
  /** One page of all tasks of the application, from page 0, in the provider's undocumented order. */
  listTasks(page: number, options?: { readonly forDoubt?: boolean }): Promise<TelephonyResult<TaskPage>>;
  describeTask(taskId: number): Promise<TelephonyResult<TaskReading>>;
  /** Stopping what has already ended counts as done. */
  stopTask(taskId: number): Promise<TelephonyResult<'done'>>;
  pauseTask(taskId: number): Promise<TelephonyResult<'done'>>;
  resumeTask(taskId: number): Promise<TelephonyResult<'done'>>;
  /** Call records of at most 100 sessions that began between the two instants; late ones are simply absent. */
  callRecords(
    sessionIds: readonly string[],
    from: Instant,
    to: Instant,
  ): Promise<TelephonyResult<readonly CallOutcome[]>>;
}
