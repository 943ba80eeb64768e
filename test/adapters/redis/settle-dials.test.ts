import { describe, expect, it } from 'vitest';
import { dialField } from '../../../src/adapters/redis/call-ledger-codec.ts';
import { fieldMaker } from '../../../src/adapters/redis/suppression-place.ts';
import { CLAIM, ledgerPartForEach, OTHER_CLAIM, partKeys, X, Y } from '../../support/ledger-part.ts';

const part = ledgerPartForEach();

const settle = (...dials: string[]) => {
  const { scripts, base } = part();
  return scripts.settleDials([`${base}o`], [base, 4, 1_000, dials.join(' ')]);
};

/** All records of a day, whatever buckets they lie in. */
async function recordsOf(day: number): Promise<string[]> {
  const { redis, base } = part();
  const names = (await partKeys(part(), `d${day}`)).filter((name) => name !== `${base}d${day}`);
  const texts = await Promise.all(names.map((name) => redis.get(name)));
  return texts.flatMap((text) => text?.match(/.{14}/g) ?? []).sort();
}

describe('settle-dials', () => {
  it('ends reservations and writes what happened, in the day in which it did', async () => {
    await part().redis.hset(`${part().base}o`, X, CLAIM, Y, CLAIM + OTHER_CLAIM);
    expect(await settle(`${X} ${CLAIM} 20780 BBBaa`, `${Y} ${CLAIM} - -`)).toEqual(['settled', 2, 1]);
    expect(await part().redis.hgetall(`${part().base}o`)).toEqual({ [Y]: OTHER_CLAIM });
    expect(await recordsOf(20780)).toEqual([`${X}BBBaa`]);
    expect(await part().redis.hgetall(`${part().base}d20780`)).toEqual({ buckets: '1', records: '1' });
  });

  it('changes nothing when it is told the same again', async () => {
    await part().redis.hset(`${part().base}o`, X, CLAIM);
    await settle(`${X} ${CLAIM} 20780 BBBaa`, `${X} - 20780 CCCaa`);
    expect(await settle(`${X} ${CLAIM} 20780 BBBaa`, `${X} - 20780 CCCaa`)).toEqual(['settled', 0, 0]);
    expect(await settle(`${Y} ${CLAIM} - -`)).toEqual(['settled', 0, 0]);
    expect(await recordsOf(20780)).toEqual([`${X}BBBaa`, `${X}CCCaa`]);
  });

  it('writes a dial that nobody had reserved, and two of one number and second by their marks', async () => {
    expect(await settle(`${X} - 20780 BBBaa`)).toEqual(['settled', 0, 1]);
    expect(await settle(`${X} ${CLAIM} 20780 BBBab`)).toEqual(['settled', 0, 1]);
    expect(await recordsOf(20780)).toEqual([`${X}BBBaa`, `${X}BBBab`]);
  });

  it('loses none of many dials while the day grows bucket by bucket, and each key dies some day', async () => {
    const lines = Array.from({ length: 300 }, (_, at) => {
      const field = dialField(8_613_800_000_000 + at, fieldMaker(undefined));
      return `${field} - 20780 BBBaa`;
    });
    for (let from = 0; from < lines.length; from += 50) await settle(...lines.slice(from, from + 50));
    expect(await recordsOf(20780)).toEqual(lines.map((line) => `${line.slice(0, 9)}BBBaa`).sort());
    expect(Number(await part().redis.hget(`${part().base}d20780`, 'buckets'))).toBe(300 / 4);
    const names = await partKeys(part(), 'd20780');
    const lives = await Promise.all(names.map((name) => part().redis.ttl(name)));
    expect(names.length).toBeGreaterThan(60);
    expect(Math.min(...lives)).toBeGreaterThan(900);
    expect(Math.max(...lives)).toBeLessThanOrEqual(1_000);
  });
});
