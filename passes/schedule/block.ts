/** Sums of products over blocks: what a block of results reads is brought into workgroup memory once, and each invocation
 *  keeps several results in registers. */

import type { Axis, Expr, Tile } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { barrier, declare, exprsOf, type Loop, loop, mapStmt, type Stmt, set } from '../../ir/kernel.ts';
import { linear } from '../../ir/linear.ts';
import type { Dim } from '../../ir/type.ts';
import { requireApart, ScheduleError } from './legal.ts';
import { boundsOf } from './loops.ts';

/** A block's sizes. */
export interface BlockSizes {
  /** Steps of the sum that are brought in together. */
  readonly by: number;
  /** Invocations along rows, and as many along columns. */
  readonly invocations: number;
  /** Rows and columns of results that each of them keeps. */
  readonly registers: number;
  /** Whether what is brought in is rounded to 16 bits. */
  readonly half?: boolean;
}

type Accumulate = Extract<Stmt, { kind: 'accumulate' }>;

interface Parts {
  readonly rows: Loop;
  readonly cols: Loop;
  readonly over: Loop;
  /** The accumulator, what it is set to, and the sum. */
  readonly tile: Tile;
  readonly start: Expr;
  readonly add: Accumulate;
  readonly rest: readonly Stmt[];
}

/** for i { for j { acc = s; for k { acc += e }; S } }, taken apart. */
export function blockParts(rows: Loop, colsName: string, overName: string): Parts {
  const no = (problem: string): never => {
    throw new ScheduleError(problem);
  };
  const [cols, ...others] = rows.body;
  if (cols?.kind !== 'for' || cols.axis.name !== colsName || cols.mode !== 'serial' || others.length > 0)
    return no(`the loop over ${rows.axis.name} does not consist of one over ${colsName}`);
  const [declared, first, over, ...rest] = cols.body;
  if (declared?.kind !== 'tile' || first?.kind !== 'set' || over?.kind !== 'for' || over.axis.name !== overName)
    return no(`the loop over ${colsName} does not begin with a sum over ${overName}`);
  const [add, ...more] = over.body;
  if (add?.kind !== 'accumulate' || more.length > 0 || over.mode !== 'serial')
    return no(`the loop over ${overName} does more than add to one accumulator`);
  if (add.tile !== declared.tile || first.tile !== declared.tile || add.at.length > 0)
    return no(`the loop over ${overName} adds to another tile`);
  if (x.some(add.value, (p) => p.kind === 'tile')) return no(`what the loop over ${overName} adds reads a tile`);
  if (rest.some((s) => s.kind === 'for')) return no(`there is a loop behind the one over ${overName}`);
  for (const l of [rows, cols, over])
    if (boundsOf(l).from !== 0) no(`the loop over ${l.axis.name} does not start at 0`);
  if (exprsOf(cols).some((e) => x.freeAxes(e).has(rows.axis)))
    return no(`the bounds of ${colsName} depend on ${rows.axis.name}`);
  requireApart(rows, 'invocations');
  requireApart(cols, 'invocations');
  return { rows, cols, over, tile: declared.tile, start: first.value, add, rest };
}

export function blocked(rows: Loop, colsName: string, overName: string, sizes: BlockSizes): Stmt[] {
  const p = blockParts(rows, colsName, overName);
  const { by, invocations: side, registers: each } = sizes;
  const wide = side * each;
  const count = side * side;
  const [i0, j0, k0] = [rows, p.cols, p.over].map((l) => x.axis(l.axis.name, l.axis.extent)) as [Axis, Axis, Axis];

  // The block of results, spread over the invocations: each has neighbours, which may be lanes.
  const copies = (l: Loop): Axis => x.axis(`${l.axis.name}_i`, each);
  const results: Tile = { ...p.tile, shape: [side, side, each, each] };
  interface Place {
    readonly axes: readonly [Axis, Axis, Axis, Axis];
    readonly at: readonly Expr[];
    readonly i: Expr;
    readonly j: Expr;
  }
  const overResults = (body: (o: Place) => readonly Stmt[]): Stmt => {
    const axes = [x.axis('ti', side), x.axis('tj', side), copies(rows), copies(p.cols)] as const;
    const [ti, tj, r, c] = axes.map(x.ix) as [Expr, Expr, Expr, Expr];
    const local = (t: Expr, q: Expr): Expr => x.add(x.mul(t, x.int(each)), q);
    const inner = body({ axes, at: [ti, tj, r, c], i: local(ti, r), j: local(tj, c) });
    return axes.reduceRight<readonly Stmt[]>(
      (s, a, d) => [loop(a, x.int(0), x.int(a.extent as number), s, { mode: d < 2 ? 'invocations' : 'unrolled' })],
      inner,
    )[0] as Stmt;
  };
  const below = (index: Expr, l: Loop, block: number): Expr =>
    l.to.kind === 'const' && l.to.value % block === 0
      ? x.bool(true)
      : x.all(...x.leastOf(l.to).map((to) => x.lt(index, to)));

  // What e reads along one side of the block and the sum is brought in; the rest is read where it is needed, if it is.
  const elsewhere: Expr[] = [];
  const staged: { tile: Tile; fill: Stmt; load: Expr; of: 'rows' | 'cols' }[] = [];
  const axes = new Set([rows.axis, p.cols.axis, p.over.axis]);
  x.walk(p.add.value, (e) => {
    if (e.kind !== 'load') return;
    const free = new Set([...x.freeAxes(e)].filter((a) => axes.has(a)));
    const of = free.has(rows.axis) ? 'rows' : 'cols';
    if (!free.has(p.over.axis) || free.size !== 2) {
      elsewhere.push(e);
      return;
    }
    const tile: Tile = {
      name: of === 'rows' ? 'a' : 'b',
      dtype: e.buffer.type.dtype,
      shape: [by, wide],
      memory: 'workgroup',
      ...(sizes.half && e.buffer.type.dtype === 'f32' ? { half: true } : {}),
    };
    staged.push({ tile, load: e, of, fill: filled(tile, e, of) });
  });
  if (staged.length === 0) throw new ScheduleError(`nothing that is added is read by several of a block's results`);

  /** Every invocation brings as many neighbours in the tile as it keeps results, and others beside it what is next in memory. */
  function filled(tile: Tile, load: Extract<Expr, { kind: 'load' }>, of: 'rows' | 'cols'): Stmt {
    const l = of === 'rows' ? rows : p.cols;
    const outer = of === 'rows' ? i0 : j0;
    const bySteps = Math.abs(strideOf(load, p.over.axis)) < Math.abs(strideOf(load, l.axis));
    const [along, across] = bySteps ? [by, side] : [side, by];
    const turns = count / along;
    if (!Number.isInteger(turns) || across % turns !== 0)
      throw new ScheduleError(`${count} invocations do not fill a tile of ${by} x ${wide} by rows`);
    const [a, b, q, o] = [x.axis('s', turns), x.axis('t', along), x.axis('q', across / turns), copies(l)];
    const once = across === turns;
    const other = once ? x.ix(a) : x.add(x.ix(a), x.mul(x.ix(q), x.int(turns)));
    const [k, group] = bySteps ? [x.ix(b), other] : [other, x.ix(b)];
    const m = x.add(x.mul(group, x.int(each)), x.ix(o));
    const [atK, atM] = [x.add(x.ix(k0), k), x.add(x.ix(outer), m)];
    const inside = x.all(below(atM, l, wide), below(atK, p.over, by));
    const value = x.select(
      inside,
      x.substitute(
        load,
        new Map([
          [l.axis, atM],
          [p.over.axis, atK],
        ]),
      ),
      x.constant(0, tile.dtype),
    );
    return [a, b, ...(once ? [] : [q]), o].reduceRight<Stmt>(
      (s, axis, d) =>
        loop(axis, x.int(0), x.int(axis.extent as number), [s], { mode: d < 2 ? 'invocations' : 'unrolled' }),
      set(tile, [k, m], value),
    );
  }

  /** Whether a result that reads this is none of those that a block has too many. */
  const insideOf = (e: Expr): Expr =>
    x.all(...[rows, p.cols].filter((l) => x.freeAxes(e).has(l.axis)).map((l) => below(x.ix(l.axis), l, wide)));
  const kk = x.axis(`${p.over.axis.name}_i`, by);
  const sums = overResults(({ at, i, j }) => {
    const places = new Map<Expr, Expr>([
      ...staged.map(({ load, tile, of }) => [load, x.read(tile, [x.ix(kk), of === 'rows' ? i : j])] as const),
      ...elsewhere.map((e) => [e, x.select(insideOf(e), e, x.constant(0, x.dtypeOf(e)))] as const),
    ]);
    const own = new Map<Axis, Expr>([
      [rows.axis, x.add(x.ix(i0), i)],
      [p.cols.axis, x.add(x.ix(j0), j)],
      [p.over.axis, x.add(x.ix(k0), x.ix(kk))],
    ]);
    const value = x.substitute(x.replaceParts(p.add.value, places), own);
    return [{ ...p.add, tile: results, at, value }];
  });
  const depth = x.min(x.int(by), x.sub(p.over.to, x.ix(k0)));
  const whole = p.over.to.kind === 'const' && p.over.to.value % by === 0;

  const ends = overResults(({ at, i, j }) => {
    const own = new Map<Axis, Expr>([
      [rows.axis, x.add(x.ix(i0), i)],
      [p.cols.axis, x.add(x.ix(j0), j)],
    ]);
    const done = new Map<Expr, Expr>();
    const onExpr = (e: Expr): Expr => {
      if (e.kind === 'axis') return own.get(e.axis) ?? e;
      return e.kind === 'tile' && e.tile === p.tile ? x.read(results, at) : e;
    };
    const body = p.rest.map((s) => mapStmt(s, onExpr, done));
    return guarded(
      x.sub(rows.to, own.get(rows.axis) as Expr),
      rows,
      wide,
      guarded(x.sub(p.cols.to, own.get(p.cols.axis) as Expr), p.cols, wide, body),
    );
  });

  const body: Stmt[] = [
    declare(results),
    ...staged.map((s) => declare(s.tile)),
    overResults(({ at }) => [set(results, at, p.start)]),
    loop(
      k0,
      x.int(0),
      p.over.to,
      [barrier, ...staged.map((s) => s.fill), barrier, loop(kk, x.int(0), whole ? x.int(by) : depth, [sums])],
      { step: by },
    ),
    ends,
  ];
  const inner = loop(j0, x.int(0), p.cols.to, body, { step: wide });
  return [loop(i0, x.int(0), rows.to, [inner], { step: wide })];
}

/** A body that runs where something is left: blocks need not divide what they cover. */
function guarded(left: Expr, l: Loop, block: number, body: readonly Stmt[]): readonly Stmt[] {
  if (l.to.kind === 'const' && l.to.value % block === 0) return body;
  return [loop(x.axis('g', 1), x.int(0), x.min(x.int(1), left), body)];
}

/** How many elements a read moves along an axis. */
function strideOf(load: Extract<Expr, { kind: 'load' }>, axis: Axis): number {
  const flat = load.at.reduce<Expr>(
    (p, i, d) => x.add(x.mul(p, x.size(load.buffer.type.shape[d] as Dim)), i),
    x.int(0),
  );
  const l = linear(flat, new Map(), new x.Interner());
  for (const { of, by } of l?.terms.values() ?? []) if (of.kind === 'axis' && of.axis === axis) return by;
  return 0;
}
