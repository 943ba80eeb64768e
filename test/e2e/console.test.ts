import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { dropFile, textOf } from '../support/browser.ts';
import { ALONE, type ConsoleSite, consoleSiteForFile, goTo } from '../support/console-site.ts';
import { CampaignJson, ledgerOf, quickList, until } from '../support/processes.ts';

/** The console against everything real: workers, API, Redis, the simulator, a browser. */

let at: ConsoleSite;

consoleSiteForFile(async (opened) => {
  at = opened;
  // Called while other tests look at other campaigns.
  await at.putCampaign('story', 40);
  await at.act('story', 'start');
});

function count(page: Page, state: string): Promise<number> {
  return textOf(page.locator(`[data-count=${state}]`)).then((text) => Number(text.replaceAll(',', '')));
}

/** What the API says of a campaign. */
function told(id: string) {
  return at.ask(CampaignJson, 'GET', `/v1/campaigns/${id}`);
}

it('an operator makes a campaign, drops a list with errors on it, and sees it called to its end', async () => {
  const { page, complaints } = await at.open('operator');

  await page.getByRole('link', { name: 'New campaign' }).click();
  await page.getByRole('link', { name: 'From a campaign file' }).click();
  await page.getByLabel('Id', { exact: true }).fill('quick');
  await page.getByLabel('Campaign file (JSON)').fill('{ "name": "Quick" }');
  await page.getByRole('button', { name: 'Create the draft' }).click();
  await page.getByRole('alert').getByText('callers').first().waitFor();
  await page.getByLabel('Campaign file (JSON)').fill(JSON.stringify(ALONE));
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
  // What was imported is there at once, not only when the stream tells of it.
  await until(async () => expect(await count(page, 'initial')).toBe(60));
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
  const { counts } = await told('quick');
  await until(async () => expect(await count(page, 'answered')).toBe(counts.answered));
  // The one that was asked for: a file that names no caller.
  expect(complaints).toEqual([expect.stringMatching(/status of 400 .*\/v1\/campaigns\/quick$/)]);
}, 240_000);

it('a callee is found by its number and by its row; its story shows the calls; it can be called once more', async () => {
  const { page, complaints } = await at.open('operator');
  await at.comesTo('story', 'completed');

  await goTo(page, 'campaigns/story/callees');
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

  const { dials } = await ledgerOf(at.simulator);
  await page.getByRole('button', { name: 'Retry now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Retry now' }).click();
  await page
    .locator('.timeline')
    .getByText('an operator asked for the next attempt at once')
    .first()
    .waitFor();
  await until(async () => expect((await ledgerOf(at.simulator)).dials).toBe(dials + 1));
  expect(complaints).toEqual([]);
}, 240_000);

it('counts move while the campaign runs; pause and resume are asked for once more, and done', async () => {
  await at.putCampaign('moving', 200, {
    pacing: { ...ALONE.pacing, batchCalleesMax: 10, calleesInFlightMax: 10 },
  });
  const { page, complaints } = await at.open('operator');
  await goTo(page, 'campaigns/moving');
  await page.locator('[data-feed=live]').waitFor();
  await at.act('moving', 'start');
  await page.locator('[data-state=running]').first().waitFor();
  await until(async () => expect(await count(page, 'answered')).toBeGreaterThan(0));

  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave it' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
  await page.locator('[data-state=paused]').first().waitFor();
  expect((await told('moving')).state).toBe('paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
  await page.locator('[data-state=running]').first().waitFor();
  const before = await count(page, 'answered');
  await until(async () => expect(await count(page, 'answered')).toBeGreaterThan(before));
  await at.act('moving', 'cancel');
  expect(complaints).toEqual([]);
}, 240_000);

it('a viewer sees masked numbers and nothing to do; a wrong key is told so', async () => {
  await at.putCampaign('looked-at', 5);
  const { page } = await at.open();
  await page.goto('/#/campaigns/looked-at/callees');
  await page.locator('input[type=password]').fill('rm_no_such_key');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This key is not valid, or was revoked.').waitFor();
  // As a password manager does: without a word to the page.
  const key = await at.keyFor('viewer');
  await page.evaluate(`document.querySelector('input[type=password]').value = ${JSON.stringify(key)}`);
  await page.locator('input[type=password]').press('Enter');
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
  const { page } = await at.open('operator', { at: url });
  await goTo(page, 'campaigns/restarted');
  await page.locator('[data-feed=live]').waitFor();
  expect((await worker.end('SIGTERM')).code).toBe(0);
  await page.locator('[data-feed=offline]').waitFor();
  const again = await at.serve(new URL(url).port);
  expect(again.url).toBe(url);
  await page.locator('[data-feed=live]').waitFor();
  await at.act('restarted', 'cancel');
  await page.locator('[data-state=cancelled]').first().waitFor();
}, 240_000);
