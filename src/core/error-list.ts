/**
 * The list of rows that were not taken (errors.csv): the list's own columns with the cells as they were, then ours
 * that say why. It is made to be mended in a spreadsheet and imported again, so every cell is written in a way that
 * a spreadsheet neither runs nor rounds, and is read back as it was.
 */
import { ERROR_COLUMNS, type Rejection } from './import.ts';
import { masked } from './masked.ts';
import { neutralised } from './report.ts';

const NUMBER = /^-?\d+(?:\.\d+)?$/;
/** A number that a spreadsheet saves as it is written, up to so many digits: no zero that it would drop. */
const PLAIN_NUMBER = /^(?:0|-?(?:0\.\d*[1-9]|[1-9]\d*(?:\.\d*[1-9])?))$/;
const PLAIN_NUMBER_DIGITS = 11;

/**
 * The cell as a spreadsheet shows it and saves it again: behind an apostrophe where it would run it as a formula,
 * drop zeros of a number or round its digits away. A cell that begins with one gets another, so that
 * {@link restoredCell} gives back every cell.
 */
export function sheetCell(cell: string): string {
  if (cell.startsWith("'")) return `'${cell}`;
  if (!NUMBER.test(cell)) return neutralised(cell);
  const digits = cell.replace(/\D/g, '').length;
  return PLAIN_NUMBER.test(cell) && digits <= PLAIN_NUMBER_DIGITS ? cell : `'${cell}`;
}

/** What {@link sheetCell} was given; a cell that was typed anew has no apostrophe and stays. */
export function restoredCell(cell: string): string {
  return cell.startsWith("'") ? cell.slice(1) : cell;
}

/** The header line of an error list. A header in the list that is empty stays so. */
export function errorHeader(header: readonly string[]): string[] {
  return [...header.map(sheetCell), ...ERROR_COLUMNS];
}

/**
 * The line of one row: its cells under their header, then row, line, column, code and sentence. Cells beyond the
 * header come last, so that the others stay where they belong; they are for a person to put right.
 */
export function errorLine(rejection: Rejection, header: readonly string[]): string[] {
  const { row, line, column, code, cells } = rejection;
  const own = header.map((_, index) => sheetCell(cells[index] ?? ''));
  const beyond = cells.slice(header.length).map(sheetCell);
  const place = line === 0 ? '' : String(line);
  return [...own, String(row), place, neutralised(column), code, neutralised(rejection.message), ...beyond];
}

/** The value at fault, masked; empty where it is the row as a whole, or its column is not known. */
export function maskedValue({ column, cells }: Rejection, header: readonly string[]): string {
  const index = column === '' ? -1 : header.indexOf(column);
  return index === -1 ? '' : masked(cells[index] ?? '');
}

/** Gives the cells of a list that was an error list as they were in the list before it. */
export interface ErrorListCells {
  /** The own header of that list. */
  readonly header: readonly string[];
  restore(cells: readonly string[]): string[];
}

/** Undefined for any other list: an error list is known by our columns, wherever they were moved to. */
export function errorListCells(header: readonly string[]): ErrorListCells | undefined {
  const isOurs = header.map((name) => ERROR_COLUMNS.includes(name.trim()));
  if (!isOurs.includes(true)) return undefined;
  const restore = (cells: readonly string[]): string[] =>
    cells.filter((_, index) => isOurs[index] !== true).map(restoredCell);
  return { header: restore(header), restore };
}
