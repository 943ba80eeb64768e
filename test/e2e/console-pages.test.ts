import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { accessFaults, sidewaysScroll, textOf } from '../support/browser.ts';
import { type ConsoleSite, consoleSiteForFile, goTo, settled } from '../support/console-site.ts';

/** What holds for every page of the console, in both themes, both languages, wide and narrow. */

let at: ConsoleSite;

consoleSiteForFile(async (opened) => {
  at = opened;
  await seed();
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
  'webhooks',
  'keys',
  'trail',
  'audit',
  'no-such-page',
];

/** A campaign called to its end, a draft with a list that could not be read, one to act on, and a suppressed number. */
async function seed(): Promise<void> {
  await at.putCampaign('done', 12);
  await at.act('done', 'start');
  const wish = { number: '13900000001', reason: 'asked for it' };
  await at.ask(z.unknown(), 'POST', '/v1/suppression/global', wish);
  await at.ask(z.unknown(), 'POST', '/v1/webhooks', { url: 'http://127.0.0.1:1/crm' });
  await at.putCampaign('fresh', 'name,city\nAnna,Berlin\n', { name: '新的活动' });
  await at.putCampaign('keys', 3);
  await at.comesTo('done', 'completed');
  const Items = z.array(z.looseObject({ kind: z.string() }));
  expect((await at.ask(Items, 'GET', '/v1/attention')).map(({ kind }) => kind)).toContain('import_failed');
}

/** Goes to a page and opens what it folds away, so that all of it is looked at. */
async function show(page: Page, address: string): Promise<void> {
  await goTo(page, address);
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
    const door = await at.open(undefined, look);
    await settled(door.page);
    expect(await accessFaults(door.page)).toEqual([]);
    expect(await sidewaysScroll(door.page)).toBeLessThanOrEqual(0);
    const { page, complaints } = await at.open('admin', look);
    expect(await faultsOf(page, PAGES)).toEqual([]);
    expect(await page.locator('html').getAttribute('lang')).toBe(look.locale === 'zh-CN' ? 'zh-CN' : 'en');
    expect(await page.locator('html').getAttribute('data-theme')).toBe(look.colorScheme);
    expect([...door.complaints, ...complaints]).toEqual([]);
  },
  400_000,
);

it('language and theme follow the browser, are switched by a button, and are remembered', async () => {
  const { page } = await at.open('viewer', { locale: 'zh-CN', colorScheme: 'dark' });
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

it('what a preflight finds and a forecast goes by is said in Chinese, too', async () => {
  const { page } = await at.open('viewer', { locale: 'zh-CN' });
  await show(page, 'campaigns/fresh/preflight');
  const said = await textOf(page.locator('main section').first());
  expect(said).toContain('没有等待拨打的被叫');
  await show(page, 'campaigns/keys/preflight');
  const goneBy = await page.locator('details li').allTextContents();
  expect(goneBy).toHaveLength(4);
  for (const text of [said, ...goneBy]) expect(text).not.toMatch(/[a-z]{3,} [a-z]{2,}/);
}, 400_000);

it('the keyboard reaches the content at once, works dialogs, and gets its place back', async () => {
  const { page } = await at.open('operator');
  await goTo(page, 'campaigns/keys');
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
