/** A kernel that threads share: its work as numbered units, which may be done in any order. */

import type { Expr } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { type Kernel, type Loop, type Stmt, sharedNest } from '../../ir/kernel.ts';
import type { Code, Val } from './code.ts';
import { KernelEmitter } from './kernel.ts';
import type { Layout } from './layout.ts';

/** `run`, a function of the batch, a first unit and the end of a range, does these units; `units`, a function of the
 *  batch, returns the number of units. The iterations of a nest of parallel loops are units, and all statements outside
 *  such loops are one more. */
export const emitShare = (kernel: Kernel, layout: Layout): { readonly run: Code; readonly units: Code } => ({
  run: run(kernel, new KernelEmitter(kernel, layout, 3)),
  units: units(kernel, new KernelEmitter(kernel, layout, 1)),
});

/** A part of a shared kernel. */
type Part =
  | { readonly kind: 'shared'; readonly nest: readonly Loop[] }
  | { readonly kind: 'alone'; readonly stmts: readonly Stmt[] };

function partsOf({ body }: Kernel): Part[] {
  const isParallel = (s: Stmt): s is Loop => s.kind === 'for' && s.mode === 'parallel';
  const stmts = body.filter((s) => !isParallel(s));
  const alone: Part[] = stmts.length > 0 ? [{ kind: 'alone', stmts }] : [];
  return [...body.filter(isParallel).map((l): Part => ({ kind: 'shared', nest: sharedNest(l) })), ...alone];
}

/** The number of units in a part, as a function of the batch. */
const unitsIn = (p: Part): Expr => (p.kind === 'alone' ? x.int(1) : p.nest.map(tripsOf).reduce((a, b) => x.mul(a, b)));
const tripsOf = ({ from, to, step }: Loop): Expr => x.idiv(x.add(x.sub(to, from), x.int(step - 1)), x.int(step));

function run(kernel: Kernel, to: KernelEmitter): Code {
  const { code: c, values } = to;
  const [first, end] = [c.leaf('local.get', 'i32', [1]), c.leaf('local.get', 'i32', [2])];
  let before: Expr = x.int(0);
  for (const part of partsOf(kernel)) {
    const [start, count] = [values.scalar(before), unitsIn(part)];
    if (part.kind === 'shared') values.anew(() => unitsFrom(part.nest, start, first, end, to));
    else {
      const mine = [c.pure('i32.ge_u', 'i32', [start, first]), c.pure('i32.lt_u', 'i32', [start, end])];
      c.fence(c.pure('i32.and', 'i32', mine), () => to.stmts(part.stmts));
    }
    before = x.add(before, count);
  }
  return c;
}

function units(kernel: Kernel, { code, values }: KernelEmitter): Code {
  code.result = values.scalar(partsOf(kernel).reduce<Expr>((sum, p) => x.add(sum, unitsIn(p)), x.int(0)));
  return code;
}

/** The iterations of a nest, numbered from `start` on in order, that lie in `from` … `to`, exclusive. */
function unitsFrom(
  nest: readonly Loop[],
  start: Val,
  from: Val,
  to: Val,
  { code: c, axes, values, stmts }: KernelEmitter,
): void {
  const counts = nest.map((l) => values.scalar(tripsOf(l)));
  const all = values.scalar(unitsIn({ kind: 'shared', nest }));
  const zero = c.leaf('i32.const', 'i32', [0]);
  const greater = (a: Val, b: Val, otherwise: Val): Val =>
    c.pure('select', 'i32', [c.pure('i32.gt_s', 'i32', [a, b]), a, otherwise]);
  const [first, end] = [from, to].map((v) => c.pure('i32.sub', 'i32', [v, start])) as [Val, Val];
  const least = c.pure('select', 'i32', [c.pure('i32.lt_s', 'i32', [end, all]), end, all]);
  for (const l of nest) axes.limit(l);
  c.loop(greater(first, zero, zero), least, 1, false, (number) => {
    let left = number;
    for (const [k, l] of [...nest.entries()].reverse()) {
      const count = counts[k] as Val;
      const turn = k === 0 ? left : c.pure('i32.rem_u', 'i32', [left, count]);
      if (k > 0) left = c.pure('i32.div_u', 'i32', [left, count]);
      const moved = l.step === 1 ? turn : c.pure('i32.mul', 'i32', [turn, c.leaf('i32.const', 'i32', [l.step])]);
      const low = values.scalar(l.from);
      axes.count(l.axis, low === zero ? moved : c.pure('i32.add', 'i32', [low, moved]));
    }
    const inside = (k: number): void => {
      const l = nest[k] as Loop;
      values.within(l.axis, { kind: 'loop' }, () => (k + 1 < nest.length ? inside(k + 1) : stmts(l.body)));
    };
    inside(0);
  });
}
