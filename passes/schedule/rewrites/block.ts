/** Sums of products in blocks: the operands of a block of results are staged in workgroup memory once, and each
 *  invocation keeps several sums in registers, one for each position in the windows of a result. */

import { flatPlace, linear } from '../../../ir/analysis/linear.ts';
import * as x from '../../../ir/expr.ts';
import { type Axis, constantExtent, type Expr, type Tile } from '../../../ir/expr.ts';
import { Interner } from '../../../ir/interner.ts';
import {
  barrier,
  constantTrips,
  declare,
  type Loop,
  type LoopMode,
  loop,
  mapStmt,
  type Stmt,
  set,
} from '../../../ir/kernel.ts';
import { innerName, type Sides } from '../../../ir/schedule.ts';
import { type BlockRead, blockParts, type Load } from './block-parts.ts';
import { ScheduleError } from './legal.ts';

/** The sizes of a block. */
export interface BlockSizes {
  /** Steps of the sum that are staged at once. */
  readonly by: number;
  /** Invocations along rows, and along columns. */
  readonly invocations: Sides;
  /** Rows and columns of results per invocation. */
  readonly registers: Sides;
  /** Staged operands are rounded to 16 bits. */
  readonly half?: boolean;
}

export function blocked(rows: Loop, colsName: string, overName: string, sizes: BlockSizes): Stmt[] {
  const p = blockParts(rows, colsName, overName);
  const { by } = sizes;
  const count = sizes.invocations[0] * sizes.invocations[1];
  const side = (l: Loop, d: 0 | 1): Side => ({
    loop: l,
    invocations: sizes.invocations[d],
    each: sizes.registers[d],
    wide: sizes.invocations[d] * sizes.registers[d],
    block: x.axis(l.axis.name, l.axis.extent),
  });
  const [down, across] = [side(rows, 0), side(p.cols, 1)];
  const k0 = x.axis(p.over.axis.name, p.over.axis.extent);
  const copies = ({ loop: l, each }: Side): Axis => x.axis(innerName('block', l.axis.name), each);
  const windowAxes = (windows: readonly Loop[]): Axis[] =>
    windows.map((w) => x.axis(w.axis.name, constantTrips(w) as number));

  // The block of sums, distributed over the invocations. Each has adjacent results, which may be lanes, at each
  // position of the windows.
  const windowShape = windowAxes(p.windows).map((a) => constantExtent(a));
  const sums: Tile = { ...p.tile, shape: [...sizes.invocations, ...windowShape, down.each, across.each] };
  interface Cell {
    readonly i: Expr;
    readonly j: Expr;
    /** The index of a sum, at a position of the windows. */
    at(windows: readonly Axis[]): readonly Expr[];
    /** The values of the kernel's indices, those of the windows being these. */
    own(windows: readonly Axis[], k?: Expr): ReadonlyMap<Axis, Expr>;
  }
  const overCells = (windows: readonly Axis[], body: (o: Cell) => readonly Stmt[]): Stmt => {
    const [ti, tj, r, c] = [
      x.axis('ti', down.invocations),
      x.axis('tj', across.invocations),
      copies(down),
      copies(across),
    ];
    const i = x.add(x.mul(x.ix(ti), x.int(down.each)), x.ix(r));
    const j = x.add(x.mul(x.ix(tj), x.int(across.each)), x.ix(c));
    const inner = body({
      i,
      j,
      at: (w) => [ti, tj, ...w, r, c].map(x.ix),
      own: (w, k) =>
        new Map<Axis, Expr>([
          [rows.axis, x.add(x.ix(down.block), i)],
          [p.cols.axis, x.add(x.ix(across.block), j)],
          ...p.windows.map((l, d) => [l.axis, x.ix(w[d] as Axis)] as const),
          ...(k ? [[p.over.axis, k] as const] : []),
        ]),
    });
    return nested([ti, tj], 'invocations', nested([...windows, r, c], 'unrolled', inner))[0] as Stmt;
  };
  const overSums = (body: (o: Cell, windows: readonly Axis[]) => readonly Stmt[]): Stmt => {
    const windows = windowAxes(p.windows);
    return overCells(windows, (o) => body(o, windows));
  };

  /** A read for a single result, or zero beyond the edge of the results. */
  const inside = (e: Expr): Expr => {
    const reached = [down, across].filter((s) => x.freeAxes(e).has(s.loop.axis));
    const holds = x.all(...reached.map((s) => below(x.ix(s.loop.axis), s.loop, s.wide)));
    return x.select(holds, e, x.constant(0, x.dtypeOf(e)));
  };

  // Reads along one side of the block and the sum are staged; others are done where they are needed, if they are.
  const staged = p.reads
    .filter((r) => r.staged)
    .map((read) => {
      const { load, windows } = read;
      const s = read.along[0] === 'rows' ? down : across;
      const tile: Tile = {
        name: s === down ? 'a' : 'b',
        dtype: x.dtypeOf(load),
        shape: [by, ...windowAxes(windows).map((a) => constantExtent(a)), s.wide],
        memory: 'workgroup',
        ...(sizes.half && x.dtypeOf(load) === 'f32' ? { half: true } : {}),
      };
      return { tile, load, side: s, windows, fill: filled(tile, read, s) };
    });
  if (staged.length === 0) throw new ScheduleError(`no operand of the sum is shared by several results of a block`);

  /** Fills a tile: each invocation loads as many neighbours as it keeps results, and adjacent invocations load what is
   *  adjacent in memory. */
  function filled(tile: Tile, { load, windows, guard }: BlockRead, s: Side): Stmt {
    const bySteps = Math.abs(strideOf(load, p.over.axis)) < Math.abs(strideOf(load, s.loop.axis));
    const [along, other] = bySteps ? [by, s.invocations] : [s.invocations, by];
    // Small tiles leave some invocations without a load.
    const turns = Math.min(other, count / along);
    if (!Number.isInteger(turns) || other % turns !== 0)
      throw new ScheduleError(`${count} invocations do not fill a tile of ${by} x ${s.wide} by rows`);
    const [a, b, q, o] = [x.axis('s', turns), x.axis('t', along), x.axis('q', other / turns), copies(s)];
    const once = other === turns;
    const turn = once ? x.ix(a) : x.add(x.ix(a), x.mul(x.ix(q), x.int(turns)));
    const [k, group] = bySteps ? [x.ix(b), turn] : [turn, x.ix(b)];
    const m = x.add(x.mul(group, x.int(s.each)), x.ix(o));
    const [atK, atM] = [x.add(x.ix(k0), k), x.add(x.ix(s.block), m)];
    const w = windowAxes(windows);
    const own = new Map<Axis, Expr>([
      [s.loop.axis, atM],
      [p.over.axis, atK],
      ...windows.map((l, d) => [l.axis, x.ix(w[d] as Axis)] as const),
    ]);
    const there = x.all(below(atM, s.loop, s.wide), below(atK, p.over, by), x.substitute(guard, own));
    const value = x.select(there, x.substitute(load, own), x.constant(0, tile.dtype));
    const body = nested([...(once ? [] : [q]), ...w, o], 'unrolled', [set(tile, [k, ...w.map(x.ix), m], value)]);
    return nested([a, b], 'invocations', body)[0] as Stmt;
  }

  const kk = x.axis(innerName('block', p.over.axis.name), by);
  const added = overSums((o, w) => {
    const places = new Map<Expr, Expr>(p.reads.filter((r) => !r.staged).map(({ load }) => [load, inside(load)]));
    for (const { load, tile, side: s, windows } of staged) {
      const at = windows.map((l) => x.ix(w[p.windows.indexOf(l)] as Axis));
      places.set(load, x.read(tile, [x.ix(kk), ...at, s === down ? o.i : o.j]));
    }
    const value = x.substitute(x.replaceParts(p.add.value, places), o.own(w, x.add(x.ix(k0), x.ix(kk))));
    return [{ ...p.add, tile: sums, at: o.at(w), value }];
  });
  const depth = x.min(x.int(by), x.sub(p.over.to, x.ix(k0)));
  const whole = p.over.to.kind === 'const' && p.over.to.value % by === 0;

  // The statements around the sums, in order. Loops over windows are unrolled, as each of their sums is a register.
  const ends = overCells([], (o) => {
    const windows = windowAxes(p.windows);
    const own = o.own(windows);
    const done = new Map<Expr, Expr>();
    const onExpr = (e: Expr): Expr => {
      if (e.kind === 'axis') return own.get(e.axis) ?? e;
      return e.kind === 'tile' && e.tile === p.tile ? x.read(sums, o.at(windows)) : e;
    };
    const rest = (body: readonly Stmt[]): Stmt[] =>
      body.flatMap((s): Stmt[] => {
        if (s === p.over || ((s.kind === 'tile' || s.kind === 'set') && s.tile === p.tile)) return [];
        const d = p.windows.indexOf(s as Loop);
        return d < 0 ? [mapStmt(s, onExpr, done)] : nested([windows[d] as Axis], 'unrolled', rest((s as Loop).body));
      });
    const left = (s: Side): Expr => x.sub(s.loop.to, own.get(s.loop.axis) as Expr);
    return guarded(left(down), down, guarded(left(across), across, rest(p.cols.body)));
  });

  const start = x.replaceParts(p.start, new Map(loadsOf(p.start).map((e) => [e, inside(e)])));
  const body: Stmt[] = [
    declare(sums),
    ...staged.map((s) => declare(s.tile)),
    overSums((o, w) => [set(sums, o.at(w), x.substitute(start, o.own(w)))]),
    loop(
      k0,
      x.int(0),
      p.over.to,
      [barrier, ...staged.map((s) => s.fill), barrier, loop(kk, x.int(0), whole ? x.int(by) : depth, [added])],
      { step: by },
    ),
    ends,
  ];
  const inner = loop(across.block, x.int(0), p.cols.to, body, { step: across.wide });
  return [loop(down.block, x.int(0), rows.to, [inner], { step: down.wide })];
}

/** One side of a block. */
interface Side {
  readonly loop: Loop;
  readonly invocations: number;
  /** Results per invocation, and in the whole block. */
  readonly each: number;
  readonly wide: number;
  /** The first result of a block. */
  readonly block: Axis;
}

const nested = (axes: readonly Axis[], mode: LoopMode, body: readonly Stmt[]): Stmt[] =>
  axes.reduceRight<Stmt[]>((s, a) => [loop(a, x.int(0), x.int(constantExtent(a)), s, { mode })], [...body]);

/** The condition that an index of a block lies inside the loop: blocks need not divide its extent. */
const below = (index: Expr, l: Loop, block: number): Expr =>
  l.to.kind === 'const' && l.to.value % block === 0
    ? x.bool(true)
    : x.all(...x.leastOf(l.to).map((to) => x.lt(index, to)));

/** A body that runs only if something is left. */
function guarded(left: Expr, { loop: l, wide }: Side, body: readonly Stmt[]): readonly Stmt[] {
  if (l.to.kind === 'const' && l.to.value % wide === 0) return body;
  return [loop(x.axis('g', 1), x.int(0), x.min(x.int(1), left), body)];
}

function loadsOf(e: Expr): Load[] {
  const found: Load[] = [];
  x.walk(e, (p) => void (p.kind === 'load' && found.push(p)));
  return found;
}

/** The number of elements by which a read moves per step of an axis. */
function strideOf(load: Load, axis: Axis): number {
  const l = linear(flatPlace(load.buffer.type.shape, load.at), new Map(), new Interner());
  for (const { of, by } of l?.terms.values() ?? []) if (of.kind === 'axis' && of.axis === axis) return by;
  return 0;
}
