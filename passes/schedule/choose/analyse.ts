/** A kernel as the scheduler sees it: its loops, the purpose of each, and the stride of every read along them. */

import { flatPlace, linear } from '../../../ir/analysis/linear.ts';
import { remembered } from '../../../ir/analysis/remembered.ts';
import { addsProduct, operations } from '../../../ir/analysis/work.ts';
import type { Axis, Buffer, Expr } from '../../../ir/expr.ts';
import * as x from '../../../ir/expr.ts';
import { Interner } from '../../../ir/interner.ts';
import {
  type Accumulate,
  exprsOf,
  isTileWrite,
  type Kernel,
  type Loop,
  type Store,
  walkStmts,
} from '../../../ir/kernel.ts';
import { bindDim } from '../../../ir/type.ts';

/** A read or a store: its stride in elements along each axis, and the axes in which its address is not linear (`bent`). */
export interface Reference {
  readonly buffer: Buffer;
  readonly strides: ReadonlyMap<Axis, number>;
  readonly bent: ReadonlySet<Axis>;
  /** The index of each dimension. */
  readonly at: readonly Expr[];
  /** Read only under a condition on indices. */
  readonly guarded: boolean;
  /** Set where the index contains data: used as it was loaded (`ready`), or divided or otherwise taken apart first. */
  readonly indirect: 'ready' | 'apart' | null;
}

export interface Analysis {
  /** Independent loops, outermost first. */
  readonly parallel: readonly Loop[];
  /** Loops that add to elements to which later iterations add again: their order is kept. */
  readonly ordered: readonly Loop[];
  /** Loops of a short reduction around the long one, such as a pooling window. */
  readonly window: readonly Loop[];
  /** Loops of the long reduction. */
  readonly reduction: readonly Loop[];
  /** The statement that takes most of the time; null for a kernel that only maps. */
  readonly main: Accumulate | null;
  readonly reads: readonly Reference[];
  readonly stores: readonly Reference[];
  /** Float operations in one iteration of the main statement, including its addition. */
  readonly operations: number;
  /** The main statement adds a product of floats. */
  readonly addsProduct: boolean;
  /** A store overwrites what the kernel reads, so no element may be computed twice. */
  readonly inPlace: boolean;
}

export function analyse(kernel: Kernel, batch: number): Analysis {
  const interner = new Interner();
  // Where data bound a loop, its axis gives the upper bound.
  const trips = (l: Loop): number =>
    (l.to.kind === 'const' ? l.to.value : bindDim(l.axis.extent, batch)) - (l.from.kind === 'const' ? l.from.value : 0);
  // A loop is sequential when it feeds an accumulator that outlives it.
  const declaredAt = new Map<x.Tile, number>();
  const sequential = new Set<Loop>();
  let best: { stmt: Accumulate; loops: readonly Loop[]; cost: number } | null = null;
  let widest: { loops: readonly Loop[]; cost: number; adds?: boolean | undefined } = { loops: [], cost: 0 };
  const cost = (loops: readonly Loop[]): number => loops.reduce((p, l) => p * trips(l), 1);
  const stores: { stmt: Store; loops: readonly Loop[] }[] = [];
  walkStmts(kernel.body, (s, all) => {
    // Unrolled copies and lanes belong to a body; they are not loops.
    const loops = all.filter((l) => l.mode === 'serial' || l.mode === 'parallel');
    if (s.kind === 'tile') declaredAt.set(s.tile, loops.length);
    if (isTileWrite(s)) for (const l of loops.slice(declaredAt.get(s.tile) ?? 0)) sequential.add(l);
    if (s.kind === 'store') {
      stores.push({ stmt: s, loops });
      // Where points are added to zeros, what counts is that they are added, however few they are.
      const isWider = s.add === widest.adds ? cost(loops) > widest.cost : s.add === true;
      if (isWider) widest = { loops, cost: cost(loops), adds: s.add };
    }
    if (s.kind === 'accumulate') {
      if (!best || cost(loops) > best.cost) best = { stmt: s, loops, cost: cost(loops) };
    }
  });
  const top = best as { stmt: Accumulate; loops: readonly Loop[]; cost: number } | null;
  const main = top && top.cost >= widest.cost ? top : null;
  const loops = main ? main.loops : widest.loops;
  const depth = main ? (declaredAt.get(main.stmt.tile) ?? 0) : loops.length;
  const outer = loops.slice(0, depth);
  const ordered = new Set(stores.flatMap(({ stmt }) => (stmt.add ? overlapping(stmt, outer) : [])));

  const reads: Reference[] = [];
  const hasAxis = remembered((p, below) => below || p.kind === 'axis');
  const hasValue = remembered((p, below) => below || p.kind === 'load' || p.kind === 'tile');
  const read = (e: Expr, guarded: boolean, seen: Set<Expr>): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.kind === 'load') reads.push(reference(e.buffer, e.at, guarded, interner));
    if (e.kind === 'select') {
      read(e.cond, guarded, seen);
      const onIndices = hasAxis(e.cond) && !hasValue(e.cond);
      read(e.then, guarded || onIndices, seen);
      read(e.otherwise, guarded || onIndices, seen);
      return;
    }
    for (const c of x.children(e)) read(c, guarded, seen);
  };
  // The statements in the chosen loops; other copies of them are alike.
  const inner = loops.at(-1);
  const here = (at: readonly Loop[]): boolean =>
    main ? at.every((l, i) => loops[i] === l) : inner === undefined || at.includes(inner);
  if (main) read(main.stmt.value, false, new Set());
  else
    walkStmts(kernel.body, (s, at) => {
      if (here(at)) for (const e of exprsOf(s)) read(e, false, new Set());
    });

  const inOut = kernel.params.some((p) => p.access === 'inout');
  return {
    parallel: outer.filter((l) => !sequential.has(l) && !ordered.has(l)),
    ordered: outer.filter((l) => ordered.has(l)),
    window: outer.filter((l) => sequential.has(l)),
    reduction: loops.slice(depth),
    main: main ? main.stmt : null,
    reads: unique(reads),
    stores: stores.filter((st) => here(st.loops)).map(({ stmt }) => reference(stmt.buffer, stmt.at, false, interner)),
    operations: 1 + (main ? operations(main.stmt.value) : 0),
    addsProduct: main !== null && addsProduct(main.stmt),
    inPlace: inOut || stores.some((st) => st.stmt.add),
  };
}

/** The loops whose axis shares an index with the axis of a loop further in, or chooses it through data. */
const overlapping = (s: Store, loops: readonly Loop[]): Loop[] =>
  loops.filter((l, i) =>
    s.at.some((e) => {
      const free = x.freeAxes(e);
      const isData = x.some(e, (p) => p.kind === 'load' || p.kind === 'tile');
      return free.has(l.axis) && (isData || loops.slice(i + 1).some((o) => free.has(o.axis)));
    }),
  );

function reference(buffer: Buffer, at: readonly Expr[], guarded: boolean, interner: Interner): Reference {
  const strides = new Map<Axis, number>();
  const bent = new Set<Axis>();
  const l = linear(flatPlace(buffer.type.shape, at), new Map(), interner);
  let indirect: Reference['indirect'] = null;
  for (const { of, by } of l?.terms.values() ?? []) {
    if (of.kind === 'axis') strides.set(of.axis, by);
    else for (const a of x.freeAxes(of)) bent.add(a);
    if (of.kind === 'load') indirect ??= 'ready';
    else if (x.some(of, (p) => p.kind === 'load')) indirect = 'apart';
  }
  return { buffer, strides, bent, at, guarded, indirect };
}

const unique = (refs: readonly Reference[]): Reference[] => {
  const key = (r: Reference): string => `${r.buffer.name}:${[...r.strides].map(([a, s]) => `${a.name}${s}`).join()}`;
  return [...new Map(refs.map((r) => [key(r), r])).values()];
};
