/** Spells one kernel as a compute shader's entry point. Every choice is in the kernel already: its parallel loops are the grid,
 *  a loop over invocations is a condition, an unrolled one copies, a tile is variables or workgroup memory. */

import type { Axis, Buffer, Expr, Tile } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { exprsOf, type Kernel, type Loop, type Stmt, storageOf, walkStmts } from '../../ir/kernel.ts';
import { type Binding, type Linear, linear } from '../../ir/linear.ts';
import type { Dim, DType } from '../../ir/type.ts';
import { isOwn } from '../../ir/verify-workgroup.ts';
import { foldBinary, foldConvert, foldUnary } from './fold.ts';
import { countOf, type Grid, type Part, rowsOf, tripsOf } from './grid.ts';
import { binaryText, convertText, fromWord, type Helper, literal, toWord, unaryText } from './spell.ts';
import { Body, type Shown, type Val } from './values.ts';

/** Where a buffer lies: in an array of words, from this one on, or in the call, under this name. */
export type Place = { readonly array: string; readonly word: number } | { readonly member: string };

export interface Layout {
  place(storage: Buffer): Place;
  /** Told of each function that the shader needs. */
  uses(h: Helper): void;
}

export interface Spelt {
  /** Declarations that stand outside of the function. */
  readonly globals: readonly string[];
  readonly lines: readonly string[];
}

export const emitKernel = (name: string, kernel: Kernel, grid: Grid, layout: Layout): Spelt =>
  new KernelEmitter(name, kernel, grid, layout).run();

const shown = (d: DType): Shown => (d === 'u8' ? 'i32' : d);

class KernelEmitter {
  readonly #name: string;
  readonly #kernel: Kernel;
  readonly #grid: Grid;
  readonly #layout: Layout;
  readonly #body = new Body();
  readonly #interner = new x.Interner();
  readonly #bindings = new Map<Axis, Binding>();
  readonly #indices = new Map<Axis, Val>();
  readonly #depths = new Map<Axis, number>();
  readonly #names = new Set<string>();
  readonly #tiles = new Map<Tile, string>();
  readonly #globals: string[] = [];
  readonly #written: ReadonlySet<Buffer>;
  /** Of tiles that are declared around invocations, how many of their dimensions tell the invocation. */
  readonly #owned: ReadonlyMap<Tile, number>;
  /** Whether an invocation may come to memory that another one writes. */
  readonly #sharesMemory: boolean;
  #inInvocations = false;

  constructor(name: string, kernel: Kernel, grid: Grid, layout: Layout) {
    this.#name = name;
    this.#kernel = kernel;
    this.#grid = grid;
    this.#layout = layout;
    this.#written = new Set(kernel.params.filter((p) => p.access !== 'in').map((p) => p.buffer));
    this.#owned = ownedTiles(kernel);
    this.#sharesMemory = sharesMemory(kernel);
  }

  run(): Spelt {
    const { size, parts } = this.#grid;
    const inputs = [
      ...(parts.length > 1 || parts.some((p) => p.fixed.length > 0 || p.batched)
        ? ['@builtin(workgroup_id) group: vec3u']
        : []),
      ...(size > 1 ? ['@builtin(local_invocation_index) lane: u32'] : []),
    ];
    let start = 0;
    for (const p of parts) {
      const end = start + countOf(p);
      const run = (from: number) => (): void => {
        this.#gridIndices(p, from);
        this.#stmts(p.body);
      };
      if (parts.length === 1) run(0)();
      else this.#where(this.#between(start, end), run(start));
      start = end;
    }
    const head = `@compute @workgroup_size(${size})\nfn ${this.#name}(${inputs.join(', ')}) {`;
    return { globals: this.#globals, lines: [head, ...this.#body.text('  '), '}'] };
  }

  // ---- the grid

  #id(d: 'x' | 'y' | 'z'): Val {
    return this.#body.of('i32', `group.${d}`, [], () => `i32(group.${d})`);
  }

  /** Whether a workgroup is one of a part's. */
  #between(start: number, end: number): Val[] {
    const before = this.#less(this.#id('x'), this.#number(end));
    return start === 0 ? [before] : [this.#binary('ge', 'i32', this.#id('x'), this.#number(start)), before];
  }

  #gridIndices(part: Part, start: number): void {
    const { fixed, batched, folds } = part;
    const [foldX, foldY] = folds;
    let left = this.#sum(this.#id('x'), this.#number(-start));
    if (foldX > 1) {
      const across = this.#grid.workgroups[0] as number;
      left = this.#sum(left, this.#times(this.#over(this.#id('z'), foldY), across));
      this.#leave(left, this.#number(countOf(part)));
    }
    for (const [k, l] of [...fixed.entries()].reverse()) {
      const trips = tripsOf(l);
      const turn = k === 0 && trips > 1 ? left : this.#rest(left, trips);
      if (k > 0) left = this.#over(left, trips);
      this.#begin(l, this.#sum(this.#times(turn, l.step), this.#number((l.from as { value: number }).value)));
    }
    if (!batched) return;
    const row = this.#sum(
      this.#times(this.#id('y'), foldY),
      foldY > 1 ? this.#rest(this.#id('z'), foldY) : this.#number(0),
    );
    if (foldY > 1) this.#leave(row, this.#value(rowsOf(batched)));
    this.#begin(batched, this.#times(row, batched.step));
  }

  /** A grid that is folded has workgroups too many. */
  #leave(at: Val, count: Val): void {
    this.#body.block(
      [at, count],
      ([a, c]) => `if (${a} >= ${c})`,
      () => this.#body.line([], () => 'return'),
    );
  }

  #begin({ axis }: Loop, at: Val): void {
    if (!at.atom) at.wish ??= this.#fresh(axis.name);
    this.#bind(axis, at);
  }

  #bind(axis: Axis, index: Val): void {
    this.#indices.set(axis, index);
    this.#depths.set(axis, this.#depths.size);
  }

  // ---- statements

  #stmts(body: readonly Stmt[]): void {
    for (const s of body) this.#stmt(s);
  }

  #stmt(s: Stmt): void {
    const b = this.#body;
    switch (s.kind) {
      case 'for':
        return this.#loop(s);
      case 'tile':
        return this.#declare(s.tile);
      case 'barrier':
        return this.#barrier();
      case 'set':
        return this.#assign(s.tile, s.at, this.#value(s.value));
      case 'accumulate':
        return this.#assign(
          s.tile,
          s.at,
          this.#binary(s.fn, s.tile.dtype, this.#read(s.tile, s.at), this.#value(s.value)),
        );
      case 'store': {
        const { dtype } = s.buffer.type;
        const value = s.add
          ? this.#binary('add', dtype, this.#load(s.buffer, s.at), this.#value(s.value))
          : this.#value(s.value);
        const { array, word } = this.#word(s.buffer, s.at);
        const write = (): void => b.line([word, value], ([i, v]) => `${array}[${i}] = ${toWord[dtype](v as string)}`);
        // What each invocation computes alike one of them stores.
        if (this.#grid.size === 1 || this.#inInvocations) write();
        else b.block([], () => 'if (lane == 0u)', write);
        b.written(storageOf(s.buffer));
        return;
      }
      default:
        return s satisfies never;
    }
  }

  #barrier(): void {
    const b = this.#body;
    const shared = [...this.#tiles.keys()].filter((t) => t.memory);
    if (this.#sharesMemory) b.line([], () => 'storageBarrier()');
    if (shared.length > 0 || !this.#sharesMemory) b.line([], () => 'workgroupBarrier()');
    for (const r of [...shared, ...this.#written]) b.written(r);
  }

  #loop(l: Loop): void {
    switch (l.mode) {
      case 'unrolled':
      case 'vectorized': {
        const [from, to] = [this.#constant(l.from), this.#constant(l.to)];
        const was = this.#bindings.get(l.axis);
        for (let i = from; i < to; i += l.step) {
          this.#bindings.set(l.axis, { kind: 'constant', value: i });
          this.#stmts(l.body);
        }
        if (was) this.#bindings.set(l.axis, was);
        else this.#bindings.delete(l.axis);
        return;
      }
      case 'invocations':
        return this.#invoke(l);
      case 'serial':
      case 'parallel': {
        this.#forget(l.body);
        const from = this.#value(l.from);
        if (l.axis.extent === 1 && from.constant === 0) {
          // A loop that runs once at most is a condition.
          this.#bind(l.axis, from);
          return this.#where(this.#within(l), () => this.#stmts(l.body));
        }
        const to = this.#value(l.to);
        const name = this.#fresh(l.axis.name);
        this.#bind(l.axis, this.#body.atom('i32', name));
        const step = l.step === 1 ? `${name}++` : `${name} += ${l.step}`;
        return this.#body.block(
          [from, to],
          ([f, t]) => `for (var ${name} = ${f}; ${name} < ${t}; ${step})`,
          () => this.#stmts(l.body),
        );
      }
      default:
        return l.mode satisfies never;
    }
  }

  /** Loops whose iterations are the invocations, numbered row by row. */
  #invoke(outermost: Loop): void {
    const nest = [outermost];
    for (;;) {
      const [inner] = (nest.at(-1) as Loop).body;
      if (inner?.kind !== 'for' || inner.mode !== 'invocations') break;
      nest.push(inner);
    }
    const lane = this.#body.of('i32', 'lane', [], () => 'i32(lane)');
    const total = nest.reduce((p, l) => p * (l.axis.extent as number), 1);
    const conditions: Val[] = [];
    if (total < this.#grid.size) conditions.push(this.#less(lane, this.#number(total)));
    let left: Val = this.#grid.size === 1 ? this.#number(0) : lane;
    for (const [k, l] of [...nest.entries()].reverse()) {
      const extent = l.axis.extent as number;
      this.#begin(l, extent === 1 ? this.#number(0) : k === 0 ? left : this.#rest(left, extent));
      if (k > 0) left = this.#over(left, extent);
    }
    for (const l of nest) conditions.push(...this.#within(l));
    const inside = (): void => {
      const was = this.#inInvocations;
      this.#inInvocations = true;
      this.#stmts((nest.at(-1) as Loop).body);
      this.#inInvocations = was;
    };
    this.#where(conditions, inside);
  }

  /** What holds of a loop's index before its end, beside that it is below the extent. */
  #within(l: Loop): Val[] {
    const index = this.#indices.get(l.axis) as Val;
    return leastOf(l.to).flatMap((end) => {
      const to = this.#value(end);
      return to.constant !== null && to.constant >= (l.axis.extent as number) ? [] : [this.#less(index, to)];
    });
  }

  #where(conditions: readonly Val[], inside: () => void): void {
    if (conditions.length === 0) inside();
    else
      this.#body.block(
        conditions,
        (c) => `if (${c.length === 1 ? c[0] : c.map((t) => `(${t})`).join(' && ')})`,
        inside,
      );
  }

  /** What statements that run again write is not known before them. */
  #forget(body: readonly Stmt[]): void {
    walkStmts(body, (s) => {
      if (s.kind === 'store') this.#body.written(storageOf(s.buffer));
      if (s.kind === 'set' || s.kind === 'accumulate') this.#body.written(s.tile);
      if (s.kind === 'barrier') for (const r of [...this.#tiles.keys(), ...this.#written]) this.#body.written(r);
    });
  }

  #constant(e: Expr): number {
    const l = linear(e, this.#bindings, this.#interner);
    if (!l || l.terms.size > 0) throw new Error(`@${this.#kernel.name}: an unrolled loop's bound is no constant`);
    return l.constant;
  }

  // ---- tiles

  #declare(tile: Tile): void {
    const name = this.#fresh(tile.name);
    this.#tiles.set(tile, name);
    const type = shown(tile.dtype);
    const count = (shape: readonly number[]): number => shape.reduce((p, d) => p * d, 1);
    if (tile.memory) {
      this.#globals.push(`var<workgroup> ${this.#name}_${name}: array<${type}, ${count(tile.shape)}>;`);
      return;
    }
    const own = tile.shape.slice(this.#owned.get(tile) ?? 0);
    for (let i = 0; i < count(own); i++) this.#body.line([], () => `var ${element(name, own, i)}: ${type}`);
    this.#body.written(tile);
  }

  /** The variable or the place in memory that holds an element. */
  #element(
    tile: Tile,
    at: readonly Expr[],
  ): { operands: readonly Val[]; key: string; spell: (o: readonly string[]) => string } {
    const name = this.#tiles.get(tile);
    if (name === undefined)
      throw new Error(`@${this.#kernel.name}: the tile ${tile.name} is used before it is declared`);
    if (tile.memory) {
      const place = this.#index(tile.shape, at, 0);
      const global = `${this.#name}_${name}`;
      return { operands: [place], key: `${global}[]`, spell: ([i]) => `${global}[${i}]` };
    }
    const owned = this.#owned.get(tile) ?? 0;
    const own = tile.shape.slice(owned);
    const l = this.#linear(own, at.slice(owned));
    if (l.terms.size > 0)
      throw new Error(`@${this.#kernel.name}: tile ${tile.name} is indexed by a loop that is not unrolled`);
    const text = element(name, own, l.constant);
    return { operands: [], key: text, spell: () => text };
  }

  #read(tile: Tile, at: readonly Expr[]): Val {
    const { operands, key, spell } = this.#element(tile, at);
    return this.#body.of(shown(tile.dtype), `read ${key}`, operands, spell, [tile]);
  }

  #assign(tile: Tile, at: readonly Expr[], value: Val): void {
    const { operands, spell } = this.#element(tile, at);
    this.#body.line([...operands, value], (all) => `${spell(all.slice(0, -1))} = ${all.at(-1)}`);
    this.#body.written(tile);
  }

  // ---- memory

  #linear(shape: readonly Dim[], at: readonly Expr[]): Linear {
    const flat = at.reduce<Expr>((p, i, d) => x.add(x.mul(p, x.size(shape[d] as Dim)), i), x.int(0));
    return linear(flat, this.#bindings, this.#interner) as Linear;
  }

  /** Σ terms + constant + base, outer loops' terms first, so that inner ones only add to what is there. */
  #index(shape: readonly Dim[], at: readonly Expr[], base: number): Val {
    const l = this.#linear(shape, at);
    const depth = (e: Expr): number => Math.max(-1, ...[...x.freeAxes(e)].map((a) => this.#depths.get(a) ?? 0));
    const terms = [...l.terms.values()].sort((p, q) => depth(p.of) - depth(q.of));
    const sum = terms.reduce<Val | null>((s, { of, by }) => {
      const term = this.#times(this.#value(of), by);
      return s ? this.#sum(s, term) : term;
    }, null);
    const constant = base + l.constant;
    // Where no loop takes part, what may lie outside stands behind a condition that never holds.
    return sum ? this.#sum(sum, this.#number(constant)) : this.#number(Math.max(0, constant));
  }

  #word(buffer: Buffer, at: readonly Expr[]): { readonly array: string; readonly word: Val } {
    const place = this.#layout.place(storageOf(buffer));
    if ('member' in place) throw new Error(`@${this.#kernel.name}: the scalar ${buffer.name} is written`);
    return { array: place.array, word: this.#index(buffer.type.shape, at, place.word) };
  }

  #load(buffer: Buffer, at: readonly Expr[]): Val {
    const { dtype } = buffer.type;
    const place = this.#layout.place(storageOf(buffer));
    if ('member' in place) return this.#body.of(shown(dtype), place.member, [], () => `call.${place.member}`);
    const { array, word } = this.#word(buffer, at);
    const storage = storageOf(buffer);
    const reads = this.#written.has(storage) ? [storage] : [];
    return this.#body.of(
      shown(dtype),
      `load ${dtype} ${array}`,
      [word],
      ([i]) => fromWord[dtype](`${array}[${i}]`),
      reads,
    );
  }

  // ---- expressions

  #value(e: Expr): Val {
    const b = this.#body;
    switch (e.kind) {
      case 'const':
        return this.#literal(e.value, e.dtype);
      case 'axis': {
        const bound = this.#bindings.get(e.axis);
        if (bound?.kind === 'constant') return this.#number(bound.value);
        const index = this.#indices.get(e.axis);
        if (!index) throw new Error(`@${this.#kernel.name}: the axis ${e.axis.name} is read outside its loop`);
        return index;
      }
      case 'size':
        return this.#times(
          b.of('i32', 'n', [], () => 'i32(call.n)'),
          e.of.times,
        );
      case 'load':
        return this.#load(e.buffer, e.at);
      case 'tile':
        return this.#read(e.tile, e.at);
      case 'unary':
        return this.#unary(e);
      case 'binary':
        return this.#binary(e.fn, x.dtypeOf(e.a), this.#value(e.a), this.#value(e.b));
      case 'select': {
        const cond = this.#value(e.cond);
        if (cond.constant !== null) return this.#value(cond.constant ? e.then : e.otherwise);
        const [then, otherwise] = [this.#value(e.then), this.#value(e.otherwise)];
        return b.of(then.type, 'select', [cond, then, otherwise], ([c, t, o]) => `select(${o}, ${t}, ${c})`);
      }
      case 'convert': {
        const [from, v] = [x.dtypeOf(e.x), this.#value(e.x)];
        if (v.constant !== null) return this.#literal(foldConvert(from, e.to, v.constant), e.to);
        return b.of(shown(e.to), `${e.to} of ${from}`, [v], ([o]) =>
          convertText(from, e.to, o as string, (h) => this.#layout.uses(h)),
        );
      }
      case 'reduce':
        throw new Error(`@${this.#kernel.name}: a reduction was not lowered to a loop`);
      default:
        return e satisfies never;
    }
  }

  #unary(e: Extract<Expr, { kind: 'unary' }>): Val {
    const [v, from, to] = [this.#value(e.x), x.dtypeOf(e.x), x.dtypeOf(e)];
    if (v.constant !== null) return this.#literal(foldUnary(e.fn, from, v.constant), to);
    const inner = e.x;
    // Whatever WGSL makes of a comparison with a NaN, none of them holds in the IR.
    if (e.fn === 'not' && inner.kind === 'binary' && orders.has(inner.fn) && x.dtypeOf(inner.a) === 'f32') {
      const nans = [this.#value(inner.a), this.#value(inner.b)].map((o) => this.#isNan(o));
      const not = this.#body.of('bool', 'not', [v], ([o]) => unaryText('not', o as string));
      return [not, ...nans].reduce((a, c) => this.#binary('or', 'bool', a, c));
    }
    return this.#body.of(shown(to), e.fn, [v], ([o]) => unaryText(e.fn, o as string));
  }

  #isNan(v: Val): Val {
    if (v.constant !== null) return this.#literal(Number.isNaN(v.constant) ? 1 : 0, 'bool');
    this.#layout.uses('is_nan');
    return this.#body.of('bool', 'is_nan', [v], ([o]) => `is_nan(${o})`);
  }

  #binary(fn: x.BinaryFn, dtype: DType, a: Val, b: Val): Val {
    const result = comparisons.has(fn) ? 'bool' : dtype;
    if (a.constant !== null && b.constant !== null) {
      const folded = foldBinary(fn, dtype, a.constant, b.constant);
      if (folded !== null) return this.#literal(folded, result);
    }
    if (fn === 'and' || fn === 'or') {
      const neutral = fn === 'and' ? 1 : 0;
      if (a.constant !== null) return a.constant === neutral ? b : a;
      if (b.constant !== null) return b.constant === neutral ? a : b;
    }
    if (dtype === 'i32' && (fn === 'add' || fn === 'sub') && b.constant === 0) return a;
    if (dtype === 'i32' && fn === 'add' && a.constant === 0) return b;
    // x = x asks whether x is a number.
    if (a === b && dtype === 'f32' && (fn === 'eq' || fn === 'ne')) {
      const nan = this.#isNan(a);
      return fn === 'ne' ? nan : this.#body.of('bool', 'not', [nan], ([o]) => unaryText('not', o as string));
    }
    // A whole number divided by a constant 0 is no WGSL, though nothing may ever come to it.
    const divisor = (fn === 'div' || fn === 'idiv' || fn === 'imod') && dtype !== 'f32' && b.constant === 0;
    const by = divisor ? this.#body.of('i32', 'zero', [], () => '(i32(call.n) - i32(call.n))') : b;
    return this.#body.of(shown(result), `${fn} ${dtype}`, [a, by], ([p, q]) =>
      binaryText(fn, dtype, p as string, q as string, (h) => this.#layout.uses(h)),
    );
  }

  #literal(value: number, dtype: DType): Val {
    const text = literal(value, dtype, (h) => this.#layout.uses(h));
    return this.#body.atom(shown(dtype), text, dtype === 'f32' ? Math.fround(value) : value);
  }
  #number(v: number): Val {
    return this.#literal(v, 'i32');
  }
  #sum(a: Val, b: Val): Val {
    if (a.constant === 0) return b;
    if (b.constant !== null && b.constant < 0) return this.#binary('sub', 'i32', a, this.#number(-b.constant));
    return b.constant === 0 ? a : this.#binary('add', 'i32', a, b);
  }
  #times(a: Val, by: number): Val {
    return by === 1 ? a : this.#binary('mul', 'i32', a, this.#number(by));
  }
  #over(a: Val, by: number): Val {
    return by === 1 ? a : this.#binary('idiv', 'i32', a, this.#number(by));
  }
  #rest(a: Val, by: number): Val {
    return by === 1 ? this.#number(0) : this.#binary('imod', 'i32', a, this.#number(by));
  }
  #less(a: Val, b: Val): Val {
    return this.#binary('lt', 'i32', a, b);
  }

  /** A name that nothing else in the function has, and that is no word of WGSL. */
  #fresh(name: string): string {
    const plain = `${name.replace(/\W/g, '_').replace(/^_+/, '')}_`;
    for (let k = 0; ; k++) {
      const text = `${plain}${k}`;
      if (/^[A-Za-z]/.test(text) && !this.#names.has(text)) {
        this.#names.add(text);
        return text;
      }
      if (!/^[A-Za-z]/.test(text)) return this.#fresh(`t${name}`);
    }
  }
}

const comparisons: ReadonlySet<x.BinaryFn> = new Set(['lt', 'le', 'gt', 'ge', 'eq', 'ne', 'and', 'or']);
const orders: ReadonlySet<x.BinaryFn> = new Set(['lt', 'le', 'gt', 'ge']);

const leastOf = (e: Expr): Expr[] => (e.kind === 'binary' && e.fn === 'min' ? [...leastOf(e.a), ...leastOf(e.b)] : [e]);

const element = (name: string, shape: readonly number[], place: number): string =>
  shape.length === 0 ? name : `${name}_${place}`;

/** Whether some buffer is written twice, or written and read. */
function sharesMemory(kernel: Kernel): boolean {
  const stores = new Set<Buffer>();
  let again = kernel.params.some((p) => p.access === 'inout');
  walkStmts(kernel.body, (s) => {
    if (s.kind !== 'store') return;
    again ||= stores.has(storageOf(s.buffer));
    stores.add(storageOf(s.buffer));
  });
  return again;
}

/** Tiles in registers that are declared around invocations and written in them, with the length of the nest. */
function ownedTiles(kernel: Kernel): ReadonlyMap<Tile, number> {
  const declared = new Map<Tile, number>();
  const owned = new Map<Tile, number>();
  walkStmts(kernel.body, (s, loops) => {
    if (s.kind === 'tile') declared.set(s.tile, loops.length);
    const touch = (tile: Tile, at: readonly Expr[]): void => {
      const nest = loops.slice(declared.get(tile) ?? 0).filter((l) => l.mode === 'invocations');
      if (!tile.memory && isOwn(tile, at, nest)) owned.set(tile, nest.length);
    };
    if (s.kind === 'set' || s.kind === 'accumulate') touch(s.tile, s.at);
    for (const e of exprsOf(s)) x.walk(e, (p) => void (p.kind === 'tile' && touch(p.tile, p.at)));
  });
  return owned;
}
