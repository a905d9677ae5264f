/** Settles conditions on indices by splitting loops, so that no inner loop tests its position. */

import { type Linear, settledDivision } from '../../../ir/analysis/linear.ts';
import { decide, type Known, loopRange, type Range } from '../../../ir/analysis/range.ts';
import type { Axis, Expr } from '../../../ir/expr.ts';
import * as x from '../../../ir/expr.ts';
import { Interner } from '../../../ir/interner.ts';
import { exprsOf, finish, type Kernel, mapStmt, type Stmt, walkStmts } from '../../../ir/kernel.ts';
import { type DirectiveOf, madeLoop, type Schedule } from '../../../ir/schedule.ts';
import { withoutUnread } from '../../unread.ts';
import { loopsIn } from './legal.ts';

/** Index set splitting: where a kernel compares an axis with a constant or divides it, loops for which the outcome is
 *  known. Each piece is optional. */
export function settleGuards(kernel: Kernel): Schedule[] {
  const cuts = new Map<Axis, Set<number>>();
  walkStmts(kernel.body, (s) => {
    for (const e of exprsOf(s))
      x.walk(e, (p) => {
        const cut = p.kind === 'binary' ? boundary(p) : null;
        if (cut) note(cuts, cut.axis, cut.at);
      });
  });
  const out: Schedule[] = [];
  const loops = loopsIn(kernel);
  const divisors = divisorsOf(kernel);
  for (const s of splits(kernel, divisors)) if (s.by <= 8) out.push([s, { do: 'tile', axis: madeLoop(s), by: s.by }]);
  for (const [axis, at] of cuts) {
    const l = loops.find((q) => q.axis === axis);
    if (l?.to.kind !== 'const' || at.size > 4 || divisors.has(axis)) continue;
    const inside = [...at].filter((c) => c > 0 && c < (l.to as { value: number }).value).sort((p, q) => p - q);
    if (inside.length > 0) out.push([{ do: 'peel', axis: axis.name, at: inside }]);
  }
  return out;
}

/** Splits of the axes that a kernel divides by a single divisor, as it does for groups of channels, so that it need
 *  not. */
export function splits(
  kernel: Kernel,
  divisors: ReadonlyMap<Axis, ReadonlySet<number>> = divisorsOf(kernel),
): DirectiveOf<'split'>[] {
  const loops = loopsIn(kernel);
  return [...divisors].flatMap(([axis, [c, ...others]]) => {
    const trips = loops.find((l) => l.axis === axis)?.to;
    const divides = c !== undefined && others.length === 0 && trips?.kind === 'const' && trips.value % c === 0;
    return divides ? [{ do: 'split', axis: axis.name, by: c }] : [];
  });
}

function divisorsOf(kernel: Kernel): Map<Axis, Set<number>> {
  const divisors = new Map<Axis, Set<number>>();
  walkStmts(kernel.body, (s) => {
    for (const e of exprsOf(s))
      x.walk(e, (p) => {
        if (p.kind !== 'binary' || p.b.kind !== 'const' || p.a.kind !== 'axis') return;
        if (p.fn === 'idiv' || p.fn === 'imod') note(divisors, p.a.axis, p.b.value);
      });
  });
  return divisors;
}

const note = (m: Map<Axis, Set<number>>, a: Axis, v: number): void => {
  m.set(a, (m.get(a) ?? new Set()).add(v));
};

/** The value of the axis at which `axis ± c ⋛ d` changes. */
function boundary(e: Extract<x.Expr, { kind: 'binary' }>): { axis: Axis; at: number } | null {
  if (e.b.kind !== 'const' || !['lt', 'ge', 'le', 'gt'].includes(e.fn)) return null;
  const [axis, shift] =
    e.a.kind === 'axis'
      ? [e.a.axis, 0]
      : e.a.kind === 'binary' &&
          (e.a.fn === 'add' || e.a.fn === 'sub') &&
          e.a.a.kind === 'axis' &&
          e.a.b.kind === 'const'
        ? [e.a.a.axis, e.a.fn === 'add' ? e.a.b.value : -e.a.b.value]
        : [null, 0];
  if (!axis) return null;
  return { axis, at: e.b.value - shift + (e.fn === 'le' || e.fn === 'gt' ? 1 : 0) };
}

/** The kernel without conditions and divisions that its loops settle, and without anything that only the untaken branches
 *  read. */
export function simplify(kernel: Kernel, maxBatch: number): Kernel {
  const ranges = new Map<Axis, Range>();
  const known: Known = {
    maxBatch,
    axis: (a) => ranges.get(a) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  };
  const interner = new Interner();
  const forms = new Map<Expr, Linear | null>();
  const settled = (e: Expr): Expr => {
    if (e.kind !== 'select') return settledDivision(e, interner, forms);
    const holds = decide(e.cond, known);
    return holds === null ? e : holds ? e.then : e.otherwise;
  };
  const go = (s: Stmt): Stmt => {
    if (s.kind !== 'for') return mapStmt(s, settled);
    ranges.set(s.axis, loopRange(s, known));
    return { ...s, body: s.body.map(go) };
  };
  return finish(kernel.name, withoutUnread(kernel.body.map(go)), kernel.locs);
}
