/** Values of expressions: vectors of four lanes where they depend on the lanes, else scalars. */

import type { Binding, Linear } from '../../ir/analysis/linear.ts';
import { decide } from '../../ir/analysis/range.ts';
import { remembered } from '../../ir/analysis/remembered.ts';
import { kindOf } from '../../ir/dtype.ts';
import type { Axis, Buffer, Expr, Tile } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { children } from '../../ir/expr.ts';
import { binaries } from '../../ir/scalar.ts';
import { type Dim, isBatch } from '../../ir/type.ts';
import type { Axes, Lanes } from './axes.ts';
import type { Code, Val } from './code.ts';
import { arithmetic, convert, splat, unary, vectorOf, wasmType } from './instructions.ts';

/** Reads of memory and of tiles. */
export interface Reads {
  scalar(buffer: Buffer, at: readonly Expr[]): Val;
  vector(buffer: Buffer, at: readonly Expr[]): Val;
  /** One element, or four where lanes vary the index. */
  tile(tile: Tile, at: readonly Expr[]): Val;
}

export class Values {
  /** The batch, the first argument of every function. */
  readonly batch: Val;
  readonly #code: Code;
  readonly #axes: Axes;
  readonly #reads: Reads;
  /** The number of branches around the code, each taken only under its condition. */
  #branches = 0;
  /** Values of expressions, valid while nothing that they depend on changes: shared parts are visited once. */
  #scalars = new Map<Expr, Val>();
  #vectors = new Map<Expr, Val>();

  constructor(code: Code, axes: Axes, reads: Reads) {
    this.#code = code;
    this.#axes = axes;
    this.#reads = reads;
    this.batch = code.leaf('local.get', 'i32', [0]);
  }

  /** True inside a branch: a read there may not move out of it. */
  get guarded(): boolean {
    return this.#branches > 0;
  }

  /** The value of an expression: a vector of four lanes if it depends on the lanes, else a scalar. */
  value(e: Expr): Val {
    return this.#axes.varies(e) ? this.#vector(e) : this.scalar(e);
  }

  scalar(e: Expr): Val {
    const known = this.#scalars.get(e);
    if (known) return known;
    const v = this.#newScalar(e);
    this.#scalars.set(e, v);
    return v;
  }

  #newScalar(e: Expr): Val {
    const c = this.#code;
    switch (e.kind) {
      case 'const':
        return c.leaf(e.dtype === 'f32' ? 'f32.const' : 'i32.const', wasmType(e.dtype), [e.value]);
      case 'axis':
        return this.#axes.value(e.axis);
      case 'size':
        return e.of.times === 1
          ? this.batch
          : c.pure('i32.mul', 'i32', [this.batch, c.leaf('i32.const', 'i32', [e.of.times])]);
      case 'load':
        return this.#reads.scalar(e.buffer, e.at);
      case 'tile':
        return this.#reads.tile(e.tile, e.at);
      case 'unary':
        return unary(this.#code, e.fn, x.dtypeOf(e.x), this.scalar(e.x));
      case 'binary': {
        if (x.dtypeOf(e) === 'i32') {
          const l = this.#axes.linear(e);
          // Sums of values other than indices may wrap, and their factors exceed the exact range of numbers here.
          const whole = l && [l.constant, ...[...l.terms.values()].map((t) => t.by)].every((v) => v === (v | 0));
          if (l && whole && l.lanes === 0 && !isAtom(l)) return this.sum(l, 1, l.constant);
        }
        return (
          this.#naturalQuotient(e) ?? arithmetic(this.#code, e.fn, x.dtypeOf(e.a), this.scalar(e.a), this.scalar(e.b))
        );
      }
      case 'select': {
        const known = decide(e.cond, this.#axes.known);
        if (known !== null) return this.scalar(known ? e.then : e.otherwise);
        const cond = this.scalar(e.cond);
        if (this.#safe(e.then) && this.#safe(e.otherwise))
          return c.pure('select', wasmType(x.dtypeOf(e)), [cond, this.scalar(e.then), this.scalar(e.otherwise)]);
        return c.branch(
          cond,
          wasmType(x.dtypeOf(e)),
          () => this.#inBranch(() => this.scalar(e.then)),
          () => this.#inBranch(() => this.scalar(e.otherwise)),
        );
      }
      case 'convert':
        return convert(this.#code, x.dtypeOf(e.x), e.to, this.scalar(e.x));
      case 'reduce':
        throw this.#code.fault('a reduction was not lowered');
      default:
        return e satisfies never;
    }
  }

  /** A non-negative value divided by a power of two takes one instruction, but an engine cannot know the sign. */
  #naturalQuotient(e: Extract<Expr, { kind: 'binary' }>): Val | null {
    if ((e.fn !== 'idiv' && e.fn !== 'imod') || e.b.kind !== 'const') return null;
    const by = e.b.value;
    if (by < 1 || (by & (by - 1)) !== 0 || !(this.#axes.range(e.a)[0] >= 0)) return null;
    const c = this.#code;
    const number = (value: number): Val => c.leaf('i32.const', 'i32', [value]);
    return e.fn === 'idiv'
      ? c.pure('i32.shr_u', 'i32', [this.scalar(e.a), number(31 - Math.clz32(by))])
      : c.pure('i32.and', 'i32', [this.scalar(e.a), number(by - 1)]);
  }

  #inBranch<T>(f: () => T): T {
    this.#branches++;
    const v = this.anew(f, new Map(this.#scalars), new Map(this.#vectors));
    this.#branches--;
    return v;
  }

  #vector(e: Expr): Val {
    const known = this.#vectors.get(e);
    if (known) return known;
    const v = this.#newVector(e);
    this.#vectors.set(e, v);
    return v;
  }

  #newVector(e: Expr): Val {
    const c = this.#code;
    const dtype = x.dtypeOf(e);
    const operand = (p: Expr): Val => splat(this.#code, this.value(p), x.dtypeOf(p));
    switch (e.kind) {
      case 'const':
      case 'size':
        return splat(this.#code, this.scalar(e), dtype);
      case 'axis': {
        const { start } = this.#axes.lanes as Lanes;
        const bytes = new Uint8Array(new Int32Array([start, start + 1, start + 2, start + 3]).buffer);
        return c.leaf('v128.const', 'v128', [...bytes]);
      }
      case 'load':
        return this.#reads.vector(e.buffer, e.at);
      case 'tile':
        return this.#reads.tile(e.tile, e.at);
      case 'unary':
        return unary(this.#code, e.fn, x.dtypeOf(e.x), operand(e.x));
      case 'binary': {
        const { wasm, shifts } = binaries[e.fn];
        const of = x.dtypeOf(e.a);
        // No vector instruction divides integers, and all lanes share one shift count.
        if (!wasm?.[kindOf(of)]?.[1] || (shifts && this.#axes.varies(e.b))) return this.lanewise(e);
        return arithmetic(this.#code, e.fn, of, operand(e.a), shifts ? this.scalar(e.b) : operand(e.b));
      }
      case 'select': {
        const known = decide(e.cond, this.#axes.known);
        if (known !== null) return operand(known ? e.then : e.otherwise);
        if (!this.#safe(e.then) || !this.#safe(e.otherwise)) {
          if (this.#axes.varies(e.cond)) return this.lanewise(e);
          return c.branch(
            this.scalar(e.cond),
            'v128',
            () => this.#inBranch(() => operand(e.then)),
            () => this.#inBranch(() => operand(e.otherwise)),
          );
        }
        if (!this.#axes.varies(e.cond))
          return c.pure('select', 'v128', [this.scalar(e.cond), operand(e.then), operand(e.otherwise)]);
        const least = this.#pseudoMinMax(e, operand);
        return least ?? c.pure('v128.bitselect', 'v128', [operand(e.then), operand(e.otherwise), operand(e.cond)]);
      }
      case 'convert':
        return convert(this.#code, x.dtypeOf(e.x), e.to, operand(e.x));
      case 'reduce':
        throw this.#code.fault('a reduction was not lowered');
      default:
        return e satisfies never;
    }
  }

  /** `a < b ? b : a` is one instruction that treats NaN and equal zeros in just this way; so is `b < a ? b : a`. */
  #pseudoMinMax(e: Extract<Expr, { kind: 'select' }>, operand: (p: Expr) => Val): Val | null {
    if (e.cond.kind !== 'binary' || e.cond.fn !== 'lt' || x.dtypeOf(e.then) !== 'f32') return null;
    const same = (p: Expr, q: Expr): boolean => this.#axes.interner.id(p) === this.#axes.interner.id(q);
    const [{ a, b }, { then, otherwise }] = [e.cond, e];
    if (same(a, otherwise) && same(b, then)) return this.#code.pure('f32x4.pmax', 'v128', [operand(a), operand(b)]);
    if (same(b, otherwise) && same(a, then)) return this.#code.pure('f32x4.pmin', 'v128', [operand(b), operand(a)]);
    return null;
  }

  /** Σ terms·bytes + constant, with the terms of outer loops first, so that inner loops only add to what is there. */
  sum(l: Linear, bytes: number, constant: number): Val {
    const c = this.#code;
    const terms = [...l.terms.values()]
      .map(({ of, by }) => ({ value: this.scalar(of), by: by * bytes }))
      .sort((a, b) => a.value.scope.depth - b.value.scope.depth);
    let sum: Val | null = constant === 0 ? null : c.leaf('i32.const', 'i32', [constant]);
    for (const { value, by } of terms) {
      const scaled =
        by === 1
          ? value
          : by > 0 && (by & (by - 1)) === 0
            ? c.pure('i32.shl', 'i32', [value, c.leaf('i32.const', 'i32', [31 - Math.clz32(by)])])
            : c.pure('i32.mul', 'i32', [value, c.leaf('i32.const', 'i32', [by])]);
      sum = sum ? c.pure('i32.add', 'i32', [sum, scaled]) : scaled;
    }
    return sum ?? c.leaf('i32.const', 'i32', [0]);
  }

  /** Runs `f` for each lane with the vector's axis bound to that lane's index. */
  eachLane(f: (lane: number) => void): void {
    const { axis, start, count } = this.#axes.lanes as Lanes;
    this.#axes.inLanes(null, () => {
      for (let lane = 0; lane < count; lane++)
        this.within(axis, { kind: 'constant', value: start + lane }, () => f(lane));
    });
  }

  /** A vector built from scalars, for expressions without a vector form. */
  lanewise(e: Expr): Val {
    const dtype = x.dtypeOf(e);
    const parts: Val[] = [];
    this.eachLane(() => parts.push(this.value(e)));
    const c = this.#code;
    const [first, ...rest] =
      dtype === 'bool' ? parts.map((p) => c.pure('i32.sub', 'i32', [c.leaf('i32.const', 'i32', [0]), p])) : parts;
    return vectorOf(this.#code, first as Val, rest, dtype);
  }

  /** Runs `f` with no known values, or with those given. */
  anew<T>(f: () => T, scalars = new Map<Expr, Val>(), vectors = new Map<Expr, Val>()): T {
    const was = [this.#scalars, this.#vectors] as const;
    [this.#scalars, this.#vectors] = [scalars, vectors];
    const result = f();
    [this.#scalars, this.#vectors] = was;
    return result;
  }

  /** Runs `f` with this binding of the axis, and with no known values. */
  within(axis: Axis, binding: Binding, f: () => void): void {
    const outside = this.#outside;
    this.#outside = remembered(this.#leaves);
    this.#axes.bound(axis, binding, () => this.anew(f));
    this.#outside = outside;
  }

  /** True if every read that is left to do for an expression stays inside its buffer, whatever conditions guard it. No op shifts an
   *  index along the batch, so only fixed dimensions are checked. */
  #safe(e: Expr): boolean {
    if (!this.#outside(e)) return true;
    const seen = new Set<Expr>();
    const safe = (p: Expr): boolean => {
      if (seen.has(p) || this.#scalars.has(p) || !this.#outside(p)) return true;
      seen.add(p);
      return !this.#leaves(p, false) && children(p).every(safe);
    };
    return safe(e);
  }
  readonly #leaves = (p: Expr, below: boolean): boolean =>
    below ||
    (p.kind === 'load' &&
      p.at.some((i, d) => {
        const extent = p.buffer.type.shape[d] as Dim;
        if (isBatch(extent)) return false;
        const [low, high] = this.#axes.range(i);
        return low < 0 || high >= extent;
      }));
  /** Cached for as long as the ranges of loop indices stay the same. */
  #outside = remembered(this.#leaves);
}

/** True for a single term without a factor: there is nothing to add. */
const isAtom = (l: Linear): boolean => l.terms.size === 1 && [...l.terms.values()][0]?.by === 1 && l.constant === 0;
