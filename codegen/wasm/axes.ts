/** The meaning of each axis while code is emitted: a constant in an unrolled copy, the lanes of a vector, or a loop
 *  variable; and the ranges of indices that follow. */

import { type Binding, type Linear, linear } from '../../ir/analysis/linear.ts';
import { countersIn } from '../../ir/analysis/lists.ts';
import { type Known, loopRange, type Range, range } from '../../ir/analysis/range.ts';
import { remembered } from '../../ir/analysis/remembered.ts';
import { upsert } from '../../ir/collections.ts';
import type { Axis, Expr } from '../../ir/expr.ts';
import { Interner } from '../../ir/interner.ts';
import type { Kernel, Loop } from '../../ir/kernel.ts';
import type { Code, Val } from './code.ts';
import type { Layout } from './layout.ts';

/** An axis whose consecutive indices, from `start` on, are the lanes of a vector. */
export interface Lanes {
  readonly axis: Axis;
  readonly start: number;
  /** At most the lanes of a vector: lanes beyond it are never stored. */
  readonly count: number;
}

export class Axes {
  readonly interner = new Interner();
  readonly known: Known;
  readonly #code: Code;
  readonly #bindings = new Map<Axis, Binding>();
  readonly #indices = new Map<Axis, Val>();
  readonly #limits = new Map<Axis, Range>();
  readonly #varying = new Map<Axis, (e: Expr) => boolean>();
  #lanes: Lanes | null = null;

  constructor(kernel: Kernel, layout: Layout, code: Code) {
    this.#code = code;
    const counters = countersIn(kernel);
    this.known = {
      maxBatch: layout.maxBatch,
      values: (of) => ('type' in of ? layout.values?.(of) : counters.has(of) ? Number.POSITIVE_INFINITY : undefined),
      axis: (a) => {
        const b = this.#bindings.get(a);
        if (b?.kind === 'constant') return [b.value, b.value];
        if (b?.kind === 'lanes') return [b.start, b.start + b.count - 1];
        return this.#limits.get(a) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
      },
    };
  }

  /** The lanes for which code is emitted at present. */
  get lanes(): Lanes | null {
    return this.#lanes;
  }

  /** Runs `f` with this binding of the axis. */
  bound(axis: Axis, binding: Binding, f: () => void): void {
    const was = this.#bindings.get(axis);
    this.#bindings.set(axis, binding);
    f();
    if (was) this.#bindings.set(axis, was);
    else this.#bindings.delete(axis);
  }

  /** Runs `f` emitting code for these lanes, or for scalars. */
  inLanes(lanes: Lanes | null, f: () => void): void {
    const was = this.#lanes;
    this.#lanes = lanes;
    f();
    this.#lanes = was;
  }

  /** From here on the axis of a loop lies within the loop's bounds. */
  limit(l: Loop): void {
    this.#limits.set(l.axis, loopRange(l, this.known));
  }
  /** From here on the axis of a loop has this value. */
  count(axis: Axis, index: Val): void {
    this.#indices.set(axis, index);
  }

  /** The scalar value of an axis. */
  value(axis: Axis): Val {
    const b = this.#bindings.get(axis);
    if (b?.kind === 'constant') return this.#code.leaf('i32.const', 'i32', [b.value]);
    const index = this.#indices.get(axis);
    if (!index) throw this.#code.fault(`axis ${axis.name} is not bound`);
    return index;
  }

  range(e: Expr): Range {
    return range(e, this.known);
  }
  /** `null` where lanes occur in a term that is not linear. */
  linear(e: Expr): Linear | null {
    return linear(e, this.#bindings, this.interner);
  }

  /** True if an expression depends on the axis of the lanes. */
  varies(e: Expr): boolean {
    const axis = this.#lanes?.axis;
    if (!axis) return false;
    return upsert(this.#varying, axis, () => remembered((p, below) => below || (p.kind === 'axis' && p.axis === axis)))(
      e,
    );
  }
}
