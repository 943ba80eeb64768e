import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { dropFile, signIn, textOf } from '../support/browser.ts';
import { type ConsoleSite, consoleSiteForEach } from '../support/console-site.ts';
import { CampaignJson, ledgerOf, QUICK_CAMPAIGN, quickList, type Site, until } from '../support/processes.ts';

/** The console against everything real: workers, API, Redis, the simulator, a browser. */

let site: Site;
let at: ConsoleSite;

consoleSiteForEach((opened) => {
  at = opened;
  site = opened.site;
});

function count(page: Page, state: string): Promise<number> {
  return textOf(page.locator(`[data-count=${state}]`)).then((text) => Number(text.replaceAll(',', '')));
}

it('an operator makes a campaign, drops a list with errors on it, and sees it called to its end', async () => {
  await site.simulate();
  const { url } = await at.serve();
  const { page, complaints } = await at.open(url, 'operator');

  await page.getByRole('link', { name: 'New campaign' }).click();
  await page.getByRole('link', { name: 'From a campaign file' }).click();
  await page.getByLabel('Id', { exact: true }).fill('quick');
  await page.getByLabel('Campaign file (JSON)').fill('{ "name": "Quick" }');
  await page.getByRole('button', { name: 'Create the draft' }).click();
  await page.getByRole('alert').getByText('callers').first().waitFor();
  await page.getByLabel('Campaign file (JSON)').fill(JSON.stringify(QUICK_CAMPAIGN));
  await page.getByRole('button', { name: 'Create the draft' }).click();

  await page.getByRole('heading', { name: 'Quick', level: 1 }).waitFor();
  await dropFile(page, 'list.csv', quickList(60, 6, 4));
  await page.getByRole('button', { name: 'Check it first' }).click();
  await page.locator('[data-tried] [data-part=rejected]').getByText('4').waitFor();
  expect(await page.locator('[data-tried] [data-rows]').getAttribute('data-rows')).toBe('70');
  await page.getByRole('button', { name: 'Import 70 rows' }).click();
  await page.getByText('What to do next').waitFor();
  const parts = await textOf(page.locator('.sum').last());
  expect(parts).toMatch(
    /^70 rows read ?= ?60 accepted 86% ?\+ ?6 duplicate 9% ?\+ ?0 suppressed 0% ?\+ ?4 rejected 6%/,
  );
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download the rows not taken (CSV)' }).click(),
  ]);
  expect((await readFile(await download.path(), 'utf8')).trim().split('\n')).toHaveLength(11);

  await page.getByRole('link', { name: 'Overview' }).click();
  expect(await count(page, 'initial')).toBe(60);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Touches 60 callees now.').waitFor();
  await dialog.getByRole('button', { name: 'Start' }).click();
  await page
    .locator('h1 + * + [data-state=completed], [data-state=completed]')
    .first()
    .waitFor({ timeout: 120_000 });
  await until(async () =>
    expect((await count(page, 'answered')) + (await count(page, 'unanswered'))).toBe(60),
  );
  const stored = await site.json(CampaignJson, 'campaign', 'show', 'quick');
  expect(await count(page, 'answered')).toBe(stored.counts.answered);
  // The one that was asked for: a file that names no caller.
  expect(complaints).toEqual([expect.stringMatching(/status of 400 .*\/v1\/campaigns\/quick$/)]);
}, 240_000);

it('a callee is found by its number and by its row; its story shows the calls; it can be called once more', async () => {
  const { url: simulator } = await site.simulate();
  const { url } = await at.serve();
  await at.putCampaign('story', 40);
  await site.cli('campaign', 'start', 'story');
  await site.run('cli', ['campaign', 'show', 'story', '--watch']);
  const { page, complaints } = await at.open(url, 'operator');

  await page.goto('/#/campaigns/story/callees');
  await page.getByLabel('Find a callee').fill('row 1');
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByRole('heading', { name: '+8613810000000', level: 1 }).waitFor();
  await page.goto('/#/campaigns/story/callees?state=unanswered');
  await page.locator('tbody [data-state=unanswered]').first().waitFor();
  const number = await textOf(page.locator('tbody tr a').first());
  await page.getByLabel('Find a callee').fill(number.replace('+86', ''));
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByRole('heading', { name: number, level: 1 }).waitFor();
  await page.getByText(/^taken from row [\d,]+ of the import story-i/).waitFor();
  expect(await page.locator('.timeline .call').count()).toBeGreaterThan(0);
  await page.getByText('Times are in the campaign’s zone, Asia/Shanghai (GMT+8).').waitFor();

  const { dials } = await ledgerOf(simulator);
  await page.getByRole('button', { name: 'Retry now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Retry now' }).click();
  await page
    .locator('.timeline')
    .getByText('an operator asked for the next attempt at once')
    .first()
    .waitFor();
  await until(async () => expect((await ledgerOf(simulator)).dials).toBe(dials + 1));
  expect(complaints).toEqual([]);
}, 240_000);

it('counts move while the campaign runs; pause and resume are asked for once more, and done', async () => {
  await site.simulate('--speed', '60');
  const { url } = await at.serve();
  await at.putCampaign('moving', 200, {
    pacing: { ...QUICK_CAMPAIGN.pacing, batchCalleesMax: 10, calleesInFlightMax: 10 },
  });
  const { page, complaints } = await at.open(url, 'operator');
  await page.goto('/#/campaigns/moving');
  await page.locator('[data-feed=live]').waitFor();
  await site.cli('campaign', 'start', 'moving');
  await page.locator('[data-state=running]').first().waitFor();
  await until(async () => expect(await count(page, 'answered')).toBeGreaterThan(0));

  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave it' }).click();
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
  await page.locator('[data-state=paused]').first().waitFor();
  expect((await site.json(CampaignJson, 'campaign', 'show', 'moving')).state).toBe('paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
  await page.locator('[data-state=running]').first().waitFor();
  const before = await count(page, 'answered');
  await until(async () => expect(await count(page, 'answered')).toBeGreaterThan(before));
  expect(complaints).toEqual([]);
}, 240_000);

it('a viewer sees masked numbers and nothing to do; a wrong key is told so', async () => {
  const { url } = await at.serve();
  await at.putCampaign('looked-at', 5);
  const { page } = await at.open(url);
  await page.goto('/#/campaigns/looked-at/callees');
  await page.locator('input[type=password]').fill('rm_no_such_key');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This key is not valid, or was revoked.').waitFor();
  await signIn(page, await at.keyFor('viewer'));
  await page.locator('tbody tr').first().waitFor();
  const body = await textOf(page.locator('main'));
  expect(body).not.toMatch(/\d{11}/);
  expect(body).toContain('*');
  for (const name of ['Start', 'Cancel for good'])
    expect(await page.getByRole('button', { name }).count()).toBe(0);
  expect(await page.getByRole('link', { name: 'API keys' }).count()).toBe(0);
  await page.goto('/#/campaigns/looked-at/imports');
  await page.locator('tbody tr').first().waitFor();
  expect(await page.locator('[data-drop]').count()).toBe(0);
  // The key is not kept: neither where scripts read, nor in a cookie that they see.
  const kept = await page.evaluate(
    'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])',
  );
  expect(kept).not.toContain('rm_');
}, 240_000);

it('the page finds the server again after a restart, and goes on where it was', async () => {
  const { worker, url } = await at.serve();
  await at.putCampaign('restarted', 5);
  const { page } = await at.open(url, 'operator');
  await page.goto('/#/campaigns/restarted');
  await page.locator('[data-feed=live]').waitFor();
  expect((await worker.end('SIGTERM')).code).toBe(0);
  await page.locator('[data-feed=offline]').waitFor();
  const again = await at.serve(new URL(url).port);
  expect(again.url).toBe(url);
  await page.locator('[data-feed=live]').waitFor();
  await site.cli('campaign', 'cancel', 'restarted');
  await page.locator('[data-state=cancelled]').first().waitFor();
}, 240_000);

it('an administrator makes a key, is shown its secret once, and revokes it', async () => {
  const { url } = await at.serve();
  const { page, complaints } = await at.open(url, 'admin');
  await page.goto('/#/keys');
  await page.getByRole('button', { name: 'Create a key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Wallboard');
  await dialog.getByRole('button', { name: 'Create a key' }).click();
  const secret = await textOf(page.locator('.secret'));
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('row', { name: /Wallboard/ }).waitFor();
  expect(await textOf(page.locator('body'))).not.toContain(secret);
  const asked = () => fetch(`${url}/v1/campaigns`, { headers: { authorization: `Bearer ${secret}` } });
  expect((await asked()).status).toBe(200);
  await page.getByRole('button', { name: 'Revoke Wallboard' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('The key “Wallboard” no longer works.').waitFor();
  await until(async () => expect((await asked()).status).toBe(401));
  expect(complaints).toEqual([]);
}, 240_000);

it('a campaign is made from the form; a number is put on the list of all, which its import obeys, and taken off', async () => {
  const { url } = await at.serve();
  const { page, complaints } = await at.open(url, 'operator');
  await page.goto('/#/suppression/global');
  await page.getByLabel('Number', { exact: true }).fill('+8613810000000');
  await page.getByLabel('Why').fill('asked for it');
  await page.getByRole('button', { name: 'Add a number' }).click();
  await page.getByRole('row', { name: /\+8613810000000/ }).waitFor();

  await page.goto('/#/campaigns/new');
  await page.getByLabel('Id', { exact: true }).fill('from-form');
  await page.getByLabel('Name', { exact: true }).fill('From the form');
  await page.getByLabel('Its id at the provider').fill('7');
  await page.getByLabel('Caller numbers').fill('008602150000001\n008602150000002');
  await page.getByLabel('Not after').fill('2036-01-31T18:00');
  await page.getByRole('button', { name: 'Create the draft' }).click();
  await page.getByRole('heading', { name: 'From the form', level: 1 }).waitFor();
  await dropFile(page, 'list.csv', quickList(8));
  await page.getByRole('button', { name: 'Import at once' }).click();
  await page.getByText('What to do next').waitFor();
  expect(await textOf(page.locator('[data-part=suppressed]').last())).toMatch(/^1 suppressed/);
  await page.getByRole('link', { name: 'Settings' }).click();
  const settings = z.looseObject({ callers: z.array(z.string()), endAt: z.string(), timeZone: z.string() });
  // A time of the form is one of the campaign's zone.
  expect(settings.parse(JSON.parse(await textOf(page.locator('pre'))))).toMatchObject({
    callers: ['008602150000001', '008602150000002'],
    timeZone: 'Asia/Shanghai',
    endAt: '2036-01-31T10:00:00.000Z',
  });

  await page.goto('/#/suppression/global');
  await page.getByRole('button', { name: 'Remove +8613810000000' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('The list is empty').waitFor();
  await page.goto('/#/trail');
  await page.getByRole('row', { name: /suppression\.remove/ }).waitFor();
  expect(await textOf(page.locator('tbody'))).not.toContain('13810000000');
  expect(complaints).toEqual([]);
}, 240_000);
