import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';

/** Under these names distributions install Chromium; `.ci/setup browser` makes sure of one. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Ends a test that hangs. No test passes because of it, so it may be long: the machine may be busy. */
const PATIENCE_MS = 60_000;

/** What the pages are held to. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

function executable(): string {
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of NAMES) {
      try {
        accessSync(join(dir, name), constants.X_OK);
        return join(dir, name);
      } catch {
        // Not here.
      }
    }
  }
  throw new Error('no Chromium on PATH: run .ci/setup browser');
}

/** The system's Chromium without a window. As root it runs without its sandbox, which root cannot have. */
export function openBrowser(): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: executable(), args: [...args, '--disable-dev-shm-usage'] });
}

export interface WatchedPage {
  readonly page: Page;
  /** Everything that must not be: errors in the page, and requests to other origins. */
  readonly complaints: string[];
  /** Ends the page and all that it stored. */
  close(): Promise<void>;
}

/** A page in a browser profile of its own, whose complaints are kept. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    baseURL: url,
    locale: 'en-GB',
    colorScheme: 'light',
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on('console', (message) => {
    const isComplaint = message.type() === 'error' || message.type() === 'warning';
    if (isComplaint) complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const { origin } = new URL(request.url());
    if (origin !== new URL(url).origin) complaints.push(`a request to ${origin}`);
  });
  return { page, complaints, close: () => context.close() };
}

/** Exchanges a key for a session on the page of the console that is open. */
export async function signIn(page: Page, key: string): Promise<void> {
  await page.locator('input[type=password]').fill(key);
  const [reply] = await Promise.all([
    page.waitForResponse((one) => one.url().endsWith('/v1/session') && one.request().method() === 'POST'),
    page.locator('form button[type=submit]').click(),
  ]);
  if (!reply.ok()) throw new Error(`the console does not sign in: ${reply.status()} ${await reply.text()}`);
  await page.locator('nav.nav').waitFor();
}

/** Drops a file on the place of the page that takes files, as a mouse would. */
export async function dropFile(page: Page, name: string, content: string): Promise<void> {
  // As text: the compiler knows this side's globals only.
  const transfer = await page.evaluateHandle(`(() => {
    const files = new DataTransfer();
    files.items.add(new File([${JSON.stringify(content)}], ${JSON.stringify(name)}, { type: 'text/csv' }));
    return files;
  })()`);
  const place = page.locator('[data-drop]').first();
  await place.dispatchEvent('dragover', { dataTransfer: transfer });
  await place.dispatchEvent('drop', { dataTransfer: transfer });
}

/**
 * What axe finds wrong with the page as it is shown, one line each. Run by the page itself, which has no frames: axe's own
 * adapter for playwright opens and closes a window of its own for each look, which takes ten times as long.
 */
export async function accessFaults(page: Page): Promise<string[]> {
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axe.source);
  const wanted = { runOnly: RULES, resultTypes: ['violations'], preload: false };
  const violations = await page.evaluate<axe.Result[]>(
    `axe.run(document, ${JSON.stringify(wanted)}).then(({ violations }) => violations)`,
  );
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target).join(' | ')}`,
  );
}

/** How many pixels of the page are out of sight to the right. */
export function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
}

/** The text of an element, with single spaces. */
export async function textOf(locator: Locator): Promise<string> {
  return ((await locator.textContent()) ?? '').replace(/\s+/g, ' ').trim();
}
