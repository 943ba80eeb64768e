/**
 * A moment as people write it into a list: `2026-11-23T09:00:00+08:00`, `2026-11-23 09:00`, `2026/11/23`,
 * `2026年11月23日 9时30分`. Without an offset it is the wall clock of the callee's time zone. The year comes first:
 * 05/06 could be two days, so nothing that begins with a day or a month is understood.
 */
import { DAY, HOUR, type Instant, MINUTE, SECOND } from './time.ts';
import { zoneClock } from './zone-clock.ts';

/** What the moment bounds. A date alone is its first moment where calls begin, and its last where they end. */
export type TimeEdge = 'begin' | 'end';

const DATE = /^(20\d\d)([-/.])(\d{1,2})\2(\d{1,2})/;
const TIME = /^[T ] ?(\d{1,2}):(\d{1,2})?(?::(\d{1,2})(?:\.\d+)?)?:?/i;
const OFFSET = /^ ?(?:(Z)|([+-])(\d\d):?(\d\d))$/i;

/** Chinese units as the signs that they stand for, width folded, and without Excel's apostrophe. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .trim()
    .replace(/^'/, '')
    .replace(/\s*[年月]\s*/g, '-')
    .replace(/\s*[日号號]\s*/g, ' ')
    .replace(/\s*[时時点點分]\s*/g, ':')
    .replace(/\s*秒\s*/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function dayOf(year: number, month: number, day: number): number | undefined {
  const at = Date.UTC(year, month - 1, day);
  const read = new Date(at);
  return read.getUTCMonth() === month - 1 && read.getUTCDate() === day ? at : undefined;
}

/** Milliseconds since midnight; 24:00 is the end of the day. */
function timeOfDay(hour: number, minute: number, second: number): number | undefined {
  const at = hour * HOUR + minute * MINUTE + second * SECOND;
  return hour <= 24 && minute <= 59 && second <= 59 && at <= DAY ? at : undefined;
}

/**
 * The moment that a cell means; undefined for what cannot be understood, dates that no calendar has among them. Where
 * clocks change and a wall time is two moments or none, the one that allows fewer calls counts. Throws
 * UnknownTimeZoneError for a zone that this runtime does not know.
 */
export function parseRowTime(text: string, zone: string, edge: TimeEdge): Instant | undefined {
  const cell = plain(text);
  const [date = '', year, , month, dayOfMonth] = DATE.exec(cell) ?? [];
  if (date === '') return undefined;
  const day = dayOf(Number(year), Number(month), Number(dayOfMonth));
  if (day === undefined) return undefined;
  const rest = cell.slice(date.length);
  if (rest.trim() === '') return inZone(edge === 'begin' ? day : day + DAY, zone, edge);
  const [time = '', hour, minute = '0', second = '0'] = TIME.exec(rest) ?? [];
  if (time === '') return undefined;
  const sinceMidnight = timeOfDay(Number(hour), Number(minute), Number(second));
  if (sinceMidnight === undefined) return undefined;
  const wall = day + sinceMidnight;
  const end = rest.slice(time.length);
  if (end === '') return inZone(wall, zone, edge);
  const offset = OFFSET.exec(end);
  if (offset === null) return undefined;
  const [, , sign, hours = '0', minutes = '0'] = offset;
  const ahead = (Number(hours) * HOUR + Number(minutes) * MINUTE) * (sign === '-' ? -1 : 1);
  return Math.abs(ahead) <= 14 * HOUR ? wall - ahead : undefined;
}

function inZone(wall: number, zone: string, edge: TimeEdge): Instant {
  const clock = zoneClock(zone, wall);
  return edge === 'begin' ? clock.lastBefore(wall) : clock.firstReached(wall);
}
