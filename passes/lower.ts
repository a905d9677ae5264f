/** Lowers groups to kernels: equations become loops, reductions become accumulators in the outermost loop that fixes
 *  their operands, and every root is stored where its index is complete. */

import { elementOf } from '../ir/analysis/equation.ts';
import { kernelKey } from '../ir/analysis/kernel-key.ts';
import { flatPlace } from '../ir/analysis/linear.ts';
import { numbering, upsert } from '../ir/collections.ts';
import type { Loc } from '../ir/diagnostic.ts';
import * as x from '../ir/expr.ts';
import { type Axis, type Buffer, type Expr, Interner, type Tile } from '../ir/expr.ts';
import {
  byName,
  type FusedGraph,
  type Group,
  type Module,
  type Node,
  type Param,
  type Result,
  type Scatter,
  typesOf,
  type Value,
} from '../ir/graph.ts';
import {
  declare,
  exprsOf,
  finish,
  type Kernel,
  type Loop,
  loop,
  mapStmt,
  nest,
  type Stmt,
  set,
  storageOf,
  store,
  walkStmts,
} from '../ir/kernel.ts';
import { namespace } from '../ir/text/print-expr.ts';
import { keywords } from '../ir/text/words.ts';
import { isBatch, isEmpty, type Shape, showType, type TensorType } from '../ir/type.ts';
import { equationOf } from './access.ts';
import { windowLoops } from './lower-windows.ts';
import { expandMath } from './math.ts';
import { gathered, scatterBy } from './scatter.ts';
import { withoutUnread } from './unread.ts';
import type { Following } from './windows.ts';

/** A graph's kernels in launch order, and the buffers that stand for its values. */
export interface Lowered {
  readonly name: string;
  readonly graph: FusedGraph;
  readonly kernels: readonly Kernel[];
  /** Where each result is found after the kernels ran. */
  readonly outputs: ReadonlyMap<Result, Buffer>;
}

/** What the graphs of a module share: the buffers of params, buffers of one name and type, and so whole kernels. */
export class Buffers {
  /** Names of params, which no other buffer takes in any graph. */
  readonly reserved: ReadonlySet<string>;
  readonly #params = new Map<Param, Buffer>();
  readonly #named = new Map<string, Buffer>();
  readonly #kernels = new Map<string, Kernel>();
  readonly #names = namespace();
  readonly #number = numbering<Buffer>();

  constructor({ graphs }: Pick<Module, 'graphs'> = { graphs: [] }) {
    this.reserved = new Set(graphs.flatMap((g) => g.params.map((p) => p.name)));
  }

  of(p: Param): Buffer {
    return upsert(this.#params, p, () => ({ name: p.name, type: p.type }));
  }

  named(purpose: 'output' | 'temp', name: string, type: TensorType): Buffer {
    return upsert(this.#named, `${purpose} ${name}: ${showType(type)}`, () => ({ name, type }));
  }

  /** The kernel that does just what this one does, if an earlier graph has it; else this one, under a name that no other
   *  kernel has. */
  shared(k: Kernel): Kernel {
    const { key, storages } = kernelKey(k);
    return upsert(this.#kernels, `${k.name} ${storages.map((b) => this.#number(b)).join(' ')} ${key}`, () => ({
      ...k,
      name: this.#names.claim(k.name),
    }));
  }
}

/** The kernels of a graph in groups, serial and scalar. */
export function lower(graph: FusedGraph, buffers: Buffers): Lowered {
  const names = new Names();
  for (const name of new Set([...buffers.reserved, ...graph.params.map((p) => p.name)])) names.take(name);
  const stored = new Map<Value, Buffer>();
  for (const p of graph.params) stored.set(p, buffers.of(p));
  const outputs = new Map<Result, Buffer>();

  // In-place updates write to their param; other results, and values between kernels, to buffers of their own.
  for (const r of graph.results) {
    if (r.value.kind === 'param') continue;
    if (r.into && !graph.staged.has(r) && !stored.has(r.value)) stored.set(r.value, buffers.of(r.into));
  }
  const outputNames = new Map(graph.results.flatMap((r) => (r.into ? [] : [[r, names.take(r.name)] as const])));
  const outputOf = (r: Result): Buffer => buffers.named('output', outputNames.get(r) as string, r.value.type);
  for (const r of graph.results)
    if (!r.into && r.value.kind === 'node' && !stored.has(r.value)) stored.set(r.value, outputOf(r));
  for (const g of graph.groups)
    for (const root of g.roots)
      if (!stored.has(root)) stored.set(root, buffers.named('temp', names.take(root.op.name), root.type));

  const kernelNames = new Names();
  // A kernel that overwrites a param is the last to see its old value, so values read params' buffers throughout.
  const kernels = graph.groups.flatMap((g) => {
    if (g.roots.every((r) => isEmpty(r.type))) return [];
    const name = kernelNames.take(kernelName(g, graph));
    return g.form === 'windows'
      ? lowerWindows(name, g, stored, (n) => kernelNames.take(n))
      : [lowerGroup(name, g, stored)];
  });
  const copy = (name: string, from: Buffer, to: Buffer): void => {
    if (isEmpty(to.type)) return;
    kernels.push(copyKernel(kernelNames.take(`copy_${name}`), from, to));
  };
  // Old values of params that some result overwrites are saved before the first of them is.
  const overwritten = new Set(graph.results.flatMap((r) => r.into ?? []));
  for (const r of graph.results) {
    if (r.value.kind !== 'param' || !r.into || r.value === r.into || !overwritten.has(r.value)) continue;
    const saved = buffers.named('temp', names.take(`${r.value.name}.old`), r.value.type);
    copy(saved.name, buffers.of(r.value), saved);
    stored.set(r.value, saved);
  }
  // A result that is a param, or a second name for a value, is a copy of it …
  const named = new Set<Value>();
  for (const r of graph.results) {
    if (r.into) continue;
    const from = stored.get(r.value) as Buffer;
    const direct = r.value.kind === 'node' && !isUpdated(graph, r.value) && !named.has(r.value);
    named.add(r.value);
    outputs.set(r, direct ? from : outputOf(r));
    if (!direct) copy(r.name, from, outputs.get(r) as Buffer);
  }
  // … and updates that could not happen in place come last.
  for (const r of graph.results) {
    if (!r.into) continue;
    outputs.set(r, buffers.of(r.into));
    if (graph.staged.has(r)) copy(r.name, stored.get(r.value) as Buffer, buffers.of(r.into));
  }
  return { name: graph.name, graph, kernels: kernels.map((k) => buffers.shared(k)), outputs };
}

const isUpdated = (graph: FusedGraph, v: Value): boolean =>
  graph.results.some((r) => r.into && r.value === v && !graph.staged.has(r));

/** Gives out names, adding a number where one is taken. */
class Names {
  readonly #count = new Map<string, number>();
  take(name: string): string {
    const n = (this.#count.get(name) ?? 0) + 1;
    this.#count.set(name, n);
    return n === 1 ? name : this.take(`${name}_${n}`);
  }
}

/** What a kernel computes, in its op's names: the long reduction or the last op, and the param that it updates. */
function kernelName(g: Group, graph: FusedGraph): string {
  const updated = graph.results.find((r) => r.into && g.roots.includes(r.value as Node) && r.into.role === 'parameter');
  const members = [...g.members].filter((m) => !m.op.view && m.inputs.length > 0);
  const heavy = members.filter((m) => equationOf(m).trips > 0);
  const words = [...new Set((heavy.length ? heavy : g.roots).map((m) => m.op.name))].slice(0, 3);
  const what = words.join('_') || (g.roots[0] as Node).op.name;
  return updated ? `${what}_${(updated.into as Param).name}` : what;
}

const equation = (n: Node, loads: readonly ((...at: readonly Expr[]) => Expr)[], at: readonly Expr[]): Expr =>
  n.op.compute(byName(n.op.operands, loads), at, n.attrs, typesOf(n.op, n.inputs), n.type);

/** Names for the axes of a result: the batch is n, an image's places y and x. */
function axesOf(shape: Shape): Axis[] {
  const letters =
    shape.length === 4 ? ['o', 'c', 'y', 'x'] : shape.length === 3 ? ['b', 'i', 'j'] : ['i', 'j', 'k', 'l', 'p', 'q'];
  return shape.map((d, k) => x.axis(isBatch(d) ? 'n' : (letters[k] ?? `i${k}`), d));
}

/** One level of the loop nest while it is built. */
interface Block {
  readonly axis: Axis | null;
  readonly stmts: Stmt[];
  /** Accumulators that hold reductions here, by what they reduce. */
  readonly tiles: Map<string, Tile>;
}
const block = (a: Axis | null): Block => ({ axis: a, stmts: [], tiles: new Map() });

function lowerWindows(
  name: string,
  group: Group,
  stored: ReadonlyMap<Value, Buffer>,
  take: (name: string) => string,
): Kernel[] {
  const root = group.roots[0] as Node;
  const operand = root.inputs.findIndex((v) => group.gathered.has(v as Node));
  const following: Following = { operand: operand < 0 ? null : operand };
  const stores = storageIn(group, stored);
  const bufferOf = (v: Value): Buffer => {
    const b = stores(v);
    if (!b) throw new Error(`${root.op.name}: an operand is not stored`);
    return b;
  };
  const followed = following.operand === null ? [] : [root.inputs[following.operand] as Node];
  const locs = [root, ...followed].flatMap((m) => m.loc ?? []);
  const distinct = locs.filter((l, i) => !locs.slice(0, i).some((o) => same(o, l)));
  return windowLoops(root, following, bufferOf, stored.get(root) as Buffer, axesOf).map(({ prefix, body }) =>
    finished(prefix ? take(prefix + name) : name, body, distinct),
  );
}

const finished = (name: string, body: readonly Stmt[], locs: readonly Loc[]): Kernel =>
  finish(name, uniqueNames(withoutUnread(withoutSingleLoops(withoutEmptyLoops(body)))), locs);

/** Loops over nothing do nothing, and what holds only such is not left either. */
const withoutEmptyLoops = (body: readonly Stmt[]): Stmt[] =>
  body.flatMap((s): Stmt[] => {
    if (s.kind !== 'for') return [s];
    const inner = s.axis.extent === 0 ? [] : withoutEmptyLoops(s.body);
    return inner.length > 0 ? [{ ...s, body: inner }] : [];
  });

/** The buffer that holds a value which a group reads, through views of stored ones; null for what it computes. */
function storageIn(group: Group, stored: ReadonlyMap<Value, Buffer>): (v: Value) => Buffer | null {
  const views = new Map<Value, Buffer>();
  const bufferOf = (v: Value): Buffer | null => {
    const computedHere = v.kind === 'node' && group.members.has(v);
    const elsewhere = computedHere ? undefined : stored.get(v);
    if (elsewhere) return elsewhere;
    if (v.kind !== 'node' || !v.op.view) return null;
    const known = views.get(v);
    if (known) return known;
    const base = bufferOf(v.inputs[0] as Value);
    if (!base) return null;
    const view: Buffer = { name: base.name, type: v.type, viewOf: storageOf(base) };
    views.set(v, view);
    return view;
  };
  return bufferOf;
}

function lowerGroup(name: string, group: Group, stored: ReadonlyMap<Value, Buffer>): Kernel {
  const interner = new Interner();
  const space = group.roots.reduce<TensorType>(
    (t, r) => (r.type.shape.length > t.shape.length ? r.type : t),
    (group.roots[0] as Node).type,
  );
  const axes = axesOf(space.shape);
  const index = axes.map(x.ix);
  const locs: Loc[] = [];

  const memo = new Map<string, Expr>();
  const bufferOf = storageIn(group, stored);
  /** A value's element at an index, as an expression over what is stored. */
  const element = (v: Value, at: readonly Expr[]): Expr => {
    const buffer = bufferOf(v);
    if (buffer) return elementOf(buffer, at);
    if (v.kind !== 'node') throw new Error(`param '${v.name}' has no buffer`);
    const key = `${number(v)}[${at.map((e) => interner.id(e)).join(',')}]`;
    let e = memo.get(key);
    if (!e) {
      if (v.loc && !locs.some((l) => same(l, v.loc as Loc))) locs.push(v.loc);
      e = gatheredEquation(v, at) ?? equation(v, v.inputs.map(elements), at);
      memo.set(key, e);
    }
    return e;
  };
  const number = numbering<Value>();
  const elements =
    (v: Value) =>
    (...at: readonly Expr[]): Expr =>
      element(v, at);
  /** The equation over what a gathered operand was spread from. */
  const gatheredEquation = (v: Node, at: readonly Expr[]): Expr | null => {
    const spread = v.inputs.find((i): i is Node => group.gathered.has(i as Node));
    if (!spread) return null;
    const whole: Buffer = { name: spread.op.name, type: spread.type };
    const loads = v.inputs.map((i) =>
      i === spread ? (...index: readonly Expr[]) => x.load(whole, index) : elements(i),
    );
    if (spread.loc && !locs.some((l) => same(l, spread.loc as Loc))) locs.push(spread.loc);
    return gathered(equation(v, loads, at), whole, scatterBy(spread, spread.inputs.map(elements)) as Scatter);
  };

  // What roots share is one expression before and after.
  const guard = guardReductions();
  const expanded = new Map<Expr, Expr>();
  const values = group.roots.map((r) => guard(expandMath(element(r, index.slice(0, r.type.shape.length)), expanded)));
  const wanted = argmaxKeys(values, interner);

  const nest: Block[] = [block(null), ...axes.map(block)];
  const tileNames = new Names();
  const scopes = new Map<string, Map<Expr, Expr>>();

  /** Replaces the reductions of an expression by accumulators, which it places in the nest. */
  const place = (e: Expr, chain: readonly Block[], done: Map<Expr, Expr>): Expr => {
    const seen = done.get(e);
    if (seen) return seen;
    const out = e.kind === 'reduce' ? reduction(e, chain) : x.mapChildren(e, (c) => place(c, chain, done));
    done.set(e, out);
    return out;
  };
  const reduction = (e: Extract<Expr, { kind: 'reduce' }>, chain: readonly Block[]): Expr => {
    const free = x.freeAxes(e);
    let level = chain.length - 1;
    while (level > 0 && !free.has((chain[level] as Block).axis as Axis)) level--;
    const home = chain[level] as Block;
    const over = interner.reductionKey(e);
    const paired = (e.fn === 'max' || e.fn === 'argmax') && wanted.has(over);
    const key = `${paired ? 'argmax' : e.fn}:${over}`;
    const part = (): Tile => home.tiles.get(e.fn === 'argmax' ? `${key}:index` : key) as Tile;
    if (home.tiles.has(key)) return x.read(part());

    const inner = e.over.map(block);
    const within = [...chain.slice(0, level + 1), ...inner];
    const body = place(e.body, within, new Map());
    const last = inner.at(-1) as Block;
    if (paired) argmaxStep(home, last, key, e, body);
    else {
      const fn = e.fn as Exclude<x.ReduceFn, 'argmax'>;
      const dtype = x.dtypeOf(e.body);
      const tile: Tile = {
        name: tileNames.take({ add: 'acc', mul: 'prod', max: 'top', min: 'low' }[fn]),
        dtype,
        shape: [],
      };
      home.tiles.set(key, tile);
      home.stmts.push(declare(tile), set(tile, [], x.identity(fn, dtype)));
      last.stmts.push({ kind: 'accumulate', fn, tile, at: [], value: body });
    }
    home.stmts.push(...wrap(inner));
    return x.read(part());
  };
  /** The greatest so far, and where: both in one pass. */
  const argmaxStep = (
    home: Block,
    last: Block,
    key: string,
    e: Extract<Expr, { kind: 'reduce' }>,
    body: Expr,
  ): void => {
    const dtype = x.dtypeOf(e.body);
    const top: Tile = { name: tileNames.take('top'), dtype, shape: [] };
    const where: Tile = { name: tileNames.take('where'), dtype: 'i32', shape: [] };
    const value: Tile = { name: tileNames.take('v'), dtype, shape: [] };
    home.tiles.set(key, top);
    home.tiles.set(`${key}:index`, where);
    home.stmts.push(declare(top), set(top, [], x.identity('max', dtype)), declare(where), set(where, [], x.int(0)));
    const position = flatPlace(
      e.over.map((a) => a.extent),
      e.over.map(x.ix),
    );
    // Greater, or the first NaN: once a NaN is on top nothing passes it. What is on top does not wait for where it is.
    const [v, most] = [x.read(value), x.read(top)];
    const better = x.and(x.not(x.le(v, most)), x.eq(most, most));
    last.stmts.push(declare(value), set(value, [], body), set(where, [], x.select(better, position, x.read(where))), {
      kind: 'accumulate',
      fn: 'max',
      tile: top,
      at: [],
      value: v,
    });
  };

  // Roots of a level are computed before any of them is stored, as one may update what another still reads.
  const byLevel = new Map<number, { buffer: Buffer; value: Expr }[]>();
  const shared = new Map<Expr, Expr>();
  for (const [i, root] of group.roots.entries()) {
    const level = root.type.shape.length;
    const chain = nest.slice(0, level + 1);
    const scope = scopes.get(String(level)) ?? new Map<Expr, Expr>();
    scopes.set(String(level), scope);
    for (const [e, tile] of shared) scope.set(e, tile);
    const source = values[i] as Expr;
    const value = place(source, chain, scope);
    const at = byLevel.get(level) ?? [];
    byLevel.set(level, at);
    const home = chain[level] as Block;
    if (group.roots.length > 1 && value.kind !== 'tile') {
      const tile: Tile = { name: tileNames.take('result'), dtype: x.dtypeOf(value), shape: [] };
      home.stmts.push(declare(tile), set(tile, [], value));
      shared.set(source, x.read(tile));
      at.push({ buffer: stored.get(root) as Buffer, value: x.read(tile) });
    } else {
      at.push({ buffer: stored.get(root) as Buffer, value });
    }
  }
  for (const [level, stores] of byLevel)
    for (const { buffer, value } of stores)
      (nest[level] as Block).stmts.push(store(buffer, index.slice(0, level), value));

  // A root of lower rank is stored in its own level, ahead of the loops inside.
  const body = [...(nest[0] as Block).stmts, ...wrap(nest.slice(1))];
  return finished(name, body, locs);
}

/** A reduction in an arm of a choice gets loops ahead of the choice. Where indices decide that the arm is not taken, it must
 *  not read either: what it would read may lie outside. */
function guardReductions(): (e: Expr) => Expr {
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
  const reduces = x.remembered((p, below) => p.kind === 'reduce' || below);
  const loads = x.remembered((p, below) => p.kind === 'load' || below);
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

/** Nested loops over blocks, outermost first; a block's own statements come before the loops inside. */
function wrap(blocks: readonly Block[]): Stmt[] {
  return blocks.reduceRight<Stmt[]>((inner, b) => {
    const a = b.axis as Axis;
    return [loop(a, x.int(0), x.size(a.extent), [...b.stmts, ...inner])];
  }, []);
}

/** What both a `max` and an `argmax`, or an `argmax` alone, range over. */
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

const same = (a: Loc, b: Loc): boolean => a.file === b.file && a.line === b.line && a.col === b.col;

/** `to = from`, element by element; with `order`, dimension d of `to` is dimension order[d] of `from`. */
export function copyKernel(
  name: string,
  from: Buffer,
  to: Buffer,
  order: readonly number[] = [...from.type.shape.keys()],
  locs: Kernel['locs'] = [],
): Kernel {
  const axes = axesOf(from.type.shape);
  const at = axes.map(x.ix);
  const inner: Stmt = store(
    to,
    order.map((d) => at[d] as Expr),
    x.load(from, at),
  );
  return finish(name, uniqueNames(withoutSingleLoops(nest(axes, [inner]))), locs);
}

/** Loops that run once are their bodies. Those that carry a value from turn to turn stay, as what they carry would be
 *  written for nobody. */
function withoutSingleLoops(body: readonly Stmt[]): Stmt[] {
  const first = new Map<Axis, Expr>();
  const carries = (stmts: readonly Stmt[]): boolean => {
    const own = new Set<Tile>();
    let found = false;
    walkStmts(stmts, (s) => {
      if (s.kind === 'tile') own.add(s.tile);
      found ||= s.kind === 'set' && !own.has(s.tile);
    });
    return found;
  };
  walkStmts(body, (s) => {
    if (s.kind === 'for' && s.axis.extent === 1 && !carries(s.body)) first.set(s.axis, x.int(0));
  });
  const done = new Map<Expr, Expr>();
  const go = (s: Stmt): Stmt[] => {
    if (s.kind !== 'for') return [mapStmt(s, (e) => (e.kind === 'axis' ? (first.get(e.axis) ?? e) : e), done)];
    const inner = s.body.flatMap(go);
    return first.has(s.axis) ? inner : [{ ...s, body: inner }];
  };
  return body.flatMap(go);
}

/** Gives every view and every loop's axis a name of its own, the one that it prints with, so that a schedule can say which
 *  it means. */
function uniqueNames(body: readonly Stmt[]): Stmt[] {
  const names = namespace(keywords);
  const views = new Set<Buffer>();
  const axes: Axis[] = [];
  const storages = new Set<Buffer>();
  const touch = (b: Buffer): void => void (b.viewOf ? views : storages).add(b);
  const seen = new Set<Expr>();
  walkStmts(body, (s) => {
    for (const e of exprsOf(s)) x.walk(e, (p) => void (p.kind === 'load' && touch(p.buffer)), seen);
    if (s.kind === 'store') touch(s.buffer);
    if (s.kind === 'for') axes.push(s.axis);
    if (s.kind === 'tile') names.claim(s.tile.name);
  });
  for (const b of new Set([...storages, ...[...views].map(storageOf)])) names.claim(b.name);
  const shown = new Map([...views].map((b) => [b, { ...b, name: names.claim(b.name) }] as const));
  const numbers = new Names();
  const renamed = new Map<Axis, Expr>(
    axes.map((a) => [a, x.ix({ ...a, name: names.claim(numbers.take(a.name)) })] as const),
  );
  const onExpr = (e: Expr): Expr => {
    if (e.kind === 'axis') return renamed.get(e.axis) ?? e;
    const view = e.kind === 'load' ? shown.get(e.buffer) : undefined;
    return e.kind === 'load' && view ? x.load(view, e.at) : e;
  };
  const done = new Map<Expr, Expr>();
  const go = (s: Stmt): Stmt => {
    const m = mapStmt(s, onExpr, done);
    if (m.kind === 'store') return { ...m, buffer: shown.get(m.buffer) ?? m.buffer };
    return m.kind === 'for'
      ? { ...m, axis: (renamed.get(m.axis) as { axis: Axis }).axis, body: (s as Loop).body.map(go) }
      : m;
  };
  return body.map(go);
}
