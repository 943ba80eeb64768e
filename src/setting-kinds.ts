import { isIP } from 'node:net';
import { z } from 'zod';
import { keyIdOf } from './core/access.ts';
import { formatDuration, parseDuration } from './core/duration.ts';

/**
 * One environment setting. `initial` is the text that stands where the variable is unset, exactly as an operator
 * would write it; a setting without one stays undefined. Secrets never have one, and are never repeated in messages.
 */
export interface SettingRow {
  readonly meaning: string;
  readonly initial?: string;
  readonly secret?: true;
  readonly schema: z.ZodType<unknown, string>;
}

export function duration(min: number, max: number) {
  const remedy = `write a duration from ${formatDuration(min)} to ${formatDuration(max)}, such as "90s", "10m" or "2h"`;
  return z.string().transform((text, context): number => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms >= min && ms <= max) return ms;
    context.addIssue(remedy);
    return z.NEVER;
  });
}

export function wholeNumber(min: number, max: number) {
  return z.string().transform((text, context): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    context.addIssue(`write a whole number from ${min} to ${max}`);
    return z.NEVER;
  });
}

export function isRedisUrl(text: string): boolean {
  if (text.startsWith('/')) return !text.startsWith('//');
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (url.protocol === 'redis:' || url.protocol === 'rediss:') && url.hostname !== '';
}

export function isPlainHttpOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const plain = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  return (url.protocol === 'https:' || url.protocol === 'http:') && plain;
}

/** Where the API is reached, perhaps behind a path of a proxy; without the slashes at its end. */
export const ApiUrl = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    context.addIssue('write "https://host", with the port and path where there are any');
    return z.NEVER;
  }
  if (url.username !== '' || url.password !== '') {
    context.addIssue('must not hold a user or password; the key goes into RINGMASTER_KEY');
    return z.NEVER;
  }
  if (url.search !== '' || url.hash !== '') {
    context.addIssue('must not hold "?" or "#"; write the address of the console');
    return z.NEVER;
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
});

const NODE = /^(\[[0-9a-fA-F:.]+\]|[^\s:,/@]+):(\d{1,5})$/;

export const ClusterNodes = z.string().transform((text, context) => {
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

/** Addresses or networks, separated by commas. */
export const ProxyList = z.string().transform((text, context) => {
  const entries = text.split(',').map((entry) => entry.trim());
  const isAddress = (entry: string): boolean => {
    const [address = '', bits = '0', ...rest] = entry.split('/');
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    return family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
  };
  if (entries.every(isAddress)) return entries;
  context.addIssue('write IP addresses or networks such as "10.0.0.0/8", separated by commas');
  return z.NEVER;
});

/** A key of our own API, as it was shown when it was made. */
export const ApiKeySecret = z
  .string()
  .refine(
    (text) => keyIdOf(text) !== undefined,
    'is no key of ours; set it as "key create" printed it (rmk_...)',
  );

export const Path = z.string();
export const Secret = z.string().regex(/^\S+$/, 'must not contain spaces or line breaks; set it again');
