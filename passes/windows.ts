/** Results as sums of windows, where adding each window to the elements that it covers is less work than gathering each
 *  element: after a max pool, where data choose one position of each window, and after strides, where most positions are
 *  in no window.
 *
 *      out[n, c, s·y + D + i] += Σ_o g[n,o,y] · w[o,c,i]          D is data, 0 … d
 *      out[n, c, s·y + k]     += Σ_o g[n,o,y] · w[o,c,k - D]      k = D + i: the address no longer depends on data
 *
 *  The operand read at k - D is padded with zeros, so that no tap needs a bounds check. */

import { Bounds } from '../ir/analysis/bounds.ts';
import { asExpr, constant, type Linear, linear } from '../ir/analysis/linear.ts';
import { upsert } from '../ir/collections.ts';
import * as x from '../ir/expr.ts';
import { type Axis, type Buffer, constantExtent, type Expr } from '../ir/expr.ts';
import type { Load, Node, Scatter, Value } from '../ir/graph.ts';
import { Interner } from '../ir/interner.ts';
import type { Target } from '../ir/target.ts';
import { bindDim, countAt, type Dim, fixed, isBatch, isEmpty, sameDim, type TensorType } from '../ir/type.ts';
import { equationOf } from './access.ts';
import { factor, isScatter, scatterBy, valuesCount } from './scatter.ts';

/** The ratio of gathering work to window work from which windows pay. */
const minGatherRatio = 1.5;
/** The most elements of a window: they are summed in registers. */
const largestWindow = 64;

/** A zero-padded copy of a buffer. */
export interface Padded {
  readonly from: Buffer;
  readonly to: Buffer;
  /** Zeros on either side, by dimension of `from`. */
  readonly margins: readonly number[];
  /** The dimensions of `from` in the order of `to`: the planes last, after the window, so that rows are longer than the
   *  window is wide. */
  readonly order: readonly number[];
}

/** `out[at] += Σ value`, for all of `plane`, `steps` and `window`. */
export interface Windows {
  /** Axes that are an index of the result by themselves, in the order of its dimensions. */
  readonly plane: readonly Axis[];
  /** Axes from window to window. */
  readonly steps: readonly Axis[];
  readonly window: readonly Axis[];
  /** Axes that are summed before the addition to `out`. */
  readonly sum: readonly Axis[];
  /** The index in a result that is extended by `beyond`. */
  readonly at: readonly Expr[];
  readonly value: Expr;
  readonly padded: readonly Padded[];
  /** The number of elements by which windows reach beyond the result, at its start and at its end, by dimension. */
  readonly beyond: readonly (readonly [before: number, after: number])[];
}

/** How a node's result becomes a sum of windows: through a scattered operand, whose values need not be stored, or
 *  without one. */
export interface Following {
  readonly operand: number | null;
}
/** The windows of a node's result; null if it is gathered. */
export type FollowedBy = (n: Node) => Following | null;

/** The windows on a target: none where kernels do not add to memory, as every element is gathered there. */
export const windowsOn = ({ addsToMemory }: Target): FollowedBy => (addsToMemory ? followedBy : () => null);

const followed = new WeakMap<Node, { readonly by: Following | null }>();

/** The best way to sum a node's result by windows; null if gathering is as good. */
export function followedBy(n: Node): Following | null {
  return upsert(followed, n, () => {
    if (!n.op.scatter || isEmpty(n.type) || n.inputs.some((v) => isEmpty(v.type))) return { by: null };
    const operands = [...n.inputs.keys()].filter((i) => {
      const v = n.inputs[i] as Value;
      return v.kind === 'node' && isScatter(v) && n.inputs.indexOf(v) === n.inputs.lastIndexOf(v);
    });
    for (const operand of [...operands, null]) {
      const stored = new Map<Value, Buffer>();
      const w = windowsOf(n, { operand }, (v) => upsert(stored, v, () => ({ name: 'operand', type: v.type })));
      if (w && trips(w) * minGatherRatio <= count(n.type) * equationOf(n).trips) return { by: { operand } };
    }
    return { by: null };
  }).by;
}

const count = ({ shape }: TensorType): number => countAt(shape, 1);
const trips = (w: Windows): number =>
  [...w.plane, ...w.steps, ...w.window, ...w.sum].reduce((p, a) => p * bindDim(a.extent, 1), 1);

/** The windows of a node over the buffers of its operands, and over those of its scattered operand. */
export function windowsOf(n: Node, { operand }: Following, bufferOf: (v: Value) => Buffer): Windows | null {
  const counts = new Map<Buffer, number>();
  const loadOf = (v: Value): Load => {
    const [b, values] = [bufferOf(v), valuesCount(v)];
    if (values !== null) counts.set(b, values);
    return (...at) => x.load(b, at);
  };
  const form = operand === null ? scatterBy(n, n.inputs.map(loadOf)) : composed(n, operand, loadOf);
  return form ? anchored(form, n.type, counts) : null;
}

/** A scatter of a scattered operand as a single scatter. */
function composed(n: Node, operand: number, loadOf: (v: Value) => Load): Scatter | null {
  const spread = n.inputs[operand] as Node;
  const whole: Buffer = { name: spread.op.name, type: spread.type };
  const outer = scatterBy(
    n,
    n.inputs.map((v) => (v === spread ? (...at: readonly Expr[]) => x.load(whole, at) : loadOf(v))),
  );
  const inner = scatterBy(spread, spread.inputs.map(loadOf));
  const read = outer && factor(outer.value, whole);
  if (!outer || !inner || !read) return null;
  const places = new Map<Axis, Expr>();
  for (const [d, e] of read.entries()) {
    if (e.kind !== 'axis' || places.has(e.axis) || !sameDim(e.axis.extent, spread.type.shape[d] as Dim)) return null;
    places.set(e.axis, inner.at[d] as Expr);
  }
  const value = x.mapExpr(outer.value, (e) => (e.kind === 'load' && e.buffer === whole ? inner.value : e));
  return {
    over: [...inner.over, ...outer.over.filter((a) => !places.has(a))],
    at: outer.at.map((e) => x.substitute(e, places)),
    value: x.substitute(value, places),
  };
}

const isData = (e: Expr): boolean => x.some(e, (p) => p.kind === 'load');

/** Moves data out of the index: a window starts at its first possible position, and grows by the range of the data. */
function anchored({ over, at, value }: Scatter, out: TensorType, counts: ReadonlyMap<Buffer, number>): Windows | null {
  const interner = new Interner();
  const bounds = new Bounds(2 ** 31, { buffers: counts });
  for (const a of over) bounds.bind(a, constant(0), bounds.form(x.size(a.extent)), 1);
  const forms = at.map((e) => linear(e, new Map(), interner));
  const dimensionsOf = (a: Axis): number[] =>
    [...at.keys()].filter((d) =>
      [...(forms[d]?.terms.values() ?? [])].some((t) => !isData(t.of) && x.freeAxes(t.of).has(a)),
    );

  const dataAxes = new Set(
    forms.flatMap((f) => [...(f?.terms.values() ?? [])].flatMap((t) => (isData(t.of) ? [...x.freeAxes(t.of)] : []))),
  );
  const [plane, window]: [Axis[], Axis[]] = [[], []];
  const [places, firsts] = [[...at], at.map(() => 0)];
  const [taps, room] = [new Map<Axis, Expr>(), new Map<Axis, number>()];
  for (const [d, e] of at.entries()) {
    const form = forms[d];
    if (!form) return null;
    if (e.kind === 'axis' && dimensionsOf(e.axis).length === 1 && sameDim(e.axis.extent, out.shape[d] as Dim)) {
      plane.push(e.axis);
      continue;
    }
    const data = part(form, isData);
    const [low, high] = bounds.interval(data);
    if (!Number.isFinite(low) || !Number.isFinite(high)) return null;
    // The data must be constant along a tap that they move: k - D is no index if D depends on the tap.
    const tap = tapOf(form, (a) => dimensionsOf(a).length === 1 && !(high > low && dataAxes.has(a)));
    if (!tap) return null;
    const fixed = part(form, (e) => !isData(e) && !isAxis(e, tap));
    const k: Axis = high > low ? x.axis(tap.name, constantExtent(tap) + high - low) : tap;
    if (high > low) {
      taps.set(tap, x.add(x.sub(x.ix(k), data), x.int(low)));
      room.set(tap, high - low);
    }
    window.push(k);
    places[d] = x.add(fixed, x.ix(k));
    firsts[d] = form.constant + low;
  }
  const read = padding(value, taps, room, plane);
  if (!read) return null;

  const moving = new Set(places.flatMap((e) => [...x.freeAxes(e)]));
  const rest = over.filter((a) => !plane.includes(a) && !window.includes(a) && !taps.has(a));
  const steps = rest.filter((a) => moving.has(a));
  for (const k of window) if (!bounds.isBound(k)) bounds.bind(k, constant(0), bounds.form(x.size(k.extent)), 1);
  const beyond = places.map((e, d): [number, number] => {
    const extent = out.shape[d] as Dim;
    if (isBatch(extent) || (e.kind === 'axis' && plane.includes(e.axis))) return [0, 0];
    const [low, high] = bounds.interval(x.add(e, x.int(firsts[d] as number)));
    return [Math.max(0, -low), Math.max(0, high + 1 - extent)];
  });
  const inWide = places.map((e, d) => x.add(e, x.int((firsts[d] as number) + (beyond[d] as [number, number])[0])));
  const sums = rest.filter((a) => !moving.has(a));
  const size = window.reduce((p, a) => p * constantExtent(a), 1);
  if (!beyond.flat().every(Number.isFinite) || sums.length === 0 || window.length === 0 || size > largestWindow)
    return null;
  return { plane, steps, window, sum: sums, at: inWide, value: read.value, padded: read.padded, beyond };
}

const isAxis = (e: Expr, a: Axis): boolean => e.kind === 'axis' && e.axis === a;
const isOneOf = (e: Expr, axes: readonly Axis[]): boolean => e.kind === 'axis' && axes.includes(e.axis);
/** The terms of a form that `keep` takes, as an expression. */
const part = ({ terms }: Linear, keep: (e: Expr) => boolean): Expr =>
  asExpr({ ...constant(0), terms: new Map([...terms].filter(([, { of }]) => keep(of))) });

/** The axis along which a window's elements are adjacent; the shortest, if there are several. */
function tapOf(form: Linear, alone: (a: Axis) => boolean): Axis | null {
  const found = [...form.terms.values()].flatMap(({ of, by }) =>
    of.kind === 'axis' && by === 1 && typeof of.axis.extent === 'number' && alone(of.axis) ? [of.axis] : [],
  );
  return found.reduce<Axis | null>((a, b) => (a && constantExtent(a) <= constantExtent(b) ? a : b), null);
}

/** The value at the window's positions, read from padded copies so that positions without a tap read zeros; null where
 *  a tap is used other than as an index, or where those zeros would not make the value zero. */
function padding(
  value: Expr,
  taps: ReadonlyMap<Axis, Expr>,
  room: ReadonlyMap<Axis, number>,
  plane: readonly Axis[],
): { value: Expr; padded: Padded[] } | null {
  const margins = new Map<Buffer, readonly number[]>();
  const planes = new Map<Buffer, readonly number[]>();
  let sound = true;
  const look = (e: Expr): void => {
    if (e.kind === 'axis') sound &&= !taps.has(e.axis);
    if (e.kind !== 'load') return x.children(e).forEach(look);
    const own = e.at.map((i) => (i.kind === 'axis' && taps.has(i.axis) ? i.axis : null));
    for (const [d, i] of e.at.entries()) if (!own[d]) look(i);
    const wanted = own.map((a) => (a ? (room.get(a) as number) : 0));
    const before = margins.get(e.buffer);
    sound &&= !before || before.every((m, d) => m === wanted[d]);
    margins.set(e.buffer, wanted);
    planes.set(
      e.buffer,
      [...e.at.keys()].filter((d) => own[d] === null && isOneOf(e.at[d] as Expr, plane)),
    );
    for (const a of own) if (a) met.add(a);
    const zero = own.some((a) => a !== null) && factor(value, e.buffer) === null;
    sound &&= !zero;
  };
  const met = new Set<Axis>();
  look(value);
  if (!sound || [...taps.keys()].some((a) => !met.has(a))) return null;
  const padded = [...margins]
    .filter(([, m]) => m.some((n) => n > 0))
    .map(([from, m]): Padded => {
      const last = planes.get(from) as readonly number[];
      const order = [...m.keys()].filter((d) => !last.includes(d)).concat(last);
      const shape = order.map((i) => (m[i] ? fixed(from.type, i) + 2 * m[i] : (from.type.shape[i] as Dim)));
      return { from, to: { name: `${from.name}.padded`, type: { ...from.type, shape } }, margins: m, order };
    });
  if (padded.some((p) => p.from.type.shape.some((d, i) => p.margins[i] && isBatch(d)))) return null;
  const to = new Map(padded.map((p) => [p.from, p]));
  const moved = x.mapExpr(x.substitute(value, taps), (e) => {
    const p = e.kind === 'load' ? to.get(e.buffer) : undefined;
    if (e.kind !== 'load' || !p) return e;
    return x.load(
      p.to,
      p.order.map((d) => x.add(e.at[d] as Expr, x.int(p.margins[d] as number))),
    );
  });
  return { value: moved, padded };
}
