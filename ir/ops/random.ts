/** Random numbers: functions of a seed, a step and a place, the same bits on every backend and for any number of threads. */

import * as a from '../attr.ts';
import { defineOp } from '../define-op.ts';
import * as x from '../expr.ts';
import { type Op, typeError } from '../graph.ts';
import { polynomial } from '../polynomial.ts';
import { threefry } from '../threefry.ts';
import { i32, N, type Shape, showType, tensor } from '../type.ts';

type Random = Op<['seed', 'step'], { stream: number; shape: Shape }>;

/** `out[i] = f(⌊word / 2⁸⌋)`, with `word` the first of Threefry-2x32 for the key (seed, stream) and the counter (step, i), i the
 *  row-major place. */
const random = (name: string, doc: string, f: (bits: x.Expr) => x.Expr): Random =>
  defineOp({
    name,
    doc,
    operands: ['seed', 'step'],
    attrs: { stream: a.integer(0), shape: a.shape },
    rule: 'f32 of `shape`; seed and step are i32[].',
    example: [
      { seed: i32(), step: i32() },
      { stream: 0, shape: [N, 4] },
    ],
    infer({ seed, step }, { shape }) {
      for (const [operand, t] of Object.entries({ seed, step }))
        if (t.dtype !== 'i32' || t.shape.length > 0)
          throw typeError('dtype-mismatch', `${name}: ${operand} must be i32[], got ${showType(t)}`);
      return tensor('f32', shape);
    },
    compute({ seed, step }, at, { stream, shape }) {
      const index = shape.reduce<x.Expr>((i, d, k) => x.add(x.mul(i, x.size(d)), at[k] as x.Expr), x.int(0));
      const [word] = threefry([seed(), x.int(stream)], [step(), index]);
      return f(x.convert('f32', x.ushr(word, x.int(8))));
    },
    vjp: () => ({ seed: 'none', step: 'none' }),
  });

/** Uniform numbers k·2⁻²⁴ with 0 ≤ k < 2²⁴. */
export const randomUniform: Random = random(
  'random_uniform',
  'Uniform random numbers from 0 up to but not including 1, different for each seed, step, stream and position.',
  (bits) => x.mul(bits, x.num(2 ** -24)),
);

/** Normal numbers: √2·erfinv(v) with v = (2k + 1)·2⁻²⁴ − 1, evenly between -1 and 1. */
export const randomNormal: Random = random(
  'random_normal',
  'Normally distributed random numbers with mean 0 and variance 1, different for each seed, step, stream and position.',
  (bits) => x.mul(inverseErf(x.add(x.mul(bits, x.num(2 ** -23)), x.num(2 ** -24 - 1))), x.num(Math.SQRT2)),
);

// By polynomials in w = -ln(1 - v²): Giles, "Approximating the erfinv function" (GPU Computing Gems, 2011).
function inverseErf(v: x.Expr): x.Expr {
  const w = x.neg(x.log(x.mul(x.sub(x.num(1), v), x.add(x.num(1), v))));
  const near = [
    ...[1.50140941, 0.246640727, -4.17768164e-3, -1.25372503e-3, 2.1858087e-4, -4.39150654e-6, -3.5233877e-6],
    ...[3.43273939e-7, 2.81022636e-8],
  ];
  const far = [
    ...[2.83297682, 1.00167406, 9.43887047e-3, -7.6224613e-3, 5.73950773e-3, -3.67342844e-3, 1.34934322e-3],
    ...[1.00950558e-4, -2.00214257e-4],
  ];
  const at = (v: x.Expr, c: readonly number[]): x.Expr => polynomial(v, c.map(x.num));
  const p = x.select(x.lt(w, x.num(5)), at(x.sub(w, x.num(2.5)), near), at(x.sub(x.sqrt(w), x.num(3)), far));
  return x.mul(p, v);
}
