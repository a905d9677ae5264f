/** Kernels that start from zeros and add one point after another to the elements that data choose. */

import { valueType } from '../../ir/dtype.ts';
import type { Buffer } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import type { Group, Node, Value } from '../../ir/graph.ts';
import { addTo, type Kernel, nest, store } from '../../ir/kernel.ts';
import { pointsOf } from '../points.ts';
import { storageIn } from './group.ts';
import { axesOf } from './names.ts';
import { finished } from './tidy.ts';

/** The kernel of a group lowered point by point. The loops over other dimensions are around all, as what they compute is
 *  independent: lanes and threads are made of them. */
export function lowerPoints(name: string, group: Group, stored: ReadonlyMap<Value, Buffer>): Kernel {
  const root = group.roots[0] as Node;
  const stores = storageIn(group, stored);
  const p = pointsOf(root, (v) => {
    const b = stores(v);
    if (!b) throw new Error(`${root.op.name}: an operand is not stored`);
    return b;
  });
  if (!p) throw new Error(`${root.op.name}: its points have changed`);
  const to = stored.get(root) as Buffer;
  const zero = x.constant(0, valueType(to.type.dtype));
  const rows = axesOf(to.type.shape);
  const isPlane = p.at.map((e) => e.kind === 'axis');
  const zeroAt = p.at.map((e, d) => (isPlane[d] ? e : x.ix(rows[d] as x.Axis)));
  const clear = nest(
    rows.filter((_, d) => !isPlane[d]),
    [store(to, zeroAt, zero)],
  );
  const add = nest(p.points, [addTo(to, p.at, x.select(p.inside, p.value, zero))]);
  return finished(name, nest(p.plane, [...clear, ...add]), root.loc ? [root.loc] : []);
}
