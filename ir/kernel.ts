/** Kernels: loops, register tiles and stores over named buffers. A closed union, which every emitter covers in full. */

import type { Loc } from './diagnostic.ts';
import {
  type Axis,
  type Buffer,
  constantExtent,
  type Expr,
  int,
  mapExpr,
  size,
  some,
  type Tile,
  walk,
} from './expr.ts';
import type { DType } from './type.ts';

/** The execution of a loop's iterations. `serial`: one after another. `unrolled`: as copies of the body with constant
 *  indices. `vectorized`: side by side in SIMD lanes, four at a time. `parallel`: in any order, on any thread or in any
 *  workgroup. `invocations`: side by side in the invocations of a workgroup, one for each iteration of a nest of such
 *  loops; where the bounds end before the axis's extent, the remaining invocations do nothing. */
export type LoopMode = 'serial' | 'parallel' | 'vectorized' | 'unrolled' | 'invocations';

/** The location in a text of the IR, if it was read from one: errors point there. */
export interface Placed {
  readonly place?: Loc;
}

/** The most elements of a tile, and the most copies of a statement that loops unroll to: engines reject longer code. */
export const maxCopies = 1 << 12;

/** `for axis in from..to step step`. The bounds use only axes that are bound outside. `fenced` keeps an engine from
 *  moving loads between iterations of an unrolled loop, which would spill the registers of a tile. */
export interface Loop extends Placed {
  readonly kind: 'for';
  readonly axis: Axis;
  readonly from: Expr;
  readonly to: Expr;
  readonly step: number;
  readonly mode: LoopMode;
  readonly fenced?: boolean;
  /** The loop adds up a workgroup tile with one element per invocation, and the invocations may do so together, in
   *  groups and in an order of the device. Nothing else reads the tile. */
  readonly together?: boolean;
  readonly body: readonly Stmt[];
}

/** A statement of a kernel. */
export type Stmt =
  | Loop
  | (Placed &
      (
        | /** Declares a tile, whose elements have no value yet. */
        {
            readonly kind: 'tile';
            readonly tile: Tile;
          } /** The invocations of a workgroup wait for each other; each then sees what all wrote. */
        | { readonly kind: 'barrier' }
        | { readonly kind: 'set'; readonly tile: Tile; readonly at: readonly Expr[]; readonly value: Expr }
        | {
            readonly kind: 'accumulate';
            readonly fn: 'add' | 'mul' | 'max' | 'min';
            readonly tile: Tile;
            readonly at: readonly Expr[];
            readonly value: Expr;
          }
        | {
            readonly kind: 'store';
            readonly buffer: Buffer;
            readonly at: readonly Expr[];
            readonly value: Expr;
            /** Adds the value to the element, in the order of iterations. */
            readonly add?: boolean;
          }
      ));

/** A statement that writes an element. */
export type Write = Extract<Stmt, { readonly kind: 'set' | 'accumulate' | 'store' }>;

export type Accumulate = Extract<Write, { readonly kind: 'accumulate' }>;
export type Store = Extract<Write, { readonly kind: 'store' }>;
/** A statement that writes an element of a tile. */
export type TileWrite = Extract<Stmt, { readonly kind: 'set' | 'accumulate' }>;
export const isTileWrite = (s: Stmt | undefined): s is TileWrite => s?.kind === 'set' || s?.kind === 'accumulate';

export type Access = 'in' | 'out' | 'inout';

/** Loops over buffers: one launch of a program. */
export interface Kernel extends Placed {
  readonly name: string;
  readonly params: readonly { readonly buffer: Buffer; readonly access: Access }[];
  readonly body: readonly Stmt[];
  /** The user's lines that this kernel computes, in graph order. */
  readonly locs: readonly Loc[];
}

export const loop = (
  axis: Axis,
  from: Expr,
  to: Expr,
  body: readonly Stmt[],
  more: { mode?: LoopMode; step?: number; fenced?: boolean; together?: boolean } = {},
): Loop => ({
  kind: 'for',
  axis,
  from,
  to,
  step: more.step ?? 1,
  mode: more.mode ?? 'serial',
  body,
  ...(more.fenced ? { fenced: true } : {}),
  ...(more.together ? { together: true } : {}),
});
/** A nest of loops over whole axes around statements. */
export const nest = (axes: readonly Axis[], body: readonly Stmt[]): Stmt[] =>
  axes.reduceRight<Stmt[]>((inner, a) => [loop(a, int(0), size(a.extent), inner)], [...body]);

/** True if a device's subgroups compute a reduction as the IR defines it: not for extremes of floats, which must keep a
 *  NaN. */
export const addsTogether = (fn: Accumulate['fn'], dtype: DType): boolean =>
  dtype === 'i32' || (dtype === 'f32' && (fn === 'add' || fn === 'mul'));

/** The trip count of a loop between numbers. */
export const tripsBetween = (from: number, to: number, step: number): number =>
  Math.max(0, Math.ceil((to - from) / step));
/** The trip count of a loop with constant bounds; null for others. */
export const constantTrips = ({ from, to, step }: Loop): number | null =>
  from.kind === 'const' && to.kind === 'const' ? tripsBetween(from.value, to.value, step) : null;

/** True if a loop's iterations are written out one by one: as copies of code, or as lanes. */
export const isWrittenOut = ({ mode }: Loop): boolean => mode === 'unrolled' || mode === 'vectorized';

/** True if threads share a kernel: each takes some iterations of its parallel loops, and one of them runs the other
 *  statements. A tile outside the loops would be in the registers of only that thread. */
export const isShared = ({ body }: Kernel): boolean =>
  body.some((s) => s.kind === 'for' && s.mode === 'parallel') && !body.some((s) => s.kind === 'tile');

/** A parallel loop and the perfect nest of parallel loops inside, as far as their bounds are known before it starts:
 *  their iterations form one list. */
export function sharedNest(outermost: Loop): Loop[] {
  const nest = [outermost];
  for (;;) {
    const [inner, ...others] = (nest.at(-1) as Loop).body;
    if (inner?.kind !== 'for' || inner.mode !== 'parallel' || others.length > 0) return nest;
    const axes = new Set(nest.map((l) => l.axis));
    if (exprsOf(inner).some((e) => some(e, (p) => p.kind === 'axis' && axes.has(p.axis)))) return nest;
    nest.push(inner);
  }
}

/** The number of invocations per workgroup: that of the kernel's largest nest of loops over them. */
export function invocationsOf({ body }: Kernel): number {
  let most = 1;
  walkStmts(body, (s, loops) => {
    if (s.kind !== 'for' || s.mode !== 'invocations') return;
    const nest = [...loops.filter((l) => l.mode === 'invocations'), s];
    most = Math.max(
      most,
      nest.reduce((p, l) => p * constantExtent(l.axis), 1),
    );
  });
  return most;
}

export const declare = (tile: Tile): Stmt => ({ kind: 'tile', tile });
export const barrier: Stmt = { kind: 'barrier' };
export const set = (tile: Tile, at: readonly Expr[], value: Expr): Stmt => ({ kind: 'set', tile, at, value });
export const store = (buffer: Buffer, at: readonly Expr[], value: Expr): Stmt => ({ kind: 'store', buffer, at, value });
export const addTo = (buffer: Buffer, at: readonly Expr[], value: Expr): Stmt => ({
  kind: 'store',
  buffer,
  at,
  value,
  add: true,
});

/** Rebuilds a statement with every expression in it mapped. */
export function mapStmt(s: Stmt, onExpr: (e: Expr) => Expr, done: Map<Expr, Expr> = new Map()): Stmt {
  const go = (e: Expr): Expr => mapExpr(e, onExpr, done);
  switch (s.kind) {
    case 'for':
      return { ...s, from: go(s.from), to: go(s.to), body: s.body.map((b) => mapStmt(b, onExpr, done)) };
    case 'tile':
    case 'barrier':
      return s;
    case 'set':
    case 'accumulate':
    case 'store':
      return { ...s, at: s.at.map(go), value: go(s.value) };
    default:
      return s satisfies never;
  }
}

/** Visits every statement, outer ones first. */
export function walkStmts(
  body: readonly Stmt[],
  visit: (s: Stmt, loops: readonly Loop[]) => void,
  loops: readonly Loop[] = [],
): void {
  for (const s of body) {
    visit(s, loops);
    if (s.kind === 'for') walkStmts(s.body, visit, [...loops, s]);
  }
}

/** The expressions that a statement itself evaluates, without those of nested statements. */
export function exprsOf(s: Stmt): readonly Expr[] {
  switch (s.kind) {
    case 'for':
      return [s.from, s.to];
    case 'tile':
    case 'barrier':
      return [];
    case 'set':
    case 'accumulate':
    case 'store':
      return [...s.at, s.value];
    default:
      return s satisfies never;
  }
}

/** The buffer of the step at whose slice of the first dimension a store is, if it is one: kernels that are repeated fill a
 *  buffer slice by slice. */
export function stepOf(at: readonly Expr[]): Buffer | null {
  const [first] = at;
  return first?.kind === 'load' && first.at.length === 0 && first.buffer.type.dtype === 'i32' ? first.buffer : null;
}

/** The buffer that a view shares its bytes with. */
export const storageOf = (b: Buffer): Buffer => (b.viewOf ? storageOf(b.viewOf) : b);

/** A kernel whose params follow from its body. */
export function finish(name: string, body: readonly Stmt[], locs: readonly Loc[]): Kernel {
  const [reads, writes, sums] = [new Set<Buffer>(), new Set<Buffer>(), new Set<Buffer>()];
  const seen = new Set<Expr>();
  walkStmts(body, (s) => {
    for (const e of exprsOf(s))
      walk(
        e,
        (p) => {
          if (p.kind === 'load') reads.add(storageOf(p.buffer));
        },
        seen,
      );
    if (s.kind === 'store') (s.add ? sums : writes).add(storageOf(s.buffer));
  });
  // Adding to a buffer that the kernel does not set reads the values from before.
  for (const b of sums) if (!writes.has(b)) reads.add(b);
  for (const b of sums) writes.add(b);
  const access = (b: Buffer): Access => (writes.has(b) ? (reads.has(b) ? 'inout' : 'out') : 'in');
  const params = [...new Set([...reads, ...writes])].map((buffer) => ({ buffer, access: access(buffer) }));
  return { name, params, body, locs };
}
