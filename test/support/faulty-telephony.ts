import type { Telephony, TelephonyFailure, TelephonyResult } from '../../src/ports/telephony.ts';
import { DeathError, type FaultPlan } from './faulty-redis.ts';

const LOST: TelephonyFailure = { kind: 'doubt', code: 'network', message: 'the reply was lost on purpose' };
const UNSENT: TelephonyFailure = {
  kind: 'refused',
  code: 'network',
  message: 'nothing was sent, on purpose',
};

/** The real telephony, with calls that a plan may strike. */
export function faultyTelephony(real: Telephony, plan: FaultPlan): Telephony {
  const strike =
    <A extends unknown[], T>(call: (...args: A) => Promise<TelephonyResult<T>>) =>
    async (...args: A): Promise<TelephonyResult<T>> => {
      const fault = plan.next();
      if (fault === 'dies_before') throw new DeathError('the process is dead');
      if (fault === 'fails') return { ok: false, failure: UNSENT };
      const result = await call.apply(real, args);
      if (fault === 'dies_after') throw new DeathError('the process is dead');
      return fault === 'reply_lost' ? { ok: false, failure: LOST } : result;
    };
  return {
    createTask: strike(real.createTask),
    listTasks: strike(real.listTasks),
    describeTask: strike(real.describeTask),
    stopTask: strike(real.stopTask),
    pauseTask: strike(real.pauseTask),
    resumeTask: strike(real.resumeTask),
    callRecords: strike(real.callRecords),
  };
}
