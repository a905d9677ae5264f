/** Samples in memory, in the layout that a model takes: an array for each of its inputs and targets. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { countAt, showType, type TensorType } from '../../ir/type.ts';
import { DataError, unreadable } from '../../runtime/data/error.ts';
import { readSafetensors, type StoredTensor } from '../../runtime/safetensors.ts';
import type { ModelSpec } from '../model/model.ts';
import type { Dataset, Split } from './dataset.ts';

/** The numbers of one input or target for all samples. */
export interface Column {
  readonly name: string;
  readonly data: Float32Array | Int32Array | Uint8Array;
  /** The shape of a sample, and its number of elements. */
  readonly shape: readonly number[];
  readonly each: number;
}

export interface Table {
  readonly name: string;
  readonly count: number;
  /** The inputs, then the targets, in the model's order. */
  readonly columns: readonly Column[];
}

/** The two parts of a data set: one to train on, one to test on. */
export interface Tables {
  readonly train: Table;
  readonly test: Table;
}

/** Images and labels as the columns of a model with one input and one target. */
export function tableOf({ name, images, labels, shape, count }: Dataset, [x, y]: readonly string[]): Table {
  const each = countAt(shape, 1);
  return {
    name,
    count,
    columns: [
      { name: x ?? 'x', data: images, shape, each },
      { name: y ?? 'y', data: labels, shape: [], each: 1 },
    ],
  };
}
export const tablesOf = ({ train, test }: Split, names: readonly string[]): Tables => ({
  train: tableOf(train, names),
  test: tableOf(test, names),
});

/** Copies the samples order[start], order[start + 1], ... into arrays for the columns. Returns their number: `count`, or fewer at the
 *  end of `order`. */
export function gather(
  { columns }: Table,
  order: Int32Array,
  start: number,
  count: number,
  into: readonly { [i: number]: number }[],
): number {
  const taken = Math.max(0, Math.min(count, order.length - start));
  for (const [c, { data, each }] of columns.entries()) {
    const out = into[c]!;
    for (let n = 0; n < taken; n++) {
      const [from, to] = [order[start + n]! * each, n * each];
      // Not `out.set(data.subarray(...))`, which allocates a view for every sample.
      for (let i = 0; i < each; i++) out[to + i] = data[from + i]!;
    }
  }
  return taken;
}

/** The files of a folder of tensors. */
const parts = { train: 'train.safetensors', test: 'test.safetensors' } as const;

/** True if a folder has tensors to train on, in `train.safetensors`. */
export const hasTensors = (folder: string): boolean => existsSync(join(folder, parts.train));

/** Loads `train.safetensors` and `test.safetensors` of a folder: a tensor for each input and target of the model, by its name, with the
 *  samples as its first extent. Throws DataError when a file, or a tensor in it, is missing or does not fit the model, and
 *  SafetensorsError when it is damaged. */
export function tensorFolder(folder: string, spec: Pick<ModelSpec, 'inputs' | 'targets'>): Tables {
  const part = (file: string): Table => {
    const path = join(folder, file);
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      throw unreadable(path, error, `A folder of tensors has ${parts.train} and ${parts.test}.`);
    }
    return tableFrom(path, readSafetensors(bytes, path), [...spec.inputs, ...spec.targets]);
  };
  return { train: part(parts.train), test: part(parts.test) };
}

function tableFrom(
  path: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  wanted: readonly (readonly [string, TensorType])[],
): Table {
  const columns = wanted.map(([name, type]) => {
    const tensor = tensors.get(name);
    if (!tensor)
      throw new DataError(
        `${path} has no tensor '${name}', an input or target of the model; it has ${[...tensors.keys()].join(', ') || 'none'}.`,
      );
    return column(path, name, type, tensor);
  });
  const counts = wanted.map(([name]) => tensors.get(name)!.shape[0]!);
  const count = counts[0] ?? 0;
  const other = counts.findIndex((n) => n !== count);
  if (other >= 0)
    throw new DataError(
      `${path}: '${wanted[0]![0]}' has ${count} samples, but '${wanted[other]![0]}' has ${counts[other]}. They do not belong together.`,
    );
  if (count === 0) throw new DataError(`${path}: the data set is empty: its tensors have 0 samples.`);
  return { name: path, count, columns };
}

function column(path: string, name: string, type: TensorType, { shape, data }: StoredTensor): Column {
  const wanted = type.shape.slice(1) as number[];
  const [, ...of] = shape;
  if (shape.length === 0 || `${of}` !== `${wanted}`)
    throw new DataError(
      `${path}: '${name}' has the shape [${shape}], but the model takes ${showType(type)}: samples of [${wanted}]. Write it with the ` +
        'samples as its first extent.',
    );
  const isFloat = type.dtype === 'f32';
  const out = isFloat ? new Float32Array(data.length) : new Int32Array(data.length);
  for (let i = 0; i < out.length; i++) {
    const value = Number(data[i]!);
    out[i] = value;
    if (isFloat ? !Number.isFinite(value) : out[i] !== value)
      throw new DataError(
        `${path}: element ${i} of '${name}' is ${data[i]}, ${isFloat ? 'which would break the training' : 'which is no i32'}.`,
      );
  }
  return { name, data: out, shape: of, each: countAt(wanted, 1) };
}
