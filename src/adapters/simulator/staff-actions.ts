/** The actions about agents, skill groups and what they are doing (reference 2.4), on the played world. */
import { SECOND } from '../../core/time.ts';
import type {
  DescribeCallInMetricsRequest,
  DescribeStaffStatusMetricsRequest,
} from '../tencent/schema/metrics.ts';
import type {
  BindStaffSkillGroupListRequest,
  CreateStaffRequest,
  DescribeExtensionsRequest,
  DescribeSkillGroupInfoListRequest,
  DescribeStaffInfoListRequest,
} from '../tencent/schema/staff.ts';
import type { StaffMember } from './account.ts';
import type { ActionContext } from './callout-actions.ts';
import { pageOf } from './page-of.ts';
import { Refusal } from './refusal.ts';
import type { World } from './world.ts';

const PRIORITY_DEFAULT = 3;
const EXTENSIONS_PAGE_DEFAULT = 50;
const EXTENSION_STATUS: Readonly<Record<string, number>> = { offline: 0, free: 100 };
const EXTENSION_BUSY = 200;

/** Makes those that it can, and names the others in a reply that succeeded all the same. */
export function createStaff({ world }: ActionContext, request: CreateStaffRequest) {
  const failed: { StaffEmail: string; Code: string; Message: string }[] = [];
  for (const wanted of request.Staffs) {
    if (world.account.staff.some((one) => one.mail === wanted.Mail)) {
      const Code = 'FailedOperation.DuplicatedAccount';
      failed.push({ StaffEmail: wanted.Mail, Code, Message: 'The agent exists.' });
      continue;
    }
    const named = world.scenario.skillGroups.filter(({ name }) => wanted.SkillGroupNameList?.includes(name));
    world.account.staff.push({
      name: wanted.Name,
      mail: wanted.Mail,
      staffNumber: wanted.StaffNumber,
      phone: wanted.Phone ?? '',
      extension: wanted.ExtensionNumber ?? '',
      status: 'offline',
      groups: named.map(({ id }) => ({ id, priority: PRIORITY_DEFAULT })),
      changedAt: world.now,
    });
  }
  return { ErrorStaffList: failed };
}

export function describeStaffInfoList({ world }: ActionContext, request: DescribeStaffInfoListRequest) {
  const found = world.account.staff.filter(
    (one) =>
      (request.StaffMail === undefined || one.mail === request.StaffMail) &&
      (request.ModifiedTime === undefined || one.changedAt >= request.ModifiedTime * SECOND) &&
      (request.SkillGroupId === undefined || isIn(one, request.SkillGroupId)),
  );
  const { page, total } = pageOf(found, request);
  return {
    TotalCount: total,
    StaffList: page.map((one) => ({
      Name: one.name,
      Mail: one.mail,
      Phone: one.phone,
      Nick: '',
      StaffNumber: one.staffNumber,
      RoleList: null,
      SkillGroupList: one.groups.map(({ id, priority }) => ({
        SkillGroupId: id,
        SkillGroupName: groupName(world, id),
        Priority: priority,
        Type: 'TEL',
      })),
      LastModifyTimestamp: Math.floor(one.changedAt / SECOND),
      ExtensionNumber: one.extension,
    })),
  };
}

export function describeSkillGroupInfoList(
  { world }: ActionContext,
  request: DescribeSkillGroupInfoListRequest,
) {
  const found = world.scenario.skillGroups.filter(
    ({ id, name }) =>
      (request.SkillGroupId === undefined || id === request.SkillGroupId) &&
      (request.SkillGroupName === undefined || name === request.SkillGroupName),
  );
  const { page, total } = pageOf(found, request);
  return {
    TotalCount: total,
    SkillGroupList: page.map(({ id, name }) => ({
      SkillGroupId: id,
      SkillGroupName: name,
      RoutePolicy: '',
      UsingLastSeat: 0,
      MaxConcurrency: 1,
      LastModifyTimestamp: 0,
      SkillGroupType: 0,
      Alias: '',
      RingAll: false,
    })),
  };
}

/** Binds the agent to these groups, beside those it has; a group again gets the new priority. */
export function bindStaffSkillGroupList({ world }: ActionContext, request: BindStaffSkillGroupListRequest) {
  const member = world.account.staff.find((one) => one.mail === request.StaffEmail);
  if (member === undefined) throw new Refusal('InvalidParameter', 'The parameter StaffEmail names no agent.');
  const wanted = [
    ...(request.StaffSkillGroupList ?? []),
    ...(request.SkillGroupList ?? []).map((SkillGroupId) => ({ SkillGroupId, Priority: undefined })),
  ];
  if (wanted.some(({ SkillGroupId }) => groupName(world, SkillGroupId) === '')) {
    throw new Refusal('InvalidParameter', 'The parameter SkillGroupId names no skill group.');
  }
  for (const { SkillGroupId: id, Priority: priority = PRIORITY_DEFAULT } of wanted) {
    member.groups = [...member.groups.filter((one) => one.id !== id), { id, priority }];
  }
  member.changedAt = world.now;
  return {};
}

export function describeExtensions({ world }: ActionContext, request: DescribeExtensionsRequest) {
  const found = world.account.staff.filter(
    ({ extension, name }) =>
      extension !== '' &&
      (!request.ExtensionIds?.length || request.ExtensionIds.includes(extension)) &&
      (request.FuzzingKeyWord === undefined || `${extension} ${name}`.includes(request.FuzzingKeyWord)),
  );
  const PageSize = request.PageSize ?? EXTENSIONS_PAGE_DEFAULT;
  const { page, total } = pageOf(found, { ...request, PageSize });
  return {
    Total: total,
    ExtensionList: page.map((one) => ({
      SdkAppId: 0,
      FullExtensionId: one.extension,
      ExtensionId: one.extension,
      SkillGroupId: one.groups.map(({ id }) => id).join(','),
      ExtensionName: one.name,
      CreateTime: 0,
      ModifyTime: Math.floor(one.changedAt / SECOND),
      Status: request.IsNeedStatus === true ? (EXTENSION_STATUS[one.status] ?? EXTENSION_BUSY) : 0,
      Register: true,
      Relation: one.mail,
      RelationName: one.name,
    })),
  };
}

export function describeStaffStatusMetrics(
  { world }: ActionContext,
  request: DescribeStaffStatusMetricsRequest,
) {
  const found = world.account.staff.filter(
    (one) =>
      (!request.StaffList?.length || request.StaffList.includes(one.mail)) &&
      (!request.GroupIdList?.length || request.GroupIdList.some((id) => isIn(one, id))) &&
      (!request.StatusList?.length || request.StatusList.includes(one.status)),
  );
  return {
    Metrics: found.map((one) => ({
      Email: one.mail,
      Status: one.status,
      StatusExtra: { Type: 'tel', Direct: 'out' },
      OnlineDuration: 0,
      FreeDuration: 0,
      BusyDuration: 0,
      NotReadyDuration: 0,
      RestDuration: 0,
      AfterCallWorkDuration: 0,
      Reason: '',
      ReserveRest: false,
      ReserveNotReady: false,
      UseMobileAccept: 0,
      UseMobileCallOut: false,
      LastOnlineTimestamp: null,
      LastStatusTimestamp: null,
      ClientInfo: null,
    })),
  };
}

/** Nobody calls in here, so every count is 0. */
export function describeCallInMetrics({ world }: ActionContext, request: DescribeCallInMetricsRequest) {
  const wanted = world.scenario.skillGroups.filter(
    ({ id }) => !request.GroupIdList?.length || request.GroupIdList.includes(id),
  );
  const groups = wanted.map(({ id, name }) => ({ SkillGroupId: id, Name: name, Metrics: NO_CALLS }));
  const numbers = world.callers.numbers.map(({ number }) => ({
    Number: number,
    Metrics: NO_CALLS,
    SkillGroupMetrics: groups,
  }));
  return {
    Timestamp: Math.floor(world.now / SECOND),
    TotalMetrics: NO_CALLS,
    NumberMetrics: request.EnabledNumber === true ? numbers : null,
    SkillGroupMetrics: request.EnabledSkillGroup === false ? null : groups,
  };
}

const NO_CALLS = {
  IvrCount: 0,
  QueueCount: 0,
  RingCount: 0,
  AcceptCount: 0,
  TransferOuterCount: 0,
  MaxQueueDuration: 0,
  AvgQueueDuration: 0,
  MaxRingDuration: 0,
  AvgRingDuration: 0,
  MaxAcceptDuration: 0,
  AvgAcceptDuration: 0,
};

function isIn(member: StaffMember, groupId: number): boolean {
  return member.groups.some(({ id }) => id === groupId);
}

/** Empty for a group that does not exist. */
function groupName(world: World, groupId: number): string {
  return world.scenario.skillGroups.find(({ id }) => id === groupId)?.name ?? '';
}
