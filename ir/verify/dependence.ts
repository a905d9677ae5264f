/** Dependence tests: can two accesses of a kernel touch the same element, and in which iterations? */

import type { Bounds } from '../analysis/bounds.ts';
import { flatPlace, type Linear, plus, times } from '../analysis/linear.ts';
import { type Axis, type Buffer, type Expr, imod, int, ix, substitute, type Tile } from '../expr.ts';
import type { Interner } from '../interner.ts';
import type { Loop, Stmt } from '../kernel.ts';
import { type Dim, sameShape } from '../type.ts';

/** A loop around a statement. */
export interface Frame {
  readonly loop: Loop;
  readonly from: Linear;
  readonly to: Linear;
  readonly range: { readonly from: Linear; readonly last: Linear };
  /** It runs at least once, for every batch. */
  readonly certain: boolean;
  /** It runs at most once, for every batch. */
  readonly once: boolean;
}

/** One access to a buffer or a tile. */
export interface Access {
  readonly of: Buffer | Tile;
  readonly shape: readonly Dim[];
  readonly at: readonly Expr[];
  readonly frames: readonly Frame[];
  readonly stmt: Stmt;
  /** The number of the statement, in textual order. */
  readonly order: number;
}

/** The common loops in which two different iterations may touch the same element, one by `a`, the other by `b`; null if
 *  they never touch the same. Empty if they can only within one iteration. */
export function meet(a: Access, b: Access, common: readonly Frame[], bounds: Bounds): readonly Frame[] | null {
  // The second access gets axes of its own.
  const twins = new Map<Axis, Expr>(b.frames.map((f) => [f.loop.axis, ix({ ...f.loop.axis })]));
  const twin = (f: Frame): Axis => (twins.get(f.loop.axis) as { axis: Axis }).axis;
  const bound: Axis[] = [];
  const bind = (axis: Axis, from: Linear, to: Linear, step: number): void => {
    bounds.bind(axis, from, to, step);
    bound.push(axis);
  };
  const again = (e: Expr): Linear => bounds.form(substitute(e, twins));
  for (const f of a.frames) bind(f.loop.axis, f.from, f.to, f.loop.step);
  for (const f of b.frames) bind(twin(f), again(f.loop.from), again(f.loop.to), f.loop.step);
  try {
    const [left, right] = sameShape(a.shape, b.shape) ? [a.at, b.at] : [[flat(a)], [flat(b)]];
    let apart = left.map((e, d) => plus(bounds.form(e), again(right[d] as Expr), -1));
    let open = common.filter((f) => bounds.greatest(plus(f.range.last, f.range.from, -1)) >= f.loop.step);
    for (const f of common) if (!open.includes(f)) apart = apart.map((d) => unify(d, f.loop.axis, twin(f), bounds));
    for (;;) {
      for (const d of apart) if (bounds.least(d) > 0 || bounds.greatest(d) < 0) return null;
      const settled = open.find((f) => apart.some((d) => settles(d, f, twin(f), bounds)));
      if (!settled) return open;
      open = open.filter((f) => f !== settled);
      apart = apart.map((d) => unify(d, settled.loop.axis, twin(settled), bounds));
    }
  } finally {
    for (const axis of bound) bounds.unbind(axis);
  }
}

/** The key of an axis in linear forms. */
export const termOf = (a: Axis, bounds: Bounds): string => bounds.form(ix(a)).terms.keys().next().value as string;

/** c·i - c·i' + rest = 0 implies i = i', as the two differ by whole steps and the rest is smaller than a step. */
export function settles(d: Linear, f: Frame, twin: Axis, bounds: Bounds): boolean {
  const [k, l] = [termOf(f.loop.axis, bounds), termOf(twin, bounds)];
  const [c, e] = [d.terms.get(k)?.by ?? 0, d.terms.get(l)?.by ?? 0];
  if (c === 0 || c !== -e) return false;
  const terms = new Map(d.terms);
  terms.delete(k);
  terms.delete(l);
  const rest: Linear = { ...d, terms };
  const step = Math.abs(c) * f.loop.step;
  return bounds.least(rest) > -step && bounds.greatest(rest) < step;
}

/** A form in which the two axes are the same. */
export function unify(d: Linear, axis: Axis, twin: Axis, bounds: Bounds): Linear {
  const l = termOf(twin, bounds);
  const by = d.terms.get(l)?.by;
  if (by === undefined) return d;
  const terms = new Map(d.terms);
  terms.delete(l);
  return plus({ ...d, terms }, times(bounds.form(ix(axis)), by));
}

/** Merges dimensions whose indices are quotient and remainder of one index: t[e / c, e % c] is element e of t with rows
 *  of length c flattened, and t[e / c % k, e % c] is element e % (k·c). */
export function undivided(
  shape: Access['shape'],
  at: readonly Expr[],
  interner: Interner,
): Pick<Access, 'shape' | 'at'> {
  if (at.length !== shape.length) return { shape, at };
  // Dimensions of extent 1 may lie between.
  const kept = shape.flatMap((extent, d) => (extent === 1 && isZero(at[d]) ? [] : [d]));
  const plain = { shape: kept.map((d) => shape[d] as Dim), at: kept.map((d) => at[d] as Expr) };
  const whole = joined(plain.shape, plain.at, interner);
  return whole.at.length < plain.at.length ? whole : { shape, at };
}

const isZero = (e: Expr | undefined): boolean => e?.kind === 'const' && e.value === 0;

function joined(shape: Access['shape'], at: readonly Expr[], interner: Interner): Pick<Access, 'shape' | 'at'> {
  for (let d = at.length - 2; d >= 0; d--) {
    const [extent, c] = [shape[d] as Dim, shape[d + 1]];
    const [high, low] = [at[d] as Expr, at[d + 1] as Expr];
    const part = quotient(low, 'imod', c);
    if (!part || typeof c !== 'number') continue;
    const [inner, k] = high.kind === 'binary' && high.fn === 'imod' ? [high.a, high.b] : [high, null];
    const same = quotient(inner, 'idiv', c);
    if (!same || interner.id(same) !== interner.id(part)) continue;
    if (k && !(k.kind === 'const' && k.value === extent)) continue;
    const whole = typeof extent === 'number' ? extent * c : { times: extent.times * c };
    const index = k ? imod(part, int((extent as number) * c)) : part;
    return joined(
      [...shape.slice(0, d), whole, ...shape.slice(d + 2)],
      [...at.slice(0, d), index, ...at.slice(d + 2)],
      interner,
    );
  }
  return { shape, at };
}

/** e if an expression is e / c, or e % c; else null. */
const quotient = (e: Expr, fn: 'idiv' | 'imod', c: Dim | undefined): Expr | null =>
  e.kind === 'binary' && e.fn === fn && e.b.kind === 'const' && e.b.value === c ? e.a : null;

/** The row-major offset of an access. */
export const flat = ({ at, shape }: Access): Expr => flatPlace(shape, at);

/** The loops around both accesses. */
export function commonFrames(a: Access, b: Access): Frame[] {
  const n = a.frames.findIndex((f, i) => f !== b.frames[i]);
  return n < 0 ? [...a.frames] : a.frames.slice(0, n);
}
