import { BROKEN_ROW_CHARACTERS_KEPT, ROW_CHARACTERS_MAX } from '../../core/limits.ts';
import type { RecordFault } from '../../ports/list-reader.ts';
import type { CutRecords } from './record-cutter.ts';
import { dateText, numberText } from './xlsx-formats.ts';
import { type CellContext, unescaped } from './xlsx-workbook.ts';
import type { XmlHandler } from './xml-events.ts';

const TOO_BIG: RecordFault = {
  code: 'row_too_big',
  message: `the row has more than ${ROW_CHARACTERS_MAX} characters; shorten it`,
};

const NUMBER = { kind: 'number' } as const;

/** The column of a reference such as `BC12`, from 0; -1 where it names none. */
function columnOf(reference: string): number {
  let column = 0;
  for (let at = 0; at < reference.length; at += 1) {
    const letter = reference.charCodeAt(at) & ~0x20;
    if (letter < 65 || letter > 90) break;
    column = column * 26 + letter - 64;
  }
  return column - 1;
}

/** The text of a cell as the file has it: `type` and `style` are its attributes. */
export function cellText(text: string, type: string, style: number, context: CellContext): string {
  switch (type) {
    case 's':
      return context.shared[Number(text)] ?? '';
    case 'b':
      return text.trim() === '1' ? 'TRUE' : 'FALSE';
    case 'str':
    case 'inlineStr':
      return unescaped(text);
    case 'n': {
      const format = context.formats[style] ?? NUMBER;
      const date = format.kind === 'date' ? dateText(Number(text), context.is1904) : undefined;
      return date ?? numberText(text, format);
    }
    default:
      // Dates that are written as text (d), and errors such as #N/A (e), are what they say.
      return text;
  }
}

/**
 * Gathers the rows of a sheet from its XML. A cell keeps its column whatever cells are missing before it, rows
 * are filled up to the width of those before them, and without any text are no records, as blank lines are none.
 */
export class SheetRows implements XmlHandler {
  readonly #context: CellContext;
  #records: CutRecords = { records: [], lines: [], faults: new Map() };
  #cells: string[] = [];
  /** Cells of the widest row so far: a sheet leaves out the empty ones at the end of a row. */
  #width = 0;
  #line = 0;
  #column = -1;
  #type = 'n';
  #style = 0;
  #text = '';
  #characters = 0;
  #inValue = false;
  #inPhonetic = false;

  constructor(context: CellContext) {
    this.#context = context;
  }

  /** Rows that can be taken. */
  get waiting(): number {
    return this.#records.records.length;
  }

  /** The rows that came since the last call. */
  take(): CutRecords {
    const taken = this.#records;
    this.#records = { records: [], lines: [], faults: new Map() };
    return taken;
  }

  readonly open = (name: string, attributes: Readonly<Record<string, string>>): void => {
    if (name === 'c') {
      const column = attributes.r === undefined ? -1 : columnOf(attributes.r);
      this.#column = column < 0 ? this.#column + 1 : column;
      this.#type = attributes.t ?? 'n';
      this.#style = Number(attributes.s ?? 0);
      this.#text = '';
    } else if (name === 'v' || name === 't') this.#inValue = !this.#inPhonetic;
    else if (name === 'row') {
      this.#line = attributes.r === undefined ? this.#line + 1 : Number(attributes.r);
      this.#cells = [];
      this.#column = -1;
      this.#characters = 0;
    } else if (name === 'rPh') this.#inPhonetic = true;
  };

  readonly text = (piece: string): void => {
    if (!this.#inValue) return;
    this.#characters += piece.length;
    if (this.#characters <= ROW_CHARACTERS_MAX) this.#text += piece;
  };

  readonly close = (name: string): void => {
    if (name === 'v' || name === 't') this.#inValue = false;
    else if (name === 'c') this.#endCell();
    else if (name === 'row') this.#endRow();
    else if (name === 'rPh') this.#inPhonetic = false;
  };

  #endCell(): void {
    if (this.#text === '') return;
    const text = cellText(this.#text, this.#type, this.#style, this.#context);
    if (text === '') return;
    if (this.#type === 's') this.#characters += text.length;
    while (this.#cells.length < this.#column) this.#cells.push('');
    this.#cells[this.#column] = text;
  }

  #endRow(): void {
    const { records, lines, faults } = this.#records;
    const isBlank = this.#cells.every((cell) => cell === '');
    if (isBlank && this.#characters <= ROW_CHARACTERS_MAX) return;
    if (this.#characters > ROW_CHARACTERS_MAX) {
      faults.set(records.length, TOO_BIG);
      this.#cells = [this.#cells.join(' ').slice(0, BROKEN_ROW_CHARACTERS_KEPT)];
    } else {
      this.#width = Math.max(this.#width, this.#cells.length);
      while (this.#cells.length < this.#width) this.#cells.push('');
    }
    records.push(this.#cells);
    lines.push(this.#line);
  }
}
