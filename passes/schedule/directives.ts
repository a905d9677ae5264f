/** A schedule is data: printable, storable, searchable. It never changes what a kernel computes, and only `reassociate`
 *  changes the order of a floating-point sum. Each directive is a checked rewrite of a kernel. */

import type { Axis, Buffer, Expr, Tile } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import {
  declare,
  exprsOf,
  finish,
  type Kernel,
  type Loop,
  loop,
  mapStmt,
  type Stmt,
  set,
  walkStmts,
} from '../../ir/kernel.ts';
import type { Dim } from '../../ir/type.ts';

export type Directive =
  /** for i { S }  -->  for i step `by` { unroll i' in by { S } }, with i' moved inwards to every statement of S and the
   *  tiles of S made `by` times as large. What is left over runs as a smaller copy, or as a last copy moved back to end
   *  with the extent, whose overlap computes the same values again (`shift`). */
  | {
      readonly do: 'tile';
      readonly axis: string;
      readonly by: number;
      readonly shift?: boolean;
      readonly fenced?: boolean;
    }
  /** The same with the copies in SIMD lanes. */
  | { readonly do: 'vectorize'; readonly axis: string; readonly by: number; readonly shift?: boolean }
  /** for j { for k { acc += e } }  -->  `by` partial sums over k side by side, added up behind all the loops. */
  | { readonly do: 'reassociate'; readonly axis: string; readonly by: number }
  /** for i { S(i) }  -->  for i in extent/`by` { for i_in in by { S(i·by + i_in) } }, so that i/by and i%by become axes. */
  | { readonly do: 'split'; readonly axis: string; readonly by: number }
  /** for i in 0..e { S }  -->  for i in 0..a { S }; for i in a..b { S }; for i in b..e { S }: what S asks of i is settled. */
  | { readonly do: 'peel'; readonly axis: string; readonly at: readonly number[] }
  /** for i { for j { S } }  -->  for j { for i { S } } */
  | { readonly do: 'interchange'; readonly axis: string }
  /** Reads a copy of a buffer whose dimensions lie in another order, made by a kernel of its own. */
  | { readonly do: 'pack'; readonly buffer: string; readonly order: readonly number[] };
export type Schedule = readonly Directive[];

export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

export const showDirective = (d: Directive): string => {
  const more = [
    'by' in d ? `by ${d.by}` : '',
    'shift' in d && d.shift ? 'shift' : '',
    'fenced' in d && d.fenced ? 'fenced' : '',
  ].filter(Boolean);
  const at = 'at' in d ? [`at ${d.at.join(', ')}`] : 'order' in d ? [`order ${d.order.join(', ')}`] : [];
  return [`${d.do} ${'axis' in d ? d.axis : d.buffer}`, ...more, ...at].join(' ');
};

export const applySchedule = (k: Kernel, s: Schedule): Kernel => s.reduce(applyDirective, k);

function applyDirective(k: Kernel, d: Directive): Kernel {
  if (d.do === 'pack') return packed(k, d.buffer, d.order);
  let found = false;
  const onLoop = (f: (l: Loop) => readonly Stmt[]): Kernel => {
    const go = (body: readonly Stmt[]): Stmt[] =>
      body.flatMap((s) => {
        if (s.kind !== 'for') return [s];
        const inner: Loop = { ...s, body: go(s.body) };
        if (s.axis.name !== d.axis || s.mode !== 'serial') return [inner];
        found = true;
        return f(inner);
      });
    return { ...k, body: go(k.body) };
  };
  const onNest = (f: (nest: readonly Loop[]) => readonly Stmt[]): Kernel => {
    const go = (body: readonly Stmt[]): Stmt[] =>
      body.flatMap((s) => {
        const nest = nestTo(s, d.axis);
        if (nest) {
          found = true;
          return f(nest);
        }
        return s.kind === 'for' ? [{ ...s, body: go(s.body) }] : [s];
      });
    return { ...k, body: go(k.body) };
  };
  const out = ((): Kernel => {
    switch (d.do) {
      case 'tile':
        return onLoop((l) => tiled(l, d.by, 'unrolled', d.shift ?? false, d.fenced ?? false));
      case 'vectorize':
        return onLoop((l) => tiled(l, d.by, 'vectorized', d.shift ?? false, false));
      case 'reassociate':
        return onNest((nest) => reassociated(nest, d.by));
      case 'split':
        return onLoop((l) => split(l, d.by));
      case 'peel':
        return onLoop((l) => peeled(l, d.at));
      case 'interchange':
        return onLoop(interchanged);
      default:
        return d satisfies never;
    }
  })();
  if (!found) throw new ScheduleError(`@${k.name} has no serial loop over ${d.axis}: ${showDirective(d)}`);
  return out;
}

/** A loop's bounds, where it counts by one and starts at a number. */
function boundsOf(l: Loop): { from: number; to: number | Expr } {
  if (l.from.kind !== 'const' || l.step !== 1)
    throw new ScheduleError(`the loop over ${l.axis.name} does not count by 1 from a number`);
  return { from: l.from.value, to: l.to.kind === 'const' ? l.to.value : l.to };
}

function tiled(l: Loop, by: number, mode: 'unrolled' | 'vectorized', shift: boolean, fenced: boolean): Stmt[] {
  // What an earlier split of a symbolic extent left over stays as it is.
  if (l.from.kind !== 'const') return [l];
  const [from, { step }] = [l.from.value, l];
  const copies = (start: Expr, count: number, how: 'unrolled' | 'vectorized' = mode): Stmt[] => {
    const inner = x.axis(`${l.axis.name}_i`, count);
    const index = x.add(start, x.mul(x.ix(inner), x.int(step)));
    return jam(replaceAxis(fresh(l.body), l.axis, index), inner, count, how, fenced);
  };
  if (l.to.kind !== 'const') {
    if (from !== 0 || step !== 1)
      throw new ScheduleError(`the loop over ${l.axis.name} has a symbolic bound and does not count from 0 by 1`);
    const rest = x.imod(l.to, x.int(by));
    const main = x.axis(l.axis.name, l.axis.extent);
    const tail = x.axis(l.axis.name, l.axis.extent);
    const whole = x.sub(l.to, rest);
    return [
      loop(main, x.int(0), whole, copies(x.ix(main), by), { step: by }),
      loop(tail, whole, l.to, replaceAxis(fresh(l.body), l.axis, x.ix(tail))),
    ];
  }
  const to = l.to.value;
  const trips = Math.ceil((to - from) / step);
  const rest = trips % by;
  const whole = from + (trips - rest) * step;
  const out: Stmt[] = [];
  if (trips - rest === by) out.push(...copies(x.int(from), by));
  else if (trips > rest) {
    const main = x.axis(l.axis.name, l.axis.extent);
    out.push(loop(main, x.int(from), x.int(whole), copies(x.ix(main), by), { step: by * step }));
  }
  if (rest > 0) {
    if (shift && trips > by) out.push(...copies(x.int(from + (trips - by) * step), by));
    else {
      // Lanes come in fours: what does not fill them runs as copies.
      const full = mode === 'vectorized' ? rest - (rest % 4) : rest;
      if (full > 0) out.push(...copies(x.int(whole), full));
      if (rest > full) out.push(...copies(x.int(whole + full * step), rest - full, 'unrolled'));
    }
  }
  return out;
}

function split(l: Loop, by: number): Stmt[] {
  const { from, to } = boundsOf(l);
  if (from !== 0 || typeof to !== 'number' || to % by !== 0)
    throw new ScheduleError(`the loop over ${l.axis.name} does not divide into groups of ${by}`);
  const [outer, inner] = [x.axis(l.axis.name, to / by), x.axis(`${l.axis.name}_in`, by)];
  const body = replaceAxis(l.body, l.axis, x.add(x.mul(x.ix(outer), x.int(by)), x.ix(inner)));
  return [loop(outer, x.int(0), x.int(to / by), [loop(inner, x.int(0), x.int(by), body)])];
}

function peeled(l: Loop, at: readonly number[]): Stmt[] {
  const { from, to } = boundsOf(l);
  if (typeof to !== 'number') throw new ScheduleError(`the loop over ${l.axis.name} has no fixed end`);
  const cuts = [from, ...at.filter((c) => c > from && c < to), to];
  return cuts.slice(1).map((end, i) => {
    const part = x.axis(l.axis.name, l.axis.extent);
    return loop(part, x.int(cuts[i] as number), x.int(end), replaceAxis(fresh(l.body), l.axis, x.ix(part)));
  });
}

/** The copy of a buffer that a packed kernel reads: found by the copying kernel under this name. */
export const packedName = (buffer: string, order: readonly number[]): string => `${buffer}.packed_${order.join('')}`;

function packed(k: Kernel, name: string, order: readonly number[]): Kernel {
  const copies = new Map<Buffer, Buffer>();
  const onExpr = (e: Expr): Expr => {
    if (e.kind !== 'load' || e.buffer.name !== name || e.at.length !== order.length) return e;
    let copy = copies.get(e.buffer);
    if (!copy) {
      const shape = order.map((d) => e.buffer.type.shape[d] as Dim);
      copy = { name: packedName(name, order), type: { ...e.buffer.type, shape } };
      copies.set(e.buffer, copy);
    }
    return x.load(
      copy,
      order.map((d) => e.at[d] as Expr),
    );
  };
  const done = new Map<Expr, Expr>();
  const body = k.body.map((s) => mapStmt(s, onExpr, done));
  if (copies.size !== 1)
    throw new ScheduleError(`@${k.name} reads no one buffer ${name} of ${order.length} dimensions`);
  return finish(k.name, body, k.locs);
}

/** Statements without a loop of their own: what copies are made of. */
const isLeaf = (s: Stmt): boolean =>
  s.kind !== 'tile' && (s.kind !== 'for' || s.mode === 'unrolled' || s.mode === 'vectorized');

/** unroll i { S; for k { T } }  -->  unroll i { S }; for k { unroll i { T } }, every tile of S and T once for each i. */
function jam(body: readonly Stmt[], i: Axis, count: number, mode: 'unrolled' | 'vectorized', fenced: boolean): Stmt[] {
  const wider = new Map<Tile, Tile>();
  walkStmts(body, (s) => {
    if (s.kind === 'tile')
      wider.set(s.tile, {
        ...s.tile,
        // Lanes come last, so that a vector's elements lie side by side.
        shape: mode === 'vectorized' ? [...s.tile.shape, count] : [count, ...s.tile.shape],
      });
  });
  const place = (at: readonly Expr[]): readonly Expr[] => (mode === 'vectorized' ? [...at, x.ix(i)] : [x.ix(i), ...at]);
  const onExpr = (e: Expr): Expr => {
    const tile = e.kind === 'tile' ? wider.get(e.tile) : undefined;
    return e.kind === 'tile' && tile ? { ...e, tile, at: place(e.at) } : e;
  };
  const done = new Map<Expr, Expr>();
  const widen = (s: Stmt): Stmt => {
    if (s.kind === 'for') return { ...s, body: s.body.map(widen) };
    const mapped = mapStmt(s, onExpr, done);
    if (mapped.kind === 'tile') return declare(wider.get(mapped.tile) ?? mapped.tile);
    if (mapped.kind === 'store' || mapped.kind === 'for') return mapped;
    const tile = wider.get(mapped.tile);
    return tile ? { ...mapped, tile, at: place(mapped.at) } : mapped;
  };
  const spread = (stmts: readonly Stmt[]): Stmt[] => {
    const out: Stmt[] = [];
    let run: Stmt[] = [];
    const flush = (): void => {
      if (run.length > 0) out.push(loop(i, x.int(0), x.int(count), run, { mode, fenced }));
      run = [];
    };
    for (const s of stmts) {
      if (isLeaf(s)) {
        run.push(s);
        continue;
      }
      if (s.kind === 'tile') {
        // Declarations do nothing, so they need not part a run.
        out.push(s);
        continue;
      }
      flush();
      if (s.kind === 'for') {
        if (exprsOf(s).some((e) => x.freeAxes(e).has(i)))
          throw new ScheduleError(`the bounds of ${s.axis.name} depend on ${i.name}`);
        out.push({ ...s, body: spread(s.body) });
      }
    }
    flush();
    return out;
  };
  return spread(body.map(widen));
}

/** The loops from `s` down to the one over `axis`, if each holds nothing but the next. */
function nestTo(s: Stmt, axis: string): Loop[] | null {
  if (s.kind !== 'for' || s.mode !== 'serial') return null;
  if (s.axis.name === axis) return [s];
  const below = s.body.length === 1 ? nestTo(s.body[0] as Stmt, axis) : null;
  return below && [s, ...below];
}

function reassociated(nest: readonly Loop[], by: number): Stmt[] {
  const l = nest.at(-1) as Loop;
  const [only, ...others] = l.body;
  if (only?.kind !== 'accumulate' || others.length > 0 || only.fn !== 'add')
    throw new ScheduleError(`the loop over ${l.axis.name} does more than add to one accumulator`);
  const { from, to: extent } = boundsOf(l);
  if (from !== 0) throw new ScheduleError(`the loop over ${l.axis.name} does not start at 0`);
  const part: Tile = { name: 'part', dtype: only.tile.dtype, shape: [by] };
  const lane = (): Axis => x.axis(`${l.axis.name}_i`, by);
  const [zero, each, join] = [lane(), lane(), lane()];
  const over = (a: Axis, mode: 'vectorized' | 'unrolled', body: Stmt): Loop =>
    loop(a, x.int(0), x.int(by), [body], { mode });
  const whole = typeof extent === 'number' ? x.int(extent - (extent % by)) : x.sub(extent, x.imod(extent, x.int(by)));
  const main = x.axis(l.axis.name, l.axis.extent);
  const tail = x.axis(l.axis.name, l.axis.extent);
  const value = (at: Expr): Expr => x.substitute(only.value, new Map([[l.axis, at]]));
  const rest: Stmt[] =
    typeof extent === 'number' && extent % by === 0
      ? []
      : [
          loop(tail, whole, l.to, [{ ...only, value: value(x.ix(tail)) }], {
            mode: typeof extent === 'number' ? 'unrolled' : 'serial',
          }),
        ];
  const sums = loop(
    main,
    x.int(0),
    whole,
    [
      over(each, 'vectorized', {
        kind: 'accumulate',
        fn: 'add',
        tile: part,
        at: [x.ix(each)],
        value: value(x.add(x.ix(main), x.ix(each))),
      }),
    ],
    { step: by },
  );
  const inner = typeof extent === 'number' && extent < by ? rest : [sums, ...rest];
  return [
    declare(part),
    over(zero, 'vectorized', set(part, [x.ix(zero)], x.identity('add', part.dtype))),
    ...nest.slice(0, -1).reduceRight<Stmt[]>((body, outer) => [{ ...outer, body }], inner),
    over(join, 'unrolled', { ...only, value: x.read(part, [x.ix(join)]) }),
  ];
}

function interchanged(l: Loop): Stmt[] {
  const [inner, ...others] = l.body;
  if (inner?.kind !== 'for' || others.length > 0)
    throw new ScheduleError(`the loop over ${l.axis.name} holds more than one loop`);
  if (exprsOf(inner).some((e) => x.freeAxes(e).has(l.axis)))
    throw new ScheduleError(`the bounds of ${inner.axis.name} depend on ${l.axis.name}`);
  return [{ ...inner, body: [{ ...l, body: inner.body }] }];
}

const replaceAxis = (body: readonly Stmt[], axis: Axis, by: Expr): Stmt[] => {
  const done = new Map<Expr, Expr>();
  return body.map((s) => mapStmt(s, (e) => (e.kind === 'axis' && e.axis === axis ? by : e), done));
};

/** A copy with axes and tiles of its own, so that no two loops bind one axis and no two places declare one tile. */
function fresh(body: readonly Stmt[]): Stmt[] {
  const axes = new Map<Axis, Axis>();
  const tiles = new Map<Tile, Tile>();
  walkStmts(body, (s) => {
    if (s.kind === 'for') axes.set(s.axis, { ...s.axis });
    if (s.kind === 'tile') tiles.set(s.tile, { ...s.tile });
  });
  const onExpr = (e: Expr): Expr => {
    if (e.kind === 'axis') return axes.has(e.axis) ? x.ix(axes.get(e.axis) as Axis) : e;
    return e.kind === 'tile' && tiles.has(e.tile) ? { ...e, tile: tiles.get(e.tile) as Tile } : e;
  };
  const done = new Map<Expr, Expr>();
  const go = (s: Stmt): Stmt => {
    const m = mapStmt(s, onExpr, done);
    if (m.kind === 'for')
      return { ...m, axis: axes.get(m.axis) as Axis, body: s.kind === 'for' ? s.body.map(go) : m.body };
    if (m.kind === 'store') return m;
    return { ...m, tile: tiles.get(m.tile) ?? m.tile };
  };
  return body.map(go);
}
