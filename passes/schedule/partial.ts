/** Long sums in partial sums: blocks of steps are added up by themselves. Where there are many blocks, what rounding loses as each is
 *  added is taken off the next (Kahan 1965, "Further remarks on reducing truncation errors"): the error of a sum then does not grow
 *  with its length. */

import type { Axis, Expr, Tile } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import {
  type Accumulate,
  declare,
  finish,
  type Kernel,
  type Loop,
  loop,
  type Stmt,
  set,
  walkStmts,
} from '../../ir/kernel.ts';
import { endsByData } from '../../ir/lists.ts';
import type { Directive } from '../../ir/schedule.ts';
import { addsProduct } from '../../ir/work.ts';
import type { Extents } from './extents.ts';
import { carried, ScheduleError } from './legal.ts';
import { fresh, replaceAxis } from './loops.ts';

/** A tile that is added up in blocks: the sum of one block, and what the sum of all blocks so far has too much. */
interface Sum {
  readonly block: Tile;
  readonly lost: Tile | null;
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
    const serial = loops.filter((l) => l.mode !== 'unrolled' && l.mode !== 'vectorized').length;
    if (s.kind === 'tile') around.set(s.tile, serial);
    if (s.kind === 'set' && sums.has(s.tile) && around.get(s.tile) !== serial)
      throw new ScheduleError(`${s.tile.name} starts anew in a loop that does not declare it`);
  });
}

/** The sums of one kernel that are taken in blocks. */
class Blocks {
  readonly sums = new Map<Tile, Sum>();
  readonly #by: number;
  readonly #isCompensated: boolean;
  /** What stands for the end of a block until it is known which one is a sum's last, and the loop that adds up the block. */
  readonly #ends = new Map<Stmt, { readonly acc: Tile; readonly adds: Loop }>();

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
    const trips = from !== null && l.to.kind === 'const' ? Math.max(0, Math.ceil((l.to.value - from) / step)) : null;
    // One block is a sum of its own only where another loop adds up further ones.
    const tiles = tilesOf(l).filter((t) => !here.has(t) || trips === null || trips > by);
    if (tiles.length === 0) return [l];
    for (const t of tiles)
      if (!this.sums.has(t))
        this.sums.set(t, { block: { ...t, name: 'block' }, lost: this.#isCompensated ? { ...t, name: 'lost' } : null });
    const block = (over: (body: readonly Stmt[]) => readonly Stmt[]): Stmt[] => [
      ...tiles.flatMap((t) => each(t, l, (at) => [set(this.#sum(t).block, at, x.num(0))])),
      ...over(this.#added(l.body, tiles)),
      ...tiles.map((acc) => {
        const end = declare(acc);
        this.#ends.set(end, { acc, adds: l });
        return end;
      }),
    ];
    const counted = (body: readonly Stmt[], start: Expr, count: number): Stmt[] => {
      if (count === 1) return replaceAxis(fresh(body), l.axis, start);
      const inner = x.axis(`${l.axis.name}_b`, count);
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
      const end = x.int(from + full * by * step);
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
      const end = this.#ends.get(s);
      if (end) {
        const sum = this.#sum(end.acc);
        return each(end.acc, end.adds, (at) => ended(end.acc, sum, at, last.has(s)));
      }
      if (s.kind === 'for') return [{ ...s, body: this.ended(s.body) }];
      const sum = s.kind === 'tile' ? this.sums.get(s.tile) : undefined;
      if (s.kind !== 'tile' || !sum) return [s];
      const { block, lost } = sum;
      const nothing = lost ? each(s.tile, { body }, (at) => [set(lost, at, x.num(0))]) : [];
      return [s, declare(block), ...(lost ? [declare(lost)] : []), ...nothing];
    });
  }

  #endsIn(s: Stmt, acc: Tile): boolean {
    return s.kind === 'for' ? s.body.some((b) => this.#endsIn(b, acc)) : this.#ends.get(s)?.acc === acc;
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

/** Statements for each element of a tile, in lanes where it is added to in lanes. */
function each(tile: Tile, within: { readonly body: readonly Stmt[] }, body: (at: readonly Expr[]) => Stmt[]): Stmt[] {
  let inLanes = false;
  walkStmts(within.body, (s, loops) => {
    const last = s.kind === 'accumulate' && s.tile === tile ? s.at.at(-1) : undefined;
    if (!last) return;
    const free = x.freeAxes(last);
    inLanes ||= loops.some((l) => l.mode === 'vectorized' && free.has(l.axis));
  });
  const axes = tile.shape.map((extent, d): Axis => x.axis(`t${d}`, extent));
  return axes.reduceRight<Stmt[]>(
    (inner, a, d) => [
      loop(a, x.int(0), x.int(a.extent as number), inner, {
        mode: inLanes && d === axes.length - 1 ? 'vectorized' : 'unrolled',
      }),
    ],
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

/** In one accumulator so many numbers of one sign stay within 1e-6 of their sum. */
const longestSum = 64;
/** Shorter sums of products stay in one accumulator: a block's end costs as much as some products. */
const longestProduct = 512;
/** Steps of a block: of numbers, and of products, whose many registers change hands at its end. */
const [block, productBlock] = [32, 64];

type Partial = Extract<Directive, { do: 'partial' }>;

/** The directives by which the long sums of a scheduled kernel would be taken in blocks, for each sum inner loops first. */
export function longSums(kernel: Kernel, extents: Extents): Directive[] {
  const depth = new Map<Tile, number>();
  const found = new Map<string, Directive>();
  walkStmts(kernel.body, (s, loops) => {
    if (s.kind === 'tile') depth.set(s.tile, loops.length);
    if (s.kind !== 'accumulate' || s.fn !== 'add' || s.tile.dtype !== 'f32' || s.tile.memory === 'workgroup') return;
    for (const d of blocksOf(s, loops.slice(depth.get(s.tile) ?? 0), extents))
      if (!found.has(d.axis)) found.set(d.axis, d);
  });
  return [...found.values()];
}

function blocksOf(s: Accumulate, loops: readonly Loop[], extents: Extents): Partial[] {
  const along = new Set(s.at.flatMap((e) => [...x.freeAxes(e)]));
  const around = loops.filter((l) => !along.has(l.axis) && l.mode !== 'vectorized');
  // What each invocation has of a tile is its own.
  if (loops.some((l) => l.mode === 'invocations' || l.mode === 'parallel')) return [];
  const outermost = around.find((l) => l.mode === 'serial');
  const isProduct = addsProduct(s);
  const longest = isProduct ? longestProduct : longestSum;
  const wanted = isProduct ? productBlock : block;
  const out: Partial[] = [];
  // How often one element is added to while a loop runs once.
  let steps = 1;
  for (const l of around.toReversed()) {
    const trips = Math.max(1, Math.ceil(extents.of(l) / l.step));
    // The fewer blocks of products the better: those of an outer loop will do.
    const most = l === outermost || isProduct ? longest : wanted;
    if (l.mode !== 'serial' || endsByData(l) || steps * trips <= most) {
      steps *= trips;
      continue;
    }
    const by = blockOf(trips, Math.max(1, Math.round(wanted / steps)));
    const compensated = trips > by * longestSum;
    out.push({ do: 'partial', axis: l.axis.name, by, ...(compensated ? { compensated } : {}) });
    if (compensated) break;
    steps = Math.ceil(trips / by) + 1;
  }
  return out;
}

/** About as many steps as wanted, where that can be so that blocks leave nothing over. */
function blockOf(trips: number, wanted: number): number {
  const fits = (by: number): boolean => by >= 1 && by <= trips && trips % by === 0;
  for (let off = 0; off <= wanted / 2; off++) for (const by of [wanted - off, wanted + off]) if (fits(by)) return by;
  return Math.min(trips, wanted);
}
