/** The columns of a suppression list that is imported, and what its rows say beside the number. */
import { bareHeader } from './column-names.ts';
import { SUPPRESSION_REASON_MAX } from './limits.ts';
import { findHead } from './list-head.ts';
import { parseRowTime } from './row-time.ts';
import { parseReason } from './suppression.ts';
import type { Instant } from './time.ts';

export interface SuppressionColumns {
  readonly callee: number;
  readonly reason?: number;
  readonly expires?: number;
  readonly headers: readonly string[];
}

export type SuppressionHead =
  /** `firstRow`: index of the record with which the rows begin. */
  | { readonly ok: true; readonly columns: SuppressionColumns; readonly firstRow: number }
  | { readonly ok: false; readonly message: string };

/** What a row says of its entry. What is left out is as was said for the whole file. */
export interface OwnWords {
  readonly reason?: string;
  /** Null: it never expires, whatever was said for the file. */
  readonly expiresAt?: Instant | null;
}

export type OwnWordsResult =
  | { readonly ok: true; readonly words: OwnWords }
  | {
      readonly ok: false;
      readonly column: string;
      readonly code: 'reason_too_long' | 'expiry_unclear' | 'expiry_over';
      readonly message: string;
    };

const names = (all: readonly string[]): ReadonlySet<string> => new Set(all.map(bareHeader));

const REASON_NAMES = names([
  ...['reason', 'cause', 'note', 'remark', 'comment', 'opt out reason', 'why'],
  ...['原因', '理由', '备注', '说明', '事由', '退订原因', '屏蔽原因', '拉黑原因', '備註', '說明'],
]);
const EXPIRY_NAMES = names([
  ...[
    'expires',
    'expires at',
    'expires on',
    'expiry',
    'expiry date',
    'expiration',
    'expiration date',
    'until',
  ],
  ...['valid until', 'end date', '到期', '到期日', '到期日期', '到期时间', '有效期', '有效期至', '失效日期'],
  ...[
    '失效时间',
    '过期时间',
    '过期日期',
    '截止日期',
    '截止时间',
    '到期時間',
    '失效時間',
    '過期時間',
    '截止時間',
  ],
]);
const FOR_EVER: ReadonlySet<string> = new Set(
  [
    'never',
    'forever',
    'for ever',
    'permanent',
    '永久',
    '长期',
    '永不过期',
    '永久有效',
    '長期',
    '永不過期',
  ].map((word) => word.normalize('NFKC')),
);

/** The one column with one of the names; undefined where there is none, a sentence where there are two. */
function columnOf(headers: readonly string[], known: ReadonlySet<string>): number | string | undefined {
  const found = [...headers.keys()].filter((index) => known.has(bareHeader(headers[index] ?? '')));
  const [first, second] = found;
  if (second === undefined) return first;
  return `columns "${headers[first ?? 0]}" and "${headers[second]}" say the same; rename one of them`;
}

/**
 * Finds the number, and where there are any the reason and the expiry, by their usual English and Chinese names. The
 * header may be missing or stand below a title, as in lists of callees.
 */
export function suppressionHead(
  records: readonly (readonly string[])[],
  defaultRegion: string,
): SuppressionHead {
  const found = findHead(records, { columns: undefined, defaultRegion });
  if (!found.ok) return found;
  const { headers, callee } = found.columns;
  const reason = columnOf(headers, REASON_NAMES);
  const expires = columnOf(headers, EXPIRY_NAMES);
  if (typeof reason === 'string') return { ok: false, message: reason };
  if (typeof expires === 'string') return { ok: false, message: expires };
  const columns = {
    callee,
    ...(reason !== undefined && { reason }),
    ...(expires !== undefined && { expires }),
    headers,
  };
  return { ok: true, columns, firstRow: found.firstRow };
}

/**
 * What the cells of a row say of its entry. A date alone holds through that day, in `zone`. Refused is what cannot be
 * understood, rather than an entry that ends sooner, or later, than was meant.
 */
export function ownWords(
  { reason, expires, headers }: SuppressionColumns,
  cells: readonly string[],
  zone: string,
  now: Instant,
): OwnWordsResult {
  const text = reason === undefined ? '' : (cells[reason] ?? '');
  const why = parseReason(text);
  if (why === undefined) {
    const message = `the reason is longer than ${SUPPRESSION_REASON_MAX} characters; shorten it`;
    return { ok: false, column: headers[reason ?? -1] ?? '', code: 'reason_too_long', message };
  }
  const words = why === '' ? {} : { reason: why };
  const until = expires === undefined ? '' : (cells[expires] ?? '').normalize('NFKC').trim();
  if (until === '') return { ok: true, words };
  if (FOR_EVER.has(until.toLowerCase())) return { ok: true, words: { ...words, expiresAt: null } };
  const column = headers[expires ?? -1] ?? '';
  const expiresAt = parseRowTime(until, zone, 'end');
  if (expiresAt === undefined) {
    const remedy =
      'write "2027-01-01", "2027-01-01 09:00" or "2027-01-01T09:00:00+08:00", or leave the cell empty';
    return {
      ok: false,
      column,
      code: 'expiry_unclear',
      message: `the expiry cannot be understood; ${remedy}`,
    };
  }
  if (expiresAt <= now) {
    const message =
      'the expiry is over already, so the entry would hold for nobody; write a later one, or remove the row';
    return { ok: false, column, code: 'expiry_over', message };
  }
  return { ok: true, words: { ...words, expiresAt } };
}
