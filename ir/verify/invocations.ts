/** Verifies loops over the invocations of a workgroup: their form, the private data of each invocation, and the
 *  barriers between accesses to shared data. */

import type { Linear } from '../analysis/linear.ts';
import { constantExtent, type Expr, type Tile, walk } from '../expr.ts';
import { addsTogether, exprsOf, type Loop, walkStmts } from '../kernel.ts';
import type { Target } from '../target.ts';
import type { Access, Frame } from './dependence.ts';
import type { Touches } from './order.ts';
import { element, firstLine, type Position } from './position.ts';
import { type BarrierAt, isOwn, unordered, workgroupBytes } from './workgroup.ts';

export class Invocations {
  readonly #at: Position;
  readonly #target: Target | undefined;
  /** The number of loops around each tile's declaration. */
  readonly #depths: ReadonlyMap<Tile, number>;
  readonly #barriers: BarrierAt[] = [];
  /** Tiles that belong to invocations, with the number of leading dimensions that identify the invocation. */
  readonly #owned = new Map<Tile, number>();
  /** The largest number of invocations in a nest of loops; 0 without any. */
  #most = 0;

  constructor(at: Position, target: Target | undefined, depths: ReadonlyMap<Tile, number>) {
    this.#at = at;
    this.#target = target;
    this.#depths = depths;
  }

  /** The loops over invocations around here, outermost first. */
  nest(): Frame[] {
    return this.#at.frames.filter((f) => f.loop.mode === 'invocations');
  }

  loop(l: Loop, from: Linear): void {
    const wrong = (problem: string): void =>
      this.#at.complain('invocations', `the loop over ${l.axis.name} ${problem}`);
    const { extent } = l.axis;
    if (typeof extent !== 'number') return wrong('is for invocations, but its extent is not a number');
    if (l.step !== 1 || from.constant !== 0 || from.terms.size > 0)
      wrong('is for invocations, but does not count from 0 by 1');
    const nest = this.nest();
    const around = nest.at(-1)?.loop;
    if (around && (this.#at.frames.at(-1)?.loop !== around || around.body.length > 1))
      wrong('is for invocations, but not alone in the loop over invocations around it');
    const count = nest.reduce((p, f) => p * constantExtent(f.loop.axis), extent);
    this.#most = Math.max(this.#most, count);
    const most = this.#target?.workgroup?.invocations;
    if (most !== undefined && count > most)
      wrong(`makes ${count} invocations, and a workgroup of ${this.#target?.name} has ${most}`);
  }

  /** Invocations may only reduce together a whole tile of theirs that nothing else reads. */
  together(l: Loop): void {
    const wrong = (problem: string): void =>
      this.#at.complain('invocations', `the loop over ${l.axis.name} is for all invocations together, and ${problem}`);
    const [only, ...others] = l.body;
    const tile = only?.kind === 'accumulate' && only.value.kind === 'tile' ? only.value : null;
    const index = tile?.at[0];
    const own = tile?.at.length === 1 && index?.kind === 'axis' && index.axis === l.axis;
    if (l.mode !== 'serial' || only?.kind !== 'accumulate' || others.length > 0 || !tile?.tile.memory || !own)
      return wrong('does more than add up a tile of the workgroup');
    const whole = l.step === 1 && l.from.kind === 'const' && l.from.value === 0 && l.to.kind === 'const';
    if (!whole || l.to.value !== tile.tile.shape[0]) wrong('does not run over the whole of it');
    if (only.at.length > 0 || only.tile.memory || !addsTogether(only.fn, only.tile.dtype) || tile.tile.half)
      wrong(`no device computes its ${only.fn} like this`);
    let reads = 0;
    walkStmts(this.#at.kernel.body, (s) => {
      for (const e of exprsOf(s)) walk(e, (p) => void (p.kind === 'tile' && p.tile === tile.tile && reads++));
    });
    if (reads > 1) wrong(`${tile.tile.name} is read elsewhere`);
    if (this.#target?.workgroup && !this.#target.workgroup.together)
      wrong(`${this.#target.name} does not support that`);
    this.barrier();
  }

  barrier(): void {
    if (this.#at.frames.some((f) => f.loop.mode === 'invocations'))
      this.#at.complain('barrier', 'a barrier inside a loop over invocations, which others may not reach');
    for (const { loop } of this.#at.frames)
      for (const e of [loop.from, loop.to])
        walk(e, (p) => {
          if (p.kind === 'load' || p.kind === 'tile')
            this.#at.complain('barrier', `a barrier in the loop over ${loop.axis.name}, whose bounds are data`);
        });
    this.#barriers.push({ frames: [...this.#at.frames], order: this.#at.order });
  }

  /** A register tile declared around invocations: each must use the elements at its own index, or all the same ones. */
  own(tile: Tile, at: readonly Expr[], written: boolean): number {
    const around = this.#depths.get(tile) ?? 0;
    const nest = this.nest().filter((f) => this.#at.frames.indexOf(f) >= around);
    if (nest.length === 0) {
      if (this.#owned.has(tile))
        this.#at.complain(
          'invocations',
          `${element(tile, at)}: ${tile.name} belongs to invocations, but this is in none`,
        );
      return 0;
    }
    const own = isOwn(
      tile,
      at,
      nest.map((f) => f.loop),
    );
    if (own) this.#owned.set(tile, nest.length);
    else if (written || this.#owned.has(tile))
      this.#at.complain(
        'invocations',
        `${element(tile, at)} is not the invocation's own, at its index in each loop around`,
      );
    return own ? nest.length : 0;
  }

  /** Checks accesses to shared data, and their order. */
  verify(touched: Touches): void {
    if (this.#most === 0) return;
    const shared = (a: Access): boolean => (a.of as Tile).memory === 'workgroup';
    const found = unordered(
      {
        writes: [...touched.stores, ...touched.sums, ...touched.tileWrites.filter(shared)],
        reads: [...touched.loads, ...touched.tileReads.filter(shared)],
        barriers: this.#barriers,
      },
      this.#at.bounds,
    );
    if (found)
      this.#at.complainAt(
        found.second,
        'barrier',
        `another invocation touches ${found.second.of.name} at ${firstLine(found.first.stmt)}${found.around ? `, in the previous iteration of ${found.around.axis.name}` : ''}, with no barrier between`,
      );
    const tiles = [...this.#depths.keys()].filter((t) => t.memory);
    const [bytes, most] = [workgroupBytes(tiles), this.#target?.workgroup?.bytes];
    this.#at.stmt = null;
    if (most !== undefined && bytes > most)
      this.#at.complain(
        'invocations',
        `its tiles take ${bytes} bytes, and a workgroup of ${this.#target?.name} has ${most}`,
      );
  }

  /** The number of a tile's dimensions that identify the invocation it belongs to. */
  ownDimensions(tile: Tile): number {
    return this.#owned.get(tile) ?? 0;
  }
}
