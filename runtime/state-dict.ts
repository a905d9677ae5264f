/** What a model has learnt, by name: given by a caller and checked, or written as a file. */
import { checkArray, type Data, kindOf, showShape, TapeoutError, unknownName, type View } from './check.ts';
import type { Purpose } from './manifest.ts';
import { namesOf, type Slot } from './port.ts';
import { readSafetensors, type StoredTensor, writeSafetensors } from './safetensors.ts';

/** Parameters by PyTorch's names: arrays, or tensors whose shape is then checked too, or the bytes of a safetensors file. */
export type StateDict =
  | ReadonlyMap<string, Data | StoredTensor>
  | Readonly<Record<string, Data | StoredTensor>>
  | Uint8Array
  | ArrayBuffer;

/** The slots that a state dict holds: parameters, and with `state` what else lasts from step to step. */
export function savedSlots<S extends Slot>(slots: ReadonlyMap<string, S>, state: boolean): S[] {
  return [...slots.values()].filter(({ tensor: { purpose } }) => isSaved(purpose) && (state || purpose !== 'state'));
}

/** The arrays of a state dict by name. Throws TapeoutError when a name is unknown, a size is wrong or, if it is strict, a
 *  parameter is missing. */
export function checkedState(source: StateDict, slots: ReadonlyMap<string, Slot>, strict: boolean): Map<string, Data> {
  const given = entriesOf(source);
  for (const [name, value] of given) checkStored(name, value, slots);
  const missing = namesOf(slots, 'parameter').filter((name) => !given.has(name));
  if (strict && missing.length > 0)
    throw new TapeoutError(
      'missing-parameter',
      `these parameters are missing: ${missing.join(', ')}. Pass { strict: false } to keep their values.`,
    );
  return new Map([...given].map(([name, value]) => [name, dataOf(value)]));
}

/** The bytes of a safetensors file of these slots and what they hold, with PyTorch's names and layouts. */
export const stateFile = (saved: Iterable<readonly [Slot, View]>): Uint8Array<ArrayBuffer> =>
  writeSafetensors(
    Array.from(
      saved,
      ([
        {
          tensor: { name, shape, dtype },
        },
        data,
      ]) => [name, { dtype: storedAs[dtype], shape, data } as StoredTensor],
    ),
  );

function checkStored(name: string, value: Data | StoredTensor, slots: ReadonlyMap<string, Slot>): void {
  const slot = slots.get(name);
  if (!slot || !isSaved(slot.tensor.purpose)) throw unknownName('parameter', name, namesOf(slots, 'parameter'));
  const { shape } = slot.tensor;
  const [what, data] = [`the ${slot.tensor.purpose} '${name}'`, dataOf(value)];
  checkArray(data, slot.tensor);
  const given = isTensor(value) ? value.shape : null;
  if (given && `${given}` !== `${shape}`)
    throw new TapeoutError(
      'wrong-shape',
      `${what} has the shape ${showShape(shape)}, but ${showShape(given)} was given.`,
    );
  if (data.length !== slot.each)
    throw new TapeoutError(
      'wrong-length',
      `${what} takes ${slot.each} values, shape ${showShape(shape)}, but ${data.length} were given.`,
    );
}

function entriesOf(source: StateDict): ReadonlyMap<string, Data | StoredTensor> {
  if (source instanceof Uint8Array) return readSafetensors(source, 'the weights');
  if (source instanceof ArrayBuffer) return readSafetensors(new Uint8Array(source), 'the weights');
  if (typeof source !== 'object' || source === null || Array.isArray(source))
    throw new TapeoutError(
      'wrong-array',
      `the weights must be arrays by name, or the bytes of a safetensors file, but they are ${kindOf(source)}.`,
    );
  return source instanceof Map ? source : new Map(Object.entries(source));
}

const isTensor = (value: Data | StoredTensor): value is StoredTensor =>
  typeof value === 'object' && value !== null && 'data' in value;
const dataOf = (value: Data | StoredTensor): Data => (isTensor(value) ? (value.data as Data) : value);
const storedAs = { f32: 'F32', i32: 'I32', u8: 'U8', bool: 'U8' } as const;
/** Gradients and data come and go; what a state dict may hold is what a model has learnt. */
const isSaved = (purpose: Purpose) => purpose === 'parameter' || purpose === 'state';
