/** What the account has beside tasks and calls. The scenario says how it begins; what requests change is kept here. */
import { z } from 'zod';
import type { Scenario } from './scenario.ts';

const audio = z.object({
  fileId: z.number(),
  name: z.string(),
  fileName: z.string(),
  /** Its status until `reviewedAt`, and from then on. */
  status: z.number(),
  reviewedAt: z.number(),
  statusThen: z.number(),
  uploadedAt: z.number(),
});

const staffMember = z.object({
  name: z.string(),
  mail: z.string(),
  staffNumber: z.string(),
  phone: z.string(),
  extension: z.string(),
  status: z.string(),
  groups: z.array(z.object({ id: z.number(), priority: z.number() })),
  changedAt: z.number(),
});

/** A predictive campaign; the calls are those of a task that only it shows. */
const predictive = z.object({
  id: z.number(),
  taskId: z.number(),
  sdkAppId: z.number(),
  name: z.string(),
  callOrder: z.number(),
  skillGroupId: z.number(),
  ivrId: z.number(),
  priority: z.number(),
  expectedAbandonRate: z.number(),
  retryTimes: z.number(),
  retryInterval: z.number(),
  startTime: z.number(),
  endTime: z.number(),
  uui: z.string(),
  variables: z.array(z.object({ Key: z.string(), Value: z.string() })),
  aborted: z.boolean(),
});

export const accountSchema = z.object({
  idNext: z.number(),
  /** Calls taken from each package. */
  packagesUsed: z.record(z.string(), z.number()),
  audios: z.array(audio),
  staff: z.array(staffMember),
  predictive: z.array(predictive),
});

export type Account = z.infer<typeof accountSchema>;
export type Audio = z.infer<typeof audio>;
export type StaffMember = z.infer<typeof staffMember>;
export type PredictiveCampaign = z.infer<typeof predictive>;

/** The account that a world begins with. */
export function createAccount(scenario: Scenario): Account {
  let idNext = 101;
  const audios = scenario.audios.map(({ name, status }) => {
    const fileId = idNext;
    idNext += 1;
    return {
      fileId,
      name,
      fileName: `${fileId}-${name}`,
      status,
      reviewedAt: 0,
      statusThen: status,
      uploadedAt: 0,
    };
  });
  const staff = scenario.staff.map(({ skillGroupIds, ...rest }) => ({
    ...rest,
    groups: skillGroupIds.map((id) => ({ id, priority: 3 })),
    changedAt: 0,
  }));
  return { idNext, packagesUsed: {}, audios, staff, predictive: [] };
}

/** The next id of anything in the account. */
export function takeId(account: Account): number {
  const id = account.idNext;
  account.idNext += 1;
  return id;
}

/** What is left of a package. */
export function remainingOf(account: Account, words: Scenario['packages'][number]): number {
  return Math.max(0, (words.remaining ?? words.capacity) - (account.packagesUsed[words.id] ?? 0));
}

/** The outbound package that the next call is taken from; undefined when none has any left. */
export function packageInUse(
  account: Account,
  packages: Scenario['packages'],
  now: number,
): Scenario['packages'][number] | undefined {
  return packages.find(
    (one) =>
      one.type === 0 &&
      (one.endsAt === undefined || Date.parse(one.endsAt) > now) &&
      remainingOf(account, one) > 0,
  );
}
