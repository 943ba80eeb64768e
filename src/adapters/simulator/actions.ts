/**
 * Every action the simulator speaks, one row each. To add one: its request schema in tencent/schema, a function
 * on the world, a row here.
 */
import type { z } from 'zod';
import {
  createAutoCalloutTaskRequest,
  describeAutoCalloutTasksRequest,
  taskRequest,
} from '../tencent/schema/callout.ts';
import { describeProtectedTelCdrRequest, describeTelCdrRequest } from '../tencent/schema/records.ts';
import {
  type ActionContext,
  createAutoCalloutTask,
  describeAutoCalloutTask,
  describeAutoCalloutTasks,
  pauseAutoCalloutTask,
  resumeAutoCalloutTask,
  stopAutoCalloutTask,
} from './callout-actions.ts';
import { describeProtectedTelCdr, describeTelCdr } from './record-actions.ts';
import { Refusal, refusalOf } from './refusal.ts';

/** A request that passed its schema, ready to be carried out. */
export type Admitted = (context: ActionContext) => Readonly<Record<string, unknown>>;

/** Checks a body and gives what carries it out; throws a Refusal for a body that does not fit. */
type Action = (body: unknown, sdkAppIds: readonly number[] | undefined) => Admitted;

function action<S extends z.ZodType<{ SdkAppId: number }>>(
  schema: S,
  run: (context: ActionContext, request: z.output<S>) => Readonly<Record<string, unknown>>,
): Action {
  return (body, sdkAppIds) => {
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw refusalOf(parsed.error, body);
    if (sdkAppIds !== undefined && !sdkAppIds.includes(parsed.data.SdkAppId)) {
      throw new Refusal(
        'InvalidParameterValue.InstanceNotExist',
        'The parameter SdkAppId names no application.',
      );
    }
    return (context) => run(context, parsed.data);
  };
}

export const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ['CreateAutoCalloutTask', action(createAutoCalloutTaskRequest, createAutoCalloutTask)],
  ['DescribeAutoCalloutTask', action(taskRequest, describeAutoCalloutTask)],
  ['DescribeAutoCalloutTasks', action(describeAutoCalloutTasksRequest, describeAutoCalloutTasks)],
  ['StopAutoCalloutTask', action(taskRequest, stopAutoCalloutTask)],
  ['PauseAutoCalloutTask', action(taskRequest, pauseAutoCalloutTask)],
  ['ResumeAutoCalloutTask', action(taskRequest, resumeAutoCalloutTask)],
  ['DescribeTelCdr', action(describeTelCdrRequest, describeTelCdr)],
  ['DescribeProtectedTelCdr', action(describeProtectedTelCdrRequest, describeProtectedTelCdr)],
]);
