import { expect, it } from 'vitest';
import { z } from 'zod';
import { dropFile, textOf } from '../support/browser.ts';
import { type ConsoleSite, consoleSiteForFile, goTo } from '../support/console-site.ts';
import { CampaignJson, ledgerOf, quickList, setFaults, until } from '../support/processes.ts';
import { startWebhookReceiver, verify } from '../support/webhook-receiver.ts';

/** What administrators and operators keep and clear up in the console: keys, webhooks, lists, what needs attention. */

let at: ConsoleSite;

consoleSiteForFile((opened) => {
  at = opened;
});

it('an administrator makes a key, is shown its secret once, and revokes it', async () => {
  const { page, complaints } = await at.open('admin');
  await goTo(page, 'keys');
  await page.getByRole('button', { name: 'Create a key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Wallboard');
  await dialog.getByRole('button', { name: 'Create a key' }).click();
  const secret = await textOf(page.locator('.secret'));
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('row', { name: /Wallboard/ }).waitFor();
  expect(await textOf(page.locator('body'))).not.toContain(secret);
  const asked = () => fetch(`${at.url}/v1/campaigns`, { headers: { authorization: `Bearer ${secret}` } });
  expect((await asked()).status).toBe(200);
  await page.getByRole('button', { name: 'Revoke Wallboard' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('The key “Wallboard” no longer works.').waitFor();
  await until(async () => expect((await asked()).status).toBe(401));
  expect(complaints).toEqual([]);
}, 240_000);

it('a campaign is made from the form; a number is put on the list of all, which its import obeys, and taken off', async () => {
  const { page, complaints } = await at.open('operator');
  await goTo(page, 'suppression/global');
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

it('a file of numbers goes on the list of all, with what was not taken; all are removed once their number is told and the list is named', async () => {
  const { page, complaints } = await at.open('operator');
  await goTo(page, 'suppression/global');
  const numbers = Array.from({ length: 104 }, (_, index) => `139${String(10_000_000 + index)}`);
  await dropFile(page, 'opted-out.csv', ['phone', ...numbers, 'n/a', ''].join('\n'));
  await page.getByText('105 rows = 104 added + 0 known + 1 rejected').waitFor();
  await page.getByText(/^Row 105: /).waitFor();
  const rows = page.locator('table', { hasText: 'opted-out.csv' }).first().locator('tbody tr');
  await until(async () => expect(await rows.count()).toBe(100));
  // A list of more than a page: there and back again.
  const firstShown = await textOf(rows.first());
  await page.getByRole('button', { name: 'Next page' }).click();
  await until(async () => expect(await rows.count()).toBe(4));
  expect(await page.getByRole('button', { name: 'Next page' }).isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Previous page' }).click();
  await until(async () => expect(await rows.count()).toBe(100));
  expect(await textOf(rows.first())).toBe(firstShown);

  await page.getByRole('button', { name: 'Remove all numbers' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('104 numbers are taken off the list.').waitFor();
  const does = dialog.getByRole('button', { name: 'Remove all numbers' });
  expect(await does.isDisabled()).toBe(true);
  await dialog.getByLabel('Type global to confirm').fill('global');
  await does.click();
  await page.getByText('104 numbers are off the list.').waitFor();
  await page.getByText('The list is empty').waitFor();
  const left = await at.ask(z.array(z.looseObject({ entries: z.number() })), 'GET', '/v1/suppression');
  expect(left[0]?.entries).toBe(0);
  expect(complaints).toEqual([]);
}, 240_000);

it('callees of several pages are gone through and back; an update changes those that wait and says how many', async () => {
  await at.putCampaign('paged', 120);
  const { page, complaints } = await at.open('operator');
  await goTo(page, 'campaigns/paged/callees');
  const rows = page.locator('tbody tr');
  const first = await textOf(rows.first());
  await page.getByRole('button', { name: 'Next page' }).click();
  await until(async () => expect(await textOf(rows.first())).not.toBe(first));
  await page.getByRole('button', { name: 'Previous page' }).click();
  await until(async () => expect(await textOf(rows.first())).toBe(first));

  await goTo(page, 'campaigns/paged/imports');
  await page.getByText('Encoding, delimiter and what rows do').click();
  await page.getByLabel('A number that the campaign has already').selectOption('update');
  await dropFile(page, 'changed.csv', quickList(3).replaceAll(',Name', ',Other name'));
  await page.getByRole('button', { name: 'Import at once' }).click();
  await page.getByText('Known: 3, of which 3 changed').waitFor();
  const Callee = z.looseObject({ variables: z.record(z.string(), z.string()) });
  const callee = await at.ask(Callee, 'GET', '/v1/campaigns/paged/callees/row:1');
  expect(Object.values(callee.variables)).toContain('Other name 0');
  expect(complaints).toEqual([]);
}, 240_000);

it('what needs attention is settled by its buttons: a blocked campaign is started again, parked callees are given up', async () => {
  await setFaults(at.simulator, [
    { kind: 'refuse', code: 'AuthFailure.SecretIdNotFound', action: 'CreateAutoCalloutTask', probability: 1 },
  ]);
  await at.putCampaign('stuck', 6);
  await at.act('stuck', 'start');
  await at.comesTo('stuck', 'blocked');
  const { page, complaints } = await at.open('operator');
  await goTo(page, 'attention');
  const blocked = page.locator('[data-kind=campaign_blocked]');
  await blocked.getByText('6 callees').waitFor();
  // From now on the provider takes tasks, and tells of callees what nobody understands.
  await setFaults(at.simulator, [
    { kind: 'unknown_enum', field: 'callee_state', action: 'DescribeAutoCalloutTask', probability: 1 },
  ]);
  await blocked.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
  await blocked.waitFor({ state: 'detached' });
  await until(async () => {
    const { counts } = await at.ask(CampaignJson, 'GET', '/v1/campaigns/stuck');
    expect(counts.needs_attention).toBe(6);
  });
  await setFaults(at.simulator, []);
  await page.reload();
  const parked = page.locator('[data-kind=callees_parked]');
  await parked.getByRole('button', { name: 'Give up' }).click();
  await page.getByRole('dialog').getByText('Touches 6 callees now.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Give up' }).click();
  await parked.waitFor({ state: 'detached' });
  await at.comesTo('stuck', 'completed');
  expect(complaints).toEqual([]);
}, 240_000);

it('a webhook is added with its secret shown once, is told of a campaign, shows its failures, is tried again, and is removed', async () => {
  const receiver = await startWebhookReceiver();
  try {
    const { page, complaints } = await at.open('admin');
    await goTo(page, 'webhooks');
    await page.getByText('Nobody is told of anything yet').waitFor();
    await page.getByRole('button', { name: 'Add a webhook' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Address').fill('ftp://example.com');
    await dialog.getByRole('button', { name: 'Add a webhook' }).click();
    await dialog.getByRole('alert').getByText('write the address as').waitFor();
    await dialog.getByLabel('Address').fill(receiver.url);
    await dialog.getByLabel('A callee answered').uncheck();
    await dialog.getByLabel('With phone numbers').check();
    await dialog.getByRole('button', { name: 'Add a webhook' }).click();
    const secret = await textOf(page.locator('.secret'));
    await page.getByRole('button', { name: 'I have kept it' }).click();
    expect(await textOf(page.locator('body'))).not.toContain(secret);
    const row = page.getByRole('row', { name: receiver.url });
    await row.getByText('Nothing to tell yet').waitFor();

    receiver.answer = () => 500;
    await at.putCampaign('told-of', 2);
    await at.act('told-of', 'cancel');
    await until(() => expect(receiver.messages.length).toBeGreaterThan(0));
    await page.reload();
    await row.getByText(/failures? in a row; tried again/).waitFor();
    receiver.answer = () => 204;
    await row.getByRole('button', { name: 'Try now' }).click();
    await until(() => expect(receiver.taken().map(({ type }) => type)).toContain('campaign.moved'));
    verify(receiver.messages.at(-1) ?? expect.fail('no message'), secret);
    await row.getByText('In order').waitFor();

    await row.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Nobody is told of anything yet').waitFor();
    // The address that was asked for to be refused.
    expect(complaints).toEqual([expect.stringMatching(/status of 400 .*\/v1\/webhooks$/)]);
  } finally {
    await receiver.close();
  }
}, 240_000);

const Board = z.object({
  queues: z.array(
    z.object({ name: z.string(), jobs: z.array(z.object({ id: z.string(), name: z.string() })) }),
  ),
});

/** Retries of a campaign that wait for their time, as the dashboard lists them. */
async function jobsOf(campaign: string) {
  const path = '/queues/api/queues?activeQueue=retry&status=delayed&page=1';
  const { queues } = await at.ask(Board, 'GET', path);
  const jobs = queues.find(({ name }) => name === 'retry')?.jobs ?? [];
  return jobs.filter(({ name }) => name.startsWith(`retry ${campaign} `));
}

it('a retry is promoted in the dashboard, which a session of the console opens; nobody is dialled for it before the time', async () => {
  const retry = { attemptsMax: 3, rules: [], otherwise: { after: '1h' } };
  await at.putCampaign('promoted', 30, { retry });
  await at.act('promoted', 'start');
  const stored = () => at.ask(CampaignJson, 'GET', '/v1/campaigns/promoted');
  await until(async () => {
    const { counts } = await stored();
    const { answered = 0, unanswered = 0, pending_retry = 0 } = counts;
    expect(pending_retry).toBeGreaterThan(0);
    expect(answered + unanswered + pending_retry).toBe(30);
  });
  const { page, complaints } = await at.open('operator');
  await page.getByRole('link', { name: 'Queues' }).click();
  await page.goto('/queues/queue/retry?status=delayed');
  const card = page
    .locator('[class^=card]', { hasText: /retry promoted \d\d:\d\d \(\d+ callees?\)/ })
    .first();
  const [before] = await jobsOf('promoted');
  const { dials } = await ledgerOf(at.simulator);
  const [promoted] = await Promise.all([
    page.waitForResponse((reply) => reply.url().endsWith('/promote')),
    (async () => {
      await card.locator('[class^=jobActions] button').first().click();
      await page.getByRole('button', { name: 'Confirm' }).click();
    })(),
  ]);
  expect(promoted.ok()).toBe(true);
  // The job ran before its time, found nobody due, and stands there anew.
  await until(async () => expect((await jobsOf('promoted')).map(({ id }) => id)).not.toContain(before?.id));
  await until(async () => expect(await jobsOf('promoted')).not.toEqual([]));
  expect((await ledgerOf(at.simulator)).dials).toBe(dials);
  await card.getByRole('link', { name: 'Campaign promoted' }).waitFor();
  expect(complaints).toEqual([]);
}, 240_000);

it('an operator changes the settings of a campaign, and is told what must stay', async () => {
  await at.putCampaign('changing', 6);
  const { page } = await at.open('operator');
  await goTo(page, 'campaigns/changing/settings');
  await page.getByRole('button', { name: 'Change the settings' }).click();
  const file = page.getByLabel('Campaign file (JSON)');
  const held = z.looseObject({ name: z.string() }).parse(JSON.parse(await file.inputValue()));
  await file.fill(JSON.stringify({ ...held, timeZone: 'Asia/Tokyo' }));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('timeZone: stays "Asia/Shanghai"').waitFor();
  await file.fill(JSON.stringify({ ...held, name: 'Changed', priority: 1 }));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Changed', level: 1 }).waitFor();
  await until(async () => expect(await textOf(page.locator('pre'))).toContain('"priority": 1'));
  await page.getByRole('link', { name: 'Changes' }).click();
  await page.getByText('changed: name, priority').waitFor();
}, 240_000);
