import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packStories, type SlotStory, unpackStories } from '../../../src/adapters/redis/story-codec.ts';
import { CALLEE_STATES, type CalleeStory, type CallFacts } from '../../../src/core/callee.ts';
import { DISPOSITION_NAMES } from '../../../src/core/disposition.ts';
import { PAGE_SLOTS } from '../../../src/core/limits.ts';
import { REASONS } from '../../../src/core/reasons.ts';

const AT = Date.parse('2026-11-23T02:00:00.123Z');
const seconds = fc.integer({ min: 0, max: 0xffff_ffff }).map((each) => each * 1_000);
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const digits = fc.stringMatching(/^\d{1,24}$/);

function optional<T extends Record<string, fc.Arbitrary<unknown>>>(model: T) {
  return fc.record(model, { requiredKeys: [] });
}

const call: fc.Arbitrary<CallFacts> = fc
  .tuple(
    fc.oneof(
      fc.uuid(),
      fc.uuid().map((id) => id.toUpperCase()),
      text,
    ),
    optional({
      endStatus: fc.integer({ min: 0, max: 100_000 }),
      startedAt: seconds,
      endedAt: seconds,
      ringSeconds: fc.nat(),
      talkSeconds: fc.nat(),
      hungUpSide: fc.oneof(fc.constantFrom('seat', 'user', 'system'), text),
      caller: fc.oneof(
        digits,
        digits.map((each) => `00${each}`),
        fc.constantFrom(
          '0',
          '00000000000000000000',
          '000000000000000000000',
          '9007199254740993',
          '+8602150000001',
        ),
        text,
      ),
      keysPressed: fc.constantFrom('', '1', '2,9', '*,#'),
      recordingUrl: fc.webUrl({ withQueryParameters: true }),
      recordMissing: fc.constant(true as const),
    }),
  )
  .map(([sessionId, rest]) => ({ sessionId, ...rest }) as CallFacts);

const story: fc.Arbitrary<CalleeStory> = fc
  .tuple(
    fc.record({
      from: fc.option(fc.constantFrom(...CALLEE_STATES), { nil: undefined }),
      to: fc.constantFrom(...CALLEE_STATES),
      reason: fc.constantFrom(...REASONS.map(([name]) => name)),
      attempts: fc.integer({ min: 0, max: 255 }),
    }),
    optional({
      disposition: fc.constantFrom(...DISPOSITION_NAMES),
      batch: fc.integer({ min: 1, max: 0xffff_ffff }),
      due: fc.integer({ min: 0, max: 2 ** 42 }),
      calls: fc.array(call, { maxLength: 4 }),
      facts: fc.dictionary(text, fc.oneof(text, fc.integer()), { noNullPrototype: true }),
    }),
  )
  .map(([known, rest]) => ({ at: AT, ...known, ...rest }) as CalleeStory);

/** Runs of like entries among unlike ones, as the changes of the pipelines are. */
const entries: fc.Arbitrary<SlotStory[]> = fc
  .array(fc.tuple(story, fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 8 })
  .map((runs) =>
    runs
      .flatMap(([each, times]) => Array.from({ length: times }, () => each))
      .map((each, slot) => ({ slot: slot % PAGE_SLOTS, story: each })),
  );

const CLAIM: CalleeStory = {
  at: AT,
  from: 'initial',
  to: 'batched',
  reason: 'claimed',
  attempts: 0,
  batch: 7,
};

describe('a history block', () => {
  it('gives back the stories of a change exactly, whatever they hold', () => {
    fc.assert(
      fc.property(entries, (packed) => {
        expect(unpackStories(packStories(packed))).toEqual(packed);
      }),
      { numRuns: 80 },
    );
  });

  it('is plain when small and deflated when large, and read the same', () => {
    const of = (count: number) => Array.from({ length: count }, (_, slot) => ({ slot, story: CLAIM }));
    expect(packStories(of(1))[0]).toBe(0);
    expect(packStories(of(1_024))[0]).toBe(1);
    for (const count of [1, 80, 81, 82, 83, 84, 85, 86, 1_024])
      expect(unpackStories(packStories(of(count)))).toEqual(of(count));
  });

  it('costs at most three bytes for each further callee of one claim', () => {
    const of = (count: number) => Array.from({ length: count }, (_, slot) => ({ slot, story: CLAIM }));
    expect(packStories(of(70)).length - packStories(of(1)).length).toBeLessThanOrEqual(69 * 3);
  });

  it('takes less than half of the text for a session id that is a UUID, and two thirds for a caller', () => {
    const size = (facts: CallFacts): number =>
      packStories([{ slot: 0, story: { ...CLAIM, calls: [facts] } }]).length;
    const none = size({ sessionId: '' });
    expect(size({ sessionId: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff' }) - none).toBeLessThanOrEqual(16);
    expect(size({ sessionId: '', caller: '008602150000001' }) - none).toBeLessThanOrEqual(10);
  });

  it('keeps numbers that no call can have as they came, and the stories behind them whole', () => {
    const odd: CallFacts[] = [
      { sessionId: 'a', talkSeconds: -3, endStatus: 2 },
      { sessionId: 'b', endStatus: -1, caller: '007' },
      { sessionId: 'c', ringSeconds: 1.5 },
      {
        sessionId: 'd',
        startedAt: -1_000,
        endedAt: Date.UTC(2026, 0, 1) * 1_000,
        recordingUrl: 'https://x/y',
      },
      { sessionId: 'e', talkSeconds: 1e300 },
    ];
    const packed = odd.map((facts, slot) => ({
      slot,
      story: { ...CLAIM, calls: [facts, { sessionId: 'next' }] },
    }));
    expect(unpackStories(packStories(packed))).toEqual(packed);
  });

  it('drops a number that is none', () => {
    const packed = [{ slot: 3, story: { ...CLAIM, calls: [{ sessionId: 'a', talkSeconds: Number.NaN }] } }];
    expect(unpackStories(packStories(packed))[0]?.story.calls).toEqual([{ sessionId: 'a' }]);
  });
});
