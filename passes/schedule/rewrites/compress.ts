/** Sums over only the nonzero elements of a factor; gradients after a max pool and a ReLU, for example, are mostly
 *  zero. A separate kernel lists the nonzero steps once, each with the factor and with the offsets in memory that it
 *  leads to, and the sum runs over the list.
 *
 *      for i { acc += b[o, i] · f[i·2 + d[o, i] + k] }
 *      -->  for e in 0..count[o] { acc += values[o, e] · f[places[o, e] + k] }
 *
 *  Each term that is left out is zero times a number. */

import { flatPlace, linear } from '../../../ir/analysis/linear.ts';
import type { Axis, Buffer, Expr, Tile } from '../../../ir/expr.ts';
import * as x from '../../../ir/expr.ts';
import { Interner } from '../../../ir/interner.ts';
import {
  type Accumulate,
  declare,
  finish,
  type Kernel,
  type Loop,
  loop,
  type Stmt,
  set,
  storageOf,
  store,
  walkStmts,
} from '../../../ir/kernel.ts';
import { type Dim, elementsDim, isBatch } from '../../../ir/type.ts';
import { factor } from '../../scatter.ts';
import type { Extents } from '../choose/extents.ts';
import { ScheduleError, unlessRefused } from './legal.ts';
import { boundsOf, endsAtDim, sameLoops } from './loops.ts';

type Load = Extract<Expr, { kind: 'load' }>;

/** An offset that depends on the steps of a sum (`of`), and the buffer that lists it (`to`). */
interface Place {
  readonly to: Buffer;
  readonly of: Expr;
}
interface Compressed {
  readonly sum: readonly Loop[];
  readonly add: Accumulate;
  /** The outer loops whose iterations have lists of their own. */
  readonly rows: readonly Loop[];
  readonly factor: Expr;
  readonly values: Buffer;
  readonly places: readonly Place[];
  readonly count: Buffer;
  /** The term of the sum at a step of the list. */
  at(step: Expr): Expr;
}

/** The kernel that reads the list. */
export function compressed(k: Kernel, buffer: string): Kernel {
  const c = compressible(k, buffer);
  const step = x.axis(c.sum.at(-1)?.axis.name as string, c.values.type.shape.at(-1) as Dim);
  const rows = c.rows.map((l) => x.ix(l.axis));
  const over = loop(step, x.int(0), x.load(c.count, rows), [{ ...c.add, value: c.at(x.ix(step)) }]);
  const go = (s: Stmt): Stmt => (s === c.sum[0] ? over : s.kind === 'for' ? { ...s, body: s.body.map(go) } : s);
  return finish(k.name, k.body.map(go), k.locs);
}

/** The name of the buffer that holds the listed values. */
export const listName = (k: Kernel, buffer: string): string => `${k.name}.${buffer}.values`;

/** The kernel that makes the list. */
export function compressing(name: string, k: Kernel, buffer: string, made: readonly Buffer[]): Kernel {
  const c = compressible(k, buffer);
  const stored = (b: Buffer): Buffer => made.find((m) => m.name === b.name) ?? b;
  const row = c.rows.map((l) => x.ix(l.axis));
  const found: Tile = { name: 'found', dtype: 'i32', shape: [] };
  const at = [...row, x.read(found)];
  const step: Stmt[] = [
    ...c.places.map((p) => store(stored(p.to), at, p.of)),
    store(stored(c.values), at, c.factor),
    {
      kind: 'accumulate',
      fn: 'add',
      tile: found,
      at: [],
      value: x.convert('i32', x.ne(c.factor, x.constant(0, x.dtypeOf(c.factor)))),
    },
  ];
  const list = [
    declare(found),
    set(found, [], x.int(0)),
    ...sameLoops(c.sum, step),
    store(stored(c.count), row, x.read(found)),
  ];
  return finish(name, sameLoops(c.rows, list), k.locs);
}

/** The number of steps from which a list is made, over all its rows. */
export function listedSteps(k: Kernel, buffer: string, extents: Extents): number {
  const { rows, sum } = compressible(k, buffer);
  return [...rows, ...sum].reduce((p, l) => p * extents.of(l), 1);
}

/** The buffers whose listing would move reads of indices out of a sum. */
export function compressibles(k: Kernel): string[] {
  const names = new Set<string>();
  walkStmts(k.body, (s) => {
    if (s.kind === 'accumulate' && s.fn === 'add')
      x.walk(s.value, (p) => void (p.kind === 'load' && p.buffer.type.dtype === 'f32' && names.add(p.buffer.name)));
  });
  return [...names].filter((name) => {
    const places = unlessRefused(() => compressible(k, name))?.places ?? [];
    return places.some((p) => x.some(p.of, (q) => q.kind === 'load'));
  });
}

function compressible(k: Kernel, name: string): Compressed {
  const no = (problem: string): never => {
    throw new ScheduleError(problem);
  };
  const { sum, add, around, factor: by } = sumOf(k, name) ?? no(`no sum has ${name} as a factor`);
  if (by.buffer.type.dtype !== 'f32') no(`${name} is ${by.buffer.type.dtype}, and not f32`);
  const steps = new Set(sum.map((l) => l.axis));
  for (const l of [...around, ...sum]) {
    if (l.mode !== 'serial' || boundsOf(l).from !== 0 || !endsAtDim(l))
      no(`the loop over ${l.axis.name} does not run serially from 0 to a length`);
  }
  const hangsOn = new Set<Axis>(x.freeAxes(by));
  const interner = new Interner();
  const taken = new Map<Load, { readonly place: Expr; readonly rest: Expr }>();
  const look = (e: Expr): void => {
    if (e === by) return;
    if (e.kind === 'load') {
      const parted = partsOf(e, steps, interner);
      if (parted) {
        taken.set(e, parted);
        for (const a of x.freeAxes(parted.place)) hangsOn.add(a);
      }
      return;
    }
    // Zero times a computed value, rather than one that is only read, may be NaN.
    const isProduct = (e.kind === 'binary' && e.fn === 'mul') || (e.kind === 'unary' && e.fn === 'neg');
    if (!isProduct && e.kind !== 'const') no(`${name} is multiplied by a computed value: 0 times it may be NaN`);
    for (const c of x.children(e)) look(c);
  };
  look(add.value);
  if (taken.size === 0) no(`nothing besides ${name} is read along the loops of its sum`);

  const rows = around.filter((l) => hangsOn.has(l.axis));
  const lengths = rows.map((l) => l.axis.extent);
  const own = sum.map((l) => l.axis.extent);
  if ([...lengths, ...own].filter(isBatch).length > 1) no('more than one dimension of the list depends on the batch');
  if ([...taken.keys()].some((l) => elementsDim(l.buffer.type.shape) === null))
    no('what it reads has the batch twice in its shape');
  const list = (what: string, dtype: 'f32' | 'i32', shape: readonly Dim[]): Buffer => ({
    name: `${k.name}.${name}.${what}`,
    type: { dtype, shape },
  });
  const values = list('values', 'f32', [...lengths, elementsDim(own) as Dim]);
  const places: { to: Buffer; of: Expr; key: number }[] = [];
  const read = new Map<Load, (step: Expr) => Expr>();
  const at = (b: Buffer, step: Expr): Expr => x.load(b, [...rows.map((l) => x.ix(l.axis)), step]);
  for (const [l, { place, rest }] of taken) {
    const key = interner.id(place);
    let same = places.find((p) => p.key === key);
    if (!same) {
      const to = list(places.length === 0 ? 'places' : `places_${places.length + 1}`, 'i32', values.type.shape);
      same = { to, of: place, key };
      places.push(same);
    }
    const { to } = same;
    const flat = rowOf(l.buffer);
    read.set(l, (step) => x.load(flat, [x.add(at(to, step), rest)]));
  }
  return {
    sum,
    add,
    rows,
    factor: by,
    values,
    places,
    count: list('count', 'i32', lengths),
    at: (step) =>
      x.replaceParts(
        add.value,
        new Map<Expr, Expr>([[by, at(values, step)], ...[...read].map(([l, f]) => [l, f(step)] as const)]),
      ),
  };
}

/** The only sum that has a buffer as a factor: a perfect loop nest around the addition. */
function sumOf(
  k: Kernel,
  name: string,
): { sum: readonly Loop[]; add: Accumulate; around: readonly Loop[]; factor: Load } | null {
  const found: { sum: readonly Loop[]; add: Accumulate; around: readonly Loop[]; factor: Load }[] = [];
  const declaredAt = new Map<Tile, number>();
  walkStmts(k.body, (s, loops) => {
    if (s.kind === 'tile') declaredAt.set(s.tile, loops.length);
    if (s.kind !== 'accumulate' || s.fn !== 'add' || s.at.length > 0) return;
    const loads: Load[] = [];
    x.walk(s.value, (p) => void (p.kind === 'load' && p.buffer.name === name && loads.push(p)));
    const [only, ...more] = loads;
    const depth = declaredAt.get(s.tile) ?? 0;
    const sum = loops.slice(depth);
    if (!only || more.length > 0 || !factor(s.value, only.buffer) || sum.length === 0) return;
    if (sum.every((l) => l.body.length === 1)) found.push({ sum, add: s, around: loops.slice(0, depth), factor: only });
  });
  return found.length === 1 ? (found[0] as (typeof found)[number]) : null;
}

/** Splits the address of a read into the part that depends on the steps of a sum or on data, and the rest; null without
 *  the first. */
function partsOf(l: Load, steps: ReadonlySet<Axis>, interner: Interner): { place: Expr; rest: Expr } | null {
  const form = linear(flatPlace(l.buffer.type.shape, l.at), new Map(), interner);
  if (!form) throw new ScheduleError(`the index of ${l.buffer.name} is not linear`);
  const tells = (of: Expr): boolean => x.some(of, (p) => p.kind === 'load' || (p.kind === 'axis' && steps.has(p.axis)));
  const terms = [...form.terms.values()];
  if (!terms.some((t) => tells(t.of))) return null;
  const total = (some: typeof terms, start: number): Expr =>
    some.reduce<Expr>((p, { of, by }) => x.add(p, x.mul(of, x.int(by))), x.int(start));
  // The constant goes with the first part, which without it might lie before the buffer.
  return {
    place: total(
      terms.filter((t) => tells(t.of)),
      form.constant,
    ),
    rest: total(
      terms.filter((t) => !tells(t.of)),
      0,
    ),
  };
}

/** A buffer as one row. */
const rowOf = (b: Buffer): Buffer => ({
  name: `${b.name}.flat`,
  type: { ...b.type, shape: [elementsDim(b.type.shape) as Dim] },
  viewOf: storageOf(b),
});
