import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { z } from 'zod';
import { createKeyFile } from '../../src/adapters/key-file.ts';
import type { AccessRole } from '../../src/core/access.ts';
import { openBrowser, openPage, signIn, type WatchedPage } from './browser.ts';
import { BUILD_MAX, buildAppWithConsole } from './built-app.ts';
import {
  CampaignJson,
  type Child,
  ImportJson,
  openSite,
  QUICK_CAMPAIGN,
  quickList,
  type Site,
  until,
} from './processes.ts';

/** Waits as short as they may be, so that a campaign of some dozen callees ends within seconds. */
const QUICKLY = {
  FIRST_LOOK: '200ms',
  LOOK_INTERVAL_MIN: '100ms',
  LOOK_INTERVAL_MAX: '200ms',
  BATCH_GATHER: '200ms',
  RECORD_GATHER: '200ms',
  // The receivers of webhooks listen beside us.
  WEBHOOK_PRIVATE: 'allow',
};

/** A campaign that others with the same numbers do not hold back. */
export const ALONE = { ...QUICK_CAMPAIGN, caps: { preset: 'none' } };

const Key = z.object({ secret: z.string() });

/** Where a process says that its API listens. */
export interface Served {
  readonly worker: Child;
  readonly url: string;
}

/** An installation with its API, the simulator behind it and a browser before it, for all tests of a file. */
export interface ConsoleSite {
  readonly site: Site;
  /** Where the API of the process with all roles listens. */
  readonly url: string;
  /** Where the simulator listens. */
  readonly simulator: string;
  /** A request of an administrator; what it is answered where it succeeds, else an error. A text is sent as it is. */
  ask<T>(schema: z.ZodType<T>, method: string, path: string, body?: object | string): Promise<T>;
  /** A fresh key of the role. */
  keyFor(role: AccessRole): Promise<string>;
  /** One more process with the API only; on a free port unless told otherwise. */
  serve(port?: string): Promise<Served>;
  /** A browser profile of its own on the console; signed in where a role is given. Closed after the test. */
  open(role?: AccessRole, options?: OpenOptions): Promise<WatchedPage>;
  /** Stores a campaign with a list: so many callees, or the text of it. */
  putCampaign(id: string, list: number | string, changes?: object): Promise<void>;
  /** Does one of the actions on a campaign. */
  act(id: string, action: string): Promise<void>;
  /** Waits until the campaign is in the state. */
  comesTo(id: string, state: string): Promise<void>;
}

export interface OpenOptions extends BrowserContextOptions {
  /** Another API of the same installation. */
  readonly at?: string;
}

/**
 * Compiles workers and console, starts an installation, and hands it to `begin`, which may store what all tests of the
 * file need. Tests share it, so each names campaigns of its own; pages are closed after each.
 */
export function consoleSiteForFile(begin: (opened: ConsoleSite) => void | Promise<void>): void {
  let browser: Browser | undefined;
  let site: Site | undefined;
  const pages: WatchedPage[] = [];
  beforeAll(async () => {
    const app = await buildAppWithConsole();
    browser = await openBrowser();
    site = await openSite(app, inject('redisUrl'));
    await begin(await consoleSite(site, browser, pages));
  }, 2 * BUILD_MAX);
  afterEach(async () => {
    for (const { close } of pages.splice(0)) await close();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.end();
  });
}

async function served(worker: Child): Promise<Served> {
  await worker.says('"event":"listening"');
  const url = /"url":"(http:\/\/[^"]+)"/.exec(worker.stdout() + worker.stderr())?.[1];
  if (url === undefined) throw new Error(`the API does not say where it listens: ${worker.stderr()}`);
  return { worker, url };
}

/** Requests with the key; what is not answered with success is an error that says how it was. */
function asker(url: string, key: string): ConsoleSite['ask'] {
  return async (schema, method, path, body) => {
    const type = typeof body === 'string' ? 'application/octet-stream' : 'application/json';
    const reply = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': type }) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path} was answered with ${reply.status}: ${text}`);
    return schema.parse(text === '' ? undefined : JSON.parse(text));
  };
}

/**
 * Opens pages. Who signed in once in a role need not do so for the next page: its cookie is given to that. Signing in
 * is what the server allows an address some ten times a minute only.
 */
function opener(
  browser: Browser,
  pages: WatchedPage[],
  site: Pick<ConsoleSite, 'url' | 'keyFor'>,
): ConsoleSite['open'] {
  const signedIn = new Map<string, NonNullable<BrowserContextOptions['storageState']>>();
  return async (role, { at = site.url, ...options } = {}) => {
    const kept = `${role} ${at}`;
    const storageState = signedIn.get(kept);
    const watched = await openPage(browser, at, { ...options, ...(storageState && { storageState }) });
    pages.push(watched);
    await watched.page.goto('/');
    if (role === undefined) return watched;
    if (storageState !== undefined) await watched.page.locator('nav.nav').waitFor();
    else {
      await signIn(watched.page, await site.keyFor(role));
      signedIn.set(kept, await watched.page.context().storageState());
    }
    return watched;
  };
}

async function consoleSite(site: Site, browser: Browser, pages: WatchedPage[]): Promise<ConsoleSite> {
  const first = { name: 'the first', role: 'admin' } as const;
  const { secret } = await createKeyFile(join(site.dir, 'api-keys.json')).create(first, Date.now());
  const { url: simulator } = await site.simulate();
  const { url } = await served(await site.startTaking('all', [], QUICKLY));
  const ask = asker(url, secret);
  let keys = 0;
  const keyFor = async (role: AccessRole): Promise<string> => {
    keys += 1;
    return (await ask(Key, 'POST', '/v1/keys', { role, name: `${role} ${keys}` })).secret;
  };
  return {
    ...{ site, url, simulator, ask, keyFor },
    serve: async (port = '0') => served(await site.startTaking('api', [], { HTTP_PORT: port })),
    open: opener(browser, pages, { url, keyFor }),
    async putCampaign(id, list, changes = {}) {
      await ask(CampaignJson, 'PUT', `/v1/campaigns/${id}`, { ...ALONE, ...changes });
      const text = typeof list === 'string' ? list : quickList(list);
      const added = await ask(ImportJson, 'POST', `/v1/campaigns/${id}/imports?fileName=${id}.csv`, text);
      await until(async () => {
        const { state } = await ask(ImportJson, 'GET', `/v1/imports/${added.id}`);
        if (state !== 'done' && state !== 'failed') throw new Error(`the import is ${state}`);
      });
    },
    async act(id, action) {
      await ask(z.object({ text: z.string() }), 'POST', `/v1/campaigns/${id}/actions/${action}`, {});
    },
    async comesTo(id, state) {
      await until(async () => {
        const now = await ask(CampaignJson, 'GET', `/v1/campaigns/${id}`);
        if (now.state !== state) throw new Error(`${id} is ${now.state}: ${now.reasonText}`);
      }, 50);
    },
  };
}

/** Waits until nothing of the page is loading any more. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
}

/** Goes to a page by its address behind the hash, and waits until it is there with all that it loads. */
export async function goTo(page: Page, address: string): Promise<void> {
  await page.goto(`/#/${address}`);
  await page.locator(`main[data-page="${address}"]`).waitFor();
  await settled(page);
}
