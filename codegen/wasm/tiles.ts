/** Tiles as local variables: one per element, or one vector per four elements where lanes write them. */

import { flatPlace, type Linear } from '../../ir/analysis/linear.ts';
import type { Axis, Expr, Tile } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { isTileWrite, type Kernel, walkStmts } from '../../ir/kernel.ts';
import type { Axes, Lanes } from './axes.ts';
import type { Code, Val, WasmType } from './code.ts';
import { LANES, lanePicks, lanesOf, splat, vectorOf, wasmType } from './instructions.ts';

interface Variables {
  readonly vector: boolean;
  /** The first of consecutive locals. */
  readonly first: number;
}

export class Tiles {
  readonly #code: Code;
  readonly #axes: Axes;
  readonly #tiles = new Map<Tile, Variables>();
  readonly #vectors: ReadonlySet<Tile>;

  constructor(kernel: Kernel, code: Code, axes: Axes) {
    this.#code = code;
    this.#axes = axes;
    this.#vectors = vectorTiles(kernel);
  }

  /** The locals of a tile, created when it is first mentioned. */
  declare(tile: Tile): Variables {
    const known = this.#tiles.get(tile);
    if (known) return known;
    const count = tile.shape.reduce((a, b) => a * b, 1);
    const vector = this.#vectors.has(tile);
    const type: WasmType = vector ? 'v128' : wasmType(tile.dtype);
    const slots = vector ? rowsOf(tile) * vectorsOf(tile) : count;
    let first = 0;
    for (let i = 0; i < slots; i++) {
      const local = this.#code.local(type);
      if (i === 0) first = local;
    }
    const vars: Variables = { vector, first };
    this.#tiles.set(tile, vars);
    return vars;
  }

  /** The local that holds an element of a tile, and its lane there if the tile is made of vectors. With `stride`, one
   *  element per lane, this far apart. */
  #slot(tile: Tile, at: readonly Expr[]): { local: number; lane: number | null; stride: number } {
    const vars: Variables = this.declare(tile);
    const offset = (index: readonly Expr[]): Linear => {
      const l = this.#axes.linear(flatPlace(tile.shape, index));
      if (!l || l.terms.size > 0) throw this.#code.fault(`tile ${tile.name} is indexed by a loop that is not unrolled`);
      return l;
    };
    if (!vars.vector) return { local: vars.first + offset(at).constant, lane: null, stride: 0 };
    const [row, along] = [offset(at.slice(0, -1)).constant, offset(at.slice(-1))];
    const local = vars.first + row * vectorsOf(tile) + Math.floor(along.constant / LANES);
    return { local, lane: along.constant % LANES, stride: along.lanes };
  }

  /** One element, or four where lanes vary the index. */
  read(tile: Tile, at: readonly Expr[]): Val {
    const { local, lane, stride } = this.#slot(tile, at);
    const c = this.#code;
    if (lane === null) return c.ordered('local.get', wasmType(tile.dtype), [], [local]);
    const vector = (k: number): Val => c.ordered('local.get', 'v128', [], [local + k]);
    const one = (element: number): Val =>
      c.pure(
        `${lanesOf(tile.dtype)}.extract_lane`,
        wasmType(tile.dtype),
        [vector(Math.floor(element / LANES))],
        [element % LANES],
      );
    if (stride === 0) return one(lane);
    if (stride === 1 && lane === 0) return vector(0);
    const { count } = this.#axes.lanes as Lanes;
    const elements = Array.from({ length: count }, (_, k) => lane + k * stride);
    if (count === LANES && (elements.at(-1) as number) < 2 * LANES)
      return c.pure('i8x16.shuffle', 'v128', [vector(0), vector(1)], lanePicks(elements));
    const [first, ...rest] = elements.map(one);
    return vectorOf(c, first as Val, rest, tile.dtype);
  }

  /** Sets one element, or four where lanes vary the index. */
  assign(tile: Tile, at: readonly Expr[], v: Val): void {
    const { local, lane, stride } = this.#slot(tile, at);
    if (lane !== null && stride === 0) {
      const whole = this.#code.ordered('local.get', 'v128', [], [local]);
      const next = this.#code.pure(`${lanesOf(tile.dtype)}.replace_lane`, 'v128', [whole, v], [lane]);
      return this.#code.effect('local.set', [next], [local]);
    }
    this.#code.effect('local.set', [lane === null ? v : splat(this.#code, v, tile.dtype)], [local]);
  }
}

/** Tiles whose last index has the axis of a vectorized loop in it: they are kept as vectors. */
function vectorTiles(kernel: Kernel): Set<Tile> {
  const lanes = new Set<Axis>();
  walkStmts(kernel.body, (s) => {
    if (s.kind === 'for' && s.mode === 'vectorized') lanes.add(s.axis);
  });
  const found = new Set<Tile>();
  walkStmts(kernel.body, (s) => {
    if (!isTileWrite(s)) return;
    const last = s.at.at(-1);
    if (last && x.some(last, (p) => p.kind === 'axis' && lanes.has(p.axis))) found.add(s.tile);
  });
  return found;
}

/** Each row of a tile of vectors starts with a new vector. */
const vectorsOf = (t: Tile): number => Math.ceil((t.shape.at(-1) as number) / LANES);
const rowsOf = (t: Tile): number => t.shape.slice(0, -1).reduce((a, b) => a * b, 1);
