import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

const SURNAMES = '王李张刘陈杨赵黄周吴';
const PREFIXES = ['138', '139', '150', '151', '186', '177'];

/**
 * Writes a list of `rows` different mobile numbers of China with five more columns, about 68 bytes a row; one row
 * in twenty has a quoted cell. The same for every run: chance comes from a fixed seed.
 */
export async function writeBenchList(path: string, rows: number): Promise<void> {
  const out = createWriteStream(path);
  let seed = 12_345;
  const roll = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return (seed >>> 8) % below;
  };
  let text = '手机号,姓名,order_no,amount,due_date,note\n';
  for (let index = 0; index < rows; index += 1) {
    const number = `${PREFIXES[index % 6]}${String((index * 7_919) % 100_000_000).padStart(8, '0')}`;
    const name = `${SURNAMES[roll(10)]}${SURNAMES[roll(10)]}`;
    const day = String(1 + roll(28)).padStart(2, '0');
    const note = index % 20 === 0 ? '"call, after 5"' : 'first reminder txt';
    text += `${number},${name},ORD-${String(index).padStart(8, '0')},${roll(100_000) / 100},2026-12-${day},${note}\n`;
    if (text.length < 1 << 20) continue;
    if (!out.write(text)) await once(out, 'drain');
    text = '';
  }
  out.end(text);
  await finished(out);
}
