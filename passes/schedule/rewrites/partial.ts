/** Long sums in partial sums: blocks of steps are added up by themselves. Where there are many blocks, what rounding loses as each is
 *  added is taken off the next (Kahan 1965, "Further remarks on reducing truncation errors"): the error of a sum then does not grow
 *  with its length. */

import { endsByData } from '../../../ir/analysis/lists.ts';
import { addsProduct } from '../../../ir/analysis/work.ts';
import type { Axis, Expr, Tile } from '../../../ir/expr.ts';
import * as x from '../../../ir/expr.ts';
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
import { fresh, replaceAxis } from './loops.ts';

/** A tile that is added up in blocks: the sum of one block, and what the sum of all blocks so far has too much. */
interface Sum {
  readonly block: Tile;
  readonly lost: Tile | null;
  /** How loops over the tile's elements run, one for each of its dimensions. */
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
  if (blocks.sums.size === 0)
    throw new ScheduleError(`the loop over ${axis} adds up no sum that is longer than one block`);
  requireOneStart(k, blocks.sums);
  return finish(k.name, blocks.ended(body), k.locs);
}

/** What a sum lacks is forgotten where its tile comes into being, which must be where it starts. */
function requireOneStart(k: Kernel, sums: ReadonlyMap<Tile, Sum>): void {
  const around = new Map<Tile, number>();
  walkStmts(k.body, (s, loops) => {
    if (s.kind === 'tile') around.set(s.tile, loops.filter((l) => !isWrittenOut(l)).length);
    if (s.kind !== 'set' || !sums.has(s.tile)) return;
    // Each invocation sets elements of its own.
    const along = new Set(s.at.flatMap((e) => [...x.freeAxes(e)]));
    const anew = loops.filter((l) => !isWrittenOut(l) && !(l.mode === 'invocations' && along.has(l.axis)));
    if (around.get(s.tile) !== anew.length)
      throw new ScheduleError(`${s.tile.name} starts anew in a loop that does not declare it`);
  });
}

/** The sums of one kernel that are taken in blocks. */
class Blocks {
  readonly sums = new Map<Tile, Sum>();
  readonly #by: number;
  readonly #isCompensated: boolean;
  /** What stands for the end of a block until it is known which one is a sum's last, with what the block is added to. */
  readonly #ends = new Map<Stmt, Tile>();

  constructor(by: number, isCompensated: boolean) {
    this.#by = by;
    this.#isCompensated = isCompensated;
  }

  /** A loop in blocks. The sums that start right around it are those of `here`. */
  of(l: Loop, here: ReadonlySet<Tile>): Stmt[] {
    // What an earlier split of a symbolic extent left over stays as it is.
    if (l.from.kind !== 'const' && l.from.kind !== 'axis') return [l];
    const [by, { step }] = [this.#by, l];
    const from = l.from.kind === 'const' ? l.from.value : null;
    const trips = constantTrips(l);
    // One block is a sum of its own only where another loop adds up further ones.
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
    // An invocation's own steps begin at its index.
    if (from === null) {
      const [outer, inner] = [x.axis(l.axis.name, l.axis.extent), x.axis(l.axis.name, l.axis.extent)];
      const to = x.min(x.add(x.ix(outer), x.int(by * step)), l.to);
      const steps = (body: readonly Stmt[]): Stmt[] => [
        loop(inner, x.ix(outer), to, replaceAxis(fresh(body), l.axis, x.ix(inner)), { step }),
      ];
      return [loop(outer, l.from, l.to, block(steps), { step: by * step })];
    }
    if (trips !== null) {
      const [full, rest] = [Math.floor(trips / by), trips % by];
      const end = rest === 0 ? l.to : x.int(from + full * by * step);
      const at = (start: Expr, count: number): Stmt[] => block((body) => counted(body, start, count));
      return [...(full > 1 ? [whole(end)] : full === 1 ? at(l.from, by) : []), ...(rest > 0 ? at(end, rest) : [])];
    }
    const steps = stepsOf(l);
    if (from !== 0 || steps === null)
      throw new ScheduleError(`the loop over ${l.axis.name} has no end that blocks fit into`);
    if (by === 1) return [whole(l.to)];
    const end = x.sub(steps, x.imod(steps, x.int(by * step)));
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

  /** The statements with what blocks begin and end with. A sum's last block hands on nothing. */
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

/** Where a loop over the batch would end that leaves nothing over: its own end is that, less what is left of a step. */
function stepsOf({ to, step }: Loop): Expr | null {
  if (to.kind === 'size') return to;
  if (to.kind !== 'binary' || to.fn !== 'sub' || to.a.kind !== 'size') return null;
  const { b } = to;
  return b.kind === 'binary' && b.fn === 'imod' && b.b.kind === 'const' && b.b.value === step ? to.a : null;
}

/** The tiles from outside that a loop adds floats to, and does nothing else with. */
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

/** Dimensions that invocations have one index each of, and the last where it is added to in lanes; of others there are copies. */
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
    (inner, a, d) => [loop(a, x.int(0), x.int(a.extent as number), inner, { mode: modes[d] as LoopMode })],
    body(axes.map(x.ix)),
  );
}

/** acc += block − lost, and lost = what that addition rounded up, unless the block is the last. Infinity and NaN lose nothing. */
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

/** This many equal numbers in one accumulator, the worst of one sign, stay within 1e-6 of their sum. As much as all sums of blocks in
 *  blocks together may add up. */
const longestSum = 64;
/** Shorter sums of products over several loops, a convolution's, stay in one accumulator, within 8e-6 of the sum of equal numbers and
 *  1e-6 of others: theirs fill the registers, and blocks of any length take some 5% of their time. */
const longestWindow = 512;
/** Of these an inner loop with so few steps is a block. */
const windowBlock = 256;
/** Steps of a block where there are too many for as few as can be: of numbers, and of products, whose many registers change hands at
 *  its end. */
const [block, productBlock] = [32, 48];
/** So many blocks at least are added up in blocks themselves, and only these with compensation. */
const [manyBlocks, blockOfBlocks] = [32, 16];

type Partial = DirectiveOf<'partial'>;

/** The directives by which the long sums of a scheduled kernel would be taken in blocks, for each sum inner loops first. */
export function longSums(kernel: Kernel, extents: Extents): Partial[] {
  const depth = new Map<Tile, number>();
  const found = new Map<string, readonly Partial[]>();
  walkStmts(kernel.body, (s, loops) => {
    if (s.kind === 'tile') depth.set(s.tile, loops.length);
    if (s.kind !== 'accumulate' || s.fn !== 'add' || s.tile.dtype !== 'f32' || s.tile.memory === 'workgroup') return;
    const own = blocksOf(s, loops.slice(depth.get(s.tile) ?? 0), extents);
    for (const axis of new Set(own.map((d) => d.axis)))
      if (!found.has(axis))
        found.set(
          axis,
          own.filter((d) => d.axis === axis),
        );
  });
  return [...found.values()].flat();
}

/** A loop that adds to a sum. */
interface Around {
  readonly axis: string;
  readonly trips: number;
  readonly mayCut: boolean;
}

function blocksOf(s: Accumulate, loops: readonly Loop[], extents: Extents): Partial[] {
  const along = new Set(s.at.flatMap((e) => [...x.freeAxes(e)]));
  // What invocations share they add up by themselves.
  if (loops.some((l) => l.mode === 'parallel' || (l.mode === 'invocations' && !along.has(l.axis)))) return [];
  const around = loops
    .filter((l) => !along.has(l.axis) && l.mode !== 'vectorized')
    .map((l): Around => {
      const trips = Math.max(1, Math.ceil(extents.of(l) / l.step));
      return { axis: l.axis.name, trips, mayCut: l.mode === 'serial' && !endsByData(l) };
    });
  const isProduct = addsProduct(s);
  const inBlock = loops.some((l) => l.mode === 'invocations');
  const isWindow = isProduct && !inBlock && around.filter((l) => l.mayCut && l.trips > 1).length > 1;
  const adds = around.reduce((p, l) => p * l.trips, 1);
  const longest = isWindow ? longestWindow : longestSum;
  if (adds <= longest) return [];
  const wanted = isWindow ? longestSum : isProduct ? productBlock : block;
  const most = isWindow ? windowBlock : isProduct ? longestSum : block;
  const outermost = around.findIndex((l) => l.mayCut);
  // How often one element is added to while a loop runs once.
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

/** A sum's blocks in blocks, which are added with compensation where they are many. */
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

/** The longest block of a sum whose blocks can be added up one by one; null where there are too many. */
function fewestBlocks(trips: number, steps: number, adds: number): number | null {
  const fits = Array.from({ length: trips }, (_, i) => i + 1).filter(
    (by) => by * steps + Math.ceil(adds / (by * steps)) <= longestSum,
  );
  const longest = fits.at(-1) ?? null;
  // Half as long at least, they leave nothing over.
  return fits.findLast((by) => trips % by === 0 && 2 * by >= (longest as number)) ?? longest;
}

/** About as many steps as wanted, where that can be so that blocks leave nothing over. */
function blockOf(trips: number, wanted: number): number {
  const fits = (by: number): boolean => by >= 1 && by <= trips && trips % by === 0;
  for (let off = 0; off <= wanted / 2; off++) for (const by of [wanted - off, wanted + off]) if (fits(by)) return by;
  return Math.min(trips, wanted);
}
