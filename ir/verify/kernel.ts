/** Verifies kernels: every name bound, every element in its place, every tile set before it is read, registers and lanes that
 *  code can be written for. In which order things happen is `verify-order`'s. */

import { Bounds, type Facts, type Top } from '../analysis/bounds.ts';
import { constant, type Linear, plus } from '../analysis/linear.ts';
import { hasRoom, type List, listsIn } from '../analysis/lists.ts';
import { upsert } from '../collections.ts';
import { type Axis, type Buffer, type Expr, freeAxes, leastOf, type Tile, walk } from '../expr.ts';
import {
  addsTogether,
  exprsOf,
  type Kernel,
  type Loop,
  maxCopies,
  type Stmt,
  storageOf,
  type Write,
  walkStmts,
} from '../kernel.ts';
import type { Target } from '../target.ts';
import { showStmt } from '../text/print-kernel.ts';
import { byteSize, elements, sameDim, showDim, showType } from '../type.ts';
import { type Access, type Frame, undivided } from './dependence.ts';
import { evaluate, indices, nothing, show, Typing } from './expr.ts';
import { collect, type Problem, type ProblemCode, type Report } from './index.ts';
import { verifyOrder } from './order.ts';
import { TileStates } from './tiles.ts';
import { readsByData, storedValues, valuesIn } from './values.ts';
import { type BarrierAt, isOwn, unordered, workgroupBytes } from './workgroup.ts';

export interface KernelOptions {
  readonly maxBatch: number;
  /** Registers are counted where a target is given. */
  readonly target?: Target;
  /** Buffers that hold indices, and how many values these may take, from 0 on, as a host checks. What kernels themselves
   *  store is followed. An index that is data and of which neither tells enough must stand behind a condition. */
  readonly values?: ReadonlyMap<Buffer, number>;
  /** Whether serial loops may hand on what they store to what comes after, as those of kernels written by hand do. Those that
   *  lowering makes never do. */
  readonly throughMemory?: boolean;
  /** The greatest of these values, where that hangs on the batch. */
  readonly tops?: ReadonlyMap<Buffer | Tile, Top>;
}

/** Throws a `VerifyError` with all problems; returns warnings. */
export const verifyKernel = (kernel: Kernel, options: KernelOptions): Problem[] => verifyKernels([kernel], options);

/** Several kernels, each once. */
export const verifyKernels = (kernels: Iterable<Kernel>, options: KernelOptions): Problem[] =>
  collect((report) => {
    const typing = new Typing();
    const all = [...new Set(kernels)];
    const known = storedValues(all, options.maxBatch, options.values ?? new Map(), options.tops);
    const lists = new Map(all.flatMap((k) => [...listsIn(k)]));
    for (const k of all)
      new KernelVerifier(k, { ...options, values: known.buffers, tops: known.tops }, lists, report, typing).run();
  });

class KernelVerifier {
  readonly #kernel: Kernel;
  readonly #target: Target | undefined;
  readonly #throughMemory: boolean;
  readonly #bounds: Bounds;
  /** Lists that kernels fill, this one's among them. */
  readonly #lists: ReadonlyMap<Buffer, List>;
  readonly #report: Report;
  readonly #typing: Typing;
  readonly #tiles: TileStates;
  readonly #stored = new Set<Buffer>();
  readonly #summed = new Set<Buffer>();
  readonly #loaded = new Set<Buffer>();
  /** Tiles that some branch reads that is never taken. */
  readonly #asleep = new Set<Tile>();
  readonly #frames: Frame[] = [];
  readonly #stores: Access[] = [];
  /** Stores that add to what is there. */
  readonly #sums: Access[] = [];
  readonly #loads: Access[] = [];
  readonly #tileWrites: Access[] = [];
  readonly #tileReads: Access[] = [];
  readonly #barriers: BarrierAt[] = [];
  /** The most invocations that a nest of loops asks for; 0 where there are none. */
  #invocations = 0;
  /** How many loops stand around each tile's declaration. */
  readonly #depths = new Map<Tile, number>();
  readonly #laned = new Set<Tile>();
  readonly #walked = new Set<Expr>();
  #stmt: Stmt | null = null;
  #order = 0;
  #failed = false;

  constructor(
    kernel: Kernel,
    options: KernelOptions,
    lists: ReadonlyMap<Buffer, List>,
    report: Report,
    typing: Typing,
  ) {
    const { maxBatch, target, values: buffers = new Map(), tops = new Map() } = options;
    this.#kernel = kernel;
    this.#target = target;
    this.#throughMemory = options.throughMemory ?? false;
    this.#lists = lists;
    const known = { buffers, tops };
    this.#bounds = new Bounds(
      maxBatch,
      readsByData(kernel) ? { ...known, ...valuesIn(kernel, maxBatch, known) } : known,
    );
    this.#report = report;
    this.#typing = typing;
    this.#tiles = new TileStates(this.#bounds);
  }

  run(): void {
    this.#params();
    this.#findLanes(this.#kernel.body, null);
    this.#body(this.#kernel.body, []);
    this.#accesses();
    if (this.#failed) return;
    verifyOrder(
      {
        kernel: this.#kernel,
        stores: this.#stores,
        sums: this.#sums,
        loads: this.#loads,
        tileWrites: this.#tileWrites,
        tileReads: this.#tileReads,
        depths: this.#depths,
        asleep: this.#asleep,
        lists: this.#lists,
        bounds: this.#bounds,
        throughMemory: this.#throughMemory,
      },
      (a, code, message) => this.#at(a, code, message),
    );
    if (this.#invocations > 0) this.#workgroup();
    if (this.#target) this.#registers(this.#target);
  }

  #complain = (code: ProblemCode, message: string): void => {
    const stmt = this.#stmt ? ` at ${clip(showStmt(this.#stmt).split('\n')[0] as string)}` : '';
    if (code !== 'registers') this.#failed = true;
    const loc = this.#stmt?.place ?? this.#kernel.place ?? this.#kernel.locs[0] ?? null;
    this.#report(code, `kernel @${this.#kernel.name}${stmt}`, message, loc);
  };

  // ---- params

  #params(): void {
    const seen = new Set<Buffer>();
    for (const { buffer } of this.#kernel.params) {
      if (seen.has(buffer)) this.#complain('access', `the param ${buffer.name} is listed twice`);
      if (buffer.viewOf) this.#complain('view', `the param ${buffer.name} is a view, and not what it is a view of`);
      seen.add(buffer);
    }
  }

  /** What the params say against what the body does. */
  #accesses(): void {
    this.#stmt = null;
    const listed = new Map(this.#kernel.params.map((p) => [p.buffer, p.access]));
    // What is added to something that the kernel itself does not set reads what was there before.
    for (const b of this.#summed) if (!this.#stored.has(b)) this.#loaded.add(b);
    for (const b of this.#summed) this.#stored.add(b);
    for (const b of new Set([...this.#loaded, ...this.#stored]))
      if (!listed.has(b)) this.#complain('access', `${b.name} is used and is no param`);
    for (const [b, access] of listed) {
      const does = this.#stored.has(b)
        ? this.#loaded.has(b)
          ? 'inout'
          : 'out'
        : this.#loaded.has(b)
          ? 'in'
          : 'unused';
      if (does !== access)
        this.#complain('access', `the param ${b.name} is '${access}', and the body makes it '${does}'`);
    }
  }

  #buffer(b: Buffer): void {
    if (!b.viewOf) return;
    const storage = storageOf(b);
    if (
      !sameDim(elements(b.type.shape), elements(storage.type.shape)) ||
      byteSize(b.type.dtype) !== byteSize(storage.type.dtype)
    )
      this.#complain('view', `${b.name}: ${showType(b.type)} is no view of ${storage.name}: ${showType(storage.type)}`);
  }

  // ---- statements

  #body(body: readonly Stmt[], facts: Facts): void {
    const declared: Tile[] = [];
    for (const s of body) {
      this.#stmt = s;
      if (s.kind === 'tile') {
        this.#declare(s.tile);
        declared.push(s.tile);
      } else if (s.kind === 'barrier') this.#barrier();
      else if (s.kind === 'for') this.#loop(s, facts);
      else this.#leaf(s, facts);
      this.#order++;
    }
    for (const t of declared) this.#tiles.drop(t);
  }

  #declare(t: Tile): void {
    if (this.#tiles.has(t)) this.#complain('tile-scope', `the tile ${t.name} is declared where it is known already`);
    if (t.shape.some((d) => !Number.isInteger(d) || d < 1))
      this.#complain('tile-scope', `the tile ${t.name} has shape [${t.shape}]`);
    else if (t.shape.reduce((p, d) => p * d, 1) > maxCopies)
      return this.#complain('tile-scope', `the tile ${t.name} has more than ${maxCopies} elements, and fits nowhere`);
    if (t.memory && this.#nest().length > 0)
      this.#complain('tile-scope', `the tile ${t.name} is for a workgroup, and declared in one of its invocations`);
    if (t.half && (t.dtype !== 'f32' || !t.memory))
      this.#complain('dtype', `the tile ${t.name} is halves, and no f32 in the memory of a workgroup`);
    if (t.half && this.#target?.workgroup && !this.#target.workgroup.halves)
      this.#complain('dtype', `the tile ${t.name} is halves, and ${this.#target.name} has none`);
    if (this.#frames.some((f) => f.loop.mode === 'vectorized'))
      this.#complain('lanes', `the tile ${t.name} is declared in lanes: they share no register`);
    this.#tiles.declare(t);
    this.#depths.set(t, this.#frames.length);
  }

  #loop(l: Loop, facts: Facts): void {
    const b = this.#bounds;
    if (!Number.isInteger(l.step) || l.step < 1) {
      this.#complain('loop-step', `the loop over ${l.axis.name} steps by ${l.step}, and never ends`);
      return;
    }
    for (const e of [l.from, l.to]) {
      this.#typing.index(e, this.#complain);
      this.#expression(e, facts);
    }
    if (b.isBound(l.axis)) {
      this.#complain('captured-axis', `the loop binds the axis '${l.axis.name}' that is bound around it`);
      return;
    }
    const [from, to] = [b.form(l.from), b.form(l.to)];
    const extent =
      typeof l.axis.extent === 'number' ? constant(l.axis.extent) : b.form({ kind: 'size', of: l.axis.extent });
    if (!b.isNatural(from, facts) || !b.isNatural(plus(extent, to, -1), facts))
      this.#complain('loop-extent', `${l.axis.name} in ${show(l.from)}..${show(l.to)} leaves the axis's extent`);
    if (l.mode === 'unrolled' || l.mode === 'vectorized') this.#copies(l);
    if (l.mode === 'invocations') this.#invoked(l, from);
    if (l.together) this.#together(l);
    if (l.mode === 'parallel' && this.#nest().length > 0)
      this.#complain('invocations', `the loop over ${l.axis.name} is for workgroups, and stands in one`);

    const range = b.bind(l.axis, from, to, l.step);
    const certain = b.isNatural(plus(plus(to, from, -1), constant(-1)), facts);
    // Asked here, where the axes of its ends are bound.
    const once = b.greatest(plus(range.last, range.from, -1), facts) < l.step;
    const frame: Frame = { loop: l, from, to, range, certain, once };
    this.#frames.push(frame);
    const left = this.#tiles.enter(frame);
    const runs = this.#ends(l).map((end) => plus(plus(end, from, -1), constant(-1)));
    const never = b.isNatural(plus(from, to, -1)) ? [nothing] : [];
    this.#body(l.body, certain ? facts : [...facts, plus(range.last, range.from, -1), ...runs, ...never]);
    this.#tiles.leave(frame, left);
    this.#frames.pop();
    b.unbind(l.axis);
  }

  /** The bounds of which a loop's end is the least, where it is a minimum. */
  #ends({ to }: Loop): Linear[] {
    const all = leastOf(to);
    return all.length > 1 ? all.map((e) => this.#bounds.form(e)) : [];
  }

  // ---- workgroups

  /** The loops over invocations around here, outermost first. */
  #nest(): Frame[] {
    return this.#frames.filter((f) => f.loop.mode === 'invocations');
  }

  #invoked(l: Loop, from: Linear): void {
    const wrong = (problem: string): void => this.#complain('invocations', `the loop over ${l.axis.name} ${problem}`);
    const { extent } = l.axis;
    if (typeof extent !== 'number') return wrong('is for invocations, and how many there are no number tells');
    if (l.step !== 1 || from.constant !== 0 || from.terms.size > 0)
      wrong('is for invocations, and does not count from 0 by 1');
    const nest = this.#nest();
    const around = nest.at(-1)?.loop;
    if (around && (this.#frames.at(-1)?.loop !== around || around.body.length > 1))
      wrong('is for invocations, and parted from the loop over invocations around it');
    const count = nest.reduce((p, f) => p * (f.loop.axis.extent as number), extent);
    this.#invocations = Math.max(this.#invocations, count);
    const most = this.#target?.workgroup?.invocations;
    if (most !== undefined && count > most)
      wrong(`makes ${count} invocations, and a workgroup of ${this.#target?.name} has ${most}`);
  }

  /** What invocations add up together is a tile of theirs, whole, and nothing else reads it. */
  #together(l: Loop): void {
    const wrong = (problem: string): void =>
      this.#complain('invocations', `the loop over ${l.axis.name} is for all invocations together, and ${problem}`);
    const [only, ...others] = l.body;
    const tile = only?.kind === 'accumulate' && only.value.kind === 'tile' ? only.value : null;
    const index = tile?.at[0];
    const own = tile?.at.length === 1 && index?.kind === 'axis' && index.axis === l.axis;
    if (l.mode !== 'serial' || only?.kind !== 'accumulate' || others.length > 0 || !tile?.tile.memory || !own)
      return wrong('does more than add up a tile of the workgroup');
    const whole = l.step === 1 && l.from.kind === 'const' && l.from.value === 0 && l.to.kind === 'const';
    if (!whole || l.to.value !== tile.tile.shape[0]) wrong('does not run over the whole of it');
    if (only.at.length > 0 || only.tile.memory || !addsTogether(only.fn, only.tile.dtype) || tile.tile.half)
      wrong(`no device finds its ${only.fn} so`);
    let reads = 0;
    walkStmts(this.#kernel.body, (s) => {
      for (const e of exprsOf(s)) walk(e, (p) => void (p.kind === 'tile' && p.tile === tile.tile && reads++));
    });
    if (reads > 1) wrong(`${tile.tile.name} is read elsewhere`);
    if (this.#target?.workgroup && !this.#target.workgroup.together) wrong(`${this.#target.name} has no such`);
    this.#barrier();
  }

  #barrier(): void {
    if (this.#frames.some((f) => f.loop.mode === 'invocations'))
      this.#complain('barrier', 'a barrier in one invocation, where others may not come by');
    for (const { loop } of this.#frames)
      for (const e of [loop.from, loop.to])
        walk(e, (p) => {
          if (p.kind === 'load' || p.kind === 'tile')
            this.#complain('barrier', `a barrier in the loop over ${loop.axis.name}, whose bounds are data`);
        });
    this.#barriers.push({ frames: [...this.#frames], order: this.#order });
  }

  /** What invocations share, and in which order they come to it. */
  #workgroup(): void {
    const shared = (a: Access): boolean => (a.of as Tile).memory === 'workgroup';
    const found = unordered(
      {
        writes: [...this.#stores, ...this.#sums, ...this.#tileWrites.filter(shared)],
        reads: [...this.#loads, ...this.#tileReads.filter(shared)],
        barriers: this.#barriers,
      },
      this.#bounds,
    );
    if (found)
      this.#at(
        found.second,
        'barrier',
        `another invocation touches ${found.second.of.name} at ${clip(showStmt(found.first.stmt).split('\n')[0] as string)}${found.around ? `, in the turn of ${found.around.axis.name} before` : ''}, and no barrier stands between`,
      );
    const tiles = [...this.#depths.keys()].filter((t) => t.memory);
    const [bytes, most] = [workgroupBytes(tiles), this.#target?.workgroup?.bytes];
    this.#stmt = null;
    if (most !== undefined && bytes > most)
      this.#complain(
        'invocations',
        `its tiles take ${bytes} bytes, and a workgroup of ${this.#target?.name} has ${most}`,
      );
  }

  /** A tile in registers that is declared around invocations: each has the elements at its own index, or all have the same. */
  #ownRegisters(tile: Tile, at: readonly Expr[], written: boolean): number {
    const around = this.#depths.get(tile) ?? 0;
    const nest = this.#nest().filter((f) => this.#frames.indexOf(f) >= around);
    if (nest.length === 0) {
      if (this.#owned.has(tile))
        this.#complain('invocations', `${element(tile, at)}: ${tile.name} belongs to invocations, and this to none`);
      return 0;
    }
    const own = isOwn(
      tile,
      at,
      nest.map((f) => f.loop),
    );
    if (own) this.#owned.set(tile, nest.length);
    else if (written || this.#owned.has(tile))
      this.#complain(
        'invocations',
        `${element(tile, at)} is not the invocation's own, at its index in each loop around`,
      );
    return own ? nest.length : 0;
  }
  /** Tiles that belong to invocations, with how many of their dimensions tell which. */
  readonly #owned = new Map<Tile, number>();

  /** Copies are written out, so that bounds are numbers once outer copies are. */
  #copies(l: Loop): void {
    const known = new Set(
      this.#frames.filter((f) => f.loop.mode === 'unrolled' || f.loop.mode === 'vectorized').map((f) => f.loop.axis),
    );
    for (const e of [l.from, l.to]) {
      const f = this.#bounds.form(e);
      for (const { of } of f.terms.values())
        if (of.kind === 'size' || [...freeAxes(of)].some((a) => !known.has(a)) || freeAxes(of).size === 0)
          this.#complain('loop-constant', `the loop over ${l.axis.name} is ${l.mode}, and ${show(e)} is no number`);
    }
    const [from, to] = [this.#bounds.form(l.from), this.#bounds.form(l.to)];
    const trips = plus(to, from, -1);
    const around = this.#frames
      .filter((f) => known.has(f.loop.axis))
      .map((f) => [plus(f.to, f.from, -1), f.loop] as const);
    const copies = [[trips, l] as const, ...around].reduce(
      (n, [t, { step }]) => n * Math.max(1, Math.ceil(this.#bounds.greatest(t) / step)),
      1,
    );
    if (copies > maxCopies)
      this.#complain(
        'loop-constant',
        `the loop over ${l.axis.name} writes out ${copies} copies: the most are ${maxCopies}`,
      );
    if (l.mode !== 'vectorized') return;
    if (this.#frames.some((f) => f.loop.mode === 'vectorized'))
      this.#complain('nested-lanes', `the loop over ${l.axis.name} makes lanes of lanes`);
    if (l.step !== 1) this.#complain('lanes', `the loop over ${l.axis.name} is vectorized and steps by ${l.step}`);
    else if (trips.terms.size > 0)
      this.#complain('lanes', `the loop over ${l.axis.name} is vectorized, and how long it is no number tells`);
    else if (from.constant !== 0 || to.constant !== l.axis.extent)
      this.#complain(
        'lanes',
        `the loop over ${l.axis.name} is vectorized, and not from 0 to ${showDim(l.axis.extent)}`,
      );
  }

  #leaf(s: Write, facts: Facts): void {
    for (const e of s.at) this.#typing.index(e, this.#complain);
    const value = this.#typing.of(s.value, this.#complain);
    for (const e of exprsOf(s)) this.#expression(e, facts);
    const to = s.kind === 'store' ? s.buffer : s.tile;
    const dtype = s.kind === 'store' ? s.buffer.type.dtype : s.tile.dtype;
    if (value !== dtype) this.#complain('dtype', `${to.name} is ${dtype}, and the value is ${value}`);
    const shape = s.kind === 'store' ? s.buffer.type.shape : s.tile.shape;
    // The next place of a list is one of those that it has, as no step appends twice.
    const list = s.kind === 'store' ? this.#lists.get(storageOf(s.buffer)) : undefined;
    const known = list?.append === s && hasRoom(list) ? -1 : shape.length;
    indices(to.name, s.at.slice(0, known), shape.slice(0, known), this.#bounds, this.#complain, facts);
    if (s.kind === 'store') {
      this.#buffer(s.buffer);
      const access = this.#access(s.buffer, s.buffer.type.shape, s.at);
      (s.add ? this.#summed : this.#stored).add(storageOf(s.buffer));
      (s.add ? this.#sums : this.#stores).push(access);
      if (s.add && dtype !== 'f32' && dtype !== 'i32') this.#complain('dtype', `added to ${to.name}: ${dtype}`);
      if (s.add) this.#apartInLanes(access);
      return;
    }
    if (!this.#tiles.has(s.tile)) return this.#complain('tile-scope', `the tile ${s.tile.name} is not declared here`);
    if (s.kind === 'accumulate') {
      if (dtype === 'bool') this.#complain('dtype', `${s.fn} into ${to.name}: ${dtype}`);
      this.#mustBeSet(s.tile, s.at, facts);
    }
    this.#register(s.tile, s.at, true);
    this.#tileWrites.push(this.#access(s.tile, s.tile.shape, s.at));
    if (s.at.length === s.tile.shape.length) this.#tiles.set(s.tile, s.at, facts);
  }

  #expression(e: Expr, facts: Facts): void {
    this.#typing.of(e, this.#complain);
    // What stands in a branch that is never taken is a param all the same.
    walk(e, (p) => void (p.kind === 'load' && this.#loaded.add(storageOf(p.buffer))), this.#walked);
    const awake = new Set<Tile>();
    evaluate(
      e,
      this.#bounds,
      {
        complain: this.#complain,
        load: ({ buffer, at }) => {
          this.#buffer(buffer);
          this.#loads.push(this.#access(buffer, buffer.type.shape, at));
        },
        tile: (tile, at, known) => {
          awake.add(tile);
          if (!this.#tiles.has(tile)) return this.#complain('tile-scope', `the tile ${tile.name} is not declared here`);
          indices(tile.name, at, tile.shape, this.#bounds, this.#complain, known);
          this.#tileReads.push(this.#access(tile, tile.shape, at));
          this.#register(tile, at, false);
          this.#mustBeSet(tile, at, known);
        },
      },
      facts,
    );
    walk(e, (p) => void (p.kind === 'tile' && !awake.has(p.tile) && this.#asleep.add(p.tile)));
  }

  #access(of: Buffer | Tile, shape: Access['shape'], at: readonly Expr[]): Access {
    const whole = undivided(shape, at, this.#bounds.interner);
    return { of, ...whole, frames: [...this.#frames], order: this.#order, stmt: this.#stmt as Stmt };
  }

  #mustBeSet(tile: Tile, at: readonly Expr[], facts: Facts): void {
    if (at.length === tile.shape.length && !this.#tiles.isSet(tile, at, facts))
      this.#complain('tile-unset', `${element(tile, at)} may be read before it is set`);
  }

  // ---- tiles as registers

  /** Tiles that lanes write, and so are kept as vectors. */
  #findLanes(body: readonly Stmt[], lanes: Axis | null): void {
    for (const s of body) {
      if (s.kind === 'for') this.#findLanes(s.body, s.mode === 'vectorized' ? s.axis : lanes);
      else if (s.kind === 'set' || s.kind === 'accumulate') {
        const last = s.at.at(-1);
        if (lanes && last && freeAxes(last).has(lanes)) this.#laned.add(s.tile);
      }
    }
  }

  /** A register has a number: indices are known when code is written, and lanes lie along vectors. */
  #register(tile: Tile, whole: readonly Expr[], written: boolean): void {
    if (tile.memory) return;
    const own = this.#ownRegisters(tile, whole, written);
    const at = whole.slice(own);
    const lanes = this.#frames.find((f) => f.loop.mode === 'vectorized')?.loop.axis ?? null;
    const copied = new Set(
      this.#frames.filter((f) => f.loop.mode === 'unrolled' || f.loop.mode === 'vectorized').map((f) => f.loop.axis),
    );
    let varies = false;
    for (const [d, e] of at.entries()) {
      const f = this.#bounds.form(e);
      for (const { of, by } of f.terms.values()) {
        const axes = of.kind === 'axis' ? [of.axis] : [...freeAxes(of)];
        if (axes.length === 0 || axes.some((a) => !copied.has(a)))
          this.#complain('tile-register', `${element(tile, at)} is a register that only running code could tell`);
        if (!lanes || !axes.includes(lanes)) continue;
        varies = true;
        const others = [...f.terms.values()].filter((t) => t.of !== of);
        const aligned = (this.#bounds.range(lanes)?.from.constant ?? 0) + f.constant;
        // Whole vectors are written; what is read may be picked from several.
        const whole = by === 1 && aligned % 4 === 0 && others.every((t) => t.by % 4 === 0);
        if (d !== at.length - 1 || of.kind !== 'axis' || (written && !whole))
          this.#complain('lanes', `${element(tile, at)}: lanes do not lie along a vector of ${tile.name}`);
      }
    }
    if (varies && !this.#laned.has(tile))
      this.#complain('lanes', `${element(tile, at)}: ${tile.name} is not kept in vectors`);
    if (lanes && written && !varies) this.#complain('race', `all lanes of ${lanes.name} write ${element(tile, at)}`);
  }

  #registers(target: Target): void {
    this.#stmt = null;
    const most = new Map<Loop, Set<Tile>>();
    for (const w of this.#tileWrites) {
      const inner = w.frames.filter((f) => f.loop.mode === 'serial').at(-1);
      const depth = this.#depths.get(w.of as Tile) as number;
      if (inner && w.frames.indexOf(inner) >= depth) upsert(most, inner.loop, () => new Set<Tile>()).add(w.of as Tile);
    }
    for (const [l, tiles] of most) {
      // What changes hands once a turn of inner loops may as well lie in memory.
      if (l.body.some((s) => s.kind === 'for' && s.mode === 'serial')) continue;
      const count = [...tiles].reduce((sum, t) => {
        if (t.memory) return sum;
        const own = t.shape.slice(this.#owned.get(t) ?? 0);
        const [rows, along] = [own.slice(0, -1).reduce((p, d) => p * d, 1), own.at(-1) ?? 1];
        return sum + rows * (this.#laned.has(t) ? Math.ceil(along / target.lanes) : along);
      }, 0);
      if (count > target.registers)
        this.#complain(
          'registers',
          `${count} accumulators in the loop over ${l.axis.name}, and ${target.name} has ${target.registers} registers`,
        );
    }
  }

  /** Lanes add to elements of their own: an index moves along with them. */
  #apartInLanes(a: Access): void {
    const lanes = a.frames.find((f) => f.loop.mode === 'vectorized')?.loop.axis;
    if (!lanes) return;
    const moves = a.at.some((e) => {
      const terms = [...this.#bounds.form(e).terms.values()].filter((t) => freeAxes(t.of).has(lanes));
      return terms.length === 1 && terms[0]?.of.kind === 'axis';
    });
    if (!moves) this.#complain('race', `lanes of ${lanes.name} may add to the same element of ${a.of.name}`);
  }

  #at(a: Access, code: ProblemCode, message: string): void {
    this.#stmt = a.stmt;
    this.#complain(code, message);
  }
}

const element = (tile: Tile, at: readonly Expr[]): string =>
  at.length ? `${tile.name}[${at.map(show).join(', ')}]` : tile.name;
const clip = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}…` : text);
