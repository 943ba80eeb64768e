/** Call records on the wire (reference 2.3). Replies are tolerant, see callout.ts. */
import { z } from 'zod';
import { pageNumber, replyList, replyNumber, replyText, requestInt, sdkAppId } from './scalars.ts';

/** The provider's largest page of call records (reference 2.5). */
export const RECORDS_PAGE_SIZE_MAX = 100;

/**
 * The window is always needed, also beside SessionIds: less than 90 days wide, at most 180 days back, in Unix
 * seconds. Mind the spelling of the two. The deprecated InstanceId, Limit and Offset are declared, not used.
 */
export const describeTelCdrRequest = z.strictObject({
  StartTimeStamp: requestInt,
  EndTimeStamp: requestInt,
  SdkAppId: sdkAppId,
  PageSize: z.int().min(1),
  PageNumber: pageNumber,
  Phones: z.array(z.string()).optional(),
  SessionIds: z.array(z.string()).optional(),
  InstanceId: z.int().optional(),
  Limit: z.int().optional(),
  Offset: z.int().optional(),
});

/** The same without filters, for applications with number protection. */
export const describeProtectedTelCdrRequest = describeTelCdrRequest.pick({
  StartTimeStamp: true,
  EndTimeStamp: true,
  SdkAppId: true,
  PageSize: true,
  PageNumber: true,
});

/** One key a callee pressed. `Timestamp` is in milliseconds, unlike every other time of a record. */
export const ivrKeyPressed = z.object({
  Key: replyText,
  Label: replyText,
  Timestamp: replyNumber,
  NodeLabel: replyText,
  OriginalContent: replyText,
  TTSPrompt: replyText,
});

/** A text that is taken where it is one, for fields whose type the reference does not give. */
const textIfAny = z
  .string()
  .nullish()
  .catch('')
  .transform((text) => text ?? '');

/** An agent who had a part in a call; of both kinds that records name, the fields that tell who it was. */
const agent = z
  .object({ Mail: textIfAny, Name: textIfAny, SkillGroupName: textIfAny, AcceptTimestamp: replyNumber })
  .nullish()
  .catch(undefined)
  .transform((value) => value ?? undefined);

/** One record: the fields a campaign needs. Times in Unix seconds, 0 for a phase that did not happen. */
export const telCdrInfo = z.object({
  SessionId: z.string(),
  Caller: replyText,
  Callee: replyText,
  /** Opaque ids that stand for the numbers when number protection is on. */
  ProtectedCaller: replyText,
  ProtectedCallee: replyText,
  Direction: replyNumber,
  CallType: replyNumber,
  Time: replyNumber,
  StartTimestamp: replyNumber,
  RingTimestamp: replyNumber,
  AcceptTimestamp: replyNumber,
  EndedTimestamp: replyNumber,
  QueuedTimestamp: replyNumber,
  /** Seconds from accept to end. */
  Duration: replyNumber,
  /** Undefined when the record does not say; a code outside the reference stays a number. */
  EndStatus: z
    .number()
    .nullish()
    .transform((code) => code ?? undefined),
  EndStatusString: replyText,
  /** `seat`, `user` or `system`. */
  HungUpSide: replyText,
  UUI: replyText,
  /** Deprecated twin of UUI. */
  Uui: replyText,
  IVRDuration: replyNumber,
  IVRKeyPressed: replyList(z.string()),
  IVRKeyPressedEx: replyList(ivrKeyPressed),
  PostIVRKeyPressedEx: replyList(ivrKeyPressed),
  RecordURL: replyText,
  RecordId: replyText,
  CustomRecordURL: replyText,
  /** Link of the transcript; empty while there is none. */
  AsrUrl: textIfAny,
  /** Name of the skill group: the queue that the call went through. */
  SkillGroup: textIfAny,
  QueuedSkillGroupName: textIfAny,
  SeatUser: agent,
  ServeParticipants: replyList(agent),
  AIAgentId: replyNumber,
});

/** Read TelCdrList; TelCdrs is its deprecated twin, for services that still give only that one. */
export const describeTelCdrReply = z.object({
  TotalCount: replyNumber,
  TelCdrList: replyList(telCdrInfo),
  TelCdrs: replyList(telCdrInfo),
  RequestId: z.string().optional(),
});

export type DescribeTelCdrRequest = z.infer<typeof describeTelCdrRequest>;
export type IvrKeyPressed = z.infer<typeof ivrKeyPressed>;
export type TelCdrInfo = z.infer<typeof telCdrInfo>;
export type DescribeTelCdrReply = z.infer<typeof describeTelCdrReply>;
