/** Values that the iterations of a kernel's loops hand on to each other through memory (loop-carried dependences).
 *  Handwritten kernels may have them; lowering never makes any. */

import { type Axis, type Buffer, some, walk } from '../expr.ts';
import { exprsOf, type Kernel, type Stmt, storageOf } from '../kernel.ts';
import { type Access, type Frame, meet, undivided } from '../verify/dependence.ts';
import { Bounds } from './bounds.ts';

export interface HandedOn {
  readonly buffer: Buffer;
  /** The loops in which one iteration may access what another one stores. Empty if an iteration reads what it stored
   *  itself, or if another loop stored it. */
  readonly loops: ReadonlySet<Axis>;
  /** True if the other access is a read, false if it stores again. */
  readonly read: boolean;
}

/** Larger than any batch that a kernel is compiled for. */
const maxBatch = 2 ** 29;

/** All pairs of a store and another access to the same element. A read before a store in the same iteration is not
 *  handed on. */
export function handedOn(kernel: Kernel): HandedOn[] {
  const bounds = new Bounds(maxBatch);
  const { stores, loads } = accesses(kernel, bounds);
  const between = (s: Access, other: Access): HandedOn[] => {
    if (s.of !== other.of) return [];
    const parted = s.frames.findIndex((f, i) => f !== other.frames[i]);
    const both = parted < 0 ? s.frames : s.frames.slice(0, parted);
    const found = meet(s, other, both, bounds);
    if (!found || (found.length === 0 && other.order <= s.order)) return [];
    return [{ buffer: s.of as Buffer, loops: new Set(found.map((f) => f.loop.axis)), read: loads.includes(other) }];
  };
  // Every append to a list has a place of its own.
  const appends = (a: Access): boolean => a.at.some((e) => some(e, (p) => p.kind === 'tile'));
  return stores.flatMap((s, i) => {
    const again = appends(s) ? [] : stores.slice(i).filter((a) => !appends(a));
    return [...loads, ...again].flatMap((other) => between(s, other));
  });
}

function accesses(kernel: Kernel, bounds: Bounds): { readonly stores: Access[]; readonly loads: Access[] } {
  const [stores, loads]: [Access[], Access[]] = [[], []];
  let order = 0;
  const go = (body: readonly Stmt[], frames: readonly Frame[]): void => {
    for (const stmt of body) {
      order++;
      const access = (b: Buffer, at: Access['at']): Access => {
        const whole = undivided(b.type.shape, at, bounds.interner);
        return { of: storageOf(b), ...whole, frames, stmt, order };
      };
      for (const e of exprsOf(stmt)) walk(e, (p) => void (p.kind === 'load' && loads.push(access(p.buffer, p.at))));
      // Additions to memory have a rule of their own: `requireOwnSum`.
      if (stmt.kind === 'store' && !stmt.add) stores.push(access(stmt.buffer, stmt.at));
      if (stmt.kind !== 'for') continue;
      const [from, to] = [bounds.form(stmt.from), bounds.form(stmt.to)];
      const range = bounds.bind(stmt.axis, from, to, stmt.step);
      go(stmt.body, [...frames, { loop: stmt, from, to, range, certain: false, once: false }]);
      bounds.unbind(stmt.axis);
    }
  };
  go(kernel.body, []);
  return { stores, loads };
}
