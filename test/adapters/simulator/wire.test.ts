import { createRequire } from 'node:module';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CREDENTIALS, callApi, SDK_APP_ID, startSimulator } from '../../support/simulator.ts';
import { numbers, order, startRig } from './support.ts';

const require = createRequire(import.meta.url);
const { CommonClient } = require('tencentcloud-sdk-nodejs-common');

describe('the wire of the simulator', () => {
  it("accepts the vendor's own SDK unchanged, from create to call record", async () => {
    const simulator = await startSimulator({ speed: 10_000, scenario: { requestsPerSecond: 10_000 } });
    onTestFinished(() => simulator.close());
    const client = new CommonClient('ccc.tencentcloudapi.com', '2020-02-10', {
      credential: CREDENTIALS,
      region: 'ap-guangzhou',
      profile: { httpProfile: { protocol: 'http://', endpoint: simulator.endpoint, reqTimeout: 5 } },
    });
    const now = Math.floor(Date.now() / 1_000);
    const { TaskId } = await client.request('CreateAutoCalloutTask', {
      SdkAppId: SDK_APP_ID,
      ...order(now - 1),
    });
    const ended = async () => {
      const task = await client.request('DescribeAutoCalloutTask', { SdkAppId: SDK_APP_ID, TaskId });
      return task.State === 2 ? task : undefined;
    };
    let task = await ended();
    for (let round = 0; task === undefined && round < 2_000; round += 1) task = await ended();
    expect(task).toMatchObject({ Name: 'spring.1.1', NotAfter: 0, RequestId: expect.any(String) });
    const [sessionId] = task.Callees[0].Sessions;
    const records = await client.request('DescribeTelCdr', {
      SdkAppId: SDK_APP_ID,
      StartTimeStamp: now - 60,
      EndTimeStamp: now + 60,
      PageSize: 100,
      PageNumber: 0,
      SessionIds: [sessionId],
    });
    expect(records.TelCdrList).toMatchObject([{ SessionId: sessionId, Callee: '008613800000001' }]);
    expect(records.TelCdrs).toEqual(records.TelCdrList);
    await expect(
      client.request('StopAutoCalloutTask', { SdkAppId: SDK_APP_ID, TaskId }),
    ).rejects.toMatchObject({
      code: 'UnsupportedOperation',
      requestId: expect.any(String),
    });
  });

  it('refuses wrong credentials, wrong times and unsigned requests, at HTTP 200 in the envelope', async () => {
    const { simulator, clock } = await startRig();
    const body = { SdkAppId: SDK_APP_ID, PageSize: 10, PageNumber: 0 };
    const code = async (options: Parameters<typeof callApi>[3]) =>
      (await callApi(simulator.url, 'DescribeAutoCalloutTasks', body, { now: clock.now(), ...options })).code;
    expect(await code({})).toBe('OK');
    expect(await code({ now: clock.now() - 299_000 })).toBe('OK');
    expect(await code({ now: clock.now() - 302_000 })).toBe('AuthFailure.SignatureExpire');
    expect(await code({ now: clock.now() + 302_000 })).toBe('AuthFailure.SignatureExpire');
    expect(await code({ credentials: { ...CREDENTIALS, secretKey: 'x' } })).toBe(
      'AuthFailure.SignatureFailure',
    );
    expect(await code({ credentials: { ...CREDENTIALS, secretId: 'x' } })).toBe(
      'AuthFailure.SecretIdNotFound',
    );
    expect(await code({ headers: { authorization: 'Bearer x' } })).toBe('AuthFailure.InvalidAuthorization');
    expect(await code({ headers: { 'x-tc-version': '2019-01-01' } })).toBe('NoSuchVersion');
    expect(await code({ headers: { 'x-tc-action': 'UpdateAutoCalloutTask' } })).toBe('InvalidAction');
  });

  it('wants the token of temporary credentials', async () => {
    const { simulator, clock } = await startRig({ credentials: { ...CREDENTIALS, token: 'sts' } });
    const body = { SdkAppId: SDK_APP_ID, PageSize: 10, PageNumber: 0 };
    const code = async (headers: Record<string, string>) =>
      (await callApi(simulator.url, 'DescribeAutoCalloutTasks', body, { now: clock.now(), headers })).code;
    expect(await code({})).toBe('AuthFailure.TokenFailure');
    expect(await code({ 'x-tc-token': 'sts' })).toBe('OK');
  });

  it.each([
    ['an undeclared field', { ClientToken: 'x' }, 'UnknownParameter'],
    [
      'an undeclared field of a callee',
      { CalleeAttributes: [{ Callee: '008613800000001', Row: 1 }] },
      'UnknownParameter',
    ],
    ['a missing field', { Callees: undefined }, 'MissingParameter'],
    ['a missing field of a callee', { CalleeAttributes: [{ UUI: 'x' }] }, 'MissingParameter'],
    ['neither IVR nor agent', { IvrId: undefined }, 'MissingParameter'],
    ['a field of the wrong type', { Callees: '008613800000001' }, 'InvalidParameterValue'],
    ['no callees', { Callees: [] }, 'InvalidParameterValue'],
    ['four tries', { Tries: 4 }, 'InvalidParameterValue'],
    ['a retry interval under ten minutes', { RetryInterval: 599 }, 'InvalidParameterValue'],
    ['an end before the start', { NotAfter: 1 }, 'InvalidParameterValue'],
    ['attributes of a stranger', { CalleeAttributes: [{ Callee: '0086139' }] }, 'InvalidParameterValue'],
    [
      'a UUI above 1024 bytes',
      { CalleeAttributes: [{ Callee: '008613800000001', UUI: '号'.repeat(342) }] },
      'InvalidParameterValue',
    ],
    [
      'hours that are none',
      { AvailableTime: [{ StartTime: '9:00', EndTime: '25:00:00' }] },
      'InvalidParameterValue',
    ],
    [
      'a day that is none',
      { AvailableWorkTimeConfig: [{ DayType: 'Custom', DaysOfWeek: ['Someday'] }] },
      'InvalidParameterValue',
    ],
    ['a time zone that is none', { TimeZone: 'Mars/Olympus' }, 'InvalidParameterValue'],
  ])('refuses a create with %s, and makes no task of it', async (_what, changes, expected) => {
    const rig = await startRig();
    const { code, fields } = await rig.call('CreateAutoCalloutTask', { ...order(rig.seconds()), ...changes });
    expect(code).toBe(expected);
    expect(JSON.stringify(fields)).not.toContain('138000');
    expect(
      (await rig.call('DescribeAutoCalloutTasks', { PageSize: 10, PageNumber: 0 })).fields.TotalCount,
    ).toBe(0);
    expect(rig.simulator.requests()).toMatchObject({ CreateAutoCalloutTask: { [expected]: 1 } });
  });

  it('refuses what is not JSON, what is above 10 MB, and applications it does not have', async () => {
    const { simulator, clock } = await startRig({ scenario: { sdkAppIds: [1] } });
    const code = async (body: unknown) =>
      (await callApi(simulator.url, 'StopAutoCalloutTask', body, { now: clock.now() })).code;
    expect(await code('{"SdkAppId":')).toBe('InvalidParameter');
    expect(await code(`"${'x'.repeat(10 * 1024 * 1024)}"`)).toBe('RequestSizeLimitExceeded');
    expect(await code({ SdkAppId: 2, TaskId: 1 })).toBe('InvalidParameterValue.InstanceNotExist');
    expect(await code({ SdkAppId: 1, TaskId: 1 })).toBe('InvalidParameterValue');
  });

  it('lets twenty requests a second of each action through, in any second', async () => {
    const rig = await startRig();
    const list = () => rig.call('DescribeAutoCalloutTasks', { PageSize: 1, PageNumber: 0 });
    for (let index = 0; index < 10; index += 1) await list();
    rig.clock.advance(600);
    for (let index = 0; index < 10; index += 1) expect((await list()).code).toBe('OK');
    expect((await list()).code).toBe('RequestLimitExceeded');
    expect((await rig.call('StopAutoCalloutTask', { TaskId: 1 })).code).toBe('InvalidParameterValue');
    rig.clock.advance(400);
    for (let index = 0; index < 10; index += 1) expect((await list()).code).toBe('OK');
    expect((await list()).code).toBe('RequestLimitExceeded');
    expect(rig.simulator.requests()).toMatchObject({
      DescribeAutoCalloutTasks: { OK: 30, RequestLimitExceeded: 2 },
    });
  });

  it.each([
    ['newest_first', ['c', 'b'], ['a']],
    ['oldest_first', ['a', 'b'], ['c']],
  ] as const)('pages the list from 0, %s', async (listOrder, first, second) => {
    const rig = await startRig({ scenario: { list: { order: listOrder } } });
    for (const Name of ['a', 'b', 'c']) await rig.create({ Name });
    const page = async (PageNumber: number) => {
      const { fields } = await rig.call('DescribeAutoCalloutTasks', { PageSize: 2, PageNumber });
      expect(fields.TotalCount).toBe(3);
      return (fields.Tasks as { Name: string }[]).map((task) => task.Name);
    };
    expect(await page(0)).toEqual(first);
    expect(await page(1)).toEqual(second);
    expect(await page(2)).toEqual([]);
  });

  it('clamps an overlong page, or rejects it when told to', async () => {
    const clamping = await startRig({ scenario: { list: { pageSizeMax: 1 } } });
    for (const Name of ['a', 'b']) await clamping.create({ Name });
    const { fields } = await clamping.call('DescribeAutoCalloutTasks', { PageSize: 50, PageNumber: 0 });
    expect(fields.Tasks).toHaveLength(1);
    const rejecting = await startRig({ scenario: { list: { pageSizeMax: 1, overlong: 'reject' } } });
    const reply = await rejecting.call('DescribeAutoCalloutTasks', { PageSize: 50, PageNumber: 0 });
    expect(reply.code).toBe('InvalidParameterValue');
  });

  it('keeps the tasks of applications apart', async () => {
    const rig = await startRig();
    const TaskId = await rig.create();
    const other = { SdkAppId: SDK_APP_ID + 1 };
    expect(
      (await rig.call('DescribeAutoCalloutTasks', { ...other, PageSize: 9, PageNumber: 0 })).fields.Tasks,
    ).toEqual([]);
    expect((await rig.call('StopAutoCalloutTask', { ...other, TaskId })).code).toBe('InvalidParameterValue');
  });

  it.each([
    ['as_sent', '+8613800000001'],
    ['zeros', '008613800000001'],
    ['plus', '+8613800000001'],
  ] as const)('echoes numbers %s', async (numberEcho, echoed) => {
    const rig = await startRig({ scenario: { numberEcho } });
    const TaskId = await rig.create({ Callees: ['+8613800000001'] });
    const { fields } = await rig.call('DescribeAutoCalloutTask', { TaskId });
    expect(fields.Callees).toMatchObject([{ Callee: echoed }]);
  });

  it('answers its own pages beside the API', async () => {
    const rig = await startRig();
    await rig.create({ Callees: numbers(3) });
    const get = async (path: string) => (await fetch(rig.simulator.url + path)).json();
    expect(await get('/healthz')).toEqual({ status: 'ok' });
    expect(await get('/requests')).toEqual({ CreateAutoCalloutTask: { OK: 1 } });
    expect(await get('/ledger')).toEqual(rig.simulator.ledger());
    expect(await get('/ledger')).toHaveLength(3);
    expect(await get('/ledger?summary=1')).toEqual({ dials: 3, declined: 0, numbers: 3, duplicateDials: 0 });
    expect((await fetch(`${rig.simulator.url}/nothing`)).status).toBe(404);
  });
});
