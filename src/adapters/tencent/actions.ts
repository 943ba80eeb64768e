/** The provider's actions, one row each: everything that differs between them. To use a further action, add its row. */
import type { z } from 'zod';
import { REQUESTS_PER_SECOND } from '../../core/limits.ts';
import { telCdrReply } from './record-reply.ts';
import * as audio from './schema/audio.ts';
import * as callout from './schema/callout.ts';
import { emptyReply } from './schema/envelope.ts';
import * as metrics from './schema/metrics.ts';
import * as numbers from './schema/numbers.ts';
import * as predictive from './schema/predictive.ts';
import * as records from './schema/records.ts';
import * as sessions from './schema/sessions.ts';
import * as staff from './schema/staff.ts';

interface ActionRow<Request extends z.ZodType, Reply extends z.ZodType> {
  readonly request: Request;
  readonly reply: Reply;
  /** A reading may be sent again when its outcome is in doubt; a write never is. */
  readonly effect: 'read' | 'write';
  /** The provider's quota for this action (reference section 2). */
  readonly requestsPerSecond: number;
  /** How a long answer is cut (reference 2.5). */
  readonly paging: 'none' | 'page_number' | 'offset';
  /** The largest page; undefined where the answer is whole, or the provider documents no cap. */
  readonly pageSizeMax: number | undefined;
}

/** `pages`: the largest page, `uncapped` where none is documented, or left out for an answer that comes whole. */
function action<Request extends z.ZodType, Reply extends z.ZodType>(
  request: Request,
  reply: Reply,
  effect: 'read' | 'write',
  pages?: number | 'uncapped',
): ActionRow<Request, Reply> {
  return {
    request,
    reply,
    effect,
    requestsPerSecond: REQUESTS_PER_SECOND,
    paging: pages === undefined ? 'none' : 'page_number',
    pageSizeMax: pages === 'uncapped' ? undefined : pages,
  };
}

export const ACTIONS = {
  CreateAutoCalloutTask: action(
    callout.createAutoCalloutTaskRequest,
    callout.createAutoCalloutTaskReply,
    'write',
  ),
  DescribeAutoCalloutTask: action(callout.taskRequest, callout.describeAutoCalloutTaskReply, 'read'),
  DescribeAutoCalloutTasks: action(
    callout.describeAutoCalloutTasksRequest,
    callout.describeAutoCalloutTasksReply,
    'read',
    'uncapped',
  ),
  StopAutoCalloutTask: action(callout.taskRequest, emptyReply, 'write'),
  PauseAutoCalloutTask: action(callout.taskRequest, emptyReply, 'write'),
  ResumeAutoCalloutTask: action(callout.taskRequest, emptyReply, 'write'),
  CreateIVRSession: action(sessions.createIVRSessionRequest, sessions.createIVRSessionReply, 'write'),

  CreatePredictiveDialingCampaign: action(
    predictive.createPredictiveDialingCampaignRequest,
    predictive.createPredictiveDialingCampaignReply,
    'write',
  ),
  UpdatePredictiveDialingCampaign: action(
    predictive.updatePredictiveDialingCampaignRequest,
    emptyReply,
    'write',
  ),
  DescribePredictiveDialingCampaigns: action(
    predictive.describePredictiveDialingCampaignsRequest,
    predictive.describePredictiveDialingCampaignsReply,
    'read',
    predictive.PREDICTIVE_CAMPAIGNS_PAGE_MAX,
  ),
  DescribePredictiveDialingCampaign: action(
    predictive.predictiveCampaignRequest,
    predictive.describePredictiveDialingCampaignReply,
    'read',
  ),
  DescribePredictiveDialingSessions: action(
    predictive.describePredictiveDialingSessionsRequest,
    predictive.describePredictiveDialingSessionsReply,
    'read',
    predictive.PREDICTIVE_SESSIONS_PAGE_MAX,
  ),
  PausePredictiveDialingCampaign: action(predictive.predictiveCampaignRequest, emptyReply, 'write'),
  ResumePredictiveDialingCampaign: action(predictive.predictiveCampaignRequest, emptyReply, 'write'),
  AbortPredictiveDialingCampaign: action(predictive.predictiveCampaignRequest, emptyReply, 'write'),
  DeletePredictiveDialingCampaign: action(predictive.predictiveCampaignRequest, emptyReply, 'write'),

  DescribeTelCdr: action(records.describeTelCdrRequest, telCdrReply, 'read', records.RECORDS_PAGE_SIZE_MAX),
  DescribeProtectedTelCdr: action(
    records.describeProtectedTelCdrRequest,
    telCdrReply,
    'read',
    records.RECORDS_PAGE_SIZE_MAX,
  ),
  DescribeTelSession: action(sessions.sessionRequest, sessions.describeTelSessionReply, 'read'),
  DescribePSTNActiveSessionList: {
    ...action(
      sessions.describePSTNActiveSessionListRequest,
      sessions.describePSTNActiveSessionListReply,
      'read',
      sessions.ACTIVE_SESSIONS_PAGE_MAX,
    ),
    paging: 'offset',
  },
  DescribeSessionDetail: action(
    sessions.describeSessionDetailRequest,
    sessions.describeSessionDetailReply,
    'read',
  ),
  HangUpCall: action(sessions.sessionRequest, emptyReply, 'write'),

  DescribeNumbers: action(numbers.describeNumbersRequest, numbers.describeNumbersReply, 'read', 'uncapped'),
  DescribeCCCBuyInfoList: action(
    numbers.describeCCCBuyInfoListRequest,
    numbers.describeCCCBuyInfoListReply,
    'read',
  ),
  CreateStaff: action(staff.createStaffRequest, staff.createStaffReply, 'write'),
  DescribeStaffInfoList: action(
    staff.describeStaffInfoListRequest,
    staff.describeStaffInfoListReply,
    'read',
    staff.STAFF_PAGE_SIZE_MAX,
  ),
  DescribeSkillGroupInfoList: action(
    staff.describeSkillGroupInfoListRequest,
    staff.describeSkillGroupInfoListReply,
    'read',
    staff.SKILL_GROUPS_PAGE_SIZE_MAX,
  ),
  BindStaffSkillGroupList: action(staff.bindStaffSkillGroupListRequest, emptyReply, 'write'),
  DescribeStaffStatusMetrics: action(
    metrics.describeStaffStatusMetricsRequest,
    metrics.describeStaffStatusMetricsReply,
    'read',
  ),
  DescribeExtensions: action(
    staff.describeExtensionsRequest,
    staff.describeExtensionsReply,
    'read',
    'uncapped',
  ),
  DescribeCallInMetrics: action(
    metrics.describeCallInMetricsRequest,
    metrics.describeCallInMetricsReply,
    'read',
  ),
  DescribeIvrAudioList: action(
    audio.describeIvrAudioListRequest,
    audio.describeIvrAudioListReply,
    'read',
    audio.AUDIO_PAGE_SIZE_MAX,
  ),
  UploadIvrAudio: action(audio.uploadIvrAudioRequest, audio.uploadIvrAudioReply, 'write'),
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
  readonly paging: ActionRow<z.ZodType, z.ZodType>['paging'];
  readonly pageSizeMax: number | undefined;
}

const FACTS: { readonly [A in ActionName]: ActionFacts<A> } = ACTIONS;

/** The row of an action. */
export function actionFacts<A extends ActionName>(name: A): ActionFacts<A> {
  return FACTS[name];
}
