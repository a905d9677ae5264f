/** Helpers for the dimensions that a reduction removes: checks and indices. */

import * as x from '../expr.ts';
import { typeError } from '../graph.ts';
import { type Shape, showType, type TensorType } from '../type.ts';

export type Dims = { dims: readonly number[] };
export const reducedRule = 'x without the dimensions `dims`, each of which is one of its own; x is f32 or i32.';

/** The remaining dimensions. */
export const kept = (rank: number, dims: readonly number[]): number[] =>
  Array.from({ length: rank }, (_, d) => d).filter((d) => !dims.includes(d));

/** The shape without `dims`. Throws if these are not dimensions of the type. */
export function check(name: string, t: TensorType, dims: readonly number[]): Shape {
  if (t.dtype !== 'f32' && t.dtype !== 'i32')
    throw typeError('dtype-mismatch', `${name}: needs an f32 or i32 tensor, got ${showType(t)}`, 'convert it first');
  const wrong = dims.find((d, i) => !Number.isInteger(d) || d < 0 || d >= t.shape.length || dims.indexOf(d) !== i);
  if (wrong !== undefined)
    throw typeError('bad-dim', `${name}: dimension ${wrong} is not one of ${showType(t)}, or is named twice`);
  return kept(t.shape.length, dims).map((d) => t.shape[d] as never);
}

/** The operand's index from the indices of the result and the axes of the reduction. */
export function interleave(
  rank: number,
  dims: readonly number[],
  at: readonly x.Expr[],
  axes: readonly x.Axis[],
): x.Expr[] {
  const outer = at.values();
  return Array.from({ length: rank }, (_, d) => {
    const r = dims.indexOf(d);
    return r < 0 ? (outer.next().value as x.Expr) : x.ix(axes[r] as x.Axis);
  });
}
/** The axes of a reduction. */
export const axesOf = (t: TensorType, dims: readonly number[]): x.Axis[] =>
  dims.map((d) => x.axis(`r${d}`, t.shape[d] as never));
