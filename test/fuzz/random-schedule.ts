/** Schedules at random: directives whose loops and buffers the kernel has, with numbers that fit and numbers that do not. */

import { type Buffer, walk } from '../../ir/expr.ts';
import { exprsOf, type Kernel, type Loop, walkStmts } from '../../ir/kernel.ts';
import type { Directive } from '../../ir/schedule.ts';
import { loopsToSum } from '../../passes/schedule/block-parts.ts';
import { loopsOf } from '../../passes/schedule/legal.ts';
import type { Choices } from '../support/generate.ts';

/** One directive for a kernel as earlier directives left it. */
export function randomDirective(k: Kernel, c: Choices): Directive {
  const loops: Loop[] = [];
  const loaded: Buffer[] = [];
  walkStmts(k.body, (s) => {
    if (s.kind === 'for') loops.push(s);
    for (const e of exprsOf(s)) walk(e, (p) => void (p.kind === 'load' && loaded.push(p.buffer)));
  });
  const names = [...new Set(loops.map((l) => l.axis.name))];
  const axisOf = (mode: (l: Loop) => boolean): string => {
    const of = [...new Set(loops.filter(mode).map((l) => l.axis.name))];
    return of.length && !c.chance(20) ? c.of(of) : c.of([...names, 'nowhere']);
  };
  const serial = (): string => axisOf((l) => l.mode === 'serial');
  const by = (): number => (c.chance(30) ? c.of([0, -2, 1.5]) : c.of([4, 2, 3, 8, 1, 5, 7, 12, 16]));
  const extent = (axis: string): number => {
    const bound = loops.find((l) => l.axis.name === axis)?.to;
    return bound?.kind === 'const' ? bound.value : 8;
  };
  const directives: readonly (() => Directive)[] = [
    () => ({ do: 'tile', axis: serial(), by: by(), shift: c.chance(3), fenced: c.chance(4) }),
    () => ({ do: 'vectorize', axis: serial(), by: c.chance(3) ? by() : c.of([4, 8, 12]), shift: c.chance(3) }),
    () => ({ do: 'vectorize', axis: axisOf((l) => l.mode === 'unrolled'), by: c.of([4, 8]) }),
    () => ({ do: 'reassociate', axis: serial(), by: by() }),
    () => ({ do: 'partial', axis: serial(), by: by(), ...(c.chance(2) ? { compensated: true } : {}) }),
    () => {
      const axis = serial();
      const divisors = [2, 3, 4, 5, 7, 13].filter((d) => extent(axis) % d === 0);
      return { do: 'split', axis, by: divisors.length && !c.chance(4) ? c.of(divisors) : by() };
    },
    () => {
      const axis = serial();
      const cut = (): number => c.below(extent(axis) + 3) - 1;
      return { do: 'peel', axis, at: Array.from({ length: 1 + c.below(3) }, cut) };
    },
    () => ({
      do: 'weave',
      axis: axisOf((l) => l.mode === 'vectorized'),
      with: axisOf((l) => l.mode === 'unrolled'),
    }),
    () => ({ do: c.chance(2) ? 'interchange' : 'parallel', axis: serial() }),
    () => ({ do: 'invoke', axis: serial(), by: by() }),
    () => ({ do: 'share', axis: serial(), by: by(), together: c.chance(3) }),
    () => ({ do: 'flatten', axis: serial() }),
    () => ({ do: 'slice', axis: serial(), by: by() }),
    () => {
      const nests = loops.flatMap((rows) => {
        const cols = rows.body[0];
        const over = cols?.kind === 'for' ? loopsToSum(cols).at(-1) : undefined;
        return cols?.kind === 'for' && over ? [[rows, cols, over].map((l) => l.axis.name)] : [];
      });
      const [axis, cols, over] = nests.length && !c.chance(4) ? c.of(nests) : [serial(), serial(), serial()];
      return {
        do: 'block',
        axis: axis as string,
        with: cols as string,
        over: over as string,
        by: c.of([2, 1, 4]),
        invocations: [c.of([2, 1, 4]), c.of([2, 1, 4])],
        registers: [c.of([2, 1, 4]), c.of([2, 1, 3, 4])],
        half: c.chance(3),
      };
    },
    () => ({ do: 'over', loops: c.chance(3) ? loopsOf(k) : [{ axis: serial(), extent: 1 + c.below(9) }] }),
    () => ({ do: 'compress', buffer: loaded.length && !c.chance(8) ? c.of(loaded).name : 'nothing' }),
    () => {
      if (loaded.length === 0) return { do: 'pack', buffer: 'nothing', order: [0] };
      const b = c.of(loaded);
      const rest = b.type.shape.map((_, d) => d);
      const order = b.type.shape.map(() => rest.splice(c.below(rest.length), 1)[0] as number);
      // No order at all, now and then.
      return { do: 'pack', buffer: b.name, order: c.chance(30) ? order.map(() => 0) : order };
    },
  ];
  return c.of(directives)();
}

/** Statements that a kernel is, once copies are written out; lanes count by the vector. */
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
