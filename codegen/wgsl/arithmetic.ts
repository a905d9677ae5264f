/** Operations on values of a shader: constants fold by the IR's rules, and four lanes become one vector where a WGSL
 *  operator treats vectors and numbers alike. */

import { dtypes } from '../../ir/dtype.ts';
import type { BinaryFn, Expr } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { binaries, folded, resultOf, unaries } from '../../ir/scalar.ts';
import type { DType, StoredType } from '../../ir/type.ts';
import { foldConvert } from './fold.ts';
import { callText, convertText, type Helper, literal } from './spell.ts';
import type { Body, Shown, Val } from './values.ts';

export const wgslType = (d: StoredType): Shown => dtypes[d].wgsl.type;

const letters = ['x', 'y', 'z', 'w'];
/** The WGSL text for a lane of a vector. */
export const laneOf = (vector: string, lane: number): string => `${vector}.${letters[lane]}`;

export class Arithmetic {
  readonly #body: Body;
  /** Called with each helper function that the shader needs. */
  readonly #uses: (h: Helper) => void;

  constructor(body: Body, uses: (h: Helper) => void) {
    this.#body = body;
    this.#uses = uses;
  }

  literal(value: number, dtype: DType): Val {
    const text = literal(value, dtype, this.#uses);
    return this.#body.atom(wgslType(dtype), text, dtype === 'f32' ? Math.fround(value) : value);
  }
  number(v: number): Val {
    return this.literal(v, 'i32');
  }

  // ---- indices

  sum(a: Val, b: Val): Val {
    if (a.constant === 0) return b;
    if (b.constant !== null && b.constant < 0) return this.binary('sub', 'i32', a, this.number(-b.constant));
    return b.constant === 0 ? a : this.binary('add', 'i32', a, b);
  }
  times(a: Val, by: number): Val {
    return by === 1 ? a : this.binary('mul', 'i32', a, this.number(by));
  }
  over(a: Val, by: number): Val {
    return by === 1 ? a : this.binary('idiv', 'i32', a, this.number(by));
  }
  rest(a: Val, by: number): Val {
    return by === 1 ? this.number(0) : this.binary('imod', 'i32', a, this.number(by));
  }
  less(a: Val, b: Val): Val {
    return this.binary('lt', 'i32', a, b);
  }

  // ---- expressions

  unary(e: Extract<Expr, { kind: 'unary' }>, value: (e: Expr) => Val): Val {
    const [v, from, to] = [value(e.x), x.dtypeOf(e.x), x.dtypeOf(e)];
    const row = unaries[e.fn];
    const known = v.constant === null ? null : folded(row, from, [v.constant]);
    if (known !== null) return this.literal(known, to);
    const inner = e.x;
    // WGSL may decide a comparison with a NaN either way; in the IR it is false.
    if (e.fn === 'not' && inner.kind === 'binary' && binaries[inner.fn].order && x.dtypeOf(inner.a) === 'f32') {
      const nans = [value(inner.a), value(inner.b)].map((o) => this.#isNan(o));
      const not = this.#not(v);
      return [not, ...nans].reduce((a, c) => this.binary('or', 'bool', a, c));
    }
    return this.#body.of(wgslType(to), e.fn, [v], (o) => callText(row, from, o, this.#uses));
  }

  #not(v: Val): Val {
    return this.#body.of('bool', 'not', [v], (o) => callText(unaries.not, 'bool', o, this.#uses));
  }

  #isNan(v: Val): Val {
    if (v.constant !== null) return this.literal(Number.isNaN(v.constant) ? 1 : 0, 'bool');
    this.#uses('is_nan');
    return this.#body.of('bool', 'is_nan', [v], ([o]) => `is_nan(${o})`);
  }

  binary(fn: BinaryFn, dtype: DType, a: Val, b: Val): Val {
    const row = binaries[fn];
    const result = resultOf(row, dtype);
    if (a.constant !== null && b.constant !== null) {
      const value = folded(row, dtype, [a.constant, b.constant]);
      if (value !== null) return this.literal(value, result);
    }
    if (fn === 'and' || fn === 'or') {
      const neutral = fn === 'and' ? 1 : 0;
      if (a.constant !== null) return a.constant === neutral ? b : a;
      if (b.constant !== null) return b.constant === neutral ? a : b;
    }
    if (dtype === 'i32' && (fn === 'add' || fn === 'sub') && b.constant === 0) return a;
    if (dtype === 'i32' && fn === 'add' && a.constant === 0) return b;
    // x = x is a test for NaN.
    if (a === b && dtype === 'f32' && (fn === 'eq' || fn === 'ne')) {
      const nan = this.#isNan(a);
      return fn === 'ne' ? nan : this.#not(nan);
    }
    // WGSL rejects an integer division by a constant 0, even one that never runs.
    const divisor = row.divides && dtypes[dtype].kind === 'whole' && b.constant === 0;
    const by = divisor ? this.#body.of('i32', 'zero', [], () => '(i32(call.n) - i32(call.n))') : b;
    return this.#body.of(wgslType(result), `${fn} ${dtype}`, [a, by], (o) => callText(row, dtype, o, this.#uses));
  }

  select(cond: Val, then: Val, otherwise: Val): Val {
    return this.#body.of(then.type, 'select', [cond, then, otherwise], ([c, t, o]) => `select(${o}, ${t}, ${c})`);
  }

  convert(from: DType, to: DType, v: Val): Val {
    if (v.constant !== null) return this.literal(foldConvert(from, to, v.constant), to);
    return this.#body.of(wgslType(to), `${to} of ${from}`, [v], ([o]) =>
      convertText(from, to, o as string, this.#uses),
    );
  }

  // ---- vectors

  /** One number or several as the lanes of a vector. */
  vector(of: readonly Val[]): Val {
    const [first] = of as [Val];
    if (first.type === 'vec4f') return first;
    const all = of.every((v) => v === first) ? [first] : of;
    return this.#body.of('vec4f', 'vec4f', all, (o) => `vec4f(${o.join(', ')})`);
  }

  lane(vector: Val, lane: number): Val {
    return this.#body.of('f32', `lane ${lane}`, [vector], ([v]) => laneOf(v as string, lane));
  }

  /** A lanewise operation on vectors and on numbers that are the same in each lane. At least one operand is a vector. */
  lanewise(fn: BinaryFn, a: Val, b: Val): Val {
    return this.#body.of('vec4f', `${fn} vec4f`, [a, b], (o) => callText(binaries[fn], 'f32', o, this.#uses));
  }
}
