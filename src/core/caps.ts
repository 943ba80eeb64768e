/**
 * Whether a number may be dialled once more, as far as its caps go, and if not, when.
 *
 * A reservation is a dial whose time is not known yet: it may happen at any moment from now on. So it counts under
 * every cap, and nobody may reserve what would leave no room for one that stands: its own caps are asked too. By this,
 * a dial that was reserved stays within its caps whenever it happens, and nothing need be asked again.
 */
import type { CapSettings } from './campaign/caps.ts';
import { formatDuration } from './duration.ts';
import { CAP_LOOK_MIN, DIAL_TIME_GRAIN, PLATFORM_CAPS } from './limits.ts';
import { DAY, type Instant } from './time.ts';
import { offsetAt, zoneClock } from './zone-clock.ts';

/** Dials allowed in any stretch of `per` milliseconds. */
export interface RollingCap {
  readonly calls: number;
  readonly per: number;
}

/** The caps that hold for one dial, resolved for its callee: the local day is known, presets are spelled out. */
export interface CapRules {
  readonly rolling: readonly RollingCap[];
  /** Dials allowed in the callee's local day, and when that day begins and ends. */
  readonly perDay?: { readonly calls: number; readonly from: Instant; readonly to: Instant } | undefined;
  /** Between the starts of two dials, milliseconds. */
  readonly minGap?: number | undefined;
}

/** A reservation of somebody else that stands. */
export interface OpenDial {
  /** The caps that its own dial must keep to. */
  readonly caps: CapRules;
  /** When it will be asked what became of it, at the latest. */
  readonly leaseUntil: Instant;
}

/** All that is known of a number. Times of dials as the provider tells them, in whole seconds, in no order. */
export interface KnownDials {
  readonly dialled: readonly Instant[];
  readonly open: readonly OpenDial[];
}

export type CapVerdict =
  | { readonly allowed: true }
  /** `freeAt`: when to ask again. `cap`: what stands in the way, for people. */
  | { readonly allowed: false; readonly freeAt: Instant; readonly cap: string };

/** A cap that leaves no room, and when it does again if no further dial happens. */
interface Block {
  readonly cap: string;
  readonly freeAt: Instant;
}

const ALLOWED: CapVerdict = { allowed: true };

/**
 * The caps of a campaign for callees of `zone` at `at`. Where clocks change at midnight, a day is everything that any
 * clock could call that date. Throws UnknownTimeZoneError.
 */
export function capRules(caps: CapSettings, zone: string, at: Instant): CapRules {
  const { preset, perDay, rolling, minGap } = caps;
  const day = Math.floor((at + offsetAt(zone, at)) / DAY) * DAY;
  const clock = zoneClock(zone, at);
  return {
    rolling: [...rolling, ...(preset === 'platform' ? PLATFORM_CAPS : [])],
    ...(perDay !== undefined && {
      perDay: { calls: perDay, from: clock.firstReached(day), to: clock.lastBefore(day + DAY) },
    }),
    ...(minGap !== undefined && { minGap }),
  };
}

/** The moment before which no dial matters to these caps at `at`. */
export function capHorizon(caps: CapRules, at: Instant): Instant {
  const { rolling, perDay, minGap = 0 } = caps;
  const longest = Math.max(minGap, ...rolling.map(({ per }) => per), 0) + DIAL_TIME_GRAIN;
  return Math.min(at - longest, perDay?.from ?? at);
}

/** One cap as a question: undefined where it leaves room for one more dial at `at`, beside `open` reservations. */
type CapCheck = (dialled: readonly Instant[], open: number, at: Instant) => Block | undefined;

function rollingCheck({ calls, per }: RollingCap): CapCheck {
  return (dialled, open, at) => {
    const leaving = dialled.map((dial) => dial + DIAL_TIME_GRAIN + per).filter((left) => left > at);
    const over = leaving.length + open - calls + 1;
    if (over <= 0) return undefined;
    const freeAt = leaving.sort((a, b) => a - b)[Math.min(over, leaving.length) - 1] ?? at;
    return { cap: `${calls} per ${formatDuration(per)}`, freeAt };
  };
}

function dayCheck(perDay: NonNullable<CapRules['perDay']>): CapCheck {
  return (dialled, open, at) => {
    // A reservation may outlast the day that it was made in: then all that came since counts as one day.
    const isOver = at >= perDay.to;
    const [from, to] = isOver ? [perDay.to, Number.POSITIVE_INFINITY] : [perDay.from, perDay.to];
    const inDay = dialled.filter((dial) => dial >= from && dial < to).length;
    return inDay + open < perDay.calls ? undefined : { cap: `${perDay.calls} per day`, freeAt: to };
  };
}

function gapCheck(minGap: number): CapCheck {
  return (dialled, open, at) => {
    const freeAt = Math.max(at, ...dialled.map((dial) => dial + DIAL_TIME_GRAIN + minGap));
    return freeAt === at && open === 0 ? undefined : { cap: `gap of ${formatDuration(minGap)}`, freeAt };
  };
}

function checksOf({ rolling, perDay, minGap }: CapRules): CapCheck[] {
  return [
    ...rolling.map(rollingCheck),
    ...(perDay === undefined ? [] : [dayCheck(perDay)]),
    ...(minGap === undefined ? [] : [gapCheck(minGap)]),
  ];
}

/** Of the caps that leave no room, the one that lasts longest. */
function blockOf(caps: CapRules, ...question: Parameters<CapCheck>): Block | undefined {
  return checksOf(caps)
    .flatMap((check) => check(...question) ?? [])
    .reduce<Block | undefined>((last, one) => (one.freeAt > (last?.freeAt ?? -1) ? one : last), undefined);
}

/**
 * Whether one more dial may be reserved at `at`. Where only dials that happened stand in the way, `freeAt` is the
 * first moment at which it may. Where a reservation does, it is when more will be known: once that was dialled now and
 * left the cap's time, or must have been settled, and no sooner than some minutes from now.
 */
export function mayDial(caps: CapRules, { dialled, open }: KnownDials, at: Instant): CapVerdict {
  if (dialled.length === 0 && open.length === 0) return ALLOWED;
  const alone = blockOf(caps, dialled, 0, at);
  if (open.length === 0) return alone === undefined ? ALLOWED : { allowed: false, ...alone };
  const own = blockOf(caps, dialled, open.length, at);
  // For each of them, the others and this one stand beside it.
  const isHeld = open.some(({ caps: held }) => blockOf(held, dialled, open.length, at) !== undefined);
  if (own === undefined && !isHeld) return ALLOWED;
  const settledAt = Math.min(...open.map(({ leaseUntil }) => leaseUntil));
  const ifDialledNow = blockOf(caps, [...dialled, ...open.map(() => at)], 0, at)?.freeAt ?? settledAt;
  const knownAt = Math.max(Math.min(settledAt, ifDialledNow), at + CAP_LOOK_MIN);
  const cap = own?.cap ?? 'a call reserved by another campaign';
  return { allowed: false, freeAt: Math.max(alone?.freeAt ?? 0, knownAt), cap };
}
