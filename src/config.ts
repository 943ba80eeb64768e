import { join } from 'node:path';
import { AppError } from './core/errors.ts';
import { SETTING_NAMES, type SettingName, type SettingValues, settingRow } from './settings.ts';

/** The environment as handed to a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** All settings, parsed and frozen. Durations in milliseconds; what may be absent is undefined. */
export type Config = DeepReadonly<ReturnType<typeof arrange>>;

/** What it takes to speak to the provider, complete. */
export interface ProviderConfig {
  readonly endpoint: string;
  readonly secretId: string;
  readonly secretKey: string;
  readonly token: string | undefined;
  readonly sdkAppId: number;
  readonly region: string | undefined;
}

interface Problem {
  readonly name: SettingName;
  readonly text: string;
}

function settingsError(problems: readonly Problem[]): AppError {
  const lines = problems.map((problem) => `  ${problem.name}: ${problem.text}`);
  const what = problems.length === 1 ? 'this setting needs' : 'these settings need';
  return new AppError('settings_invalid', `${what} a change in the environment:\n${lines.join('\n')}`);
}

/**
 * Parses each variable by its row. An empty variable counts as unset, since compose files and shells pass it
 * for "nothing". No value is ever repeated in a problem: it may be a secret that landed in the wrong place.
 */
function parseSettings(
  environment: Environment,
  names: readonly SettingName[] = SETTING_NAMES,
): { values: Partial<SettingValues>; problems: Problem[] } {
  const values: Partial<Record<SettingName, unknown>> = {};
  const problems: Problem[] = [];
  for (const name of names) {
    const row = settingRow(name);
    const given = environment[name]?.trim() ?? '';
    const text = given === '' ? row.initial : given;
    if (text === undefined) continue;
    const parsed = row.schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else problems.push({ name, text: parsed.error.issues.map((issue) => issue.message).join('; ') });
  }
  return { values: trustRows(values), problems };
}

/** Each value was made by the schema that its type is inferred from. */
function trustRows(values: Partial<Record<SettingName, unknown>>): Partial<SettingValues> {
  return values as Partial<SettingValues>;
}

/** With no problem, every setting that has an initial text has a value. */
function trustComplete(values: Partial<SettingValues>): SettingValues {
  return values as SettingValues;
}

/** What no single setting can know. */
function crossProblems(values: Partial<SettingValues>): Problem[] {
  const problems: Problem[] = [];
  const { LOOK_INTERVAL_MIN: min, LOOK_INTERVAL_MAX: max, REDIS_URL: url } = values;
  if (min !== undefined && max !== undefined && min > max) {
    problems.push({ name: 'LOOK_INTERVAL_MAX', text: 'must not be shorter than LOOK_INTERVAL_MIN' });
  }
  if (values.REDIS_CLUSTER_NODES !== undefined && url !== undefined) {
    const path = url.startsWith('/') ? url : new URL(url).pathname.replace(/^\/0?$/, '');
    if (path !== '') {
      const text = 'a cluster has neither socket paths nor database numbers; write "redis://host:port"';
      problems.push({ name: 'REDIS_URL', text });
    }
  }
  const secured = values.PUSH_AUTH === 'basic' || values.PUSH_AUTH === 'oauth2';
  for (const name of secured ? (['PUSH_USER', 'PUSH_PASSWORD'] as const) : []) {
    if (values[name] === undefined) problems.push({ name, text: `is needed where PUSH_AUTH is not "none"` });
  }
  return problems;
}

/** Values by setting into values by subject. */
function arrange(values: SettingValues) {
  const dataDir = values.DATA_DIR;
  return {
    redis: {
      url: values.REDIS_URL,
      clusterNodes: values.REDIS_CLUSTER_NODES,
      prefix: values.REDIS_PREFIX,
      /** Home of the private server, used when neither a URL nor nodes are given. */
      embeddedDir: join(dataDir, 'redis'),
    },
    provider: {
      endpoint: values.TCCC_ENDPOINT,
      secretId: values.TCCC_SECRET_ID,
      secretKey: values.TCCC_SECRET_KEY,
      token: values.TCCC_TOKEN,
      sdkAppId: values.TCCC_SDK_APP_ID,
      protectedNumbers: values.TCCC_PROTECTED_NUMBERS,
      region: values.TCCC_REGION,
    },
    http: {
      host: values.HTTP_HOST,
      port: values.HTTP_PORT,
      drainDelayMs: values.HTTP_DRAIN_DELAY,
      bounds: {
        uploadBytesMax: values.HTTP_UPLOAD_BYTES_MAX,
        requestsPerMinute: values.HTTP_REQUESTS_PER_MINUTE,
        proxies: values.HTTP_PROXIES,
      },
    },
    push: { mode: values.PUSH_AUTH, user: values.PUSH_USER, password: values.PUSH_PASSWORD },
    dataDir,
    spoolDir: values.SPOOL_DIR ?? join(dataDir, 'spool'),
    dropDir: values.DROP_DIR ?? join(dataDir, 'drop'),
    drop: {
      settleMs: values.DROP_SETTLE,
      bytesMax: values.DROP_BYTES_MAX,
      /** Undefined: the file system tells of changes. */
      pollMs: values.DROP_POLL,
    },
    suppressionKey: values.SUPPRESSION_KEY,
    apiKeysFile: values.API_KEYS_FILE ?? join(dataDir, 'api-keys.json'),
    logLevel: values.LOG_LEVEL,
    privateWebhooks: values.WEBHOOK_PRIVATE === 'allow',
    tracesTo: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    limits: {
      requestsPerSecond: values.REQUESTS_PER_SECOND,
      requestDeadline: values.REQUEST_DEADLINE,
      submissionGrace: values.SUBMISSION_GRACE,
      quietPeriod: values.QUIET_PERIOD,
      recordWaitMax: values.RECORD_WAIT_MAX,
      sweepInterval: values.SWEEP_INTERVAL,
      lookIntervalMin: values.LOOK_INTERVAL_MIN,
      lookIntervalMax: values.LOOK_INTERVAL_MAX,
      firstLook: values.FIRST_LOOK,
      batchGather: values.BATCH_GATHER,
      recordGather: values.RECORD_GATHER,
      calleesInFlightMax: values.CALLEES_IN_FLIGHT_MAX,
      taskListInterval: values.TASK_LIST_INTERVAL,
      taskListPage: values.TASK_LIST_PAGE,
    },
    /** What a forecast assumes. Shares of 1, milliseconds. */
    assumptions: {
      answeredShare: values.ASSUMED_ANSWERED_PERCENT / 100,
      deadShare: values.ASSUMED_DEAD_PERCENT / 100,
      answeredTime: values.ASSUMED_ANSWERED_TIME,
      missedTime: values.ASSUMED_MISSED_TIME,
      channels: values.ASSUMED_CHANNELS,
    },
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}

/**
 * Reads the environment once. Throws AppError `settings_invalid` that names every variable which does not parse,
 * each with its remedy. The provider's credentials may be absent: see {@link requireProvider}.
 */
export function loadConfig(environment: Environment = process.env): Config {
  const { values, problems } = parseSettings(environment);
  problems.push(...crossProblems(values));
  if (problems.length > 0) throw settingsError(problems);
  return deepFreeze(arrange(trustComplete(values)));
}

/** Where the command line finds the API, and its key. */
export interface ApiConfig {
  readonly url: string;
  readonly key: string;
}

/**
 * What it takes to work through the API instead of on Redis; undefined where that is not wished for. Reads nothing else
 * of the environment. Throws AppError `settings_invalid` where only one of the two is set: what was meant as a command
 * for an installation elsewhere must not end up on a store of this machine.
 */
export function loadApiConfig(environment: Environment = process.env): ApiConfig | undefined {
  const { values, problems } = parseSettings(environment, ['RINGMASTER_URL', 'RINGMASTER_KEY']);
  if (problems.length > 0) throw settingsError(problems);
  const { RINGMASTER_URL: url, RINGMASTER_KEY: key } = values;
  if (url === undefined && key === undefined) return undefined;
  if (url !== undefined && key !== undefined) return { url, key };
  const missing: Problem =
    url === undefined
      ? { name: 'RINGMASTER_URL', text: 'is needed beside RINGMASTER_KEY; set it, or unset the key' }
      : {
          name: 'RINGMASTER_KEY',
          text: 'is needed beside RINGMASTER_URL; "key create" on the server makes one',
        };
  throw settingsError([missing]);
}

/** The provider's settings, complete, or AppError `settings_invalid` naming each that is missing. */
export function requireProvider(config: Config): ProviderConfig {
  const { endpoint, secretId, secretKey, token, sdkAppId, region } = config.provider;
  if (secretId !== undefined && secretKey !== undefined && sdkAppId !== undefined) {
    return { endpoint, secretId, secretKey, token, sdkAppId, region };
  }
  const needed: readonly (readonly [SettingName, unknown])[] = [
    ['TCCC_SECRET_ID', secretId],
    ['TCCC_SECRET_KEY', secretKey],
    ['TCCC_SDK_APP_ID', sdkAppId],
  ];
  const missing = needed.filter(([, value]) => value === undefined);
  throw settingsError(
    missing.map(([name]) => ({ name, text: 'is needed to speak to the provider; set it' })),
  );
}
