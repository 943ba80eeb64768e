import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSpool } from '../../src/adapters/spool.ts';

let dir: string;
beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'rm-spool-')), 'spool');
});
afterEach(() => rm(join(dir, '..'), { recursive: true, force: true }));

const content = Buffer.from('手机号,姓名\n'.repeat(50_000));
const sha256 = createHash('sha256').update(content).digest('hex');

async function* inPieces(bytes: Buffer, size = 65_537): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('the spool', () => {
  it('keeps a list under its lasting name, byte for byte, with its hash and length', async () => {
    const spool = createSpool(dir);
    const file = await spool.put(inPieces(content));
    expect(file).toMatchObject({ sha256, bytes: content.length });
    await spool.keep(file, 'spring-1a2b');
    expect((await readFile(spool.pathOf('spring-1a2b'))).equals(content)).toBe(true);
    expect(await readdir(dir)).toEqual(['spring-1a2b']);
  });

  it('takes many lists at once, and the same name again replaces the file', async () => {
    const spool = createSpool(dir);
    const files = await Promise.all([spool.put(inPieces(content)), spool.put(inPieces(content, 7_001))]);
    expect(new Set(files.map((file) => file.path)).size).toBe(2);
    for (const file of files) await spool.keep(file, 'one');
    expect(await readdir(dir)).toEqual(['one']);
  });

  it('forgets a list that is discarded, also when asked twice', async () => {
    const spool = createSpool(dir);
    const file = await spool.put(inPieces(content));
    await spool.discard(file);
    await spool.discard(file);
    expect(await readdir(dir)).toEqual([]);
  });

  it('leaves nothing behind of a source that breaks', async () => {
    async function* broken() {
      yield content;
      throw new Error('connection lost');
    }
    await expect(createSpool(dir).put(broken())).rejects.toThrow('connection lost');
    expect(await readdir(dir)).toEqual([]);
  });

  it.each(['../out', 'a/b', '', '.', '..', 'x.part'])('takes no name that leads elsewhere: "%s"', (name) => {
    expect(() => createSpool(dir).pathOf(name)).toThrow(/plain word/);
  });
});
