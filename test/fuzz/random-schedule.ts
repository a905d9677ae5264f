/** Random schedules: directives on loops and buffers of the kernel, with numbers that fit and numbers that do not. */

import { type Buffer, walk } from '../../ir/expr.ts';
import { exprsOf, type Kernel, type Loop, walkStmts } from '../../ir/kernel.ts';
import {
  type Directive,
  type DirectiveName,
  type DirectiveOf,
  directiveNames,
  fieldsOf,
  type Held,
} from '../../ir/schedule.ts';
import { loopsToSum } from '../../passes/schedule/rewrites/block-parts.ts';
import { loopsOf } from '../../passes/schedule/rewrites/legal.ts';
import type { Choices } from '../support/generate.ts';

/** One directive for a kernel as the earlier directives left it. */
export function randomDirective(k: Kernel, c: Choices): Directive {
  const loops: Loop[] = [];
  const loaded: Buffer[] = [];
  walkStmts(k.body, (s) => {
    if (s.kind === 'for') loops.push(s);
    for (const e of exprsOf(s)) walk(e, (p) => void (p.kind === 'load' && loaded.push(p.buffer)));
  });
  const names = [...new Set(loops.map((l) => l.axis.name))];
  const axisOf = (mode: Loop['mode']): string => {
    const of = [...new Set(loops.filter((l) => l.mode === mode).map((l) => l.axis.name))];
    return of.length && !c.chance(20) ? c.of(of) : c.of([...names, 'nowhere']);
  };
  const extent = (axis: string): number => {
    const bound = loops.find((l) => l.axis.name === axis)?.to;
    return bound?.kind === 'const' ? bound.value : 8;
  };
  const side = (): number => c.of([2, 1, 4]);
  /** Random values for fields, the same for all directives. */
  const drawn: { readonly [H in keyof Held]: () => Held[H] } = {
    loop: () => axisOf('serial'),
    loops: () => (c.chance(3) ? loopsOf(k) : [{ axis: axisOf('serial'), extent: 1 + c.below(9) }]),
    buffer: () => (loaded.length && !c.chance(8) ? c.of(loaded).name : 'nothing'),
    count: () => (c.chance(30) ? c.of([0, -2, 1.5]) : c.of([4, 2, 3, 8, 1, 5, 7, 12, 16])),
    sides: () => [side(), side()],
    flag: () => c.chance(3),
    cuts: () => Array.from({ length: 1 + c.below(3) }, () => c.below(12) - 1),
    order: () => [0],
  };
  /** Directives that seldom fit when drawn field by field: these fields are drawn together. */
  const aimed: { readonly [D in DirectiveName]?: () => Partial<DirectiveOf<D>> } = {
    vectorize: () =>
      c.chance(3)
        ? { axis: axisOf('unrolled'), by: c.of([4, 8]) }
        : { axis: axisOf('serial'), by: c.chance(3) ? drawn.count() : c.of([4, 8, 12]) },
    split: () => {
      const axis = axisOf('serial');
      const divisors = [2, 3, 4, 5, 7, 13].filter((d) => extent(axis) % d === 0);
      return { axis, by: divisors.length && !c.chance(4) ? c.of(divisors) : drawn.count() };
    },
    peel: () => {
      const axis = axisOf('serial');
      return { axis, at: Array.from({ length: 1 + c.below(3) }, () => c.below(extent(axis) + 3) - 1) };
    },
    weave: () => ({ axis: axisOf('vectorized'), with: axisOf('unrolled') }),
    block: () => {
      const nests = loops.flatMap((rows) => {
        const cols = rows.body[0];
        const over = cols?.kind === 'for' ? loopsToSum(cols).at(-1) : undefined;
        return cols?.kind === 'for' && over ? [[rows, cols, over].map((l) => l.axis.name)] : [];
      });
      if (nests.length === 0 || c.chance(4)) return { by: side() };
      const [axis, cols, over] = c.of(nests) as [string, string, string];
      return { axis, with: cols, over, by: side() };
    },
    pack: () => {
      if (loaded.length === 0) return {};
      const b = c.of(loaded);
      const rest = b.type.shape.map((_, d) => d);
      const order = b.type.shape.map(() => rest.splice(c.below(rest.length), 1)[0] as number);
      // Occasionally not a valid order.
      return { buffer: b.name, order: c.chance(30) ? order.map(() => 0) : order };
    },
  };
  const name = c.of(directiveNames);
  const aim: Readonly<Record<string, unknown>> = aimed[name]?.() ?? {};
  const fields = fieldsOf(name).map(({ key, holds }) => [key, key in aim ? aim[key] : drawn[holds]()]);
  return { do: name, ...Object.fromEntries(fields) } as Directive;
}

/** Statements of a kernel once copies are written out; lanes count as vectors. */
export function unrolledSize(k: Kernel): number {
  let size = 0;
  walkStmts(k.body, (s, loops) => {
    if (s.kind === 'for') return;
    if (s.kind === 'tile') size += s.tile.shape.reduce((a, b) => a * b, 1) / 4;
    else
      size += loops.reduce((n, l) => {
        if (l.mode === 'serial' || l.mode === 'parallel' || l.to.kind !== 'const' || l.from.kind !== 'const') return n;
        return n * Math.ceil((l.to.value - l.from.value) / (l.mode === 'vectorized' ? 4 : 1));
      }, 1);
  });
  return size;
}
