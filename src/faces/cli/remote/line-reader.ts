import { AppError } from '../../../core/errors.ts';
import { API_LINE_CHARACTERS_MAX } from '../../../core/limits.ts';

/** Lines of UTF-8 text, without their ends, as its bytes come. */
async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > API_LINE_CHARACTERS_MAX) throw broken();
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

function broken(cause?: unknown): AppError {
  return new AppError('api_unexpected', 'the list that the API sends breaks off, or is none', { cause });
}

/**
 * Entries of a JSON array that is sent an entry a line, as they come. Throws AppError `api_unexpected` where it does not
 * end as an array does, so that half a list is never taken for all of it.
 */
export async function* entriesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  let place: 'before' | 'inside' | 'behind' = 'before';
  for await (const raw of linesOf(bytes)) {
    const line = raw.trim();
    if (line === '') continue;
    if (place === 'before' && line === '[') place = 'inside';
    else if (place === 'inside' && line === ']') place = 'behind';
    else if (place === 'inside') yield entryOf(line);
    else throw broken();
  }
  if (place !== 'behind') throw broken();
}

function entryOf(line: string): unknown {
  try {
    return JSON.parse(line.replace(/,$/, ''));
  } catch (error) {
    throw broken(error);
  }
}
