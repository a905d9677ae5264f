/** Index expressions as sums: a constant, and terms of whole multiples of something that is not known yet. */

import type { Axis, Expr } from './expr.ts';
import * as x from './expr.ts';

/** What an axis is where code is written: a number in an unrolled copy, a lane of a vector, or a loop's variable. */
export type Binding =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'lanes'; readonly start: number }
  | { readonly kind: 'loop' };
export type Bindings = ReadonlyMap<Axis, Binding>;

export interface Linear {
  readonly constant: number;
  /** Coefficient by term; a term is an axis or an expression that is not linear. */
  readonly terms: ReadonlyMap<string, { readonly of: Expr; readonly by: number }>;
  /** Coefficient of the lane number. */
  readonly lanes: number;
}

const constant = (v: number): Linear => ({ constant: v, terms: new Map(), lanes: 0 });

const plus = (a: Linear, b: Linear, sign: 1 | -1 = 1): Linear => {
  const terms = new Map(a.terms);
  for (const [k, { of, by }] of b.terms) {
    const sum = (terms.get(k)?.by ?? 0) + sign * by;
    if (sum === 0) terms.delete(k);
    else terms.set(k, { of, by: sum });
  }
  return { constant: a.constant + sign * b.constant, terms, lanes: a.lanes + sign * b.lanes };
};
const times = (a: Linear, k: number): Linear =>
  k === 0
    ? constant(0)
    : {
        constant: a.constant * k,
        terms: new Map([...a.terms].map(([key, { of, by }]) => [key, { of, by: by * k }])),
        lanes: a.lanes * k,
      };
const isConstant = (l: Linear): boolean => l.terms.size === 0 && l.lanes === 0;

/** `null` where the lanes of a vector take part in something that is not linear. */
export function linear(e: Expr, bindings: Bindings, interner: x.Interner): Linear | null {
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
      const [a, b] = [linear(e.a, bindings, interner), linear(e.b, bindings, interner)];
      if (!a || !b) return null;
      if (e.fn === 'add') return plus(a, b);
      if (e.fn === 'sub') return plus(a, b, -1);
      if (e.fn === 'mul')
        return isConstant(b)
          ? times(a, b.constant)
          : isConstant(a)
            ? times(b, a.constant)
            : atom(simplified(e, bindings));
      if (isConstant(a) && isConstant(b) && b.constant !== 0)
        return constant(e.fn === 'idiv' ? Math.trunc(a.constant / b.constant) : a.constant % b.constant);
      if (isConstant(b) && b.constant > 0) {
        const exact = divided(a, b.constant);
        if (exact) return e.fn === 'idiv' ? exact.quotient : exact.remainder;
      }
      if (a.lanes !== 0 || b.lanes !== 0) return null;
      return atom(simplified(e, bindings));
    }
    default:
      return atom(simplified(e, bindings));
  }
}

/** (c·t + k) / c = t and (c·t + k) mod c = k for 0 ≤ k < c, where every term is a multiple of c and none is negative. */
function divided(a: Linear, c: number): { quotient: Linear; remainder: Linear } | null {
  const whole =
    [...a.terms.values()].every(({ of, by }) => by % c === 0 && by > 0 && isNatural(of)) && a.lanes % c === 0;
  if (!whole || a.constant < 0 || a.lanes < 0) return null;
  const k = a.constant % c;
  return {
    quotient: {
      constant: (a.constant - k) / c,
      terms: new Map([...a.terms].map(([key, { of, by }]) => [key, { of, by: by / c }])),
      lanes: a.lanes / c,
    },
    remainder: constant(k),
  };
}

/** Unrolled copies' axes put in as numbers, so that equal indices meet. */
const simplified = (e: Expr, bindings: Bindings): Expr =>
  x.mapExpr(e, (p) => {
    const b = p.kind === 'axis' ? bindings.get(p.axis) : undefined;
    return b?.kind === 'constant' ? x.int(b.value) : p;
  });

/** Whether an index expression is never negative. */
export function isNatural(e: Expr): boolean {
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

/** The least and greatest value of an index expression, over the whole extents of its axes. */
export function range(
  e: Expr,
  maxBatch: number,
  bindings: Bindings,
  limits: ReadonlyMap<Axis, readonly [number, number]>,
): readonly [number, number] {
  const go = (p: Expr): readonly [number, number] => range(p, maxBatch, bindings, limits);
  switch (e.kind) {
    case 'const':
      return [e.value, e.value];
    case 'axis': {
      const b = bindings.get(e.axis);
      if (b?.kind === 'constant') return [b.value, b.value];
      if (b?.kind === 'lanes') return [b.start, b.start + 3];
      return limits.get(e.axis) ?? [-Infinity, Infinity];
    }
    case 'size':
      return [e.of.times, e.of.times * maxBatch];
    case 'binary': {
      const [[al, ah], [bl, bh]] = [go(e.a), go(e.b)];
      switch (e.fn) {
        case 'add':
          return [al + bl, ah + bh];
        case 'sub':
          return [al - bh, ah - bl];
        case 'mul': {
          const corners = [al * bl, al * bh, ah * bl, ah * bh];
          return [Math.min(...corners), Math.max(...corners)];
        }
        case 'idiv':
          return bl === bh && bl > 0 ? [Math.trunc(al / bl), Math.trunc(ah / bl)] : [-Infinity, Infinity];
        case 'imod':
          if (bl !== bh || bl <= 0) return [-Infinity, Infinity];
          return al >= 0 ? (ah < bl ? [al, ah] : [0, bl - 1]) : [-(bl - 1), bl - 1];
        case 'min':
          return [Math.min(al, bl), Math.min(ah, bh)];
        case 'max':
          return [Math.max(al, bl), Math.max(ah, bh)];
        default:
          return [-Infinity, Infinity];
      }
    }
    default:
      return [-Infinity, Infinity];
  }
}
