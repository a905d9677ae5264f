/** Checks that the stores of a kernel fill a buffer, for batches with every remainder that loops split off. */

import type { Bounds } from '../analysis/bounds.ts';
import { type Linear, plus } from '../analysis/linear.ts';
import { freeAxes, ix, leastOf } from '../expr.ts';
import { stepOf, tripsBetween } from '../kernel.ts';
import { bindShape } from '../type.ts';
import { type Access, termOf } from './dependence.ts';

type Interval = readonly [from: number, to: number];
/** More pieces than this are given up on. */
const most = 1 << 16;

/** The gap that stores to one storage leave, in words; null if there is none. Where all are to the slice of a step, in that
 *  slice: `verifyProgram` asks for the others. */
export function coverage(all: readonly Access[], bounds: Bounds): string | null {
  const steps = new Set(all.map((s) => stepOf(s.at)));
  const sliced = steps.size === 1 && !steps.has(null);
  const stores = sliced ? all.map((s) => ({ ...s, shape: s.shape.slice(1), at: s.at.slice(1) })) : all;
  const [first] = stores as readonly [Access, ...Access[]];
  const shape = first.shape;
  if (stores.some((s) => s.shape.length !== shape.length)) return 'it is stored under several shapes';
  const forms = stores.map((s) => s.at.map((e) => bounds.form(e)));
  for (const n of batches(stores, bounds)) {
    const extents = bindShape(shape, n);
    // One box of indices per store whose loops run at all.
    const boxes: (readonly (readonly Interval[])[])[] = [];
    for (const [i, s] of stores.entries()) {
      const box = boxOf(s, forms[i] as Linear[], n, bounds);
      if (box === 'unknown') return 'the elements that are stored cannot be determined';
      if (box) boxes.push(box);
    }
    const gap = gapIn(extents, boxes);
    if (gap) return `element [${gap.join(', ')}] is never stored at N = ${n}`;
  }
  return null;
}

/** The batches to try: remainders repeat after their divisor. */
function batches(stores: readonly Access[], bounds: Bounds): number[] {
  let [symbolic, divisor] = [false, 1];
  const look = (f: Linear): void => {
    for (const { of } of f.terms.values()) {
      if (of.kind === 'size') symbolic = true;
      if (of.kind === 'binary' && of.b.kind === 'const' && freeAxes(of).size === 0)
        divisor = Math.max(divisor, of.b.value);
    }
  };
  for (const s of stores)
    for (const f of s.frames) for (const b of [f.from, ...leastOf(f.loop.to).map((e) => bounds.form(e))]) look(b);
  for (const s of stores) if (s.shape.some((d) => typeof d !== 'number')) symbolic = true;
  if (!symbolic) return [1];
  const upTo = Math.min(bounds.maxBatch, 2 * divisor + 1);
  return [...new Set([...Array.from({ length: upTo }, (_, i) => i + 1), bounds.maxBatch])];
}

function boxOf(
  s: Access,
  forms: readonly Linear[],
  n: number,
  bounds: Bounds,
): readonly (readonly Interval[])[] | null | 'unknown' {
  const loops = new Map<string, { from: number; trips: number; step: number }>();
  const ends: End[] = [];
  for (const f of s.frames) {
    const from = at(f.from, n);
    // A loop ends at a number, or at the minimum of a number and linear forms of outer loops.
    const to = Math.min(...leastOf(f.loop.to).map((e) => at(bounds.form(e), n) ?? Infinity));
    if (from === null || to === Infinity) return 'unknown';
    const trips = tripsBetween(from, to, f.loop.step);
    if (trips === 0) return null;
    loops.set(termOf(f.loop.axis, bounds), { from, trips, step: f.loop.step });
    for (const e of leastOf(f.loop.to)) {
      const form = bounds.form(e);
      if (at(form, n) === null) ends.push({ sum: plus(bounds.form(ix(f.loop.axis)), form, -1), met: false });
    }
  }
  const used = new Set<string>();
  const box: (readonly Interval[])[] = [];
  for (const form of forms) {
    const values = valuesOf(form, loops, used, n);
    if (!values) return 'unknown';
    box.push(ends.reduce((v, e) => beforeEnd(v, form, e, loops, n), values));
  }
  return ends.every((e) => e.met) ? box : 'unknown';
}

/** A linear form over loops that stays negative. */
interface End {
  readonly sum: Linear;
  met: boolean;
}

/** The values of a form that a negative form over the same loops allows. */
function beforeEnd(
  values: Interval[],
  form: Linear,
  end: End,
  loops: ReadonlyMap<string, { from: number; trips: number }>,
  n: number,
): Interval[] {
  const rest = plus(form, end.sum, -1);
  // An axis that takes one value is a constant.
  let least = rest.constant;
  const terms = new Map(rest.terms);
  for (const [k, { by }] of rest.terms) {
    const l = loops.get(k);
    if (l?.trips !== 1) continue;
    least += by * l.from;
    terms.delete(k);
  }
  const most = at({ ...rest, constant: least, terms }, n);
  if (most === null) return values;
  end.met = true;
  return values.flatMap(([a, b]): Interval[] => (a < most ? [[a, Math.min(b, most)]] : []));
}

/** The values of a linear form over loops, as intervals. */
function valuesOf(
  form: Linear,
  loops: ReadonlyMap<string, { from: number; trips: number; step: number }>,
  used: Set<string>,
  n: number,
): Interval[] | null {
  let base = form.constant;
  const strides: { by: number; trips: number }[] = [];
  for (const [k, { of, by }] of form.terms) {
    const l = loops.get(k);
    if (of.kind !== 'axis' || !l) {
      const v = at({ ...form, constant: 0, terms: new Map([[k, { of, by }]]) }, n);
      if (v === null) return null;
      base += v;
      continue;
    }
    // A loop that moves two indices at once does not fill a box.
    if (used.has(k) && l.trips > 1) return null;
    used.add(k);
    base += by * l.from;
    if (by < 0) base += by * l.step * (l.trips - 1);
    strides.push({ by: Math.abs(by) * l.step, trips: l.trips });
  }
  let values: Interval[] = [[base, base + 1]];
  for (const { by, trips } of strides.sort((a, b) => a.by - b.by)) {
    const [only] = values as [Interval];
    if (values.length === 1 && by <= only[1] - only[0]) values = [[only[0], only[1] + by * (trips - 1)]];
    else if (values.length * trips > most) return null;
    else
      values = values.flatMap(([a, b]) => Array.from({ length: trips }, (_, i): Interval => [a + i * by, b + i * by]));
  }
  return values;
}

/** An element outside all boxes. */
function gapIn(extents: readonly number[], boxes: readonly (readonly (readonly Interval[])[])[]): number[] | null {
  // For each dimension, the distinct sets of boxes that contain some index, with the first such index.
  const along = extents.map((extent, d) => {
    const cuts = new Set([0]);
    for (const box of boxes)
      for (const [a, b] of box[d] as readonly Interval[]) {
        if (a > 0 && a < extent) cuts.add(a);
        if (b > 0 && b < extent) cuts.add(b);
      }
    const order = [...cuts].sort((a, b) => a - b);
    const places = new Map(order.map((c, i) => [c, i]));
    const masks = new Array<bigint>(order.length).fill(0n);
    for (const [i, box] of boxes.entries())
      for (const [a, b] of box[d] as readonly Interval[]) {
        const end = b >= extent ? order.length : (places.get(b) as number);
        for (let p = places.get(Math.max(0, a)) ?? order.length; p < end; p++)
          masks[p] = (masks[p] as bigint) | (1n << BigInt(i));
      }
    return [...new Map(masks.map((m, i) => [m, order[i] as number]).reverse() as [bigint, number][])];
  });
  if (extents.some((e) => e === 0)) return null;
  const search = (d: number, mask: bigint, point: readonly number[]): number[] | null => {
    if (mask === 0n) return [...point, ...extents.slice(d).map(() => 0)];
    for (const [m, first] of along[d] ?? []) {
      const gap = search(d + 1, mask & m, [...point, first]);
      if (gap) return gap;
    }
    return null;
  };
  return search(0, (1n << BigInt(boxes.length)) - 1n, []);
}

/** The value of a form that depends only on the batch; else null. */
function at(f: Linear, n: number): number | null {
  let v = f.constant;
  for (const { of, by } of f.terms.values()) {
    if (of.kind === 'size') v += by * of.of.times * n;
    else if (of.kind === 'binary' && of.fn === 'imod' && of.a.kind === 'size' && of.b.kind === 'const')
      v += by * ((of.a.of.times * n) % of.b.value);
    else return null;
  }
  return v;
}
