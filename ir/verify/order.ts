/** Verifies the order of a kernel's accesses: no races in loops that may run in parallel, values overwritten only after
 *  they are read, no values computed in vain, and results stored in full. Relies on indices that were verified before. */

import type { Bounds } from '../analysis/bounds.ts';
import { isCounted, type List } from '../analysis/lists.ts';
import { upsert } from '../collections.ts';
import type { Axis, Buffer, Expr, Tile } from '../expr.ts';
import { isShared, type Kernel, type Loop, storageOf } from '../kernel.ts';
import { coverage } from './coverage.ts';
import { type Access, commonFrames, type Frame, meet } from './dependence.ts';
import { show } from './expr.ts';
import type { ProblemCode } from './index.ts';

/** The accesses of a kernel, each list in textual order. */
export interface Touches {
  readonly kernel: Kernel;
  readonly stores: readonly Access[];
  /** Stores that add to memory. */
  readonly sums: readonly Access[];
  readonly loads: readonly Access[];
  readonly tileWrites: readonly Access[];
  readonly tileReads: readonly Access[];
  /** The number of loops around each tile's declaration. */
  readonly depths: ReadonlyMap<Tile, number>;
  /** Tiles that are read in some branch that is never taken. */
  readonly asleep: ReadonlySet<Tile>;
  /** Lists that kernels fill, including this one's, with their counts. */
  readonly lists: ReadonlyMap<Buffer, List>;
  readonly bounds: Bounds;
  /** Serial loops may hand on values through memory. */
  readonly throughMemory: boolean;
}

/** Receives a problem, and the access at which it occurs. */
export type Tell = (at: Access, code: ProblemCode, message: string) => void;

export function verifyOrder(touched: Touches, tell: Tell): void {
  races(touched, tell);
  overwrites(touched, tell);
  additions(touched, tell);
  unread(touched, tell);
  covered(touched, tell);
}

/** True if a loop's iterations may run concurrently. */
const atOnce = (f: Frame): boolean => f.loop.mode === 'parallel' || f.loop.mode === 'invocations';

/** Iterations that run concurrently, or that a schedule has moved, must store different elements. */
function races(touched: Touches, tell: Tell): void {
  const { stores, sums, tileWrites, tileReads, depths, lists, bounds } = touched;
  const race = (a: Access, b: Access, both: readonly Frame[], which: (f: Frame) => boolean, what: string): void => {
    // Usually an index is the loop's own axis, and so different for each iteration.
    const alone = (f: Frame): boolean => a.at.some((e, d) => isAxis(e, f.loop.axis) && isAxis(b.at[d], f.loop.axis));
    if (!both.some((f) => which(f) && !alone(f))) return;
    const clash = meet(a, b, both, bounds)?.find(which);
    if (clash) tell(b, 'race', `iterations of the ${clash.loop.mode} loop over ${clash.loop.axis.name} ${what}`);
  };
  for (const [of, group] of groups(stores, storage)) {
    // Unrolled copies that append to a list do so in order.
    const moved = ({ loop: { mode } }: Frame): boolean => mode !== 'serial' && !(mode === 'unrolled' && lists.has(of));
    for (const [i, a] of group.entries())
      if (a.frames.some(moved))
        for (const b of group.slice(i)) race(a, b, commonFrames(a, b), moved, 'store the same elements');
  }
  for (const group of groups(sums, storage).values())
    for (const [i, a] of group.entries())
      if (a.frames.some(atOnce))
        for (const b of group.slice(i)) race(a, b, commonFrames(a, b), atOnce, 'add to the same elements');
  // Registers, in loops over lanes or threads.
  besides(touched, tell);
  const beside = (f: Frame): boolean => f.loop.mode === 'vectorized' || atOnce(f);
  const touches = groups([...tileWrites, ...tileReads], (a) => a.of);
  for (const a of tileWrites)
    if (a.frames.some(beside))
      for (const b of touches.get(a.of) as Access[]) {
        const shared = commonFrames(a, b).slice(depths.get(a.of as Tile));
        race(a, b, shared, beside, `share elements of ${a.of.name}`);
      }
}

/** A parallel loop of a kernel runs concurrently with the statements beside it. */
function besides({ kernel, stores, sums, loads, bounds }: Touches, tell: Tell): void {
  if (!isShared(kernel)) return;
  const top = (a: Access): Loop | undefined => a.frames[0]?.loop;
  const parallel = (a: Access, b: Access): Loop | undefined => [top(a), top(b)].find((l) => l?.mode === 'parallel');
  const writes = [...stores, ...sums];
  for (const [i, a] of writes.entries())
    for (const b of [...writes.slice(i + 1), ...loads]) {
      if (storage(a) !== storage(b) || a.stmt === b.stmt || top(a) === top(b)) continue;
      const l = parallel(a, b);
      if (l && meet(a, b, [], bounds))
        tell(b, 'race', `a statement beside the parallel loop over ${l.axis.name} shares elements of ${b.of.name}`);
    }
}

/** An element must be set before anything is added to it, and nothing else may read it. */
function additions({ stores, sums, loads, bounds }: Touches, tell: Tell): void {
  for (const a of sums) {
    for (const s of stores) {
      if (storage(s) !== storage(a)) continue;
      const clash = meet(s, a, commonFrames(s, a), bounds);
      if (!clash) continue;
      const what = `${a.of.name}[${a.at.map(show).join(', ')}]`;
      if (clash[0])
        tell(a, 'in-place', `${what} may be set again by another iteration over ${clash[0].loop.axis.name}`);
      else if (a.order < s.order) tell(a, 'in-place', `${what} is added to before it is set`);
    }
    const read = loads.find((l) => storage(l) === storage(a));
    if (read) tell(read, 'in-place', `${read.of.name} is read in a kernel that adds to it`);
  }
}

/** No element may be read after it is overwritten, or by another iteration than the one that overwrites it. If serial
 *  loops may hand on values, this holds only for iterations that run concurrently. */
function overwrites({ stores, loads, bounds, throughMemory }: Touches, tell: Tell): void {
  for (const s of stores)
    for (const l of loads) {
      if (storage(s) !== storage(l)) continue;
      const both = commonFrames(s, l);
      if (both.length === 0 && l.order <= s.order) continue;
      const clash = meet(s, l, both, bounds);
      if (!clash) continue;
      const apart = [...s.frames, ...l.frames].filter((f) => !both.includes(f));
      if (throughMemory && clash.every((f) => f.loop.mode === 'serial') && !apart.some(atOnce)) continue;
      const [first] = clash;
      const what = `${l.of.name}[${l.at.map(show).join(', ')}]`;
      if (first) tell(l, 'in-place', `${what} may be overwritten by another iteration over ${first.loop.axis.name}`);
      else if (l.order > s.order) tell(l, 'in-place', `${what} is read after it is overwritten`);
    }
}

/** A value that is computed must be read; otherwise a statement is in the wrong place. */
function unread({ tileWrites, tileReads, depths, asleep, bounds }: Touches, tell: Tell): void {
  const reads = groups(tileReads, (r) => r.of);
  for (const w of tileWrites) {
    const depth = depths.get(w.of as Tile) as number;
    const mine = reads.get(w.of) ?? [];
    if ((mine.at(-1)?.order ?? -1) > w.order) continue;
    const readers = mine.filter((r) => r.stmt !== w.stmt);
    // A read that comes earlier in the text comes later in the next iteration, if it reads the same element.
    const again = (r: Access): boolean => {
      const both = commonFrames(w, r);
      const inner = both.slice(depth);
      // A loop that runs only once would read it if it ran again.
      if (inner.some((f) => f.once)) return true;
      return inner.length > 0 && (meet(w, r, both, bounds) ?? []).some((f) => inner.includes(f));
    };
    if (!readers.some(again))
      if (!asleep.has(w.of as Tile)) tell(w, 'tile-unread', `nothing reads ${w.of.name} after this`);
  }
}

/** Results must be stored in full; of a list only the counted elements, beyond which nothing may read. A kernel that
 *  hands on values may start from what was in memory. */
function covered({ stores, loads, lists, bounds, throughMemory }: Touches, tell: Tell): void {
  for (const [b, group] of groups(stores, storage)) {
    const begins = throughMemory && loads.some((l) => storage(l) === b);
    const gap = lists.has(b) || begins ? null : coverage(group, bounds);
    if (gap) tell(group[0] as Access, 'uncovered', `${b.name}: ${gap}`);
  }
  for (const l of loads) {
    const count = lists.get(storage(l))?.count;
    const loops = l.frames.map((f) => f.loop);
    if (count && !isCounted(l.at, loops, count, bounds.interner))
      tell(l, 'uncovered', `${l.of.name} is a list: no loop ends its last index at ${count.name}`);
  }
}

/** Groups accesses by a key, in textual order. */
function groups<K>(accesses: readonly Access[], of: (a: Access) => K): Map<K, Access[]> {
  const found = new Map<K, Access[]>();
  for (const a of accesses) upsert(found, of(a), () => []).push(a);
  return found;
}
const isAxis = (e: Expr | undefined, axis: Axis): boolean => e?.kind === 'axis' && e.axis === axis;
const storage = (a: Access): Buffer => storageOf(a.of as Buffer);
