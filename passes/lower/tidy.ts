/** The last step of lowering: removes empty and single-trip loops and unneeded values, and gives each axis and view a
 *  name of its own. */

import { type Linear, settledDivision } from '../../ir/analysis/linear.ts';
import { upsert } from '../../ir/collections.ts';
import type { Loc } from '../../ir/diagnostic.ts';
import type { Axis, Buffer, Expr, Tile } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { Interner } from '../../ir/interner.ts';
import { exprsOf, finish, type Kernel, type Loop, mapStmt, type Stmt, storageOf, walkStmts } from '../../ir/kernel.ts';
import { namespace } from '../../ir/text/print-expr.ts';
import { keywords } from '../../ir/text/words.ts';
import { withoutUnread } from '../unread.ts';
import { Names } from './names.ts';

/** The kernel with these statements. */
export const finished = (name: string, body: readonly Stmt[], locs: readonly Loc[]): Kernel =>
  finish(name, uniqueNames(withoutUnread(settled(withoutSingleLoops(withoutEmptyLoops(body))))), distinct(locs));

/** Divisions that the extents of axes settle, before tiles that do not divide these extents hide them. */
function settled(body: readonly Stmt[]): Stmt[] {
  const interner = new Interner();
  const [forms, done] = [new Map<Expr, Linear | null>(), new Map<Expr, Expr>()];
  const go = (s: Stmt): Stmt => {
    if (s.kind === 'for') return { ...s, body: s.body.map(go) };
    return mapStmt(s, (e) => settledDivision(e, interner, forms), done);
  };
  return body.map(go);
}

/** Each location once, in order. */
function distinct(locs: readonly Loc[]): Loc[] {
  const byPlace = new Map<string, Loc>();
  for (const l of locs) upsert(byPlace, `${l.file}:${l.line}:${l.col}`, () => l);
  return [...byPlace.values()];
}

/** Removes loops without iterations, and loops that hold nothing else. */
const withoutEmptyLoops = (body: readonly Stmt[]): Stmt[] =>
  body.flatMap((s): Stmt[] => {
    if (s.kind !== 'for') return [s];
    const inner = s.axis.extent === 0 ? [] : withoutEmptyLoops(s.body);
    return inner.length > 0 ? [{ ...s, body: inner }] : [];
  });

/** Replaces loops that run once by their bodies, unless they set an outer tile. */
function withoutSingleLoops(body: readonly Stmt[]): Stmt[] {
  const first = new Map<Axis, Expr>();
  const carries = (stmts: readonly Stmt[]): boolean => {
    const own = new Set<Tile>();
    let found = false;
    walkStmts(stmts, (s) => {
      if (s.kind === 'tile') own.add(s.tile);
      found ||= s.kind === 'set' && !own.has(s.tile);
    });
    return found;
  };
  walkStmts(body, (s) => {
    if (s.kind === 'for' && s.axis.extent === 1 && !carries(s.body)) first.set(s.axis, x.int(0));
  });
  const done = new Map<Expr, Expr>();
  const go = (s: Stmt): Stmt[] => {
    if (s.kind !== 'for') return [mapStmt(s, (e) => (e.kind === 'axis' ? (first.get(e.axis) ?? e) : e), done)];
    const inner = s.body.flatMap(go);
    return first.has(s.axis) ? inner : [{ ...s, body: inner }];
  };
  return body.flatMap(go);
}

/** Gives every view and axis a unique name, the one that is printed, so that a schedule can refer to it. */
function uniqueNames(body: readonly Stmt[]): Stmt[] {
  const names = namespace(keywords);
  const views = new Set<Buffer>();
  const axes: Axis[] = [];
  const storages = new Set<Buffer>();
  const touch = (b: Buffer): void => void (b.viewOf ? views : storages).add(b);
  const seen = new Set<Expr>();
  walkStmts(body, (s) => {
    for (const e of exprsOf(s)) x.walk(e, (p) => void (p.kind === 'load' && touch(p.buffer)), seen);
    if (s.kind === 'store') touch(s.buffer);
    if (s.kind === 'for') axes.push(s.axis);
    if (s.kind === 'tile') names.claim(s.tile.name);
  });
  for (const b of new Set([...storages, ...[...views].map(storageOf)])) names.claim(b.name);
  const shown = new Map([...views].map((b) => [b, { ...b, name: names.claim(b.name) }] as const));
  const numbers = new Names();
  const renamed = new Map<Axis, Expr>(
    axes.map((a) => [a, x.ix({ ...a, name: names.claim(numbers.take(a.name)) })] as const),
  );
  const onExpr = (e: Expr): Expr => {
    if (e.kind === 'axis') return renamed.get(e.axis) ?? e;
    const view = e.kind === 'load' ? shown.get(e.buffer) : undefined;
    return e.kind === 'load' && view ? x.load(view, e.at) : e;
  };
  const done = new Map<Expr, Expr>();
  const go = (s: Stmt): Stmt => {
    const m = mapStmt(s, onExpr, done);
    if (m.kind === 'store') return { ...m, buffer: shown.get(m.buffer) ?? m.buffer };
    return m.kind === 'for'
      ? { ...m, axis: (renamed.get(m.axis) as { axis: Axis }).axis, body: (s as Loop).body.map(go) }
      : m;
  };
  return body.map(go);
}
