/** Buffers in the module's memory: addresses of elements, loads and stores. */

import { flatPlace, type Linear } from '../../ir/analysis/linear.ts';
import { type CodedType, valueType } from '../../ir/dtype.ts';
import type { Buffer, Expr } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { type Kernel, storageOf } from '../../ir/kernel.ts';
import { byteSize, type StoredType } from '../../ir/type.ts';
import type { Axes, Lanes } from './axes.ts';
import type { Code, Val, WasmType } from './code.ts';
import { half } from './half.ts';
import { LANES, lanePicks, splat, wasmType } from './instructions.ts';
import type { Layout } from './layout.ts';

/** Conversions of elements whose type WebAssembly lacks. */
const conversions: Readonly<Record<CodedType, typeof half>> = { f16: half };
const coded: Partial<Record<StoredType, typeof half>> = conversions;

/** The context that memory accesses need. */
export interface Around {
  /** The code is in a branch: a read there may not move out of it. */
  readonly guarded: boolean;
  /** Σ terms·bytes + constant. */
  sum(l: Linear, bytes: number, constant: number): Val;
  /** A vector built from single values. */
  lanewise(e: Expr): Val;
  /** Runs `f` for each lane with the vector's axis bound to that lane's index. */
  eachLane(f: (lane: number) => void): void;
}

interface Address {
  readonly pointer: Val;
  readonly offset: number;
  /** The distance in elements from one lane to the next. */
  readonly stride: number;
}

export class Memory {
  readonly #code: Code;
  readonly #axes: Axes;
  readonly #layout: Layout;
  readonly #values: Around;
  readonly #written: ReadonlySet<Buffer>;

  constructor(kernel: Kernel, layout: Layout, code: Code, axes: Axes, values: Around) {
    this.#code = code;
    this.#axes = axes;
    this.#layout = layout;
    this.#values = values;
    this.#written = new Set(kernel.params.filter((p) => p.access !== 'in').map((p) => p.buffer));
  }

  /** The address of an element as a pointer and a constant offset, neither of them negative. */
  #address(buffer: Buffer, at: readonly Expr[]): Address | null {
    const bytes = byteSize(buffer.type.dtype);
    const base = this.#layout.offset(storageOf(buffer));
    const l = this.#axes.linear(flatPlace(buffer.type.shape, at));
    if (!l) return null;
    // Elements a constant apart share a pointer. A part that may be negative is raised, and the offset lowered to
    // match.
    const least = [...l.terms.values()].reduce((sum, { of, by }) => {
      const [low, high] = this.#axes.range(of);
      // A loop index is never negative, whatever is known of its bounds.
      return sum + by * (by > 0 ? (of.kind === 'axis' ? Math.max(0, low) : low) : high);
    }, 0);
    const lift = Math.max(0, -least) * bytes;
    const offset = base + l.constant * bytes - lift;
    return offset >= 0
      ? { pointer: this.#values.sum(l, bytes, lift), offset, stride: l.lanes }
      : { pointer: this.#values.sum(l, bytes, base + l.constant * bytes), offset: 0, stride: l.lanes };
  }

  #fetch(op: string, type: WasmType, buffer: Buffer, pointer: Val, offset: number, align: number): Val {
    const changing = this.#values.guarded || this.#written.has(storageOf(buffer));
    return changing
      ? this.#code.ordered(op, type, [pointer], [offset, align])
      : this.#code.pure(op, type, [pointer], [offset, align]);
  }

  /** One element. */
  loadScalar(buffer: Buffer, at: readonly Expr[]): Val {
    const a = this.#address(buffer, at);
    if (!a) throw this.#code.fault(`a scalar read of ${buffer.name} depends on lanes`);
    const { dtype } = buffer.type;
    const bytes = byteSize(dtype);
    if (bytes === 4) return this.#fetch(`${wasmType(dtype)}.load`, wasmType(dtype), buffer, a.pointer, a.offset, bytes);
    const narrow = this.#fetch(`i32.load${8 * bytes}_u`, 'i32', buffer, a.pointer, a.offset, bytes);
    return coded[dtype]?.read.one(this.#code, narrow) ?? narrow;
  }

  /** An element for each lane. */
  loadVector(buffer: Buffer, at: readonly Expr[]): Val {
    const a = this.#address(buffer, at);
    if (!a) return this.#values.lanewise(x.load(buffer, at));
    const { dtype } = buffer.type;
    const c = this.#code;
    const { count } = this.#axes.lanes as Lanes;
    const whole = count === LANES;
    const bytes = byteSize(dtype);
    if (bytes < 4) {
      if (a.stride !== 1 || !whole) return this.#values.lanewise(x.load(buffer, at));
      const four = this.#fetch(`v128.load${LANES * 8 * bytes}_zero`, 'v128', buffer, a.pointer, a.offset, bytes);
      const half = bytes === 1 ? c.pure('i16x8.extend_low_i8x16_u', 'v128', [four]) : four;
      const wide = c.pure('i32x4.extend_low_i16x8_u', 'v128', [half]);
      if (dtype === 'bool')
        return c.pure('i32x4.ne', 'v128', [wide, c.leaf('v128.const', 'v128', new Array(16).fill(0))]);
      return coded[dtype]?.read.four(c, wide) ?? wide;
    }
    const at4 = (elements: number): Val =>
      this.#fetch('v128.load', 'v128', buffer, a.pointer, a.offset + 4 * elements, 4);
    if (a.stride === 0) return this.#fetch('v128.load32_splat', 'v128', buffer, a.pointer, a.offset, 4);
    if (a.stride === 1) return whole ? at4(0) : this.#loadPart(buffer, a.pointer, a.offset, count);
    if (!whole) return this.#values.lanewise(x.load(buffer, at));
    // Every second element of eight, from two neighbouring vectors.
    if (a.stride === 2) return c.pure('i8x16.shuffle', 'v128', [at4(0), at4(4)], lanePicks([0, 2, 4, 6]));
    if (a.stride === -1 && a.offset >= 12)
      return c.pure('i8x16.shuffle', 'v128', [at4(-3), at4(-3)], lanePicks([3, 2, 1, 0]));
    return this.#values.lanewise(x.load(buffer, at));
  }

  /** Loads no more elements than there are lanes: those after them may belong to another thread, or lie outside memory. */
  #loadPart(buffer: Buffer, pointer: Val, offset: number, count: number): Val {
    if (count === 1) return this.#fetch('v128.load32_zero', 'v128', buffer, pointer, offset, 4);
    const two = this.#fetch('v128.load64_zero', 'v128', buffer, pointer, offset, 4);
    if (count === 2) return two;
    const third = this.#fetch('f32.load', 'f32', buffer, pointer, offset + 8, 4);
    return this.#code.pure('f32x4.replace_lane', 'v128', [two, third], [2]);
  }

  #storePart(pointer: Val, offset: number, value: Val, count: number): void {
    if (count > 1) this.#code.effect('v128.store64_lane', [pointer, value], [offset, 4, 0]);
    const last = count - 1;
    if (last !== 1) this.#code.effect('v128.store32_lane', [pointer, value], [offset + 4 * last, 4, last]);
  }

  /** Stores one element, or one for each lane. */
  store(buffer: Buffer, at: readonly Expr[], value: Val): void {
    const { dtype } = buffer.type;
    const c = this.#code;
    const bytes = byteSize(dtype);
    const narrow = bytes < 4;
    const { lanes } = this.#axes;
    if (!lanes) {
      const a = this.#address(buffer, at) as Address;
      const element = coded[dtype]?.written.one(c, value) ?? value;
      const op = narrow ? `i32.store${8 * bytes}` : `${wasmType(dtype)}.store`;
      return c.effect(op, [a.pointer, element], [a.offset, bytes]);
    }
    const { count } = lanes;
    const whole = splat(c, value, valueType(dtype));
    const a = this.#address(buffer, at);
    if (a?.stride === 1 && !narrow)
      return count === LANES
        ? this.#code.effect('v128.store', [a.pointer, whole], [a.offset, 4])
        : this.#storePart(a.pointer, a.offset, whole, count);
    const integers =
      dtype === 'bool' ? c.pure('i32x4.abs', 'v128', [whole]) : (coded[dtype]?.written.four(c, whole) ?? whole);
    if (narrow && a?.stride === 1 && count === LANES) {
      const halves = c.pure('i16x8.narrow_i32x4_u', 'v128', [integers, integers]);
      const packed = bytes === 1 ? c.pure('i8x16.narrow_i16x8_u', 'v128', [halves, halves]) : halves;
      return c.effect(`v128.store${LANES * 8 * bytes}_lane`, [a.pointer, packed], [a.offset, bytes, 0]);
    }
    this.#values.eachLane((lane) => {
      const one = this.#address(buffer, at) as Address;
      if (!narrow) return c.effect('v128.store32_lane', [one.pointer, whole], [one.offset, 4, lane]);
      const v = c.pure('i32x4.extract_lane', 'i32', [integers], [lane]);
      c.effect(`i32.store${8 * bytes}`, [one.pointer, v], [one.offset, bytes]);
    });
  }
}
