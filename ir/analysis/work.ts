/** The work of a kernel: float operations and bytes, counted over its loops, for schedulers and profilers. */

import { upsert } from '../collections.ts';
import { type Axis, type Buffer, dtypeOf, type Expr, freeAxes, walk } from '../expr.ts';
import { exprsOf, type Kernel, type Loop, type Stmt, storageOf, tripsBetween, type Write } from '../kernel.ts';
import { binaries, folded } from '../scalar.ts';
import { bindDim, byteSize, countAt } from '../type.ts';
import { endsByData } from './lists.ts';

export interface Work {
  /** Float additions, multiplications, selects and so on, for every copy and lane. A select counts both branches. */
  readonly operations: number;
  /** Distinct bytes, over all buffers: the traffic with a perfect cache. */
  readonly read: number;
  readonly written: number;
}

/** The number of float operations in an expression, each shared part once. */
export function operations(e: Expr): number {
  let n = 0;
  walk(e, (p) => {
    if ((p.kind === 'binary' || p.kind === 'unary' || p.kind === 'select') && dtypeOf(p) === 'f32') n++;
  });
  return n;
}

interface Around {
  readonly axis: Axis;
  readonly trips: number;
}
type Touched = Map<Buffer, number>;

/** An access to a buffer, and the axes that its place depends on. */
interface Reference {
  readonly storage: Buffer;
  readonly along: ReadonlySet<Axis>;
}
interface Leaf {
  readonly operations: number;
  readonly reads: readonly Reference[];
  readonly writes: Reference | null;
}

function leafOf(s: Write): Leaf {
  const reference = (b: Buffer, at: readonly Expr[]): Reference => ({
    storage: storageOf(b),
    along: new Set(at.flatMap((i) => [...freeAxes(i)])),
  });
  const reads: Reference[] = [];
  for (const e of exprsOf(s))
    walk(e, (p) => {
      if (p.kind === 'load') reads.push(reference(p.buffer, p.at));
    });
  const own = s.kind === 'accumulate' && s.tile.dtype === 'f32' ? 1 : 0;
  const writes = s.kind === 'store' ? reference(s.buffer, s.at) : null;
  return { operations: own + operations(s.value), reads, writes };
}

/** The work of one launch on a batch of `n`. */
export function workOf(kernel: Kernel, n: number): Work {
  let done = 0;
  const [read, written]: [Touched, Touched] = [new Map(), new Map()];
  // A loop whose inner bounds depend on it is gone through turn by turn: what its statements are is found once.
  const [leaves, bounds] = [new Map<Write, Leaf>(), new Map<Loop, LoopBounds>()];
  const at = new Map<Axis, number>();
  // The elements that one reference accesses: those that differ along a loop around it.
  const touch = (of: Touched, { storage, along }: Reference, around: readonly Around[]): void => {
    const count = around.reduce((p, l) => (along.has(l.axis) ? p * l.trips : p), 1);
    of.set(storage, upsert(of, storage, () => 0) + count);
  };
  const go = (body: readonly Stmt[], around: readonly Around[]): void => {
    for (const s of body) {
      if (s.kind === 'for') {
        const { isByData, below } = upsert(bounds, s, () => ({ isByData: endsByData(s), below: boundsBelow(s) }));
        // A list counts in full, as its actual length is unknown here.
        const to = isByData ? bindDim(s.axis.extent, n) : numberOf(s.to, n, at);
        const from = numberOf(s.from, n, at);
        const trips = tripsBetween(from, to, s.step);
        if (trips === 0) continue;
        if (!below.has(s.axis)) go(s.body, [...around, { axis: s.axis, trips }]);
        else
          for (let i = from; i < to; i += s.step) {
            at.set(s.axis, i);
            go(s.body, around);
          }
        continue;
      }
      if (s.kind === 'tile' || s.kind === 'barrier') continue;
      const times = around.reduce((p, l) => p * l.trips, 1);
      const leaf = upsert(leaves, s, () => leafOf(s));
      done += times * leaf.operations;
      for (const reference of leaf.reads) touch(read, reference, around);
      if (leaf.writes) touch(written, leaf.writes, around);
    }
  };
  go(kernel.body, []);
  const bytes = (of: Touched): number =>
    [...of].reduce((sum, [b, count]) => sum + Math.min(count, countAt(b.type.shape, n)) * byteSize(b.type.dtype), 0);
  return { operations: done, read: bytes(read), written: bytes(written) };
}

/** The share of a kernel's float operations that run in lanes, from 0 to 1, on a batch of `n`; 1 if it has none. */
export function inLanes(kernel: Kernel, n: number): number {
  const alone = (body: readonly Stmt[]): Stmt[] =>
    body.flatMap((s): readonly Stmt[] => {
      if (s.kind !== 'for') return [s];
      return s.mode === 'vectorized' ? [] : [{ ...s, body: alone(s.body) }];
    });
  const all = workOf(kernel, n).operations;
  return all === 0 ? 1 : 1 - workOf({ ...kernel, body: alone(kernel.body) }, n).operations / all;
}

interface LoopBounds {
  readonly isByData: boolean;
  /** The axes that the bounds of inner loops depend on. */
  readonly below: ReadonlySet<Axis>;
}

/** The axes that the bounds of inner loops depend on. */
function boundsBelow({ body }: Loop): Set<Axis> {
  const out = new Set<Axis>();
  for (const s of body) {
    if (s.kind !== 'for') continue;
    for (const e of endsByData(s) ? [s.from] : [s.from, s.to]) for (const a of freeAxes(e)) out.add(a);
    for (const a of boundsBelow(s)) out.add(a);
  }
  return out;
}

/** The value of a bound for `n` samples. */
function numberOf(bound: Expr, n: number, at: ReadonlyMap<Axis, number>): number {
  const value = numeric(bound, n, at);
  if (value === null) throw new Error('a loop bound is not constant');
  return value;
}

/** The value of an integer expression; null where it is data. */
function numeric(e: Expr, n: number, at: ReadonlyMap<Axis, number>): number | null {
  if (e.kind === 'const') return e.value;
  if (e.kind === 'size') return e.of.times * n;
  if (e.kind === 'axis') return at.get(e.axis) ?? null;
  if (e.kind !== 'binary') return null;
  const a = numeric(e.a, n, at);
  const b = numeric(e.b, n, at);
  return a === null || b === null ? null : folded(binaries[e.fn], 'i32', [a, b]);
}

/** True if a statement adds a product of floats to a tile, which some hardware does in one instruction. */
export const addsProduct = (s: Stmt): s is Extract<Stmt, { kind: 'accumulate' }> & { value: Binary } =>
  s.kind === 'accumulate' &&
  s.fn === 'add' &&
  s.value.kind === 'binary' &&
  s.value.fn === 'mul' &&
  s.tile.dtype === 'f32';
type Binary = Extract<Expr, { kind: 'binary' }>;
