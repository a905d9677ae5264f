/** Verifies the order of what a kernel does: loops that may run side by side without races, values overwritten only after they
 *  were read, values computed to be read, and results stored whole. It leans on indices that are known to be sound. */

import type { Bounds } from '../analysis/bounds.ts';
import { isCounted, type List } from '../analysis/lists.ts';
import { upsert } from '../collections.ts';
import type { Axis, Buffer, Expr, Tile } from '../expr.ts';
import { isShared, type Kernel, type Loop, storageOf } from '../kernel.ts';
import { coverage } from './coverage.ts';
import { type Access, commonFrames, type Frame, meet } from './dependence.ts';
import { show } from './expr.ts';
import type { ProblemCode } from './index.ts';

/** What a kernel touches, each list in the order of its statements. */
export interface Touches {
  readonly kernel: Kernel;
  readonly stores: readonly Access[];
  /** Stores that add to what is there. */
  readonly sums: readonly Access[];
  readonly loads: readonly Access[];
  readonly tileWrites: readonly Access[];
  readonly tileReads: readonly Access[];
  /** How many loops stand around each tile's declaration. */
  readonly depths: ReadonlyMap<Tile, number>;
  /** Tiles that some branch reads that is never taken. */
  readonly asleep: ReadonlySet<Tile>;
  /** Lists that kernels fill, this one's among them, with how many elements they have. */
  readonly lists: ReadonlyMap<Buffer, List>;
  readonly bounds: Bounds;
  /** Whether serial loops may hand on what they store. */
  readonly throughMemory: boolean;
}

/** Told of a problem, and at which access it is. */
export type Tell = (at: Access, code: ProblemCode, message: string) => void;

export function verifyOrder(touched: Touches, tell: Tell): void {
  races(touched, tell);
  overwrites(touched, tell);
  additions(touched, tell);
  unread(touched, tell);
  covered(touched, tell);
}

/** Whether a loop's iterations run at one time. */
const atOnce = (f: Frame): boolean => f.loop.mode === 'parallel' || f.loop.mode === 'invocations';

/** Iterations that run side by side, or that a schedule has moved, store elements of their own. */
function races(touched: Touches, tell: Tell): void {
  const { stores, sums, tileWrites, tileReads, depths, lists, bounds } = touched;
  const race = (a: Access, b: Access, both: readonly Frame[], which: (f: Frame) => boolean, what: string): void => {
    // Most often an index is the loop's own axis, and different for each iteration.
    const alone = (f: Frame): boolean => a.at.some((e, d) => isAxis(e, f.loop.axis) && isAxis(b.at[d], f.loop.axis));
    if (!both.some((f) => which(f) && !alone(f))) return;
    const clash = meet(a, b, both, bounds)?.find(which);
    if (clash) tell(b, 'race', `iterations of the ${clash.loop.mode} loop over ${clash.loop.axis.name} ${what}`);
  };
  for (const [of, group] of groups(stores, storage)) {
    // Copies that append to a list do so one after the other.
    const moved = ({ loop: { mode } }: Frame): boolean => mode !== 'serial' && !(mode === 'unrolled' && lists.has(of));
    for (const [i, a] of group.entries())
      if (a.frames.some(moved))
        for (const b of group.slice(i)) race(a, b, commonFrames(a, b), moved, 'store the same elements');
  }
  for (const group of groups(sums, storage).values())
    for (const [i, a] of group.entries())
      if (a.frames.some(atOnce))
        for (const b of group.slice(i)) race(a, b, commonFrames(a, b), atOnce, 'add to the same elements');
  // Registers, where lanes or threads run side by side.
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

/** A parallel loop of a kernel and what stands beside it run at one time. */
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
        tell(b, 'race', `what stands beside the parallel loop over ${l.axis.name} shares elements of ${b.of.name}`);
    }
}

/** An element is set before anything is added to it, and read by nothing else. */
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

/** No element is read after it is overwritten, nor by another iteration than the one that overwrites it; where serial loops
 *  may hand on what they store, not by what runs beside it. */
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

/** What is computed is read: else a statement stands in the wrong place. */
function unread({ tileWrites, tileReads, depths, asleep, bounds }: Touches, tell: Tell): void {
  const reads = groups(tileReads, (r) => r.of);
  for (const w of tileWrites) {
    const depth = depths.get(w.of as Tile) as number;
    const mine = reads.get(w.of) ?? [];
    if ((mine.at(-1)?.order ?? -1) > w.order) continue;
    const readers = mine.filter((r) => r.stmt !== w.stmt);
    // A read that stands ahead comes later in another iteration, if that reads the same element.
    const again = (r: Access): boolean => {
      const both = commonFrames(w, r);
      const inner = both.slice(depth);
      // What runs once would be read if it ran again.
      if (inner.some((f) => f.once)) return true;
      return inner.length > 0 && (meet(w, r, both, bounds) ?? []).some((f) => inner.includes(f));
    };
    if (!readers.some(again))
      if (!asleep.has(w.of as Tile)) tell(w, 'tile-unread', `nothing reads ${w.of.name} behind this`);
  }
}

/** Results are stored whole, and of lists what is counted, which nothing reads beyond. A kernel that hands on what it stores
 *  may begin with what was there. */
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

/** Accesses by what they touch, each in the order of its statements. */
function groups<K>(accesses: readonly Access[], of: (a: Access) => K): Map<K, Access[]> {
  const found = new Map<K, Access[]>();
  for (const a of accesses) upsert(found, of(a), () => []).push(a);
  return found;
}
const isAxis = (e: Expr | undefined, axis: Axis): boolean => e?.kind === 'axis' && e.axis === axis;
const storage = (a: Access): Buffer => storageOf(a.of as Buffer);
