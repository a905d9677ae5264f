/** Spells one kernel as WebAssembly. Every choice is in the kernel already: a vectorized loop is lanes, an unrolled one
 *  copies, a tile is variables. What is left to do here is addresses, and computing equal things once. */

import { type Binding, flatPlace, type Linear, linear } from '../../ir/analysis/linear.ts';
import { countersIn } from '../../ir/analysis/lists.ts';
import { decide, type Known, loopRange, type Range, range } from '../../ir/analysis/range.ts';
import { addsProduct } from '../../ir/analysis/work.ts';
import { upsert } from '../../ir/collections.ts';
import { dtypes, kindOf } from '../../ir/dtype.ts';
import type { Axis, Buffer, Expr, Tile } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { type Kernel, type Loop, type Stmt, sharedNest, storageOf, walkStmts } from '../../ir/kernel.ts';
import { binaries, type ComposedFn, resultOf, unaries } from '../../ir/scalar.ts';
import { byteSize, type Dim, type DType, isBatch } from '../../ir/type.ts';
import { Code, type Val, type WasmType } from './code.ts';
import { composed } from './composed.ts';

export interface Layout {
  /** Bytes from the start of memory. */
  offset(storage: Buffer): number;
  /** How many values integers there may take, from 0 on, where that is known. */
  values?(storage: Buffer): number | undefined;
  readonly maxBatch: number;
  /** Whether lanes add a product in one instruction of relaxed SIMD, whose bits are the engine's. */
  readonly madd: boolean;
}

/** The kernel as a function of the batch. */
export function emitKernel(kernel: Kernel, layout: Layout): Code {
  return new KernelEmitter(kernel, layout, 1).run();
}

/** A kernel that threads share: a function of the batch, a first unit and the one behind the last, which does these units,
 *  and one of the batch that tells how many there are. The iterations of a parallel loop, and of those that it consists of,
 *  are units, and all that stands beside these loops is one more. */
export const emitShare = (kernel: Kernel, layout: Layout): { readonly run: Code; readonly units: Code } => ({
  run: new KernelEmitter(kernel, layout, 3).share(),
  units: new KernelEmitter(kernel, layout, 1).units(),
});

const wasmType = (d: DType): 'i32' | 'f32' => dtypes[d].wasm[0];
/** The vector interpretation of an element type: conditions are all-ones masks. */
const lanesOf = (d: DType): 'f32x4' | 'i32x4' => dtypes[d].wasm[1];
const LANES = 4;

/** What a shared kernel consists of. */
type Part =
  | { readonly kind: 'shared'; readonly nest: readonly Loop[] }
  | { readonly kind: 'alone'; readonly stmts: readonly Stmt[] };

function partsOf({ body }: Kernel): Part[] {
  const isParallel = (s: Stmt): s is Loop => s.kind === 'for' && s.mode === 'parallel';
  const stmts = body.filter((s) => !isParallel(s));
  const alone: Part[] = stmts.length > 0 ? [{ kind: 'alone', stmts }] : [];
  return [...body.filter(isParallel).map((l): Part => ({ kind: 'shared', nest: sharedNest(l) })), ...alone];
}

/** How many units a part has, from the batch. */
const unitsIn = (p: Part): Expr => (p.kind === 'alone' ? x.int(1) : p.nest.map(tripsOf).reduce((a, b) => x.mul(a, b)));
const tripsOf = ({ from, to, step }: Loop): Expr => x.idiv(x.add(x.sub(to, from), x.int(step - 1)), x.int(step));

interface TileVars {
  readonly tile: Tile;
  readonly vector: boolean;
  readonly first: number;
}

class KernelEmitter {
  readonly #kernel: Kernel;
  readonly #layout: Layout;
  readonly #code: Code;
  readonly #interner = new x.Interner();
  readonly #bindings = new Map<Axis, Binding>();
  readonly #indices = new Map<Axis, Val>();
  readonly #limits = new Map<Axis, Range>();
  readonly #known: Known;
  readonly #tiles = new Map<Tile, TileVars>();
  readonly #written: ReadonlySet<Buffer>;
  readonly #vectorTiles: ReadonlySet<Tile>;
  readonly #batch: Val;
  /** The axis whose consecutive indices the lanes stand for now, and how many: what no lane stands for is never stored. */
  #lanes: Axis | null = null;
  #count = LANES;
  /** In a branch that is taken only under its condition: what is read there may not be read elsewhere. */
  #guarded = 0;
  /** Values of expressions, while nothing they hang on changes: shared parts are visited once. */
  #scalars = new Map<Expr, Val>();
  #vectors = new Map<Expr, Val>();

  constructor(kernel: Kernel, layout: Layout, params: number) {
    this.#code = new Code(params);
    const counters = countersIn(kernel);
    this.#kernel = kernel;
    this.#layout = layout;
    this.#written = new Set(kernel.params.filter((p) => p.access !== 'in').map((p) => p.buffer));
    this.#vectorTiles = vectorTiles(kernel);
    this.#known = {
      maxBatch: layout.maxBatch,
      values: (of) => ('type' in of ? layout.values?.(of) : counters.has(of) ? Number.POSITIVE_INFINITY : undefined),
      axis: (a) => {
        const b = this.#bindings.get(a);
        if (b?.kind === 'constant') return [b.value, b.value];
        if (b?.kind === 'lanes') return [b.start, b.start + b.count - 1];
        return this.#limits.get(a) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
      },
    };
    this.#batch = this.#code.leaf('local.get', 'i32', [0]);
  }

  run(): Code {
    this.#stmts(this.#kernel.body);
    return this.#code;
  }

  share(): Code {
    const c = this.#code;
    const [from, to] = [c.leaf('local.get', 'i32', [1]), c.leaf('local.get', 'i32', [2])];
    let before: Expr = x.int(0);
    for (const part of partsOf(this.#kernel)) {
      const [start, units] = [this.#scalar(before), unitsIn(part)];
      if (part.kind === 'shared') this.#anew(() => this.#units(part.nest, start, from, to));
      else {
        const mine = [c.pure('i32.ge_u', 'i32', [start, from]), c.pure('i32.lt_u', 'i32', [start, to])];
        c.fence(c.pure('i32.and', 'i32', mine), () => this.#stmts(part.stmts));
      }
      before = x.add(before, units);
    }
    return c;
  }

  units(): Code {
    const all = partsOf(this.#kernel).reduce<Expr>((sum, p) => x.add(sum, unitsIn(p)), x.int(0));
    this.#code.result = this.#scalar(all);
    return this.#code;
  }

  /** Of a nest's iterations, numbered from `start` on in their order, those from `from` up to `to`. */
  #units(nest: readonly Loop[], start: Val, from: Val, to: Val): void {
    const c = this.#code;
    const counts = nest.map((l) => this.#scalar(tripsOf(l)));
    const all = this.#scalar(unitsIn({ kind: 'shared', nest }));
    const zero = c.leaf('i32.const', 'i32', [0]);
    const greater = (a: Val, b: Val, otherwise: Val): Val =>
      c.pure('select', 'i32', [c.pure('i32.gt_s', 'i32', [a, b]), a, otherwise]);
    const [first, end] = [from, to].map((v) => c.pure('i32.sub', 'i32', [v, start])) as [Val, Val];
    const least = c.pure('select', 'i32', [c.pure('i32.lt_s', 'i32', [end, all]), end, all]);
    for (const l of nest) this.#limits.set(l.axis, loopRange(l, this.#known));
    c.loop(greater(first, zero, zero), least, 1, false, (number) => {
      let left = number;
      for (const [k, l] of [...nest.entries()].reverse()) {
        const count = counts[k] as Val;
        const turn = k === 0 ? left : c.pure('i32.rem_u', 'i32', [left, count]);
        if (k > 0) left = c.pure('i32.div_u', 'i32', [left, count]);
        const moved = l.step === 1 ? turn : c.pure('i32.mul', 'i32', [turn, c.leaf('i32.const', 'i32', [l.step])]);
        const low = this.#scalar(l.from);
        this.#indices.set(l.axis, low === zero ? moved : c.pure('i32.add', 'i32', [low, moved]));
      }
      const inside = (k: number): void => {
        const l = nest[k] as Loop;
        this.#with(l.axis, { kind: 'loop' }, () => (k + 1 < nest.length ? inside(k + 1) : this.#stmts(l.body)));
      };
      inside(0);
    });
  }

  #stmts(body: readonly Stmt[]): void {
    for (const s of body) this.#anew(() => this.#stmt(s));
  }

  #stmt(s: Stmt): void {
    switch (s.kind) {
      case 'for':
        return this.#loop(s);
      case 'tile':
        this.#variables(s.tile);
        return;
      case 'barrier':
        // One thread after the other runs the invocations: what they wrote is there.
        return;
      case 'set':
        return this.#assign(s.tile, s.at, () => this.#value(s.value));
      case 'accumulate':
        return this.#assign(s.tile, s.at, () =>
          this.#layout.madd && this.#lanes && addsProduct(s)
            ? this.#madd(this.#value(s.value.a), this.#value(s.value.b), this.#read(s.tile, s.at))
            : this.#arithmetic(s.fn, s.tile.dtype, this.#read(s.tile, s.at), this.#value(s.value)),
        );
      case 'store':
        return this.#store(
          s.buffer,
          s.at,
          s.add
            ? this.#arithmetic('add', s.buffer.type.dtype, this.#value(x.load(s.buffer, s.at)), this.#value(s.value))
            : this.#value(s.value),
        );
      default:
        return s satisfies never;
    }
  }

  #madd(a: Val, b: Val, sum: Val): Val {
    if (sum.type !== 'v128' || (a.type !== 'v128' && b.type !== 'v128'))
      return this.#arithmetic('add', 'f32', sum, this.#arithmetic('mul', 'f32', a, b));
    return this.#code.pure('f32x4.relaxed_madd', 'v128', [this.#splat(a, 'f32'), this.#splat(b, 'f32'), sum]);
  }

  #loop(l: Loop): void {
    if (l.mode === 'unrolled' || l.mode === 'vectorized') {
      const [from, to] = [this.#constant(l.from), this.#constant(l.to)];
      if (l.mode === 'vectorized') return this.#vectorized(l, from, to);
      for (let i = from; i < to; i += l.step) {
        const copy = (): void => this.#with(l.axis, { kind: 'constant', value: i }, () => this.#stmts(l.body));
        if (l.fenced) this.#code.fence(this.#batch, copy);
        else copy();
      }
      return;
    }
    this.#limits.set(l.axis, loopRange(l, this.#known));
    const certain = this.#range(l.to)[0] > this.#range(l.from)[1];
    this.#code.loop(this.#value(l.from), this.#value(l.to), l.step, certain, (index) => {
      this.#indices.set(l.axis, index);
      this.#with(l.axis, { kind: 'loop' }, () => this.#stmts(l.body));
    });
  }

  #vectorized(l: Loop, from: number, to: number): void {
    if (this.#lanes) throw new Error(`@${this.#kernel.name}: a vectorized loop inside another`);
    for (let i = from; i < to; i += LANES) {
      this.#lanes = l.axis;
      this.#count = Math.min(LANES, to - i);
      this.#with(l.axis, { kind: 'lanes', start: i, count: this.#count }, () => this.#stmts(l.body));
    }
    this.#lanes = null;
  }

  /** Runs `f` knowing no value yet, or those given. */
  #anew<T>(f: () => T, scalars = new Map<Expr, Val>(), vectors = new Map<Expr, Val>()): T {
    const was = [this.#scalars, this.#vectors] as const;
    [this.#scalars, this.#vectors] = [scalars, vectors];
    const result = f();
    [this.#scalars, this.#vectors] = was;
    return result;
  }

  #with(axis: Axis, binding: Binding, f: () => void): void {
    const [was, outside] = [this.#bindings.get(axis), this.#outside];
    this.#bindings.set(axis, binding);
    this.#outside = x.remembered(this.#leaves);
    this.#anew(f);
    this.#outside = outside;
    if (was) this.#bindings.set(axis, was);
    else this.#bindings.delete(axis);
  }

  #constant(e: Expr): number {
    const l = linear(e, this.#bindings, this.#interner);
    if (!l || l.terms.size > 0 || l.lanes !== 0)
      throw new Error(`@${this.#kernel.name}: an unrolled loop's bound is no constant`);
    return l.constant;
  }
  #range(e: Expr): Range {
    return range(e, this.#known);
  }

  // ---- tiles

  #variables(tile: Tile): TileVars {
    const known = this.#tiles.get(tile);
    if (known) return known;
    const count = tile.shape.reduce((a, b) => a * b, 1);
    const vector = this.#vectorTiles.has(tile);
    const type: WasmType = vector ? 'v128' : wasmType(tile.dtype);
    const slots = vector ? rowsOf(tile) * vectorsOf(tile) : count;
    let first = 0;
    for (let i = 0; i < slots; i++) {
      const local = this.#code.local(type);
      if (i === 0) first = local;
    }
    const vars = { tile, vector, first };
    this.#tiles.set(tile, vars);
    return vars;
  }

  /** The variable that holds a tile's element, and the lane in it where the tile is one of vectors. With `stride`, every
   *  stride-th element from there on, one for each lane. */
  #slot(tile: Tile, at: readonly Expr[]): { local: number; lane: number | null; stride: number } {
    const vars = this.#variables(tile);
    const place = (index: readonly Expr[]): Linear => {
      const l = linear(flatPlace(tile.shape, index), this.#bindings, this.#interner);
      if (!l || l.terms.size > 0)
        throw new Error(`@${this.#kernel.name}: tile ${tile.name} is indexed by a loop that is not unrolled`);
      return l;
    };
    if (!vars.vector) return { local: vars.first + place(at).constant, lane: null, stride: 0 };
    const [row, along] = [place(at.slice(0, -1)).constant, place(at.slice(-1))];
    const local = vars.first + row * vectorsOf(tile) + Math.floor(along.constant / LANES);
    return { local, lane: along.constant % LANES, stride: along.lanes };
  }

  #read(tile: Tile, at: readonly Expr[]): Val {
    const { local, lane, stride } = this.#slot(tile, at);
    const c = this.#code;
    if (lane === null) return c.ordered('local.get', wasmType(tile.dtype), [], [local]);
    const vector = (k: number): Val => c.ordered('local.get', 'v128', [], [local + k]);
    const one = (element: number): Val =>
      c.pure(
        `${lanesOf(tile.dtype)}.extract_lane`,
        wasmType(tile.dtype),
        [vector(Math.floor(element / LANES))],
        [element % LANES],
      );
    if (stride === 0) return one(lane);
    if (stride === 1 && lane === 0) return vector(0);
    const elements = Array.from({ length: this.#count }, (_, k) => lane + k * stride);
    if (this.#count === LANES && (elements.at(-1) as number) < 2 * LANES)
      return c.pure('i8x16.shuffle', 'v128', [vector(0), vector(1)], lanePicks(elements));
    const [first, ...rest] = elements.map(one);
    return this.#vectorOf(first as Val, rest, tile.dtype);
  }

  #assign(tile: Tile, at: readonly Expr[], value: () => Val): void {
    const v = value();
    const { local, lane, stride } = this.#slot(tile, at);
    if (lane !== null && stride === 0) {
      const whole = this.#code.ordered('local.get', 'v128', [], [local]);
      const next = this.#code.pure(`${lanesOf(tile.dtype)}.replace_lane`, 'v128', [whole, v], [lane]);
      return this.#code.effect('local.set', [next], [local]);
    }
    this.#code.effect('local.set', [lane === null ? v : this.#splat(v, tile.dtype)], [local]);
  }

  // ---- memory

  /** An element's address as a pointer and a constant offset, the offset never negative and the pointer neither. */
  #address(buffer: Buffer, at: readonly Expr[]): { pointer: Val; offset: number; stride: number } | null {
    const bytes = byteSize(buffer.type.dtype);
    const base = this.#layout.offset(storageOf(buffer));
    const l = linear(flatPlace(buffer.type.shape, at), this.#bindings, this.#interner);
    if (!l) return null;
    // All elements that lie a constant apart share a pointer. What may be negative is lifted, and the offset lowered by as much.
    const least = [...l.terms.values()].reduce((sum, { of, by }) => {
      const [low, high] = this.#range(of);
      // No index of a loop is negative, whatever is known of its bounds.
      return sum + by * (by > 0 ? (of.kind === 'axis' ? Math.max(0, low) : low) : high);
    }, 0);
    const lift = Math.max(0, -least) * bytes;
    const offset = base + l.constant * bytes - lift;
    return offset >= 0
      ? { pointer: this.#sum(l, bytes, lift), offset, stride: l.lanes }
      : { pointer: this.#sum(l, bytes, base + l.constant * bytes), offset: 0, stride: l.lanes };
  }

  /** Σ terms·bytes + constant, outer loops' terms first, so that inner loops only add to what stands. */
  #sum(l: Linear, bytes: number, constant: number): Val {
    const c = this.#code;
    const terms = [...l.terms.values()]
      .map(({ of, by }) => ({ value: this.#scalar(of), by: by * bytes }))
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

  #fetch(op: string, type: WasmType, buffer: Buffer, pointer: Val, offset: number, align: number): Val {
    const changing = this.#guarded > 0 || this.#written.has(storageOf(buffer));
    return changing
      ? this.#code.ordered(op, type, [pointer], [offset, align])
      : this.#code.pure(op, type, [pointer], [offset, align]);
  }

  #loadScalar(buffer: Buffer, at: readonly Expr[]): Val {
    const a = this.#address(buffer, at);
    if (!a) throw new Error(`@${this.#kernel.name}: a scalar read of ${buffer.name} depends on lanes`);
    const { dtype } = buffer.type;
    if (byteSize(dtype) === 1) return this.#fetch('i32.load8_u', 'i32', buffer, a.pointer, a.offset, 1);
    return this.#fetch(`${wasmType(dtype)}.load`, wasmType(dtype), buffer, a.pointer, a.offset, 4);
  }

  #loadVector(buffer: Buffer, at: readonly Expr[]): Val {
    const a = this.#address(buffer, at);
    if (!a) return this.#lanewise(x.load(buffer, at));
    const { dtype } = buffer.type;
    const c = this.#code;
    const whole = this.#count === LANES;
    if (byteSize(dtype) === 1) {
      if (a.stride !== 1 || !whole) return this.#lanewise(x.load(buffer, at));
      const four = this.#fetch('v128.load32_zero', 'v128', buffer, a.pointer, a.offset, 1);
      const wide = c.pure('i32x4.extend_low_i16x8_u', 'v128', [c.pure('i16x8.extend_low_i8x16_u', 'v128', [four])]);
      return dtype === 'bool'
        ? c.pure('i32x4.ne', 'v128', [wide, c.leaf('v128.const', 'v128', new Array(16).fill(0))])
        : wide;
    }
    const at4 = (elements: number): Val =>
      this.#fetch('v128.load', 'v128', buffer, a.pointer, a.offset + 4 * elements, 4);
    if (a.stride === 0) return this.#fetch('v128.load32_splat', 'v128', buffer, a.pointer, a.offset, 4);
    if (a.stride === 1) return whole ? at4(0) : this.#loadPart(buffer, a.pointer, a.offset);
    if (!whole) return this.#lanewise(x.load(buffer, at));
    // Every second element of eight: the first and third of two neighbouring vectors.
    if (a.stride === 2) return c.pure('i8x16.shuffle', 'v128', [at4(0), at4(4)], lanePicks([0, 2, 4, 6]));
    if (a.stride === -1 && a.offset >= 12)
      return c.pure('i8x16.shuffle', 'v128', [at4(-3), at4(-3)], lanePicks([3, 2, 1, 0]));
    return this.#lanewise(x.load(buffer, at));
  }

  /** As many neighbours as there are lanes: what lies behind them may belong to another thread, or to nobody. */
  #loadPart(buffer: Buffer, pointer: Val, offset: number): Val {
    if (this.#count === 1) return this.#fetch('v128.load32_zero', 'v128', buffer, pointer, offset, 4);
    const two = this.#fetch('v128.load64_zero', 'v128', buffer, pointer, offset, 4);
    if (this.#count === 2) return two;
    const third = this.#fetch('f32.load', 'f32', buffer, pointer, offset + 8, 4);
    return this.#code.pure('f32x4.replace_lane', 'v128', [two, third], [2]);
  }

  #storePart(pointer: Val, offset: number, value: Val): void {
    if (this.#count > 1) this.#code.effect('v128.store64_lane', [pointer, value], [offset, 4, 0]);
    const last = this.#count - 1;
    if (last !== 1) this.#code.effect('v128.store32_lane', [pointer, value], [offset + 4 * last, 4, last]);
  }

  #store(buffer: Buffer, at: readonly Expr[], value: Val): void {
    const { dtype } = buffer.type;
    const byte = byteSize(dtype) === 1;
    if (!this.#lanes) {
      const a = this.#address(buffer, at) as { pointer: Val; offset: number };
      return this.#code.effect(
        byte ? 'i32.store8' : `${wasmType(dtype)}.store`,
        [a.pointer, value],
        [a.offset, byte ? 1 : 4],
      );
    }
    const whole = this.#splat(value, dtype);
    const a = this.#address(buffer, at);
    if (a?.stride === 1 && !byte)
      return this.#count === LANES
        ? this.#code.effect('v128.store', [a.pointer, whole], [a.offset, 4])
        : this.#storePart(a.pointer, a.offset, whole);
    const integers = dtype === 'bool' ? this.#code.pure('i32x4.abs', 'v128', [whole]) : whole;
    if (byte && a?.stride === 1 && this.#count === LANES) {
      const half = this.#code.pure('i16x8.narrow_i32x4_u', 'v128', [integers, integers]);
      const bytes = this.#code.pure('i8x16.narrow_i16x8_u', 'v128', [half, half]);
      return this.#code.effect('v128.store32_lane', [a.pointer, bytes], [a.offset, 1, 0]);
    }
    this.#eachLane((lane) => {
      const one = this.#address(buffer, at) as { pointer: Val; offset: number };
      if (!byte) return this.#code.effect('v128.store32_lane', [one.pointer, whole], [one.offset, 4, lane]);
      const v = this.#code.pure('i32x4.extract_lane', 'i32', [integers], [lane]);
      this.#code.effect('i32.store8', [one.pointer, v], [one.offset, 1]);
    });
  }

  /** Runs `f` for each lane with the vector's axis bound to that lane's index. */
  #eachLane(f: (lane: number) => void): void {
    const axis = this.#lanes as Axis;
    const { start } = this.#bindings.get(axis) as { start: number };
    this.#lanes = null;
    for (let lane = 0; lane < this.#count; lane++)
      this.#with(axis, { kind: 'constant', value: start + lane }, () => f(lane));
    this.#lanes = axis;
  }

  /** A vector made of scalars, for what has no vector form. */
  #lanewise(e: Expr): Val {
    const dtype = x.dtypeOf(e);
    const parts: Val[] = [];
    this.#eachLane(() => parts.push(this.#value(e)));
    const c = this.#code;
    const [first, ...rest] =
      dtype === 'bool' ? parts.map((p) => c.pure('i32.sub', 'i32', [c.leaf('i32.const', 'i32', [0]), p])) : parts;
    return this.#vectorOf(first as Val, rest, dtype);
  }

  #vectorOf(first: Val, rest: readonly Val[], dtype: DType): Val {
    const lanes = lanesOf(dtype);
    return rest.reduce(
      (v, p, i) => this.#code.pure(`${lanes}.replace_lane`, 'v128', [v, p], [i + 1]),
      this.#code.pure(`${lanes}.splat`, 'v128', [first]),
    );
  }

  // ---- values

  /** Whether the lanes' axis takes part in an expression. */
  #varies(e: Expr): boolean {
    const axis = this.#lanes;
    if (!axis) return false;
    return upsert(this.#varying, axis, () =>
      x.remembered((p, below) => below || (p.kind === 'axis' && p.axis === axis)),
    )(e);
  }
  readonly #varying = new Map<Axis, (e: Expr) => boolean>();

  #splat(v: Val, dtype: DType): Val {
    if (v.type === 'v128') return v;
    const c = this.#code;
    if (dtype === 'bool')
      return c.pure('i32x4.splat', 'v128', [c.pure('i32.sub', 'i32', [c.leaf('i32.const', 'i32', [0]), v])]);
    if (v.op === 'f32.load' && v.uses.length === 0) {
      const [offset, align] = v.imm as [number, number];
      return v.ordered
        ? c.ordered('v128.load32_splat', 'v128', v.args, [offset, align])
        : c.pure('v128.load32_splat', 'v128', v.args, [offset, align]);
    }
    return c.pure(`${lanesOf(dtype)}.splat`, 'v128', [v]);
  }

  /** An expression's value: four lanes' worth where it varies with the lanes, else one for all. */
  #value(e: Expr): Val {
    return this.#varies(e) ? this.#vector(e) : this.#scalar(e);
  }

  #scalar(e: Expr): Val {
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
      case 'axis': {
        const b = this.#bindings.get(e.axis);
        if (b?.kind === 'constant') return c.leaf('i32.const', 'i32', [b.value]);
        const index = this.#indices.get(e.axis);
        if (!index) throw new Error(`@${this.#kernel.name}: axis ${e.axis.name} is not bound`);
        return index;
      }
      case 'size':
        return e.of.times === 1
          ? this.#batch
          : c.pure('i32.mul', 'i32', [this.#batch, c.leaf('i32.const', 'i32', [e.of.times])]);
      case 'load':
        return this.#loadScalar(e.buffer, e.at);
      case 'tile':
        return this.#read(e.tile, e.at);
      case 'unary':
        return this.#unary(e.fn, x.dtypeOf(e.x), this.#scalar(e.x));
      case 'binary': {
        if (x.dtypeOf(e) === 'i32') {
          const l = linear(e, this.#bindings, this.#interner);
          // Sums of values that are no indices may wrap, and their factors leave the range that numbers here have.
          const whole = l && [l.constant, ...[...l.terms.values()].map((t) => t.by)].every((v) => v === (v | 0));
          if (l && whole && l.lanes === 0 && !isAtom(l)) return this.#sum(l, 1, l.constant);
        }
        return this.#naturalQuotient(e) ?? this.#arithmetic(e.fn, x.dtypeOf(e.a), this.#scalar(e.a), this.#scalar(e.b));
      }
      case 'select': {
        const known = decide(e.cond, this.#known);
        if (known !== null) return this.#scalar(known ? e.then : e.otherwise);
        if (this.#safe(e.then) && this.#safe(e.otherwise))
          return c.pure('select', wasmType(x.dtypeOf(e)), [
            this.#scalar(e.cond),
            this.#scalar(e.then),
            this.#scalar(e.otherwise),
          ]);
        return c.branch(
          this.#scalar(e.cond),
          wasmType(x.dtypeOf(e)),
          () => this.#behind(() => this.#scalar(e.then)),
          () => this.#behind(() => this.#scalar(e.otherwise)),
        );
      }
      case 'convert':
        return this.#convert(x.dtypeOf(e.x), e.to, this.#scalar(e.x));
      case 'reduce':
        throw new Error(`@${this.#kernel.name}: a reduction was not lowered`);
      default:
        return e satisfies never;
    }
  }

  /** What is never negative is divided by a power of two in one instruction: an engine does not know that it is not. */
  #naturalQuotient(e: Extract<Expr, { kind: 'binary' }>): Val | null {
    if ((e.fn !== 'idiv' && e.fn !== 'imod') || e.b.kind !== 'const') return null;
    const by = e.b.value;
    if (by < 1 || (by & (by - 1)) !== 0 || !(this.#range(e.a)[0] >= 0)) return null;
    const c = this.#code;
    const number = (value: number): Val => c.leaf('i32.const', 'i32', [value]);
    return e.fn === 'idiv'
      ? c.pure('i32.shr_u', 'i32', [this.#scalar(e.a), number(31 - Math.clz32(by))])
      : c.pure('i32.and', 'i32', [this.#scalar(e.a), number(by - 1)]);
  }

  #behind<T>(f: () => T): T {
    this.#guarded++;
    const v = this.#anew(f, new Map(this.#scalars), new Map(this.#vectors));
    this.#guarded--;
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
    const operand = (p: Expr): Val => this.#splat(this.#value(p), x.dtypeOf(p));
    switch (e.kind) {
      case 'const':
      case 'size':
        return this.#splat(this.#scalar(e), dtype);
      case 'axis': {
        const { start } = this.#bindings.get(e.axis) as { start: number };
        const bytes = new Uint8Array(new Int32Array([start, start + 1, start + 2, start + 3]).buffer);
        return c.leaf('v128.const', 'v128', [...bytes]);
      }
      case 'load':
        return this.#loadVector(e.buffer, e.at);
      case 'tile':
        return this.#read(e.tile, e.at);
      case 'unary':
        return this.#unaryVector(e.fn, x.dtypeOf(e.x), operand(e.x));
      case 'binary': {
        const { wasm, shifts } = binaries[e.fn];
        const of = x.dtypeOf(e.a);
        // No vector instruction divides integers, and all lanes are shifted alike.
        if (!wasm?.[kindOf(of)]?.[1] || (shifts && this.#varies(e.b))) return this.#lanewise(e);
        return this.#arithmeticVector(e.fn, of, operand(e.a), shifts ? this.#scalar(e.b) : operand(e.b));
      }
      case 'select': {
        const known = decide(e.cond, this.#known);
        if (known !== null) return operand(known ? e.then : e.otherwise);
        if (!this.#safe(e.then) || !this.#safe(e.otherwise)) {
          if (this.#varies(e.cond)) return this.#lanewise(e);
          return c.branch(
            this.#scalar(e.cond),
            'v128',
            () => this.#behind(() => operand(e.then)),
            () => this.#behind(() => operand(e.otherwise)),
          );
        }
        if (!this.#varies(e.cond))
          return c.pure('select', 'v128', [this.#scalar(e.cond), operand(e.then), operand(e.otherwise)]);
        const least = this.#pseudoMinMax(e, operand);
        return least ?? c.pure('v128.bitselect', 'v128', [operand(e.then), operand(e.otherwise), operand(e.cond)]);
      }
      case 'convert':
        return this.#convertVector(x.dtypeOf(e.x), e.to, operand(e.x));
      case 'reduce':
        throw new Error(`@${this.#kernel.name}: a reduction was not lowered`);
      default:
        return e satisfies never;
    }
  }

  /** `a < b ? b : a` is one instruction, with just this treatment of NaN and of equal zeros; and so `b < a ? b : a`. */
  #pseudoMinMax(e: Extract<Expr, { kind: 'select' }>, operand: (p: Expr) => Val): Val | null {
    if (e.cond.kind !== 'binary' || e.cond.fn !== 'lt' || x.dtypeOf(e.then) !== 'f32') return null;
    const same = (p: Expr, q: Expr): boolean => this.#interner.id(p) === this.#interner.id(q);
    const [{ a, b }, { then, otherwise }] = [e.cond, e];
    if (same(a, otherwise) && same(b, then)) return this.#code.pure('f32x4.pmax', 'v128', [operand(a), operand(b)]);
    if (same(b, otherwise) && same(a, then)) return this.#code.pure('f32x4.pmin', 'v128', [operand(b), operand(a)]);
    return null;
  }

  /** Whether every read in an expression stays inside its buffer, whatever condition it stands behind. Along the batch no
   *  op shifts an index, so only fixed dimensions are in question. */
  #safe(e: Expr): boolean {
    return !this.#outside(e);
  }
  readonly #leaves = (p: Expr, below: boolean): boolean =>
    below ||
    (p.kind === 'load' &&
      p.at.some((i, d) => {
        const extent = p.buffer.type.shape[d] as Dim;
        if (isBatch(extent)) return false;
        const [low, high] = this.#range(i);
        return low < 0 || high >= extent;
      }));
  /** Known as long as loops' indices range as they do. */
  #outside = x.remembered(this.#leaves);

  // ---- instructions

  #arithmetic(fn: x.BinaryFn, dtype: DType, a: Val, b: Val): Val {
    if (a.type === 'v128' || b.type === 'v128')
      return this.#arithmeticVector(fn, dtype, this.#splat(a, dtype), this.#splat(b, dtype));
    const row = binaries[fn];
    const one = row.wasm?.[kindOf(dtype)]?.[0];
    if (one === 'composed') return composed[fn as ComposedFn].one(this.#code, dtype, a, b);
    if (!one) throw new Error(`@${this.#kernel.name}: ${fn} of ${dtype} was not expanded`);
    const result = resultOf(row, dtype);
    const v = this.#code.pure(one, wasmType(result), [a, b]);
    return row.closed ? v : this.#narrow(result, v);
  }

  #arithmeticVector(fn: x.BinaryFn, dtype: DType, a: Val, b: Val): Val {
    const row = binaries[fn];
    const four = row.wasm?.[kindOf(dtype)]?.[1];
    if (four === 'composed') return composed[fn as ComposedFn].four(this.#code, dtype, a, b);
    if (!four) throw new Error(`@${this.#kernel.name}: no vector instruction is ${fn} of ${dtype}`);
    const v = this.#code.pure(four, 'v128', [a, b]);
    return row.closed ? v : this.#narrow(resultOf(row, dtype), v);
  }

  /** A whole number brought into the range of its type. */
  #narrow(dtype: DType, v: Val): Val {
    return dtype === 'u8' ? this.#convert('i32', dtype, v) : v;
  }

  #unary(fn: x.UnaryFn, dtype: DType, v: Val): Val {
    if (v.type === 'v128') return this.#unaryVector(fn, dtype, v);
    const row = unaries[fn];
    const one = row.wasm?.[kindOf(dtype)]?.[0];
    if (one === 'composed') return composed[fn as ComposedFn].one(this.#code, dtype, v, v);
    if (!one) throw new Error(`@${this.#kernel.name}: ${fn} of ${dtype} was not expanded`);
    return this.#code.pure(one, wasmType(resultOf(row, dtype)), [v]);
  }

  #unaryVector(fn: x.UnaryFn, dtype: DType, v: Val): Val {
    const four = unaries[fn].wasm?.[kindOf(dtype)]?.[1];
    if (four === 'composed') return composed[fn as ComposedFn].four(this.#code, dtype, v, v);
    if (!four) throw new Error(`@${this.#kernel.name}: no vector instruction is ${fn} of ${dtype}`);
    return this.#code.pure(four, 'v128', [v]);
  }

  #convert(from: DType, to: DType, v: Val): Val {
    if (v.type === 'v128') return this.#convertVector(from, to, v);
    const c = this.#code;
    if (from === 'f32') {
      if (to === 'bool') return c.pure('f32.ne', 'i32', [v, c.leaf('f32.const', 'f32', [0])]);
      const i = c.pure('i32.trunc_s_sat.f32', 'i32', [v]);
      return to === 'u8' ? c.pure('i32.and', 'i32', [i, c.leaf('i32.const', 'i32', [255])]) : i;
    }
    if (to === 'f32') return c.pure('f32.convert_s.i32', 'f32', [v]);
    if (to === 'bool') return c.pure('i32.ne', 'i32', [v, c.leaf('i32.const', 'i32', [0])]);
    return to === 'u8' && from === 'i32' ? c.pure('i32.and', 'i32', [v, c.leaf('i32.const', 'i32', [255])]) : v;
  }

  #convertVector(from: DType, to: DType, v: Val): Val {
    const c = this.#code;
    const all = (value: number): Val =>
      c.leaf('v128.const', 'v128', [...new Uint8Array(new Int32Array(4).fill(value).buffer)]);
    if (from === 'bool') {
      const one = c.pure('v128.and', 'v128', [v, all(1)]);
      return to === 'f32' ? c.pure('f32x4.convert_i32x4_s', 'v128', [one]) : one;
    }
    if (to === 'bool')
      return from === 'f32' ? c.pure('f32x4.ne', 'v128', [v, all(0)]) : c.pure('i32x4.ne', 'v128', [v, all(0)]);
    if (from === 'f32') {
      const i = c.pure('i32x4.trunc_sat_f32x4_s', 'v128', [v]);
      return to === 'u8' ? c.pure('v128.and', 'v128', [i, all(255)]) : i;
    }
    if (to === 'f32') return c.pure('f32x4.convert_i32x4_s', 'v128', [v]);
    return to === 'u8' && from === 'i32' ? c.pure('v128.and', 'v128', [v, all(255)]) : v;
  }
}

/** One term by itself: nothing is added up. */
const isAtom = (l: Linear): boolean => l.terms.size === 1 && [...l.terms.values()][0]?.by === 1 && l.constant === 0;

/** A shuffle's bytes from the lanes it picks, 0…3 of the first vector and 4…7 of the second. */
const lanePicks = (lanes: readonly number[]): number[] =>
  lanes.flatMap((l) => [4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3]);

/** Tiles that some vectorized loop's axis indexes in the last place: they are kept as vectors. */
function vectorTiles(kernel: Kernel): Set<Tile> {
  const lanes = new Set<Axis>();
  walkStmts(kernel.body, (s) => {
    if (s.kind === 'for' && s.mode === 'vectorized') lanes.add(s.axis);
  });
  const found = new Set<Tile>();
  walkStmts(kernel.body, (s) => {
    if (s.kind !== 'set' && s.kind !== 'accumulate') return;
    const last = s.at.at(-1);
    if (last && x.some(last, (p) => p.kind === 'axis' && lanes.has(p.axis))) found.add(s.tile);
  });
  return found;
}

/** A tile of vectors starts each row with a new one. */
const vectorsOf = (t: Tile): number => Math.ceil((t.shape.at(-1) as number) / LANES);
const rowsOf = (t: Tile): number => t.shape.slice(0, -1).reduce((a, b) => a * b, 1);
