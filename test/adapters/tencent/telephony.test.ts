import { afterEach, describe, expect, test } from 'vitest';
import type { FaultInput } from '../../../src/adapters/simulator/faults.ts';
import { createTencentTelephony, recordWindows } from '../../../src/adapters/tencent/telephony.ts';
import { RECORD_WINDOW_PAD } from '../../../src/core/limits.ts';
import { DAY, HOUR } from '../../../src/core/time.ts';
import type { TaskOrder, Telephony } from '../../../src/ports/telephony.ts';
import { CREDENTIALS, SDK_APP_ID, startSimulator } from '../../support/simulator.ts';
import { type Mishap, type Stage, type StageOptions, telephonySuite } from '../../support/telephony-suite.ts';
import {
  clientFor,
  done,
  http,
  refusal,
  startWireServer,
  type WireHandler,
  type WireServer,
} from './wire-server.ts';

const WRITES = [
  'CreateAutoCalloutTask',
  'StopAutoCalloutTask',
  'PauseAutoCalloutTask',
  'ResumeAutoCalloutTask',
];
const MISHAPS: Readonly<Record<Mishap, FaultInput>> = {
  refuse: { kind: 'refuse', code: 'RequestLimitExceeded', calls: [1] },
  lose_reply: { kind: 'drop', commit: true, calls: [1] },
  lose_request: { kind: 'drop', calls: [1] },
  stall: { kind: 'stall', calls: [1] },
  block: { kind: 'refuse', code: 'AuthFailure.SecretIdNotFound', calls: [1] },
  limit: { kind: 'refuse', code: 'LimitExceeded.OutOfQuotaMaxCount', calls: [1] },
  reject: { kind: 'refuse', code: 'InvalidParameterValue.PhoneNumInvalid', calls: [1] },
};
const END_WORDS = { answered: 'ok', no_answer: 'notAnswer', busy: 'busy', outside_the_table: '999' };

/** The adapter on the simulator, over real sockets; calls run three hundred times faster than their records say. */
function openStageWith(numberEcho: 'as_sent' | 'zeros' | 'plus', protectedNumbers = false) {
  return async ({ endings, recordsLate = false }: StageOptions): Promise<Stage> => {
    const simulator = await startSimulator({
      seed: 7,
      speed: 300,
      scenario: {
        outcomes: { ok: 1 },
        numberEcho,
        requestsPerSecond: 100_000,
        channelsPerCaller: 3,
        setupSeconds: [1, 1],
        talkSeconds: [5, 9],
        ranges: [...(endings ?? [])].map(([number, ending]) => ({
          prefix: String(number),
          byAttempt: [END_WORDS[ending]],
        })),
        faults: recordsLate
          ? ['DescribeTelCdr', 'DescribeProtectedTelCdr'].map((action) => ({
              ...{ kind: 'late_records' as const, action, probability: 1 },
            }))
          : [],
      },
    });
    const client = clientFor(simulator.url, { ...CREDENTIALS, deadlineMs: 1_500 });
    return {
      telephony: createTencentTelephony(client, { sdkAppId: SDK_APP_ID, protectedNumbers }),
      orderBase: { callers: ['008602150000001'], ivrId: 7 },
      now: Date.now,
      mishap: (kind) => simulator.setFaults(WRITES.map((action) => ({ ...MISHAPS[kind], action }))),
      showRecords: () => simulator.setFaults([]),
      showUnknownState: () =>
        simulator.setFaults([{ kind: 'unknown_enum', action: 'DescribeAutoCalloutTask', calls: [1] }]),
      dials: () => simulator.ledger().map((entry) => Number(entry.number)),
      vanish: () => simulator.close(),
      close: async () => {
        client.close();
        await simulator.close();
      },
    };
  };
}

telephonySuite('tencent on the simulator', openStageWith('as_sent'));
telephonySuite('tencent, numbers echoed with +', openStageWith('plus'));
telephonySuite('tencent, numbers protected', openStageWith('as_sent', true));

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function stageOnWire(
  handler: WireHandler,
  now?: () => number,
): Promise<{ to: Telephony; server: WireServer }> {
  const server = await startWireServer(handler);
  const client = clientFor(server.endpoint);
  endings.push(
    () => server.stop(),
    () => client.close(),
  );
  const to = createTencentTelephony(client, { sdkAppId: SDK_APP_ID, ...(now !== undefined && { now }) });
  return { to, server };
}

const ORDER: TaskOrder = {
  name: 'spring.4.1',
  description: 'ringmaster here',
  callers: ['008602150000001', '+8602150000002'],
  ivrId: 7,
  notBefore: 1_800_000_000_001,
  notAfter: 1_800_003_600_999,
  ringTimeoutMs: 30_500,
  callees: [
    { number: 8_613_800_000_001, uui: 'row-1', variables: { name: '王', n: '2' } },
    { number: 8_613_800_000_002, uui: '', variables: {} },
  ],
};

describe('the wire form of an order', () => {
  test('is seconds, 0086 numbers, one try, and only what a callee has', async () => {
    const { to, server } = await stageOnWire((_, socket) => socket.write(done({ TaskId: 5 })));
    expect(await to.createTask(ORDER)).toEqual({ ok: true, value: { taskId: 5 } });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      SdkAppId: SDK_APP_ID,
      Name: 'spring.4.1',
      Description: 'ringmaster here',
      NotBefore: 1_800_000_001,
      NotAfter: 1_800_003_600,
      Callees: ['008613800000001', '008613800000002'],
      Callers: ['008602150000001', '008602150000002'],
      Tries: 1,
      IvrId: 7,
      CalleeAttributes: [
        {
          Callee: '008613800000001',
          UUI: 'row-1',
          Variables: [
            { Key: 'name', Value: '王' },
            { Key: 'n', Value: '2' },
          ],
        },
      ],
      MaxRingTimeoutSecond: 31,
    });
  });

  test('names the agent instead of the IVR where the order does', async () => {
    const { to, server } = await stageOnWire((_, socket) => socket.write(done({ TaskId: 5 })));
    const { ivrId: _ivr, ringTimeoutMs: _ring, ...order } = ORDER;
    await to.createTask({ ...order, aiAgentId: 9 });
    const body = JSON.parse(server.requests[0]?.body ?? '') as object;
    expect(body).toMatchObject({ AIAgentId: 9 });
    expect(body).not.toHaveProperty('IvrId');
    expect(body).not.toHaveProperty('MaxRingTimeoutSecond');
  });

  test('larger than the provider takes is invalid, and never sent', async () => {
    const { to, server } = await stageOnWire((_, socket) => socket.write(done({ TaskId: 5 })));
    const callees = Array.from({ length: 5_000 }, (_, index) => ({
      number: 8_613_800_000_001 + index,
      uui: 'x'.repeat(1_000),
      variables: { text: '文'.repeat(400) },
    }));
    const result = await to.createTask({ ...ORDER, callees });
    expect(result).toMatchObject({ ok: false, failure: { kind: 'invalid', code: 'request_too_large' } });
    expect(server.requests).toHaveLength(0);
  });
});

describe('a task reading', () => {
  test('understands numbers in every form that is echoed, and says NaN for what is none', async () => {
    const forms = [
      '008613800000001',
      '+8613800000001',
      '8613800000001',
      '13800000001',
      ' 138 0000 0001 ',
      '02150000001',
    ];
    const callees = [...forms, '0086138****0001', '', 'anonymous'].map((Callee) => ({ Callee, State: 9 }));
    const { to } = await stageOnWire((_, socket) =>
      socket.write(done({ Name: 'n', State: 0, Callees: callees })),
    );
    const result = await to.describeTask(1);
    if (!result.ok) throw new Error(result.failure.message);
    const mobile = 8_613_800_000_001;
    expect(result.value.callees.map((callee) => callee.number)).toEqual([
      ...new Array(5).fill(mobile),
      862_150_000_001,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
    expect(result.value.callees[0]).toEqual({
      number: mobile,
      state: 'unknown',
      stateCode: 9,
      sessionIds: [],
    });
  });

  test.each([
    [0, 'initial'],
    [1, 'running'],
    [2, 'completed'],
    [3, 'ending'],
    [4, 'terminated'],
    [5, 'paused'],
    [6, 'unknown'],
    [-1, 'unknown'],
  ])('names task state %i %s, and takes null lists', async (State, state) => {
    const { to } = await stageOnWire((_, socket) => socket.write(done({ Name: 'n', State, Callees: null })));
    expect(await to.describeTask(8)).toEqual({
      ok: true,
      value: { taskId: 8, name: 'n', description: '', state, stateCode: State, callees: [] },
    });
  });
});

describe('an order that is not possible in the present state', () => {
  const refuseThenShow =
    (state: number): WireHandler =>
    (request, socket) =>
      socket.write(
        request.header('x-tc-action') === 'DescribeAutoCalloutTask'
          ? done({ State: state })
          : refusal('UnsupportedOperation'),
      );
  test.each([
    ['stopTask', 1, 'invalid'],
    ['stopTask', 5, 'invalid'],
    ['stopTask', 3, 'done'],
    ['stopTask', 4, 'done'],
    ['pauseTask', 1, 'invalid'],
    ['pauseTask', 5, 'done'],
    ['pauseTask', 2, 'done'],
    ['resumeTask', 5, 'invalid'],
    ['resumeTask', 1, 'done'],
    ['resumeTask', 99, 'invalid'],
  ] as const)('%s of a task in state %i is %s', async (ask, state, expected) => {
    const { to } = await stageOnWire(refuseThenShow(state));
    const result = await to[ask](3);
    expect(result.ok ? result.value : result.failure.kind).toBe(expected);
  });

  test('is a doubt while the state cannot be read', async () => {
    const { to } = await stageOnWire((request, socket) =>
      socket.write(
        request.header('x-tc-action') === 'DescribeAutoCalloutTask'
          ? http(502, '')
          : refusal('UnsupportedOperation'),
      ),
    );
    expect(await to.stopTask(3)).toMatchObject({ ok: false, failure: { kind: 'doubt', code: 'http_502' } });
  });
});

describe('call records', () => {
  const record = {
    SessionId: 's1',
    Caller: '008602150000001',
    Callee: '008613800000001',
    StartTimestamp: 1_800_000_000,
    RingTimestamp: 1_800_000_003,
    AcceptTimestamp: 1_800_000_010,
    EndedTimestamp: 1_800_000_040,
    Duration: 30,
    EndStatus: 1,
    HungUpSide: 'user',
    UUI: 'row-1',
    IVRKeyPressedEx: [{ Key: '2' }, { Key: '9' }],
    RecordURL: 'https://recordings.invalid/1.mp3',
  };
  const at = 1_800_000_000_000;
  const outcomesOf = async (records: object[], list = 'TelCdrList') => {
    const { to } = await stageOnWire(
      (_, socket) => socket.write(done({ TotalCount: records.length, [list]: records })),
      () => at + HOUR,
    );
    const result = await to.callRecords(['s1', 's2'], at, at + HOUR);
    if (!result.ok) throw new Error(result.failure.message);
    return result.value;
  };

  test('give every fact in our words and milliseconds', async () => {
    expect(await outcomesOf([record])).toEqual([
      {
        sessionId: 's1',
        disposition: 'answered',
        uui: 'row-1',
        facts: {
          sessionId: 's1',
          endStatus: 1,
          startedAt: 1_800_000_000_000,
          endedAt: 1_800_000_040_000,
          ringSeconds: 7,
          talkSeconds: 30,
          hungUpSide: 'user',
          caller: '+8602150000001',
          keysPressed: '2,9',
          recordingUrl: 'https://recordings.invalid/1.mp3',
        },
      },
    ]);
  });

  test('are read from the deprecated list, key list and UUI spelling too', async () => {
    const { UUI: _, IVRKeyPressedEx: __, ...rest } = record;
    const old = { ...rest, Uui: 'row-1', IVRKeyPressed: ['1', '#'] };
    expect(await outcomesOf([old], 'TelCdrs')).toMatchObject([
      { uui: 'row-1', facts: { keysPressed: '1,#' } },
    ]);
  });

  test('have their keys read in either spelling', async () => {
    const [outcome] = await outcomesOf([
      { ...record, IVRKeyPressedEx: [{ key: '1', label: 'menu' }, { Key: '#' }] },
    ]);
    expect(outcome?.facts.keysPressed).toBe('1,#');
  });

  test.each([
    ['an accept time makes it answered, whatever the code', { EndStatus: 211 }, 'answered', 211],
    ['an end that itself says it was connected stands', { EndStatus: 228 }, 'function_call_hangup', 228],
    ['voicemail stands, although a machine accepted', { EndStatus: 222 }, 'voice_mail_reached', 222],
    ['code 1 is answered without an accept time', { AcceptTimestamp: 0 }, 'answered', 1],
    ['a missed call', { AcceptTimestamp: 0, EndStatus: 206, Duration: 0 }, 'busy', 206],
    ['an unknown code is kept', { AcceptTimestamp: 0, EndStatus: 777 }, 'unknown', 777],
    [
      'the word where the code is missing',
      { AcceptTimestamp: 0, EndStatus: null, EndStatusString: 'PowerOff' },
      'power_off',
      204,
    ],
    [
      'no code, an unknown word',
      { AcceptTimestamp: 0, EndStatus: null, EndStatusString: 'x' },
      'unknown',
      undefined,
    ],
  ])('%s', async (_, change, disposition, endStatus) => {
    const [outcome] = await outcomesOf([{ ...record, ...change }]);
    expect(outcome?.disposition).toBe(disposition);
    expect(outcome?.facts.endStatus).toBe(endStatus);
  });

  test('without an end yet are absent, as are those of sessions nobody asked for', async () => {
    for (const EndStatus of [null, 0]) {
      const open = { ...record, EndStatus, EndedTimestamp: 0 };
      expect(await outcomesOf([open, { ...record, SessionId: 'other' }])).toEqual([]);
    }
    const failed = { ...record, EndStatus: 0, AcceptTimestamp: 0 };
    expect(await outcomesOf([failed])).toMatchObject([{ disposition: 'error' }]);
  });

  test('ring until the end where nobody accepted, and have no ring time where it did not ring', async () => {
    const missed = { ...record, AcceptTimestamp: 0, EndStatus: 202, Duration: 0 };
    expect(await outcomesOf([missed])).toMatchObject([{ facts: { ringSeconds: 37, talkSeconds: 0 } }]);
    const [silent] = await outcomesOf([{ ...missed, RingTimestamp: 0 }]);
    expect(silent?.facts).not.toHaveProperty('ringSeconds');
  });

  test('name labels, transcript, queue and agent where there are any', async () => {
    const [outcome] = await outcomesOf([
      {
        ...record,
        IVRKeyPressedEx: [{ Key: '2', Label: 'agent' }, { Key: '9' }],
        AsrUrl: 'https://recordings.invalid/1.json',
        SkillGroup: 'after sales',
        SeatUser: { Name: 'Wang', Mail: 'wang@example.com' },
        ServeParticipants: [{ Mail: 'li@example.com', AcceptTimestamp: 0, SkillGroupName: 'x' }],
      },
    ]);
    expect(outcome?.facts).toMatchObject({
      ...{ keysPressed: '2,9', keyLabels: ['agent', ''], transcriptUrl: 'https://recordings.invalid/1.json' },
      ...{ queue: 'after sales', agent: 'wang@example.com' },
    });
  });

  test('take the agent who accepted where the record names no other, and pass over what is no text', async () => {
    const agents = [
      { Mail: 'li@example.com', AcceptTimestamp: 5, SkillGroupName: 'sales' },
      { Mail: 'wu@example.com', AcceptTimestamp: 0 },
    ];
    const odd = { SkillGroup: 7, SeatUser: 'nobody', AsrUrl: null, ServeParticipants: agents };
    const [outcome] = await outcomesOf([{ ...record, ...odd }]);
    expect(outcome?.facts).toMatchObject({ queue: 'sales', agent: 'li@example.com' });
    expect(outcome?.facts).not.toHaveProperty('transcriptUrl');
  });

  test('say which end is none of an outbound call, also where the call was answered', async () => {
    for (const [change, strangeEnd] of [
      [{ EndStatus: 102 }, 102],
      [{ EndStatus: 234, AcceptTimestamp: 0 }, 234],
      [{ EndStatus: null, EndStatusString: 'ivrGiveUp', AcceptTimestamp: 0 }, 102],
    ] as const) {
      expect(await outcomesOf([{ ...record, ...change }])).toMatchObject([{ strangeEnd }]);
    }
    const [usual] = await outcomesOf([record]);
    expect(usual).not.toHaveProperty('strangeEnd');
  });

  test('of protected numbers have no caller', async () => {
    const [outcome] = await outcomesOf([{ ...record, Caller: '', ProtectedCaller: 'opaque' }]);
    expect(outcome?.facts).not.toHaveProperty('caller');
  });

  test('are asked for by session, in one page, in a padded window of seconds', async () => {
    const { to, server } = await stageOnWire(
      (_, socket) => socket.write(done({ TotalCount: 0 })),
      () => at + HOUR,
    );
    await to.callRecords(['s1', 's2', 's1'], at, at + HOUR);
    expect(server.requests).toHaveLength(1);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      SdkAppId: SDK_APP_ID,
      StartTimeStamp: (at - RECORD_WINDOW_PAD) / 1_000,
      EndTimeStamp: (at + HOUR + RECORD_WINDOW_PAD) / 1_000,
      PageSize: 100,
      PageNumber: 0,
      SessionIds: ['s1', 's2'],
    });
  });

  test('windows are under 90 days wide, at most 180 days old, and leave no gap', () => {
    for (const days of [0, 1, 89, 90, 150, 179, 200, 400]) {
      const windows = recordWindows(at - days * DAY, at, at);
      expect(windows.length).toBe(Math.ceil((Math.min(days, 180) * 24 + 2) / (90 * 24 - 1)));
      expect(windows.at(-1)?.to).toBe(at + RECORD_WINDOW_PAD);
      for (const [index, window] of windows.entries()) {
        expect(window.to - window.from).toBeLessThan(90 * DAY);
        expect(window.from).toBeGreaterThan(at - 180 * DAY);
        if (index > 0) expect(window.from).toBe(windows[index - 1]?.to);
      }
    }
    expect(recordWindows(at - 400 * DAY, at - 300 * DAY, at)).toEqual([]);
  });
});
