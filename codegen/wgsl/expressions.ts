/** Expressions as values of a shader: the meaning of axes in the current code, addresses, and reads. */

import { type Binding, flatPlace, type Linear, linear } from '../../ir/analysis/linear.ts';
import type { Axis, Buffer, Expr, Tile } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { Interner } from '../../ir/interner.ts';
import { storageOf } from '../../ir/kernel.ts';
import { binaries } from '../../ir/scalar.ts';
import type { Dim } from '../../ir/type.ts';
import { type Arithmetic, wgslType } from './arithmetic.ts';
import type { Layout } from './layout.ts';
import { fromWord, type Helper, isWhole } from './spell.ts';
import type { Body, Val } from './values.ts';

/** Four lanes of a vectorized loop, from `start` on. */
export interface Lanes {
  readonly axis: Axis;
  readonly start: number;
}

/** Reads of tiles. */
export interface TileReads {
  read(tile: Tile, at: readonly Expr[]): Val;
  /** Four elements that are in one vector; null if they are not. */
  readVector(tile: Tile, at: readonly Expr[]): Val | null;
}

export class Expressions {
  readonly #kernel: string;
  readonly #body: Body;
  readonly #math: Arithmetic;
  readonly #layout: Layout;
  readonly #tiles: TileReads;
  /** Buffers that the kernel writes. */
  readonly #written: ReadonlySet<Buffer>;
  readonly #interner = new Interner();
  /** The values of subexpressions while one expression is emitted: shared parts are visited once. */
  #values: Map<Expr, Val> | null = null;
  readonly #bindings = new Map<Axis, Binding>();
  readonly #indices = new Map<Axis, Val>();
  readonly #depths = new Map<Axis, number>();
  readonly #names = new Set<string>();

  /** `kernel`: the name in error messages. */
  constructor(
    kernel: string,
    layout: Layout,
    written: ReadonlySet<Buffer>,
    body: Body,
    math: Arithmetic,
    tiles: TileReads,
  ) {
    this.#kernel = kernel;
    this.#layout = layout;
    this.#written = written;
    this.#body = body;
    this.#math = math;
    this.#tiles = tiles;
  }

  bind(axis: Axis, index: Val): void {
    this.#indices.set(axis, index);
    this.#depths.set(axis, this.#depths.size);
  }

  copy<T>(axis: Axis, value: number, of: () => T): T {
    return this.bound(axis, { kind: 'constant', value }, of);
  }

  bound<T>(axis: Axis, to: Binding, of: () => T): T {
    const [was, values] = [this.#bindings.get(axis), this.#values];
    this.#bindings.set(axis, to);
    this.#values = null;
    const made = of();
    this.#values = values;
    if (was) this.#bindings.set(axis, was);
    else this.#bindings.delete(axis);
    return made;
  }

  constant(e: Expr): number {
    const l = linear(e, this.#bindings, this.#interner);
    if (!l || l.terms.size > 0) throw new Error(`@${this.#kernel}: the bound of an unrolled loop is not constant`);
    return l.constant;
  }

  /** An expression in four lanes: a vector, or a number if it is the same in each. */
  vector(e: Expr, of: Lanes): Val {
    if (!x.freeAxes(e).has(of.axis)) return this.value(e);
    const vector = e.kind === 'tile' ? this.#tiles.readVector(e.tile, e.at) : null;
    if (vector) return vector;
    if (e.kind === 'binary' && binaries[e.fn].vectors && x.dtypeOf(e) === 'f32') {
      const [a, b] = [this.vector(e.a, of), this.vector(e.b, of)];
      return this.#math.lanewise(e.fn, a, b);
    }
    const each = [0, 1, 2, 3].map((k) => this.copy(of.axis, of.start + k, () => this.value(e)));
    return this.#math.vector(each);
  }

  linear(shape: readonly Dim[], at: readonly Expr[]): Linear {
    return linear(flatPlace(shape, at), this.#bindings, this.#interner) as Linear;
  }

  /** Σ terms + constant + base, with the terms of outer loops first, so that inner loops only add to what is there. */
  #index(shape: readonly Dim[], at: readonly Expr[], base: number): Val {
    return this.indexOf(this.linear(shape, at), base);
  }

  indexOf(l: Linear, base: number): Val {
    const depth = (e: Expr): number => Math.max(-1, ...[...x.freeAxes(e)].map((a) => this.#depths.get(a) ?? 0));
    const terms = [...l.terms.values()].sort((p, q) => depth(p.of) - depth(q.of));
    const sum = terms.reduce<Val | null>((s, { of, by }) => {
      const term = this.#math.times(this.value(of), by);
      return s ? this.#math.sum(s, term) : term;
    }, null);
    const constant = base + l.constant;
    // An index without loop axes that is out of bounds is under a condition that never holds.
    return sum ? this.#math.sum(sum, this.#math.number(constant)) : this.#math.number(Math.max(0, constant));
  }

  word(buffer: Buffer, at: readonly Expr[]): { readonly array: string; readonly word: Val } {
    const address = this.#layout.address(storageOf(buffer));
    if ('member' in address) throw new Error(`@${this.#kernel}: the scalar ${buffer.name} is written`);
    return { array: address.array, word: this.#index(buffer.type.shape, at, address.word) };
  }

  load(buffer: Buffer, at: readonly Expr[]): Val {
    const { dtype } = buffer.type;
    const address = this.#layout.address(storageOf(buffer));
    const uses = (h: Helper): void => this.#layout.uses(h);
    if ('member' in address) {
      const member = `call.${address.member}`;
      const spelt = isWhole(dtype) ? member : fromWord(dtype, member, uses);
      return this.#body.of(wgslType(dtype), address.member, [], () => spelt);
    }
    const { array, word } = this.word(buffer, at);
    const storage = storageOf(buffer);
    const reads = this.#written.has(storage) ? [storage] : [];
    return this.#body.of(
      wgslType(dtype),
      `load ${dtype} ${array}`,
      [word],
      ([i]) => fromWord(dtype, `${array}[${i}]`, uses),
      reads,
    );
  }

  value(e: Expr): Val {
    const isWhole = this.#values === null;
    this.#values ??= new Map();
    const v = this.#values.get(e) ?? this.#newValue(e);
    this.#values.set(e, v);
    if (isWhole) this.#values = null;
    return v;
  }

  #newValue(e: Expr): Val {
    const b = this.#body;
    switch (e.kind) {
      case 'const':
        return this.#math.literal(e.value, e.dtype);
      case 'axis': {
        const bound = this.#bindings.get(e.axis);
        if (bound?.kind === 'constant') return this.#math.number(bound.value);
        return this.at(e.axis);
      }
      case 'size':
        return this.#math.times(
          b.of('i32', 'n', [], () => 'i32(call.n)'),
          e.of.times,
        );
      case 'load':
        return this.load(e.buffer, e.at);
      case 'tile':
        return this.#tiles.read(e.tile, e.at);
      case 'unary':
        return this.#math.unary(e, (o) => this.value(o));
      case 'binary':
        return this.#math.binary(e.fn, x.dtypeOf(e.a), this.value(e.a), this.value(e.b));
      case 'select': {
        const cond = this.value(e.cond);
        if (cond.constant !== null) return this.value(cond.constant ? e.then : e.otherwise);
        const [then, otherwise] = [this.value(e.then), this.value(e.otherwise)];
        return this.#math.select(cond, then, otherwise);
      }
      case 'convert':
        return this.#math.convert(x.dtypeOf(e.x), e.to, this.value(e.x));
      case 'reduce':
        throw new Error(`@${this.#kernel}: a reduction was not lowered to a loop`);
      default:
        return e satisfies never;
    }
  }

  /** A unique name in the function that is no keyword of WGSL. It replaces the number by which a text tells equal names
   *  apart with one of its own. */
  fresh(name: string): string {
    const plain = `${name
      .replace(/(\.\d+)+$/, '')
      .replace(/\W/g, '_')
      .replace(/^_+/, '')}_`;
    for (let k = 0; ; k++) {
      const text = `${plain}${k}`;
      if (/^[A-Za-z]/.test(text) && !this.#names.has(text)) {
        this.#names.add(text);
        return text;
      }
      if (!/^[A-Za-z]/.test(text)) return this.fresh(`t${name}`);
    }
  }

  /** The value of a loop's axis. */
  at(axis: Axis): Val {
    const index = this.#indices.get(axis);
    if (!index) throw new Error(`@${this.#kernel}: the axis ${axis.name} is read outside its loop`);
    return index;
  }
}
