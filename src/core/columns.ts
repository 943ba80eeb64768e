/** Which column of a list holds what. Decided once per file, before its first row; what is unclear is asked back. */
import type { CampaignSettings } from './campaign.ts';
import {
  COLUMN_ROLES,
  type ColumnRole,
  foldedHeader,
  ROLE_WORDS,
  roleBesideNotes,
  roleOfHeader,
  shownHeader,
} from './column-names.ts';
import { COLUMNS_MAX } from './limits.ts';

export interface ResolvedColumns {
  /** Index of the number column. */
  readonly callee: number;
  readonly uui: number | undefined;
  readonly timeZone: number | undefined;
  /** When the callee of a row may be called first and last, and before whom. Left out: as the campaign says. */
  readonly notBefore?: number | undefined;
  readonly notAfter?: number | undefined;
  readonly priority?: number | undefined;
  /** In the order in which their values are stored. */
  readonly variables: readonly { readonly name: string; readonly index: number }[];
  /** The header as shown to people, by index; its length is the width of a row. */
  readonly headers: readonly string[];
  /** Columns without a header: their cells must be empty. */
  readonly unnamed: readonly number[];
}

export type ColumnsFault =
  | 'header_missing'
  | 'header_too_wide'
  | 'header_duplicate'
  | 'header_reserved'
  | 'column_missing'
  | 'column_unclear'
  | 'callee_column_missing';

export type ColumnsResult =
  | { readonly ok: true; readonly columns: ResolvedColumns }
  | { readonly ok: false; readonly code: ColumnsFault; readonly message: string };

/** The names that the campaign has for columns; undefined for a list of no campaign, which has only the usual ones. */
export type WantedColumns = CampaignSettings['columns'] | undefined;

/** A fault found on the way, carried out of the resolution; never leaves this module. */
class Unresolved {
  readonly code: ColumnsFault;
  readonly message: string;
  constructor(code: ColumnsFault, message: string) {
    this.code = code;
    this.message = message;
  }
}

/** True for a header by which a column is known to hold the number to call. */
export function isCalleeHeader(cell: string): boolean {
  return roleBesideNotes(cell) === 'callee';
}

function looksLikeNumber(cell: string): boolean {
  return cell.replace(/\D/g, '').length >= 7;
}

/** The headers for a message. A list without a header line has numbers there, which no message may show. */
function listed(headers: readonly string[]): string {
  const named = headers.filter((header) => header !== '');
  const words = named
    .slice(0, 20)
    .map((header) => (looksLikeNumber(header) ? '(a number)' : `"${header.slice(0, 40)}"`));
  if (words.length === 0) return 'none';
  return named.length > words.length
    ? `${words.join(', ')} and ${named.length - words.length} more`
    : words.join(', ');
}

/** The column with this header; undefined when there is none. Two of them cannot be told apart. */
function indexOf(headers: readonly string[], name: string): number | Unresolved | undefined {
  const wanted = foldedHeader(name);
  const found = [...headers.keys()].filter((index) => foldedHeader(headers[index] ?? '') === wanted);
  if (found.length < 2) return found[0];
  const places = found.map((index) => index + 1).join(' and ');
  return new Unresolved('header_duplicate', `columns ${places} are both named "${name}"; rename one of them`);
}

function namedColumn(headers: readonly string[], key: string, name: string): number | Unresolved {
  return (
    indexOf(headers, name) ??
    new Unresolved(
      'column_missing',
      `the campaign names column "${name}" for ${key}, but the list has no such column; its columns are: ${listed(headers)}`,
    )
  );
}

/** The columns whose headers are usual names of the role; those with notes in brackets only where there are no others. */
function aliasesOf(headers: readonly string[], role: ColumnRole): number[] {
  const all = [...headers.keys()];
  const exact = all.filter((index) => roleOfHeader(headers[index] ?? '') === role);
  return exact.length > 0 ? exact : all.filter((index) => roleBesideNotes(headers[index] ?? '') === role);
}

function aliasColumn(
  headers: readonly string[],
  role: ColumnRole,
  wanted: WantedColumns,
): number | Unresolved | undefined {
  const found = aliasesOf(headers, role);
  const [first] = found;
  if (found.length < 2 || first === undefined) return first;
  const twin = indexOf(headers, headers[first] ?? '');
  if (twin instanceof Unresolved) return twin;
  const names = found.map((index) => `"${headers[index]}"`);
  const example = JSON.stringify({ columns: { [role]: headers[first] } }).slice(1, -1);
  const remedy =
    wanted === undefined ? 'Rename the others' : `Name it in the campaign file, for example ${example}`;
  return new Unresolved(
    'column_unclear',
    `which column is ${ROLE_WORDS[role]}: ${names.join(' or ')}? ${remedy}`,
  );
}

/** A single column whose name holds a sign may be several that are parted by it. */
function maybeParted(headers: readonly string[]): boolean {
  const [only = '', ...more] = headers.filter((header) => header !== '');
  return more.length === 0 && /[^\p{L}\p{N}_]/u.test(only);
}

function noCallee(headers: readonly string[], wanted: WantedColumns): Unresolved {
  if (headers.some(looksLikeNumber)) {
    return new Unresolved(
      'header_missing',
      'the first line holds a number, so it looks like data; put a line with the names of the columns above it',
    );
  }
  const named = wanted === undefined ? '' : ', or name it in the campaign file under "columns": "callee"';
  const parted = maybeParted(headers)
    ? '. If the cells are parted by another sign, name that with --delimiter'
    : '';
  return new Unresolved(
    'callee_column_missing',
    `no column looks like a number to call; looked for names such as "phone", "mobile", "tel", "手机号", "电话" ` +
      `and found: ${listed(headers)}. Rename the column${named}${parted}`,
  );
}

type Variables = ResolvedColumns['variables'];

function namedVariables(
  headers: readonly string[],
  names: Readonly<Record<string, string>>,
): Variables | Unresolved {
  const variables: { name: string; index: number }[] = [];
  for (const [name, header] of Object.entries(names)) {
    const index = namedColumn(headers, `variable "${name}"`, header);
    if (index instanceof Unresolved) return index;
    variables.push({ name, index });
  }
  return variables;
}

function otherVariables(
  headers: readonly string[],
  taken: ReadonlySet<number | undefined>,
): Variables | Unresolved {
  const variables: { name: string; index: number }[] = [];
  for (const [index, name] of headers.entries()) {
    if (taken.has(index) || name === '') continue;
    if (name === '__proto__') {
      return new Unresolved(
        'header_reserved',
        `column ${index + 1} is named "${name}"; give it another name`,
      );
    }
    const twin = indexOf(headers, name);
    if (twin instanceof Unresolved) return twin;
    variables.push({ name, index });
  }
  return variables;
}

/** Those that the campaign names, else all other columns. Nobody reads those of a list of no campaign. */
function variablesOf(
  headers: readonly string[],
  wanted: WantedColumns,
  taken: ReadonlySet<number | undefined>,
): Variables | Unresolved {
  if (wanted === undefined) return [];
  if (wanted.variables === undefined) return otherVariables(headers, taken);
  return namedVariables(headers, wanted.variables);
}

/** True for a column of one of the later roles that the campaign names as a variable: then it is that alone. */
function isVariable(header: string, role: ColumnRole, wanted: WantedColumns): boolean {
  if (role === 'callee' || role === 'uui' || role === 'timeZone') return false;
  return Object.values(wanted?.variables ?? {}).some((name) => foldedHeader(name) === foldedHeader(header));
}

function resolve(headers: readonly string[], wanted: WantedColumns): ResolvedColumns | Unresolved {
  if (headers.every((header) => header === '')) {
    return new Unresolved(
      'header_missing',
      'the list has no header line; its first line must name the columns',
    );
  }
  if (headers.length > COLUMNS_MAX) {
    const widths = `the list has ${headers.length} columns, at most ${COLUMNS_MAX} are taken`;
    return new Unresolved('header_too_wide', `${widths}; remove the columns that the campaign does not need`);
  }
  const roles: Partial<Record<ColumnRole, number>> = {};
  for (const role of COLUMN_ROLES) {
    const name = wanted?.[role];
    const index =
      name === undefined ? aliasColumn(headers, role, wanted) : namedColumn(headers, ROLE_WORDS[role], name);
    if (index instanceof Unresolved) return index;
    if (index === undefined) continue;
    if (name === undefined && isVariable(headers[index] ?? '', role, wanted)) continue;
    roles[role] = index;
  }
  const { callee, uui, timeZone, notBefore, notAfter, priority } = roles;
  if (callee === undefined) return noCallee(headers, wanted);
  const variables = variablesOf(headers, wanted, new Set(Object.values(roles)));
  if (variables instanceof Unresolved) return variables;
  const unnamed = [...headers.keys()].filter((index) => headers[index] === '');
  const limits = {
    ...(notBefore !== undefined && { notBefore }),
    ...(notAfter !== undefined && { notAfter }),
    ...(priority !== undefined && { priority }),
  };
  return { callee, uui, timeZone, ...limits, variables, headers, unnamed };
}

/**
 * Finds the columns of a list by its header line: the campaign's own names where it has them, else the usual
 * English and Chinese ones, compared without regard to case, width, outer blanks and invisible marks. Without named
 * variables, every other column is one, under its own header. A refusal is a value with a code and a sentence that says
 * what was looked for and what to do; it shows headers, never a number.
 */
export function resolveColumns(header: readonly string[], columns: WantedColumns): ColumnsResult {
  const resolved = resolve(header.map(shownHeader), columns);
  if (resolved instanceof Unresolved) return { ok: false, code: resolved.code, message: resolved.message };
  return { ok: true, columns: resolved };
}
