/** The storage of a kernel's tiles: variables of each invocation or workgroup memory, as numbers or as vectors of four. */

import { type Binding, type Linear, linear } from '../../ir/analysis/linear.ts';
import * as x from '../../ir/expr.ts';
import { type Axis, constantExtent, type Expr, type Tile } from '../../ir/expr.ts';
import { Interner } from '../../ir/interner.ts';
import { exprsOf, isTileWrite, type Kernel, type Loop, walkStmts } from '../../ir/kernel.ts';
import { vectorLanes } from '../../ir/target.ts';
import type { Dim } from '../../ir/type.ts';
import { isOwn } from '../../ir/verify/workgroup.ts';
import { type Arithmetic, wgslType } from './arithmetic.ts';
import type { Body, Val } from './values.ts';

/** The context that tiles need. */
export interface Indices {
  /** The position of an element, given the bindings of axes here. */
  linear(shape: readonly Dim[], at: readonly Expr[]): Linear;
  value(l: Linear): Val;
  /** A unique name. */
  fresh(wish: string): string;
}

/** An element as spelt, or the vector around it. */
interface Element {
  readonly operands: readonly Val[];
  readonly key: string;
  readonly spell: (operands: readonly string[]) => string;
  /** The lane of a vector; null if it is in none. */
  readonly lane: number | Val | null;
}

export class Tiles {
  /** Declarations outside the function. */
  readonly globals: string[] = [];
  readonly #kernel: string;
  readonly #body: Body;
  readonly #math: Arithmetic;
  readonly #indices: Indices;
  readonly #names = new Map<Tile, string>();
  /** For tiles declared around invocations, the number of leading dimensions that identify the invocation. */
  readonly #owned: ReadonlyMap<Tile, number>;
  readonly #vectors: ReadonlySet<Tile>;

  /** `name`: the name of the kernel's function. */
  constructor(name: string, kernel: Kernel, body: Body, math: Arithmetic, indices: Indices) {
    this.#kernel = name;
    this.#body = body;
    this.#math = math;
    this.#indices = indices;
    this.#owned = ownedTiles(kernel);
    this.#vectors = vectorTiles(kernel);
  }

  get declared(): Tile[] {
    return [...this.#names.keys()];
  }
  isVector(tile: Tile): boolean {
    return this.#vectors.has(tile);
  }

  /** The name of a tile in workgroup memory. */
  memory(tile: Tile): string {
    return `${this.#kernel}_${this.#names.get(tile)}`;
  }

  declare(tile: Tile): void {
    const name = this.#indices.fresh(tile.name);
    this.#names.set(tile, name);
    const vectors = this.isVector(tile);
    const type = tile.half ? (vectors ? 'vec4h' : 'f16') : vectors ? 'vec4f' : wgslType(tile.dtype);
    const count = (shape: readonly number[]): number => shape.reduce((p, d) => p * d, 1) / (vectors ? vectorLanes : 1);
    if (tile.memory) {
      this.globals.push(`var<workgroup> ${this.memory(tile)}: array<${type}, ${count(tile.shape)}>;`);
      return;
    }
    const own = tile.shape.slice(this.#owned.get(tile) ?? 0);
    for (let i = 0; i < count(own); i++) this.#body.line([], () => `var ${register(name, own, i)}: ${type}`);
    this.#body.written(tile);
  }

  read(tile: Tile, at: readonly Expr[]): Val {
    const { operands, key, spell, lane } = this.#element(tile, at);
    const b = this.#body;
    if (lane === null) return b.of(wgslType(tile.dtype), `read ${key}`, operands, widened(tile, 'f32', spell), [tile]);
    const vector = b.of('vec4f', `read ${key}`, operands, widened(tile, 'vec4f', spell), [tile]);
    if (typeof lane === 'number') return this.#math.lane(vector, lane);
    return b.of('f32', 'some lane', [vector, lane], ([v, i]) => `${v}[${i}]`);
  }

  /** The vector that the current lanes read; null if they do not read a whole one. */
  readVector(tile: Tile, at: readonly Expr[]): Val | null {
    if (!this.isVector(tile)) return null;
    const offset = this.#indices.linear(tile.shape, at);
    if (offset.lanes !== 1 || offset.constant % vectorLanes !== 0) return null;
    if ([...offset.terms.values()].some((t) => t.by % vectorLanes !== 0)) return null;
    const { operands, key, spell } = this.#element(tile, at);
    return this.#body.of('vec4f', `read ${key}`, operands, widened(tile, 'vec4f', spell), [tile]);
  }

  /** Writes an element, or a vector if the tile is kept in vectors. */
  assign(tile: Tile, at: readonly Expr[], value: Val): void {
    const { operands, spell } = this.#element(tile, at);
    const narrow = tile.half ? (this.isVector(tile) ? 'vec4h' : 'f16') : '';
    this.#body.line([...operands, value], (all) => {
      const to = spell(all.slice(0, -1));
      return narrow ? `${to} = ${narrow}(${all.at(-1)})` : `${to} = ${all.at(-1)}`;
    });
    this.#body.written(tile);
  }

  #element(tile: Tile, at: readonly Expr[]): Element {
    const name = this.#names.get(tile);
    if (name === undefined) throw new Error(`${this.#kernel}: the tile ${tile.name} is used before it is declared`);
    const wide = this.isVector(tile) ? vectorLanes : 1;
    if (tile.memory) {
      const l = this.#indices.linear(tile.shape, at);
      const global = this.memory(tile);
      const rest = { key: `${global}[]`, spell: ([i]: readonly string[]): string => `${global}[${i}]` };
      if (wide === 1) return { ...rest, operands: [this.#indices.value(l)], lane: null };
      if ([...l.terms.values()].every((t) => t.by % wide === 0)) {
        const lane = ((l.constant % wide) + wide) % wide;
        return { ...rest, operands: [this.#indices.value(divided(l, lane, wide))], lane };
      }
      const offset = this.#indices.value(l);
      return { ...rest, operands: [this.#math.over(offset, wide)], lane: this.#math.rest(offset, wide) };
    }
    const owned = this.#owned.get(tile) ?? 0;
    const own = tile.shape.slice(owned);
    const { constant, terms } = this.#indices.linear(own, at.slice(owned));
    if (terms.size > 0) throw new Error(`${this.#kernel}: tile ${tile.name} is indexed by a loop that is not unrolled`);
    const text = register(name, own, Math.floor(constant / wide));
    return { operands: [], key: text, spell: () => text, lane: wide === 1 ? null : constant % wide };
  }
}

type Spell = Element['spell'];
/** Reads of halves, converted to the type of arithmetic. */
const widened = ({ half }: Tile, type: 'f32' | 'vec4f', spell: Spell): Spell =>
  half ? (o) => `${type}(${spell(o)})` : spell;

const register = (name: string, shape: readonly number[], vector: number): string =>
  shape.length === 0 ? name : `${name}_${vector}`;

/** (l - rest) / by, which is an integer. */
const divided = (l: Linear, rest: number, by: number): Linear => ({
  constant: (l.constant - rest) / by,
  terms: new Map([...l.terms].map(([key, t]) => [key, { of: t.of, by: t.by / by }])),
  lanes: 0,
});

/** Register tiles that are declared around invocations and used in them, with the depth of the nest of invocations. */
function ownedTiles(kernel: Kernel): ReadonlyMap<Tile, number> {
  const declared = new Map<Tile, number>();
  const owned = new Map<Tile, number>();
  walkStmts(kernel.body, (s, loops) => {
    if (s.kind === 'tile') declared.set(s.tile, loops.length);
    const touch = (tile: Tile, at: readonly Expr[]): void => {
      const nest = loops.slice(declared.get(tile) ?? 0).filter((l) => l.mode === 'invocations');
      if (!tile.memory && isOwn(tile, at, nest)) owned.set(tile, nest.length);
    };
    if (isTileWrite(s)) touch(s.tile, s.at);
    for (const e of exprsOf(s)) x.walk(e, (p) => void (p.kind === 'tile' && touch(p.tile, p.at)));
  });
  return owned;
}

/** Tiles of f32 that are kept in vectors: only lanes write them, always four neighbours at a multiple of four. A device
 *  that writes one lane may also write its neighbours, which in workgroup memory belong to other invocations. */
function vectorTiles(kernel: Kernel): ReadonlySet<Tile> {
  const [whole, others] = [new Set<Tile>(), new Set<Tile>()];
  const interner = new Interner();
  walkStmts(kernel.body, (s, loops) => {
    if (!isTileWrite(s)) return;
    const inner = loops.at(-1);
    const fits = inner?.mode === 'vectorized' && inner.body.length === 1 && setsVectors(inner, s.tile, s.at, interner);
    (fits ? whole : others).add(s.tile);
  });
  for (const t of others) whole.delete(t);
  return whole;
}

function setsVectors({ axis }: Loop, tile: Tile, at: readonly Expr[], interner: Interner): boolean {
  const count = constantExtent(axis);
  if (tile.dtype !== 'f32' || count % vectorLanes !== 0 || (tile.shape.at(-1) ?? 1) % vectorLanes !== 0) return false;
  const bound = new Map<Axis, Binding>([[axis, { kind: 'lanes', start: 0, count }]]);
  return at.every((e, d) => {
    const offset = linear(e, bound, interner);
    if (!offset || d < at.length - 1) return offset?.lanes === 0;
    return (
      offset.lanes === 1 &&
      [offset.constant, ...[...offset.terms.values()].map((t) => t.by)].every((k) => k % vectorLanes === 0)
    );
  });
}
