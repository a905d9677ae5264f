/** Index expressions as linear forms: a constant, and integer multiples of axes and other terms. */

import type { Axis, Expr } from '../expr.ts';
import * as x from '../expr.ts';
import type { Interner } from '../interner.ts';
import { type Dim, isBatch } from '../type.ts';

/** The meaning of an axis in emitted code: a constant in an unrolled copy, the lanes of a vector, or a loop variable. */
export type Binding =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'lanes'; readonly start: number; readonly count: number }
  | { readonly kind: 'loop' };
export type Bindings = ReadonlyMap<Axis, Binding>;

export interface Linear {
  readonly constant: number;
  /** Coefficients by term; a term is an axis or an expression that is not linear. */
  readonly terms: ReadonlyMap<string, { readonly of: Expr; readonly by: number }>;
  /** Coefficient of the lane number. */
  readonly lanes: number;
}

/** The row-major offset of an element. */
export const flatPlace = (shape: readonly Dim[], at: readonly Expr[]): Expr =>
  at.reduce<Expr>((p, i, d) => x.add(x.mul(p, x.size(shape[d] as Dim)), i), x.int(0));

export const constant = (v: number): Linear => ({ constant: v, terms: new Map(), lanes: 0 });

export const plus = (a: Linear, b: Linear, sign: 1 | -1 = 1): Linear => {
  const terms = new Map(a.terms);
  for (const [k, { of, by }] of b.terms) {
    const sum = (terms.get(k)?.by ?? 0) + sign * by;
    if (sum === 0) terms.delete(k);
    else terms.set(k, { of, by: sum });
  }
  return { constant: a.constant + sign * b.constant, terms, lanes: a.lanes + sign * b.lanes };
};
export const times = (a: Linear, k: number): Linear =>
  k === 0
    ? constant(0)
    : {
        constant: a.constant * k,
        terms: new Map([...a.terms].map(([key, { of, by }]) => [key, { of, by: by * k }])),
        lanes: a.lanes * k,
      };
const isConstant = (l: Linear): boolean => l.terms.size === 0 && l.lanes === 0;

/** The linear form of an expression; `null` if the lanes of a vector occur in a nonlinear term. */
export function linear(
  e: Expr,
  bindings: Bindings,
  interner: Interner,
  done: Map<Expr, Linear | null> = new Map(),
): Linear | null {
  let known = done.get(e);
  if (known === undefined) {
    known = sumOf(e, bindings, interner, done);
    done.set(e, known);
  }
  return known;
}

function sumOf(e: Expr, bindings: Bindings, interner: Interner, done: Map<Expr, Linear | null>): Linear | null {
  const atom = (of: Expr): Linear | null => {
    for (const a of x.freeAxes(of)) if (bindings.get(a)?.kind === 'lanes') return null;
    return { constant: 0, terms: new Map([[String(interner.id(of)), { of, by: 1 }]]), lanes: 0 };
  };
  switch (e.kind) {
    case 'const':
      return constant(e.value);
    case 'axis': {
      const b = bindings.get(e.axis);
      if (b?.kind === 'constant') return constant(b.value);
      if (b?.kind === 'lanes') return { constant: b.start, terms: new Map(), lanes: 1 };
      return atom(e);
    }
    case 'binary': {
      if (e.fn !== 'add' && e.fn !== 'sub' && e.fn !== 'mul' && e.fn !== 'idiv' && e.fn !== 'imod') return atom(e);
      const [a, b] = [linear(e.a, bindings, interner, done), linear(e.b, bindings, interner, done)];
      if (!a || !b) return null;
      if (e.fn === 'add' || e.fn === 'sub')
        return rejoined(plus(a, b, e.fn === 'add' ? 1 : -1), bindings, interner, done);
      if (e.fn === 'mul')
        return isConstant(b)
          ? times(a, b.constant)
          : isConstant(a)
            ? times(b, a.constant)
            : atom(simplified(e, bindings));
      if (isConstant(a) && isConstant(b) && b.constant !== 0)
        return constant(e.fn === 'idiv' ? Math.trunc(a.constant / b.constant) : a.constant % b.constant);
      if (isConstant(b) && b.constant > 0) {
        const parts = divided(a, b.constant, interner);
        if (parts) return e.fn === 'idiv' ? parts.quotient : parts.remainder;
      }
      if (a.lanes !== 0 || b.lanes !== 0) return null;
      return atom(simplified(e, bindings));
    }
    default:
      return atom(simplified(e, bindings));
  }
}

/** c·(v / k)·k + c·(v % k) = c·v. */
function rejoined(f: Linear, bindings: Bindings, interner: Interner, done: Map<Expr, Linear | null>): Linear {
  for (const [key, { of, by }] of f.terms) {
    if (of.kind !== 'binary' || of.fn !== 'imod' || of.b.kind !== 'const') continue;
    const quotient = String(interner.id(x.idiv(of.a, of.b)));
    if (f.terms.get(quotient)?.by !== by * of.b.value) continue;
    const whole = linear(of.a, bindings, interner, done);
    if (!whole) continue;
    const terms = new Map(f.terms);
    terms.delete(key);
    terms.delete(quotient);
    return rejoined(plus({ ...f, terms }, times(whole, by)), bindings, interner, done);
  }
  return f;
}

/** (c·t + r) / c = t + r / c and (c·t + r) mod c = r mod c if no term is negative. They are t and r where r, a constant plus axes
 *  and quotients and remainders of axes, stays below c; null where neither becomes simpler. */
function divided(a: Linear, c: number, interner: Interner): { quotient: Linear; remainder: Linear } | null {
  const terms = [...a.terms].filter(([, { by }]) => by % c === 0);
  const short = [...a.terms].filter(([, { by }]) => by % c !== 0);
  if (terms.some(([, { of, by }]) => by < 0 || !isNatural(of)) || a.constant < 0 || a.lanes < 0 || a.lanes % c !== 0)
    return null;
  if (short.some(([, { by }]) => by < 0)) return null;
  const rest: Linear = { constant: a.constant % c, terms: new Map(short), lanes: 0 };
  const whole: Linear = {
    constant: (a.constant - rest.constant) / c,
    terms: new Map(terms.map(([key, { of, by }]) => [key, { of, by: by / c }])),
    lanes: a.lanes / c,
  };
  const most = short.reduce((sum, [, { of, by }]) => sum + by * greatestOf(of), rest.constant);
  if (most < c) return { quotient: whole, remainder: rest };
  if (terms.length === 0) return null;
  if (!short.every(([, { of }]) => isNatural(of))) return null;
  const part = (of: Expr): Linear => ({
    constant: 0,
    terms: new Map([[String(interner.id(of)), { of, by: 1 }]]),
    lanes: 0,
  });
  const [r, by] = [asExpr(rest), x.int(c)];
  return { quotient: plus(whole, part(x.idiv(r, by))), remainder: part(x.imod(r, by)) };
}

/** The greatest value of an axis, or of a quotient or a remainder of one by a constant; infinite if it depends on the batch or is not
 *  known, as is what may be negative. */
function greatestOf(e: Expr): number {
  if (e.kind === 'axis') return isBatch(e.axis.extent) ? Number.POSITIVE_INFINITY : e.axis.extent - 1;
  if (e.kind !== 'binary' || e.b.kind !== 'const' || e.b.value <= 0 || !isNatural(e.a)) return Number.POSITIVE_INFINITY;
  if (e.fn === 'imod') return e.b.value - 1;
  return e.fn === 'idiv' ? Math.floor(greatestOf(e.a) / e.b.value) : Number.POSITIVE_INFINITY;
}

/** A quotient or a remainder by a constant, without the division where the extents of axes settle it: `(i * 2 + i_in) / 2` is
 *  `i` for `i_in` below 2, and `i + i_in / 2` otherwise. Any other expression is returned as it is. */
export function settledDivision(e: Expr, interner: Interner, done: Map<Expr, Linear | null> = new Map()): Expr {
  if (e.kind !== 'binary' || (e.fn !== 'idiv' && e.fn !== 'imod') || e.b.kind !== 'const' || e.b.value <= 0) return e;
  const dividend = linear(e.a, new Map(), interner, done);
  const parts = dividend && divided(dividend, e.b.value, interner);
  return parts ? asExpr(e.fn === 'idiv' ? parts.quotient : parts.remainder) : e;
}

/** A form without lanes as an expression: its terms in their order, its constant last. */
export function asExpr({ constant: c, terms }: Linear): Expr {
  const sum = [...terms.values()].reduce<Expr | null>((s, { of, by }) => {
    const term = x.mul(of, x.int(Math.abs(by)));
    if (by < 0) return x.sub(s ?? x.int(0), term);
    return s ? x.add(s, term) : term;
  }, null);
  if (!sum) return x.int(c);
  return c < 0 ? x.sub(sum, x.int(-c)) : x.add(sum, x.int(c));
}

/** Replaces the axes of unrolled copies by their values, so that equal indices are recognized. */
const simplified = (e: Expr, bindings: Bindings): Expr =>
  x.mapExpr(e, (p) => {
    const b = p.kind === 'axis' ? bindings.get(p.axis) : undefined;
    return b?.kind === 'constant' ? x.int(b.value) : p;
  });

/** True if an index expression is never negative. */
function isNatural(e: Expr): boolean {
  switch (e.kind) {
    case 'const':
      return e.value >= 0;
    case 'axis':
    case 'size':
      return true;
    case 'binary':
      return ['add', 'mul', 'idiv', 'imod', 'min', 'max'].includes(e.fn) && isNatural(e.a) && isNatural(e.b);
    default:
      return false;
  }
}
