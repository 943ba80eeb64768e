import type { Writable } from 'node:stream';
import { oneLine } from '../../core/one-line.ts';
import { isoInZone } from '../../core/zone-clock.ts';
import type { CliIo } from './deps.ts';

/** Writes and waits until the reader has it. Rejects when the reader is gone. */
export function write(out: Writable, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    out.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

export function printLine(io: CliIo, line: string): Promise<void> {
  return write(io.stdout, `${line}\n`);
}

/** Lines as they come, until the operator interrupts. */
export async function printLines(io: CliIo, lines: AsyncIterable<string>): Promise<void> {
  for await (const line of lines) {
    io.signal.throwIfAborted();
    await printLine(io, line);
  }
}

/** One JSON document, readable by people too. */
export function printJson(io: CliIo, document: unknown): Promise<void> {
  return write(io.stdout, `${JSON.stringify(document, null, 2)}\n`);
}

/** One JSON array, an entry a line, written as its entries come. */
export async function printJsonArray(io: CliIo, entries: AsyncIterable<unknown>): Promise<void> {
  let separator = '[\n';
  for await (const entry of entries) {
    io.signal.throwIfAborted();
    await write(io.stdout, `${separator}${JSON.stringify(entry)}`);
    separator = ',\n';
  }
  await write(io.stdout, separator === '[\n' ? '[]\n' : '\n]\n');
}

/** How wide a text is in a terminal: Chinese, Japanese and Korean characters take two columns. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text)
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]/.test(
        character,
      )
        ? 2
        : 1;
  return width;
}

/** Rows under their headings, columns aligned; cells that are numbers stand right. */
export function tableText(
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const texts = [headings, ...rows.map((row) => row.map((cell) => oneLine(String(cell))))];
  const widths = headings.map((_, column) => Math.max(...texts.map((row) => widthOf(row[column] ?? ''))));
  const isNumber = headings.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const gap = ' '.repeat((widths[column] ?? 0) - widthOf(cell));
        return isNumber[column] ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
  return texts.map(line).join('\n');
}

/** A time of a document in the campaign's own zone, as operators think of it. */
export function localTime(at: unknown, timeZone: string): string {
  return typeof at === 'string' ? isoInZone(Date.parse(at), timeZone) : '-';
}

/** `1,234,567`. */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** Facts under each other: the name, then what it is. */
export function factsText(facts: readonly (readonly [string, string | number])[]): string {
  const lines = facts.map(([name, value]) => [oneLine(name), oneLine(String(value))] as const);
  const width = Math.max(...lines.map(([name]) => widthOf(name)));
  return lines.map(([name, value]) => `${name}${' '.repeat(width - widthOf(name))}  ${value}`).join('\n');
}
