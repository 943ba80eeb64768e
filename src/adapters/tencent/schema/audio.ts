/** The sound files that an IVR plays (reference 2.4). Replies are tolerant, see callout.ts. */
import { z } from 'zod';
import { pageNumber, replyCode, replyList, replyNumber, replyText, requestInt, sdkAppId } from './scalars.ts';

/** The provider's largest page of sound files (reference 2.5). */
export const AUDIO_PAGE_SIZE_MAX = 50;

export const describeIvrAudioListRequest = z.strictObject({
  SdkAppId: sdkAppId,
  PageSize: z.int().min(1).max(AUDIO_PAGE_SIZE_MAX),
  PageNumber: pageNumber,
  CustomFileName: z.array(z.string()).optional(),
  AudioFileName: z.array(z.string()).optional(),
  FileId: z.array(requestInt).optional(),
});

export const audioFileInfo = z.object({
  FileId: replyNumber,
  /** The name that people gave it. */
  CustomFileName: replyText,
  /** The provider's own name of the file. */
  AudioFileName: replyText,
  /** 0 unreviewed, 1 approved, 2 rejected. */
  Status: replyCode,
});

export const describeIvrAudioListReply = z.object({
  TotalCount: replyNumber,
  FileInfo: replyList(audioFileInfo),
  RequestId: z.string().optional(),
});

/** mp3 or wav, at most 5 MB each, at most 50 files a day. */
export const uploadIvrAudioRequest = z.strictObject({
  SdkAppId: sdkAppId,
  AudioList: z
    .array(z.strictObject({ CustomFileName: z.string().min(1), AudioUrl: z.url({ protocol: /^https?$/ }) }))
    .min(1),
});

/** Some files may fail while the request as a whole succeeds: read both lists. */
export const uploadIvrAudioReply = z.object({
  FailedFileList: replyList(z.object({ FileName: replyText, FailedMsg: replyText })),
  SuccessFileList: replyList(audioFileInfo),
  RequestId: z.string().optional(),
});

export type DescribeIvrAudioListRequest = z.infer<typeof describeIvrAudioListRequest>;
export type UploadIvrAudioRequest = z.infer<typeof uploadIvrAudioRequest>;
