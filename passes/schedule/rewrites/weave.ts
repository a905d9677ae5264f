/** Weaving: lanes that read elements w apart, and copies that read the elements between, become one contiguous run. */

import { linear } from '../../../ir/analysis/linear.ts';
import { remembered } from '../../../ir/analysis/remembered.ts';
import { upsert } from '../../../ir/collections.ts';
import type { Axis, Buffer, Expr, Tile } from '../../../ir/expr.ts';
import * as x from '../../../ir/expr.ts';
import { Interner } from '../../../ir/interner.ts';
import {
  exprsOf,
  finish,
  isTileWrite,
  type Kernel,
  type Loop,
  loop,
  mapStmt,
  type Stmt,
  storageOf,
  type TileWrite,
  walkStmts,
} from '../../../ir/kernel.ts';
import { innerName, outerName } from '../../../ir/schedule.ts';
import { ScheduleError } from './legal.ts';

/** A tile that lanes `i` and copies `j` index, and its replacement. */
interface Woven {
  readonly from: Tile;
  readonly to: Tile;
  /** The position of j's index in the old tile. */
  readonly dim: number;
  readonly width: number;
}

export function woven(kernel: Kernel, lanes: string, copies: string): Kernel {
  const k = onRows(kernel, lanes, copies);
  const tiles = new Map<Tile, Woven>();
  const refused = new Set<Tile>();
  walkStmts(k.body, (s, loops) => {
    if (!isTileWrite(s)) return;
    const found = pair(loops, lanes, copies);
    const plan = found && weaving(s, ...found);
    if (plan) tiles.set(s.tile, plan);
    else refused.add(s.tile);
  });
  for (const t of refused) tiles.delete(t);
  if (tiles.size === 0) throw new ScheduleError(`no tile is indexed by lanes ${lanes} between copies ${copies}`);
  return { ...k, body: k.body.flatMap((s) => rewritten(s, tiles, lanes, copies)) };
}

/** Reads b[…, i + x, j], where the copies j cover the whole last dimension, through a view that merges the last two
 *  dimensions: there they are neighbours. */
function onRows(k: Kernel, lanes: string, copies: string): Kernel {
  const views = new Map<Buffer, Buffer>();
  const go = (s: Stmt, around: readonly Loop[]): Stmt => {
    if (s.kind === 'for') return { ...s, body: s.body.map((b) => go(b, [...around, s])) };
    const found = pair(around, lanes, copies);
    if (!found || !isTileWrite(s)) return s;
    const [i, j] = found;
    return mapStmt(s, (e) => {
      if (e.kind !== 'load' || !areRows(e, i, j)) return e;
      const [row, column] = e.at.slice(-2) as [Expr, Expr];
      const view = upsert(views, e.buffer, () => rowsOf(e.buffer));
      return x.load(view, [...e.at.slice(0, -2), x.add(x.mul(row, x.int(extent(j))), column)]);
    });
  };
  const body = k.body.map((s) => go(s, []));
  return views.size > 0 ? finish(k.name, body, k.locs) : k;
}

function areRows({ buffer, at }: Extract<Expr, { kind: 'load' }>, i: Loop, j: Loop): boolean {
  const [row, column] = at.slice(-2);
  const [rows, columns] = buffer.type.shape.slice(-2);
  const isWhole =
    column?.kind === 'axis' && column.axis === j.axis && columns === extent(j) && typeof rows === 'number';
  return isWhole && row !== undefined && x.freeAxes(row).has(i.axis);
}

/** A buffer with its last two dimensions as one. */
function rowsOf(b: Buffer): Buffer {
  const [rows, columns] = b.type.shape.slice(-2) as [number, number];
  const shape = [...b.type.shape.slice(0, -2), rows * columns];
  return { name: `${b.name}.rows`, type: { ...b.type, shape }, viewOf: storageOf(b) };
}

/** The loops of these names around a statement. */
function pair(loops: readonly Loop[], lanes: string, copies: string): [Loop, Loop] | null {
  const i = loops.find((l) => l.axis.name === lanes && l.mode === 'vectorized');
  const j = loops.find((l) => l.axis.name === copies && l.mode === 'unrolled');
  return i && j ? [i, j] : null;
}

const extent = (l: Loop): number => (l.to as { value: number }).value;

/** The replacement for a written tile whose last index is i and another j, and whose value depends only on w·i + j;
 *  else null. */
function weaving(s: TileWrite, i: Loop, j: Loop): Woven | null {
  const width = extent(j);
  const is = (e: Expr | undefined, a: Axis): boolean => e?.kind === 'axis' && e.axis === a;
  const dim = s.at.findIndex((e) => is(e, j.axis));
  if (dim < 0 || !is(s.at.at(-1), i.axis) || !seesNeighbours(s.value, i.axis, j.axis, width)) return null;
  const shape = s.tile.shape.filter((_, d) => d !== dim);
  return { from: s.tile, to: { ...s.tile, shape: [...shape.slice(0, -1), extent(i) * width] }, dim, width };
}

/** True if i and j occur only in indices of reads, and only as multiples of w·i + j. Looks once at parts that are shared: a power
 *  has more paths than could be walked. */
function seesNeighbours(whole: Expr, i: Axis, j: Axis, width: number): boolean {
  const interner = new Interner();
  const of = remembered((p, below) => below || (p.kind === 'axis' && (p.axis === i || p.axis === j)));
  const seen = new Map<Expr, boolean>();
  const sees = (e: Expr): boolean => upsert(seen, e, () => own(e));
  const own = (e: Expr): boolean => {
    if (!of(e)) return true;
    if (e.kind === 'load') return e.at.every(neighbouring);
    return e.kind !== 'axis' && e.kind !== 'tile' && x.children(e).every(sees);
  };
  const neighbouring = (index: Expr): boolean => {
    if (!of(index)) return true;
    const l = linear(index, new Map(), interner);
    if (!l) return false;
    const by = (a: Axis): number => [...l.terms.values()].find((t) => t.of.kind === 'axis' && t.of.axis === a)?.by ?? 0;
    const bent = [...l.terms.values()].some((t) => t.of.kind !== 'axis' && of(t.of));
    return !bent && by(i) === width * by(j);
  };
  return sees(whole);
}

function rewritten(s: Stmt, tiles: ReadonlyMap<Tile, Woven>, lanes: string, copies: string): Stmt[] {
  if (s.kind === 'tile') return [{ ...s, tile: tiles.get(s.tile)?.to ?? s.tile }];
  if (s.kind !== 'for') return [readsWoven(s, tiles)];
  if (s.mode === 'serial' || s.mode === 'parallel')
    return [{ ...s, body: s.body.flatMap((b) => rewritten(b, tiles, lanes, copies)) }];
  // A nest of copies and lanes: writes of woven tiles get lanes of their own, apart from the rest.
  const woven = only(s, (w) => isTileWrite(w) && tiles.has(w.tile));
  const others = only(s, (w) => !(isTileWrite(w) && tiles.has(w.tile)));
  requireApart(woven, others);
  const writes = woven.map((t) => neighbours(t, tiles, lanes, copies));
  return [...others.map((t) => readsWoven(t, tiles)), ...writes];
}

/** Statements that are separated may not write what the others read or write. */
function requireApart(a: readonly Stmt[], b: readonly Stmt[]): void {
  const [one, two] = [uses(a), uses(b)];
  const shared =
    [...one.writes].find((t) => two.writes.has(t) || two.reads.has(t)) ?? [...two.writes].find((t) => one.reads.has(t));
  if (shared) throw new ScheduleError(`woven statements and others share ${shared.name}`);
}

/** The tiles and buffers that statements read and write. */
function uses(stmts: readonly Stmt[]): { reads: Set<Tile | Buffer>; writes: Set<Tile | Buffer> } {
  const [reads, writes] = [new Set<Tile | Buffer>(), new Set<Tile | Buffer>()];
  walkStmts(stmts, (s) => {
    if (s.kind === 'store') writes.add(storageOf(s.buffer));
    if (s.kind === 'store' && s.add) reads.add(storageOf(s.buffer));
    else if (isTileWrite(s)) writes.add(s.tile);
    for (const e of exprsOf(s))
      x.walk(e, (p) => {
        if (p.kind === 'tile') reads.add(p.tile);
        if (p.kind === 'load') reads.add(storageOf(p.buffer));
      });
  });
  return { reads, writes };
}

/** The same loops, around only the statements that pass. */
function only(s: Stmt, test: (s: Stmt) => boolean): Stmt[] {
  if (s.kind !== 'for') return test(s) ? [s] : [];
  const body = s.body.flatMap((b) => only(b, test));
  return body.length > 0 ? [{ ...s, body }] : [];
}

/** t[…, j, …, i] --> t[…, w·i + j], in reads. */
function readsWoven(s: Stmt, tiles: ReadonlyMap<Tile, Woven>): Stmt {
  return mapStmt(s, (e) => {
    const w = e.kind === 'tile' ? tiles.get(e.tile) : undefined;
    return e.kind === 'tile' && w ? x.read(w.to, wovenIndex(e.at, w)) : e;
  });
}

function wovenIndex(at: readonly Expr[], { dim, width }: Woven): Expr[] {
  const last = x.add(x.mul(at.at(-1) as Expr, x.int(width)), at[dim] as Expr);
  return [...at.filter((_, d) => d !== dim && d !== at.length - 1), last];
}

/** Removes the loops over i and j, and adds an innermost one over their neighbours. */
function neighbours(tree: Stmt, tiles: ReadonlyMap<Tile, Woven>, lanes: string, copies: string): Stmt {
  // Other loops may have the names of these two.
  const pairs = new Set<Loop>();
  walkStmts([tree], (s, loops) => {
    if (isTileWrite(s)) for (const l of pair(loops, lanes, copies) ?? []) pairs.add(l);
  });
  const [i, j, ...more] = [...pairs].sort((a) => (a.mode === 'vectorized' ? -1 : 1));
  if (!i || !j || more.length > 0) throw new ScheduleError(`there is more than one loop over ${lanes} or ${copies}`);
  const go = (s: Stmt): Stmt => {
    if (s.kind === 'for') {
      const inner = s.body.map(go);
      if (s !== i && s !== j) return { ...s, body: inner };
      if (inner.length !== 1) throw new ScheduleError(`woven loops over ${s.axis.name} hold more than one statement`);
      return inner[0] as Stmt;
    }
    if (!isTileWrite(s)) throw new ScheduleError('only writes of a tile can be woven');
    const w = tiles.get(s.tile) as Woven;
    const count = w.to.shape.at(-1) as number;
    const q = x.axis(innerName('weave', outerName('vectorize', lanes)), count);
    // With w·i + j = q, substitute i = 0 and j = q in multiples of it.
    const value = x.substitute(
      s.value,
      new Map<Axis, Expr>([
        [i.axis, x.int(0)],
        [j.axis, x.ix(q)],
      ]),
    );
    const at = [...s.at.filter((_, d) => d !== w.dim && d !== s.at.length - 1), x.ix(q)];
    return loop(q, x.int(0), x.int(count), [{ ...s, tile: w.to, at, value }], { mode: 'vectorized' });
  };
  return go(tree);
}
