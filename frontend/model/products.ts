/** Products of matrices and vectors, and convolutions, of floats and of integers. */

import type { Value } from '../../ir/graph.ts';
import * as ir from '../../ir/ops/index.ts';
import { type Dim, elementsDim, type Shape, sameDim, showDim } from '../../ir/type.ts';
import { commonShape, spreadTo, viewAs } from './broadcast.ts';
import { indicesOf } from './dims.ts';
import { wrongRank } from './promote.ts';
import { called, involved, userError } from './trace.ts';

/** How the windows of a convolution lie, outer dimensions first. */
export interface Windows {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

/** The matrix product over the last two dimensions, as torch.matmul. Throws for a scalar operand, and if the shapes do not
 *  match. */
export function matmul(a: Value, b: Value): Value {
  for (const v of [a, b])
    if (v.type.shape.length === 0) throw wrongRank('matrices or vectors', v, 'multiply by a scalar with mul');
  const [rowOnly, columnOnly] = [a.type.shape.length === 1, b.type.shape.length === 1];
  const x = rowOnly ? viewAs(a, [1, ...a.type.shape]) : a;
  const y = columnOnly ? viewAs(b, [...b.type.shape, 1]) : b;
  const out = y.type.shape.length === 2 ? rowsByMatrix(x, y) : stacksOfMatrices(x, y);
  const kept = out.type.shape.filter((_, d) => {
    const fromLast = out.type.shape.length - d;
    return !(fromLast === 2 ? rowOnly : fromLast === 1 && columnOnly);
  });
  return viewAs(out, kept);
}

/** As `matmul`, of operands of these ranks alone: torch.mm, mv, dot and bmm. */
export function strict(a: Value, b: Value, [first, second]: readonly [number, number]): Value {
  const words = ['a scalar', 'a vector', 'a matrix', 'matrices [B,I,J]'];
  for (const [v, rank] of [
    [a, first],
    [b, second],
  ] as const)
    if (v.type.shape.length !== rank)
      throw wrongRank(words[rank] as string, v, 'matmul takes vectors, matrices and stacks of them alike');
  if (first === 3 && !sameDim(a.type.shape[0] as Dim, b.type.shape[0] as Dim))
    throw userError(
      'shape-mismatch',
      `${called()}: stacks of ${showDim(a.type.shape[0] as Dim)} and ${showDim(b.type.shape[0] as Dim)} matrices`,
      { notes: involved({ a, b }), help: 'matmul broadcasts' },
    );
  return matmul(a, b);
}

/** A stack of matrices times one matrix, as the product of all their rows with it. */
function rowsByMatrix(x: Value, y: Value): Value {
  if (x.type.shape.length === 2) return productOf(x, y);
  const rows = x.type.shape.slice(0, -1);
  const joined = elementsDim(rows);
  if (joined === null) return stacksOfMatrices(x, y);
  const out = productOf(viewAs(x, [joined, x.type.shape.at(-1) as Dim]), y);
  return viewAs(out, [...rows, y.type.shape[1] as Dim]);
}

function stacksOfMatrices(x: Value, y: Value): Value {
  const lead = commonShape(x, y, 2);
  return productOf(
    spreadTo(x, [...lead, ...x.type.shape.slice(-2)]),
    spreadTo(y, [...lead, ...y.type.shape.slice(-2)]),
  );
}

/** The product of two stacks of matrices whose leading dimensions agree. */
const productOf = (a: Value, b: Value): Value =>
  a.type.dtype === 'i32' && b.type.dtype === 'i32' ? wholeProduct(a, b) : ir.matmul(a, b);

/** Σₖ aᵢₖ·bₖⱼ of integers, exact modulo 2^32: a sum of products, because the matmul op is for floats. */
function wholeProduct(a: Value, b: Value): Value {
  const lead = a.type.shape.slice(0, -2);
  const [m, k] = a.type.shape.slice(-2) as [Dim, Dim];
  const [inner, n] = b.type.shape.slice(-2) as [Dim, Dim];
  if (!sameDim(k, inner))
    throw userError('shape-mismatch', `${called()}: inner dimensions differ: ${showDim(k)} and ${showDim(inner)}`, {
      notes: involved({ a, b }),
    });
  const shape = [...lead, m, k, n];
  const rank = shape.length;
  const all = lead.map((_, d) => d);
  const left = ir.broadcast(a, { shape, dims: [...all, rank - 3, rank - 2] });
  const right = ir.broadcast(b, { shape, dims: [...all, rank - 2, rank - 1] });
  return ir.reduceSum(ir.mul(left, right), { dims: [rank - 2] });
}

/** The cross-correlation of images with kernels, as torch.conv2d without its bias, of any rank. Throws if they do not fit each
 *  other. */
export const convolution = (rank: ir.Rank, x: Value, w: Value, windows: Windows): Value =>
  x.type.dtype === 'i32' && w.type.dtype === 'i32'
    ? wholeConvolution(rank, x, w, windows)
    : ir.convolutionsOf(rank).conv(x, w, windows);

/** The convolution of integers, exact modulo 2^32: the sum over the places of a kernel, each a product of every `stride`-th
 *  pixel with the weights there. */
function wholeConvolution(rank: ir.Rank, x: Value, w: Value, windows: Windows): Value {
  const { stride, padding, dilation, groups } = windows;
  const floats = ir.convolutionsOf(rank).conv(ir.convert(x, { to: 'f32' }), ir.convert(w, { to: 'f32' }), windows);
  const [n, o, ...counts] = floats.type.shape as [Dim, number, ...number[]];
  const [, perGroup, ...kernel] = w.type.shape as readonly number[] as [number, number, ...number[]];
  const edges = [0, 0, ...padding];
  const all = (value: number): number[] => counts.map(() => value);
  const padded = ir.pad(x, { low: edges, high: edges, interior: [0, 0, ...all(0)], value: 0 });
  const shape: Shape = [n, groups, o / groups, perGroup, ...counts];
  const at = (taps: readonly number[]): Value => {
    const pixels = ir.slice(padded, {
      starts: [0, 0, ...taps.map((i, d) => i * dilation[d]!)],
      steps: [1, 1, ...stride],
      shape: [n, groups * perGroup, ...counts],
    });
    const weights = ir.slice(w, { starts: [0, 0, ...taps], steps: [1, 1, ...all(1)], shape: [o, perGroup, ...all(1)] });
    const spread = ir.mul(
      ir.broadcast(viewAs(pixels, [n, groups, perGroup, ...counts]), {
        shape,
        dims: [0, 1, 3, ...counts.map((_, d) => d + 4)],
      }),
      ir.broadcast(viewAs(weights, [groups, o / groups, perGroup]), { shape, dims: [1, 2, 3] }),
    );
    return viewAs(ir.reduceSum(spread, { dims: [3] }), [n, o, ...counts]);
  };
  return indicesOf(kernel)
    .map(at)
    .reduce((sum, place) => ir.add(sum, place));
}
