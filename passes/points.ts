/** Results as sums of points, each of which is added to an element that data choose, as in the gradient of an embedding:
 *
 *      out[v, d] = Σ_p [index[p] = v] · g[p, d]        reads every point for every row
 *      out[index[p], d] += g[p, d]                     reads every point once, in the order of p
 *
 *  Points are added one after another, so that the bits of a sum depend on no thread: what runs at the same time are the
 *  elements along the other dimensions, here d. */

import { upsert } from '../ir/collections.ts';
import type { Axis, Buffer, Expr } from '../ir/expr.ts';
import * as x from '../ir/expr.ts';
import type { Load, Node, Value } from '../ir/graph.ts';
import { isGrid, type Target } from '../ir/target.ts';
import { bindDim, countAt, type Dim, isEmpty, sameDim } from '../ir/type.ts';
import { equationOf } from './access.ts';
import { scatterBy } from './scatter.ts';

/** `out[at] += value`, for all of `plane` and `points`, where `inside` holds. */
export interface Points {
  /** Axes that are an index of the result by themselves, in the order of its dimensions. */
  readonly plane: readonly Axis[];
  readonly points: readonly Axis[];
  /** The index in the result, made to lie in it whatever the data are. */
  readonly at: readonly Expr[];
  readonly inside: Expr;
  readonly value: Expr;
}

/** The points of a node's result, over the buffers of its operands; null if it has none. */
export function pointsOf(n: Node, bufferOf: (v: Value) => Buffer): Points | null {
  if (!n.op.scatter || isEmpty(n.type) || n.inputs.some((v) => isEmpty(v.type))) return null;
  const loads = n.inputs.map((v): Load => {
    const b = bufferOf(v);
    return (...at) => x.load(b, at);
  });
  const form = scatterBy(n, loads);
  if (!form) return null;
  const { shape } = n.type;
  const isWhole = (e: Expr, d: number): boolean =>
    e.kind === 'axis' &&
    sameDim(e.axis.extent, shape[d] as Dim) &&
    form.at.every((o, i) => i === d || o.kind === 'load' || !x.freeAxes(o).has(e.axis));
  if (!form.at.every((e, d) => e.kind === 'load' || isWhole(e, d))) return null;
  if (!form.at.some((e) => e.kind === 'load')) return null;
  const plane = form.at.flatMap((e) => (e.kind === 'axis' ? [e.axis] : []));
  const chosen = form.at.flatMap((e, d) =>
    e.kind === 'load' ? [{ e, last: x.sub(x.size(shape[d] as Dim), x.int(1)) }] : [],
  );
  return {
    plane,
    points: form.over.filter((a) => !plane.includes(a)),
    at: form.at.map((e, d) =>
      e.kind === 'load' ? x.max(x.int(0), x.min(e, x.sub(x.size(shape[d] as Dim), x.int(1)))) : e,
    ),
    inside: x.all(...chosen.flatMap(({ e, last }) => [x.ge(e, x.int(0)), x.le(e, last)])),
    value: form.value,
  };
}

const work = new WeakMap<Node, { readonly points: number; readonly plane: number } | null>();
/** The points for one element of the plane, and its size, at a batch of 1; null if a node has none. */
function workOf(n: Node): { readonly points: number; readonly plane: number } | null {
  return upsert(work, n, () => {
    const p = pointsOf(n, (v) => ({ name: 'operand', type: v.type }));
    const size = (axes: readonly Axis[]): number => axes.reduce((c, a) => c * bindDim(a.extent, 1), 1);
    return p && { points: size(p.points), plane: size(p.plane) };
  });
}

/** True if adding points is less work on a target than gathering each element from all of them. */
export function addsPoints(n: Node, target: Target): boolean {
  const of = workOf(n);
  if (!of) return false;
  const count = countAt(n.type.shape, 1);
  const gathered = count * Math.min(equationOf(n).trips, of.points);
  if (!isGrid(target)) return of.points * of.plane + count <= gathered;
  // An invocation for each element of the plane reads, adds and writes in turn, where each would only read otherwise.
  const most = target.workgroup.wanted * target.workgroup.usual;
  const steps = (total: number, apart: number): number => total / Math.min(most, apart);
  const turns = target.workgroup.cost.far * of.points * of.plane + count;
  return steps(turns, of.plane) <= steps(gathered, count);
}
