/** The equation of one node: its element at given indices, over a buffer for each operand. */

import { valueType } from '../dtype.ts';
import { type Axis, axis, type Buffer, constant, type Expr, ix, load } from '../expr.ts';
import { byName, type Node, typesOf } from '../graph.ts';
import { isEmpty } from '../type.ts';

export interface Equation {
  readonly e: Expr;
  /** One for each operand, under its name in the op. */
  readonly buffers: readonly Buffer[];
  readonly axes: readonly Axis[];
}

/** An element of a buffer. For a buffer without elements, which is never read, any constant will do. */
export const elementOf = (b: Buffer, at: readonly Expr[]): Expr =>
  isEmpty(b.type) ? constant(0, valueType(b.type.dtype)) : load(b, at);

/** The element of a node's result at an index, over the elements of its operands. */
export const elementAt = (
  n: Node,
  operands: readonly ((...at: readonly Expr[]) => Expr)[],
  at: readonly Expr[],
): Expr => n.op.compute(byName(n.op.operands, operands), at, n.attrs, typesOf(n.op, n.inputs), n.type);

export function equation(n: Node): Equation {
  const buffers = n.inputs.map((v, i): Buffer => ({ name: n.op.operands[i] as string, type: v.type }));
  const loads = buffers.map(
    (b) =>
      (...at: readonly Expr[]) =>
        elementOf(b, at),
  );
  const axes = n.type.shape.map((d, i): Axis => axis(`i${i}`, d));
  return { e: elementAt(n, loads, axes.map(ix)), buffers, axes };
}
