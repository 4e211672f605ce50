import { CsvError, parse } from 'csv-parse/sync';
import { type Place, refuseTrace, shown } from './badTrace.ts';

const WHOLE = /^\d+(\.0+)?$/;

/**
 * A CSV file with a header, read so that every cell knows where it stands. Takes a byte order mark, any line ends, blank
 * lines and quoted cells over several lines.
 */
export class CsvTable {
  readonly file: string;
  readonly header: readonly string[];
  readonly rows: readonly CsvRow[];

  constructor(text: string, file: string) {
    this.file = file;
    const [header, ...rows] = records(text, file);
    if (header === undefined) {
      refuseTrace(
        file,
        { line: 1, column: 1 },
        'the file is empty, must begin with the names of its columns',
      );
    }
    this.header = header.cells.map((name) => name.trim());
    this.header.forEach((name, i) => {
      if (name !== '' && this.header.indexOf(name) < i)
        refuseTrace(file, header.place(i), `column ${shown(name)} is there twice`);
    });
    this.rows = rows.map((record) => new CsvRow(this, record));
  }

  has(...names: readonly string[]): boolean {
    return names.every((name) => this.header.includes(name));
  }

  /** Refuses a table that lacks one of the columns, by its name. */
  require(names: readonly string[], hint: string): void {
    const missing = names.find((name) => !this.has(name));
    if (missing === undefined) return;
    const there = this.header.slice(0, 20).map(shown).join(', ');
    const place = { line: 1, column: this.header.length + 1 };
    refuseTrace(this.file, place, `column \`${missing}\` is missing; there are ${there}`, hint);
  }
}

/** A row of a table: its cells by the names of their columns. */
export class CsvRow {
  readonly #table: CsvTable;
  readonly #record: CsvRecord;

  constructor(table: CsvTable, record: CsvRecord) {
    this.#table = table;
    this.#record = record;
    const { length } = record.cells;
    const need = table.header.length;
    if (length === need) return;
    const what = `the row has ${length} cells, must have ${need}, one a column`;
    refuseTrace(table.file, record.place(Math.min(length, need)), what);
  }

  /** '' where it is empty, or where there is no such column. */
  text(name: string): string {
    return this.#record.cells[this.#table.header.indexOf(name)]?.trim() ?? '';
  }

  /** A whole number; "3.0", as some programs write it, is one. */
  whole(name: string, min: number, max: number): number {
    const text = this.text(name);
    const value = WHOLE.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    return this.refuse(name, `must be a whole number from ${min} to ${max}, not ${shown(text)}`);
  }

  /** A whole number, or null where the cell is empty or there is no such column. */
  wholeIfThere(name: string, min: number, max: number): number | null {
    return this.text(name) === '' ? null : this.whole(name, min, max);
  }

  refuse(name: string, what: string): never {
    const place = this.#record.place(this.#table.header.indexOf(name));
    return refuseTrace(this.#table.file, place, `column \`${name}\`: ${what}`);
  }
}

/** The cells of a record, and the line on which its first one begins. */
class CsvRecord {
  readonly cells: readonly string[];
  readonly #firstLine: number;

  constructor(cells: readonly string[], lastLine: number) {
    this.cells = cells;
    this.#firstLine = lastLine - lineEnds(cells);
  }

  /** Of cell `i`, or of where it would be. */
  place(i: number): Place {
    return { line: this.#firstLine + lineEnds(this.cells.slice(0, i)), column: i + 1 };
  }
}

const lineEnds = (cells: readonly string[]): number =>
  cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);

function records(text: string, file: string): CsvRecord[] {
  // With one kind of line end, the reader's count of lines is that of an editor inside of quotes, too.
  const plain = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const found: CsvRecord[] = [];
  let lastLine = 0;
  try {
    parse(plain, {
      record_delimiter: '\n',
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (cells: string[], { lines }) => {
        found.push(new CsvRecord(cells, lines));
        lastLine = lines;
        return null;
      },
    });
    return found;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return refuseTrace(file, placeOfQuote(error, plain, lastLine), QUOTES[error.code] ?? error.message);
  }
}

const QUOTES: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote in this row is never closed',
  CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quote; a quote inside of a quoted cell is written twice',
  INVALID_OPENING_QUOTE: 'a quote inside of a cell that does not begin with one',
};

/** An open quote runs to the end of the file: what has to be corrected is where its row begins. */
function placeOfQuote(error: CsvError, text: string, lastLine: number): Place {
  const column = Number(error.index) + 1;
  if (error.code !== 'CSV_QUOTE_NOT_CLOSED') return { line: Number(error.lines), column };
  const lines = text.split('\n');
  let line = lastLine;
  while (lines[line] === '') line++;
  return { line: line + 1, column };
}
