import { computed, signal } from '@preact/signals';

export interface Route {
  /** Decoded parts of the path: `#/campaigns/spring/callees` is three. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** What follows the hash is the page, so every page has an address that the server need not know. */
const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const route = computed<Route>(() => {
  const [path = '', search = ''] = hash.value.replace(/^#\/?/, '').split('?');
  return {
    path: path
      .split('/')
      .filter((part) => part !== '')
      .map(decoded),
    query: Object.fromEntries(new URLSearchParams(search)),
  };
});

/** The address of a page, for links. */
export function to(path: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== '');
  const search = given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
  return `#/${path.map(encodeURIComponent).join('/')}${search}`;
}

/** Goes to a page, as a click on its link would. */
export function go(path: readonly string[], query: Readonly<Record<string, string>> = {}): void {
  location.hash = to(path, query);
}
