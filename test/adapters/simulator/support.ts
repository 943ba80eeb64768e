import { afterEach } from 'vitest';
import type { SimulatorOptions } from '../../../src/adapters/simulator/simulator.ts';
import { ManualClock } from '../../support/clock.ts';
import {
  type BareReply,
  callApi,
  type RunningSimulator,
  SDK_APP_ID,
  startSimulator,
} from '../../support/simulator.ts';

const running: RunningSimulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

export interface Rig {
  readonly simulator: RunningSimulator;
  readonly clock: ManualClock;
  /** A request of the test application, signed at the clock's time. */
  call(action: string, body?: object): Promise<BareReply>;
  /** Creates a task that starts now and gives its id. */
  create(changes?: object): Promise<number>;
  taskState(taskId: number): Promise<unknown>;
  calleeStates(taskId: number): Promise<unknown[]>;
  seconds(): number;
}

/** A simulator with a hand-moved clock, closed after the test. */
export async function startRig(
  options: Partial<SimulatorOptions> & { clock?: ManualClock } = {},
): Promise<Rig> {
  const clock = options.clock ?? new ManualClock();
  const simulator = await startSimulator({ ...options, clock });
  running.push(simulator);
  const seconds = () => Math.floor(clock.now() / 1_000);
  const call = (action: string, body: object = {}) =>
    callApi(simulator.url, action, { SdkAppId: SDK_APP_ID, ...body }, { now: clock.now() });
  const describe = async (taskId: number) =>
    (await call('DescribeAutoCalloutTask', { TaskId: taskId })).fields;
  return {
    simulator,
    clock,
    call,
    seconds,
    async create(changes = {}) {
      const { code, fields } = await call('CreateAutoCalloutTask', { ...order(seconds()), ...changes });
      if (code !== 'OK') throw new Error(`create: ${code}`);
      return fields.TaskId as number;
    },
    taskState: async (taskId) => (await describe(taskId)).State,
    calleeStates: async (taskId) =>
      ((await describe(taskId)).Callees as { State: number }[]).map((each) => each.State),
  };
}

/** A task of one callee that starts at `notBefore`. */
export function order(notBefore: number) {
  return {
    Name: 'spring.1.1',
    NotBefore: notBefore,
    Callees: ['008613800000001'],
    Callers: ['008602150000001'],
    IvrId: 7,
    Tries: 1,
  };
}

/** `count` numbers of the plan's made-up range. */
export function numbers(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => `0086${13_800_000_000 + from + index}`);
}

/** Every call ends like this, after a second of set-up, ten of ringing and twenty of talk. */
export function always(...byAttempt: string[]) {
  return {
    ranges: [{ prefix: '86', byAttempt }],
    setupSeconds: [1, 1] as [number, number],
    ringSeconds: [10, 10] as [number, number],
    noAnswerSeconds: 30,
    talkSeconds: [20, 20] as [number, number],
  };
}
