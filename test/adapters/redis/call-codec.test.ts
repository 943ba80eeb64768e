import { describe, expect, it } from 'vitest';
import { packStories, type SlotStory, unpackStories } from '../../../src/adapters/redis/story-codec.ts';
import { createRng } from '../../../src/adapters/simulator/rng.ts';
import type { CallFacts } from '../../../src/core/callee.ts';

const AT = Date.parse('2026-11-23T02:00:00.123Z');
const SESSION = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff';
const OTHER = '0b1c2d3e-4f50-4617-8283-94a5b6c7d8e9';

function storiesOf(calls: readonly CallFacts[]): SlotStory[] {
  return calls.map((call, slot) => ({
    slot,
    story: { at: AT, from: 'calling', to: 'answered', reason: 'call_answered', attempts: 1, calls: [call] },
  }));
}

function through(calls: readonly CallFacts[]): (CallFacts | undefined)[] {
  return unpackStories(packStories(storiesOf(calls))).map(({ story }) => story.calls?.[0]);
}

describe('the link of a recording', () => {
  it.each([
    ['with the session in it', `https://r.example/a/${SESSION}.mp3`],
    ['with the session twice', `https://r.example/${SESSION}/${SESSION}.mp3`],
    ['with another UUID', `https://r.example/${OTHER}?s=${SESSION}`],
    ['with a run of digits', `https://r.example/${SESSION}-0123456789abcdef0123456789abcdef.mp3`],
    ['with an odd run of digits', 'https://r.example/0123456789abcdef0.mp3'],
    ['with a very long run of digits', `https://r.example/${'ab'.repeat(200)}.mp3`],
    ['with digits in capitals', `https://r.example/${SESSION.toUpperCase()}/0123456789ABCDEF`],
    ['with what no link holds', `https://r.example/<${SESSION}>/{8}/"0123456789abcdef`],
    ['that is empty', ''],
    ['that is our own mark', '"'],
    ['that looks like a replacement', `https://r.example/$&/$1/${SESSION}`],
  ])('comes back as it was: %s', (_name, recordingUrl) => {
    const calls = [
      { sessionId: SESSION, recordingUrl },
      { sessionId: OTHER, recordingUrl },
      { sessionId: 'not a uuid', recordingUrl },
    ];
    expect(through(calls)).toEqual(calls);
  });

  it('costs no more than what is random in it, and a few bytes', () => {
    const rng = createRng('links', 1);
    const call = (link: boolean): CallFacts => {
      const [sessionId, digits] = [rng.uuid(), rng.uuid().replaceAll('-', '').slice(0, 16)];
      const recordingUrl = `https://recordings-1400000000.cos.example/ccc/2026-11-23/${sessionId}-${digits}.mp3`;
      return link ? { sessionId, recordingUrl } : { sessionId };
    };
    const size = (link: boolean): number =>
      packStories(storiesOf(Array.from({ length: 200 }, () => call(link)))).length / 200;
    expect(size(true) - size(false)).toBeLessThan(8 + 2);
  });
});

describe('the times of a call', () => {
  it.each([
    ['a usual call', { startedAt: AT - 90_123, endedAt: AT - 20_123, ringSeconds: 12, talkSeconds: 40 }],
    ['one that ends before it began', { startedAt: AT, endedAt: AT - 3_600_000, ringSeconds: 5 }],
    ['one that began after it was stored', { startedAt: AT + 600_000, endedAt: AT + 700_000 }],
    ['one without a beginning', { endedAt: AT, talkSeconds: 3 }],
    [
      'one of absurd length',
      { startedAt: 0, endedAt: AT, ringSeconds: Number.MAX_SAFE_INTEGER, talkSeconds: 2 ** 31 },
    ],
  ])('come back to the second: %s', (_name, times: Partial<CallFacts>) => {
    const [back] = through([{ sessionId: SESSION, ...times }]);
    const second = (at: number | undefined): number | undefined =>
      at === undefined ? undefined : Math.floor(at / 1_000) * 1_000;
    const { startedAt, endedAt, ringSeconds, talkSeconds } = back ?? { sessionId: '' };
    expect({ startedAt, endedAt, ringSeconds, talkSeconds }).toEqual({
      startedAt: second(times.startedAt),
      endedAt: second(times.endedAt),
      ringSeconds: times.ringSeconds,
      talkSeconds: times.talkSeconds,
    });
  });
});

describe('what calls have in common', () => {
  it('is stored once: caller, keys and side cost a further call a byte each and one to say so', () => {
    const rng = createRng('common', 1);
    const size = (count: number, rest: Partial<CallFacts>): number =>
      packStories(storiesOf(Array.from({ length: count }, () => ({ sessionId: rng.uuid(), ...rest }))))
        .length;
    const shared = { caller: '008602150000001', keysPressed: '2,9', hungUpSide: 'user' };
    // Few enough that the block stays plain.
    expect(size(3, shared) - size(2, shared) - (size(3, {}) - size(2, {}))).toBeLessThanOrEqual(4);
  });
});

describe('what else is known of a call', () => {
  const whole: CallFacts = {
    ...{
      sessionId: SESSION,
      keysPressed: '1,9',
      keyLabels: ['yes, please', ''],
      queue: '售后',
      agent: 'a@b.example',
    },
    transcriptUrl: `https://r.example/asr/${SESSION}.json`,
  };

  it('comes back as it was, all of it or any part', () => {
    const { keyLabels, transcriptUrl, queue, agent, ...least } = whole;
    const parts = [whole, least, { ...least, keyLabels }, { ...least, transcriptUrl }, { ...least, queue }];
    const calls = [...parts, { ...least, agent }, { ...least, keyLabels: [] }] as CallFacts[];
    expect(through(calls)).toEqual(calls);
  });

  it('costs nothing where it is absent, and a few bytes where calls have it in common', () => {
    const rng = createRng('calls', 1);
    const size = (more: Partial<CallFacts>, link: boolean): number =>
      packStories(
        storiesOf(
          Array.from({ length: 200 }, () => {
            const sessionId = rng.uuid();
            const transcriptUrl = `https://r.example/asr/${sessionId}.json`;
            return { sessionId, talkSeconds: 9, ...more, ...(link && { transcriptUrl }) };
          }),
        ),
      ).length / 200;
    const least = size({}, false);
    expect(least).toBeLessThan(16 + 3);
    const { keyLabels = [], queue = '', agent = '' } = whole;
    expect(size({ keyLabels, queue, agent }, true) - least).toBeLessThan(3);
  });
});
