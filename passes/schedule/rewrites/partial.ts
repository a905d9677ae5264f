/** Long sums as sums of blocks. Where there are many blocks, the rounding error of each addition is subtracted from the
 *  next block (Kahan 1965, "Further remarks on reducing truncation errors"), so that the error of a sum does not grow
 *  with its length. */

import { endsByData } from '../../../ir/analysis/lists.ts';
import { addsProduct } from '../../../ir/analysis/work.ts';
import * as x from '../../../ir/expr.ts';
import { type Axis, constantExtent, type Expr, type Tile } from '../../../ir/expr.ts';
import {
  type Accumulate,
  constantTrips,
  declare,
  finish,
  isWrittenOut,
  type Kernel,
  type Loop,
  type LoopMode,
  loop,
  type Stmt,
  set,
  walkStmts,
} from '../../../ir/kernel.ts';
import { type DirectiveOf, innerName } from '../../../ir/schedule.ts';
import type { Extents } from '../choose/extents.ts';
import { carried, ScheduleError } from './legal.ts';
import { fresh, replaceAxis, wholeSteps } from './loops.ts';

/** A tile that is summed in blocks: the sum of one block, and the rounding error of the blocks so far. */
interface Sum {
  readonly block: Tile;
  readonly lost: Tile | null;
  /** The modes of loops over the tile's elements, one for each dimension. */
  readonly modes: readonly LoopMode[];
}

/** for k { acc += e }  -->  for k step `by` { block = 0; for k_b in 0..`by` { block += e }; acc += block } */
export function inPartialSums(k: Kernel, axis: string, by: number, isCompensated: boolean): Kernel {
  const blocks = new Blocks(by, isCompensated);
  let found = false;
  const go = (body: readonly Stmt[], declared: ReadonlySet<Tile>): Stmt[] => {
    const here = new Set([...declared, ...body.flatMap((s) => (s.kind === 'tile' ? [s.tile] : []))]);
    return body.flatMap((s) => {
      if (s.kind !== 'for') return [s];
      if (s.axis.name !== axis || s.mode !== 'serial') {
        const own = s.mode === 'serial' || s.mode === 'parallel' ? new Set<Tile>() : here;
        return [{ ...s, body: go(s.body, own) }];
      }
      found = true;
      return blocks.of(s, here);
    });
  };
  const body = go(k.body, new Set());
  if (!found) throw new ScheduleError(`there is no serial loop over ${axis}`);
  if (blocks.sums.size === 0) throw new ScheduleError(`the loop over ${axis} contains no sum longer than one block`);
  requireOneStart(k, blocks.sums);
  return finish(k.name, blocks.ended(body), k.locs);
}

/** Each sum must start where its tile is declared, which is where its rounding error is reset. */
function requireOneStart(k: Kernel, sums: ReadonlyMap<Tile, Sum>): void {
  const around = new Map<Tile, number>();
  walkStmts(k.body, (s, loops) => {
    if (s.kind === 'tile') around.set(s.tile, loops.filter((l) => !isWrittenOut(l)).length);
    if (s.kind !== 'set' || !sums.has(s.tile)) return;
    // Each invocation sets elements of its own.
    const along = new Set(s.at.flatMap((e) => [...x.freeAxes(e)]));
    const anew = loops.filter((l) => !isWrittenOut(l) && !(l.mode === 'invocations' && along.has(l.axis)));
    if (around.get(s.tile) !== anew.length)
      throw new ScheduleError(`${s.tile.name} is reset in a loop that does not declare it`);
  });
}

/** The sums of one kernel that are taken in blocks. */
class Blocks {
  readonly sums = new Map<Tile, Sum>();
  readonly #by: number;
  readonly #isCompensated: boolean;
  /** Placeholders for the ends of blocks, with the tile that each adds to, until it is known which one is a sum's last. */
  readonly #ends = new Map<Stmt, Tile>();

  constructor(by: number, isCompensated: boolean) {
    this.#by = by;
    this.#isCompensated = isCompensated;
  }

  /** A loop in blocks. `here`: the tiles declared directly around it. */
  of(l: Loop, here: ReadonlySet<Tile>): Stmt[] {
    // The remainder of an earlier split of a symbolic extent stays as it is.
    if (l.from.kind !== 'const' && l.from.kind !== 'axis') return [l];
    const [by, { step }] = [this.#by, l];
    const from = l.from.kind === 'const' ? l.from.value : null;
    const trips = constantTrips(l);
    // A single block needs a sum of its own only if a loop around it adds further blocks.
    const tiles = tilesOf(l).filter((t) => !here.has(t) || trips === null || trips > by);
    if (tiles.length === 0) return [l];
    for (const t of tiles)
      if (!this.sums.has(t))
        this.sums.set(t, {
          block: { ...t, name: 'block' },
          lost: this.#isCompensated ? { ...t, name: 'lost' } : null,
          modes: modesOf(t, l),
        });
    const block = (over: (body: readonly Stmt[]) => readonly Stmt[]): Stmt[] => [
      ...tiles.flatMap((t) => each(t, this.#sum(t), (at) => [set(this.#sum(t).block, at, x.num(0))])),
      ...over(this.#added(l.body, tiles)),
      ...tiles.map((acc) => {
        const end = declare(acc);
        this.#ends.set(end, acc);
        return end;
      }),
    ];
    const counted = (body: readonly Stmt[], start: Expr, count: number): Stmt[] => {
      if (count === 1) return replaceAxis(fresh(body), l.axis, start);
      const inner = x.axis(innerName('partial', l.axis.name), count);
      const index = x.add(start, x.mul(x.ix(inner), x.int(step)));
      return [loop(inner, x.int(0), x.int(count), replaceAxis(fresh(body), l.axis, index))];
    };
    const whole = (end: Expr): Stmt => {
      const outer = x.axis(l.axis.name, l.axis.extent);
      return loop(
        outer,
        l.from,
        end,
        block((body) => counted(body, x.ix(outer), by)),
        { step: by * step },
      );
    };
    // The last of these may have fewer steps than the others, in the same code.
    const upTo = (to: Expr): Stmt[] => {
      const [outer, inner] = [x.axis(l.axis.name, l.axis.extent), x.axis(l.axis.name, l.axis.extent)];
      const ends = x.min(x.add(x.ix(outer), x.int(by * step)), to);
      const steps = (body: readonly Stmt[]): Stmt[] => [
        loop(inner, x.ix(outer), ends, replaceAxis(fresh(body), l.axis, x.ix(inner)), { step }),
      ];
      return [loop(outer, l.from, to, block(steps), { step: by * step })];
    };
    // The steps of an invocation start at its index. Steps that are loops are too much code for a copy.
    if (from === null || (trips === null && by > 1 && isOfLoops(l))) return upTo(l.to);
    if (trips !== null) {
      const [full, rest] = [Math.floor(trips / by), trips % by];
      const end = rest === 0 ? l.to : x.int(from + full * by * step);
      const at = (start: Expr, count: number): Stmt[] => block((body) => counted(body, start, count));
      return [...(full > 1 ? [whole(end)] : full === 1 ? at(l.from, by) : []), ...(rest > 0 ? at(end, rest) : [])];
    }
    const steps = stepsOf(l);
    if (from !== 0 || steps === null)
      throw new ScheduleError(`the loop over ${l.axis.name} has bounds that cannot be divided into blocks`);
    const end = wholeSteps(steps, by * step);
    if (by === 1 || end === l.to) return [whole(l.to)];
    const tail = x.axis(l.axis.name, l.axis.extent);
    const last = (body: readonly Stmt[]): Stmt[] => [
      loop(tail, end, l.to, replaceAxis(fresh(body), l.axis, x.ix(tail)), { step }),
    ];
    return [whole(end), ...block(last)];
  }

  #sum(t: Tile): Sum {
    return this.sums.get(t) as Sum;
  }

  #added(body: readonly Stmt[], tiles: readonly Tile[]): Stmt[] {
    return body.map((s) => {
      if (s.kind === 'for') return { ...s, body: this.#added(s.body, tiles) };
      return s.kind === 'accumulate' && tiles.includes(s.tile) ? { ...s, tile: this.#sum(s.tile).block } : s;
    });
  }

  /** The statements with the start and end of every block filled in. The last block of a sum hands on no error. */
  ended(body: readonly Stmt[]): Stmt[] {
    const last = new Set<Stmt>();
    for (const s of body) {
      const sum = s.kind === 'tile' && !this.#ends.has(s) && this.sums.has(s.tile) ? s.tile : null;
      const ends = sum && body.filter((o) => this.#endsIn(o, sum)).at(-1);
      if (ends && this.#ends.has(ends)) last.add(ends);
    }
    return body.flatMap((s) => {
      const acc = this.#ends.get(s);
      if (acc) return each(acc, this.#sum(acc), (at) => ended(acc, this.#sum(acc), at, last.has(s)));
      if (s.kind === 'for') return [{ ...s, body: this.ended(s.body) }];
      const sum = s.kind === 'tile' ? this.sums.get(s.tile) : undefined;
      if (s.kind !== 'tile' || !sum) return [s];
      const { block, lost } = sum;
      const nothing = lost ? each(s.tile, sum, (at) => [set(lost, at, x.num(0))]) : [];
      return [s, declare(block), ...(lost ? [declare(lost)] : []), ...nothing];
    });
  }

  #endsIn(s: Stmt, acc: Tile): boolean {
    return s.kind === 'for' ? s.body.some((b) => this.#endsIn(b, acc)) : this.#ends.get(s) === acc;
  }
}

/** The end of a loop over the batch before its remainder was split off: `to`, or n where `to` is n − n % step. */
function stepsOf({ to, step }: Loop): Expr | null {
  if (to.kind === 'size') return to;
  if (to.kind !== 'binary' || to.fn !== 'sub' || to.a.kind !== 'size') return null;
  const { b } = to;
  return b.kind === 'binary' && b.fn === 'imod' && b.b.kind === 'const' && b.b.value === step ? to.a : null;
}

/** True for a loop whose steps are loops themselves. */
const isOfLoops = ({ body }: Loop): boolean => body.some((s) => s.kind === 'for' && s.mode === 'serial');

/** The outer tiles to which a loop adds floats, and does nothing else. */
function tilesOf(l: Loop): Tile[] {
  const outside = carried(l.body);
  const other = new Set<Tile>();
  walkStmts(l.body, (s) => {
    if (s.kind === 'set' || (s.kind === 'accumulate' && s.fn !== 'add')) other.add(s.tile);
    if (s.kind === 'for' || s.kind === 'tile' || s.kind === 'barrier') return;
    for (const e of [...s.at, s.value]) x.walk(e, (p) => void (p.kind === 'tile' && other.add(p.tile)));
  });
  return [...outside].filter((t) => t.dtype === 'f32' && t.memory !== 'workgroup' && !other.has(t));
}

/** The mode for each dimension: an index per invocation, lanes for a last dimension that is added to in lanes,
 *  otherwise unrolled. */
function modesOf(tile: Tile, within: Loop): LoopMode[] {
  const modes = tile.shape.map((): LoopMode => 'unrolled');
  walkStmts(within.body, (s, loops) => {
    if (s.kind !== 'accumulate' || s.tile !== tile) return;
    for (const [d, e] of s.at.entries()) {
      const free = x.freeAxes(e);
      const has = (mode: LoopMode): boolean => loops.some((l) => l.mode === mode && free.has(l.axis));
      if (has('invocations')) modes[d] = 'invocations';
      else if (d === s.at.length - 1 && has('vectorized')) modes[d] = 'vectorized';
    }
  });
  return modes;
}

/** Statements for each element of a tile. */
function each(tile: Tile, { modes }: Sum, body: (at: readonly Expr[]) => Stmt[]): Stmt[] {
  const axes = tile.shape.map((extent, d): Axis => x.axis(`t${d}`, extent));
  return axes.reduceRight<Stmt[]>(
    (inner, a, d) => [loop(a, x.int(0), x.int(constantExtent(a)), inner, { mode: modes[d] as LoopMode })],
    body(axes.map(x.ix)),
  );
}

/** acc += block − lost, and lost = the rounding error of that addition, unless the block is the last. Infinity and NaN
 *  lose nothing. */
function ended(acc: Tile, { block, lost }: Sum, at: readonly Expr[], isLast: boolean): Stmt[] {
  const [a, b] = [x.read(acc, at), x.read(block, at)];
  if (!lost) return [{ kind: 'accumulate', fn: 'add', tile: acc, at, value: b }];
  const l = x.read(lost, at);
  if (isLast) return [set(acc, at, x.add(a, x.sub(b, l)))];
  const keeps = x.lt(x.abs(l), x.num(Number.POSITIVE_INFINITY));
  return [
    set(block, at, x.sub(b, l)),
    set(lost, at, x.add(a, b)),
    set(block, at, x.select(keeps, x.sub(x.sub(l, a), b), x.num(0))),
    set(acc, at, l),
    set(lost, at, b),
  ];
}

/** This many equal numbers, the worst case of one sign, added in one accumulator stay within 1e-6 of their sum. Nested
 *  blocks keep to it with the additions of all their levels together. */
const longestSum = 64;
/** Sums of products over several loops, a convolution's, stay in one accumulator up to this length, within 8e-6 of the
 *  sum for equal numbers and 1e-6 for others: their accumulators fill the registers, and blocks of any length cost some
 *  5% of the time. */
const longestWindow = 512;
/** In such a sum, an inner loop of at most this many steps is one block. */
const windowBlock = 256;
/** Block lengths where even the fewest blocks are too many: for numbers, and for products of contractions, which have many registers
 *  to switch at the end of a block. */
const [numberBlock, productBlock] = [32, 48];
/** From the first number on, blocks are summed in blocks themselves, of about the second number each. */
const [manyBlocks, blockOfBlocks] = [32, 16];

type Partial = DirectiveOf<'partial'>;

/** The directives that put the long sums of a scheduled kernel in blocks, for each sum inner loops first. */
export function longSums(kernel: Kernel, extents: Extents): Partial[] {
  const depth = new Map<Tile, number>();
  const found = new Map<string, readonly Partial[]>();
  walkStmts(kernel.body, (s, loops) => {
    if (s.kind === 'tile') depth.set(s.tile, loops.length);
    if (s.kind !== 'accumulate' || s.fn !== 'add' || s.tile.dtype !== 'f32' || s.tile.memory === 'workgroup') return;
    const declared = depth.get(s.tile) ?? 0;
    const own = blocksOf(s, loops.slice(declared), isContraction(s, resultsOf(s, loops, declared)), extents);
    for (const axis of new Set(own.map((d) => d.axis)))
      if (!found.has(axis))
        found.set(
          axis,
          own.filter((d) => d.axis === axis),
        );
  });
  return [...found.values()].flat();
}

/** A loop around a sum. */
interface Around {
  readonly axis: string;
  readonly trips: number;
  readonly mayCut: boolean;
}

const axesOf = (at: readonly Expr[]): Set<Axis> => new Set(at.flatMap((e) => [...x.freeAxes(e)]));

/** The axes along which a statement adds to different results, rather than to lanes of one. */
function resultsOf(s: Accumulate, loops: readonly Loop[], declared: number): Set<Axis> {
  const lanes = new Set(loops.filter((l) => l.mode === 'vectorized').map((l) => l.axis));
  return new Set([...loops.slice(0, declared).map((l) => l.axis), ...axesOf(s.at)].filter((a) => !lanes.has(a)));
}

/** True for a sum of products whose factors serve several results each, or of a window's: its accumulators fill the registers. A sum
 *  of squares, or one weighted by numbers of its own, is a sum of numbers. */
function isContraction(s: Accumulate, results: ReadonlySet<Axis>): boolean {
  if (!addsProduct(s)) return false;
  const [a, b] = [s.value.a, s.value.b].map((e) => x.freeAxes(e)) as [Set<Axis>, Set<Axis>];
  const only = (some: Set<Axis>, others: Set<Axis>): boolean => [...results].some((r) => some.has(r) && !others.has(r));
  const slides = (e: Expr): boolean => {
    const axes = [...x.freeAxes(e)];
    return axes.some((r) => results.has(r)) && axes.some((r) => !results.has(r));
  };
  return (only(a, b) && only(b, a)) || x.some(s.value, (p) => p.kind === 'load' && p.at.some(slides));
}

function blocksOf(s: Accumulate, loops: readonly Loop[], isProduct: boolean, extents: Extents): Partial[] {
  const along = axesOf(s.at);
  // Sums shared by threads or invocations are in parts already.
  if (loops.some((l) => l.mode === 'parallel' || (l.mode === 'invocations' && !along.has(l.axis)))) return [];
  const around = loops
    .filter((l) => !along.has(l.axis) && l.mode !== 'vectorized')
    .map((l): Around => {
      const trips = Math.max(1, Math.ceil(extents.of(l) / l.step));
      return { axis: l.axis.name, trips, mayCut: l.mode === 'serial' && !endsByData(l) };
    });
  const inBlock = loops.some((l) => l.mode === 'invocations');
  const isWindow = isProduct && !inBlock && around.filter((l) => l.mayCut && l.trips > 1).length > 1;
  const adds = around.reduce((p, l) => p * l.trips, 1);
  const longest = isWindow ? longestWindow : longestSum;
  if (adds <= longest) return [];
  const wanted = isWindow ? longestSum : isProduct ? productBlock : numberBlock;
  const most = isWindow ? windowBlock : isProduct ? longestSum : numberBlock;
  const outermost = around.findIndex((l) => l.mayCut);
  // The additions to one element in one iteration of the loop at hand.
  let steps = 1;
  for (const [i, l] of [...around.entries()].reverse()) {
    if (!l.mayCut || (steps * l.trips <= most && i !== outermost)) {
      steps *= l.trips;
      continue;
    }
    const fewest = isWindow ? null : fewestBlocks(l.trips, steps, adds);
    const by = fewest ?? blockOf(l.trips, Math.max(1, Math.round(wanted / steps)));
    const blocks = Math.ceil(adds / (by * steps));
    const cut: Partial = { do: 'partial', axis: l.axis, by };
    if (blocks + (isWindow ? 0 : by * steps) <= longestSum) return [cut];
    return blocksOfBlocks(cut, by * steps, [...around.slice(0, i), { ...l, trips: Math.ceil(l.trips / by) }]);
  }
  return [];
}

/** The blocks of a sum in blocks, compensated where they are many. */
function blocksOfBlocks(cut: Partial, length: number, around: readonly Around[]): Partial[] {
  const all = around.reduce((p, l) => p * l.trips, 1);
  let blocks = 1;
  for (const l of around.toReversed()) {
    blocks *= l.trips;
    if (!l.mayCut || blocks < manyBlocks) continue;
    const by = blockOf(l.trips, Math.max(1, Math.round((blockOfBlocks * l.trips) / blocks)));
    const each = (by * blocks) / l.trips;
    const compensated = length + each + all / each > longestSum;
    return [cut, { do: 'partial', axis: l.axis, by, ...(compensated ? { compensated } : {}) }];
  }
  return [{ ...cut, compensated: true }];
}

/** The longest block of a sum whose blocks can be added one by one; null if there are too many. */
function fewestBlocks(trips: number, steps: number, adds: number): number | null {
  const fits = Array.from({ length: trips }, (_, i) => i + 1).filter(
    (by) => by * steps + Math.ceil(adds / (by * steps)) <= longestSum,
  );
  const longest = fits.at(-1) ?? null;
  // Prefer one that leaves no remainder, if it is at least half as long.
  return fits.findLast((by) => trips % by === 0 && 2 * by >= (longest as number)) ?? longest;
}

/** A block length near the wanted one, without a remainder if possible. */
function blockOf(trips: number, wanted: number): number {
  const fits = (by: number): boolean => by >= 1 && by <= trips && trips % by === 0;
  for (let off = 0; off <= wanted / 2; off++) for (const by of [wanted - off, wanted + off]) if (fits(by)) return by;
  return Math.min(trips, wanted);
}
