/** State dicts: checks those given by a caller, and writes files. */
import {
  arrayOf,
  brief,
  checkArray,
  checkScalar,
  type Data,
  kindOf,
  listed,
  notByJson,
  shapeAt,
  showShape,
  TapeoutError,
  unknownName,
  type View,
} from './check.ts';
import { checkOptions } from './load-options.ts';
import { isLearnt, type Slot } from './port.ts';
import { type StoredTensor, writeSafetensors } from './safetensors.ts';
import { type StateDict, tensorsOf } from './weights.ts';

/** The result of PyTorch's load_state_dict: parameters and buffers that were not given, and names that the model does not have. */
export interface IncompatibleKeys {
  readonly missingKeys: string[];
  readonly unexpectedKeys: string[];
}

/** The checked options of a call that saves. Throws TapeoutError for others. */
export function stateOptions(call: string, options: { state?: boolean }): { state?: boolean } {
  checkOptions(call, options, { state: 'flag' });
  return options;
}

/** The slots of a state dict: parameters and buffers, and with `state` also the optimizer's state and scalars. */
export function savedSlots<S extends Slot>(slots: ReadonlyMap<string, S>, state: boolean): S[] {
  return [...slots.values()].filter(({ tensor }) => state || isLearnt(tensor));
}

/** The arrays of a state dict by name, in the types of their slots. Throws TapeoutError when a size or a value is wrong, or, if it
 *  is strict, a name is unknown or a parameter or buffer is missing. */
export function checkedState(
  source: StateDict,
  slots: ReadonlyMap<string, Slot>,
  { strict, maxBatch }: { readonly strict: boolean; readonly maxBatch: number },
): { readonly values: ReadonlyMap<string, Data>; readonly keys: IncompatibleKeys } {
  const given = tensorsOf(source, (name) => slots.has(name));
  const known = savedSlots(slots, false).map(({ tensor }) => tensor.name);
  const unexpectedKeys = [...given.keys()].filter((name) => !slots.has(name));
  const missingKeys = known.filter((name) => !given.has(name));
  if (strict && unexpectedKeys.length + missingKeys.length > 0)
    throw incompatible(unexpectedKeys, missingKeys, known, given.size === 0);
  const values = new Map<string, Data>();
  for (const [name, value] of given) {
    const slot = slots.get(name);
    if (slot) values.set(name, checked(value!, slot, maxBatch));
  }
  return { values, keys: { missingKeys, unexpectedKeys } };
}

/** The bytes of a safetensors file of these slots and their values, with PyTorch's names and layouts. */
export const stateFile = (saved: Iterable<readonly [Slot, View]>): Uint8Array<ArrayBuffer> =>
  writeSafetensors(Array.from(saved, ([slot, data]) => [slot.tensor.name, storedTensor(slot, data)]));

function storedTensor(slot: Slot, data: View): StoredTensor {
  const { shape, dtype } = slot.tensor;
  const bound = shapeAt(shape, samplesOf(slot, data));
  if (isLearnt(slot.tensor) && (data instanceof Float32Array || data instanceof Int32Array))
    return learntTensor(data, bound);
  return { dtype: storedAs[dtype], shape: bound, data } as StoredTensor;
}

/** A parameter or buffer as a file holds it. Whole numbers have 64 bits there, as in PyTorch's state dict. */
export const learntTensor = (data: Float32Array | Int32Array, shape: readonly number[]): StoredTensor =>
  data instanceof Float32Array
    ? { dtype: 'F32', shape, data }
    : { dtype: 'I64', shape, data: BigInt64Array.from(data, BigInt) };

/** How many samples the values of a slot are of. Carried state of no samples holds zeros. */
export const samplesOf = (slot: Slot, { length }: Data): number => (slot.each > 0 ? length / slot.each : 0);

function incompatible(
  unknown: readonly string[],
  missing: readonly string[],
  known: readonly string[],
  isEmpty: boolean,
): TapeoutError {
  const kept = 'loadStateDict(weights, { strict: false }) keeps their values.';
  const absent = `these are missing: ${listed(missing)}. ${kept}${isEmpty ? ` The weights are empty: ${notByJson}` : ''}`;
  const [first] = unknown;
  if (first === undefined) return new TapeoutError('missing-parameter', absent);
  const one = unknownName('parameter', first, known).message;
  const many = `unknown parameters: ${listed(unknown)}. There are: ${listed(known) || 'none'}.`;
  const also = missing.length > 0 ? ` ${absent[0]!.toUpperCase()}${absent.slice(1)}` : '';
  return new TapeoutError('unknown-name', `${unknown.length === 1 ? one : many}${also}`);
}

/** The array of a value given for a slot. Throws TapeoutError when it does not fit. */
function checked(value: Data | StoredTensor, slot: Slot, maxBatch: number): Data {
  const { name, shape, purpose } = slot.tensor;
  const what = `the ${purpose} '${brief(name)}'`;
  const tensor = isTensor(value) ? value : null;
  const data = tensor ? converted(tensor, slot, what) : (value as Data);
  checkArray(data, slot.tensor);
  const n = slot.batched ? samplesOf(slot, data) : 1;
  if (slot.batched && n > maxBatch)
    throw new TapeoutError('batch-too-large', `${what} is of ${n} samples, over the maximum of ${maxBatch}.`);
  if (tensor?.shape && `${tensor.shape}` !== `${shapeAt(shape, Math.floor(n))}`)
    throw new TapeoutError(
      'wrong-shape',
      `${what} has the shape ${showShape(shape)}, but ${brief(showShape(tensor.shape))} was given.`,
    );
  if (data.length !== slot.count(n) || !Number.isInteger(n))
    throw new TapeoutError(
      'wrong-length',
      `${what} takes ${slot.each} values${slot.batched ? ' a sample' : ''}, shape ${showShape(shape)}, but ${data.length} were given.`,
    );
  if (purpose === 'scalar') checkScalar(name, data[0]);
  return data;
}

/** A tensor's numbers in the type of its slot. Integers are converted to another width, or to floats, and whole floats to integers, if
 *  no value changes. */
function converted({ data, dtype }: StoredTensor, { tensor }: Slot, what: string): Data {
  const array = arrayOf[tensor.dtype];
  const isWhole = data instanceof BigInt64Array || data instanceof BigUint64Array || integers.test(kindOf(data));
  const isCounted = tensor.dtype === 'i32' && data instanceof Float32Array;
  if (!(isWhole || isCounted) || (data instanceof array && tensor.dtype !== 'bool')) return data as Data;
  const out = new array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    out[i] = Number(value);
    const same = typeof value === 'bigint' ? BigInt(out[i]!) === value : out[i] === value;
    if (!same || (tensor.dtype === 'bool' && out[i]! > 1))
      throw new TapeoutError(
        'wrong-array',
        `${what} is ${tensor.dtype}, which cannot hold ${value}, element ${i} of the ${dtype} that was given.`,
      );
  }
  return out;
}
const integers = /(Int|Uint)(8|16|32)(Clamped)?Array$/;

const isTensor = (value: unknown): value is StoredTensor =>
  typeof value === 'object' && value !== null && 'data' in value;
const storedAs = { f32: 'F32', i32: 'I32', u8: 'U8', bool: 'BOOL' } as const;
