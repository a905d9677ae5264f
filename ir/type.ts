/** Element types, shapes and tensor types. One dimension may be symbolic: the batch, written `N`. */

import { byteSize, type DType, isValueOf, type StoredType } from './dtype.ts';

export { byteSize, type DType, isValueOf, type StoredType };

/** `times`·N, a multiple of the symbolic batch. `[N,16,5,5]` flattened to rows of 16 has `{ times: 25 }` of them. */
export interface Batch {
  readonly times: number;
}
/** An extent: a number, or a multiple of the batch. */
export type Dim = number | Batch;
/** The extents of a tensor, outermost first. At most two are multiples of the batch, as where each sample meets each other. */
export type Shape = readonly Dim[];

/** The type of a tensor: its element type and its extents. */
export interface TensorType<D extends StoredType = DType> {
  readonly dtype: D;
  readonly shape: Shape;
}
/** The type of a buffer, which may store elements in another type than they are computed in. */
export type BufferType = TensorType<StoredType>;

/** The symbolic batch itself. */
export const N: Batch = Object.freeze({ times: 1 });

/** The type of a tensor. */
export const tensor = <D extends StoredType>(dtype: D, shape: Shape): TensorType<D> => ({ dtype, shape });
/** The type of an f32 tensor of these extents. */
export const f32 = (...shape: Dim[]): TensorType => tensor('f32', shape);
/** The type of an i32 tensor of these extents. */
export const i32 = (...shape: Dim[]): TensorType => tensor('i32', shape);

/** The most elements one tensor may have: addresses in bytes stay below 2³¹. */
export const maxElements = 2 ** 29;

/** The most dimensions of a tensor, each of which is a loop of a kernel. */
export const maxRank = 64;

/** True if an extent is a multiple of the batch. */
export const isBatch = (d: Dim): d is Batch => typeof d !== 'number';
/** The extent of a dimension that is not the batch. Throws a fault of the compiler if it is. */
export function fixed({ shape }: { readonly shape: Shape }, d: number): number {
  const extent = shape[d];
  if (typeof extent !== 'number') throw new Error(`dimension ${d} of [${shape.map(showDim)}] has no fixed extent`);
  return extent;
}

/** True if two extents are equal. */
export const sameDim = (a: Dim, b: Dim): boolean => (isBatch(a) ? isBatch(b) && a.times === b.times : a === b);
/** True if two shapes are equal. */
export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((d, i) => sameDim(d, b[i] as Dim));
/** True if two types are equal. */
export const sameType = (a: BufferType, b: BufferType): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape);

export const batch = (times: number): Dim => (times === 0 ? 0 : { times });

/** a·b, or null if both are symbolic: no buffer can have an extent of N². */
export function mulDim(a: Dim, b: Dim): Dim | null {
  if (isBatch(a)) return isBatch(b) ? null : batch(a.times * b);
  return isBatch(b) ? batch(a * b.times) : a * b;
}

/** a/b if that is a whole dimension, else null. */
export function divDim(a: Dim, b: Dim): Dim | null {
  if (sameDim(a, b) && a !== 0) return 1;
  if (isBatch(b)) return isBatch(a) && a.times % b.times === 0 ? a.times / b.times : null;
  if (b === 0) return null;
  if (isBatch(a)) return a.times % b === 0 ? batch(a.times / b) : null;
  return a % b === 0 ? a / b : null;
}

/** a+b, or null if only one is symbolic: there are no kernels for N+1. */
export function addDim(a: Dim, b: Dim): Dim | null {
  if (isBatch(a)) return isBatch(b) ? batch(a.times + b.times) : b === 0 ? a : null;
  return isBatch(b) ? (a === 0 ? b : null) : a + b;
}

/** The most extents of a shape that may be multiples of the batch. */
export const mostBatches = 2;

/** `times`·N^`power`: a number of elements. */
export interface Count {
  readonly times: number;
  readonly power: number;
}
/** The number of elements of a shape. */
export function elements(shape: Shape): Count {
  const times = shape.reduce<number>((p, d) => p * (isBatch(d) ? d.times : d), 1);
  return { times, power: times === 0 ? 0 : shape.filter(isBatch).length };
}
/** True if two shapes have equally many elements for every batch. */
export function sameElements(a: Shape, b: Shape): boolean {
  const [p, q] = [elements(a), elements(b)];
  return p.times === q.times && p.power === q.power;
}
/** The number of elements of a shape as an extent, or null for a multiple of N². */
export function elementsDim(shape: Shape): Dim | null {
  const { times, power } = elements(shape);
  return power === 0 ? times : power === 1 ? batch(times) : null;
}
/** a/b if that is an extent, else null. */
export function quotient(a: Count, b: Count): Dim | null {
  const [times, power] = [a.times / b.times, a.power - b.power];
  if (!Number.isInteger(times)) return null;
  return power === 0 ? times : power === 1 ? batch(times) : null;
}
/** A number of elements as text: `12`, `12N`, `N²`. */
export const showCount = ({ times, power }: Count): string =>
  power === 0 ? String(times) : `${times === 1 ? '' : times}N${power === 1 ? '' : '²'}`;

/** True if a tensor has no elements, whatever the batch. */
export const isEmpty = ({ shape }: { readonly shape: Shape }): boolean => shape.includes(0);

/** An extent for batch `n`. */
export const bindDim = (d: Dim, n: number): number => (isBatch(d) ? d.times * n : d);
/** A shape for batch `n`. */
export const bindShape = (shape: Shape, n: number): number[] => shape.map((d) => bindDim(d, n));
export const countAt = (shape: Shape, n: number): number => bindShape(shape, n).reduce((a, b) => a * b, 1);

export const showDim = (d: Dim): string => (isBatch(d) ? (d.times === 1 ? 'N' : `${d.times}N`) : String(d));
/** A shape as text: `[N,16]`. */
export const showShape = (shape: Shape): string => `[${shape.map(showDim).join(',')}]`;
/** A type as text: `f32[N,16]`. */
export const showType = (t: BufferType): string => `${t.dtype}${showShape(t.shape)}`;
