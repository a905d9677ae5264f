/** Turns reductions into accumulators, each in the outermost loop of a nest that fixes its operands. */

import { flatPlace } from '../../ir/analysis/linear.ts';
import { remembered } from '../../ir/analysis/remembered.ts';
import { upsert } from '../../ir/collections.ts';
import type { Axis, Expr, Tile } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import type { Interner } from '../../ir/interner.ts';
import { declare, loop, type Stmt, set } from '../../ir/kernel.ts';
import { Names } from './names.ts';

type Reduction = Extract<Expr, { kind: 'reduce' }>;

/** One level of a loop nest under construction. */
interface Block {
  readonly axis: Axis | null;
  readonly stmts: Stmt[];
  /** The accumulators of reductions at this level, by reduction. */
  readonly tiles: Map<string, Tile>;
}
const block = (a: Axis | null): Block => ({ axis: a, stmts: [], tiles: new Map() });

/** A nest of loops over `axes` under construction. Level 0 is outside all of them. */
export class Nest {
  readonly #interner: Interner;
  /** The ranges of all `argmax` reductions, which compute the maximum too. */
  readonly #wanted: ReadonlySet<string>;
  readonly #levels: readonly Block[];
  readonly #names = new Names();
  /** By level, the expressions that were placed there and what replaced them. */
  readonly #placed = new Map<number, Map<Expr, Expr>>();
  readonly #kept = new Map<Expr, Expr>();

  /** `values`: everything that the nest will compute. */
  constructor(axes: readonly Axis[], values: readonly Expr[], interner: Interner) {
    this.#interner = interner;
    this.#wanted = argmaxKeys(values, interner);
    this.#levels = [block(null), ...axes.map(block)];
  }

  /** A value at a level, with accumulators in place of its reductions. */
  value(e: Expr, level: number): Expr {
    const placed = upsert(this.#placed, level, () => new Map<Expr, Expr>());
    for (const [of, tile] of this.#kept) placed.set(of, tile);
    return this.#place(e, this.#levels.slice(0, level + 1), placed);
  }

  /** Keeps the value of an expression at a level in a tile, which later values read. */
  keep(e: Expr, value: Expr, level: number): Expr {
    const tile: Tile = { name: this.#names.take('result'), dtype: x.dtypeOf(value), shape: [] };
    this.add(level, declare(tile), set(tile, [], value));
    this.#kept.set(e, x.read(tile));
    return x.read(tile);
  }

  add(level: number, ...stmts: readonly Stmt[]): void {
    (this.#levels[level] as Block).stmts.push(...stmts);
  }

  /** The loops and their contents: the statements of a level come before the loops inside. */
  body(): Stmt[] {
    const [outside, ...inside] = this.#levels as [Block, ...Block[]];
    return [...outside.stmts, ...wrap(inside)];
  }

  /** Replaces the reductions of an expression by accumulators, and places those in the nest. */
  #place(e: Expr, chain: readonly Block[], done: Map<Expr, Expr>): Expr {
    const seen = done.get(e);
    if (seen) return seen;
    const out = e.kind === 'reduce' ? this.#reduction(e, chain) : x.mapChildren(e, (c) => this.#place(c, chain, done));
    done.set(e, out);
    return out;
  }

  #reduction(e: Reduction, chain: readonly Block[]): Expr {
    const free = x.freeAxes(e);
    let level = chain.length - 1;
    while (level > 0 && !free.has((chain[level] as Block).axis as Axis)) level--;
    const home = chain[level] as Block;
    const over = this.#interner.reductionKey(e);
    const paired = (e.fn === 'max' || e.fn === 'argmax') && this.#wanted.has(over);
    const key = `${paired ? 'argmax' : e.fn}:${over}`;
    const part = (): Tile => home.tiles.get(e.fn === 'argmax' ? `${key}:index` : key) as Tile;
    if (home.tiles.has(key)) return x.read(part());

    const inner = e.over.map(block);
    const within = [...chain.slice(0, level + 1), ...inner];
    const body = this.#place(e.body, within, new Map());
    const last = inner.at(-1) as Block;
    if (paired) this.#argmaxStep(home, last, key, e, body);
    else {
      const fn = e.fn as Exclude<x.ReduceFn, 'argmax'>;
      const dtype = x.dtypeOf(e.body);
      const tile: Tile = {
        name: this.#names.take({ add: 'acc', mul: 'prod', max: 'top', min: 'low' }[fn]),
        dtype,
        shape: [],
      };
      home.tiles.set(key, tile);
      home.stmts.push(declare(tile), set(tile, [], x.identity(fn, dtype)));
      last.stmts.push({ kind: 'accumulate', fn, tile, at: [], value: body });
    }
    home.stmts.push(...wrap(inner));
    return x.read(part());
  }

  /** The maximum so far and its index, both in one pass. */
  #argmaxStep(home: Block, last: Block, key: string, e: Reduction, body: Expr): void {
    const dtype = x.dtypeOf(e.body);
    const top: Tile = { name: this.#names.take('top'), dtype, shape: [] };
    const where: Tile = { name: this.#names.take('where'), dtype: 'i32', shape: [] };
    const value: Tile = { name: this.#names.take('v'), dtype, shape: [] };
    home.tiles.set(key, top);
    home.tiles.set(`${key}:index`, where);
    home.stmts.push(declare(top), set(top, [], x.identity('max', dtype)), declare(where), set(where, [], x.int(0)));
    const position = flatPlace(
      e.over.map((a) => a.extent),
      e.over.map(x.ix),
    );
    // Greater, or the first NaN: once the maximum is NaN, nothing exceeds it. The maximum does not wait for its index.
    const [v, most] = [x.read(value), x.read(top)];
    const better = x.and(x.not(x.le(v, most)), x.eq(most, most));
    last.stmts.push(declare(value), set(value, [], body), set(where, [], x.select(better, position, x.read(where))), {
      kind: 'accumulate',
      fn: 'max',
      tile: top,
      at: [],
      value: v,
    });
  }
}

/** Nested loops over blocks, outermost first; a block's own statements come before the loops inside. */
function wrap(blocks: readonly Block[]): Stmt[] {
  return blocks.reduceRight<Stmt[]>((inner, b) => {
    const a = b.axis as Axis;
    return [loop(a, x.int(0), x.size(a.extent), [...b.stmts, ...inner])];
  }, []);
}

/** The ranges of `argmax` reductions. A `max` over one of them shares its loop. */
function argmaxKeys(values: readonly Expr[], interner: Interner): Set<string> {
  const keys = new Set<string>();
  const seen = new Set<Expr>();
  for (const v of values)
    x.walk(
      v,
      (e) => {
        if (e.kind === 'reduce' && e.fn === 'argmax') keys.add(interner.reductionKey(e));
      },
      seen,
    );
  return keys;
}

/** A reduction in one branch of a select gets loops ahead of the select. Where indices rule the branch out, its loads
 *  must not happen either, as they may be out of bounds. */
export function guardReductions(): (e: Expr) => Expr {
  const within = (arm: Expr, f: (body: Expr) => Expr, done = new Map<Expr, Expr>()): Expr => {
    const seen = done.get(arm);
    if (seen) return seen;
    const out =
      arm.kind === 'reduce'
        ? x.reduce(arm.fn, arm.over, f(within(arm.body, f, done)))
        : x.mapChildren(arm, (c) => within(c, f, done));
    done.set(arm, out);
    return out;
  };
  const reduces = remembered((p, below) => p.kind === 'reduce' || below);
  const loads = remembered((p, below) => p.kind === 'load' || below);
  const guarded = (s: Expr): Expr => {
    if (s.kind !== 'select' || loads(s.cond) || !(reduces(s.then) || reduces(s.otherwise))) return s;
    const nothing = (body: Expr): Expr => x.constant(0, x.dtypeOf(body));
    return x.select(
      s.cond,
      within(s.then, (body) => x.select(s.cond, body, nothing(body))),
      within(s.otherwise, (body) => x.select(s.cond, nothing(body), body)),
    );
  };
  const done = new Map<Expr, Expr>();
  return (e) => (reduces(e) ? x.mapExpr(e, guarded, done) : e);
}
