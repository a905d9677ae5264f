/** Verifies that code can be emitted: loops that are unrolled or vectorized have constant bounds, tiles fit registers,
 *  and there are enough of these. */

import { plus } from '../analysis/linear.ts';
import { upsert } from '../collections.ts';
import { type Axis, type Expr, freeAxes, type Tile } from '../expr.ts';
import { isTileWrite, type Loop, maxCopies, type Stmt } from '../kernel.ts';
import type { Target } from '../target.ts';
import { showDim } from '../type.ts';
import type { Access } from './dependence.ts';
import { show } from './expr.ts';
import type { Invocations } from './invocations.ts';
import type { Touches } from './order.ts';
import { element, type Position } from './position.ts';

export class Registers {
  readonly #at: Position;
  readonly #invocations: Invocations;
  /** Tiles that lanes write, which are kept as vectors. */
  readonly #laned = new Set<Tile>();

  constructor(at: Position, invocations: Invocations) {
    this.#at = at;
    this.#invocations = invocations;
    this.#findLanes(at.kernel.body, null);
  }

  #findLanes(body: readonly Stmt[], lanes: Axis | null): void {
    for (const s of body) {
      if (s.kind === 'for') this.#findLanes(s.body, s.mode === 'vectorized' ? s.axis : lanes);
      else if (isTileWrite(s)) {
        const last = s.at.at(-1);
        if (lanes && last && freeAxes(last).has(lanes)) this.#laned.add(s.tile);
      }
    }
  }

  /** Unrolled loops need bounds that are constant once outer copies are unrolled. */
  copies(l: Loop): void {
    const known = new Set(this.#at.copied().map((f) => f.loop.axis));
    for (const e of [l.from, l.to]) {
      const f = this.#at.bounds.form(e);
      for (const { of } of f.terms.values())
        if (of.kind === 'size' || [...freeAxes(of)].some((a) => !known.has(a)) || freeAxes(of).size === 0)
          this.#at.complain(
            'loop-constant',
            `the loop over ${l.axis.name} is ${l.mode}, but ${show(e)} is not constant`,
          );
    }
    const [from, to] = [this.#at.bounds.form(l.from), this.#at.bounds.form(l.to)];
    const trips = plus(to, from, -1);
    const around = this.#at.frames
      .filter((f) => known.has(f.loop.axis))
      .map((f) => [plus(f.to, f.from, -1), f.loop] as const);
    const copies = [[trips, l] as const, ...around].reduce(
      (n, [t, { step }]) => n * Math.max(1, Math.ceil(this.#at.bounds.greatest(t) / step)),
      1,
    );
    if (copies > maxCopies)
      this.#at.complain(
        'loop-constant',
        `the loop over ${l.axis.name} writes out ${copies} copies: the most are ${maxCopies}`,
      );
    if (l.mode !== 'vectorized') return;
    if (this.#at.frames.some((f) => f.loop.mode === 'vectorized'))
      this.#at.complain('nested-lanes', `the loop over ${l.axis.name} makes lanes of lanes`);
    if (l.step !== 1) this.#at.complain('lanes', `the loop over ${l.axis.name} is vectorized and steps by ${l.step}`);
    else if (trips.terms.size > 0)
      this.#at.complain('lanes', `the loop over ${l.axis.name} is vectorized, but its trip count is not constant`);
    else if (from.constant !== 0 || to.constant !== l.axis.extent)
      this.#at.complain(
        'lanes',
        `the loop over ${l.axis.name} is vectorized, and not from 0 to ${showDim(l.axis.extent)}`,
      );
  }

  /** A register needs a constant number: indices are known at compile time, and lanes run along vectors. */
  element(tile: Tile, whole: readonly Expr[], written: boolean): void {
    if (tile.memory) return;
    const own = this.#invocations.own(tile, whole, written);
    const at = whole.slice(own);
    const lanes = this.#at.frames.find((f) => f.loop.mode === 'vectorized')?.loop.axis ?? null;
    const copied = new Set(this.#at.copied().map((f) => f.loop.axis));
    let varies = false;
    for (const [d, e] of at.entries()) {
      const f = this.#at.bounds.form(e);
      for (const { of, by } of f.terms.values()) {
        const axes = of.kind === 'axis' ? [of.axis] : [...freeAxes(of)];
        if (axes.length === 0 || axes.some((a) => !copied.has(a)))
          this.#at.complain(
            'tile-register',
            `${element(tile, at)} is a register whose index is not known at compile time`,
          );
        if (!lanes || !axes.includes(lanes)) continue;
        varies = true;
        const others = [...f.terms.values()].filter((t) => t.of !== of);
        const aligned = (this.#at.bounds.range(lanes)?.from.constant ?? 0) + f.constant;
        // Only whole vectors are written; a read may pick lanes from several.
        const whole = by === 1 && aligned % 4 === 0 && others.every((t) => t.by % 4 === 0);
        if (d !== at.length - 1 || of.kind !== 'axis' || (written && !whole))
          this.#at.complain('lanes', `${element(tile, at)}: lanes do not lie along a vector of ${tile.name}`);
      }
    }
    if (varies && !this.#laned.has(tile))
      this.#at.complain('lanes', `${element(tile, at)}: ${tile.name} is not kept in vectors`);
    if (lanes && written && !varies) this.#at.complain('race', `all lanes of ${lanes.name} write ${element(tile, at)}`);
  }

  /** Lanes must add to different elements: an index varies with them. */
  added(a: Access): void {
    const lanes = a.frames.find((f) => f.loop.mode === 'vectorized')?.loop.axis;
    if (!lanes) return;
    const moves = a.at.some((e) => {
      const terms = [...this.#at.bounds.form(e).terms.values()].filter((t) => freeAxes(t.of).has(lanes));
      return terms.length === 1 && terms[0]?.of.kind === 'axis';
    });
    if (!moves) this.#at.complain('race', `lanes of ${lanes.name} may add to the same element of ${a.of.name}`);
  }

  count(target: Target, { tileWrites, depths }: Touches): void {
    this.#at.stmt = null;
    const most = new Map<Loop, Set<Tile>>();
    for (const w of tileWrites) {
      const inner = w.frames.filter((f) => f.loop.mode === 'serial').at(-1);
      const depth = depths.get(w.of as Tile) as number;
      if (inner && w.frames.indexOf(inner) >= depth) upsert(most, inner.loop, () => new Set<Tile>()).add(w.of as Tile);
    }
    for (const [l, tiles] of most) {
      // Accumulators that change once per inner loop may as well be in memory.
      if (l.body.some((s) => s.kind === 'for' && s.mode === 'serial')) continue;
      const count = [...tiles].reduce((sum, t) => {
        if (t.memory) return sum;
        const own = t.shape.slice(this.#invocations.ownDimensions(t));
        const [rows, along] = [own.slice(0, -1).reduce((p, d) => p * d, 1), own.at(-1) ?? 1];
        return sum + rows * (this.#laned.has(t) ? Math.ceil(along / target.lanes) : along);
      }, 0);
      if (count > target.registers)
        this.#at.complain(
          'registers',
          `${count} accumulators in the loop over ${l.axis.name}, and ${target.name} has ${target.registers} registers`,
        );
    }
  }
}
