/** The elements of a kernel's tiles that are set, statement by statement. Anything uncertain counts as not set. */

import type { Bounds, Facts } from '../analysis/bounds.ts';
import type { Linear } from '../analysis/linear.ts';
import { type Axis, type Expr, freeAxes, type Tile } from '../expr.ts';
import { maxCopies } from '../kernel.ts';
import { fixed } from '../type.ts';
import type { Frame } from './dependence.ts';

/** One dimension of a write: an index over the loops around it or, after those, all values that it took. */
interface Dimension {
  readonly form: Linear;
  readonly id: number;
  /** Axes of the loops around. */
  readonly open: ReadonlySet<Axis>;
  /** The indices of loops that have ended. */
  readonly taken: ReadonlyMap<Axis, readonly number[]>;
  readonly values: ReadonlySet<number> | null;
  /** Each invocation set an element of its own, in loops with this bound. */
  readonly own?: number;
}
type Write = readonly Dimension[];
interface State {
  readonly set: Uint8Array;
  readonly writes: readonly Write[];
}
/** The state of all tiles. */
export type Knowledge = ReadonlyMap<Tile, State>;

export class TileStates {
  readonly #bounds: Bounds;
  #states = new Map<Tile, State>();
  /** The bounds of the loops over invocations around. */
  readonly #invocations = new Map<Axis, number>();

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  has(t: Tile): boolean {
    return this.#states.has(t);
  }
  declare(t: Tile): void {
    this.#states.set(t, { set: new Uint8Array(t.shape.reduce((a, b) => a * b, 1)), writes: [] });
  }
  drop(t: Tile): void {
    this.#states.delete(t);
  }

  set(t: Tile, at: readonly Expr[], _facts: Facts): void {
    const write = at.map((e): Dimension => {
      const form = this.#bounds.form(e);
      const open = freeAxes(e);
      const values = open.size === 0 && form.terms.size === 0 ? new Set([form.constant]) : null;
      return { form, id: this.#bounds.interner.id(e), open, taken: new Map(), values };
    });
    this.#add(t, write);
  }

  #add(t: Tile, write: Write): void {
    const { set, writes } = this.#states.get(t) as State;
    if (write.every((d) => d.values)) {
      const next = set.slice();
      for (const i of places(
        t,
        write.map((d) => [...(d.values as Set<number>)]),
      ))
        next[i] = 1;
      this.#states.set(t, { set: next, writes });
    } else this.#states.set(t, { set, writes: [...writes, write] });
  }

  isSet(t: Tile, at: readonly Expr[], facts: Facts): boolean {
    const { set, writes } = this.#states.get(t) as State;
    const ids = at.map((e) => this.#bounds.interner.id(e));
    let possible: number[][] | null = null;
    const valuesOf = (d: number): number[] => {
      possible ??= at.map((e, i) => this.#values(e, fixed(t, i), facts));
      return possible[d] as number[];
    };
    const covers = (w: Write): boolean =>
      w.every((d, i) =>
        d.own !== undefined
          ? this.#ownOf(at[i] as Expr) === d.own
          : d.values
            ? valuesOf(i).every((v) => d.values?.has(v))
            : d.taken.size === 0 && d.id === ids[i],
      );
    if (writes.some(covers)) return true;
    return places(
      t,
      at.map((_, d) => valuesOf(d)),
    ).every((i) => set[i] === 1);
  }

  /** The bound of the loop over invocations whose index this is. */
  #ownOf(e: Expr): number | undefined {
    return e.kind === 'axis' ? this.#invocations.get(e.axis) : undefined;
  }

  /** The values that an index may take, within its extent. */
  #values(e: Expr, extent: number, facts: Facts): number[] {
    const f = this.#bounds.form(e);
    const low = Math.max(0, Math.ceil(this.#bounds.least(f, facts)));
    const high = Math.min(extent - 1, Math.floor(this.#bounds.greatest(f, facts)));
    return Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => low + i);
  }

  /** Called before a loop; the result is for `leave`. */
  enter({ loop }: Frame): Knowledge {
    if (loop.mode === 'invocations') this.#invocations.set(loop.axis, this.#bounds.interner.id(loop.to));
    return new Map(this.#states);
  }

  /** After a loop, everything that its iterations wrote is set; nothing if the loop may not run at all. */
  leave({ loop, from, to, certain }: Frame, before: Knowledge): void {
    if (!certain) {
      this.#invocations.delete(loop.axis);
      this.#states = new Map(before);
      return;
    }
    const trips = (to.constant - from.constant) / loop.step;
    // A loop with more iterations than a tile has elements leaves the tile, if it writes it at all.
    const fixed = from.terms.size === 0 && to.terms.size === 0 && trips <= maxCopies;
    const own = this.#invocations.get(loop.axis);
    this.#invocations.delete(loop.axis);
    const taken: number[] = [];
    if (fixed) for (let i = from.constant; i < to.constant; i += loop.step) taken.push(i);
    for (const [t, { set, writes }] of this.#states) {
      if (!writes.some((w) => w.some((d) => d.open.has(loop.axis)))) continue;
      this.#states.set(t, { set, writes: [] });
      for (const w of writes) {
        const uses = w.filter((d) => d.open.has(loop.axis)).length;
        if (uses === 0) this.#add(t, w);
        // t[i, i] sets a diagonal, which a list of values per dimension cannot express. In registers it is each
        // invocation's own.
        else if (uses === 1 && own !== undefined && !t.memory && w.some((d) => isAxis(d.form, loop.axis)))
          this.#add(
            t,
            w.map((d) => (d.open.has(loop.axis) ? { ...left(d, loop.axis, []), values: null, own } : d)),
          );
        else if (uses === 1 && fixed)
          this.#add(
            t,
            w.map((d) => (d.open.has(loop.axis) ? left(d, loop.axis, taken) : d)),
          );
      }
    }
  }
}

function left(d: Dimension, axis: Axis, indices: readonly number[]): Dimension {
  const open = new Set([...d.open].filter((a) => a !== axis));
  const taken = new Map([...d.taken, [axis, indices] as const]);
  return { ...d, open, taken, values: open.size === 0 ? enumerate(d.form, taken) : null };
}

/** True if an index is just this axis. */
const isAxis = ({ constant, terms }: Linear, axis: Axis): boolean => {
  const [only, ...others] = [...terms.values()];
  return constant === 0 && others.length === 0 && only?.by === 1 && only.of.kind === 'axis' && only.of.axis === axis;
};

/** All values of a linear form over the values of its axes. */
function enumerate(form: Linear, taken: ReadonlyMap<Axis, readonly number[]>): Set<number> | null {
  let values = new Set([form.constant]);
  for (const { of, by } of form.terms.values()) {
    if (of.kind !== 'axis') return new Set();
    const next = new Set<number>();
    for (const v of values) for (const i of taken.get(of.axis) ?? []) next.add(v + by * i);
    values = next;
  }
  return values;
}

/** The row-major offsets of all combinations of indices. */
function places(t: Tile, indices: readonly (readonly number[])[]): number[] {
  return indices.reduce<number[]>(
    (flat, values, d) => flat.flatMap((p) => values.map((v) => p * fixed(t, d) + v)),
    [0],
  );
}
