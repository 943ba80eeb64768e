import { afterEach, beforeAll, beforeEach, inject } from 'vitest';
import { BUILD_MAX, type BuiltApp, buildApp } from './built-app.ts';
import { openSite, type Site } from './processes.ts';

/**
 * Has the workers compiled, and gives each test a site of its own, ended after it with
 * all its processes. `begin` is handed the site before each test.
 */
export function siteForEach(begin: (site: Site) => void | Promise<void>): void {
  let app: BuiltApp | undefined;
  let site: Site | undefined;
  beforeAll(async () => {
    app = await buildApp();
  }, 2 * BUILD_MAX);
  beforeEach(async () => {
    if (app === undefined) throw new Error('the workers were not built');
    site = await openSite(app, inject('redisUrl'));
    await begin(site);
  });
  afterEach(() => site?.end());
}
