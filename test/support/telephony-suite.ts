import { afterEach, describe, expect, test } from 'vitest';
import type { Instant } from '../../src/core/time.ts';
import type {
  CallOutcome,
  TaskOrder,
  TaskReading,
  TaskSummary,
  Telephony,
  TelephonyFailure,
  TelephonyResult,
} from '../../src/ports/telephony.ts';

/** What the provider's side shall do with the next writing request, whatever it is. */
export type Mishap =
  /** Refused for certain, worth another try. */
  | 'refuse'
  /** Carried out, and the reply is lost. */
  | 'lose_reply'
  /** Not carried out, and the connection is lost. */
  | 'lose_request'
  /** Not carried out, and never answered. */
  | 'stall'
  /** Credentials or configuration. */
  | 'block'
  /** A limit of the account. */
  | 'limit'
  /** Something of the request itself. */
  | 'reject';

/** How calls to a number end at the provider's side, by its E.164 digits. Numbers not named are answered. */
export type Endings = ReadonlyMap<number, 'answered' | 'no_answer' | 'busy' | 'outside_the_table'>;

export interface StageOptions {
  readonly endings?: Endings;
  /** The provider shows call records only when told to. */
  readonly recordsLate?: boolean;
}

/** An adapter on a provider that a test can direct. Calls must take a second at most. */
export interface Stage {
  readonly telephony: Telephony;
  /** What every order needs here: callers and the IVR. */
  readonly orderBase: Pick<TaskOrder, 'callers' | 'ivrId'>;
  now(): Instant;
  mishap(kind: Mishap): void;
  /** From now on call records can be read. */
  showRecords(): void;
  /** The next reading of a task shows a state that nobody knows. */
  showUnknownState(): void;
  /** Numbers really dialled, in order. */
  dials(): number[];
  /** Ends the provider's side only: nobody listens any more. */
  vanish(): Promise<void>;
  close(): Promise<void>;
}

const FIRST = 8_613_800_000_001;
const numbers = (total: number) => Array.from({ length: total }, (_, index) => FIRST + index);

function ensured<T>(result: TelephonyResult<T>): T {
  if (!result.ok)
    throw new Error(`failed: ${result.failure.kind} ${result.failure.code} ${result.failure.message}`);
  return result.value;
}

function failureOf(result: TelephonyResult<unknown>): TelephonyFailure {
  if (result.ok) throw new Error('expected a failure');
  return result.failure;
}

/**
 * What every telephony adapter must keep, whoever the provider is. `open` gives a fresh stage for each test.
 */
export function telephonySuite(name: string, open: (options: StageOptions) => Promise<Stage>): void {
  const stages: Stage[] = [];
  const openStage = async (options: StageOptions = {}) => {
    const stage = await open(options);
    stages.push(stage);
    return stage;
  };
  afterEach(async () => {
    for (const stage of stages.splice(0)) await stage.close();
  });

  const orderFor = (
    stage: Stage,
    callees: readonly number[],
    change: Partial<TaskOrder> = {},
  ): TaskOrder => ({
    ...stage.orderBase,
    name: 'spring.1.1',
    description: 'ringmaster here',
    notBefore: stage.now() - 1_000,
    notAfter: stage.now() + 3_600_000,
    callees: callees.map((number, index) => ({
      number,
      uui: `row-${index + 1}`,
      variables: { 姓名: `n${index}` },
    })),
    ...change,
  });
  const found = async (stage: Stage, taskName: string): Promise<TaskSummary[]> =>
    ensured(await stage.telephony.listTasks(0, { forDoubt: true })).tasks.filter(
      (task) => task.name === taskName,
    );
  const readUntil = async (
    stage: Stage,
    taskId: number,
    condition: (reading: TaskReading) => boolean,
  ): Promise<TaskReading> => {
    for (;;) {
      const reading = ensured(await stage.telephony.describeTask(taskId));
      if (condition(reading)) return reading;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const recordsOf = (stage: Stage, reading: TaskReading) => {
    const sessionIds = reading.callees.flatMap((callee) => callee.sessionIds);
    return stage.telephony.callRecords(sessionIds, stage.now() - 60_000, stage.now() + 60_000);
  };

  describe(`${name}: orders`, () => {
    test('an order becomes one task under its exact name, and every callee is dialled once', async () => {
      const endings: Endings = new Map([
        [FIRST + 1, 'no_answer'],
        [FIRST + 2, 'busy'],
      ]);
      const stage = await openStage({ endings });
      const order = orderFor(stage, numbers(4));
      const { taskId } = ensured(await stage.telephony.createTask(order));
      expect(await found(stage, 'spring.1.1')).toMatchObject([{ taskId, calleesTotal: 4 }]);
      const reading = await readUntil(stage, taskId, (each) => each.state === 'completed');
      expect(reading.name).toBe('spring.1.1');
      expect(reading.callees.map((callee) => callee.number)).toEqual(numbers(4));
      expect(reading.callees.map((callee) => callee.state)).toEqual([
        'answered',
        'unanswered',
        'unanswered',
        'answered',
      ]);
      expect(reading.callees.map((callee) => callee.sessionIds.length)).toEqual([1, 1, 1, 1]);
      expect(stage.dials().sort()).toEqual(numbers(4));
    });

    test('call records say how each call ended, with our own data echoed', async () => {
      const endings: Endings = new Map([
        [FIRST + 1, 'no_answer'],
        [FIRST + 2, 'outside_the_table'],
      ]);
      const stage = await openStage({ endings });
      const { taskId } = ensured(await stage.telephony.createTask(orderFor(stage, numbers(3))));
      const reading = await readUntil(stage, taskId, (each) => each.state === 'completed');
      const byUui = new Map<string, CallOutcome>();
      for (const outcome of ensured(await recordsOf(stage, reading))) byUui.set(outcome.uui, outcome);
      const [answered, missed, strange] = ['row-1', 'row-2', 'row-3'].map((uui) => byUui.get(uui));
      expect(answered?.disposition).toBe('answered');
      expect(answered?.sessionId).toBe(reading.callees[0]?.sessionIds[0]);
      expect(answered?.facts.talkSeconds).toBeGreaterThan(0);
      expect(answered?.facts.ringSeconds).toBeGreaterThan(0);
      expect(answered?.facts.startedAt).toBeGreaterThan(stage.now() - 60_000);
      expect(answered?.facts.endedAt).toBeGreaterThan(answered?.facts.startedAt ?? Number.NaN);
      expect(missed?.disposition).toBe('no_answer');
      expect(missed?.facts.talkSeconds).toBe(0);
      expect(strange?.disposition).toBe('unknown');
      expect(strange?.facts.endStatus).toBeTypeOf('number');
    });

    test('records that are late, and sessions nobody knows, are simply absent', async () => {
      const stage = await openStage({ recordsLate: true });
      const { taskId } = ensured(await stage.telephony.createTask(orderFor(stage, numbers(2))));
      const reading = await readUntil(stage, taskId, (each) => each.state === 'completed');
      expect(ensured(await recordsOf(stage, reading))).toEqual([]);
      stage.showRecords();
      expect(ensured(await recordsOf(stage, reading))).toHaveLength(2);
      const nobody = await stage.telephony.callRecords(['no-such-session'], stage.now() - 1_000, stage.now());
      expect(ensured(nobody)).toEqual([]);
      expect(ensured(await stage.telephony.callRecords([], stage.now(), stage.now()))).toEqual([]);
    });

    test('a task stopped before it may dial dials nobody', async () => {
      const stage = await openStage();
      const order = orderFor(stage, numbers(3), { notBefore: stage.now() + 60_000 });
      const { taskId } = ensured(await stage.telephony.createTask(order));
      expect(ensured(await stage.telephony.describeTask(taskId)).state).toBe('initial');
      expect(ensured(await stage.telephony.stopTask(taskId))).toBe('done');
      await readUntil(stage, taskId, (each) => each.state === 'terminated' || each.state === 'completed');
      expect(stage.dials()).toEqual([]);
    });

    test('stopping or pausing what has ended counts as done', async () => {
      const stage = await openStage();
      const { taskId } = ensured(await stage.telephony.createTask(orderFor(stage, numbers(1))));
      await readUntil(stage, taskId, (each) => each.state === 'completed');
      expect(ensured(await stage.telephony.stopTask(taskId))).toBe('done');
      expect(ensured(await stage.telephony.pauseTask(taskId))).toBe('done');
      expect(ensured(await stage.telephony.resumeTask(taskId))).toBe('done');
    });

    test('a paused task begins no call, and goes on when resumed', async () => {
      const stage = await openStage();
      const order = orderFor(stage, numbers(30), { callers: stage.orderBase.callers.slice(0, 1) });
      const { taskId } = ensured(await stage.telephony.createTask(order));
      expect(ensured(await stage.telephony.pauseTask(taskId))).toBe('done');
      expect(ensured(await stage.telephony.pauseTask(taskId))).toBe('done');
      await readUntil(stage, taskId, (each) => each.callees.every((callee) => callee.state !== 'calling'));
      const before = stage.dials().length;
      expect((await readUntil(stage, taskId, () => true)).state).toBe('paused');
      expect(stage.dials().length).toBe(before);
      expect(ensured(await stage.telephony.resumeTask(taskId))).toBe('done');
      await readUntil(stage, taskId, (each) => each.state === 'completed');
      expect(stage.dials().sort()).toEqual(numbers(30));
    });

    test('a task that nobody knows is a failure that no repeat would mend', async () => {
      const stage = await openStage();
      for (const ask of ['describeTask', 'stopTask', 'pauseTask', 'resumeTask'] as const) {
        expect(failureOf(await stage.telephony[ask](123_456_789)).kind).toBe('invalid');
      }
    });

    test('a state that nobody knows is unknown, with its number', async () => {
      const stage = await openStage();
      const { taskId } = ensured(await stage.telephony.createTask(orderFor(stage, numbers(1))));
      stage.showUnknownState();
      const reading = ensured(await stage.telephony.describeTask(taskId));
      expect(reading.state).toBe('unknown');
      expect(reading.stateCode).toBeGreaterThan(5);
    });
  });

  describe(`${name}: mishaps of a submission`, () => {
    const cases: [Mishap, TelephonyFailure['kind'], tasks: number][] = [
      ['lose_reply', 'doubt', 1],
      ['lose_request', 'doubt', 0],
      ['stall', 'doubt', 0],
      ['refuse', 'refused', 0],
      ['block', 'blocked', 0],
      ['limit', 'quota', 0],
      ['reject', 'invalid', 0],
    ];
    test.each(cases)('%s is %s, and %i tasks can be found by name', async (mishap, kind, tasksTotal) => {
      const stage = await openStage();
      stage.mishap(mishap);
      const order = orderFor(stage, numbers(2), { notBefore: stage.now() + 60_000 });
      const failure = failureOf(await stage.telephony.createTask(order));
      expect(failure.kind).toBe(kind);
      expect(failure.code).not.toBe('');
      expect(failure.message).not.toMatch(/1380000/);
      expect(await found(stage, 'spring.1.1')).toHaveLength(tasksTotal);
    });

    test('with nobody listening it is refused for certain, and readings fail without an exception', async () => {
      const stage = await openStage();
      await stage.vanish();
      expect(failureOf(await stage.telephony.createTask(orderFor(stage, numbers(1)))).kind).toBe('refused');
      expect(failureOf(await stage.telephony.listTasks(0)).kind).toBe('refused');
      expect(failureOf(await stage.telephony.describeTask(1)).kind).toBe('refused');
      expect(failureOf(await stage.telephony.stopTask(1)).kind).toBe('refused');
      const records = await stage.telephony.callRecords(['s'], stage.now() - 1_000, stage.now());
      expect(failureOf(records).kind).toBe('refused');
    });
  });
}
