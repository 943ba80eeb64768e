/** The contact-center port on the provider's client: its lists are read whole, its codes and seconds become our words. */
import { callerDigits } from '../../core/caller-facts.ts';
import { ACCOUNT_PAGES_MAX, NUMBERS_PAGE } from '../../core/limits.ts';
import { fromSeconds, type Instant } from '../../core/time.ts';
import type {
  BoughtNumber,
  ContactCenter,
  IvrAudio,
  OwnNumber,
  Package,
} from '../../ports/contact-center.ts';
import type { TelephonyResult } from '../../ports/telephony.ts';
import type { ProviderClient } from './client.ts';
import { AUDIO_PAGE_SIZE_MAX } from './schema/audio.ts';
import type { NumberInfo, PackageBuyInfo } from './schema/numbers.ts';

const NUMBER_STATES: ReadonlyMap<number, OwnNumber['state']> = new Map([
  [1, 'normal'],
  [2, 'overdue'],
  [4, 'disabled_by_admin'],
  [5, 'disabled_for_violation'],
]);
const CALL_TYPES: ReadonlyMap<number, BoughtNumber['calls']> = new Map([
  [1, 'in'],
  [2, 'out'],
  [3, 'both'],
]);
const SUPPLIES = ['provider', 'own'] as const;
const PACKAGE_KINDS = ['outbound', 'inbound_400'] as const;
const REVIEWS = ['unreviewed', 'approved', 'rejected'] as const;

export interface ContactCenterOptions {
  readonly sdkAppId: number;
  /** Country of numbers that the provider gives in national form. */
  readonly defaultRegion?: string;
}

/** The provider behind the contact-center port. */
export function createTencentContactCenter(
  client: ProviderClient,
  { sdkAppId, defaultRegion = 'CN' }: ContactCenterOptions,
): ContactCenter {
  const canonical = (number: string): string => callerDigits(number, defaultRegion);
  return {
    async numbers() {
      const result = await everyPage(async (page) => {
        const params = { SdkAppId: sdkAppId, PageSize: NUMBERS_PAGE, PageNumber: page };
        const reply = await client.request('DescribeNumbers', params);
        return reply.ok ? listed(reply.value.Numbers, reply.value.TotalCount) : reply;
      });
      if (!result.ok) return result;
      // A number that moved between two pages while they were read comes twice.
      const byNumber = new Map(result.value.map((info) => [canonical(info.Number), info]));
      return { ok: true, value: [...byNumber].map(([number, info]) => ownNumber(number, info)) };
    },
    async purchases() {
      const reply = await client.request('DescribeCCCBuyInfoList', { SdkAppIds: [sdkAppId] });
      if (!reply.ok) return reply;
      const own = reply.value.SdkAppIdBuyList.filter((entry) => entry.SdkAppId === sdkAppId);
      const numbers = own.flatMap((entry) =>
        entry.PhoneNumBuyList.map(
          (bought): BoughtNumber => ({
            number: canonical(bought.PhoneNum),
            calls: CALL_TYPES.get(bought.CallType) ?? 'unknown',
            endsAt: endOf(bought.EndTime),
            stateCode: bought.State,
          }),
        ),
      );
      return { ok: true, value: { numbers, packages: reply.value.PackageBuyList.map(packageOf) } };
    },
    async ivrAudios() {
      const result = await everyPage(async (page) => {
        const params = { SdkAppId: sdkAppId, PageSize: AUDIO_PAGE_SIZE_MAX, PageNumber: page };
        const reply = await client.request('DescribeIvrAudioList', params);
        return reply.ok ? listed(reply.value.FileInfo, reply.value.TotalCount) : reply;
      });
      if (!result.ok) return result;
      const audios = result.value.map(
        (file): IvrAudio => ({
          fileId: file.FileId,
          name: file.CustomFileName,
          fileName: file.AudioFileName,
          review: (file.Status === undefined ? undefined : REVIEWS[file.Status]) ?? 'unknown',
        }),
      );
      return { ok: true, value: audios };
    },
  };
}

function ownNumber(number: string, { State, CostType }: NumberInfo): OwnNumber {
  return {
    number,
    state: NUMBER_STATES.get(State) ?? 'unknown',
    stateCode: State,
    supply: (CostType === undefined ? undefined : SUPPLIES[CostType]) ?? 'unknown',
  };
}

function packageOf(bought: PackageBuyInfo): Package {
  return {
    id: bought.PackageId,
    kind: (bought.Type === undefined ? undefined : PACKAGE_KINDS[bought.Type]) ?? 'unknown',
    capacity: bought.CapacitySize,
    remaining: bought.CapacityRemain,
    endsAt: endOf(bought.EndTime),
  };
}

/** 0 is "no end" in the provider's samples (reference 1.3). */
function endOf(seconds: number): Instant | undefined {
  return seconds > 0 ? fromSeconds(seconds) : undefined;
}

interface Listed<T> {
  readonly items: readonly T[];
  readonly total: number;
}

function listed<T>(items: readonly T[], total: number): TelephonyResult<Listed<T>> {
  return { ok: true, value: { items, total } };
}

/**
 * All items of a list that comes in pages. Ends when the provider's count is reached, at an empty page, or after the
 * bound: so a provider that gives shorter pages than were asked for is still read whole.
 */
async function everyPage<T>(
  ask: (page: number) => Promise<TelephonyResult<Listed<T>>>,
): Promise<TelephonyResult<readonly T[]>> {
  const found: T[] = [];
  for (let page = 0; page < ACCOUNT_PAGES_MAX; page += 1) {
    const result = await ask(page);
    if (!result.ok) return result;
    found.push(...result.value.items);
    if (result.value.items.length === 0 || found.length >= result.value.total) break;
  }
  return { ok: true, value: found };
}
