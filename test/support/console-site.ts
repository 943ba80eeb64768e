import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, inject } from 'vitest';
import { z } from 'zod';
import type { AccessRole } from '../../src/core/access.ts';
import { buildConsole, openBrowser, openPage, signIn, type WatchedPage } from './browser.ts';
import {
  type BuiltApp,
  buildApp,
  type Child,
  openSite,
  QUICK_CAMPAIGN,
  quickList,
  type Site,
} from './processes.ts';

/** Compiling sources and bundling the page may wait for the other processor. */
const BUILD_MAX = 240_000;

const Key = z.object({ secret: z.string() });

/** An installation with its API and a browser before it. */
export interface ConsoleSite {
  readonly site: Site;
  /** Starts every role and tells where the API listens; on a free port unless told otherwise. */
  serve(port?: string): Promise<{ readonly worker: Child; readonly url: string }>;
  /** A fresh key of the role. */
  keyFor(role: AccessRole): Promise<string>;
  /** A browser of its own on the console; signed in where a role is given. Closed after the test. */
  open(url: string, role?: AccessRole, options?: Parameters<typeof openPage>[2]): Promise<WatchedPage>;
  /** Stores a campaign with a list of so many callees. */
  putCampaign(id: string, callees: number, changes?: object): Promise<void>;
}

/** Compiles workers and console once for the tests of a file, and gives each test an installation of its own. */
export function consoleSiteForEach(begin: (opened: ConsoleSite) => void): void {
  let app: BuiltApp | undefined;
  let browser: Browser | undefined;
  let site: Site | undefined;
  let pages: WatchedPage[] = [];
  beforeAll(async () => {
    app = await buildApp();
    await buildConsole(app.root);
    browser = await openBrowser();
  }, BUILD_MAX);
  afterAll(async () => {
    await browser?.close();
    await app?.remove();
  });
  beforeEach(async () => {
    if (app === undefined || browser === undefined) throw new Error('the workers were not built');
    site = await openSite(app, inject('redisUrl'));
    pages = [];
    begin(consoleSite(site, browser, pages));
  });
  afterEach(async () => {
    for (const { close } of pages) await close();
    await site?.end();
  });
}

function consoleSite(site: Site, browser: Browser, pages: WatchedPage[]): ConsoleSite {
  let keys = 0;
  const keyFor = async (role: AccessRole): Promise<string> => {
    keys += 1;
    return (await site.json(Key, 'key', 'create', '--role', role, '--name', `${role} ${keys}`)).secret;
  };
  return {
    site,
    keyFor,
    async serve(port = '0') {
      const worker = await site.startTaking('all', [], { HTTP_PORT: port });
      await worker.says('"event":"listening"');
      const url = /"url":"(http:\/\/[^"]+)"/.exec(worker.stdout() + worker.stderr())?.[1];
      if (url === undefined) throw new Error(`the API does not say where it listens: ${worker.stderr()}`);
      return { worker, url };
    },
    async open(url, role, options) {
      const watched = await openPage(browser, url, options);
      pages.push(watched);
      await watched.page.goto('/');
      if (role !== undefined) await signIn(watched.page, await keyFor(role));
      return watched;
    },
    async putCampaign(id, callees, changes = {}) {
      const file = await site.write(`${id}.json`, { ...QUICK_CAMPAIGN, ...changes });
      await site.cli('campaign', 'put', id, '--file', file);
      await site.cli('import', 'add', id, await site.write(`${id}.csv`, quickList(callees)), '--wait');
    },
  };
}

/** Waits until nothing of the page is loading any more. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
}
