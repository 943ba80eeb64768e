/** The actions about numbers and what was bought (reference 2.4), on the played world. */
import { SECOND } from '../../core/time.ts';
import type { DescribeCCCBuyInfoListRequest, DescribeNumbersRequest } from '../tencent/schema/numbers.ts';
import { remainingOf } from './account.ts';
import { SUPPLIED } from './caller-table.ts';
import { stateOf } from './callers.ts';
import type { ActionContext } from './callout-actions.ts';
import { pageOf } from './page-of.ts';

/** The provider's default page of numbers (reference 2.4). */
const NUMBERS_PAGE_DEFAULT = 20;

export function describeNumbers({ world }: ActionContext, request: DescribeNumbersRequest) {
  const PageSize = request.PageSize ?? NUMBERS_PAGE_DEFAULT;
  const { page, total } = pageOf(world.callers.numbers, { ...request, PageSize });
  return {
    TotalCount: total,
    Numbers: page.map((one) => ({
      Number: one.number,
      CallOutSkillGroupIds: one.skillGroupIds,
      State: stateOf(world, one),
      CostType: one.costType,
    })),
  };
}

/** Every application asked for has the account's numbers; packages belong to the account as a whole. */
export function describeCCCBuyInfoList({ world }: ActionContext, request: DescribeCCCBuyInfoListRequest) {
  const { scenario, account, callers } = world;
  const applications = request.SdkAppIds ?? scenario.sdkAppIds ?? [];
  const bought = callers.numbers
    .filter((one) => one.costType === SUPPLIED)
    .map((one) => ({
      PhoneNum: one.number,
      Type: 0,
      CallType: one.callType,
      BuyTime: 0,
      EndTime: secondsOf(one.endsAt),
      State: stateOf(world, one),
    }));
  return {
    TotalCount: applications.length,
    SdkAppIdBuyList: applications.map((SdkAppId) => ({
      SdkAppId,
      Name: 'simulated',
      StaffBuyNum: account.staff.length,
      StaffBuyList: [],
      PhoneNumBuyList: bought,
      SipBuyNum: 0,
    })),
    PackageBuyList: scenario.packages.map((one) => ({
      PackageId: one.id,
      Type: one.type,
      CapacitySize: one.capacity,
      CapacityRemain: remainingOf(account, one),
      BuyTime: 0,
      EndTime: secondsOf(one.endsAt),
    })),
  };
}

function secondsOf(time: string | undefined): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / SECOND);
}
