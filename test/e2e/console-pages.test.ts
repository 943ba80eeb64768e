import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { accessFaults, sidewaysScroll, signIn, textOf } from '../support/browser.ts';
import { type ConsoleSite, consoleSiteForEach, settled } from '../support/console-site.ts';

/** What holds for every page of the console, in both themes, both languages, wide and narrow. */

let at: ConsoleSite;

consoleSiteForEach((opened) => {
  at = opened;
});

const PAGES = [
  'campaigns',
  'campaigns/new',
  'campaigns/new?from=file',
  'campaigns/done',
  'campaigns/done/callees',
  'campaigns/done/callees/row:1',
  'campaigns/done/imports',
  'campaigns/done/batches',
  'campaigns/done/preflight',
  'campaigns/done/settings',
  'campaigns/done/trail',
  'campaigns/fresh',
  'campaigns/fresh/callees',
  'attention',
  'suppression',
  'suppression/global',
  'keys',
  'trail',
  'audit',
  'no-such-page',
];

/** A campaign called to its end, a draft with a list that could not be read, and a suppressed number. */
async function seed(): Promise<string> {
  const { site } = at;
  await site.simulate();
  const { url } = await at.serve();
  await at.putCampaign('done', 12);
  await site.cli('suppress', 'add', '13900000001', '--reason', 'asked for it');
  await site.cli('campaign', 'start', 'done');
  await site.run('cli', ['campaign', 'show', 'done', '--watch']);
  const draft = await site.write('fresh.json', { name: '新的活动', callers: ['008602150000001'], ivrId: 7 });
  await site.cli('campaign', 'put', 'fresh', '--file', draft);
  const broken = await site.write('broken.csv', 'phone,name\n13800138000,"never closed\n');
  await site.run('cli', ['import', 'add', 'fresh', broken, '--wait']);
  return url;
}

/** Goes to a page and opens what it folds away, so that all of it is looked at. */
async function show(page: Page, address: string): Promise<void> {
  await page.goto(`/#/${address}`);
  await settled(page);
  if (address === 'audit') await page.locator('.page-head button').click();
  if (address.endsWith('/imports')) await page.locator('tbody button').first().click();
  for (const summary of await page.locator('details:not([open]) > summary').all()) await summary.click();
  await settled(page);
}

async function faultsOf(page: Page, addresses: readonly string[]): Promise<string[]> {
  const faults: string[] = [];
  for (const address of addresses) {
    await show(page, address);
    const sideways = await sidewaysScroll(page);
    if (sideways > 0) faults.push(`${address}: ${sideways} pixels to the right of the window`);
    faults.push(...(await accessFaults(page)).map((fault) => `${address}: ${fault}`));
  }
  return faults;
}

const LOOKS = [
  { locale: 'en-GB', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { locale: 'zh-CN', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { locale: 'en-GB', colorScheme: 'dark', viewport: { width: 360, height: 740 } },
] as const;

it.each(LOOKS)(
  'every page is accessible, fits its window and asks nobody else for anything: $locale, $colorScheme, $viewport.width pixels wide',
  async (look) => {
    const url = await seed();
    const { page, complaints } = await at.open(url, undefined, look);
    await settled(page);
    expect(await accessFaults(page)).toEqual([]);
    expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0);
    await signIn(page, await at.keyFor('admin'));
    expect(await faultsOf(page, PAGES)).toEqual([]);
    expect(await page.locator('html').getAttribute('lang')).toBe(look.locale === 'zh-CN' ? 'zh-CN' : 'en');
    expect(await page.locator('html').getAttribute('data-theme')).toBe(look.colorScheme);
    expect(complaints).toEqual([]);
  },
  400_000,
);

it('language and theme follow the browser, are switched by a button, and are remembered', async () => {
  const { url } = await at.serve();
  const { page } = await at.open(url, 'viewer', { locale: 'zh-CN', colorScheme: 'dark' });
  const heading = page.locator('h1');
  expect(await textOf(heading)).toBe('活动');
  await page.getByRole('button', { name: 'English' }).click();
  expect(await textOf(heading)).toBe('Campaigns');
  await page.getByRole('button', { name: 'Light' }).click();
  await page.reload();
  await settled(page);
  expect(await textOf(heading)).toBe('Campaigns');
  expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
}, 400_000);

it('the keyboard reaches the content at once, works dialogs, and gets its place back', async () => {
  const { url } = await at.serve();
  await at.putCampaign('keys', 3);
  const { page } = await at.open(url, 'operator');
  await page.goto('/#/campaigns/keys');
  await page.getByRole('button', { name: 'Start' }).waitFor();
  const focused = (): Promise<string> => textOf(page.locator(':focus'));
  const skip = page.getByRole('button', { name: 'Skip to the content' });
  await skip.focus();
  expect((await skip.boundingBox())?.y).toBeGreaterThanOrEqual(0);
  await page.keyboard.press('Enter');
  expect(await page.locator('main:focus').count()).toBe(1);
  await page.getByRole('button', { name: 'Cancel for good' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Touches 3 callees now.').waitFor();
  // What cannot be undone wants the campaign's id first.
  expect(await dialog.getByRole('button', { name: 'Cancel for good' }).isDisabled()).toBe(true);
  expect(await accessFaults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await focused()).toBe('Cancel for good');
}, 400_000);
