/** Bounds of index expressions for every possible batch: the minimum of a linear form over the ranges of its axes,
 *  under conditions. All bounds are safe: without information the minimum is -∞. */

import { upsert } from '../collections.ts';
import type { Axis, Buffer, Expr, Tile } from '../expr.ts';
import * as x from '../expr.ts';
import { Interner } from '../interner.ts';
import { storageOf } from '../kernel.ts';
import { binaries } from '../scalar.ts';
import { asExpr, constant, type Linear, linear, plus, times } from './linear.ts';

/** Forms known to be non-negative. */
export type Facts = readonly Linear[];

interface Range {
  readonly from: Linear;
  /** The index of the last iteration. */
  readonly last: Linear;
  readonly step: number;
  readonly depth: number;
}
interface Term {
  readonly of: Expr;
  readonly by: number;
}

const none = new Map<never, never>();
const minus = (a: Linear, b: Linear): Linear => plus(a, b, -1);
const without = (f: Linear, key: string): Linear => {
  const terms = new Map(f.terms);
  terms.delete(key);
  return { ...f, terms };
};
const isNumber = (f: Linear): boolean => f.terms.size === 0;
/** The most facts that one proof may use. */
const maxFacts = 2;

/** Numbers n such that integers are in 0 … n − 1: for those in buffers (a view's elements are its storage's) and in
 *  tiles. */
export interface Values {
  readonly buffers?: ReadonlyMap<Buffer, number>;
  readonly tiles?: ReadonlyMap<Tile, number>;
  /** The greatest of them, where it depends on the batch. */
  readonly tops?: ReadonlyMap<Buffer | Tile, Top>;
}

/** `constant + times·N`. */
export interface Top {
  readonly constant: number;
  readonly times: number;
}

export class Bounds {
  readonly maxBatch: number;
  readonly interner = new Interner();
  readonly #values: Values;
  readonly #ranges = new Map<Axis, Range>();
  readonly #forms = new Map<Expr, Linear>();
  readonly #facts = { true: new Map<Expr, Facts>(), false: new Map<Expr, Facts>() };
  readonly #factIds = new Map<Linear, number>();
  /** Bounds of atoms by the facts that they hold under, for the ranges as they are: without them, selects inside selects would
   *  be looked at once for every set of facts and every path to them. */
  readonly #atoms = new Map<Expr, Map<string, readonly Linear[]>>();

  constructor(maxBatch: number, values: Values = {}) {
    this.maxBatch = maxBatch;
    this.#values = values;
  }

  /** The minimum and maximum of an i32 expression. */
  interval(e: Expr, facts: Facts = []): readonly [low: number, high: number] {
    const f = this.form(e);
    return [this.least(f, facts), this.greatest(f, facts)];
  }
  /** A number n such that an i32 expression is in 0 … n − 1; null if it may be negative or is unbounded. */
  count(e: Expr): number | null {
    const [low, high] = this.interval(e);
    return low > -1 && Number.isFinite(high) ? Math.floor(high) + 1 : null;
  }

  /** An i32 expression as a linear form. */
  form(e: Expr): Linear {
    let f = this.#forms.get(e);
    if (!f) {
      f = linear(e, none, this.interner) as Linear;
      this.#forms.set(e, f);
    }
    return f;
  }

  isBound(a: Axis): boolean {
    return this.#ranges.has(a);
  }
  range(a: Axis): Range | undefined {
    return this.#ranges.get(a);
  }

  /** Lets `a` range over from..to from here on. Axes in the bounds must be bound already. */
  bind(a: Axis, from: Linear, to: Linear, step: number): Range {
    const span = minus(to, from);
    const last = isNumber(span)
      ? plus(from, constant(Math.max(0, Math.ceil(span.constant / step) - 1) * step))
      : minus(to, constant(this.isMultiple(span, step) ? step : 1));
    const range = { from, last, step, depth: this.#ranges.size };
    this.#ranges.set(a, range);
    this.#atoms.clear();
    return range;
  }
  unbind(a: Axis): void {
    this.#ranges.delete(a);
    this.#atoms.clear();
  }

  /** True if a form is a multiple of `k` for every batch. */
  isMultiple(f: Linear, k: number): boolean {
    if (k === 1) return true;
    // V - V mod c is a multiple of c, and so of k if k divides c, whatever V is.
    let rest = f;
    for (const [key, { of, by }] of f.terms) {
      const c = modulus(of);
      if (c === null || (by * c) % k !== 0) continue;
      const dividend = times(this.form((of as { a: Expr }).a), -by);
      rest = minus(without(rest, key), dividend);
    }
    return rest.constant % k === 0 && [...rest.terms.values()].every((t) => this.#divides(k, t));
  }
  /** True if a term is a multiple of `k`: a batch, the axis of a loop that begins at a multiple of its step, or the less of
   *  two multiples. */
  #divides(k: number, { of, by }: Term): boolean {
    if (by % k === 0) return true;
    if (of.kind === 'size') return (by * of.of.times) % k === 0;
    if (of.kind === 'binary' && (of.fn === 'min' || of.fn === 'max'))
      return [of.a, of.b].every((e) => this.isMultiple(times(this.form(e), by), k));
    const range = of.kind === 'axis' ? this.#ranges.get(of.axis) : undefined;
    return range !== undefined && (by * range.step) % k === 0 && this.isMultiple(range.from, range.step);
  }

  /** True if an integer form is never negative. */
  isNatural(f: Linear, facts: Facts = []): boolean {
    return this.least(f, facts, 0) > -1;
  }
  /** An upper bound that depends only on the batch; null if none is known. */
  top(e: Expr): Top | null {
    let f = this.form(e);
    for (;;) {
      const [atom] = [...f.terms]
        .filter(([, t]) => t.of.kind !== 'size')
        .sort((a, b) => this.#depth(b) - this.#depth(a));
      if (!atom) break;
      const [key, { of, by }] = atom;
      const end = this.#end(of, by > 0);
      if (!end) return null;
      f = plus(without(f, key), times(end, by));
    }
    return [...f.terms.values()].reduce((sum, { of, by }) => ({ ...sum, times: sum.times + by * timesOf(of) }), {
      constant: f.constant,
      times: 0,
    });
  }
  /** An upper or a lower bound of an atom. */
  #end(of: Expr, most: boolean): Linear | null {
    if (of.kind === 'axis') {
      const range = this.#ranges.get(of.axis);
      return range ? (most ? range.last : range.from) : null;
    }
    const top = most ? this.#topOf(of) : null;
    if (top) return top;
    const [low, high] = this.interval(of);
    const v = most ? high : low;
    return Number.isFinite(v) ? constant(v) : null;
  }
  /** The nesting depth of an atom; loads and tiles depend on the axes around them, so they are deepest. */
  #depth([, { of }]: readonly [string, Term]): number {
    return of.kind === 'axis' ? (this.#ranges.get(of.axis)?.depth ?? 0) : Infinity;
  }
  #topOf(e: Expr): Linear | null {
    const of = e.kind === 'load' ? storageOf(e.buffer) : e.kind === 'tile' ? e.tile : null;
    const top = of && this.#values.tops?.get(of);
    return top ? plus(constant(top.constant), this.form(x.mul(x.size({ times: 1 }), x.int(top.times)))) : null;
  }

  least(f: Linear, facts: Facts = [], enough = Infinity): number {
    return this.#least(f, facts, enough, maxFacts);
  }
  greatest(f: Linear, facts: Facts = []): number {
    return -this.least(times(f, -1), facts);
  }

  #least(f: Linear, facts: Facts, enough: number, depth: number): number {
    if (isNumber(f)) return f.constant;
    let best = -Infinity;
    const opaque = [...f.terms].find(([, t]) => !isParam(t.of) && t.of.kind !== 'axis');
    if (opaque) {
      const [key, { of, by }] = opaque;
      const rest = without(f, key);
      for (const bound of this.#boundsOf(of, by > 0, facts)) {
        best = Math.max(best, this.#least(plus(rest, times(bound, by)), facts, enough, depth));
        if (best >= enough) return best;
      }
    } else best = this.#overAxes(f);
    if (best >= enough || depth === 0) return best;
    for (const [i, fact] of facts.entries())
      for (const scale of scales(f, fact)) {
        const others = facts.toSpliced(i, 1);
        best = Math.max(best, this.#least(minus(f, times(fact, scale)), others, enough, depth - 1));
        if (best >= enough) return best;
      }
    return best;
  }

  /** The minimum with each axis, inner ones first, replaced by the bound that minimizes the form. */
  #overAxes(form: Linear): number {
    let f = form;
    for (;;) {
      let inner: { key: string; by: number; range: Range } | null = null;
      for (const [key, { of, by }] of f.terms) {
        if (of.kind !== 'axis') continue;
        const range = this.#ranges.get(of.axis);
        if (!range) return -Infinity;
        if (!inner || range.depth > inner.range.depth) inner = { key, by, range };
      }
      if (!inner) break;
      f = plus(without(f, inner.key), times(inner.by > 0 ? inner.range.from : inner.range.last, inner.by));
      // A bound that is not linear depends on the axes around it, as min(8, N - n) does on n.
      if ([...f.terms.values()].some((t) => !isParam(t.of) && t.of.kind !== 'axis'))
        return this.#least(f, [], Infinity, 0);
    }
    return this.#overBatch(f);
  }

  /** The minimum over 1 ≤ N ≤ maxBatch of c + a·N + Σ b·(t·N mod k). One remainder is treated exactly, by t·N = k·q +
   *  r. */
  #overBatch(f: Linear): number {
    let [least, a] = [f.constant, 0];
    const remainders: { t: number; k: number; b: number }[] = [];
    for (const { of, by } of f.terms.values()) {
      if (of.kind === 'size') a += by * of.of.times;
      else remainders.push({ t: timesOf((of as { a: Expr }).a), k: modulus(of) as number, b: by });
    }
    const [first, ...others] = remainders;
    for (const { k, b } of others) least += Math.min(0, b * (k - 1));
    if (!first) return least + Math.min(a, a * this.maxBatch);
    const { t, k, b } = first;
    const most = t * this.maxBatch;
    const q = Math.floor(most / k);
    const at = (v: number, r: number): number => (a / t) * v + b * r;
    const corners: number[] = [];
    if (t < k) corners.push(at(t, t), at(Math.min(k - 1, most), Math.min(k - 1, most)));
    if (q > 1) corners.push(at(k, 0), at(2 * k - 1, k - 1), at(k * (q - 1), 0), at(k * q - 1, k - 1));
    if (q > 0) corners.push(at(k * q, 0), at(most, most - k * q));
    return least + Math.min(...corners);
  }

  /** Forms that bound an atom, from below or from above. Any of them may be the tightest. */
  #boundsOf(e: Expr, below: boolean, facts: Facts): readonly Linear[] {
    const key = facts.reduce((k, f) => `${k},${upsert(this.#factIds, f, () => this.#factIds.size)}`, below ? '<' : '>');
    const known = upsert(this.#atoms, e, () => new Map());
    return upsert(known, key, () => this.#boundsNow(e, below, facts));
  }
  #boundsNow(e: Expr, below: boolean, facts: Facts): Linear[] {
    const range = (p: Expr): readonly [number, number] => {
      const f = this.form(p);
      return [this.least(f, facts), this.greatest(f, facts)];
    };
    const numeric = (low: number, high: number): Linear[] => {
      const v = below ? low : high;
      return Number.isFinite(v) ? [constant(v)] : [];
    };
    switch (e.kind) {
      case 'binary':
        break;
      case 'load':
      case 'tile': {
        const values =
          e.kind === 'load' ? this.#values.buffers?.get(storageOf(e.buffer)) : this.#values.tiles?.get(e.tile);
        const known = values === undefined ? byDtype(x.dtypeOf(e), numeric) : numeric(0, values - 1);
        const top = below ? null : this.#topOf(e);
        return top ? [...known, top] : known;
      }
      case 'reduce': {
        if (e.fn !== 'argmax') return [];
        const places = e.over.reduce((p, a) => p * this.greatest(this.form(x.size(a.extent))), 1);
        return numeric(0, Math.max(0, places - 1));
      }
      case 'convert': {
        const from = x.dtypeOf(e.x);
        if (from === 'f32') return byDtype(e.to, numeric);
        // An integer keeps its value if the type can hold it.
        const [low, high] = range(e.x);
        const fits = e.to === 'i32' || (e.to === 'u8' && low >= 0 && high <= 255);
        return fits ? numeric(low, high) : byDtype(e.to, numeric);
      }
      case 'select': {
        const [t, o] = [
          this.#side(e.then, below, [...facts, ...this.factsOf(e.cond, true)]),
          this.#side(e.otherwise, below, [...facts, ...this.factsOf(e.cond, false)]),
        ];
        return numeric(Math.min(t, o), Math.max(t, o));
      }
      default:
        return [];
    }
    const k = e.b.kind === 'const' ? e.b.value : null;
    switch (e.fn) {
      case 'idiv': {
        const f = this.form(e.a);
        const [low, high] = range(e.a);
        if (k === null) return low >= 0 ? this.#quotients(e.a, e.b, below) : [];
        if (k <= 0) return [];
        const exact = numeric(Math.trunc(low / k), Math.trunc(high / k));
        // F - (k-1) ≤ k·⌊F/k⌋ ≤ F; rounding towards zero adds up to k-1 where F is negative.
        const slack = below ? -(k - 1) : low >= 0 ? 0 : k - 1;
        return [...exact, times(plus(f, constant(slack)), 1 / k)];
      }
      case 'imod': {
        const [low, high] = range(e.a);
        if (k === null) {
          if (low < 0 || this.least(this.form(e.b)) <= 0) return [];
          return below ? [constant(0)] : [minus(this.form(e.b), constant(1))];
        }
        if (k <= 0) return [];
        if (low < 0) return numeric(-(k - 1), k - 1);
        return high < k ? [this.form(e.a)] : numeric(0, k - 1);
      }
      case 'mul': {
        const [[al, ah], [bl, bh]] = [range(e.a), range(e.b)];
        const corners = [al * bl, al * bh, ah * bl, ah * bh];
        return corners.some(Number.isNaN) ? [] : numeric(Math.min(...corners), Math.max(...corners));
      }
      case 'min':
      case 'max': {
        if ((e.fn === 'min') !== below) return [this.form(e.a), this.form(e.b)];
        const [[al, ah], [bl, bh]] = [range(e.a), range(e.b)];
        return numeric(Math.min(al, bl), Math.max(ah, bh));
      }
      case 'bitand':
        return k !== null && k >= 0 ? numeric(0, k) : [];
      default:
        return [];
    }
  }
  /** a / b for 0 ≤ a: if a is below c·N and b is t·N, at most ⌈c / t⌉ - 1. */
  #quotients(a: Expr, b: Expr, below: boolean): Linear[] {
    if (this.least(this.form(b)) <= 0) return [];
    if (below) return [constant(0)];
    const top = b.kind === 'size' ? this.top(a) : null;
    return top && top.constant < 0 ? [constant(Math.ceil(top.times / timesOf(b)) - 1)] : [];
  }
  #side(e: Expr, below: boolean, facts: Facts): number {
    return below ? this.least(this.form(e), facts) : this.greatest(this.form(e), facts);
  }

  /** The facts that follow from a condition on indices if it holds, or if it does not. */
  factsOf(cond: Expr, holds: boolean): Facts {
    return upsert(this.#facts[`${holds}`], cond, () => this.#factsNow(cond, holds));
  }
  #factsNow(cond: Expr, holds: boolean): Facts {
    if (cond.kind === 'unary' && cond.fn === 'not') return this.factsOf(cond.x, !holds);
    if (cond.kind !== 'binary') return [];
    if (cond.fn === 'and' || cond.fn === 'or')
      return (cond.fn === 'and') === holds ? [...this.factsOf(cond.a, holds), ...this.factsOf(cond.b, holds)] : [];
    if (x.dtypeOf(cond.a) !== 'i32' || x.dtypeOf(cond.b) !== 'i32') return [];
    const fn = holds ? cond.fn : binaries[cond.fn].opposite;
    const [a, b] = [this.form(cond.a), this.form(cond.b)];
    const one = constant(1);
    switch (fn) {
      case 'lt':
        return [minus(minus(b, a), one)];
      case 'le':
        return [minus(b, a)];
      case 'gt':
        return [minus(minus(a, b), one)];
      case 'ge':
        return [minus(a, b)];
      case 'eq':
        return [minus(a, b), minus(b, a)];
      default:
        return [];
    }
  }

  /** True if the facts contradict each other, so that code under them never runs. */
  contradict(facts: Facts): boolean {
    return facts.some((f, i) => this.greatest(f, facts.toSpliced(i, 1)) < 0);
  }

  /** Tests 0 ≤ e < extent. If the batch occurs in a product or a division, each batch is tried by itself. */
  isIndex(e: Expr, extent: Expr, facts: Facts): 'yes' | 'below' | 'above' {
    const f = this.form(e);
    const below = !this.isNatural(f, facts);
    if (!below && this.isNatural(minus(minus(this.form(extent), f), constant(1)), facts)) return 'yes';
    if (x.some(e, (p) => p.kind === 'size') && this.#forEachBatch(e, extent, facts)) return 'yes';
    return below ? 'below' : 'above';
  }

  #forEachBatch(e: Expr, extent: Expr, facts: Facts): boolean {
    if (![...this.form(e).terms.values()].some((t) => t.of.kind === 'binary' && !isParam(t.of))) return false;
    for (let n = 1; n <= this.maxBatch; n++) {
      const at = (p: Expr): Expr => x.mapExpr(p, (q) => (q.kind === 'size' ? x.int(q.of.times * n) : q));
      const fixed = new Bounds(n, this.#values);
      // Binds the axes in the original order, with their ranges at this batch.
      const put = (f: Linear): Linear => fixed.form(at(asExpr(f)));
      let runs = true;
      for (const [a, r] of this.#ranges) {
        const [from, last] = [put(r.from), put(r.last)];
        // What is left of a loop in lanes is nothing at a batch that the lanes divide.
        runs &&= fixed.greatest(minus(last, from)) >= 0;
        fixed.bind(a, from, plus(last, constant(1)), r.step);
      }
      if (!runs) continue;
      const f = fixed.form(at(e));
      const known = facts.map(put);
      if (!fixed.isNatural(f, known)) return false;
      if (!fixed.isNatural(minus(minus(fixed.form(at(extent)), f), constant(1)), known)) return false;
    }
    return true;
  }
}

function byDtype(dtype: string, numeric: (low: number, high: number) => Linear[]): Linear[] {
  return dtype === 'bool' ? numeric(0, 1) : dtype === 'u8' ? numeric(0, 255) : [];
}

/** c if an expression is `… % c`, else null. */
const modulus = (e: Expr): number | null =>
  e.kind === 'binary' && e.fn === 'imod' && e.b.kind === 'const' && e.b.value > 0 ? e.b.value : null;
const timesOf = (e: Expr): number => (e.kind === 'size' ? e.of.times : 0);
/** True for expressions of only the batch: N, and N mod k. */
const isParam = (e: Expr): boolean =>
  e.kind === 'size' || (modulus(e) !== null && (e as { a: Expr }).a.kind === 'size');

/** Factors by which a fact cancels a term that it shares with a form. */
function scales(f: Linear, fact: Linear): Set<number> {
  const out = new Set<number>();
  for (const [key, { by }] of fact.terms) {
    const mine = f.terms.get(key);
    if (mine && mine.by / by > 0) out.add(mine.by / by);
  }
  return out;
}
