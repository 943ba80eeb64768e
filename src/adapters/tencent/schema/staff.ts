/** Agents, their skill groups and their extensions (reference 2.4). Replies are tolerant, see callout.ts. */
import { z } from 'zod';
import {
  pageNumber,
  replyFlag,
  replyList,
  replyNumber,
  replySeconds,
  replyText,
  requestInt,
  sdkAppId,
} from './scalars.ts';

/** The provider's largest pages, and agents of one request that makes them (reference 2.4, 2.5). */
export const STAFF_PAGE_SIZE_MAX = 9_999;
export const SKILL_GROUPS_PAGE_SIZE_MAX = 100;
export const STAFF_PER_REQUEST_MAX = 10;

export const seatUserInfo = z.strictObject({
  Name: z.string().min(1),
  Mail: z.string().min(1),
  StaffNumber: z.string().min(1),
  /** With 0086 before it. */
  Phone: z.string().optional(),
  Nick: z.string().optional(),
  UserId: z.string().optional(),
  SkillGroupNameList: z.array(z.string()).optional(),
  /** 1 admin, 2 inspector, 3 agent, else a role of the account's own. */
  Role: requestInt.optional(),
  ExtensionNumber: z.string().optional(),
});

export const createStaffRequest = z.strictObject({
  SdkAppId: sdkAppId,
  Staffs: z.array(seatUserInfo).min(1).max(STAFF_PER_REQUEST_MAX),
  SendPassword: z.boolean().optional(),
});

/** Some agents may fail while the request as a whole succeeds: who is in the list was not made. */
export const createStaffReply = z.object({
  ErrorStaffList: replyList(z.object({ StaffEmail: replyText, Code: replyText, Message: replyText })),
  RequestId: z.string().optional(),
});

export const describeStaffInfoListRequest = z.strictObject({
  SdkAppId: sdkAppId,
  PageSize: z.int().min(1).max(STAFF_PAGE_SIZE_MAX),
  PageNumber: pageNumber,
  StaffMail: z.string().optional(),
  ModifiedTime: requestInt.optional(),
  SkillGroupId: requestInt.optional(),
});

export const skillGroupItem = z.object({
  SkillGroupId: replyNumber,
  SkillGroupName: replyText,
  Priority: replyNumber,
  Type: replyText,
});

export const staffInfo = z.object({
  Name: replyText,
  Mail: replyText,
  Phone: replyText,
  Nick: replyText,
  StaffNumber: replyText,
  RoleList: replyList(z.number()),
  SkillGroupList: replyList(skillGroupItem),
  LastModifyTimestamp: replySeconds,
  ExtensionNumber: replyText,
});

export const describeStaffInfoListReply = z.object({
  TotalCount: replyNumber,
  StaffList: replyList(staffInfo),
  RequestId: z.string().optional(),
});

export const describeSkillGroupInfoListRequest = z.strictObject({
  SdkAppId: sdkAppId,
  PageSize: z.int().min(1).max(SKILL_GROUPS_PAGE_SIZE_MAX),
  PageNumber: pageNumber,
  SkillGroupId: requestInt.optional(),
  ModifiedTime: requestInt.optional(),
  SkillGroupName: z.string().optional(),
});

export const skillGroupInfo = z.object({
  SkillGroupId: replyNumber,
  SkillGroupName: replyText,
  RoutePolicy: replyText,
  UsingLastSeat: replyNumber,
  MaxConcurrency: replyNumber,
  LastModifyTimestamp: replySeconds,
  /** 0 phone, 1 online, 3 audio, 4 video. */
  SkillGroupType: replyNumber,
  Alias: replyText,
  RingAll: replyFlag,
});

export const describeSkillGroupInfoListReply = z.object({
  TotalCount: replyNumber,
  SkillGroupList: replyList(skillGroupInfo),
  RequestId: z.string().optional(),
});

export const bindStaffSkillGroupListRequest = z.strictObject({
  SdkAppId: sdkAppId,
  StaffEmail: z.string().min(1),
  /** Priority 1 is high, 5 is low, 3 the default. */
  StaffSkillGroupList: z
    .array(z.strictObject({ SkillGroupId: requestInt, Priority: z.int().min(1).max(5).optional() }))
    .optional(),
  /** Deprecated, declared, not used. */
  SkillGroupList: z.array(requestInt).optional(),
});

/** The cap of PageSize is undocumented; the samples use 35 and 50. */
export const describeExtensionsRequest = z.strictObject({
  SdkAppId: sdkAppId,
  PageNumber: pageNumber,
  PageSize: z.int().min(1).optional(),
  ExtensionIds: z.array(z.string()).optional(),
  FuzzingKeyWord: z.string().optional(),
  IsNeedStatus: z.boolean().optional(),
});

export const extensionInfo = z.object({
  SdkAppId: replyNumber,
  FullExtensionId: replyText,
  ExtensionId: replyText,
  /** A list of ids in one text, with commas, unlike every other skill group id. */
  SkillGroupId: replyText.transform((text) =>
    text
      .split(',')
      .filter((id) => id.trim() !== '')
      .map(Number),
  ),
  ExtensionName: replyText,
  CreateTime: replySeconds,
  ModifyTime: replySeconds,
  /** 0 offline, 100 free, 200 busy. */
  Status: replyNumber,
  Register: replyFlag,
  Relation: replyText,
  RelationName: replyText,
});

/** `Total`, unlike the `TotalCount` of other lists. */
export const describeExtensionsReply = z.object({
  Total: replyNumber,
  ExtensionList: replyList(extensionInfo),
  RequestId: z.string().optional(),
});

export type SeatUserInfo = z.infer<typeof seatUserInfo>;
export type CreateStaffRequest = z.infer<typeof createStaffRequest>;
export type DescribeStaffInfoListRequest = z.infer<typeof describeStaffInfoListRequest>;
export type DescribeSkillGroupInfoListRequest = z.infer<typeof describeSkillGroupInfoListRequest>;
export type BindStaffSkillGroupListRequest = z.infer<typeof bindStaffSkillGroupListRequest>;
export type DescribeExtensionsRequest = z.infer<typeof describeExtensionsRequest>;
