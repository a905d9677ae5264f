/** Spells one kernel as the entry point of a compute shader. All choices were made in the kernel: parallel loops are
 *  the grid, loops over invocations are conditions, unrolled ones copies, and tiles are variables or workgroup memory. */

import { valueType } from '../../ir/dtype.ts';
import * as x from '../../ir/expr.ts';
import { type Buffer, constantExtent, type Expr } from '../../ir/expr.ts';
import { isTileWrite, type Kernel, type Loop, type Stmt, storageOf, walkStmts } from '../../ir/kernel.ts';
import { vectorLanes } from '../../ir/target.ts';
import { Arithmetic } from './arithmetic.ts';
import { Expressions, type Lanes } from './expressions.ts';
import { type Grid, invocationCount, type Part, rowsOf, tripsOf } from './grid.ts';
import type { Layout } from './layout.ts';
import { type Helper, toWord } from './spell.ts';
import { addedTogether } from './subgroups.ts';
import { Tiles } from './tiles.ts';
import { Body, type Val } from './values.ts';

export interface Spelt {
  /** Declarations outside the function. */
  readonly globals: readonly string[];
  readonly lines: readonly string[];
}

export const emitKernel = (name: string, kernel: Kernel, grid: Grid, layout: Layout): Spelt =>
  new KernelEmitter(name, kernel, grid, layout).run();

class KernelEmitter {
  readonly #name: string;
  readonly #grid: Grid;
  readonly #body = new Body();
  /** Called with each helper function that the shader needs. */
  readonly #uses: (h: Helper) => void;
  readonly #math: Arithmetic;
  readonly #expressions: Expressions;
  readonly #tiles: Tiles;
  readonly #written: ReadonlySet<Buffer>;
  /** An invocation may access memory that another one writes. */
  readonly #sharesMemory: boolean;
  #inInvocations = false;

  constructor(name: string, kernel: Kernel, grid: Grid, layout: Layout) {
    this.#name = name;
    this.#grid = grid;
    this.#written = new Set(kernel.params.filter((p) => p.access !== 'in').map((p) => p.buffer));
    this.#uses = (h) => layout.uses(h);
    this.#math = new Arithmetic(this.#body, this.#uses);
    this.#expressions = new Expressions(kernel.name, layout, this.#written, this.#body, this.#math, {
      read: (tile, at) => this.#tiles.read(tile, at),
      readVector: (tile, at) => this.#tiles.readVector(tile, at),
    });
    this.#tiles = new Tiles(name, kernel, this.#body, this.#math, {
      linear: (shape, at) => this.#expressions.linear(shape, at),
      value: (l) => this.#expressions.indexOf(l, 0),
      fresh: (wish) => this.#expressions.fresh(wish),
    });
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
      const end = start + invocationCount(p);
      const run = (from: number) => (): void => {
        this.#gridIndices(p, from);
        this.#stmts(p.body);
      };
      if (parts.length === 1) run(0)();
      else this.#where(this.#between(start, end), run(start));
      start = end;
    }
    const head = `@compute @workgroup_size(${size})\nfn ${this.#name}(${inputs.join(', ')}) {`;
    return { globals: this.#tiles.globals, lines: [head, ...this.#body.text('  '), '}'] };
  }

  // ---- the grid

  #id(d: 'x' | 'y' | 'z'): Val {
    return this.#body.of('i32', `group.${d}`, [], () => `i32(group.${d})`);
  }

  /** The condition that a workgroup belongs to a part. */
  #between(start: number, end: number): Val[] {
    const before = this.#math.less(this.#id('x'), this.#math.number(end));
    return start === 0 ? [before] : [this.#math.binary('ge', 'i32', this.#id('x'), this.#math.number(start)), before];
  }

  #gridIndices(part: Part, start: number): void {
    const { fixed, batched, folds } = part;
    const [foldX, foldY] = folds;
    let left = this.#math.sum(this.#id('x'), this.#math.number(-start));
    if (foldX > 1) {
      const across = this.#grid.workgroups[0] as number;
      left = this.#math.sum(left, this.#math.times(this.#math.over(this.#id('z'), foldY), across));
      this.#leave(left, this.#math.number(invocationCount(part)));
    }
    for (const [k, l] of [...fixed.entries()].reverse()) {
      const trips = tripsOf(l);
      const turn = k === 0 && trips > 1 ? left : this.#math.rest(left, trips);
      if (k > 0) left = this.#math.over(left, trips);
      this.#begin(
        l,
        this.#math.sum(this.#math.times(turn, l.step), this.#math.number((l.from as { value: number }).value)),
      );
    }
    if (!batched) return;
    const row = this.#math.sum(
      this.#math.times(this.#id('y'), foldY),
      foldY > 1 ? this.#math.rest(this.#id('z'), foldY) : this.#math.number(0),
    );
    if (foldY > 1) this.#leave(row, this.#expressions.value(rowsOf(batched)));
    this.#begin(batched, this.#math.times(row, batched.step));
  }

  /** A folded grid may have more workgroups than iterations; those return. */
  #leave(at: Val, count: Val): void {
    this.#body.block(
      [at, count],
      ([a, c]) => `if (${a} >= ${c})`,
      () => this.#body.line([], () => 'return'),
    );
  }

  #begin({ axis }: Loop, at: Val): void {
    if (!at.atom) at.wish ??= this.#expressions.fresh(axis.name);
    this.#expressions.bind(axis, at);
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
        return this.#tiles.declare(s.tile);
      case 'barrier':
        return this.#barrier();
      case 'set':
        return this.#tiles.assign(s.tile, s.at, this.#expressions.value(s.value));
      case 'accumulate':
        return this.#tiles.assign(
          s.tile,
          s.at,
          this.#math.binary(s.fn, s.tile.dtype, this.#tiles.read(s.tile, s.at), this.#expressions.value(s.value)),
        );
      case 'store': {
        const { dtype } = s.buffer.type;
        const value = s.add
          ? this.#math.binary(
              'add',
              valueType(dtype),
              this.#expressions.load(s.buffer, s.at),
              this.#expressions.value(s.value),
            )
          : this.#expressions.value(s.value);
        const { array, word } = this.#expressions.word(s.buffer, s.at);
        const write = (): void =>
          b.line([word, value], ([i, v]) => `${array}[${i}] = ${toWord(dtype, v as string, this.#uses)}`);
        // Code outside loops over invocations runs in all of them, but only one stores.
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
    const shared = this.#tiles.declared.filter((t) => t.memory);
    if (this.#sharesMemory) b.line([], () => 'storageBarrier()');
    if (shared.length > 0 || !this.#sharesMemory) b.line([], () => 'workgroupBarrier()');
    for (const r of [...shared, ...this.#written]) b.written(r);
  }

  #loop(l: Loop): void {
    switch (l.mode) {
      case 'unrolled': {
        const [from, to] = [this.#expressions.constant(l.from), this.#expressions.constant(l.to)];
        for (let i = from; i < to; i += l.step) this.#expressions.copy(l.axis, i, () => this.#stmts(l.body));
        return;
      }
      case 'vectorized':
        return this.#lanes(l);
      case 'invocations':
        return this.#invoke(l);
      case 'serial':
      case 'parallel': {
        if (l.together) return this.#together(l);
        this.#forget(l.body);
        const from = this.#expressions.value(l.from);
        if (l.axis.extent === 1 && from.constant === 0) {
          // A loop that runs at most once is a condition.
          this.#expressions.bind(l.axis, from);
          return this.#where(this.#within(l), () => this.#stmts(l.body));
        }
        const to = this.#expressions.value(l.to);
        const name = this.#expressions.fresh(l.axis.name);
        this.#expressions.bind(l.axis, this.#body.atom('i32', name));
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

  /** Emits lanes four at a time where they set vectors, and otherwise as copies. */
  #lanes({ axis, body }: Loop): void {
    const count = constantExtent(axis);
    const only = body[0];
    const vector = body.length === 1 && isTileWrite(only) && this.#tiles.isVector(only.tile);
    for (let start = 0; start < count; start += vector ? vectorLanes : 1)
      if (vector)
        this.#expressions.bound(axis, { kind: 'lanes', start, count: vectorLanes }, () =>
          this.#setVector(only, { axis, start }),
        );
      else this.#expressions.copy(axis, start, () => this.#stmts(body));
  }

  /** Loops whose iterations are the invocations, numbered in row-major order. */
  #invoke(outermost: Loop): void {
    const nest = [outermost];
    for (;;) {
      const [inner] = (nest.at(-1) as Loop).body;
      if (inner?.kind !== 'for' || inner.mode !== 'invocations') break;
      nest.push(inner);
    }
    const lane = this.#body.of('i32', 'lane', [], () => 'i32(lane)');
    const total = nest.reduce((p, l) => p * constantExtent(l.axis), 1);
    const conditions: Val[] = [];
    if (total < this.#grid.size) conditions.push(this.#math.less(lane, this.#math.number(total)));
    let left: Val = this.#grid.size === 1 ? this.#math.number(0) : lane;
    for (const [k, l] of [...nest.entries()].reverse()) {
      const extent = constantExtent(l.axis);
      this.#begin(l, extent === 1 ? this.#math.number(0) : k === 0 ? left : this.#math.rest(left, extent));
      if (k > 0) left = this.#math.over(left, extent);
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

  #together({ axis, body: [sum] }: Loop): void {
    const { fn, tile, at, value } = sum as Extract<Stmt, { kind: 'accumulate' }>;
    const { tile: part } = value as Extract<Expr, { kind: 'tile' }>;
    const all = addedTogether(this.#body, this.#math, {
      fn,
      dtype: tile.dtype as 'f32' | 'i32',
      memory: this.#tiles.memory(part),
      count: constantExtent(axis),
      size: this.#grid.size,
      fresh: (name) => this.#expressions.fresh(name),
    });
    this.#body.written(part);
    this.#tiles.assign(tile, at, this.#math.binary(fn, tile.dtype, this.#tiles.read(tile, at), all));
  }

  /** The conditions that a loop's index is before its end, apart from those that its extent implies. */
  #within(l: Loop): Val[] {
    const index = this.#expressions.at(l.axis);
    return x.leastOf(l.to).flatMap((end) => {
      const to = this.#expressions.value(end);
      const { extent } = l.axis;
      const covers = to.constant !== null && typeof extent === 'number' && to.constant >= extent;
      return covers ? [] : [this.#math.less(index, to)];
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

  /** Forgets values of whatever a loop writes, as its body runs again. */
  #forget(body: readonly Stmt[]): void {
    walkStmts(body, (s) => {
      if (s.kind === 'store') this.#body.written(storageOf(s.buffer));
      if (isTileWrite(s)) this.#body.written(s.tile);
      if (s.kind === 'barrier') for (const r of [...this.#tiles.declared, ...this.#written]) this.#body.written(r);
    });
  }

  /** Writes four lanes of a tile. */
  #setVector(s: TileWrite, to: Lanes): void {
    const { tile, at } = s;
    const value: Expr = s.kind === 'set' ? s.value : { kind: 'binary', fn: s.fn, a: x.read(tile, at), b: s.value };
    this.#tiles.assign(tile, at, this.#math.vector([this.#expressions.vector(value, to)]));
  }
}

type TileWrite = Extract<Stmt, { kind: 'set' | 'accumulate' }>;

/** True if a buffer is written twice, or both written and read. */
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
