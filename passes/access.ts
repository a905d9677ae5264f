/** How an op's equation reads its operands: the basis of fusion. */

import { equation } from '../ir/analysis/equation.ts';
import { numbering, upsert } from '../ir/collections.ts';
import { type Axis, children, type Expr } from '../ir/expr.ts';
import type { Node } from '../ir/graph.ts';
import { Interner } from '../ir/interner.ts';
import { binaries, unaries } from '../ir/scalar.ts';
import { isScan } from '../ir/scan.ts';
import { type Dim, elements, isBatch, sameShape } from '../ir/type.ts';

/** `same`: at the result's own index. `row`: at a prefix of it, so that one value serves a whole row. `other`:
 *  anywhere. */
export type Form = 'same' | 'row' | 'other';

export interface Access {
  readonly form: Form;
  /** The number of leading indices that are the result's own: all of them for `same` and `row`. */
  readonly lead: number;
  /** The reads of one element of the operand during the whole computation; Infinity if the number grows with N. */
  readonly reads: number;
  /** Equal for accesses that read the same elements in the same order; 0 for `same`. */
  readonly key: number;
  /** True if an operand of another shape is read only under a condition, as one of several parts of a whole. */
  readonly guarded?: boolean;
  /** Iterations of the reductions around the read, for one element of the result; Infinity if that grows with N. */
  readonly trips: number;
}

export interface Equation {
  readonly accesses: readonly (Access | null)[];
  /** Iterations of all reductions, for one element; 0 without any. */
  readonly trips: number;
  /** Float operations for one element, outside and inside of reductions. */
  readonly flops: number;
  /** True if some element is read only under a condition. */
  readonly guarded: boolean;
}

const known = new WeakMap<Node, Equation>();
/** A number for each access pattern, so that a chain of reads is two numbers, however long it is. */
const patterns = numbering<string>();
const keyOf = (pattern: string): number => patterns(pattern) + 1;

export function equationOf(node: Node): Equation {
  return upsert(known, node, () => analyse(node));
}

function analyse(node: Node): Equation {
  if (isScan(node)) {
    const all: Access = { form: 'other', lead: 0, reads: Infinity, key: keyOf('scan'), trips: Infinity };
    return { accesses: node.inputs.map(() => all), trips: Infinity, flops: 1, guarded: false };
  }
  const { e: body, buffers, axes: at } = equation(node);
  const interner = new Interner();
  const dimOf = new Map<Axis, number>(at.map((a, i) => [a, i]));
  const found: Access[][] = buffers.map(() => []);
  let [flops, trips, guarded] = [0, 0, false];
  const seen = new Map<Expr, number>();
  const seenInSelect = new Map<Expr, number>();
  const visit = (e: Expr, iterations: number, inSelect: boolean): void => {
    // A shared part is visited once for each iteration count around it, inside and outside of branches.
    const before = inSelect ? seenInSelect : seen;
    if (before.get(e) === iterations) return;
    seen.set(e, iterations);
    if (inSelect) seenInSelect.set(e, iterations);
    if (e.kind === 'load') {
      const index = e.at.map((x) => (x.kind === 'axis' ? (dimOf.get(x.axis) ?? -1) : -1));
      const prefix = index.every((p, i) => p === i);
      const form: Form = !prefix ? 'other' : index.length === at.length ? 'same' : 'row';
      const lead = prefix ? index.length : index.findIndex((p, i) => p !== i);
      const operand = buffers.indexOf(e.buffer);
      found[operand]?.push({
        form,
        lead,
        reads: form === 'other' ? ratio(node.type.shape, e.buffer.type.shape) * iterations : 1,
        key: form === 'same' ? 0 : keyOf(e.at.map((x) => interner.id(x)).join(',')),
        trips: iterations,
        ...(inSelect && !sameShape(node.type.shape, e.buffer.type.shape) ? { guarded: true } : {}),
      });
      if (inSelect && form === 'other') guarded = true;
    }
    if (e.kind === 'binary' && isFloat(e)) flops += binaries[e.fn].cost;
    if (e.kind === 'unary') flops += unaries[e.fn].cost;
    if (e.kind === 'select') {
      flops += 1;
      visit(e.cond, iterations, inSelect);
      visit(e.then, iterations, true);
      visit(e.otherwise, iterations, true);
      return;
    }
    const inner = e.kind === 'reduce' ? iterations * product(e.over.map((a) => a.extent)) : iterations;
    if (e.kind === 'reduce') trips = Math.max(trips, inner);
    for (const c of children(e)) visit(c, inner, inSelect);
  };
  visit(body, 1, false);
  return { accesses: found.map(join), trips, flops, guarded };
}

/** False for index arithmetic, which costs nothing: emitters fold it into addresses. */
const isFloat = (e: Extract<Expr, { kind: 'binary' }>): boolean => {
  const leaf = (x: Expr): boolean =>
    x.kind === 'load' || x.kind === 'unary' || x.kind === 'select' || x.kind === 'reduce' || x.kind === 'convert'
      ? true
      : x.kind === 'const'
        ? x.dtype === 'f32'
        : x.kind === 'binary' && isFloat(x);
  return leaf(e.a) || leaf(e.b);
};

/** A single access that covers several of the same operand. */
export function join(accesses: readonly Access[]): Access | null {
  const [first, ...rest] = accesses;
  if (!first) return null;
  return rest.reduce((a, b) => {
    if (a.form === b.form && a.key === b.key)
      return { ...a, ...both(a, b), reads: Math.max(a.reads, b.reads), trips: Math.max(a.trips, b.trips) };
    if (a.form !== 'other' && b.form !== 'other') return a.form === 'row' ? a : b;
    return {
      form: 'other',
      lead: Math.min(a.lead, b.lead),
      reads: a.reads + b.reads,
      key: keyOf(`${a.key}|${b.key}`),
      trips: Math.max(a.trips, b.trips),
      ...both(a, b),
    };
  }, first);
}

/** The access to P of a group that reads C by `outer`, where C's equation reads P by `inner`. */
export function compose(outer: Access, inner: Access): Access {
  // A row of C along the group's own leading axes is a row of the group.
  const row = inner.form !== 'other' && inner.lead <= outer.lead;
  const form: Form = row ? (outer.form === 'same' ? inner.form : 'row') : 'other';
  return {
    form,
    lead: Math.min(outer.lead, inner.lead),
    reads: row ? 1 : outer.reads * inner.reads,
    key: inner.key === 0 ? outer.key : keyOf(`${outer.key}/${inner.key}`),
    trips: row ? 1 : outer.trips * inner.trips,
    ...both(outer, inner),
  };
}
const both = (a: Access, b: Access): Pick<Access, 'guarded'> => (a.guarded || b.guarded ? { guarded: true } : {});

const product = (extents: readonly Dim[]): number =>
  extents.reduce<number>((p, d) => p * (isBatch(d) ? Infinity : d), 1);
function ratio(result: readonly Dim[], operand: readonly Dim[]): number {
  const [r, o] = [elements(result), elements(operand)];
  if (r.power !== o.power) return r.power > o.power ? Infinity : 0;
  return r.times === o.times ? 1 : r.times / o.times;
}
