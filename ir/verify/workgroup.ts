/** Verifies data that the invocations of a workgroup share: there is a barrier on every path between a write by one of
 *  them and an access by another to the same element. */

import type { Bounds } from '../analysis/bounds.ts';
import { type Linear, plus } from '../analysis/linear.ts';
import { type Axis, type Buffer, type Expr, ix, substitute, type Tile } from '../expr.ts';
import { type Loop, storageOf } from '../kernel.ts';
import { sameShape } from '../type.ts';
import { type Access, commonFrames, type Frame, flat, settles, unify } from './dependence.ts';

/** A barrier, and the loops around it. */
export interface BarrierAt {
  readonly frames: readonly Frame[];
  readonly order: number;
}

/** Accesses that several invocations may make. */
export interface Shared {
  readonly writes: readonly Access[];
  readonly reads: readonly Access[];
  readonly barriers: readonly BarrierAt[];
}

export interface Unordered {
  readonly first: Access;
  readonly second: Access;
  /** The loop whose next iteration makes the second access, unless it is in the same iteration. */
  readonly around: Loop | null;
}

/** Two accesses by possibly different invocations without a barrier between them; null if there are none. */
export function unordered({ writes, reads, barriers }: Shared, bounds: Bounds): Unordered | null {
  const isWrite = new Set(writes);
  const all = [...writes, ...reads].sort((a, b) => a.order - b.order);
  for (const a of all)
    for (const b of all) {
      if (a.order > b.order || resource(a) !== resource(b) || !(isWrite.has(a) || isWrite.has(b))) continue;
      const common = commonFrames(a, b);
      const loops = common.filter((f) => f.loop.mode === 'serial' && !inInvocations(common, f));
      const workgroup = common.filter((f) => f.loop.mode === 'parallel');
      if (a.order < b.order && !parted(a, b, barriers, false, null))
        if (meetsOther(a, b, [...workgroup, ...loops], bounds)) return { first: a, second: b, around: null };
      for (const l of loops) {
        const outer = loops.slice(0, loops.indexOf(l));
        for (const [p, q] of a === b ? [[a, b] as const] : [[a, b] as const, [b, a] as const])
          if (!parted(p, q, barriers, true, l) && meetsOther(p, q, [...workgroup, ...outer], bounds))
            return { first: p, second: q, around: l.loop };
      }
    }
  return null;
}

const resource = (a: Access): Buffer | Tile => ('type' in a.of ? storageOf(a.of) : a.of);
const nestOf = (a: Access): Frame[] => a.frames.filter((f) => f.loop.mode === 'invocations');
const inInvocations = (frames: readonly Frame[], f: Frame): boolean =>
  frames.slice(0, frames.indexOf(f)).some((o) => o.loop.mode === 'invocations');

/** True if there is a barrier on every path from `a` to `b`: within one iteration, or from one iteration of a loop to
 *  the next. */
function parted(a: Access, b: Access, barriers: readonly BarrierAt[], next: boolean, around: Frame | null): boolean {
  return barriers.some((s) => {
    if (around && !s.frames.includes(around)) return false;
    const certain = s.frames.every((f) => f.certain || a.frames.includes(f) || b.frames.includes(f));
    if (!certain) return false;
    return next ? s.order > a.order || s.order < b.order : s.order > a.order && s.order < b.order;
  });
}

/** True if two different invocations may access the same element, in the same iteration of `same`. */
function meetsOther(a: Access, b: Access, same: readonly Frame[], bounds: Bounds): boolean {
  const [mine, others] = [nestOf(a), nestOf(b)];
  const twins = new Map<Axis, Expr>(
    b.frames.filter((f) => !same.includes(f)).map((f) => [f.loop.axis, ix({ ...f.loop.axis })]),
  );
  const twin = (f: Frame): Axis => (twins.get(f.loop.axis) as { axis: Axis }).axis;
  const bound: Axis[] = [];
  const bind = (axis: Axis, from: Linear, to: Linear, step: number): void => {
    if (bounds.isBound(axis)) return;
    bounds.bind(axis, from, to, step);
    bound.push(axis);
  };
  const again = (e: Expr): Linear => bounds.form(substitute(e, twins));
  for (const f of a.frames) bind(f.loop.axis, f.from, f.to, f.loop.step);
  for (const f of b.frames) if (!same.includes(f)) bind(twin(f), again(f.loop.from), again(f.loop.to), f.loop.step);
  try {
    const [left, right] = sameShape(a.shape, b.shape) ? [a.at, b.at] : [[flat(a)], [flat(b)]];
    let apart = left.map((e, d) => plus(bounds.form(e), again(right[d] as Expr), -1));
    const never = (): boolean => apart.some((d) => bounds.least(d) > 0 || bounds.greatest(d) < 0);
    if (never()) return false;
    // Statements outside the nests run in every invocation, but only the first one stores.
    if (mine.length === 0 && others.length === 0) return false;
    const alike =
      mine.length === others.length && mine.every((f, i) => f.loop.axis.extent === others[i]?.loop.axis.extent);
    if (!alike) return true;
    // Code in a nest is the same in both, too, if its loops are.
    const inner = (x: Access, nest: readonly Frame[]): Frame[] => x.frames.slice(x.frames.indexOf(nest[0] as Frame));
    const [ours, theirs] = [inner(a, mine), inner(b, others)];
    let open = ours.flatMap((f, i) => {
      const o = theirs[i];
      return o && !same.includes(o) && o.loop.axis.extent === f.loop.axis.extent ? [[f, o] as const] : [];
    });
    for (;;) {
      if (never()) return false;
      const settled = open.find(([f, o]) => apart.some((d) => settles(d, f, twin(o), bounds)));
      if (!settled) return open.some(([f]) => mine.includes(f));
      open = open.filter((p) => p !== settled);
      apart = apart.map((d) => unify(d, settled[0].loop.axis, twin(settled[1]), bounds));
    }
  } finally {
    for (const axis of bound) bounds.unbind(axis);
  }
}

/** Bytes of workgroup memory that tiles take. Halves count in full, so that a model has the same launches with and
 *  without them. */
export const workgroupBytes = (tiles: Iterable<Tile>): number =>
  [...tiles].reduce((sum, t) => sum + 4 * t.shape.reduce((p, d) => p * d, 1), 0);

/** True if the leading indices of a tile are the indices of a nest over invocations, in order: each invocation has its
 *  own elements. */
export const isOwn = (tile: Tile, at: readonly Expr[], nest: readonly Loop[]): boolean =>
  nest.length > 0 &&
  nest.every((l, d) => {
    const e = at[d];
    return e?.kind === 'axis' && e.axis === l.axis && tile.shape[d] === l.axis.extent;
  });
