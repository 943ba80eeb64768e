import { z } from 'zod';
import { formatDuration } from './core/duration.ts';
import * as limits from './core/limits.ts';
import { HOUR, MINUTE } from './core/time.ts';
import {
  ApiKeySecret,
  ApiUrl,
  duration,
  isPlainHttpOrigin,
  Path,
  ProxyList,
  Secret,
  type SettingRow,
  wholeNumber,
} from './setting-kinds.ts';

/** Settings of the faces and of where an installation keeps things. */
export const FACE_SETTINGS = {
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
  HTTP_PROXIES: {
    meaning:
      'Addresses or networks of proxies before the API, separated by commas, such as `127.0.0.1,10.0.0.0/8`: what they say of the client and of TLS is believed. Unset: nobody is.',
    schema: ProxyList,
  },
  HTTP_UPLOAD_BYTES_MAX: {
    meaning: 'Bytes of an uploaded list; a bigger one is refused.',
    initial: String(limits.HTTP_UPLOAD_BYTES_MAX),
    schema: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  },
  HTTP_REQUESTS_PER_MINUTE: {
    meaning: 'Requests a minute of one API key, over all processes.',
    initial: String(limits.HTTP_REQUESTS_PER_MINUTE),
    schema: wholeNumber(1, 10_000_000),
  },
  HTTP_DRAIN_DELAY: {
    meaning:
      'How long the API goes on answering after it was told to stop, while `/readyz` says no, so that a load balancer can turn away first.',
    initial: '0ms',
    schema: duration(0, MINUTE),
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
    meaning:
      'File with the hashes of API keys, the same for the command line and every API process. Unset: `DATA_DIR/api-keys.json`.',
    schema: Path,
  },
  RINGMASTER_URL: {
    meaning:
      'For the command line only: where the API of an installation is reached, such as `https://calls.example.com`. Commands then go through the API and need nothing else of this table but `RINGMASTER_KEY`. Unset: they work on Redis themselves.',
    schema: ApiUrl,
  },
  RINGMASTER_KEY: {
    meaning:
      'For the command line only: the API key that commands use with `RINGMASTER_URL`. Its role says what they may do.',
    secret: true,
    schema: ApiKeySecret,
  },
  PUSH_AUTH: {
    meaning:
      'How the provider proves itself when it pushes call records to `/push/tccc`: `none`, `basic` or `oauth2` (token from `/push/token`), as set in its console. `off`: no push is taken.',
    initial: 'off',
    schema: z.enum(['off', 'none', 'basic', 'oauth2'], { error: 'write off, none, basic or oauth2' }),
  },
  PUSH_USER: {
    meaning: 'User, or OAuth2 client id, of pushes.',
    schema: Secret,
  },
  PUSH_PASSWORD: {
    meaning: 'Password, or OAuth2 client secret, of pushes.',
    secret: true,
    schema: Secret.min(
      limits.PUSH_PASSWORD_MIN,
      `use at least ${limits.PUSH_PASSWORD_MIN} characters, for example from: openssl rand -hex 16`,
    ),
  },
  WEBHOOK_PRIVATE: {
    meaning:
      'Whether webhooks may be sent to addresses of private networks, and without TLS: `refuse` or `allow`. Allow it only where all who may add webhooks may also reach those networks.',
    initial: 'refuse',
    schema: z.enum(['refuse', 'allow'], { error: 'write refuse or allow' }),
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    meaning:
      'OpenTelemetry collector (OTLP over HTTP) that gets a span for each job, such as `http://localhost:4318`. Unset: none is sent.',
    schema: z
      .string()
      .refine(isPlainHttpOrigin, 'write "http://host:port" or "https://host", without path or user')
      .transform((text) => new URL(text).origin),
  },
  LOG_LEVEL: {
    meaning: 'Least level that is logged: `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.',
    initial: 'info',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'write trace, debug, info, warn, error, fatal or silent',
    }),
  },
} as const satisfies Readonly<Record<string, SettingRow>>;
