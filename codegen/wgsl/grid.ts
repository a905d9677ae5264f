/** The number of workgroups for a kernel, and the iteration that each of them runs: its outermost parallel loops. */

import { type Expr, int } from '../../ir/expr.ts';
import { constantTrips, invocationsOf, type Kernel, type Loop, type Stmt, sharedNest } from '../../ir/kernel.ts';
import { isBatch } from '../../ir/type.ts';
import type { ManifestCount } from '../../runtime/manifest.ts';

/** The parallel loops whose iterations are workgroups: loops of constant trip count in x, and at most one as long as
 *  the batch in y. Where a dimension would exceed a device's limit, it is folded, and z counts the folds. */
export interface Part {
  readonly fixed: readonly Loop[];
  readonly batched: Loop | null;
  /** The numbers of times that x and y are folded into z. */
  readonly folds: readonly [x: number, y: number];
  /** The body that one workgroup runs. */
  readonly body: Kernel['body'];
}

export interface Grid {
  /** Several parts follow one another in x. */
  readonly parts: readonly Part[];
  readonly workgroups: readonly [ManifestCount, ManifestCount, ManifestCount];
  /** Invocations per workgroup. */
  readonly size: number;
}

/** The number of workgroups of the loops with constant trip count. */
export const invocationCount = (p: Part): number => p.fixed.reduce((n, l) => n * tripsOf(l), 1);

/** The trip count of a loop with constant bounds. */
export const tripsOf = (l: Loop): number => constantTrips(l) as number;

const isNumber = (e: Expr): boolean => e.kind === 'const';
const isFixed = (l: Loop): boolean => isNumber(l.from) && isNumber(l.to);
/** 0..k·N, which a number of workgroups can express. */
const isBatched = (l: Loop): boolean =>
  l.from.kind === 'const' && l.from.value === 0 && l.to.kind === 'size' && isBatch(l.axis.extent);

const isParallel = (s: Stmt | undefined): s is Loop => s?.kind === 'for' && s.mode === 'parallel';

export function gridOf(kernel: Kernel, maxBatch: number, most: number): Grid {
  const size = invocationsOf(kernel);
  const joined = kernel.body.filter(isParallel).map((l) => partOf([l], maxBatch, most));
  const total = joined.reduce((sum, p) => sum + invocationCount(p), 0);
  if (joined.length > 1 && joined.length === kernel.body.length && joined.every((p) => !p.batched) && total <= most)
    return { parts: joined, workgroups: [total, 1, 1], size };
  const part = partOf(kernel.body, maxBatch, most);
  const [x, y] = part.folds;
  const { batched } = part;
  const times = batched ? (batched.to as Extract<Expr, { kind: 'size' }>).of.times : 0;
  return {
    parts: [part],
    workgroups: [
      x > 1 ? most : Math.max(1, invocationCount(part)),
      batched ? { batch: times, per: batched.step * y, times: 1 } : 1,
      x * y,
    ],
    size,
  };
}

function partOf(body: Kernel['body'], maxBatch: number, most: number): Part {
  const [only, ...others] = body;
  const nest = isParallel(only) && others.length === 0 ? sharedNest(only) : [];
  // Further loops as long as the batch run serially in each workgroup.
  const end = nest.findIndex((l, i) => !isFixed(l) && (!isBatched(l) || nest.slice(0, i).some((o) => !isFixed(o))));
  const loops = end < 0 ? nest : nest.slice(0, end);
  const batched = loops.find((l) => !isFixed(l)) ?? null;
  const part: Part = {
    fixed: loops.filter(isFixed),
    batched,
    folds: [1, 1],
    body: loops.length === 0 ? body : (loops.at(-1) as Loop).body,
  };
  const times = batched ? (batched.to as Extract<Expr, { kind: 'size' }>).of.times : 0;
  const rows = batched ? Math.ceil((maxBatch * times) / batched.step) : 1;
  return { ...part, folds: [Math.ceil(invocationCount(part) / most) || 1, Math.ceil(rows / most)] };
}

/** The trip count of a loop as an expression of only the batch. */
export const rowsOf = (l: Loop): Expr => ({
  kind: 'binary',
  fn: 'idiv',
  a: { kind: 'binary', fn: 'add', a: l.to, b: int(l.step - 1) },
  b: int(l.step),
});
