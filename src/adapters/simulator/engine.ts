/**
 * Moves the world forward. Nothing here waits: the world is played up to an instant when somebody asks, each
 * event at its own time, so the answers are the same whether it was asked every second or once at the end.
 */
import { present } from '../../core/assert.ts';
import { SECOND } from '../../core/time.ts';
import { packageInUse } from './account.ts';
import { channelsOf } from './callers.ts';
import { popDueEvent, type WorldEvent } from './event-heap.ts';
import { playCall } from './play-call.ts';
import {
  CALLEE,
  type Call,
  indexCall,
  isConnected,
  isDeclined,
  isReady,
  markReady,
  nextOpening,
  schedule,
  TASK,
  type Task,
  type World,
} from './world.ts';

/** The caller cancelled (reference 3.4). */
const CALLER_CANCEL = 209;

/** Carries out a request that was held back. */
export type LandRequest = (action: string, body: unknown) => void;

/** Plays everything that is due up to `now`. A clock that went back changes nothing. */
export function advance(world: World, now: number, land: LandRequest): void {
  if (world.beganAt === 0) world.beganAt = now;
  for (
    let event = popDueEvent(world.events, now);
    event !== undefined;
    event = popDueEvent(world.events, now)
  ) {
    world.now = Math.max(world.now, event.at);
    happen(world, event, land);
  }
  world.now = Math.max(world.now, now);
}

/** Adds a task; it starts at its NotBefore, or at once when that has passed (presumed, reference 7). */
export function addTask(world: World, task: Task): void {
  world.tasks.set(task.id, task);
  // The end is scheduled first, so that a task whose time is over does not dial in the same instant.
  if (task.notAfter > 0) {
    schedule(world, { at: Math.max(world.now, task.notAfter), kind: 'task_expires', subject: task.id });
  }
  schedule(world, { at: Math.max(world.now, task.notBefore), kind: 'task_starts', subject: task.id });
}

/** Stops for good: calls in progress go on (state 3), then 4. False when the task is over already. */
export function stopTask(task: Task): boolean {
  if (task.state === TASK.completed || task.state === TASK.terminated) return false;
  task.state = task.callsInProgress > 0 ? TASK.ending : TASK.terminated;
  return true;
}

/** Makes no new calls until resumed; calls in progress go on (reference 2.1). False in any state but 0 and 1. */
export function pauseTask(task: Task): boolean {
  if (task.state !== TASK.initial && task.state !== TASK.running) return false;
  task.state = TASK.paused;
  return true;
}

/** Goes on with the unfinished callees. False when the task is not paused. */
export function resumeTask(world: World, task: Task): boolean {
  if (task.state !== TASK.paused) return false;
  if (world.now < task.notBefore) task.state = TASK.initial;
  else start(world, task);
  return true;
}

/** The provider loses the task: it is neither listed nor described nor dialled any more. */
export function forgetTask(task: Task): void {
  task.forgotten = true;
}

function happen(world: World, event: WorldEvent, land: LandRequest): void {
  if (event.kind === 'request_lands') {
    if (event.request !== undefined) land(event.request.action, event.request.body);
    return;
  }
  if (event.kind === 'call_ends') {
    const call = present(world.calls[event.subject], 'the call that ends');
    // A call that was hung up ended before this.
    if (call.endAt === event.at) endCall(world, call);
    return;
  }
  const task = present(world.tasks.get(event.subject), 'the task of an event');
  switch (event.kind) {
    case 'task_starts':
      if (task.state === TASK.initial) start(world, task);
      return;
    case 'task_opens':
      offer(world, task);
      return;
    case 'task_expires':
      stopTask(task);
      return;
    case 'retry_due':
      task.retryReady.push(present(event.callee, 'the callee to try again'));
      offer(world, task);
      return;
    case 'task_forgotten':
      forgetTask(task);
      return;
  }
}

function start(world: World, task: Task): void {
  task.state = TASK.running;
  finishIfDone(task);
  offer(world, task);
}

/** Queues the task and fills the free channels of its callers. */
function offer(world: World, task: Task): void {
  markReady(world, task);
  awaitOpening(world, task);
  for (const caller of task.callers) fillChannels(world, caller);
}

/** Dials until the caller has no free channel, or nobody is left to dial. Tasks that were ready first go first. */
function fillChannels(world: World, caller: string): void {
  const queue = world.readyByCaller.get(caller);
  if (queue === undefined) return;
  const channels = channelsOf(world, caller);
  for (const task of queue) {
    while (isReady(world, task)) {
      if ((world.channelsBusy.get(caller) ?? 0) >= channels) return;
      dial(world, task, caller);
    }
    queue.delete(task);
    awaitOpening(world, task);
  }
}

/** Sees to it that a task goes on when its hours come again. */
function awaitOpening(world: World, task: Task): void {
  const opensAt = nextOpening(world, task);
  if (opensAt === undefined || opensAt === task.opensAt) return;
  task.opensAt = opensAt;
  schedule(world, { at: opensAt, kind: 'task_opens', subject: task.id });
}

function dial(world: World, task: Task, caller: string): void {
  const callee = task.retryReady.shift() ?? task.nextCallee++;
  const number = present(task.numbers[callee], 'the number to dial');
  const ordinal = (world.callsOfNumber.get(number) ?? 0) + 1;
  const played = playCall(world, { number, caller }, ordinal, task.ringSecondsMax);
  const { speed, records } = world.scenario;
  const endAt =
    world.now + ((played.setupSeconds + played.ringSeconds + played.talkSeconds) * SECOND) / speed;
  const lateMs = played.recordIsLate ? records.lateMs : 0;
  // Field by field: spreading objects was the larger part of the time a dial took.
  const call: Call = {
    sessionId: played.sessionId,
    taskId: task.id,
    callee,
    caller,
    ordinal,
    at: world.now,
    endAt,
    endStatus: played.endStatus,
    setupSeconds: played.setupSeconds,
    ringSeconds: played.ringSeconds,
    talkSeconds: played.talkSeconds,
    keysPressed: played.keysPressed,
    hungUpSide: played.hungUpSide,
    recordAt: endAt + records.delayMs + lateMs + task.recordDelayMs,
  };
  schedule(world, { at: endAt, kind: 'call_ends', subject: world.calls.length });
  world.calls.push(call);
  takeFromPackage(world, call);
  indexCall(world, call);
  present(task.sessions[callee], 'the sessions of a callee').push(call.sessionId);
  task.attempts[callee] = (task.attempts[callee] ?? 0) + 1;
  task.states[callee] = CALLEE.calling;
  task.callsInProgress += 1;
  world.channelsBusy.set(caller, (world.channelsBusy.get(caller) ?? 0) + 1);
}

/** Each call that was really dialled takes one of the package in use, if there is one. */
function takeFromPackage(world: World, call: Call): void {
  if (isDeclined(call.endStatus)) return;
  const { account, scenario, now } = world;
  const id = packageInUse(account, scenario.packages, now)?.id;
  if (id !== undefined) account.packagesUsed[id] = (account.packagesUsed[id] ?? 0) + 1;
}

/** Adds a task and begins it in this moment, so that its first call is there when this returns, if a channel is free. */
export function addTaskNow(world: World, task: Task): void {
  world.tasks.set(task.id, task);
  start(world, task);
}

/** Ends a call that is going on: as a shorter talk, or, before anybody answered, as one that its caller gave up. */
export function hangUp(world: World, call: Call): void {
  const passed = Math.floor(((world.now - call.at) * world.scenario.speed) / SECOND);
  const ring = passed - call.setupSeconds;
  if (isConnected(call.endStatus) && ring >= call.ringSeconds) call.talkSeconds = ring - call.ringSeconds;
  else {
    call.endStatus = CALLER_CANCEL;
    call.ringSeconds = Math.max(0, ring);
    call.talkSeconds = 0;
    call.keysPressed = '';
  }
  call.hungUpSide = 'system';
  call.recordAt -= call.endAt - world.now;
  call.endAt = world.now;
  endCall(world, call);
}

function endCall(world: World, call: Call): void {
  const task = present(world.tasks.get(call.taskId), 'the task of a call');
  task.callsInProgress -= 1;
  world.channelsBusy.set(call.caller, (world.channelsBusy.get(call.caller) ?? 1) - 1);
  if (isConnected(call.endStatus)) settle(task, call.callee, CALLEE.answered);
  else if (isTriedAgain(task, call)) {
    task.states[call.callee] = CALLEE.pendingRetry;
    const at = world.now + task.retryIntervalMs;
    schedule(world, { at, kind: 'retry_due', subject: task.id, callee: call.callee });
  } else settle(task, call.callee, CALLEE.unanswered);
  finishIfDone(task);
  offer(world, task);
  fillChannels(world, call.caller);
}

function settle(task: Task, callee: number, state: number): void {
  task.states[callee] = state;
  task.open -= 1;
}

function isTriedAgain(task: Task, call: Call): boolean {
  if ((task.attempts[call.callee] ?? 0) >= task.tries) return false;
  return task.retryOn === undefined || task.retryOn.includes(call.endStatus);
}

function finishIfDone(task: Task): void {
  if (task.callsInProgress > 0) return;
  if (task.state === TASK.ending) task.state = TASK.terminated;
  else if (task.open === 0 && (task.state === TASK.running || task.state === TASK.paused)) {
    task.state = TASK.completed;
  }
}
