/** What an op's definition says of one node: the element at each of its axes' indices, over buffers for its operands. */

import { type Axis, axis, type Buffer, type Expr, ix, load } from './expr.ts';
import { byName, type Node, typesOf } from './graph.ts';

export interface Equation {
  readonly e: Expr;
  /** One for each operand, called as the op calls it. */
  readonly buffers: readonly Buffer[];
  readonly axes: readonly Axis[];
}

export function equation(n: Node): Equation {
  const buffers = n.inputs.map((v, i): Buffer => ({ name: n.op.operands[i] as string, type: v.type }));
  const loads = byName(
    n.op.operands,
    buffers.map(
      (b) =>
        (...at: readonly Expr[]) =>
          load(b, at),
    ),
  );
  const axes = n.type.shape.map((d, i): Axis => axis(`i${i}`, d));
  return { e: n.op.compute(loads, axes.map(ix), n.attrs, typesOf(n.op, n.inputs), n.type), buffers, axes };
}
