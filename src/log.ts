import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Config } from './config.ts';

export type { Logger } from 'pino';

/**
 * The last wall between people's phone numbers, our secrets and a log file. The first wall is not to log them.
 * It stands behind everything that makes a line (bindings, serializers, errors, messages), so that no way of
 * logging goes around it: each finished line is read again, and what must not be seen is replaced.
 */
const HIDDEN = '[hidden]';

/** Fields whose value is somebody's number, what the operator knows about them, or lets a stranger in. */
const NUMBER_FIELDS = ['number', 'numbers', 'callee', 'callees', 'phone', 'phones', 'cell', 'cells'];
const PERSON_FIELDS = [...NUMBER_FIELDS, 'uui', 'variables'];
const SECRET_FIELDS = ['authorization', 'cookie', 'setcookie', 'xapikey', 'apikey', 'password', 'redisurl'];
const KEY_FIELDS = [
  ...['secret', 'secretid', 'secretkey', 'token', 'tcccsecretid', 'tcccsecretkey', 'tccctoken'],
  'suppressionkey',
];
const HIDDEN_FIELDS: ReadonlySet<string> = new Set([...PERSON_FIELDS, ...SECRET_FIELDS, ...KEY_FIELDS]);

/** A number that is too short to be called: an index. A number under a plural, such as `callees`, is a count. */
const INDEX_MAX = 999_999;

/** Shapes that hold many digits and are no phone number (date and time, IPv4 address, UUID, hash), then what may be one. */
const DIGITS = new RegExp(
  [
    String.raw`\b\d{4}-\d\d-\d\d(?:T[\d:.]+)?`,
    String.raw`\b(?:\d{1,3}\.){3}\d{1,3}\b`,
    String.raw`\b[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}\b`,
    String.raw`\b(?=\d*[a-f])[\da-f]{16,}\b`,
    String.raw`(?<number>\+?\d(?:[ ().-]{0,2}\d){6,})`,
  ].join('|'),
  'gi',
);

const CREDENTIALS_IN_URL = /(\b[a-z][a-z\d+.-]*:\/\/)[^\s/@]+@/gi;

/** The text with every run of seven or more digits reduced to its first three and last two, and no passwords in URLs. */
export function maskText(text: string): string {
  return text.replace(CREDENTIALS_IN_URL, `$1${HIDDEN}@`).replace(DIGITS, (found, ...rest) => {
    const groups: unknown = rest.at(-1);
    const isNumber =
      typeof groups === 'object' && groups !== null && 'number' in groups && groups.number !== undefined;
    if (!isNumber) return found;
    const digits = found.replace(/\D/g, '');
    return `${digits.slice(0, 3)}${'*'.repeat(digits.length - 5)}${digits.slice(-2)}`;
  });
}

function isHidden(field: string, value: unknown): boolean {
  const name = field.replace(/[^A-Za-z]/g, '').toLowerCase();
  if (!HIDDEN_FIELDS.has(name)) return false;
  return typeof value !== 'number' || !(name.endsWith('s') || Math.abs(value) <= INDEX_MAX);
}

/** Ids are ours or the provider's, never made of a number, and worthless in a log when masked. */
function isId(field: string, value: unknown): boolean {
  return typeof value === 'string' && /[a-z]Id$/.test(field);
}

function maskField(field: string, value: unknown): unknown {
  if (isHidden(field, value)) return HIDDEN;
  return isId(field, value) ? value : maskValue(value);
}

function maskValue(value: unknown): unknown {
  if (typeof value === 'string') return maskText(value);
  if (Array.isArray(value)) return value.map(maskValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [maskText(field), maskField(field, inner)]),
  );
}

/** One finished line of JSON with everything hidden that must be. A line that does not parse is not let through. */
function maskLine(line: string): string {
  try {
    return `${JSON.stringify(maskValue(JSON.parse(line)))}\n`;
  } catch {
    return `${JSON.stringify({ level: 'error', msg: 'a log line was dropped: it is not JSON' })}\n`;
  }
}

/**
 * The logger of one process: JSON lines with level, time, role and pid. They go to standard error, since standard
 * output belongs to the command line's results; written at once, so that a crash loses none.
 */
export function createLogger(
  config: Pick<Config, 'logLevel'>,
  options: { readonly role: string; readonly stream?: DestinationStream },
): Logger {
  return pino(
    {
      level: config.logLevel,
      base: { role: options.role, pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: maskLine },
    },
    options.stream ?? destination({ dest: 2, sync: true }),
  );
}
