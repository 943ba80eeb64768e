/**
 * Predictive dialling campaigns (reference 2.2). Their Status is numbered unlike the State of auto-callout tasks: 2 is
 * paused here and completed there. Replies are tolerant, see callout.ts.
 */
import { z } from 'zod';
import { calleeAttribute, timeRange, variable } from './callout.ts';
import {
  pageNumber,
  replyList,
  replyNumber,
  replySeconds,
  replyText,
  requestInt,
  sdkAppId,
} from './scalars.ts';

/** The provider's largest pages of campaigns and of their sessions (reference 2.5). */
export const PREDICTIVE_CAMPAIGNS_PAGE_MAX = 100;
export const PREDICTIVE_SESSIONS_PAGE_MAX = 1_000;

const campaignFields = {
  SdkAppId: sdkAppId,
  /** At most 40 characters in the console; the API documents no limit. */
  Name: z.string().min(1),
  /** E.164, or national without the country code. */
  Callees: z.array(z.string()).min(1),
  Callers: z.array(z.string()).min(1),
  /** 0 random, 1 in order. */
  CallOrder: z.int().min(0).max(1),
  SkillGroupId: requestInt,
  /** 1 to 5; the API's text and the console's disagree about which end is high (reference 2.2). */
  Priority: z.int().min(1).max(5),
  /** Percent. */
  ExpectedAbandonRate: z.int().min(0).max(50),
  /** Seconds between attempts. */
  RetryInterval: z.int().min(60).max(86_400),
  /** Unix seconds. */
  StartTime: requestInt,
  EndTime: requestInt,
  IVRId: requestInt.optional(),
  /** Repeats, where Tries of a task counts attempts. */
  RetryTimes: z.int().min(0).max(2).optional(),
  Variables: z.array(variable).optional(),
  UUI: z.string().optional(),
  CalleeAttributes: z.array(calleeAttribute).optional(),
};

export const createPredictiveDialingCampaignRequest = z.strictObject({
  ...campaignFields,
  TimeZone: z.string().optional(),
  AvailableTime: z.array(timeRange).optional(),
});

export const createPredictiveDialingCampaignReply = z.object({
  CampaignId: z.int().positive(),
  RequestId: z.string().optional(),
});

/** Possible before the campaign starts only. */
export const updatePredictiveDialingCampaignRequest = z.strictObject({
  ...campaignFields,
  CampaignId: requestInt,
  ExpectedAbandonRate: z.int().min(5).max(50),
});

/** Describe, pause, resume, abort and delete of one campaign ask with the same two fields. */
export const predictiveCampaignRequest = z.strictObject({ SdkAppId: sdkAppId, CampaignId: requestInt });

export const describePredictiveDialingCampaignsRequest = z.strictObject({
  SdkAppId: sdkAppId,
  PageSize: z.int().min(1).max(PREDICTIVE_CAMPAIGNS_PAGE_MAX),
  PageNumber: pageNumber,
  /** A keyword of it. */
  Name: z.string().optional(),
  SkillGroupId: requestInt.optional(),
  CampaignId: requestInt.optional(),
});

export const predictiveCampaignElement = z.object({
  CampaignId: z.number(),
  Name: replyText,
  /** 0 ready, 1 in progress, 2 paused, 3 terminated, 4 completed. */
  Status: replyNumber,
  /** 0 normal, 1 ended manually, 2 ended by time-out. */
  StatusReason: replyNumber,
  CalleeCount: replyNumber,
  FinishedCalleeCount: replyNumber,
  Priority: replyNumber,
  SkillGroupId: replyNumber,
});

export const describePredictiveDialingCampaignsReply = z.object({
  TotalCount: replyNumber,
  CampaignList: replyList(predictiveCampaignElement),
  RequestId: z.string().optional(),
});

export const describePredictiveDialingCampaignReply = z.object({
  CampaignId: replyNumber,
  Name: replyText,
  CallOrder: replyNumber,
  SkillGroupId: replyNumber,
  IVRId: replyNumber,
  Priority: replyNumber,
  ExpectedAbandonRate: replyNumber,
  RetryTimes: replyNumber,
  RetryInterval: replyNumber,
  StartTime: replySeconds,
  EndTime: replySeconds,
  Variables: replyList(z.object({ Key: replyText, Value: replyText })),
  UUI: replyText,
  Status: replyNumber,
  StatusReason: replyNumber,
  RequestId: z.string().optional(),
});

export const describePredictiveDialingSessionsRequest = z.strictObject({
  SdkAppId: sdkAppId,
  CampaignId: requestInt,
  PageSize: z.int().min(1).max(PREDICTIVE_SESSIONS_PAGE_MAX),
  PageNumber: pageNumber,
});

export const describePredictiveDialingSessionsReply = z.object({
  TotalCount: replyNumber,
  SessionList: replyList(z.string()),
  RequestId: z.string().optional(),
});

export type CreatePredictiveDialingCampaignRequest = z.infer<typeof createPredictiveDialingCampaignRequest>;
export type UpdatePredictiveDialingCampaignRequest = z.infer<typeof updatePredictiveDialingCampaignRequest>;
export type PredictiveCampaignRequest = z.infer<typeof predictiveCampaignRequest>;
export type DescribePredictiveDialingCampaignsRequest = z.infer<
  typeof describePredictiveDialingCampaignsRequest
>;
export type DescribePredictiveDialingSessionsRequest = z.infer<
  typeof describePredictiveDialingSessionsRequest
>;
