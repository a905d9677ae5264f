/** Shared by the commands on texts: reads a text from a file or stdin, and parses optimizers. */
import { isUtf8 } from 'node:buffer';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { CompileError } from '../../ir/diagnostic.ts';
import { parseText } from '../../ir/text/parse.ts';
import type { GivenSchedules } from '../../passes/schedule/choose/given.ts';
import type { Optimizer } from '../../passes/update.ts';
import { DataError, unreadable } from '../../runtime/data/error.ts';
import { whyUnwritable } from '../files/output.ts';
import { WriteError, writeWhole } from '../files/whole-files.ts';
import * as optim from '../model/optim/index.ts';
import { loadUserFile } from '../source/load.ts';
import { type Io, UsageError } from './io.ts';

/** The largest batch of a text that does not state it. */
export const usualMaxBatch = 64;

export interface Source {
  readonly text: string;
  /** Its name in errors: an absolute path, or `<stdin>`. */
  readonly file: string;
}

/** A text, from stdin for `-`. Throws a `DataError` if it cannot be read, and a `CompileError` where it is not UTF-8. */
export function readSource(path: string, io: Io, hint = "Give a file of Tapeout's IR, or - for stdin."): Source {
  const file = path === '-' ? '<stdin>' : resolve(io.cwd, path);
  if (path === '') throw new UsageError(`the name of the file is empty. ${hint}`);
  let bytes: Uint8Array;
  let text: string;
  try {
    bytes = path === '-' ? (io.stdin?.() ?? new Uint8Array()) : readFileSync(file);
    // Drops a byte order mark.
    text = new TextDecoder().decode(bytes);
  } catch (e) {
    throw unreadable(path === '-' ? file : path, e, hint);
  }
  io.texts?.set(file, text);
  if (!isUtf8(bytes)) {
    const before = text.slice(0, text.indexOf('\ufffd')).split(/\r\n|[\n\r\u2028\u2029]/);
    throw new CompileError('not-utf8', 'this is not valid UTF-8', {
      loc: { file, line: before.length, col: (before.at(-1) as string).length + 1 },
      help: 'save it as UTF-8',
    });
  }
  return { text, file };
}

/** The schedules of a file, if one is named. Throws a `CompileError` if it holds something else. */
export function readSchedule(path: string | undefined, io: Io): { readonly schedule?: GivenSchedules } {
  if (path === undefined) return {};
  const { text, file } = readSource(path, io);
  const schedule = parseText(text, file);
  const { modules, graphs, kernels, program } = schedule;
  const others = modules.length + graphs.length + kernels.length + (program ? 1 : 0);
  if (schedule.schedules.length > 0 || others === 0) return { schedule };
  throw new CompileError('bad-text', 'the text has no schedules', {
    loc: { file, line: 1, col: 1 },
    help: 'tapeout print MODEL --stage schedule writes those of a model',
  });
}

/** Writes a command's output file. Throws a `DataError` if that fails. */
export function writeOut(path: string, data: string | Uint8Array, { cwd }: Io): void {
  if (path === '') throw new UsageError('--out must name a file, but its value is empty');
  try {
    writeWhole(resolve(cwd, path), data);
  } catch (e) {
    throw unwritable(path, e instanceof WriteError ? e.cause : e);
  }
}

/** Runs files that register ops and passes; call it before reading a text or a list of passes. */
export async function loadExtensions(files: readonly string[] | undefined, io: Io): Promise<void> {
  for (const file of files ?? []) await loadUserFile(resolve(io.cwd, file));
}

/** Throws a `DataError` if the file cannot be written. Its contents are not changed. */
export function requireWritable(path: string, { cwd }: Io): void {
  const file = resolve(cwd, path);
  const there = existsSync(file);
  try {
    closeSync(openSync(file, 'a'));
    if (!there) rmSync(file);
  } catch (e) {
    throw unwritable(path, e);
  }
}

const unwritable = (path: string, e: unknown): DataError =>
  new DataError(`${path}: cannot be written: ${whyUnwritable(e)}.`);

/** Splits `a,b=f(x,y),c` at the commas outside parentheses, and each part at its first `=`. */
export function splitList(text: string): { readonly name: string; readonly value: string | null }[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const c of text) {
    if (c === '(') depth++;
    if (c === ')') depth--;
    if (c === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += c;
  }
  return parts
    .map((p) => p.trim())
    .filter((p) => p !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0
        ? { name: part, value: null }
        : { name: part.slice(0, at).trim(), value: part.slice(at + 1).trim() };
    });
}

type OptionValue = number | boolean | readonly number[];
type Maker = (options: Readonly<Record<string, OptionValue>>) => Optimizer;
const makers: ReadonlyMap<string, Maker> = new Map(
  Object.entries(optim).flatMap(([name, make]) =>
    typeof make === 'function' ? [[name.toLowerCase(), make as unknown as Maker] as const] : [],
  ),
);

/** `true`, `false`, a number, or numbers in parentheses, as in `betas=(0.9,0.999)`. */
function optionValue(text: string): OptionValue | null {
  if (text === 'true' || text === 'false') return text === 'true';
  const list = /^\((.*)\)$/.exec(text);
  const numbers = (list ? (list[1] as string).split(',') : [text]).map((t) =>
    t.trim() === '' ? Number.NaN : Number(t),
  );
  if (numbers.some(Number.isNaN)) return null;
  return list ? numbers : (numbers[0] as number);
}

/** Parses `sgd(lr=0.01,momentum=0.9)`, with PyTorch's or Tapeout's names of options. Throws a `UsageError` if it is not an
 *  optimizer. */
export function readOptimizer(text: string): Optimizer {
  const example = 'such as sgd(lr=0.01,momentum=0.9)';
  const found = /^(\w+)(?:\((.*)\))?$/.exec(text.trim());
  const make = makers.get(found?.[1]?.toLowerCase() ?? '');
  if (!found || !make)
    throw new UsageError(
      `'${text}' is not an optimizer: ${makers.size === 1 ? 'there is' : 'there are'} ${[...makers.keys()].join(', ')}, ${example}.`,
    );
  const options: Record<string, OptionValue> = {};
  for (const { name, value } of splitList(found[2] ?? '')) {
    const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    if (Object.hasOwn(options, camel)) throw new UsageError(`'${name}' is given twice in '${text}'.`);
    const read = value === null ? null : optionValue(value);
    if (read === null)
      throw new UsageError(`'${name}${value === null ? '' : `=${value}`}' is not an option with a value, ${example}.`);
    options[camel] = read;
  }
  try {
    return make(options);
  } catch (e) {
    if (e instanceof CompileError || e instanceof TypeError) throw new UsageError(`${text}: ${e.message}`);
    throw e;
  }
}
