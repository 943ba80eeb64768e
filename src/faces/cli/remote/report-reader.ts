import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { CALLEE_STATES } from '../../../core/callee.ts';
import { DISPOSITION_NAMES } from '../../../core/disposition.ts';
import { AppError } from '../../../core/errors.ts';
import type { TotalsCounter } from '../../../core/report.ts';

/** Where what the totals need stands in a line. */
interface Places {
  readonly state: number;
  readonly disposition: number;
  readonly attempts: number;
}

function broken(what: string, cause?: unknown): AppError {
  return new AppError('api_unexpected', `the report that the API sends is none: ${what}`, { cause });
}

function placesIn(header: readonly string[]): Places {
  const placeOf = (name: string): number => {
    const place = header.indexOf(name);
    if (place < 0) throw broken(`it has no column "${name}"`);
    return place;
  };
  return { state: placeOf('state'), disposition: placeOf('disposition'), attempts: placeOf('attempts') };
}

function addLine(totals: TotalsCounter, cells: readonly string[], places: Places): void {
  const state = CALLEE_STATES.find((one) => one === cells[places.state]);
  const attempts = Number(cells[places.attempts]);
  if (state === undefined || !Number.isInteger(attempts)) throw broken('a line has no state or attempts');
  // Behind one that says little stands the provider's code.
  const [word = ''] = (cells[places.disposition] ?? '').split(' ', 1);
  const disposition = DISPOSITION_NAMES.find((one) => one === word);
  totals.add({ state, attempts, disposition });
}

/**
 * Hands the bytes of a report on as they are and counts its lines on the way, so that the totals are those of what
 * really arrived. Throws AppError `api_unexpected` for what is no report.
 */
export async function* countedReport(
  bytes: AsyncIterable<Uint8Array>,
  totals: TotalsCounter,
  onRows: (rows: number) => void,
): AsyncGenerator<Uint8Array> {
  let places: Places | undefined;
  let rows = 0;
  const parser = parse({
    bom: true,
    record_delimiter: '\r\n',
    relax_column_count: true,
    on_record: (cells: string[]) => {
      if (places === undefined) places = placesIn(cells);
      else {
        addLine(totals, cells, places);
        rows += 1;
      }
      return null;
    },
  });
  const over = finished(parser.resume()).catch((error: unknown) => {
    throw error instanceof AppError ? error : broken('its CSV cannot be read', error);
  });
  // Met where it is awaited; until then it is nobody's.
  over.catch(() => {});
  for await (const chunk of bytes) {
    if (parser.destroyed) break;
    if (!parser.write(chunk)) await Promise.race([once(parser, 'drain'), over]);
    onRows(rows);
    yield chunk;
  }
  parser.end();
  await over;
  if (places === undefined) throw broken('it is empty');
}
