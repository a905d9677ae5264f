/** Verifies kernels: every name is bound, every index is in bounds, every tile is set before it is read.
 *  `invocations.ts` verifies loops over invocations, `registers.ts` registers and lanes, and `order.ts` the order of
 *  accesses. */

import { Bounds, type Facts, type Top } from '../analysis/bounds.ts';
import { constant, type Linear, plus } from '../analysis/linear.ts';
import { hasRoom, type List, listsIn } from '../analysis/lists.ts';
import { valueType } from '../dtype.ts';
import { type Buffer, type Expr, leastOf, type Tile, walk } from '../expr.ts';
import {
  exprsOf,
  isWrittenOut,
  type Kernel,
  type Loop,
  maxCopies,
  type Stmt,
  storageOf,
  type Write,
} from '../kernel.ts';
import type { Target } from '../target.ts';
import { byteSize, sameElements, showType } from '../type.ts';
import type { Access, Frame } from './dependence.ts';
import { evaluate, indices, nothing, show, Typing } from './expr.ts';
import { collect, type Problem, type Report } from './index.ts';
import { Invocations } from './invocations.ts';
import { verifyOrder } from './order.ts';
import { element, Position } from './position.ts';
import { Registers } from './registers.ts';
import { TileStates } from './tiles.ts';
import { readsByData, storedValues, valuesIn } from './values.ts';

export interface KernelOptions {
  readonly maxBatch: number;
  /** If given, registers are counted against it. */
  readonly target?: Target;
  /** Numbers n such that a host checks the indices in a buffer to be in 0 … n − 1. Values that kernels store are
   *  inferred. An index that is data without a sufficient bound from either must be under a condition. */
  readonly values?: ReadonlyMap<Buffer, number>;
  /** Serial loops may hand on values through memory, as those of handwritten kernels do. Those from lowering never do. */
  readonly throughMemory?: boolean;
  /** The greatest of these values, where it depends on the batch. */
  readonly tops?: ReadonlyMap<Buffer | Tile, Top>;
}

/** Throws a `VerifyError` that lists every problem; returns warnings. */
export const verifyKernel = (kernel: Kernel, options: KernelOptions): Problem[] => verifyKernels([kernel], options);

/** Verifies several kernels, each once. */
export const verifyKernels = (kernels: Iterable<Kernel>, options: KernelOptions): Problem[] =>
  collect((report) => {
    const typing = new Typing();
    const all = [...new Set(kernels)];
    const known = storedValues(all, options.maxBatch, options.values ?? new Map(), options.tops);
    const lists = new Map(all.flatMap((k) => [...listsIn(k)]));
    for (const k of all)
      new KernelVerifier(k, { ...options, values: known.buffers, tops: known.tops }, lists, report, typing).run(
        options.throughMemory ?? false,
      );
  });

class KernelVerifier {
  readonly #at: Position;
  readonly #target: Target | undefined;
  readonly #bounds: Bounds;
  /** Lists that kernels fill, including this one's. */
  readonly #lists: ReadonlyMap<Buffer, List>;
  readonly #typing: Typing;
  readonly #tiles: TileStates;
  readonly #invocations: Invocations;
  readonly #registers: Registers;
  /** Storages by the kind of access. */
  readonly #stored = new Set<Buffer>();
  readonly #summed = new Set<Buffer>();
  readonly #loaded = new Set<Buffer>();
  readonly #touched = {
    stores: [] as Access[],
    sums: [] as Access[],
    loads: [] as Access[],
    tileWrites: [] as Access[],
    tileReads: [] as Access[],
    depths: new Map<Tile, number>(),
    asleep: new Set<Tile>(),
  };
  readonly #walked = new Set<Expr>();

  constructor(
    kernel: Kernel,
    options: KernelOptions,
    lists: ReadonlyMap<Buffer, List>,
    report: Report,
    typing: Typing,
  ) {
    const { maxBatch, target, values: buffers = new Map(), tops = new Map() } = options;
    this.#target = target;
    this.#lists = lists;
    const known = { buffers, tops };
    this.#bounds = new Bounds(
      maxBatch,
      readsByData(kernel) ? { ...known, ...valuesIn(kernel, maxBatch, known) } : known,
    );
    this.#typing = typing;
    this.#tiles = new TileStates(this.#bounds);
    this.#at = new Position(kernel, this.#bounds, report);
    this.#invocations = new Invocations(this.#at, target, this.#touched.depths);
    this.#registers = new Registers(this.#at, this.#invocations);
  }

  run(throughMemory: boolean): void {
    const { kernel } = this.#at;
    this.#params(kernel);
    this.#body(kernel.body, []);
    this.#accesses(kernel);
    if (this.#at.failed) return;
    const touched = { ...this.#touched, kernel, lists: this.#lists, bounds: this.#bounds, throughMemory };
    verifyOrder(touched, this.#at.complainAt);
    this.#invocations.verify(touched);
    if (this.#target) this.#registers.count(this.#target, touched);
  }

  // ---- params

  #params(kernel: Kernel): void {
    const seen = new Set<Buffer>();
    for (const { buffer } of kernel.params) {
      if (seen.has(buffer)) this.#at.complain('access', `the param ${buffer.name} is listed twice`);
      if (buffer.viewOf) this.#at.complain('view', `the param ${buffer.name} is a view, and not what it is a view of`);
      seen.add(buffer);
    }
  }

  /** Compares the access of params with what the body does. */
  #accesses(kernel: Kernel): void {
    this.#at.stmt = null;
    const listed = new Map(kernel.params.map((p) => [p.buffer, p.access]));
    // Adding to a buffer that the kernel does not set reads the values from before.
    for (const b of this.#summed) if (!this.#stored.has(b)) this.#loaded.add(b);
    for (const b of this.#summed) this.#stored.add(b);
    for (const b of new Set([...this.#loaded, ...this.#stored]))
      if (!listed.has(b)) this.#at.complain('access', `${b.name} is used but is not a param`);
    for (const [b, access] of listed) {
      const does = this.#stored.has(b)
        ? this.#loaded.has(b)
          ? 'inout'
          : 'out'
        : this.#loaded.has(b)
          ? 'in'
          : 'unused';
      if (does !== access)
        this.#at.complain('access', `the param ${b.name} is '${access}', and the body makes it '${does}'`);
    }
  }

  #buffer(b: Buffer): void {
    if (!b.viewOf) return;
    const storage = storageOf(b);
    if (!sameElements(b.type.shape, storage.type.shape) || byteSize(b.type.dtype) !== byteSize(storage.type.dtype))
      this.#at.complain(
        'view',
        `${b.name}: ${showType(b.type)} is not a view of ${storage.name}: ${showType(storage.type)}`,
      );
  }

  // ---- statements

  #body(body: readonly Stmt[], facts: Facts): void {
    const declared: Tile[] = [];
    for (const s of body) {
      this.#at.stmt = s;
      if (s.kind === 'tile') {
        this.#declare(s.tile);
        declared.push(s.tile);
      } else if (s.kind === 'barrier') this.#invocations.barrier();
      else if (s.kind === 'for') this.#loop(s, facts);
      else this.#leaf(s, facts);
      this.#at.order++;
    }
    for (const t of declared) this.#tiles.drop(t);
  }

  #declare(t: Tile): void {
    if (this.#tiles.has(t)) this.#at.complain('tile-scope', `the tile ${t.name} is already declared here`);
    if (t.shape.some((d) => !Number.isInteger(d) || d < 1))
      this.#at.complain('tile-scope', `the tile ${t.name} has shape [${t.shape}]`);
    else if (t.shape.reduce((p, d) => p * d, 1) > maxCopies)
      return this.#at.complain(
        'tile-scope',
        `the tile ${t.name} has more than ${maxCopies} elements, and fits nowhere`,
      );
    if (t.memory && this.#invocations.nest().length > 0)
      this.#at.complain('tile-scope', `the tile ${t.name} is for a workgroup, and declared in one of its invocations`);
    if (t.half && (t.dtype !== 'f32' || !t.memory))
      this.#at.complain('dtype', `the tile ${t.name} is halves, but not f32 in workgroup memory`);
    if (t.half && this.#target?.workgroup && !this.#target.workgroup.halves)
      this.#at.complain('dtype', `the tile ${t.name} is halves, and ${this.#target.name} has none`);
    if (this.#at.frames.some((f) => f.loop.mode === 'vectorized'))
      this.#at.complain('lanes', `the tile ${t.name} is declared in lanes: they share no register`);
    this.#tiles.declare(t);
    this.#touched.depths.set(t, this.#at.frames.length);
  }

  #loop(l: Loop, facts: Facts): void {
    const b = this.#bounds;
    if (!Number.isInteger(l.step) || l.step < 1) {
      this.#at.complain('loop-step', `the loop over ${l.axis.name} steps by ${l.step}, and never ends`);
      return;
    }
    for (const e of [l.from, l.to]) {
      this.#typing.index(e, this.#at.complain);
      this.#expression(e, facts);
    }
    if (b.isBound(l.axis)) {
      this.#at.complain('captured-axis', `the loop binds the axis '${l.axis.name}' that is bound around it`);
      return;
    }
    const [from, to] = [b.form(l.from), b.form(l.to)];
    const extent =
      typeof l.axis.extent === 'number' ? constant(l.axis.extent) : b.form({ kind: 'size', of: l.axis.extent });
    if (!b.isNatural(from, facts) || !b.isNatural(plus(extent, to, -1), facts))
      this.#at.complain('loop-extent', `${l.axis.name} in ${show(l.from)}..${show(l.to)} leaves the axis's extent`);
    if (isWrittenOut(l)) this.#registers.copies(l);
    if (l.mode === 'invocations') this.#invocations.loop(l, from);
    if (l.together) this.#invocations.together(l);
    if (l.mode === 'parallel' && this.#invocations.nest().length > 0)
      this.#at.complain('invocations', `the loop over ${l.axis.name} is for workgroups, but inside one`);

    const range = b.bind(l.axis, from, to, l.step);
    const certain = b.isNatural(plus(plus(to, from, -1), constant(-1)), facts);
    // Computed here, where the axes of its bounds are in scope.
    const once = b.greatest(plus(range.last, range.from, -1), facts) < l.step;
    const frame: Frame = { loop: l, from, to, range, certain, once };
    this.#at.frames.push(frame);
    const left = this.#tiles.enter(frame);
    const runs = this.#ends(l).map((end) => plus(plus(end, from, -1), constant(-1)));
    const never = b.isNatural(plus(from, to, -1)) ? [nothing] : [];
    this.#body(l.body, certain ? facts : [...facts, plus(range.last, range.from, -1), ...runs, ...never]);
    this.#tiles.leave(frame, left);
    this.#at.frames.pop();
    b.unbind(l.axis);
  }

  /** The operands of the minimum at which a loop ends; empty if it is none. */
  #ends({ to }: Loop): Linear[] {
    const all = leastOf(to);
    return all.length > 1 ? all.map((e) => this.#bounds.form(e)) : [];
  }

  #leaf(s: Write, facts: Facts): void {
    for (const e of s.at) this.#typing.index(e, this.#at.complain);
    const value = this.#typing.of(s.value, this.#at.complain);
    for (const e of exprsOf(s)) this.#expression(e, facts);
    const to = s.kind === 'store' ? s.buffer : s.tile;
    const held = s.kind === 'store' ? s.buffer.type.dtype : s.tile.dtype;
    const dtype = valueType(held);
    if (value !== dtype) this.#at.complain('dtype', `${to.name} is ${held}, and the value is ${value}`);
    const shape = s.kind === 'store' ? s.buffer.type.shape : s.tile.shape;
    // The next element of a list is in bounds if the list has room, as no step appends twice.
    const list = s.kind === 'store' ? this.#lists.get(storageOf(s.buffer)) : undefined;
    const known = list?.append === s && hasRoom(list) ? -1 : shape.length;
    indices(to.name, s.at.slice(0, known), shape.slice(0, known), this.#bounds, this.#at.complain, facts);
    if (s.kind === 'store') {
      this.#buffer(s.buffer);
      const access = this.#at.access(s.buffer, s.buffer.type.shape, s.at);
      (s.add ? this.#summed : this.#stored).add(storageOf(s.buffer));
      (s.add ? this.#touched.sums : this.#touched.stores).push(access);
      if (s.add && dtype !== 'f32' && dtype !== 'i32') this.#at.complain('dtype', `added to ${to.name}: ${dtype}`);
      if (s.add) this.#registers.added(access);
      return;
    }
    if (!this.#tiles.has(s.tile))
      return this.#at.complain('tile-scope', `the tile ${s.tile.name} is not declared here`);
    if (s.kind === 'accumulate') {
      if (dtype === 'bool') this.#at.complain('dtype', `${s.fn} into ${to.name}: ${dtype}`);
      this.#mustBeSet(s.tile, s.at, facts);
    }
    this.#registers.element(s.tile, s.at, true);
    this.#touched.tileWrites.push(this.#at.access(s.tile, s.tile.shape, s.at));
    if (s.at.length === s.tile.shape.length) this.#tiles.set(s.tile, s.at, facts);
  }

  #expression(e: Expr, facts: Facts): void {
    this.#typing.of(e, this.#at.complain);
    // A buffer read only in a branch that is never taken is still a param.
    walk(e, (p) => void (p.kind === 'load' && this.#loaded.add(storageOf(p.buffer))), this.#walked);
    const awake = new Set<Tile>();
    evaluate(
      e,
      this.#bounds,
      {
        complain: this.#at.complain,
        load: ({ buffer, at }) => {
          this.#buffer(buffer);
          this.#touched.loads.push(this.#at.access(buffer, buffer.type.shape, at));
        },
        tile: (tile, at, known) => {
          awake.add(tile);
          if (!this.#tiles.has(tile))
            return this.#at.complain('tile-scope', `the tile ${tile.name} is not declared here`);
          indices(tile.name, at, tile.shape, this.#bounds, this.#at.complain, known);
          this.#touched.tileReads.push(this.#at.access(tile, tile.shape, at));
          this.#registers.element(tile, at, false);
          this.#mustBeSet(tile, at, known);
        },
      },
      facts,
    );
    walk(e, (p) => void (p.kind === 'tile' && !awake.has(p.tile) && this.#touched.asleep.add(p.tile)));
  }

  #mustBeSet(tile: Tile, at: readonly Expr[], facts: Facts): void {
    if (at.length === tile.shape.length && !this.#tiles.isSet(tile, at, facts))
      this.#at.complain('tile-unset', `${element(tile, at)} may be read before it is set`);
  }
}
