import { inflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pageOf, refAt, slotOf } from '../../../src/adapters/redis/keys.ts';
import { newImport, type OpenStore, openStore, rejectionOf, stepOf } from '../../support/redis-store.ts';
import { callSeeded, SEEDED_AT, seedCampaign, seededNumber } from '../../support/seeded-campaign.ts';

let open: OpenStore;
const CALLEES = 1_300;

/** A campaign that has used every kind of key: several pages, zones, batches, missed callees, retries, orphans. */
beforeEach(async () => {
  open = openStore();
  await seedCampaign(open.store, 'spring', CALLEES);
  await callSeeded(open.store, 'spring', 600, 4);
  await open.store.zoneIndex('spring', 'Asia/Tokyo');
  await open.store.noteOrphan('spring', { taskId: 5, name: 'spring.1.1', at: SEEDED_AT, settled: false });
  const record = newImport('spring', 9);
  await open.store.openImport(record);
  await open.store.storeImportStep(
    record.id,
    stepOf(record.id, 0, [seededNumber(1)], { rejections: [rejectionOf(2)] }),
  );
});
afterEach(() => open.close());

/** The part of a key that a cluster hashes: between the first { and the next }. */
function hashTag(key: string): string {
  return /^[^{]*\{([^}]+)\}/.exec(key)?.[1] ?? key;
}

describe('the keys of a campaign', () => {
  it('share one hash tag, all but the list of campaigns and the id of the installation', async () => {
    const names = [...(await open.dump()).keys()];
    const others = names.filter((name) => hashTag(name) !== `${open.prefix}:spring`);
    expect(others.sort()).toEqual([`${open.prefix}:campaigns`, `${open.prefix}:installation`]);
    expect(names.length).toBeGreaterThan(20);
    const slots = await Promise.all(
      names
        .filter((name) => !others.includes(name))
        .map((name) => open.client.call('CLUSTER', 'KEYSLOT', name)),
    ).catch(() => undefined);
    // A server without cluster support cannot be asked; the tags above say the same.
    if (slots !== undefined) expect(new Set(slots).size).toBe(1);
  });

  it('hold no phone number in their names, nor in any value but rows, index, batch lists and rejected rows', async () => {
    const numbers = Array.from({ length: CALLEES }, (_, at) => seededNumber(at + 1));
    const kinds = new Set<string>();
    for (const [name, content] of await open.dump()) {
      expect(numbers.filter((number) => name.includes(number))).toEqual([]);
      const kind = name.startsWith('{') ? (name.split('}:')[1] ?? '').replace(/:.*/, '') : 'list';
      kinds.add(kind);
      if (['r', 'x', 'bc', 'e'].includes(kind)) continue;
      const bytes = content.split(/[ =]/).map((part) => Buffer.from(part, 'hex'));
      const texts = [content, ...bytes.map((part) => part.toString('latin1')), ...bytes.map(inflated)];
      const held = numbers.filter((number) => texts.some((text) => text.includes(number)));
      expect(held, name).toEqual([]);
    }
    expect([...kinds].sort()).toEqual([
      'b',
      'c',
      'd',
      'dz',
      'e',
      'h',
      'i',
      'is',
      'list',
      'm',
      'n',
      'o',
      'r',
      's',
      'sv',
      't',
      'x',
      'z',
    ]);
  });

  it('of two campaigns differ, also where one id begins like the other', async () => {
    await seedCampaign(open.store, 'spring-1', 3);
    const tags = new Set([...(await open.dump()).keys()].map(hashTag));
    const names = ['campaigns', 'installation', 'spring', 'spring-1'].map((name) => `${open.prefix}:${name}`);
    expect(tags).toEqual(new Set(names));
  });
});

function inflated(block: Buffer): string {
  try {
    return inflateRawSync(block.subarray(1)).toString('latin1');
  } catch {
    return '';
  }
}

describe('a callee ref', () => {
  it('is its page and slot', () => {
    for (const ref of [0, 1, 1_023, 1_024, 1_000_000]) expect(refAt(pageOf(ref), slotOf(ref))).toBe(ref);
    expect([pageOf(1_023), slotOf(1_023), pageOf(1_024), slotOf(1_024)]).toEqual([0, 1_023, 1, 0]);
  });
});
