/** CSV by RFC 4180: fields in quotes may hold separators, line ends and doubled quotes. Read as numbers: features in float32, and a
 *  target column of numbers or of classes. */
import { brief, listed, nearest } from '../check.ts';
import { DataError } from './error.ts';
import { type ByteSource, bytesOf } from './source.ts';
import type { NdArray } from './types.ts';

/** The options of `readCsv` and `parseCsv`. */
export interface CsvOptions {
  /** True if the first record names the columns; defaults to true. */
  readonly header?: boolean;
  /** One character; defaults to a comma. */
  readonly delimiter?: string;
  /** The column of the targets, by name or by number from 0; by a negative number from the last. */
  readonly target?: string | number;
  /** The columns of the features, by name or by number; defaults to all but the target. */
  readonly columns?: readonly (string | number)[];
}

/** A table of numbers, read from a CSV. */
export interface Csv {
  /** The names of the features' columns, or their numbers as texts. */
  readonly columns: readonly string[];
  /** The features, [rows, columns]. */
  readonly x: NdArray<'f32'>;
  /** The targets, [rows]: i32 where all are whole numbers or names of classes, else f32. Null without a target column. */
  readonly y: NdArray<'i32' | 'f32'> | null;
  /** The names of the classes, in the order of their numbers in y; null if the targets are numbers. */
  readonly classes: readonly string[] | null;
}

/** Reads a table of numbers. Text in the target column names classes, which get numbers in the order of their names. Rejects with a
 *  DataError, with the line and the column, where a row has another number of fields or a feature is not a number. */
export async function readCsv(source: ByteSource, options: CsvOptions = {}): Promise<Csv> {
  const { bytes, name } = await bytesOf(source);
  const text = new TextDecoder().decode(bytes);
  return tableOf(parseCsv(text, { name, ...options }), options, name);
}

/** A record of a CSV file, and the line that it begins on, from 1. */
export interface CsvRecord {
  readonly fields: readonly string[];
  readonly line: number;
}

/** The records of CSV text, without empty lines. Throws DataError where a quote is not closed, or where text follows a closed one. */
export function parseCsv(
  text: string,
  { delimiter = ',', name = 'the text' }: { readonly delimiter?: string; readonly name?: string } = {},
): CsvRecord[] {
  if (typeof delimiter !== 'string' || delimiter.length !== 1 || /["\r\n]/.test(delimiter))
    throw new DataError(`readCsv: delimiter must be one character, neither a quote nor a line end.`);
  const records: CsvRecord[] = [];
  let fields: string[] = [];
  let [line, begun] = [1, 1];
  let at = text.startsWith('\ufeff') ? 1 : 0;
  const fail = (problem: string): DataError => new DataError(`${name}: line ${line}: ${problem}`);
  const [nextDelimiter, nextLine] = [positions(text, delimiter), positions(text, '\n')];
  while (at < text.length) {
    if (text[at] === '"') {
      const opened = line;
      let value = '';
      for (;;) {
        const close = text.indexOf('"', at + 1);
        if (close < 0) {
          line = opened;
          throw fail(
            'a quote is opened and never closed. The file is cut short, or a quote in a field is not doubled.',
          );
        }
        value += text.slice(at + 1, close);
        at = close + 1;
        if (text[at] !== '"') break;
        value += '"';
      }
      line += value.split('\n').length - 1;
      fields.push(value);
      if (text[at] === '\r') at++;
      if (at < text.length && text[at] !== delimiter && text[at] !== '\n')
        throw fail(`'${brief(text.slice(at, at + 10))}' follows a closed quote. Double the quotes within a field.`);
    } else {
      const [delimited, ended] = [nextDelimiter(at), nextLine(at)];
      const isLast = ended <= delimited;
      const end = isLast ? ended : delimited;
      fields.push(text.slice(at, isLast && text[end - 1] === '\r' ? Math.max(at, end - 1) : end));
      at = end;
    }
    if (text[at] === delimiter) {
      at++;
      const isEmpty = at >= text.length || text[at] === '\n' || (text[at] === '\r' && text[at + 1] === '\n');
      if (!isEmpty) continue;
      fields.push('');
      if (text[at] === '\r') at++;
    }
    if (fields.length > 1 || fields[0] !== '') records.push({ fields, line: begun });
    fields = [];
    at++;
    begun = ++line;
  }
  return records;
}

/** The position of the next `mark` from a position on, or the end. Asked from left to right, it looks at each character once. */
function positions(text: string, mark: string): (from: number) => number {
  let next = -1;
  return (from) => {
    if (next < from) next = text.indexOf(mark, from);
    if (next < 0) next = text.length;
    return next;
  };
}

function tableOf(records: readonly CsvRecord[], { header = true, target, columns }: CsvOptions, name: string): Csv {
  const width = records[0]?.fields.length ?? 0;
  const names = header ? records[0]?.fields.map((field) => field.trim()) : records[0]?.fields.map((_, i) => `${i}`);
  const rows = header ? records.slice(1) : records;
  if (!names || rows.length === 0) throw new DataError(`${name}: the table has no rows.`);
  for (const { fields, line } of rows)
    if (fields.length !== width)
      throw new DataError(
        `${name}: line ${line} has ${fields.length} fields, but the first has ${width}. Is the separator right, and are fields with ` +
          'separators in quotes?',
      );
  const numberOf = (column: string | number): number => {
    const found = typeof column === 'string' ? names.indexOf(column) : column < 0 ? width + column : column;
    if (Number.isInteger(found) && found >= 0 && found < width) return found;
    const near = typeof column === 'string' ? nearest(column, names) : null;
    throw new DataError(
      `${name}: there is no column '${column}'. ${near ? `Did you mean '${near}'?` : `There are: ${listed(names)}.`}`,
    );
  };
  const goal = target === undefined ? -1 : numberOf(target);
  const taken = columns ? columns.map(numberOf) : names.map((_, i) => i).filter((i) => i !== goal);
  const x = new Float32Array(rows.length * taken.length);
  rows.forEach(({ fields, line }, r) => {
    taken.forEach((c, i) => {
      const value = numberIn(fields[c]!);
      if (value === null)
        throw new DataError(
          `${name}: line ${line}, column '${brief(names[c]!)}': '${brief(fields[c]!)}' is not a number. Leave the column out of columns, or ` +
            'write numbers for it.',
        );
      x[r * taken.length + i] = value;
    });
  });
  return {
    columns: taken.map((c) => names[c]!),
    x: { data: x, shape: [rows.length, taken.length], dtype: 'f32' },
    ...targetsOf(goal < 0 ? null : rows.map(({ fields }) => fields[goal]!.trim())),
  };
}

/** A decimal number, or null: not hexadecimal, nor nothing. `nan` and `inf` are numbers, as NumPy writes them. */
function numberIn(text: string): number | null {
  const trimmed = text.trim();
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return Number(trimmed);
  const [, sign, word] = /^([+-]?)(nan|inf(?:inity)?)$/i.exec(trimmed) ?? [];
  if (!word) return null;
  return /^n/i.test(word) ? Number.NaN : sign === '-' ? -Infinity : Infinity;
}

function targetsOf(texts: readonly string[] | null): Pick<Csv, 'y' | 'classes'> {
  if (!texts) return { y: null, classes: null };
  const numbers = texts.map(numberIn);
  const shape = [texts.length];
  if (numbers.includes(null)) {
    const classes = [...new Set(texts)].sort();
    const at = new Map(classes.map((c, i) => [c, i]));
    return { y: { data: Int32Array.from(texts, (t) => at.get(t)!), shape, dtype: 'i32' }, classes };
  }
  const isWhole = (numbers as number[]).every((v) => (v | 0) === v);
  const y = isWhole
    ? ({ data: Int32Array.from(numbers as number[]), shape, dtype: 'i32' } as const)
    : ({ data: Float32Array.from(numbers as number[]), shape, dtype: 'f32' } as const);
  return { y, classes: null };
}
