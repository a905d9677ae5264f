/** Lowers a group to a kernel: its equations, expressed over stored values, in loops that store each root once its
 *  index is complete. */

import { elementAt, elementOf } from '../../ir/analysis/equation.ts';
import { numbering, upsert } from '../../ir/collections.ts';
import type { Loc } from '../../ir/diagnostic.ts';
import type { Buffer, Expr } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import type { Group, Node, Scatter, Value } from '../../ir/graph.ts';
import { Interner } from '../../ir/interner.ts';
import { type Kernel, type Stmt, storageOf, store } from '../../ir/kernel.ts';
import type { TensorType } from '../../ir/type.ts';
import { gathered, scatterBy } from '../scatter.ts';
import { axesOf } from './names.ts';
import { guardReductions, Nest } from './nest.ts';
import { finished } from './tidy.ts';

/** `slices`: the index at which a root is stored in the first dimension of its buffer, which has one more than the root. */
export function lowerGroup(
  name: string,
  group: Group,
  stored: ReadonlyMap<Value, Buffer>,
  slices: ReadonlyMap<Value, Expr> = new Map(),
): Kernel {
  const interner = new Interner();
  const space = group.roots.reduce<TensorType>(
    (t, r) => (r.type.shape.length > t.shape.length ? r.type : t),
    (group.roots[0] as Node).type,
  );
  const axes = axesOf(space.shape);
  const index = axes.map(x.ix);
  const { element, locs } = equations(group, stored, interner);

  // Expressions that roots share stay shared.
  const guard = guardReductions();
  const values = group.roots.map((r) => guard(element(r, index.slice(0, r.type.shape.length))));

  // The roots of a level are computed before any of them is stored, as one may update what another still reads.
  const nest = new Nest(axes, values, interner);
  const byLevel = new Map<number, Stmt[]>();
  for (const [i, root] of group.roots.entries()) {
    const level = root.type.shape.length;
    const source = values[i] as Expr;
    const placed = nest.value(source, level);
    const value = group.roots.length > 1 && placed.kind !== 'tile' ? nest.keep(source, placed, level) : placed;
    const slice = slices.get(root);
    const at = [...(slice ? [slice] : []), ...index.slice(0, level)];
    upsert(byLevel, level, () => []).push(store(stored.get(root) as Buffer, at, value));
  }
  for (const [level, stores] of byLevel) nest.add(level, ...stores);
  return finished(name, nest.body(), locs);
}

/** The elements of a group's values as expressions over stored values, and the source locations of all the equations
 *  used. */
function equations(
  group: Group,
  stored: ReadonlyMap<Value, Buffer>,
  interner: Interner,
): { element(v: Value, at: readonly Expr[]): Expr; readonly locs: readonly Loc[] } {
  const locs: Loc[] = [];
  const memo = new Map<string, Expr>();
  const bufferOf = storageIn(group, stored);
  /** The element of a value at an index, as an expression over stored values. */
  const element = (v: Value, at: readonly Expr[]): Expr => {
    const buffer = bufferOf(v);
    if (buffer) return elementOf(buffer, at);
    if (v.kind !== 'node') throw new Error(`param '${v.name}' has no buffer`);
    const key = `${number(v)}[${at.map((e) => interner.id(e)).join(',')}]`;
    let e = memo.get(key);
    if (!e) {
      if (v.loc) locs.push(v.loc);
      e = gatheredEquation(v, at) ?? elementAt(v, v.inputs.map(elements), at);
      memo.set(key, e);
    }
    return e;
  };
  const number = numbering<Value>();
  const elements =
    (v: Value) =>
    (...at: readonly Expr[]): Expr =>
      element(v, at);
  /** The equation of a node that gathers, over the values that its operand scatters. */
  const gatheredEquation = (v: Node, at: readonly Expr[]): Expr | null => {
    const spread = v.inputs.find((i): i is Node => group.gathered.has(i as Node));
    if (!spread) return null;
    const whole: Buffer = { name: spread.op.name, type: spread.type };
    const loads = v.inputs.map((i) =>
      i === spread ? (...index: readonly Expr[]) => x.load(whole, index) : elements(i),
    );
    if (spread.loc) locs.push(spread.loc);
    return gathered(elementAt(v, loads, at), whole, scatterBy(spread, spread.inputs.map(elements)) as Scatter);
  };
  return { element, locs };
}

/** The buffer that holds a value that a group reads, through views if need be; null for what the group computes. */
export function storageIn(group: Group, stored: ReadonlyMap<Value, Buffer>): (v: Value) => Buffer | null {
  const views = new Map<Value, Buffer>();
  const bufferOf = (v: Value): Buffer | null => {
    const computedHere = v.kind === 'node' && group.members.has(v);
    const elsewhere = computedHere ? undefined : stored.get(v);
    if (elsewhere) return elsewhere;
    if (v.kind !== 'node' || !v.op.view) return null;
    const known = views.get(v);
    if (known) return known;
    const base = bufferOf(v.inputs[0] as Value);
    if (!base) return null;
    const view: Buffer = { name: base.name, type: v.type, viewOf: storageOf(base) };
    views.set(v, view);
    return view;
  };
  return bufferOf;
}
