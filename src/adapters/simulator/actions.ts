/**
 * Every action the simulator speaks, one row each. To add one: its request schema in tencent/schema, a function
 * on the world, a row here.
 */
import type { z } from 'zod';
import * as audio from '../tencent/schema/audio.ts';
import * as callout from '../tencent/schema/callout.ts';
import * as metrics from '../tencent/schema/metrics.ts';
import * as numbers from '../tencent/schema/numbers.ts';
import * as predictive from '../tencent/schema/predictive.ts';
import * as records from '../tencent/schema/records.ts';
import * as sessions from '../tencent/schema/sessions.ts';
import * as staff from '../tencent/schema/staff.ts';
import * as audioActions from './audio-actions.ts';
import * as calloutActions from './callout-actions.ts';
import * as numberActions from './number-actions.ts';
import * as predictiveActions from './predictive-actions.ts';
import * as recordActions from './record-actions.ts';
import { Refusal, refusalOf } from './refusal.ts';
import * as sessionActions from './session-actions.ts';
import * as staffActions from './staff-actions.ts';

/** A request that passed its schema, ready to be carried out. */
export type Admitted = (context: calloutActions.ActionContext) => Readonly<Record<string, unknown>>;

/** Checks a body and gives what carries it out; throws a Refusal for a body that does not fit. */
type Action = (body: unknown, sdkAppIds: readonly number[] | undefined) => Admitted;

function action<S extends z.ZodType<{ SdkAppId?: number; SdkAppIds?: number[] | undefined }>>(
  schema: S,
  run: (context: calloutActions.ActionContext, request: z.output<S>) => Readonly<Record<string, unknown>>,
): Action {
  return (body, sdkAppIds) => {
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw refusalOf(parsed.error, body);
    const { SdkAppId, SdkAppIds = [] } = parsed.data;
    const named = SdkAppId === undefined ? SdkAppIds : [SdkAppId, ...SdkAppIds];
    if (sdkAppIds !== undefined && !named.every((id) => sdkAppIds.includes(id))) {
      throw new Refusal(
        'InvalidParameterValue.InstanceNotExist',
        'The parameter SdkAppId names no application.',
      );
    }
    return (context) => run(context, parsed.data);
  };
}

export const ACTIONS: ReadonlyMap<string, Action> = new Map([
  [
    'CreateAutoCalloutTask',
    action(callout.createAutoCalloutTaskRequest, calloutActions.createAutoCalloutTask),
  ],
  ['DescribeAutoCalloutTask', action(callout.taskRequest, calloutActions.describeAutoCalloutTask)],
  [
    'DescribeAutoCalloutTasks',
    action(callout.describeAutoCalloutTasksRequest, calloutActions.describeAutoCalloutTasks),
  ],
  ['StopAutoCalloutTask', action(callout.taskRequest, calloutActions.stopAutoCalloutTask)],
  ['PauseAutoCalloutTask', action(callout.taskRequest, calloutActions.pauseAutoCalloutTask)],
  ['ResumeAutoCalloutTask', action(callout.taskRequest, calloutActions.resumeAutoCalloutTask)],
  ['CreateIVRSession', action(sessions.createIVRSessionRequest, sessionActions.createIVRSession)],
  [
    'CreatePredictiveDialingCampaign',
    action(
      predictive.createPredictiveDialingCampaignRequest,
      predictiveActions.createPredictiveDialingCampaign,
    ),
  ],
  [
    'UpdatePredictiveDialingCampaign',
    action(
      predictive.updatePredictiveDialingCampaignRequest,
      predictiveActions.updatePredictiveDialingCampaign,
    ),
  ],
  [
    'DescribePredictiveDialingCampaigns',
    action(
      predictive.describePredictiveDialingCampaignsRequest,
      predictiveActions.describePredictiveDialingCampaigns,
    ),
  ],
  [
    'DescribePredictiveDialingCampaign',
    action(predictive.predictiveCampaignRequest, predictiveActions.describePredictiveDialingCampaign),
  ],
  [
    'DescribePredictiveDialingSessions',
    action(
      predictive.describePredictiveDialingSessionsRequest,
      predictiveActions.describePredictiveDialingSessions,
    ),
  ],
  [
    'PausePredictiveDialingCampaign',
    action(predictive.predictiveCampaignRequest, predictiveActions.pausePredictiveDialingCampaign),
  ],
  [
    'ResumePredictiveDialingCampaign',
    action(predictive.predictiveCampaignRequest, predictiveActions.resumePredictiveDialingCampaign),
  ],
  [
    'AbortPredictiveDialingCampaign',
    action(predictive.predictiveCampaignRequest, predictiveActions.abortPredictiveDialingCampaign),
  ],
  [
    'DeletePredictiveDialingCampaign',
    action(predictive.predictiveCampaignRequest, predictiveActions.deletePredictiveDialingCampaign),
  ],
  ['DescribeTelCdr', action(records.describeTelCdrRequest, recordActions.describeTelCdr)],
  [
    'DescribeProtectedTelCdr',
    action(records.describeProtectedTelCdrRequest, recordActions.describeProtectedTelCdr),
  ],
  ['DescribeTelSession', action(sessions.sessionRequest, sessionActions.describeTelSession)],
  [
    'DescribePSTNActiveSessionList',
    action(sessions.describePSTNActiveSessionListRequest, sessionActions.describePSTNActiveSessionList),
  ],
  [
    'DescribeSessionDetail',
    action(sessions.describeSessionDetailRequest, sessionActions.describeSessionDetail),
  ],
  ['HangUpCall', action(sessions.sessionRequest, sessionActions.hangUpCall)],
  ['DescribeNumbers', action(numbers.describeNumbersRequest, numberActions.describeNumbers)],
  [
    'DescribeCCCBuyInfoList',
    action(numbers.describeCCCBuyInfoListRequest, numberActions.describeCCCBuyInfoList),
  ],
  ['CreateStaff', action(staff.createStaffRequest, staffActions.createStaff)],
  ['DescribeStaffInfoList', action(staff.describeStaffInfoListRequest, staffActions.describeStaffInfoList)],
  [
    'DescribeSkillGroupInfoList',
    action(staff.describeSkillGroupInfoListRequest, staffActions.describeSkillGroupInfoList),
  ],
  [
    'BindStaffSkillGroupList',
    action(staff.bindStaffSkillGroupListRequest, staffActions.bindStaffSkillGroupList),
  ],
  ['DescribeExtensions', action(staff.describeExtensionsRequest, staffActions.describeExtensions)],
  [
    'DescribeStaffStatusMetrics',
    action(metrics.describeStaffStatusMetricsRequest, staffActions.describeStaffStatusMetrics),
  ],
  ['DescribeCallInMetrics', action(metrics.describeCallInMetricsRequest, staffActions.describeCallInMetrics)],
  ['DescribeIvrAudioList', action(audio.describeIvrAudioListRequest, audioActions.describeIvrAudioList)],
  ['UploadIvrAudio', action(audio.uploadIvrAudioRequest, audioActions.uploadIvrAudio)],
]);
