/** How busy agents and inbound lines are just now (reference 2.4). Replies are tolerant, see callout.ts. */
import { z } from 'zod';
import {
  replyFlag,
  replyList,
  replyNumber,
  replyObject,
  replySeconds,
  replyText,
  requestInt,
  sdkAppId,
} from './scalars.ts';

/** Unpaged. `StatusList`: free, busy, rest, notReady, afterCallWork, offline. */
export const describeStaffStatusMetricsRequest = z.strictObject({
  SdkAppId: sdkAppId,
  StaffList: z.array(z.string()).optional(),
  GroupIdList: z.array(requestInt).optional(),
  StatusList: z.array(z.string()).optional(),
});

/** The agent's address is `Email` here, `Mail` everywhere else. Durations in seconds of today. */
export const staffStatusMetrics = z.object({
  Email: replyText,
  Status: replyText,
  /** `Type`: im, tel or all; `Direct`: in or out. */
  StatusExtra: replyObject(z.object({ Type: replyText, Direct: replyText })),
  OnlineDuration: replyNumber,
  FreeDuration: replyNumber,
  BusyDuration: replyNumber,
  NotReadyDuration: replyNumber,
  RestDuration: replyNumber,
  AfterCallWorkDuration: replyNumber,
  Reason: replyText,
  ReserveRest: replyFlag,
  ReserveNotReady: replyFlag,
  UseMobileAccept: replyNumber,
  UseMobileCallOut: replyFlag,
  LastOnlineTimestamp: replySeconds,
  LastStatusTimestamp: replySeconds,
  ClientInfo: replyText.catch(''),
});

export const describeStaffStatusMetricsReply = z.object({
  Metrics: replyList(staffStatusMetrics),
  RequestId: z.string().optional(),
});

/** Inbound only. `EnabledSkillGroup` defaults to true, `EnabledNumber` to false. */
export const describeCallInMetricsRequest = z.strictObject({
  SdkAppId: sdkAppId,
  EnabledSkillGroup: z.boolean().optional(),
  EnabledNumber: z.boolean().optional(),
  GroupIdList: z.array(requestInt).optional(),
});

export const callInMetrics = z.object({
  IvrCount: replyNumber,
  QueueCount: replyNumber,
  RingCount: replyNumber,
  AcceptCount: replyNumber,
  TransferOuterCount: replyNumber,
  MaxQueueDuration: replyNumber,
  AvgQueueDuration: replyNumber,
  MaxRingDuration: replyNumber,
  AvgRingDuration: replyNumber,
  MaxAcceptDuration: replyNumber,
  AvgAcceptDuration: replyNumber,
});

export const callInSkillGroupMetrics = z.object({
  SkillGroupId: replyNumber,
  Name: replyText,
  Metrics: replyObject(callInMetrics),
});

export const callInNumberMetrics = z.object({
  Number: replyText,
  Metrics: replyObject(callInMetrics),
  SkillGroupMetrics: replyList(callInSkillGroupMetrics),
});

export const describeCallInMetricsReply = z.object({
  Timestamp: replySeconds,
  TotalMetrics: replyObject(callInMetrics),
  NumberMetrics: replyList(callInNumberMetrics),
  SkillGroupMetrics: replyList(callInSkillGroupMetrics),
  RequestId: z.string().optional(),
});

export type DescribeStaffStatusMetricsRequest = z.infer<typeof describeStaffStatusMetricsRequest>;
export type DescribeCallInMetricsRequest = z.infer<typeof describeCallInMetricsRequest>;
