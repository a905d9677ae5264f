/** The element types of samples and batches, and the arrays that hold them. */
import type { Arrays, Dtype, TypedArray } from './types.ts';

type ArrayOf<D extends Dtype> = {
  new (length: number): Arrays[D];
  new (buffer: ArrayBufferLike, offset: number, length: number): Arrays[D];
  readonly BYTES_PER_ELEMENT: number;
  readonly name: string;
};

/** The array of each element type. */
export const arrayOf: { readonly [D in Dtype]: ArrayOf<D> } = {
  f32: Float32Array,
  f64: Float64Array,
  i8: Int8Array,
  i16: Int16Array,
  i32: Int32Array,
  i64: BigInt64Array,
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  u64: BigUint64Array,
  bool: Uint8Array,
};

const dtypes = new Map<string, Dtype>([
  ...(Object.keys(arrayOf) as Dtype[]).filter((d) => d !== 'bool').map((d) => [arrayOf[d].name, d] as const),
  ['Uint8ClampedArray', 'u8'],
]);

/** The element type of a typed array, or undefined for anything else. By name, as arrays of another realm are typed arrays too. */
export const dtypeOf = (data: unknown): Dtype | undefined =>
  ArrayBuffer.isView(data) ? dtypes.get(Object.prototype.toString.call(data).slice(8, -1)) : undefined;

export const isTypedArray = (data: unknown): data is TypedArray => dtypeOf(data) !== undefined;

export const isBig = (dtype: Dtype): dtype is 'i64' | 'u64' => dtype === 'i64' || dtype === 'u64';

/** The number of elements of a shape. */
export const elementsOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);
