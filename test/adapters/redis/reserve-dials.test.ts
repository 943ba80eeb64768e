import { describe, expect, it } from 'vitest';
import { CLAIM, ledgerPartForEach, OTHER_CLAIM, X, Y } from '../../support/ledger-part.ts';

const DAYS = '20780 20779';

const part = ledgerPartForEach();

const reserve = (fields: string, ...expected: (string | number)[]) => {
  const { scripts, base } = part();
  return scripts.reserveDials([`${base}o`], [base, DAYS, CLAIM, fields, ...expected]);
};
const dialled = (field: string, day: number, record: string) => {
  const { scripts, base } = part();
  return scripts.settleDials([`${base}o`], [base, 16, 100, `${field} - ${day} ${record}`]);
};
const open = () => `${part().base}o`;

describe('reserve-dials', () => {
  it('reserves numbers of which nothing is known, and says nothing of them', async () => {
    expect(await reserve(X + Y)).toEqual(['reserved']);
    expect(await part().redis.hgetall(open())).toEqual({ [X]: CLAIM, [Y]: CLAIM });
  });

  it('leaves a number that is not as expected, and tells what is held of it; the others are reserved', async () => {
    await part().redis.hset(open(), Y, OTHER_CLAIM);
    await dialled(Y, 20779, 'AAAaa');
    await dialled(Y, 20780, 'BBBaa');
    await dialled(Y, 20780, 'CCCaa');
    expect(await reserve(X + Y)).toEqual(['reserved', '2', OTHER_CLAIM, 'BBBaaCCCaa,AAAaa,']);
    expect(await part().redis.hgetall(open())).toEqual({ [X]: CLAIM, [Y]: OTHER_CLAIM });
  });

  it('writes what it is told for a number that is as expected', async () => {
    await part().redis.hset(open(), Y, OTHER_CLAIM);
    await dialled(Y, 20779, 'AAAaa');
    expect(await reserve(X + Y, 2, OTHER_CLAIM, ',AAAaa,', OTHER_CLAIM + CLAIM)).toEqual(['reserved']);
    expect(await part().redis.hgetall(open())).toEqual({ [X]: CLAIM, [Y]: OTHER_CLAIM + CLAIM });
    expect(await reserve(Y, 1, OTHER_CLAIM + CLAIM, ',AAAaa,', CLAIM)).toEqual(['reserved']);
    expect(await part().redis.hget(open(), Y)).toBe(CLAIM);
  });

  it.each([
    ['another dial', OTHER_CLAIM, ',AAAaaAAAab,'],
    ['another reservation', CLAIM, ',AAAaa,'],
    ['nothing', '', ''],
  ])('refuses where it expects %s', async (_what, ids, dials) => {
    await part().redis.hset(open(), Y, OTHER_CLAIM);
    await dialled(Y, 20779, 'AAAaa');
    expect(await reserve(Y, 1, ids, dials, ids + CLAIM)).toEqual(['reserved', '1', OTHER_CLAIM, ',AAAaa,']);
    expect(await part().redis.hget(open(), Y)).toBe(OTHER_CLAIM);
  });

  it('does not take the end of one record and the beginning of the next for a number', async () => {
    // Two records in one bucket; between them stands the text of a third number.
    await dialled('AAAAAAAAA', 20780, 'XXXXX');
    await dialled('XXXXAAAAA', 20780, 'AAAaa');
    expect(await reserve(X)).toEqual(['reserved']);
  });

  it('finds every number again, in however many buckets a day lies by then', async () => {
    const fields = Array.from(
      { length: 200 },
      (_, at) =>
        `${String.fromCharCode(65 + (at % 26), 97 + (at % 25), 48 + (at % 10), 65 + (at % 7))}zz${String(at).padStart(3, '0')}`,
    );
    for (const field of fields) await dialled(field, 20780, 'BBBaa');
    expect(Number(await part().redis.hget(`${part().base}d20780`, 'buckets'))).toBeGreaterThan(10);
    const reply = await reserve(fields.join(''));
    expect(reply.length).toBe(1 + 3 * fields.length);
    expect(new Set(reply.filter((_, at) => at > 0 && at % 3 === 0))).toEqual(new Set(['BBBaa,,']));
  });
});
