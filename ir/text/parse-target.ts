/** Parses machine descriptions: JSON with a name, the target to extend, and the numbers that differ. */

import { CompileError, type Loc } from '../diagnostic.ts';
import { describable, type Machine, type NumberRow } from '../target-numbers.ts';
import { nearest } from './nearest.ts';
import { type Json, type JsonObject, parseJson } from './parse-json.ts';

const example =
  '{ "name": "my-machine", "extends": "wasm", "numbers": { "registers": { "value": 28, "origin": "its manual" } } }';

/** The machine that a text describes. Throws a `CompileError` at the location in the file for invalid JSON, a name given twice, an
 *  unknown number and a value out of range. */
export function parseTarget(text: string, file: string): Machine {
  const wrong = (problem: string, loc: Loc, help = `as in ${example}`): CompileError =>
    new CompileError('bad-target', problem, { loc, help });
  const { value: read, loc } = jsonOf(text, file);
  if (!isObject(read)) throw wrong('a description of a machine is an object', loc);
  const other = [...read].find(([field]) => !['name', 'extends', 'numbers'].includes(field));
  if (other) throw wrong(`'${other[0]}' is not one of name, extends and numbers`, other[1].nameLoc);
  const [name, base, numbers] = ['name', 'extends', 'numbers'].map((field) => read.get(field));
  if (typeof name?.value !== 'string' || !/^[\w.-]{1,64}$/.test(name.value))
    throw wrong("'name' must be a word of letters, digits, '-', '.' and '_'", name?.nameLoc ?? loc);
  if (typeof base?.value !== 'string' || !Object.hasOwn(describable, base.value))
    throw wrong(`'extends' must be one of ${Object.keys(describable).join(', ')}`, base?.nameLoc ?? loc);
  if (!isObject(numbers?.value))
    throw wrong("'numbers' must be an object with the numbers of this machine", numbers?.nameLoc ?? loc);
  const extend = base.value as Machine['extends'];
  const known: Readonly<Record<string, NumberRow>> = describable[extend].numbers;
  const found = [...numbers.value].map(([path, given]): [string, number] => {
    if (!Object.hasOwn(known, path)) {
      const near = nearest(path, Object.keys(known));
      throw wrong(
        `the target ${extend} has no number '${path}'${near ? `: is it '${near}'?` : ''}`,
        given.nameLoc,
        `it has ${Object.keys(known).join(', ')}`,
      );
    }
    const fail = (problem: string, at: Loc = given.nameLoc) => wrong(`${path}: ${problem}`, at);
    return [path, numberOf(given, known[path] as NumberRow, fail)];
  });
  return { name: name.value, extends: extend, numbers: new Map(found) };
}

function jsonOf(text: string, file: string): Json {
  try {
    return parseJson(text, file);
  } catch (e) {
    if (!(e instanceof CompileError)) throw e;
    const { loc, notes } = e;
    throw new CompileError('bad-target', `this is not JSON: ${e.message}`, { loc, notes, help: `as in ${example}` });
  }
}

/** A number on its own, or as `value` next to its `origin`. */
function numberOf(
  { value: given }: Json,
  { least, isWhole, unit }: NumberRow,
  wrong: (problem: string, at?: Loc) => CompileError,
): number {
  const value = isObject(given) ? given.get('value')?.value : given;
  const extra = isObject(given) ? [...given].find(([k]) => k !== 'value' && k !== 'origin') : undefined;
  if (extra) throw wrong(`'${extra[0]}' is neither value nor origin`, extra[1].nameLoc);
  const origin = isObject(given) ? given.get('origin') : undefined;
  if (origin && typeof origin.value !== 'string')
    throw wrong("'origin' must say in words where the number comes from", origin.nameLoc);
  const fits = typeof value === 'number' && Number.isFinite(value) && value <= 2 ** 31;
  if (fits && isWhole && Number.isInteger(value) && value >= least) return value;
  if (fits && !isWhole && value > 0) return value;
  const most = 'and no more than 2^31';
  throw wrong(`must be ${isWhole ? `a whole number of at least ${least}` : 'a number above 0'} ${most}, in ${unit}`);
}

const isObject = (v: Json['value'] | undefined): v is JsonObject => v instanceof Map;
