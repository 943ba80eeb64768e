import { describe, expect, it } from 'vitest';
import { loadConfig, requireProvider } from '../src/config.ts';
import { AppError } from '../src/core/errors.ts';
import * as limits from '../src/core/limits.ts';
import { SETTING_NAMES, type SettingName, settingRow } from '../src/settings.ts';

const SECRET = 'sekret-Yq7';
const PROVIDER = { TCCC_SECRET_ID: 'id', TCCC_SECRET_KEY: SECRET, TCCC_SDK_APP_ID: '1400000000' };

function failure(act: () => unknown): AppError {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('loadConfig', () => {
  it('needs no variable at all', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      redis: { url: undefined, clusterNodes: undefined, prefix: 'rm', embeddedDir: '.ringmaster/redis' },
      provider: { endpoint: 'https://ccc.tencentcloudapi.com', secretId: undefined, secretKey: undefined },
      http: { host: '127.0.0.1', port: 8080 },
      spoolDir: '.ringmaster/spool',
      dropDir: '.ringmaster/drop',
      apiKeysFile: '.ringmaster/api-keys.json',
      logLevel: 'info',
    });
  });

  it('takes the bounds of the core where nothing else is said', () => {
    const bounds: Readonly<Record<string, unknown>> = { ...limits };
    const entries = Object.entries(loadConfig({}).limits);
    expect(entries.length).toBeGreaterThan(9);
    for (const [key, value] of entries) {
      const name = key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
      expect(value, name).toBe(bounds[name]);
    }
  });

  it('reads every setting', () => {
    const config = loadConfig({
      ...PROVIDER,
      TCCC_TOKEN: 'token',
      TCCC_PROTECTED_NUMBERS: 'on',
      TCCC_REGION: 'ap-guangzhou',
      TCCC_ENDPOINT: 'http://127.0.0.1:9700/',
      REDIS_URL: 'rediss://app:pw@redis.local:6380',
      REDIS_CLUSTER_NODES: 'a.local:7000, [::1]:7001',
      REDIS_PREFIX: 'site2',
      HTTP_HOST: '0.0.0.0',
      HTTP_PORT: '0',
      DATA_DIR: '/var/lib/ringmaster',
      DROP_DIR: '/drop',
      LOG_LEVEL: 'debug',
      QUIET_PERIOD: '90s',
      REQUESTS_PER_SECOND: '50',
    });
    expect(config.provider).toEqual({
      endpoint: 'http://127.0.0.1:9700',
      secretId: 'id',
      secretKey: SECRET,
      token: 'token',
      sdkAppId: 1_400_000_000,
      protectedNumbers: true,
      region: 'ap-guangzhou',
    });
    expect(config.redis.clusterNodes).toEqual([
      { host: 'a.local', port: 7000 },
      { host: '::1', port: 7001 },
    ]);
    expect(config.redis.embeddedDir).toBe('/var/lib/ringmaster/redis');
    expect([config.spoolDir, config.dropDir]).toEqual(['/var/lib/ringmaster/spool', '/drop']);
    expect(config.limits).toMatchObject({ quietPeriod: 90_000, requestsPerSecond: 50 });
  });

  it('gives a value that nobody can change', () => {
    const config = loadConfig({ REDIS_CLUSTER_NODES: 'a:1' });
    for (const part of [
      config,
      config.redis,
      config.limits,
      config.redis.clusterNodes,
      config.redis.clusterNodes?.[0],
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('takes an empty variable for an unset one', () => {
    expect(loadConfig({ REDIS_URL: '', TCCC_TOKEN: ' ', HTTP_PORT: '' })).toEqual(loadConfig({}));
  });

  it('names every variable that does not parse, at once, with a remedy and without its value', () => {
    const wrong: Partial<Record<SettingName, string>> = {
      REDIS_URL: `http://${SECRET}`,
      REDIS_CLUSTER_NODES: `${SECRET}`,
      REDIS_PREFIX: 'a{b}',
      TCCC_ENDPOINT: `https://${SECRET}/path`,
      TCCC_SECRET_KEY: `${SECRET} with a space`,
      TCCC_SDK_APP_ID: SECRET,
      HTTP_PORT: '65536',
      LOG_LEVEL: 'loud',
      QUIET_PERIOD: '60',
      SWEEP_INTERVAL: '1ms',
      TASK_LIST_PAGE: '0',
    };
    const error = failure(() => loadConfig(wrong));
    expect(error.code).toBe('settings_invalid');
    for (const name of Object.keys(wrong))
      expect(error.message).toMatch(new RegExp(`^ {2}${name}: \\S.{10,}`, 'm'));
    expect(error.message.split('\n')).toHaveLength(Object.keys(wrong).length + 1);
    expect(error.message).not.toContain(SECRET);
  });

  it.each([
    ['redis://h:6379', true],
    ['rediss://user:p%40ss@h:6379/2', true],
    ['/run/redis.sock', true],
    ['//run/redis.sock', false],
    ['redis:///run/redis.sock', false],
    ['localhost:6379', false],
  ])('REDIS_URL "%s": allowed %s', (url, allowed) => {
    if (allowed) expect(loadConfig({ REDIS_URL: url }).redis.url).toBe(url);
    else expect(failure(() => loadConfig({ REDIS_URL: url })).message).toContain('REDIS_URL');
  });

  it('refuses settings that contradict each other', () => {
    const looks = failure(() => loadConfig({ LOOK_INTERVAL_MIN: '10s', LOOK_INTERVAL_MAX: '5s' }));
    expect(looks.message).toContain('LOOK_INTERVAL_MAX: must not be shorter than LOOK_INTERVAL_MIN');
    for (const REDIS_URL of ['/run/redis.sock', 'redis://a:1/3']) {
      expect(failure(() => loadConfig({ REDIS_URL, REDIS_CLUSTER_NODES: 'a:1' })).message).toContain(
        'REDIS_URL: a cluster',
      );
    }
    expect(() => loadConfig({ REDIS_URL: 'redis://a:1/0', REDIS_CLUSTER_NODES: 'a:1' })).not.toThrow();
  });
});

describe('requireProvider', () => {
  it('gives the complete settings', () => {
    expect(requireProvider(loadConfig(PROVIDER))).toMatchObject({
      secretKey: SECRET,
      sdkAppId: 1_400_000_000,
    });
  });

  it.each(Object.keys(PROVIDER))('names %s when it is missing, and no other', (name) => {
    const error = failure(() => requireProvider(loadConfig({ ...PROVIDER, [name]: '' })));
    expect(error.code).toBe('settings_invalid');
    expect(error.message.match(/TCCC_\w+/g)).toEqual([name]);
  });
});

describe('the table of settings', () => {
  it('gives no secret an initial value and every initial value parses', () => {
    for (const name of SETTING_NAMES) {
      const row = settingRow(name);
      if (/SECRET|TOKEN/.test(name)) expect(row).toMatchObject({ secret: true });
      if (row.secret === true) expect(row.initial, name).toBeUndefined();
      if (row.initial !== undefined) expect(row.schema.safeParse(row.initial).success, name).toBe(true);
    }
  });
});
