import { z } from 'zod';
import { formatDuration, parseDuration } from './core/duration.ts';
import * as limits from './core/limits.ts';
import { DAY, HOUR, MINUTE, SECOND } from './core/time.ts';

/**
 * One environment setting. `initial` is the text that stands where the variable is unset, exactly as an operator
 * would write it; a setting without one stays undefined. Secrets never have one, and are never repeated in messages.
 */
interface SettingRow {
  readonly meaning: string;
  readonly initial?: string;
  readonly secret?: true;
  readonly schema: z.ZodType<unknown, string>;
}

function duration(min: number, max: number) {
  const remedy = `write a duration from ${formatDuration(min)} to ${formatDuration(max)}, such as "90s", "10m" or "2h"`;
  return z.string().transform((text, context): number => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms >= min && ms <= max) return ms;
    context.addIssue(remedy);
    return z.NEVER;
  });
}

function wholeNumber(min: number, max: number) {
  return z.string().transform((text, context): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    context.addIssue(`write a whole number from ${min} to ${max}`);
    return z.NEVER;
  });
}

function isRedisUrl(text: string): boolean {
  if (text.startsWith('/')) return !text.startsWith('//');
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (url.protocol === 'redis:' || url.protocol === 'rediss:') && url.hostname !== '';
}

function isPlainHttpOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const plain = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  return (url.protocol === 'https:' || url.protocol === 'http:') && plain;
}

const NODE = /^(\[[0-9a-fA-F:.]+\]|[^\s:,/@]+):(\d{1,5})$/;

const ClusterNodes = z.string().transform((text, context) => {
  const nodes: { readonly host: string; readonly port: number }[] = [];
  for (const entry of text.split(',')) {
    const [, host = '', port = ''] = NODE.exec(entry.trim()) ?? [];
    if (host === '' || Number(port) < 1 || Number(port) > 65_535) {
      context.addIssue('write "host:port" of some nodes, separated by commas');
      return z.NEVER;
    }
    nodes.push({ host: host.replace(/^\[|\]$/g, ''), port: Number(port) });
  }
  return nodes;
});

const Path = z.string();
const Secret = z.string().regex(/^\S+$/, 'must not contain spaces or line breaks; set it again');

/** Every setting there is. The parser, the README's table and the start-up messages are all made from these rows. */
export const SETTINGS = {
  REDIS_URL: {
    meaning:
      'Redis or Valkey to use: `redis://[user:password@]host:port[/db]`, `rediss://...` for TLS, or the path of a unix socket. Unset: a private server is started under `DATA_DIR`.',
    secret: true,
    schema: z
      .string()
      .refine(isRedisUrl, 'write "redis://host:port", "rediss://host:port" or the absolute path of a socket'),
  },
  REDIS_CLUSTER_NODES: {
    meaning:
      'Some nodes of a Redis Cluster, `host:port,host:port`. User, password and TLS are taken from `REDIS_URL`.',
    schema: ClusterNodes,
  },
  REDIS_PREFIX: {
    meaning: 'First part of every key, so that several installations can share one Redis.',
    initial: 'rm',
    schema: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'use 1 to 32 letters, digits, "-" or "_"'),
  },
  TCCC_ENDPOINT: {
    meaning:
      'Where the provider answers. `https://ccc.intl.tencentcloudapi.com` for the international site, `http://host:port` for the simulator.',
    initial: 'https://ccc.tencentcloudapi.com',
    schema: z
      .string()
      .refine(isPlainHttpOrigin, 'write "https://host" or "http://host:port", without path or user')
      .transform((text) => new URL(text).origin),
  },
  TCCC_SECRET_ID: { meaning: 'Id of the API key of the provider.', secret: true, schema: Secret },
  TCCC_SECRET_KEY: { meaning: 'Secret of the API key of the provider.', secret: true, schema: Secret },
  TCCC_TOKEN: { meaning: 'Session token, for temporary keys only.', secret: true, schema: Secret },
  TCCC_SDK_APP_ID: {
    meaning: 'Application (SdkAppId) whose numbers, flows and quota are used.',
    schema: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  },
  TCCC_REGION: {
    meaning: 'Region sent with requests. The provider ignores it for calls; leave it unset.',
    schema: z.string().regex(/^[a-z0-9-]+$/, 'write a region such as "ap-guangzhou"'),
  },
  HTTP_HOST: {
    meaning: 'Address that the API listens on. `0.0.0.0` for all.',
    initial: '127.0.0.1',
    schema: z.string(),
  },
  HTTP_PORT: {
    meaning: 'Port of the API; 0 takes any free one.',
    initial: '8080',
    schema: wholeNumber(0, 65_535),
  },
  DATA_DIR: {
    meaning:
      'Where everything goes that this installation keeps outside Redis, and the private Redis itself.',
    initial: '.ringmaster',
    schema: Path,
  },
  SPOOL_DIR: {
    meaning:
      'Where uploaded lists wait to be read. All roles must see the same directory. Unset: `DATA_DIR/spool`.',
    schema: Path,
  },
  DROP_DIR: {
    meaning: 'Drop folder: a list put into `DROP_DIR/<campaign>/` is imported. Unset: `DATA_DIR/drop`.',
    schema: Path,
  },
  DROP_SETTLE: {
    meaning:
      'How long a dropped file must lie untouched before it is taken for whole; three times as long when it ends in the middle of a line.',
    initial: formatDuration(limits.DROP_SETTLE),
    schema: duration(50, HOUR),
  },
  DROP_BYTES_MAX: {
    meaning: 'Bytes of a dropped list; a bigger one is refused.',
    initial: String(limits.DROP_BYTES_MAX),
    schema: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  },
  DROP_POLL: {
    meaning:
      'How often dropped files are looked at where the file system does not tell of changes (network shares), such as `2s`. Unset: it tells.',
    schema: duration(100, HOUR),
  },
  SUPPRESSION_KEY: {
    meaning:
      'Key of the suppression lists, the same for all processes and for good: numbers on them are stored as keyed digests only (HMAC-SHA256). Unset: as they are.',
    secret: true,
    schema: Secret.min(
      limits.SUPPRESSION_KEY_MIN,
      `use at least ${limits.SUPPRESSION_KEY_MIN} characters, for example from: openssl rand -hex 32`,
    ),
  },
  API_KEYS_FILE: {
    meaning: 'File with the hashes of API keys. Unset: `DATA_DIR/api-keys.json`.',
    schema: Path,
  },
  LOG_LEVEL: {
    meaning: 'Least level that is logged: `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.',
    initial: 'info',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'write trace, debug, info, warn, error, fatal or silent',
    }),
  },
  REQUESTS_PER_SECOND: {
    meaning: "The account's quota of requests per second and action, shared by all processes.",
    initial: String(limits.REQUESTS_PER_SECOND),
    schema: wholeNumber(limits.REQUESTS_RESERVED_FOR_DOUBT + 1, 10_000),
  },
  REQUEST_DEADLINE: {
    meaning: 'Total time for one request to the provider.',
    initial: formatDuration(limits.REQUEST_DEADLINE),
    schema: duration(100, 5 * MINUTE),
  },
  SUBMISSION_GRACE: {
    meaning: 'After the deadline of a submission, how long until another process may call it in doubt.',
    initial: formatDuration(limits.SUBMISSION_GRACE),
    schema: duration(100, HOUR),
  },
  QUIET_PERIOD: {
    meaning: 'Between the two look-ups that must both find a submission absent before it is planned again.',
    initial: formatDuration(limits.QUIET_PERIOD),
    schema: duration(100, DAY),
  },
  RECORD_WAIT_MAX: {
    meaning: 'How long a call record that does not come is asked for.',
    initial: formatDuration(limits.RECORD_WAIT_MAX),
    schema: duration(SECOND, 7 * DAY),
  },
  SWEEP_INTERVAL: {
    meaning: 'Between two runs of the sweep that finds what a lost wake-up left behind.',
    initial: formatDuration(limits.SWEEP_INTERVAL),
    schema: duration(100, HOUR),
  },
  LOOK_INTERVAL_MIN: {
    meaning: 'Between two readings of one task, at least.',
    initial: formatDuration(limits.LOOK_INTERVAL_MIN),
    schema: duration(50, DAY),
  },
  LOOK_INTERVAL_MAX: {
    meaning:
      "Between two readings of a campaign's oldest task, at most; its other tasks are read at least every twelve times that.",
    initial: formatDuration(limits.LOOK_INTERVAL_MAX),
    schema: duration(50, DAY),
  },
  FIRST_LOOK: {
    meaning: 'From the start of a task to its first reading, while nothing is known of how fast it calls.',
    initial: formatDuration(limits.FIRST_LOOK),
    schema: duration(50, DAY),
  },
  BATCH_GATHER: {
    meaning:
      'How long a callee that is due may wait for others, so that retries do not become tasks of one callee.',
    initial: formatDuration(limits.BATCH_GATHER),
    schema: duration(1, HOUR),
  },
  RECORD_GATHER: {
    meaning: 'How long calls that a running task already ended may wait to be read together.',
    initial: formatDuration(limits.RECORD_GATHER),
    schema: duration(1, DAY),
  },
  TASK_LIST_INTERVAL: {
    meaning:
      'Between two listings of all tasks while a submission is in doubt or was given up of late; they find tasks that nobody here knows.',
    initial: formatDuration(limits.TASK_LIST_INTERVAL),
    schema: duration(100, DAY),
  },
  TASK_LIST_PAGE: {
    meaning: "Tasks per page of a listing. The provider's cap is undocumented.",
    initial: String(limits.TASK_LIST_PAGE),
    schema: wholeNumber(1, 1_000),
  },
} as const satisfies Readonly<Record<string, SettingRow>>;

export type SettingName = keyof typeof SETTINGS;

type Row<N extends SettingName> = (typeof SETTINGS)[N];

/** The parsed values. A setting without an initial text may be undefined. */
export type SettingValues = {
  readonly [N in SettingName]:
    | z.output<Row<N>['schema']>
    | (Row<N> extends { readonly initial: string } ? never : undefined);
};

/** The names in the order of the table. The cast holds because the keys of a literal are exactly its own. */
function settingNames(): SettingName[] {
  return Object.keys(SETTINGS) as SettingName[];
}

export const SETTING_NAMES: readonly SettingName[] = settingNames();

/** The row of a setting in its general form. */
export function settingRow(name: SettingName): SettingRow {
  return SETTINGS[name];
}

/** The table as Markdown; the README holds this text and a test compares the two. */
export function settingsTable(): string {
  const lines = ['| variable | default | meaning |', '| --- | --- | --- |'];
  for (const name of SETTING_NAMES) {
    const { initial, meaning } = settingRow(name);
    lines.push(`| \`${name}\` | ${initial === undefined ? '' : `\`${initial}\``} | ${meaning} |`);
  }
  return lines.join('\n');
}
