import { afterEach, describe, expect, test } from 'vitest';
import { createTencentTelephony } from '../../../src/adapters/tencent/telephony.ts';
import { HOUR, SECOND } from '../../../src/core/time.ts';
import { SDK_APP_ID } from '../../support/simulator.ts';
import { clientFor, done, refusal, startWireServer, type WireHandler } from './wire-server.ts';

const NOW = 1_800_000_000_000;
const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

interface Asked {
  readonly StartTimeStamp: number;
  readonly EndTimeStamp: number;
  readonly PageNumber: number;
  readonly PageSize: number;
}

const asked: Asked[] = [];

/** A provider with one call per second back from NOW, named after its second. */
async function openProvider(answer?: WireHandler) {
  asked.length = 0;
  const server = await startWireServer(
    answer ??
      ((request, socket) => {
        const body = JSON.parse(request.body) as Asked;
        asked.push(body);
        const last = Math.min(body.EndTimeStamp, NOW / SECOND);
        const seconds = Array.from(
          { length: Math.max(0, last - body.StartTimeStamp + 1) },
          (_, at) => last - at,
        );
        const from = body.PageNumber * body.PageSize;
        const TelCdrList = seconds.slice(from, from + body.PageSize).map((second) => ({
          SessionId: `s${second}`,
          StartTimestamp: second,
          EndedTimestamp: second,
          EndStatus: 206,
        }));
        socket.write(done({ TotalCount: seconds.length, TelCdrList }));
      }),
  );
  const client = clientFor(server.endpoint);
  endings.push(
    () => server.stop(),
    () => client.close(),
  );
  return createTencentTelephony(client, { sdkAppId: SDK_APP_ID, protectedNumbers: true, now: () => NOW });
}

function session(secondsBack: number): string {
  return `s${NOW / SECOND - secondsBack}`;
}

describe('call records of protected numbers', () => {
  test('are joined by session, over as many pages as it takes and no more', async () => {
    const telephony = await openProvider();
    const wanted = [session(5), session(250), 'nowhere'];
    const result = await telephony.callRecords(wanted.slice(0, 2), NOW - HOUR, NOW);
    expect(result.ok && result.value.map(({ sessionId }) => sessionId)).toEqual(wanted.slice(0, 2));
    expect(result).toMatchObject({ value: [{ disposition: 'busy', facts: { endStatus: 206 } }, {}] });
    expect(asked.map(({ PageNumber }) => PageNumber)).toEqual([0, 1, 2]);
    expect(asked.every((one) => !('SessionIds' in one) && one.PageSize === 100)).toBe(true);
  });

  test('that were read with others need no further request', async () => {
    const telephony = await openProvider();
    await telephony.callRecords([session(150)], NOW - HOUR, NOW);
    const before = asked.length;
    const again = await telephony.callRecords([session(7), session(199)], NOW - HOUR, NOW);
    expect(again.ok && again.value.length).toBe(2);
    expect(asked.length).toBe(before);
  });

  test('asked for at the same time are read once', async () => {
    const telephony = await openProvider();
    const results = await Promise.all(
      [10, 20, 30, 40].map((back) => telephony.callRecords([session(back)], NOW - HOUR, NOW)),
    );
    expect(results.map((result) => result.ok && result.value.length)).toEqual([1, 1, 1, 1]);
    expect(asked.length).toBe(1);
  });

  test('that are older are found in the pieces before; late ones are absent once all was read', async () => {
    const telephony = await openProvider();
    const result = await telephony.callRecords([session(3 * 3_600), 'late'], NOW - 3 * HOUR, NOW);
    expect(result.ok && result.value.map(({ sessionId }) => sessionId)).toEqual([session(3 * 3_600)]);
    const starts = [...new Set(asked.map(({ StartTimeStamp }) => StartTimeStamp))];
    expect(starts).toEqual([...starts].sort((a, b) => b - a));
    expect(Math.min(...starts)).toBe((NOW - 4 * HOUR) / SECOND);
  });

  test('a refusal is a failure, and the next question is asked all the same', async () => {
    let refused = 0;
    const telephony = await openProvider((request, socket) => {
      if (request.header('x-tc-action') !== 'DescribeProtectedTelCdr' || refused > 0) {
        socket.write(done({ TotalCount: 0, TelCdrList: [] }));
        return;
      }
      refused += 1;
      socket.write(refusal('InvalidParameterValue'));
    });
    expect(await telephony.callRecords(['s1'], NOW - HOUR, NOW)).toMatchObject({
      ok: false,
      failure: { kind: 'invalid' },
    });
    expect(await telephony.callRecords(['s1'], NOW - HOUR, NOW)).toEqual({ ok: true, value: [] });
  });
});
