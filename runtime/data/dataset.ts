/** Data sets: arrays in memory, and parts, chains and maps of other data sets. */
import { kindOf } from '../check.ts';
import { defaultGenerator, type Generator } from '../random.ts';
import { arrayOf, dtypeOf, elementsOf, isTypedArray } from './dtypes.ts';
import { DataError } from './error.ts';
import { type Parts, portable } from './portable.ts';
import type { Dataset, Dtype, NdArray, Sample, SampleContext, TypedArray } from './types.ts';

/** A tensor for a TensorDataset: a typed array with one number for each sample, or `{ data, shape }`. */
export type TensorLike =
  | TypedArray
  | { readonly data: TypedArray; readonly shape: readonly number[]; readonly dtype?: Dtype };

/** Tensors of equal first extent: sample i is the list of their rows i, views without a copy; a tensor of one extent has numbers of its
 *  element type. Throws DataError when the tensors differ in their number of samples. */
export class TensorDataset<T extends readonly TensorLike[]> implements Dataset<{ [K in keyof T]: NdArray }> {
  readonly tensors: readonly NdArray[];
  readonly length: number;

  constructor(...tensors: T) {
    this.tensors = tensors.map((tensor, i) => tensorOf(tensor, `TensorDataset: tensor ${i}`));
    const lengths = this.tensors.map(({ shape }) => shape[0]!);
    this.length = lengths[0] ?? 0;
    if (tensors.length === 0) throw new DataError('TensorDataset: give it at least one tensor.');
    if (lengths.some((length) => length !== this.length))
      throw new DataError(
        `TensorDataset: the tensors have ${lengths.join(', ')} samples. The first extent of each must be the same.`,
      );
  }

  get(index: number): { [K in keyof T]: NdArray } {
    checkIndex(index, this.length);
    return this.tensors.map(({ data, shape, dtype }) => {
      const each = data.length / this.length;
      return { data: data.subarray(index * each, (index + 1) * each), shape: shape.slice(1), dtype };
    }) as never;
  }
  [portable](): Parts {
    return ['TensorDataset', ...this.tensors];
  }
}

/** A typed array or `{ data, shape }` as an array of at least one extent. Throws DataError for anything else. */
export function tensorOf(tensor: TensorLike, what: string): NdArray {
  const isBare = isTypedArray(tensor);
  const data = isBare ? tensor : (tensor as { data?: TypedArray } | null)?.data;
  const own = dtypeOf(data);
  if (!data || !own)
    throw new DataError(`${what} must be a typed array, or { data, shape }, but it is ${kindOf(tensor)}.`);
  const { shape = [data.length], dtype = own } = isBare ? {} : (tensor as Partial<NdArray>);
  if (shape.length === 0 || elementsOf(shape) !== data.length)
    throw new DataError(`${what} has ${data.length} values, which do not fill its shape, [${shape}].`);
  if (arrayOf[dtype]?.BYTES_PER_ELEMENT !== data.BYTES_PER_ELEMENT)
    throw new DataError(`${what} says that it is ${dtype}, but its data are ${kindOf(data)}.`);
  return { data: data as never, shape, dtype };
}

/** Throws DataError unless there is a sample at the index. */
export function checkIndex(index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return;
  throw new DataError(`there is no sample ${index}: there are ${length}, counted from 0.`);
}

/** The samples of another data set at the given indices, in that order. */
export class Subset<S> implements Dataset<S> {
  readonly dataset: Dataset<S>;
  readonly indices: ArrayLike<number>;

  constructor(dataset: Dataset<S>, indices: ArrayLike<number>) {
    [this.dataset, this.indices] = [dataset, indices];
  }
  get length(): number {
    return this.indices.length;
  }
  get(index: number, context?: SampleContext): S | Promise<S> {
    checkIndex(index, this.length);
    return this.dataset.get(this.indices[index]!, context);
  }
  [portable](): Parts {
    return ['Subset', this.dataset, this.indices];
  }
}

/** Data sets one after another. */
export class ConcatDataset<S> implements Dataset<S> {
  readonly datasets: readonly Dataset<S>[];
  /** The number of samples up to and with each. */
  readonly cumulativeSizes: readonly number[];

  constructor(datasets: Iterable<Dataset<S>>) {
    this.datasets = [...datasets];
    let sum = 0;
    this.cumulativeSizes = this.datasets.map(({ length }) => {
      sum += length;
      return sum;
    });
    if (this.datasets.length === 0) throw new DataError('ConcatDataset: give it at least one data set.');
  }
  get length(): number {
    return this.cumulativeSizes.at(-1)!;
  }
  get(index: number, context?: SampleContext): S | Promise<S> {
    checkIndex(index, this.length);
    const which = this.cumulativeSizes.findIndex((size) => index < size);
    return this.datasets[which]!.get(index - (this.cumulativeSizes[which - 1] ?? 0), context);
  }
  [portable](): Parts {
    return ['ConcatDataset', this.datasets];
  }
}

/** The samples of another data set, each through a function. `context.random` draws the same numbers for a sample of an epoch whoever
 *  loads it. */
export class MapDataset<S, T = S> implements Dataset<T> {
  readonly dataset: Dataset<S>;
  readonly fn: (sample: S, context?: SampleContext) => T | Promise<T>;

  constructor(dataset: Dataset<S>, fn: (sample: S, context?: SampleContext) => T | Promise<T>) {
    [this.dataset, this.fn] = [dataset, fn];
  }
  get length(): number {
    return this.dataset.length;
  }
  get(index: number, context?: SampleContext): T | Promise<T> {
    const sample = this.dataset.get(index, context);
    return sample instanceof Promise ? sample.then((s) => this.fn(s, context)) : this.fn(sample, context);
  }
}

/** Random parts of a data set, of the given lengths, or of fractions that add up to 1; what rounding leaves goes to the first parts in
 *  turn. The parts are those of torch.utils.data.random_split. Throws DataError when the lengths do not add up. */
export function randomSplit<S = Sample>(
  dataset: Dataset<S>,
  lengths: readonly number[],
  generator: Generator = defaultGenerator,
): Subset<S>[] {
  const count = dataset.length;
  const sum = lengths.reduce((total, length) => total + length, 0);
  let sizes = [...lengths];
  if (Math.abs(sum - 1) <= 1e-9 && lengths.every((length) => length >= 0 && length <= 1)) {
    sizes = lengths.map((fraction) => Math.floor(count * fraction));
    const left = count - sizes.reduce((total, size) => total + size, 0);
    for (let i = 0; i < left; i++) sizes[i % sizes.length]!++;
  } else if (sum !== count || !lengths.every((length) => Number.isInteger(length) && length >= 0))
    throw new DataError(
      `randomSplit: lengths of ${lengths.join(', ')} do not split ${count} samples: they must add up to ${count}, or be fractions ` +
        'that add up to 1.',
    );
  const order = generator.permutation(count);
  let at = 0;
  return sizes.map((size) => {
    at += size;
    return new Subset(dataset, order.subarray(at - size, at));
  });
}
