/** Parses machine descriptions: JSON with a name, the target to extend, and the numbers that differ. */

import { CompileError, type Loc } from '../diagnostic.ts';
import { describable, type Machine, type NumberRow } from '../target-numbers.ts';
import { nearest } from './nearest.ts';

const example =
  '{ "name": "my-machine", "extends": "wasm", "numbers": { "registers": { "value": 28, "origin": "its manual" } } }';

/** The machine that a text describes. Throws a `CompileError` at the location in the file for invalid JSON, for an
 *  unknown number and for a value out of range. */
export function parseTarget(text: string, file: string): Machine {
  const wrong = (problem: string, at: string | null, help: string | null = `as in ${example}`): CompileError =>
    new CompileError('bad-target', problem, { loc: placeOf(text, at, file), help });
  let read: unknown;
  try {
    // Some Windows editors add a byte order mark.
    read = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (e) {
    throw wrong(`this is not JSON: ${(e as Error).message}`, null);
  }
  if (!isObject(read)) throw wrong('a description of a machine is an object', null);
  const { name, extends: base, numbers, ...others } = read;
  const [other] = Object.keys(others);
  if (other !== undefined) throw wrong(`'${other}' is none of name, extends and numbers`, other);
  if (typeof name !== 'string' || !/^[\w.-]{1,64}$/.test(name))
    throw wrong("'name' must be a word of letters, digits, '-', '.' and '_'", 'name');
  if (typeof base !== 'string' || !Object.hasOwn(describable, base))
    throw wrong(`'extends' must be one of ${Object.keys(describable).join(', ')}`, 'extends');
  if (!isObject(numbers)) throw wrong("'numbers' must be an object with the numbers of this machine", 'numbers');
  const extend = base as Machine['extends'];
  const known: Readonly<Record<string, NumberRow>> = describable[extend].numbers;
  const found = Object.entries(numbers).map(([path, given]): [string, number] => {
    if (!Object.hasOwn(known, path)) {
      const near = nearest(path, Object.keys(known));
      throw wrong(
        `the target ${base} has no number '${path}'${near ? `: is it '${near}'?` : ''}`,
        path,
        `it has ${Object.keys(known).join(', ')}`,
      );
    }
    return [path, numberOf(given, known[path] as NumberRow, (problem) => wrong(`${path}: ${problem}`, path))];
  });
  return { name, extends: extend, numbers: new Map(found) };
}

/** A number on its own, or as `value` next to its `origin`. */
function numberOf(
  given: unknown,
  { least, isWhole, unit }: NumberRow,
  wrong: (problem: string) => CompileError,
): number {
  const value = isObject(given) ? given.value : given;
  const extra = isObject(given) ? Object.keys(given).find((k) => k !== 'value' && k !== 'origin') : undefined;
  if (extra !== undefined) throw wrong(`'${extra}' is none of value and origin`);
  if (isObject(given) && given.origin !== undefined && typeof given.origin !== 'string')
    throw wrong("'origin' must say in words where the number comes from");
  const fits = typeof value === 'number' && Number.isFinite(value) && value <= 2 ** 31;
  if (fits && isWhole && Number.isInteger(value) && value >= least) return value;
  if (fits && !isWhole && value > 0) return value;
  const most = 'and no more than 2^31';
  throw wrong(`must be ${isWhole ? `a whole number of at least ${least}` : 'a number above 0'} ${most}, in ${unit}`);
}

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);

/** The location of a name in a text, or of its start. */
function placeOf(text: string, name: string | null, file: string): Loc {
  const at = name === null ? -1 : text.indexOf(JSON.stringify(name));
  const before = text.slice(0, Math.max(0, at)).split('\n');
  return { file, line: before.length, col: (before.at(-1) as string).length + 1 };
}
