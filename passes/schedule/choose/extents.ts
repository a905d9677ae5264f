/** Trip counts of loops, as numbers. */

import { endsByData } from '../../../ir/analysis/lists.ts';
import { type Expr, int, leastOf, mapExpr } from '../../../ir/expr.ts';
import type { Loop } from '../../../ir/kernel.ts';
import { bindDim, type Dim } from '../../../ir/type.ts';

/** The share of steps that stay in a list after a ReLU and a max pool: three quarters in LeNet's second convolution. */
const kept = 0.75;

/** Extents of loops, at the largest batch. */
export class Extents {
  readonly batch: number;
  readonly #known = new WeakMap<Loop, number>();
  constructor(batch: number) {
    this.batch = batch;
  }
  of(l: Loop): number {
    const known = this.#known.get(l);
    if (known !== undefined) return known;
    const counted = this.#counted(l);
    this.#known.set(l, counted);
    return counted;
  }
  #counted(l: Loop): number {
    const ends = leastOf(l.to).flatMap((e) => this.#value(e) ?? []);
    const most = Math.min(bindDim(l.axis.extent, this.batch), ...ends);
    return endsByData(l) ? most * kept : most;
  }
  /** The value of an index that depends on nothing but the batch. */
  #value(e: Expr): number | null {
    const at = mapExpr(e, (p) => (p.kind === 'size' ? int(bindDim(p.of, this.batch)) : p));
    return at.kind === 'const' ? at.value : null;
  }
  /** The extent of a loop from 0 to a constant, or null. */
  constant(l: Loop): number | null {
    return l.to.kind === 'const' && l.from.kind === 'const' && l.from.value === 0 ? l.to.value : null;
  }
  elements(shape: readonly Dim[]): number {
    return shape.reduce<number>((p, d) => p * bindDim(d, this.batch), 1);
  }
}
