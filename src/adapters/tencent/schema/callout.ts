/**
 * Auto-callout tasks on the wire (reference 2.1). Requests are strict: an undeclared field can be refused as
 * UnknownParameter (reference 1.4). Replies are tolerant: unknown fields are dropped, null lists are empty,
 * and numbers of states that the reference does not have stay what they are.
 */
import { z } from 'zod';
import { pageNumber, replyList, replyNumber, replyText, requestInt, sdkAppId } from './scalars.ts';

/** A value that the IVR or agent flow may use; advanced edition only. */
export const variable = z.strictObject({ Key: z.string(), Value: z.string() });

/** What travels with the call of one callee; overrides the UUI and Variables of the task. */
export const calleeAttribute = z.strictObject({
  Callee: z.string(),
  UUI: z.string().optional(),
  Variables: z.array(variable).optional(),
});

/** `HH:mm:ss` to `HH:mm:ss`. */
export const timeRange = z.strictObject({ StartTime: z.string(), EndTime: z.string() });

/** DayType is EveryDay, BusinessDay, Holiday or Custom; DaysOfWeek (Monday to Sunday) belongs to Custom. */
export const availableTimeConfig = z.strictObject({
  DayType: z.string().optional(),
  DaysOfWeek: z.array(z.string()).optional(),
  TimeRanges: z.array(timeRange).optional(),
});

export const createAutoCalloutTaskRequest = z.strictObject({
  SdkAppId: sdkAppId,
  /** Unix seconds. */
  NotBefore: requestInt,
  /** Unix seconds; absent or 0 is "no end". */
  NotAfter: requestInt.optional(),
  Callees: z.array(z.string()).min(1),
  Callers: z.array(z.string()).min(1),
  /** One of IvrId and AIAgentId is needed. */
  IvrId: requestInt.optional(),
  AIAgentId: requestInt.optional(),
  Name: z.string().optional(),
  Description: z.string().optional(),
  /** Attempts, not repeats: 1 is "never again". */
  Tries: z.int().min(1).max(3).optional(),
  /** Seconds between attempts. */
  RetryInterval: z.int().min(600).max(86_400).optional(),
  Variables: z.array(variable).optional(),
  UUI: z.string().optional(),
  CalleeAttributes: z.array(calleeAttribute).optional(),
  TimeZone: z.string().optional(),
  AvailableTime: z.array(timeRange).optional(),
  AvailableWorkTimeConfig: z.array(availableTimeConfig).optional(),
  /** Own (BYOC) numbers only. */
  MaxRingTimeoutSecond: requestInt.optional(),
  /** AI-agent tasks only. */
  RetryHangupTypes: z.array(z.string()).optional(),
  RetryTags: z.array(z.strictObject({ TagName: z.string(), TagValue: z.string() })).optional(),
  TriggerStrategy: z.array(z.looseObject({})).optional(),
  ConcurrencyLimit: requestInt.optional(),
});

export const createAutoCalloutTaskReply = z.object({
  TaskId: z.int().positive(),
  RequestId: z.string().optional(),
});

/** Describe, stop, pause and resume of one task ask with the same two fields. */
export const taskRequest = z.strictObject({ SdkAppId: sdkAppId, TaskId: requestInt });

/** `Sessions` is absent in older samples; presumably one id per attempt, in no documented order (reference 3.3). */
export const autoCalloutTaskCalleeInfo = z.object({
  Callee: z.string(),
  State: z.number(),
  Sessions: replyList(z.string()),
});

/** Does not return Tries, RetryInterval, UUI, Variables or TimeZone. All callees come at once, unpaged. */
export const describeAutoCalloutTaskReply = z.object({
  Name: replyText,
  Description: replyText,
  NotBefore: replyNumber,
  NotAfter: replyNumber,
  Callers: replyList(z.string()),
  Callees: replyList(autoCalloutTaskCalleeInfo),
  IvrId: replyNumber,
  State: z.number(),
  MaxRingTimeoutSecond: replyNumber,
  RequestId: z.string().optional(),
});

/** No filters; the cap of PageSize is undocumented. */
export const describeAutoCalloutTasksRequest = z.strictObject({
  SdkAppId: sdkAppId,
  PageSize: z.int().min(1),
  PageNumber: pageNumber,
});

export const autoCalloutTaskInfo = z.object({
  TaskId: z.int(),
  Name: replyText,
  CalleeCount: replyNumber,
  Callers: replyList(z.string()),
  NotBefore: replyNumber,
  NotAfter: replyNumber,
  IvrId: replyNumber,
  State: z.number(),
  MaxRingTimeoutSecond: replyNumber,
});

export const describeAutoCalloutTasksReply = z.object({
  TotalCount: z.number(),
  Tasks: replyList(autoCalloutTaskInfo),
  RequestId: z.string().optional(),
});

export type Variable = z.infer<typeof variable>;
export type TimeRange = z.infer<typeof timeRange>;
export type AvailableTimeConfig = z.infer<typeof availableTimeConfig>;
export type CalleeAttribute = z.infer<typeof calleeAttribute>;
export type CreateAutoCalloutTaskRequest = z.infer<typeof createAutoCalloutTaskRequest>;
export type CreateAutoCalloutTaskReply = z.infer<typeof createAutoCalloutTaskReply>;
export type TaskRequest = z.infer<typeof taskRequest>;
export type AutoCalloutTaskCalleeInfo = z.infer<typeof autoCalloutTaskCalleeInfo>;
export type DescribeAutoCalloutTaskReply = z.infer<typeof describeAutoCalloutTaskReply>;
export type DescribeAutoCalloutTasksRequest = z.infer<typeof describeAutoCalloutTasksRequest>;
export type AutoCalloutTaskInfo = z.infer<typeof autoCalloutTaskInfo>;
export type DescribeAutoCalloutTasksReply = z.infer<typeof describeAutoCalloutTasksReply>;
