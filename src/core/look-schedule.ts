import { STOPPED_LOOK_INTERVAL } from './limits.ts';
import { type Instant, MINUTE, SECOND } from './time.ts';

/**
 * When running tasks are read. A reading costs a request whatever it tells, and the only one that a task needs is
 * the one that finds it ended; so a task is read when it should have ended. The tasks of one campaign are alike:
 * one that was never read is expected to wait, dial and end as the last one that ended did.
 * A reading that came too early shows the task's own pace, which foretells its end better. Beside that, the oldest
 * task of a campaign is read every `lookIntervalMax`, so that counts are seen to move, and no other task stays
 * unread for longer than twelve times that, so that no outcome waits for hours.
 */
export interface LookBounds {
  readonly lookIntervalMin: number;
  readonly lookIntervalMax: number;
}

export interface TaskProgress {
  /** When the task began to dial, as far as is known, and now. */
  readonly since: Instant;
  readonly now: Instant;
  /** Callees that are over, of how many. */
  readonly over: number;
  readonly total: number;
}

/** A task of which the end is known or foretold: when it might dial, when it did, when it was over. */
export interface TaskSpan {
  readonly notBefore: Instant;
  readonly dialsFrom: Instant;
  readonly dialsTo: Instant;
  readonly endAt: Instant;
  readonly calleesTotal: number;
}

/** Tasks other than a campaign's oldest are read at least every so many of the longest intervals. */
const UNREAD_INTERVALS_MAX = 12;
/** How far behind the expected end the look is placed: a share of the task's time, and never more than this. */
const SLACK_SHARE = 0.06;
const SLACK_MAX = 40 * SECOND;
/** Between two looks at the tail of a task, which is not watched call by call: a share of its time, and never more. */
const TAIL_SHARE = 0.1;
const TAIL_MAX = MINUTE / 2;
/** Of the time until a task was found ended: how much earlier it is supposed to have ended when nothing tells. */
const UNKNOWN_END_SHARE = 0.1;

/** When all callees of a running task will be over, at its pace so far. Before the first is over: as long again. */
export function foretoldEnd({ since, now, over, total }: TaskProgress): Instant {
  const elapsed = Math.max(now - since, 1);
  const share = over / Math.max(total, 1);
  return Math.ceil(now + (share > 0 ? (elapsed * (1 - share)) / share : elapsed));
}

/**
 * When a task that was never read should have ended, judged by one of the same campaign: it waits as long for its
 * turn, dials longer or shorter as it has more or fewer callees, and its last call is as long.
 */
export function expectedEnd(task: Pick<TaskSpan, 'notBefore' | 'calleesTotal'>, like: TaskSpan): Instant {
  const lasted = Math.max(like.endAt - like.notBefore, 0);
  const dialled = Math.min(Math.max(like.dialsTo - like.dialsFrom, 0), lasted);
  const more = task.calleesTotal / Math.max(like.calleesTotal, 1) - 1;
  return Math.ceil(task.notBefore + lasted + dialled * more);
}

/**
 * When a task is over that would go on until `endAt`, but must not dial any more from `notAfter` on: a window that
 * closes ends it with callees left, and those wait for nothing but the look that finds it so. Beyond that only the last
 * calls can go on: so it lasts about as long again as it has been late by now.
 */
export function endWithin(endAt: Instant, notAfter: Instant, now: Instant): Instant {
  return Math.min(endAt, notAfter > now ? notAfter : now + (now - notAfter));
}

/**
 * When a task ended that is found ended at `now`. The end of its last call, where call records tell it; else some
 * time before, or every look would be later than the one that it was learned from.
 */
export function endOfTask(since: Instant, now: Instant, lastCallEnd: Instant | undefined): Instant {
  if (lastCallEnd !== undefined && lastCallEnd < now) return Math.max(lastCallEnd, since);
  return Math.floor(now - Math.max(now - since, 0) * UNKNOWN_END_SHARE);
}

interface LookedAt {
  /** When the task began, as far as is known, now, and when it should end. */
  readonly since: Instant;
  readonly now: Instant;
  readonly endAt: Instant;
  /** It is the oldest of its campaign. */
  readonly oldest: boolean;
}

/** The first look at a task: just behind its end. In the past for one that should have ended. */
export function firstLook({ since, now, endAt, oldest }: LookedAt, bounds: LookBounds): Instant {
  const { lookIntervalMin, lookIntervalMax } = bounds;
  const slack = Math.min(Math.max((endAt - since) * SLACK_SHARE, lookIntervalMin), SLACK_MAX);
  const furthest = oldest ? lookIntervalMax : lookIntervalMax * UNREAD_INTERVALS_MAX;
  return Math.ceil(Math.min(endAt + slack, now + furthest));
}

/** The next look at a task that was just read and goes on. */
export function nextLook(task: LookedAt, bounds: LookBounds): Instant {
  const tail = Math.min((task.now - task.since) * TAIL_SHARE, TAIL_MAX);
  const nearest = task.now + Math.max(bounds.lookIntervalMin, tail);
  return Math.ceil(Math.max(firstLook(task, bounds), nearest));
}

/** When to look again at a task that was stopped: soon, and ever further apart once it should have ended all the same. */
export function nextStoppedLookAt(notAfter: Instant, now: Instant): Instant {
  return Math.ceil(now + Math.max(STOPPED_LOOK_INTERVAL, (now - notAfter) * TAIL_SHARE));
}

/** When to ask again for call records that were late: soon at first, then ever further apart. */
export function nextRecordLookAt(waitsSince: Instant, now: Instant, bounds: LookBounds): Instant {
  const waited = Math.max(now - waitsSince, 0);
  return now + Math.min(Math.max(waited, bounds.lookIntervalMin), bounds.lookIntervalMax);
}
