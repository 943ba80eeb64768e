import { afterAll, afterEach, beforeAll, beforeEach, inject } from 'vitest';
import { type BuiltApp, buildApp, openSite, type Site } from './processes.ts';

/** Compiling the sources may wait for the other processor. */
const BUILD_MAX = 120_000;

/**
 * Compiles the workers once for the tests of this file, and gives each test a site of its own, ended after it with
 * all its processes. `begin` is handed the site before each test.
 */
export function siteForEach(begin: (site: Site) => void | Promise<void>): void {
  let app: BuiltApp | undefined;
  let site: Site | undefined;
  beforeAll(async () => {
    app = await buildApp();
  }, BUILD_MAX);
  afterAll(() => app?.remove());
  beforeEach(async () => {
    if (app === undefined) throw new Error('the workers were not built');
    site = await openSite(app, inject('redisUrl'));
    await begin(site);
  });
  afterEach(() => site?.end());
}
