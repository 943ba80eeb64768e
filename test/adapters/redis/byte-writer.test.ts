import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from '../../../src/adapters/redis/byte-writer.ts';

const sample = fc.oneof(
  fc.record({ kind: fc.constant('u8' as const), value: fc.integer({ min: 0, max: 0xff }) }),
  fc.record({ kind: fc.constant('u16' as const), value: fc.integer({ min: 0, max: 0xffff }) }),
  fc.record({ kind: fc.constant('u32' as const), value: fc.integer({ min: 0, max: 0xffff_ffff }) }),
  fc.record({ kind: fc.constant('u48' as const), value: fc.integer({ min: 0, max: 2 ** 48 - 1 }) }),
  fc.record({
    kind: fc.constant('varint' as const),
    value: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  }),
);

describe('ByteWriter', () => {
  it('gives back every number of every width, in order', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 400 }), (samples) => {
        const writer = new ByteWriter();
        for (const { kind, value } of samples) writer[kind](value);
        const reader = new ByteReader(Buffer.from(writer.done()));
        expect(samples.map(({ kind }) => reader[kind]())).toEqual(samples.map(({ value }) => value));
        expect(reader.atEnd).toBe(true);
      }),
    );
  });

  it('gives back varints around every power of 128, up to the largest exact integer', () => {
    const edges = [0, Number.MAX_SAFE_INTEGER];
    for (let power = 128; power < Number.MAX_SAFE_INTEGER; power *= 128)
      edges.push(power - 1, power, power + 1);
    for (const edge of edges) {
      const writer = new ByteWriter();
      writer.varint(edge);
      expect(new ByteReader(Buffer.from(writer.done())).varint()).toBe(edge);
    }
  });

  it('gives back text and raw bytes that are larger than its first buffer', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 900 }), fc.constant('电话'.repeat(700)))),
        fc.uint8Array({ maxLength: 5_000 }),
        (texts, bytes) => {
          const writer = new ByteWriter();
          for (const text of texts) writer.text(text);
          writer.raw(Buffer.from(bytes));
          const reader = new ByteReader(Buffer.from(writer.done()));
          for (const text of texts) expect(reader.text()).toBe(text);
          expect(reader.raw(bytes.length)).toEqual(Buffer.from(bytes));
          expect(reader.atEnd).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });
});
