import type { Finding } from './documents.ts';
import { session, signOutHere } from './session.ts';

/** How long an answer may take. Reports and uploads are not asked for through here. */
const DEADLINE_MS = 20_000;

/** A problem document (RFC 9457) as an error, or what stands for one where no server answered. */
export class Problem extends Error {
  override readonly name = 'Problem';
  /** 0 where there was no answer at all. */
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** Names of the settings that differ, where that is the problem. */
  readonly fields: readonly string[];
  /** What does not parse, each with its place. */
  readonly places: readonly string[];
  /** Whatever else the server tells about it. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** What a preflight found that keeps the campaign from starting. */
  readonly findings: readonly Finding[];

  constructor(status: number, document: Readonly<Record<string, unknown>>) {
    const text = (key: string): string => (typeof document[key] === 'string' ? document[key] : '');
    super(text('title') || text('detail') || `HTTP ${status}`);
    this.status = status;
    this.code = text('code');
    this.detail = text('detail');
    this.facts = document;
    this.fields = Array.isArray(document.fields) ? document.fields.map(String) : [];
    this.findings = Array.isArray(document.problems) ? document.problems.flatMap(findingOf) : [];
    this.places = Array.isArray(document.errors) ? document.errors.map(placeText) : [];
  }
}

function findingOf(value: unknown): Finding[] {
  if (typeof value !== 'object' || value === null) return [];
  const { code, text, remedy, facts }: { readonly [key in keyof Finding]?: unknown } = value;
  if (typeof code !== 'string') return [];
  return [
    { code, text: String(text ?? ''), remedy: String(remedy ?? ''), facts: trusted<Finding['facts']>(facts) },
  ];
}

function placeText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { path = '', message = '' }: { readonly path?: unknown; readonly message?: unknown } = value;
  return path === '' ? String(message) : `${String(path)}: ${String(message)}`;
}

export interface Answer<T> {
  readonly data: T;
  /** Address of the next page of a list; undefined on the last. */
  readonly next: string | undefined;
}

export interface Options {
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The problem that a reply stands for; bodies that are no problem document count as none. */
export function problemOf(status: number, text: string): Problem {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) return new Problem(status, { ...parsed });
  } catch {
    // Not JSON: a proxy or a server that is starting answers in its own words.
  }
  return new Problem(status, { title: `HTTP ${status}`, detail: text.slice(0, 200) });
}

/** Headers that a write needs besides its body: the session's token against requests from other sites. */
export function writeHeaders(): Record<string, string> {
  const csrf = session.value?.csrf;
  return csrf === undefined || csrf === null ? {} : { 'x-csrf-token': csrf };
}

/** The documents' types are those of the server's own schemas, so what it sends has the type that was asked for. */
function trusted<T>(value: unknown): T {
  return value as T;
}

/** The address behind `rel="next"` of a Link header, made relative to this origin. */
export function nextPage(link: string | null): string | undefined {
  const address = /<([^>]+)>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1];
  if (address === undefined) return undefined;
  const url = new URL(address, location.origin);
  return url.pathname + url.search;
}

/**
 * One request to the API. Throws Problem; a 401 also ends the session of this page, except where `path` is the
 * sign-in itself. Aborting rejects with the reason of the signal.
 */
export async function request<T>(method: string, path: string, options: Options = {}): Promise<Answer<T>> {
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]);
  const hasBody = options.body !== undefined;
  const init: RequestInit = {
    method,
    signal,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json, application/problem+json',
      ...(hasBody && { 'content-type': 'application/json' }),
      ...(method !== 'GET' && writeHeaders()),
      ...options.headers,
    },
    ...(hasBody && { body: JSON.stringify(options.body) }),
  };
  const reply = await fetch(path, init).catch((error: unknown) => {
    if (options.signal?.aborted) throw error;
    throw new Problem(0, { code: 'unreachable' });
  });
  const text = await reply.text();
  if (!reply.ok) {
    if (reply.status === 401 && path !== '/v1/session') signOutHere();
    throw problemOf(reply.status, text);
  }
  const data = text === '' ? undefined : JSON.parse(text);
  return { data: trusted<T>(data), next: nextPage(reply.headers.get('link')) };
}

/** The document at `path`. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await request<T>('GET', path, signal === undefined ? {} : { signal })).data;
}

/** Query string of what is given, with its question mark; empty when nothing is. */
export function query(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') search.set(key, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
