/** The numbers of an application, and what was bought for it (reference 2.4). Replies are tolerant, see callout.ts. */
import { z } from 'zod';
import {
  pageNumber,
  replyCode,
  replyId,
  replyList,
  replyNumber,
  replySeconds,
  replyText,
  sdkAppId,
} from './scalars.ts';

/** Both paging fields may be left out; the default page is 20, its cap is undocumented. */
export const describeNumbersRequest = z.strictObject({
  SdkAppId: sdkAppId,
  PageNumber: pageNumber.optional(),
  PageSize: z.int().min(1).optional(),
});

export const numberInfo = z.object({
  /** `0086...`. */
  Number: z.string(),
  CallOutSkillGroupIds: replyList(z.number()),
  /** 1 normal, 2 overdue, 4 disabled by admin, 5 disabled for violation. */
  State: z.number(),
  /** 0 the vendor's, 1 own; newer, so absent in older replies. */
  CostType: replyCode,
});

export const describeNumbersReply = z.object({
  TotalCount: replyNumber,
  Numbers: replyList(numberInfo),
  RequestId: z.string().optional(),
});

/** All applications of the account when none is named; no SdkAppId of its own. Unpaged. */
export const describeCCCBuyInfoListRequest = z.strictObject({ SdkAppIds: z.array(sdkAppId).optional() });

export const staffBuyInfo = z.object({
  Num: replyNumber,
  BuyTime: replySeconds,
  EndTime: replySeconds,
  SipNum: replyNumber,
});

export const phoneNumBuyInfo = z.object({
  PhoneNum: z.string(),
  /** 0 landline, 1 virtual, 2 carrier, 3 of the 400 kind. */
  Type: replyNumber,
  /** 1 in, 2 out, 3 both. */
  CallType: replyNumber,
  BuyTime: replySeconds,
  EndTime: replySeconds,
  /** As the State of a number. */
  State: replyNumber,
});

export const sdkAppIdBuyInfo = z.object({
  SdkAppId: z.number(),
  Name: replyText,
  StaffBuyNum: replyNumber,
  StaffBuyList: replyList(staffBuyInfo),
  PhoneNumBuyList: replyList(phoneNumBuyInfo),
  SipBuyNum: replyNumber,
});

export const packageBuyInfo = z.object({
  PackageId: replyId,
  /** 0 outbound, 1 inbound of the 400 kind. */
  Type: replyCode,
  CapacitySize: replyNumber,
  CapacityRemain: replyNumber,
  BuyTime: replySeconds,
  EndTime: replySeconds,
});

export const describeCCCBuyInfoListReply = z.object({
  TotalCount: replyNumber,
  SdkAppIdBuyList: replyList(sdkAppIdBuyInfo),
  PackageBuyList: replyList(packageBuyInfo),
  RequestId: z.string().optional(),
});

export type DescribeNumbersRequest = z.infer<typeof describeNumbersRequest>;
export type DescribeCCCBuyInfoListRequest = z.infer<typeof describeCCCBuyInfoListRequest>;
export type NumberInfo = z.infer<typeof numberInfo>;
export type PackageBuyInfo = z.infer<typeof packageBuyInfo>;
