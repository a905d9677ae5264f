/** Kernels: loops, register tiles and stores over named buffers. A closed union that every emitter covers whole. */

import type { Loc } from './diagnostic.ts';
import { type Axis, type Buffer, type Expr, int, mapExpr, size, some, type Tile, walk } from './expr.ts';
import type { DType } from './type.ts';

/** How a loop's iterations run. `serial`: one after another. `unrolled`: as copies of the body with constant indices.
 *  `vectorized`: side by side in SIMD lanes, four at a time. `parallel`: in any order, on any thread, or in any workgroup.
 *  `invocations`: side by side in the invocations of one workgroup, each iteration of a nest of such loops in one of them;
 *  where bounds end before the axis's extent, the invocations behind them do nothing. */
export type LoopMode = 'serial' | 'parallel' | 'vectorized' | 'unrolled' | 'invocations';

/** Where something stands in a text of the IR that it was read from, if it was: errors point there. */
export interface Placed {
  readonly place?: Loc;
}

/** The most elements one tile may have, and the most copies that loops write out around a statement: code longer than
 *  this no engine takes. */
export const maxCopies = 1 << 12;

/** `for axis in from..to step step`. The bounds hold no axis that is not bound outside. `fenced` keeps an engine from
 *  moving loads from one iteration of an unrolled loop into another, which would spill the registers of a tile. */
export interface Loop extends Placed {
  readonly kind: 'for';
  readonly axis: Axis;
  readonly from: Expr;
  readonly to: Expr;
  readonly step: number;
  readonly mode: LoopMode;
  readonly fenced?: boolean;
  /** The loop adds up a tile of a workgroup, one element an invocation, and the invocations may do so together, in groups and in
   *  an order that the device has. The tile is read by nothing else. */
  readonly together?: boolean;
  readonly body: readonly Stmt[];
}

/** A statement of a kernel. */
export type Stmt =
  | Loop
  | (Placed &
      (
        | /** A tile comes into being; its elements have no value yet. */
        {
            readonly kind: 'tile';
            readonly tile: Tile;
          } /** The invocations of a workgroup wait for each other here, and then see what each of them wrote. */
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
            /** The value is added to the element, in the order in which iterations come. */
            readonly add?: boolean;
          }
      ));

/** What writes an element. */
export type Write = Extract<Stmt, { readonly kind: 'set' | 'accumulate' | 'store' }>;

export type Accumulate = Extract<Write, { readonly kind: 'accumulate' }>;
export type Store = Extract<Write, { readonly kind: 'store' }>;
/** What writes an element of a tile. */
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
/** Loops over whole axes, one in the other, around statements. */
export const nest = (axes: readonly Axis[], body: readonly Stmt[]): Stmt[] =>
  axes.reduceRight<Stmt[]>((inner, a) => [loop(a, int(0), size(a.extent), inner)], [...body]);

/** What a device's groups of invocations find together as the IR promises it: no extremes of floats, which keep a NaN. */
export const addsTogether = (fn: Accumulate['fn'], dtype: DType): boolean =>
  dtype === 'i32' || (dtype === 'f32' && (fn === 'add' || fn === 'mul'));

/** How often a loop between numbers runs. */
export const tripsBetween = (from: number, to: number, step: number): number =>
  Math.max(0, Math.ceil((to - from) / step));
/** How often a loop runs whose bounds are numbers; null where they are not. */
export const constantTrips = ({ from, to, step }: Loop): number | null =>
  from.kind === 'const' && to.kind === 'const' ? tripsBetween(from.value, to.value, step) : null;

/** Whether a loop's iterations are written out one by one: copies of code, or lanes. */
export const isWrittenOut = ({ mode }: Loop): boolean => mode === 'unrolled' || mode === 'vectorized';

/** Whether threads share a kernel: each takes some iterations of the parallel loops that it consists of, and one of them runs
 *  what stands beside these. A tile there would be in the registers of that one thread. */
export const isShared = ({ body }: Kernel): boolean =>
  body.some((s) => s.kind === 'for' && s.mode === 'parallel') && !body.some((s) => s.kind === 'tile');

/** A parallel loop and those that its iterations consist of, one in the other, whose bounds stand before it starts: their
 *  iterations are one list. */
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

/** Invocations that a workgroup of a kernel has: as many as its largest nest of loops over them asks for. */
export function invocationsOf({ body }: Kernel): number {
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

/** Rebuilds a statement with every expression in it mapped; `onTile` may rename the tiles that statements write. */
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

/** Every statement, outer ones first. */
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

/** The expressions a statement itself evaluates, those of nested statements not included. */
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

/** The buffer whose bytes a view shows. */
export const storageOf = (b: Buffer): Buffer => (b.viewOf ? storageOf(b.viewOf) : b);

/** A kernel with its params read off its body. */
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
  // What is added to something that the kernel itself does not set reads what was there before.
  for (const b of sums) if (!writes.has(b)) reads.add(b);
  for (const b of sums) writes.add(b);
  const access = (b: Buffer): Access => (writes.has(b) ? (reads.has(b) ? 'inout' : 'out') : 'in');
  const params = [...new Set([...reads, ...writes])].map((buffer) => ({ buffer, access: access(buffer) }));
  return { name, params, body, locs };
}
