/** The actions about sound files (reference 2.4), on the played world. */
import { DAY } from '../../core/time.ts';
import type { DescribeIvrAudioListRequest, UploadIvrAudioRequest } from '../tencent/schema/audio.ts';
import { type Audio, takeId } from './account.ts';
import type { ActionContext } from './callout-actions.ts';
import { pageOf } from './page-of.ts';
import { Refusal } from './refusal.ts';
import type { World } from './world.ts';

/** Files that one application may upload in a day (reference 2.4). */
const UPLOADS_PER_DAY_MAX = 50;
const UNREVIEWED = 0;
const APPROVED = 1;

export function describeIvrAudioList({ world }: ActionContext, request: DescribeIvrAudioListRequest) {
  const fits = <T>(wanted: readonly T[] | undefined, value: T) => !wanted?.length || wanted.includes(value);
  const found = world.account.audios.filter(
    (one) =>
      fits(request.FileId, one.fileId) &&
      fits(request.CustomFileName, one.name) &&
      fits(request.AudioFileName, one.fileName),
  );
  const { page, total } = pageOf(found, request);
  return { TotalCount: total, FileInfo: page.map((one) => fileInfo(world, one)) };
}

/** Takes files whose address ends in .wav or .mp3, and tells which it did not take. Nothing is fetched. */
export function uploadIvrAudio({ world }: ActionContext, request: UploadIvrAudioRequest) {
  const { account, scenario, now } = world;
  const today = account.audios.filter((one) => one.uploadedAt > now - DAY && one.uploadedAt > 0).length;
  if (today + request.AudioList.length > UPLOADS_PER_DAY_MAX) {
    throw new Refusal('FailedOperation.UploadFileOverflow', 'More than 50 files were uploaded today.');
  }
  const taken: Audio[] = [];
  const failed: { FileName: string; FailedMsg: string }[] = [];
  for (const { CustomFileName: name, AudioUrl } of request.AudioList) {
    if (!/\.(wav|mp3)$/i.test(new URL(AudioUrl).pathname)) {
      failed.push({ FileName: name, FailedMsg: 'The file is neither wav nor mp3.' });
      continue;
    }
    const fileId = takeId(account);
    const reviewedAt = now + scenario.audioReviewMs;
    const fileName = `${fileId}-${name}`;
    taken.push({
      fileId,
      name,
      fileName,
      status: UNREVIEWED,
      reviewedAt,
      statusThen: APPROVED,
      uploadedAt: now,
    });
  }
  account.audios.push(...taken);
  return { FailedFileList: failed, SuccessFileList: taken.map((one) => fileInfo(world, one)) };
}

function fileInfo(world: World, one: Audio) {
  return {
    FileId: one.fileId,
    CustomFileName: one.name,
    AudioFileName: one.fileName,
    Status: world.now >= one.reviewedAt ? one.statusThen : one.status,
  };
}
