/** What data sets, samples and batches are: types alone. A sample is a list or a record of fields, or one field; a batch has the same
 *  form, with the fields of its samples stacked. */

/** The arrays that hold the elements of each type. `bool` is a byte, 0 or 1. */
export interface Arrays {
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  readonly i8: Int8Array;
  readonly i16: Int16Array;
  readonly i32: Int32Array;
  readonly i64: BigInt64Array;
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly u64: BigUint64Array;
  readonly bool: Uint8Array;
}
/** A type of elements, named as in a model's inputs. */
export type Dtype = keyof Arrays;
/** The arrays that hold the elements of fields. */
export type TypedArray = Arrays[Dtype] | Uint8ClampedArray;

/** Numbers with a shape: what a reader returns, what a transform takes and returns, and each field of a batch. */
export interface NdArray<D extends Dtype = Dtype> {
  /** The elements, row by row. */
  readonly data: Arrays[D];
  readonly shape: readonly number[];
  readonly dtype: D;
}

/** Lists of numbers, nested to any depth, all of one length at each depth. */
export type Nested = readonly (number | Nested)[];
/** A field of a sample. A number has the shape [], a typed array the shape [length]; `dtype` is that of the array unless given. Plain
 *  numbers, alone or nested, become i32 where they are whole in the first batch, and f32 otherwise. */
export type Field =
  | number
  | boolean
  | bigint
  | TypedArray
  | Nested
  | { readonly data: TypedArray; readonly shape: readonly number[]; readonly dtype?: Dtype };

/** Fields in a list, such as [x, y], or by name, or one field. */
export type Sample = readonly Field[] | { readonly [name: string]: Field } | Field;

/** The batch of samples of a type: a list for a list, a record for a record. */
export type Batch<S> = S extends number | boolean | bigint | TypedArray | { readonly data: TypedArray }
  ? NdArray
  : S extends readonly unknown[]
    ? { -readonly [K in keyof S]: NdArray }
    : { -readonly [K in keyof S]: NdArray };

/** A source of random numbers for one sample: the same for the same seed, epoch and index, whichever worker loads the sample. */
export interface SampleRandom {
  /** A whole number from 0 to 2^32 - 1. */
  bits(): number;
  /** A number from `from` up to but not including `to`; 0 and 1 unless given. */
  uniform(from?: number, to?: number): number;
  /** A whole number from 0 to n - 1. */
  below(n: number): number;
  /** A number of the normal distribution. */
  normal(): number;
}

/** The circumstances in which a sample is loaded. */
export interface SampleContext {
  /** The index that the loader asked for. */
  readonly index: number;
  readonly random: SampleRandom;
}

/** Samples by index. `get` may return a promise; the loader then loads the samples of a batch together. */
export interface Dataset<S = Sample> {
  /** The number of samples. */
  readonly length: number;
  /** The sample at an index from 0 to length - 1. A caller without a loader may leave `context` out. */
  get(index: number, context?: SampleContext): S | Promise<S>;
}

/** Samples in an order of their own, whose number may be unknown: an array, a generator, a stream. */
export type IterableDataset<S = Sample> = (Iterable<S> | AsyncIterable<S> | ReadableStream<S>) & {
  readonly length?: number;
};

/** The order of samples in an epoch, begun anew by each iteration. */
export interface Sampler {
  /** The number of indices in an epoch. */
  readonly length: number;
  [Symbol.iterator](): Iterator<number>;
  /** The generator that the order is drawn from, whose state a loader saves; for those who draw. */
  readonly generator?: StatefulGenerator | undefined;
}

/** The indices of each batch. */
export interface BatchSampler extends Omit<Sampler, typeof Symbol.iterator> {
  [Symbol.iterator](): Iterator<readonly number[]>;
}

/** A generator whose state can be saved. */
export interface StatefulGenerator {
  getState(): Uint8Array;
  setState(state: Uint8Array): unknown;
}

/** The position of a loader, as plain JSON. A loader of the same data and options that loads it continues with the same batches. */
export interface LoaderState {
  /** The epochs that were begun and finished. */
  readonly epoch: number;
  /** The batches of the current epoch that were handed out. */
  readonly batches: number;
  /** The states of the generators at the beginning of the current epoch, in base64. */
  readonly generators: readonly string[];
}

/** Batches, epoch by epoch: what training takes. */
export interface Batches<B = unknown> extends AsyncIterable<B> {
  /** The number of batches in an epoch, if known. */
  readonly length?: number | undefined;
  stateDict(): LoaderState;
  loadStateDict(state: LoaderState): void;
}
