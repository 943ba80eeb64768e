import { signal } from '@preact/signals';
import { language, locale, t } from './translate.ts';

const TICK_MS = 10_000;
/** The present time as pages show it: moves on every few seconds, so that "in 5 minutes" does not stand still. */
export const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, TICK_MS);

export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale()} ${zone} ${JSON.stringify(options)}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(locale(), { timeZone: zone, hourCycle: 'h23', ...options });
  formats.set(key, made);
  return made;
}

/** Day and time in the zone, with seconds where `seconds` asks; the year only where it is not the present one. */
export function timeText(iso: string, zone: string, seconds = false): string {
  const at = new Date(iso);
  const isThisYear = at.getUTCFullYear() === new Date(now.value).getUTCFullYear();
  return format(zone, {
    ...(!isThisYear && { year: 'numeric' }),
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds && { second: '2-digit' }),
  }).format(at);
}

/** The zone with its present distance from UTC: `Asia/Shanghai (GMT+8)`. */
export function zoneText(zone: string): string {
  const part = format(zone, { timeZoneName: 'shortOffset' })
    .formatToParts(new Date(now.value))
    .find(({ type }) => type === 'timeZoneName');
  return part === undefined ? zone : `${zone} (${part.value})`;
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** How far away it is: `in 5 minutes`, `3 hours ago`. */
export function relativeText(iso: string): string {
  const distance = Date.parse(iso) - now.value;
  const words = new Intl.RelativeTimeFormat(locale(), { numeric: 'always', style: 'short' });
  for (const [unit, size] of STEPS) {
    if (Math.abs(distance) >= size) return words.format(Math.round(distance / size), unit);
  }
  return t('time.now');
}

export function numberText(value: number): string {
  return value.toLocaleString(locale());
}

/** A share in whole percent; what is not nothing never reads as 0 %, what is not all never as 100 %. */
export function shareText(part: number, whole: number): string {
  if (whole === 0) return '–';
  const share = part / whole;
  const percent = Math.round(share * 100);
  if (share > 0 && percent === 0) return '<1%';
  return `${share < 1 && percent === 100 ? 99 : percent}%`;
}

/** Seconds as people say them: `1 min 5 s`. */
export function secondsText(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const rest = Math.round(seconds % 60);
  const [min, sec] = language.value === 'zh' ? [' 分', ' 秒'] : [' min', ' s'];
  return minutes === 0 ? `${rest}${sec}` : `${minutes}${min} ${rest}${sec}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB'] as const;

export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = value < 10 && unit > 0 ? 1 : 0;
  return `${value.toLocaleString(locale(), { maximumFractionDigits: digits })} ${UNITS[unit] ?? ''}`;
}
