/** Cubic convolution. */

import type { Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';

const a = -0.75;
/** The factors of the four elements around a point, which is `t` after the second: Keys 1981, with PyTorch's a of -3/4. */
export function cubicWeights(t: Value): readonly Value[] {
  const of = (value: number): Value => ir.fullLike(t, value);
  // ((a + 2)·x - (a + 3))·x·x + 1 within a distance of 1.
  const near = (x: Value): Value => ir.add(ir.mul(ir.mul(ir.sub(ir.mul(of(a + 2), x), of(a + 3)), x), x), of(1));
  // ((a·x - 5a)·x + 8a)·x - 4a from 1 to 2.
  const far = (x: Value): Value =>
    ir.sub(ir.mul(ir.add(ir.mul(ir.sub(ir.mul(of(a), x), of(5 * a)), x), of(8 * a)), x), of(4 * a));
  const rest = ir.sub(of(1), t);
  return [far(ir.add(t, of(1))), near(t), near(rest), far(ir.add(rest, of(1)))];
}
