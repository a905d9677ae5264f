/** A result as sums that windows add to it, where that is less work than to gather each element: behind a max pool, whose
 *  windows say which one of their places they reach, and behind strides, where most places are reached by no window.
 *
 *      out[n, c, s·y + D + i] += Σ_o g[n,o,y] · w[o,c,i]          D is data, 0 … d
 *      out[n, c, s·y + k]     += Σ_o g[n,o,y] · w[o,c,k - D]      k = D + i: where it lies is data no longer
 *
 *  What is read at k - D is surrounded by zeros, so that no tap asks whether it is there. */

import { Bounds } from '../ir/analysis/bounds.ts';
import { constant, type Linear, linear } from '../ir/analysis/linear.ts';
import { upsert } from '../ir/collections.ts';
import type { Axis, Buffer, Expr } from '../ir/expr.ts';
import * as x from '../ir/expr.ts';
import type { Load, Node, Scatter, Value } from '../ir/graph.ts';
import { Interner } from '../ir/interner.ts';
import type { Target } from '../ir/target.ts';
import { bindDim, type Dim, elements, isBatch, isEmpty, sameDim, type TensorType } from '../ir/type.ts';
import { equationOf } from './access.ts';
import { factor, isScatter, scatterBy, valuesCount } from './scatter.ts';

/** Gathering must cost this many times as much. */
const worth = 1.5;
/** Elements of a window, at most: they are added up in registers. */
const largest = 64;

/** A buffer that is read with zeros around it, from a copy. */
export interface Padded {
  readonly from: Buffer;
  readonly to: Buffer;
  /** Zeros on either side, by dimension of `from`. */
  readonly margins: readonly number[];
  /** The dimensions of `from` in the order in which `to` has them: the planes behind the window, whose rows are then longer
   *  than the window is wide. */
  readonly order: readonly number[];
}

/** `out[at] += Σ value`, for all of `plane`, `steps` and `window`. */
export interface Windows {
  /** Axes that are an index by themselves, in the order of the result's dimensions. */
  readonly plane: readonly Axis[];
  /** From window to window. */
  readonly steps: readonly Axis[];
  readonly window: readonly Axis[];
  /** What is summed before it is added. */
  readonly sum: readonly Axis[];
  /** In a result with room for what lies beyond. */
  readonly at: readonly Expr[];
  readonly value: Expr;
  readonly padded: readonly Padded[];
  /** How far windows reach beyond the result, before its first element and behind its last, by dimension. */
  readonly beyond: readonly (readonly [before: number, behind: number])[];
}

/** What a node's sums follow: a scattered operand, whose values need not be stored, or none. */
export interface Following {
  readonly operand: number | null;
}
/** How windows sum a node's result, where they do. */
export type FollowedBy = (n: Node) => Following | null;

/** The windows that there are on a target: none where kernels do not add to memory, as every element is gathered there. */
export const windowsOn = ({ addsToMemory }: Target): FollowedBy => (addsToMemory ? followedBy : () => null);

const followed = new WeakMap<Node, { readonly by: Following | null }>();

/** How a node's result is best summed by windows; null where gathering is as good. */
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
      if (w && trips(w) * worth <= count(n.type) * equationOf(n).trips) return { by: { operand } };
    }
    return { by: null };
  }).by;
}

const count = ({ shape }: TensorType): number => bindDim(elements(shape), 1);
const trips = (w: Windows): number =>
  [...w.plane, ...w.steps, ...w.window, ...w.sum].reduce((p, a) => p * bindDim(a.extent, 1), 1);

/** A node's windows over the buffers of its operands, and of those of the operand that is followed. */
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

/** What spreads an operand that is itself spread, as one. */
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

/** Takes what is data out of the places: a window begins where it would begin first, and is as much larger. */
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
    const data = sum([...form.terms.values()].filter((t) => isData(t.of)));
    const [low, high] = bounds.interval(data);
    if (!Number.isFinite(low) || !Number.isFinite(high)) return null;
    // Along a tap that data move, data must be the same: k - D is no place where D hangs on it.
    const tap = tapOf(form, (a) => dimensionsOf(a).length === 1 && !(high > low && dataAxes.has(a)));
    if (!tap) return null;
    const fixed = sum([...form.terms.values()].filter((t) => !isData(t.of) && !isAxis(t.of, tap)));
    const k: Axis = high > low ? x.axis(tap.name, (tap.extent as number) + high - low) : tap;
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
  const size = window.reduce((p, a) => p * (a.extent as number), 1);
  if (!beyond.flat().every(Number.isFinite) || sums.length === 0 || window.length === 0 || size > largest) return null;
  return { plane, steps, window, sum: sums, at: inWide, value: read.value, padded: read.padded, beyond };
}

const isAxis = (e: Expr, a: Axis): boolean => e.kind === 'axis' && e.axis === a;
const isOneOf = (e: Expr, axes: readonly Axis[]): boolean => e.kind === 'axis' && axes.includes(e.axis);
const sum = (terms: readonly { of: Expr; by: number }[]): Expr =>
  terms.reduce<Expr>((s, { of, by }) => x.add(s, x.mul(of, x.int(by))), x.int(0));

/** The axis along which a window's elements are neighbours: the shortest, where several are. */
function tapOf(form: Linear, alone: (a: Axis) => boolean): Axis | null {
  const found = [...form.terms.values()].flatMap(({ of, by }) =>
    of.kind === 'axis' && by === 1 && typeof of.axis.extent === 'number' && alone(of.axis) ? [of.axis] : [],
  );
  return found.reduce<Axis | null>((a, b) => (a && (a.extent as number) <= (b.extent as number) ? a : b), null);
}

/** The value with its taps where the window has them, read from buffers with room for those that are none; null where a tap
 *  is more than an index, or where zeros there would not make the value zero. */
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
      const shape = order.map((i) => (m[i] ? (from.type.shape[i] as number) + 2 * m[i] : (from.type.shape[i] as Dim)));
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
