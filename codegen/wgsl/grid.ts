/** How many workgroups run a kernel, and which iteration each of them is: the parallel loops that the kernel consists of. */

import { type Expr, int } from '../../ir/expr.ts';
import { type Kernel, type Loop, sharedNest, walkStmts } from '../../ir/kernel.ts';
import { isBatch } from '../../ir/type.ts';
import type { ManifestCount } from '../../runtime/manifest.ts';

/** The loops of a grid: those whose length is a number, in x, and at most one of the batch's length, in y. Where a dimension
 *  would have more workgroups than a device takes, z holds how often it is folded. */
export interface Grid {
  readonly fixed: readonly Loop[];
  readonly batched: Loop | null;
  /** How many workgroups of x and of y stand behind each other in z. */
  readonly folds: readonly [x: number, y: number];
  readonly workgroups: readonly [ManifestCount, ManifestCount, ManifestCount];
  /** What one workgroup runs. */
  readonly body: Kernel['body'];
  /** Invocations of a workgroup. */
  readonly size: number;
}

/** Iterations of a loop whose bounds are numbers. */
export const tripsOf = (l: Loop): number =>
  Math.max(0, Math.ceil(((l.to as { value: number }).value - (l.from as { value: number }).value) / l.step));

const isNumber = (e: Expr): boolean => e.kind === 'const';
const isFixed = (l: Loop): boolean => isNumber(l.from) && isNumber(l.to);
/** 0..k·N: what a count of workgroups can say. */
const isBatched = (l: Loop): boolean =>
  l.from.kind === 'const' && l.from.value === 0 && l.to.kind === 'size' && isBatch(l.axis.extent);

export function gridOf(kernel: Kernel, maxBatch: number, most: number): Grid {
  const [only, ...others] = kernel.body;
  const nest = only?.kind === 'for' && only.mode === 'parallel' && others.length === 0 ? sharedNest(only) : [];
  // Further loops of the batch's length run one after the other in each workgroup.
  const end = nest.findIndex((l, i) => !isFixed(l) && (!isBatched(l) || nest.slice(0, i).some((o) => !isFixed(o))));
  const loops = end < 0 ? nest : nest.slice(0, end);
  const body = loops.length === 0 ? kernel.body : (loops.at(-1) as Loop).body;
  const fixed = loops.filter(isFixed);
  const batched = loops.find((l) => !isFixed(l)) ?? null;
  const count = fixed.reduce((p, l) => p * tripsOf(l), 1);
  const times = batched ? (batched.to as Extract<Expr, { kind: 'size' }>).of.times : 0;
  const rows = batched ? Math.ceil((maxBatch * times) / batched.step) : 1;
  const folds = [Math.ceil(count / most), Math.ceil(rows / most)] as const;
  const [x, y] = folds;
  return {
    fixed,
    batched,
    folds,
    workgroups: [
      x > 1 ? most : Math.max(1, count),
      batched ? { batch: times, per: batched.step * y, times: 1 } : 1,
      x * y,
    ],
    body,
    size: invocationsOf(body),
  };
}

/** The most invocations that a nest of loops asks for. */
function invocationsOf(body: Kernel['body']): number {
  let most = 1;
  walkStmts(body, (s, loops) => {
    if (s.kind !== 'for' || s.mode !== 'invocations') return;
    const nest = [...loops.filter((l) => l.mode === 'invocations'), s];
    most = Math.max(
      most,
      nest.reduce((p, l) => p * (l.axis.extent as number), 1),
    );
  });
  return most;
}

/** The number of iterations of a grid's loops as an expression of nothing but the batch. */
export const rowsOf = (l: Loop): Expr => ({
  kind: 'binary',
  fn: 'idiv',
  a: { kind: 'binary', fn: 'add', a: l.to, b: int(l.step - 1) },
  b: int(l.step),
});
