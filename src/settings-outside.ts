import { z } from 'zod';
import {
  ClusterNodes,
  isPlainHttpOrigin,
  isRedisUrl,
  Secret,
  type SettingRow,
  wholeNumber,
} from './setting-kinds.ts';

/** Settings of what stands outside: Redis and the provider. */
export const OUTSIDE_SETTINGS = {
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
  TCCC_PROTECTED_NUMBERS: {
    meaning:
      'Whether the application has number protection (`on` or `off`): its call records then come from DescribeProtectedTelCdr, without numbers.',
    initial: 'off',
    schema: z.enum(['on', 'off'], { error: 'write on or off' }).transform((text) => text === 'on'),
  },
  TCCC_REGION: {
    meaning: 'Region sent with requests. The provider ignores it for calls; leave it unset.',
    schema: z.string().regex(/^[a-z0-9-]+$/, 'write a region such as "ap-guangzhou"'),
  },
} as const satisfies Readonly<Record<string, SettingRow>>;
