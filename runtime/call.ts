/** The arguments of a call: arrays in the order of the entry's inputs, arrays by name, or only the number of samples for inputs that
 *  were written in place. A passing check allocates nothing, unless arrays are given by name. */
import {
  checkBatch,
  checkLabels,
  checkLength,
  counted,
  type Data,
  fromOneHot,
  isArrayOf,
  samplesIn,
  TapeoutError,
  unknownName,
  wrongArray,
} from './check.ts';
import { type EntryName, methods, type Port } from './port.ts';

/** Arrays by the names of inputs. */
export type Named = Readonly<Record<string, Data>>;
/** One argument of a call. */
export type Argument = Data | Named | number;

/** The entry that is called. */
export interface Callee {
  readonly name: EntryName;
  readonly inputs: readonly Port[];
  /** The fewest samples that it takes. */
  readonly leastBatch: number;
}

/** Throws unless an entry can be called with these arguments. Returns the batch, and leaves in `given` the arrays in the order of the
 *  inputs, unless the first argument is the batch. */
export function checkCall(entry: Callee, given: unknown[], maxBatch: number): number {
  const n = checkArguments(entry, given, maxBatch);
  if (n < entry.leastBatch)
    throw new TapeoutError(
      'batch-too-small',
      `${methods[entry.name]} takes at least ${entry.leastBatch} samples, and was given ${n}: a batch norm needs more than ` +
        'one value per channel. Leave out the last batch of an epoch, or make it larger.',
    );
  return n;
}

function checkArguments(entry: Callee, given: unknown[], maxBatch: number): number {
  const { inputs } = entry;
  const [first] = given;
  if (typeof first === 'number') {
    checkBatch(first, maxBatch);
    if (isSurplus(given, 1)) throw surplus(entry, given, 'The batch size is given alone.');
    for (let i = 0; i < inputs.length; i++) checkRange(inputs[i]!, inputs[i]!.whole, first);
    return first;
  }
  if (isNamed(first)) putInOrder(entry, given);
  if (isSurplus(given, inputs.length)) throw surplus(entry, given);
  for (let i = 0; i < inputs.length; i++)
    if (!isArrayOf(given[i], inputs[i]!.tensor)) throw wrongInput(inputs, given, inputs[i]!);
  const sizing = sizedBy(entry);
  const n = sizing < 0 ? 1 : samplesIn(given[sizing] as Data, inputs[sizing]!, maxBatch);
  const sized = sizing < 0 ? '' : inputs[sizing]!.tensor.name;
  for (let i = 0; i < inputs.length; i++)
    checkLength(given[i] as Data, inputs[i]!.count(n), n, inputs[i]!.tensor, sized);
  for (let i = 0; i < inputs.length; i++) checkRange(inputs[i]!, given[i] as Data, n);
  return n;
}

/** What is wrong with the array of an input, whose length may be told by another. */
function wrongInput(inputs: readonly Port[], given: readonly unknown[], port: Port): TapeoutError {
  const data = given[inputs.indexOf(port)];
  const sizing = inputs.findIndex((p, i) => p.power === 1 && p.each > 0 && isArrayOf(given[i], p.tensor));
  const n = sizing < 0 ? 1 : (given[sizing] as Data).length / inputs[sizing]!.each;
  return wrongArray(data, port.tensor, fromOneHot(data, port.tensor, port.count(n)));
}

function checkRange(port: Port, data: Data, n: number): void {
  if (port.tensor.range !== undefined) checkLabels(data, port.count(n), port.tensor);
}

/** The index of the input whose length gives the batch; -1 if no input has a batch. */
function sizedBy({ name, inputs }: Callee): number {
  for (let power = 1; power <= 2; power++)
    for (let i = 0; i < inputs.length; i++) if (inputs[i]!.power === power && inputs[i]!.each > 0) return i;
  const empty = inputs.find((port) => port.batched);
  if (!empty) return -1;
  throw new TapeoutError(
    'wrong-length',
    `a sample of ${empty.tensor.name} has no values, which do not tell how many samples there are. ` +
      `Call ${methods[name]} with the batch size alone.`,
  );
}

/** True for an object of arrays by name: a plain object, not an instance of a class. */
function isNamed(argument: unknown): argument is Named {
  if (typeof argument !== 'object' || argument === null || Array.isArray(argument)) return false;
  const prototype = Object.getPrototypeOf(argument);
  // An object of another realm (a frame, a vm context) has that one's prototype.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Puts arrays that are given by name, in one or several objects, in the entry's order. */
function putInOrder({ name, inputs }: Callee, given: unknown[]): void {
  const found = new Map<string, unknown>();
  const names = inputs.map((port) => port.tensor.name);
  for (const argument of given) {
    if (argument === undefined) continue;
    if (!isNamed(argument))
      throw new TapeoutError(
        'wrong-array',
        `${methods[name]} takes its arrays in order or by name, not both: ${shape(name, names)}.`,
      );
    for (const [key, value] of Object.entries(argument)) {
      if (!names.includes(key)) throw unknownName(`input of ${methods[name]}`, key, names);
      if (found.has(key)) throw new TapeoutError('wrong-array', `${key} is given twice to ${methods[name]}.`);
      found.set(key, value);
    }
  }
  given.fill(undefined);
  for (const [i, key] of names.entries()) given[i] = found.get(key);
}

function isSurplus(given: readonly unknown[], taken: number): boolean {
  for (let i = taken; i < given.length; i++) if (given[i] !== undefined) return true;
  return false;
}

/** Of an entry without inputs. Throws TapeoutError where it is given some. */
export function takesNothing<E extends Callee>(entry: E, given: readonly unknown[]): E {
  if (isSurplus(given, 0)) throw surplus(entry, given);
  return entry;
}

function surplus({ name, inputs }: Callee, given: readonly unknown[], more = ''): TapeoutError {
  const names = inputs.map((port) => port.tensor.name);
  const count = given.findLastIndex((value) => value !== undefined) + 1;
  return new TapeoutError(
    'wrong-array',
    `${methods[name]} was given ${counted(count, 'argument')}, and takes ${shape(name, names)}.${more && ` ${more}`}`,
  );
}

/** `(x, y), ({ x, y }) or (n)`. */
function shape(name: EntryName, names: readonly string[]): string {
  if (names.length === 0) return `${methods[name]}()`;
  const list = names.join(', ');
  return `${methods[name]}(${list}), ${methods[name]}({ ${list} }) or ${methods[name]}(n)`;
}
