/** The provider's actions, one row each: everything that differs between them. To use a further action, add its row. */
import type { z } from 'zod';
import { REQUESTS_PER_SECOND } from '../../core/limits.ts';
import { telCdrReply } from './record-reply.ts';
import {
  createAutoCalloutTaskReply,
  createAutoCalloutTaskRequest,
  describeAutoCalloutTaskReply,
  describeAutoCalloutTasksReply,
  describeAutoCalloutTasksRequest,
  taskRequest,
} from './schema/callout.ts';
import { emptyReply } from './schema/envelope.ts';
import { describeProtectedTelCdrRequest, describeTelCdrRequest } from './schema/records.ts';

interface ActionRow<Request extends z.ZodType, Reply extends z.ZodType> {
  readonly request: Request;
  readonly reply: Reply;
  /** A reading may be sent again when its outcome is in doubt; a write never is. */
  readonly effect: 'read' | 'write';
  /** The provider's quota for this action (reference section 2). */
  readonly requestsPerSecond: number;
  /** How a long answer is cut (reference 2.5). */
  readonly paging: 'none' | 'page_number' | 'offset';
}

function action<Request extends z.ZodType, Reply extends z.ZodType>(
  request: Request,
  reply: Reply,
  effect: 'read' | 'write',
  paging: 'none' | 'page_number' | 'offset' = 'none',
  requestsPerSecond: number = REQUESTS_PER_SECOND,
): ActionRow<Request, Reply> {
  return { request, reply, effect, requestsPerSecond, paging };
}

export const ACTIONS = {
  CreateAutoCalloutTask: action(createAutoCalloutTaskRequest, createAutoCalloutTaskReply, 'write'),
  DescribeAutoCalloutTask: action(taskRequest, describeAutoCalloutTaskReply, 'read'),
  DescribeAutoCalloutTasks: action(
    describeAutoCalloutTasksRequest,
    describeAutoCalloutTasksReply,
    'read',
    'page_number',
  ),
  StopAutoCalloutTask: action(taskRequest, emptyReply, 'write'),
  PauseAutoCalloutTask: action(taskRequest, emptyReply, 'write'),
  ResumeAutoCalloutTask: action(taskRequest, emptyReply, 'write'),
  DescribeTelCdr: action(describeTelCdrRequest, telCdrReply, 'read', 'page_number'),
  DescribeProtectedTelCdr: action(describeProtectedTelCdrRequest, telCdrReply, 'read', 'page_number'),
} as const;

export type ActionName = keyof typeof ACTIONS;
/** The parameters of an action, as its schema takes them. */
export type RequestOf<A extends ActionName> = z.input<(typeof ACTIONS)[A]['request']>;
/** The reply of an action, as its schema gives it. */
export type ReplyOf<A extends ActionName> = z.output<(typeof ACTIONS)[A]['reply']>;

/** What the client needs to know of an action, with its types tied to its name. */
export interface ActionFacts<A extends ActionName> {
  readonly request: z.ZodType<unknown, RequestOf<A>>;
  readonly reply: z.ZodType<ReplyOf<A>>;
  readonly effect: 'read' | 'write';
  readonly requestsPerSecond: number;
}

const FACTS: { readonly [A in ActionName]: ActionFacts<A> } = ACTIONS;

/** The row of an action. */
export function actionFacts<A extends ActionName>(name: A): ActionFacts<A> {
  return FACTS[name];
}
