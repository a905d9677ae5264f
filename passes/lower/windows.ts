/** Kernels that start from zeros and add each window to the elements that it covers. */

import { valueType } from '../../ir/dtype.ts';
import type { Axis, Buffer, Expr, Tile } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import type { Group, Node, Value } from '../../ir/graph.ts';
import { addTo, declare, type Kernel, nest, type Stmt, set, store } from '../../ir/kernel.ts';
import { type Dim, fixed, isBatch } from '../../ir/type.ts';
import { type Following, type Windows, windowsOf } from '../windows.ts';
import { storageIn } from './group.ts';
import { axesOf } from './names.ts';
import { finished } from './tidy.ts';

/** The kernels of a group lowered window by window; `take` hands out their names. */
export function lowerWindows(
  name: string,
  group: Group,
  stored: ReadonlyMap<Value, Buffer>,
  take: (name: string) => string,
): Kernel[] {
  const root = group.roots[0] as Node;
  const operand = root.inputs.findIndex((v) => group.gathered.has(v as Node));
  const following: Following = { operand: operand < 0 ? null : operand };
  const stores = storageIn(group, stored);
  const bufferOf = (v: Value): Buffer => {
    const b = stores(v);
    if (!b) throw new Error(`${root.op.name}: an operand is not stored`);
    return b;
  };
  const followed = following.operand === null ? [] : [root.inputs[following.operand] as Node];
  const locs = [root, ...followed].flatMap((m) => m.loc ?? []);
  return windowLoops(root, following, bufferOf, stored.get(root) as Buffer).map(({ prefix, body }) =>
    finished(prefix ? take(prefix + name) : name, body, locs),
  );
}

/** The loops of a kernel, and the prefix of its name. */
interface Loops {
  readonly prefix: string;
  readonly body: readonly Stmt[];
}

/** The loops that fill `to` with the result of a node: zero-padded copies of operands, the windows, and a crop where
 *  windows reach beyond the result. */
function windowLoops(n: Node, following: Following, bufferOf: (v: Value) => Buffer, to: Buffer): Loops[] {
  const w = windowsOf(n, following, bufferOf);
  if (!w) throw new Error(`${n.op.name}: its windows have changed`);
  const copies = w.padded.map(({ from, to: copy, margins, order }): Loops => {
    const own = axesOf(margins.map((_, d) => copy.type.shape[order.indexOf(d)] as Dim));
    const axes = order.map((d) => own[d] as Axis);
    const at = margins.map((m, d) => x.sub(x.ix(own[d] as Axis), x.int(m)));
    const inside = at.flatMap((_, d) =>
      margins[d] ? [x.ge(at[d] as Expr, x.int(0)), x.lt(at[d] as Expr, x.int(fixed(from.type, d)))] : [],
    );
    const value = x.select(x.all(...inside), x.load(from, at), x.constant(0, valueType(from.type.dtype)));
    return { prefix: 'pad_', body: nest(axes, [store(copy, axes.map(x.ix), value)]) };
  });
  if (w.beyond.flat().every((b) => b === 0)) return [...copies, { prefix: '', body: added(w, to) }];
  const shape = to.type.shape.map((d, i) => (isBatch(d) ? d : d + sum(w.beyond[i] as readonly [number, number])));
  const wide: Buffer = { name: `${to.name}.wide`, type: { ...to.type, shape } };
  const axes = axesOf(to.type.shape);
  const inner = x.load(
    wide,
    axes.map((a, d) => x.add(x.ix(a), x.int((w.beyond[d] as readonly [number, number])[0]))),
  );
  return [
    ...copies,
    { prefix: '', body: added(w, wide) },
    { prefix: 'crop_', body: nest(axes, [store(to, axes.map(x.ix), inner)]) },
  ];
}

const sum = ([a, b]: readonly [number, number]): number => a + b;

/** Each plane by itself: zeros first, then window after window. The planes of one sample alternate, so that a window's
 *  stores have reached memory before the next, overlapping window adds to them. */
function added(w: Windows, to: Buffer): Stmt[] {
  const inPlane = new Set(w.plane);
  const zeros = axesOf(to.type.shape);
  const own = (e: Expr): boolean => e.kind === 'axis' && inPlane.has(e.axis);
  const zeroAt = w.at.map((e, d) => (own(e) ? e : x.ix(zeros[d] as Axis)));
  const [outer, inner] = [w.plane.slice(0, 1), w.plane.slice(1)];
  const clear = nest(
    [...inner, ...zeros.filter((_, d) => !own(w.at[d] as Expr))],
    [store(to, zeroAt, x.constant(0, valueType(to.type.dtype)))],
  );
  const acc: Tile = { name: 'acc', dtype: valueType(to.type.dtype), shape: [] };
  const windows = nest(
    [...w.steps, ...inner, ...w.window],
    [
      declare(acc),
      set(acc, [], x.constant(0, acc.dtype)),
      ...nest(w.sum, [{ kind: 'accumulate', fn: 'add', tile: acc, at: [], value: w.value }]),
      addTo(to, w.at, x.read(acc)),
    ],
  );
  return nest(outer, [...clear, ...windows]);
}
