/** Spells one kernel as WebAssembly. All choices were made in the kernel: vectorized loops are lanes, unrolled ones are
 *  copies, tiles are locals. Only addresses and common subexpressions are left to handle. */

import { addsProduct } from '../../ir/analysis/work.ts';
import { valueType } from '../../ir/dtype.ts';
import type { Expr } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import type { Kernel, Loop, Stmt } from '../../ir/kernel.ts';
import { Axes } from './axes.ts';
import { Code, type Val } from './code.ts';
import { arithmetic, LANES, madd } from './instructions.ts';
import type { Layout } from './layout.ts';
import { Memory } from './memory.ts';
import { Tiles } from './tiles.ts';
import { Values } from './values.ts';

/** The kernel as a function of the batch. */
export function emitKernel(kernel: Kernel, layout: Layout): Code {
  const { code, stmts } = new KernelEmitter(kernel, layout, 1);
  stmts(kernel.body);
  return code;
}

/** Emits the statements of a kernel into a function of `params` integers, the first of which is the batch. */
export class KernelEmitter {
  readonly code: Code;
  readonly axes: Axes;
  readonly values: Values;
  readonly #madd: boolean;
  readonly #tiles: Tiles;
  readonly #memory: Memory;

  constructor(kernel: Kernel, layout: Layout, params: number) {
    const code = new Code(kernel.name, params);
    const axes = new Axes(kernel, layout, code);
    const tiles = new Tiles(kernel, code, axes);
    const values: Values = new Values(code, axes, {
      scalar: (buffer, at) => memory.loadScalar(buffer, at),
      vector: (buffer, at) => memory.loadVector(buffer, at),
      tile: (tile, at) => tiles.read(tile, at),
    });
    const memory = new Memory(kernel, layout, code, axes, values);
    [this.code, this.axes, this.values] = [code, axes, values];
    [this.#tiles, this.#memory, this.#madd] = [tiles, memory, layout.madd];
  }

  readonly stmts = (body: readonly Stmt[]): void => {
    for (const s of body) this.values.anew(() => this.#stmt(s));
  };

  #stmt(s: Stmt): void {
    switch (s.kind) {
      case 'for':
        return this.#loop(s);
      case 'tile':
        this.#tiles.declare(s.tile);
        return;
      case 'barrier':
        // A single thread runs the invocations one after another: all that they wrote is visible.
        return;
      case 'set':
        return this.#tiles.assign(s.tile, s.at, this.values.value(s.value));
      case 'accumulate':
        return this.#tiles.assign(s.tile, s.at, this.#accumulated(s));
      case 'store': {
        const { buffer, at } = s;
        const value = s.add
          ? arithmetic(
              this.code,
              'add',
              valueType(buffer.type.dtype),
              this.values.value(x.load(buffer, at)),
              this.values.value(s.value),
            )
          : this.values.value(s.value);
        return this.#memory.store(buffer, at, value);
      }
      default:
        return s satisfies never;
    }
  }

  #accumulated(s: Extract<Stmt, { kind: 'accumulate' }>): Val {
    if (this.#madd && this.axes.lanes && addsProduct(s)) {
      const [a, b] = [this.values.value(s.value.a), this.values.value(s.value.b)];
      return madd(this.code, a, b, this.#tiles.read(s.tile, s.at));
    }
    return arithmetic(this.code, s.fn, s.tile.dtype, this.#tiles.read(s.tile, s.at), this.values.value(s.value));
  }

  #loop(l: Loop): void {
    if (l.mode === 'vectorized') return this.#vectorized(l);
    if (l.mode === 'unrolled') return this.#copies(l);
    const { code, axes, values } = this;
    axes.limit(l);
    const certain = axes.range(l.to)[0] > axes.range(l.from)[1];
    code.loop(values.value(l.from), values.value(l.to), l.step, certain, (index) => {
      axes.count(l.axis, index);
      values.within(l.axis, { kind: 'loop' }, () => this.stmts(l.body));
    });
  }

  #copies(l: Loop): void {
    const [from, to] = [this.#constant(l.from), this.#constant(l.to)];
    for (let i = from; i < to; i += l.step) {
      const copy = (): void => this.values.within(l.axis, { kind: 'constant', value: i }, () => this.stmts(l.body));
      if (l.fenced) this.code.fence(this.values.batch, copy);
      else copy();
    }
  }

  #vectorized(l: Loop): void {
    if (this.axes.lanes) throw this.code.fault('a vectorized loop inside another');
    const [start, end] = [this.#constant(l.from), this.#constant(l.to)];
    for (let i = start; i < end; i += LANES) {
      const lanes = { axis: l.axis, start: i, count: Math.min(LANES, end - i) };
      this.axes.inLanes(lanes, () => this.values.within(l.axis, { kind: 'lanes', ...lanes }, () => this.stmts(l.body)));
    }
  }

  #constant(e: Expr): number {
    const l = this.axes.linear(e);
    if (!l || l.terms.size > 0 || l.lanes !== 0) throw this.code.fault('the bound of an unrolled loop is not constant');
    return l.constant;
  }
}
