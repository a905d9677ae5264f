import { defineOp } from '../define-op.ts';
import * as x from '../expr.ts';
import { type Op, typeError, type Value } from '../graph.ts';
import { type Dim, f32, N, sameDim, sameShape, showDim, showType, tensor } from '../type.ts';
import { permute } from './movement.ts';

/** Matrix product over leading batch dimensions: `out[…,i,j] = Σ_k a[…,i,k]·b[…,k,j]`.
 *  `a: f32[…,m,k]`, `b: f32[…,k,n]` → `f32[…,m,n]`; the leading dimensions must be equal. */
export const matmul: Op<['a', 'b']> = defineOp({
  name: 'matmul',
  doc: 'The matrix product of the last two dimensions, for each index of the leading ones.',
  operands: ['a', 'b'],
  attrs: {},
  rule: 'f32[…,m,n] of a: f32[…,m,k] and b: f32[…,k,n]; the leading dimensions are equal.',
  example: [{ a: f32(N, 8), b: f32(8, 4) }, {}],

  infer({ a, b }) {
    if (a.dtype !== 'f32' || b.dtype !== 'f32')
      throw typeError('dtype-mismatch', `matmul: needs f32 matrices, got ${showType(a)} and ${showType(b)}`);
    const rank = a.shape.length;
    if (rank < 2 || b.shape.length !== rank)
      throw typeError(
        'shape-mismatch',
        `matmul: needs two matrices of one rank, got ${showType(a)} and ${showType(b)}`,
      );
    const [m, ka] = a.shape.slice(-2) as [Dim, Dim];
    const [kb, n] = b.shape.slice(-2) as [Dim, Dim];
    if (!sameDim(ka, kb))
      throw typeError(
        'shape-mismatch',
        `matmul: inner dimensions differ: ${showDim(ka)} and ${showDim(kb)}`,
        `the last dimension of a must be the last but one of b: f32[…,${showDim(ka)}] goes with f32[${showDim(ka)},…]`,
      );
    const lead = a.shape.slice(0, -2);
    if (!sameShape(lead, b.shape.slice(0, -2)))
      throw typeError('shape-mismatch', `matmul: leading dimensions differ: ${showType(a)} and ${showType(b)}`);
    return tensor('f32', [...lead, m, n]);
  },

  compute({ a, b }, at, _attrs, types) {
    const [lead, [i, j]] = [at.slice(0, -2), at.slice(-2) as [x.Expr, x.Expr]];
    const k = x.axis('k', types.a.shape.at(-1) as Dim);
    return x.sum([k], x.mul(a(...lead, i, x.ix(k)), b(...lead, x.ix(k), j)));
  },

  // C = A·B  ⇒  dA = dC·Bᵀ, dB = Aᵀ·dC
  vjp({ a, b }, g) {
    return { a: matmul(g, transposed(b)), b: matmul(transposed(a), g) };
  },
});

/** Exchanges the last two dimensions. */
export function transposed(v: Value): Value {
  const rank = v.type.shape.length;
  const perm = Array.from({ length: rank }, (_, d) => (d < rank - 2 ? d : 2 * rank - 3 - d));
  return permute(v, { perm });
}
