/** Values that an op scatters to positions chosen by data, such as the gradient of a max pool: almost all elements are
 *  zero. A sum that reads such a value equals a sum over the scattered values:
 *
 *      Σ_K f(K) · Σ_S [at(S) = K] · v(S)  =  Σ_S f(at(S)) · v(S)
 *
 *  so that the zeros are neither stored nor read. */

import { Bounds } from '../ir/analysis/bounds.ts';
import { equation } from '../ir/analysis/equation.ts';
import { constant } from '../ir/analysis/linear.ts';
import { upsert } from '../ir/collections.ts';
import type { Axis, Buffer, Expr } from '../ir/expr.ts';
import * as x from '../ir/expr.ts';
import { byName, type Load, type Node, type Scatter, typesOf, type Value } from '../ir/graph.ts';
import { isScan } from '../ir/scan.ts';
import { type Dim, isEmpty, sameDim } from '../ir/type.ts';

/** A node's equation as a scatter of its operands, over these reads of them. */
export const scatterBy = (n: Node, loads: readonly Load[]): Scatter | undefined =>
  n.op.scatter?.(byName(n.op.operands, loads), n.attrs, typesOf(n.op, n.inputs), n.type);

const loadsOf = (buffers: readonly Buffer[]): Load[] =>
  buffers.map(
    (b) =>
      (...at) =>
        x.load(b, at),
  );

/** If the elements of an integer value are bounded by its equation to 0 … n − 1, n, as for positions in a window; else
 *  null. */
export function valuesCount(v: Value): number | null {
  if (v.kind !== 'node' || isScan(v) || (v.type.dtype !== 'u8' && v.type.dtype !== 'i32')) return null;
  const { e, axes } = equation(v);
  const bounds = new Bounds(batchLimit);
  for (const a of axes) bounds.bind(a, constant(0), bounds.form(x.size(a.extent)), 1);
  return bounds.count(e);
}
/** Larger than any batch. */
const batchLimit = 2 ** 31;

const forms = new WeakMap<Node, { readonly form: Scatter | null }>();
/** True if a node scatters its operands to positions that all lie inside the result. */
export function isScatter(n: Node): boolean {
  return (
    upsert(forms, n, () => {
      if (!n.op.scatter || isEmpty(n.type) || n.inputs.some((v) => isEmpty(v.type))) return { form: null };
      const { buffers: operands } = equation(n);
      const form = scatterBy(n, loadsOf(operands)) as Scatter;
      const counts = n.inputs.map((v, i) => [operands[i] as Buffer, valuesCount(v)] as const);
      const buffers = new Map(counts.flatMap(([b, count]) => (count === null ? [] : [[b, count] as const])));
      const bounds = new Bounds(batchLimit, { buffers });
      for (const a of form.over) bounds.bind(a, constant(0), bounds.form(x.size(a.extent)), 1);
      const inside = form.at.every((e, d) => bounds.isIndex(e, x.size(n.type.shape[d] as Dim), []) === 'yes');
      return { form: inside ? form : null };
    }).form !== null
  );
}

const gathering = new WeakMap<Node, { readonly operand: number | null }>();
/** The operand that a node's equation sums up, if it is scattered: the sum can then range over the scattered values. */
export function gatheredOperand(n: Node): number | null {
  return upsert(gathering, n, () => {
    if (isScan(n)) return { operand: null };
    for (const [i, v] of n.inputs.entries()) {
      if (v.kind !== 'node' || !isScatter(v) || n.inputs.indexOf(v) !== n.inputs.lastIndexOf(v)) continue;
      const { e: sum, buffers } = equation(n);
      const by = scatterBy(v, loadsOf(equation(v).buffers)) as Scatter;
      if (gathered(sum, buffers[i] as Buffer, by)) return { operand: i };
    }
    return { operand: null };
  }).operand;
}

/** A sum over elements of `from` as a sum over the values scattered there; null if it is no such sum, or does not read
 *  each position exactly once. */
export function gathered(sum: Expr, from: Buffer, by: Scatter): Expr | null {
  if (sum.kind !== 'reduce' || sum.fn !== 'add') return null;
  const read = factor(sum.body, from);
  if (!read) return null;
  // Positions given by the sum's own axes stay; those chosen by data are summed over.
  const points = new Map<Axis, Expr>();
  const summed = new Map<number, Axis>();
  for (const [d, place] of by.at.entries()) {
    const index = read[d] as Expr;
    if (place.kind === 'axis' && !points.has(place.axis)) points.set(place.axis, index);
    else if (index.kind === 'axis' && sum.over.includes(index.axis)) summed.set(d, index.axis);
    else return null;
  }
  for (const [d, a] of summed) {
    const whole = sameDim(a.extent, from.type.shape[d] as Dim);
    if (!whole || read.some((index, other) => other !== d && x.freeAxes(index).has(a))) return null;
  }
  if (summed.size === 0) return null;
  const fresh = by.over.filter((a) => !points.has(a)).map((a) => ({ ...a }));
  for (const [i, a] of by.over.filter((p) => !points.has(p)).entries()) points.set(a, x.ix(fresh[i] as Axis));
  const places = new Map([...summed].map(([d, a]) => [a, x.substitute(by.at[d] as Expr, points)]));
  const value = x.substitute(by.value, points);
  const body = x.mapExpr(sum.body, (e) => (e.kind === 'load' && e.buffer === from ? value : e));
  const gone = new Set(summed.values());
  const first = sum.over.findIndex((a) => gone.has(a));
  const over = sum.over.flatMap((a, i) => (i === first ? fresh : gone.has(a) ? [] : [a]));
  return x.reduce('add', over, x.substitute(body, places));
}

/** The index at which `e` reads `from`, if `e` is that element times other factors. */
export function factor(e: Expr, from: Buffer): readonly Expr[] | null {
  const reads = (p: Expr): boolean => x.some(p, (q) => q.kind === 'load' && q.buffer === from);
  if (e.kind === 'load') return e.buffer === from && !e.at.some(reads) ? e.at : null;
  if (e.kind === 'unary' && e.fn === 'neg') return factor(e.x, from);
  if (e.kind !== 'binary' || e.fn !== 'mul') return null;
  if (!reads(e.b)) return factor(e.a, from);
  return reads(e.a) ? null : factor(e.b, from);
}
