/** Single calls: made, watched while they last, looked up and ended (reference 2.1, 2.3). Replies are tolerant, see callout.ts. */
import { z } from 'zod';
import { variable } from './callout.ts';
import { ivrKeyPressed } from './records.ts';
import {
  replyCode,
  replyList,
  replyNumber,
  replyObject,
  replySeconds,
  replyText,
  requestInt,
  sdkAppId,
} from './scalars.ts';

/** The provider's largest page of live calls (reference 2.5). */
export const ACTIVE_SESSIONS_PAGE_MAX = 25;

/** One call, at once. Mind the spelling of `IVRId`, which is `IvrId` everywhere in tasks. */
export const createIVRSessionRequest = z.strictObject({
  SdkAppId: sdkAppId,
  Callee: z.string().min(1),
  IVRId: requestInt,
  Callers: z.array(z.string()).optional(),
  Variables: z.array(variable).optional(),
  UUI: z.string().optional(),
  /** Own (BYOC) numbers only. */
  MaxRingTimeoutSecond: requestInt.optional(),
});

export const createIVRSessionReply = z.object({
  SessionId: z.string().min(1),
  RequestId: z.string().optional(),
});

/** One call by its id: for looking at it and for ending it. */
export const sessionRequest = z.strictObject({ SdkAppId: sdkAppId, SessionId: z.string().min(1) });

/**
 * A call as it is now. The id is `SessionID` here, `SessionId` everywhere else. The list of live calls writes its
 * times as text, the look at one call as numbers; both are read.
 */
export const pstnSessionInfo = z.object({
  SessionID: z.string(),
  RoomID: replyText,
  Caller: replyText,
  Callee: replyText,
  StartTimestamp: replySeconds,
  RingTimestamp: replySeconds,
  AcceptTimestamp: replySeconds,
  StaffEmail: replyText,
  StaffNumber: replyText,
  /** ringing, seatJoining, inProgress or finished; another word stays what it is. */
  SessionStatus: replyText,
  /** 0 inbound, 1 outbound. */
  Direction: replyNumber,
  ProtectedCaller: replyText,
  ProtectedCallee: replyText,
});

export const pstnSession = pstnSessionInfo.extend({ OutBoundCaller: replyText, OutBoundCallee: replyText });

export const describeTelSessionReply = z.object({
  Session: replyObject(pstnSession),
  RequestId: z.string().optional(),
});

/** Offset and Limit, unlike every other list. */
export const describePSTNActiveSessionListRequest = z.strictObject({
  SdkAppId: sdkAppId,
  Offset: z.int().min(0),
  Limit: z.int().min(1).max(ACTIVE_SESSIONS_PAGE_MAX),
});

/** `Total`, unlike the `TotalCount` of other lists. */
export const describePSTNActiveSessionListReply = z.object({
  Total: replyNumber,
  Sessions: replyList(pstnSessionInfo),
  RequestId: z.string().optional(),
});

/** Asked for with `StartTimestamp`, where DescribeTelCdr has `StartTimeStamp`; the same limits of width and age. */
export const describeSessionDetailRequest = z.strictObject({
  SdkAppId: sdkAppId,
  SessionId: z.string().min(1),
  StartTimestamp: requestInt,
  EndTimestamp: requestInt,
});

/** What happened during a call; kept as it comes, since the reference names no fields. */
const sessionEvent = z.looseObject({});

/** The links to recordings expire: fetch within 24 hours, store none of them. */
export const describeSessionDetailReply = z.object({
  Caller: replyText,
  Callee: replyText,
  CallType: replyNumber,
  StartTimeStamp: replySeconds,
  RingTimestamp: replySeconds,
  AcceptTimestamp: replySeconds,
  EndedTimestamp: replySeconds,
  QueuedTimestamp: replySeconds,
  EndStatus: replyCode,
  HungUpSide: replyText,
  UUI: replyText,
  IVRKeyPressed: replyList(ivrKeyPressed),
  PostIVRKeyPressed: replyList(ivrKeyPressed),
  RecordURL: replyText,
  CustomRecordURL: replyText,
  AsrURL: replyText,
  Events: replyList(sessionEvent),
  RequestId: z.string().optional(),
});

export type CreateIVRSessionRequest = z.infer<typeof createIVRSessionRequest>;
export type SessionRequest = z.infer<typeof sessionRequest>;
export type DescribePSTNActiveSessionListRequest = z.infer<typeof describePSTNActiveSessionListRequest>;
export type DescribeSessionDetailRequest = z.infer<typeof describeSessionDetailRequest>;
