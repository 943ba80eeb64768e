import { AppError } from '../../../core/errors.ts';

/**
 * A path of the API from its parts, each encoded. Throws AppError `input_invalid` for a part that an address cannot
 * hold: it would name something else.
 */
export function apiPath(...parts: readonly string[]): string {
  const encoded = parts.map((part) => {
    if (part !== '' && part !== '.' && part !== '..') return encodeURIComponent(part);
    throw new AppError('input_invalid', `"${part}" is no id, number or name of anything`);
  });
  return `/v1/${encoded.join('/')}`;
}

/** The address of a request: what the API is reached under (a path of a proxy included), the path, what is asked. */
export function addressOf(
  base: string,
  path: string,
  query: Readonly<Record<string, string | undefined>> = {},
): URL {
  const url = new URL(base + path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

/** The cursor of the next page in a header `Link`; undefined on the last one. Proxies may have rewritten its path. */
export function nextCursor(link: string | string[] | undefined): string | undefined {
  const [, target] = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec([link ?? ''].flat().join(',')) ?? [];
  if (target === undefined) return undefined;
  return new URLSearchParams(target.slice(target.indexOf('?') + 1)).get('cursor') ?? undefined;
}

/** True where nobody but this machine is on the way. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/i.test(hostname);
}
