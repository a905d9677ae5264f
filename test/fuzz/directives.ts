/** Every directive on kernels for which it is legal: it must be accepted, and keep what the kernel computes to the bit, as
 *  all sums are exact. The directives after it are random. */

import type { Kernel } from '../../ir/kernel.ts';
import { type DirectiveName, directiveNames, type Schedule } from '../../ir/schedule.ts';
import { parseText } from '../../ir/text/parse.ts';
import { printKernel } from '../../ir/text/print-kernel.ts';
import { showDirective } from '../../ir/text/print-schedule.ts';
import { loopsOf } from '../../passes/schedule/rewrites/legal.ts';
import { Choices, seeded } from '../support/generate.ts';
import { faulty, type Kind } from './kind.ts';
import { randomDirective, unrolledSize } from './random-schedule.ts';
import type { Tally } from './tally.ts';
import { applied, compare, proved, runnable, type Variant } from './variants.ts';

/** A kernel's text, and directives: the one under test, and those it needs before and after it. */
export interface Legal {
  readonly text: string;
  readonly schedule: Schedule;
}

export const maxBatch = 5;
/** Random directives that follow. */
const mostAfter = 2;
const [smallest, largest] = [1, 2000];
const extent = (c: Choices, least = smallest): number => least + c.below(13);
const factor = (c: Choices): number => c.of([2, 3, 4, 5, 8]);
const lanes = (c: Choices): number => c.of([4, 8, 12]);
const dim = (c: Choices): string => (c.chance(3) ? 'N' : String(extent(c)));

/** y = a·b, with something after it that is not a sum. */
function product(c: Choices, { rows = dim(c), cols = extent(c), steps = extent(c) } = {}): string {
  const after = c.of(['acc', 'acc + 1.0', 'max(acc, 0.0)', 'acc - y[i, j]']);
  return `kernel @k(a: f32[${rows},${steps}], b: f32[${steps},${cols}], y: f32[${rows},${cols}] ${after.includes('y[') ? 'inout' : 'out'}) {
    for i in 0..${rows} { for j in 0..${cols} {
      tile acc: f32[] acc = 0.0
      for k in 0..${steps} { acc += a[i, k] * b[k, j] }
      y[i, j] = ${after}
    } } }`;
}

/** Element by element, with values that may depend on indices. */
function map(c: Choices, cols: number): string {
  const [rows, cut] = [dim(c), c.below(cols + 1)];
  const value = c.of(['x[i, j] * 2.0', `j < ${cut} ? x[i, j] : 1.0`, `x[i, ${cols - 1} - j] + x[i, j]`]);
  return `kernel @k(x: f32[${rows},${cols}], y: f32[${rows},${cols}] out) {
    for i in 0..${rows} { for j in 0..${cols} { y[i, j] = ${value} } } }`;
}

/** Sums over two loops, of which the outer may be the batch. */
function sums(c: Choices): string {
  const [outer, inner, results] = [dim(c), extent(c), extent(c)];
  return `kernel @k(x: f32[${outer},${results},${inner}], y: f32[${results}] out) {
    for i in 0..${results} {
      tile acc: f32[] acc = 0.0
      for r in 0..${outer} { for s in 0..${inner} { acc += x[r, i, s] } }
      y[i] = acc * 0.5
    } }`;
}

/** Windows side by side, with a sum at each position. */
function windows(c: Choices): Legal {
  const [wide, steps, out] = [2 + c.below(2), extent(c), 4 * (1 + c.below(3))];
  const text = `kernel @k(a: f32[${out * wide + steps}], w: f32[${steps}], y: f32[${out}] out) {
    for i in 0..${out} {
      tile top: f32[] top = -inf
      for j in 0..${wide} {
        tile acc: f32[] acc = 0.0
        for k in 0..${steps} { acc += a[i * ${wide} + j + k] * w[k] }
        top max= acc
      }
      y[i] = top
    } }`;
  return {
    text,
    schedule: [
      { do: 'tile', axis: 'j', by: wide },
      { do: 'vectorize', axis: 'i', by: 4 },
      { do: 'weave', axis: 'i_i', with: 'j_i' },
    ],
  };
}

/** Sums with a sparse factor, whose positions are data. */
function sparse(c: Choices): Legal {
  const [rows, steps, out] = [c.chance(2) ? 'N' : String(extent(c)), 1 + c.below(9), extent(c)];
  const text = `kernel @k(at: u8[${rows},${steps}], g: f32[${rows},${steps}], a: f32[${rows},${2 * steps + out}], w: f32[${out}] out) {
    for k in 0..${out} {
      tile acc: f32[] acc = 0.0
      for n in 0..${rows} { for i in 0..${steps} { acc += g[n, i] * a[n, i * 2 + i32(at[n, i]) % 2 + k] } }
      w[k] = acc
    } }`;
  return { text, schedule: [{ do: 'compress', buffer: 'g' }] };
}

/** Loops in which each iteration is a workgroup. */
const grid = (...axes: string[]): Schedule => axes.map((axis) => ({ do: 'parallel', axis }));

/** For each directive, a kernel that it fits. */
const legal: { readonly [D in DirectiveName]: (c: Choices) => Legal } = {
  over: (c) => {
    const text = product(c);
    return { text, schedule: [{ do: 'over', loops: loopsOf(kernelOf(text)) }] };
  },
  tile: (c) => ({
    text: product(c),
    schedule: [{ do: 'tile', axis: c.of(['i', 'j', 'k']), by: factor(c), fenced: c.chance(3) }],
  }),
  vectorize: (c) => {
    const by = lanes(c);
    if (c.chance(3))
      return {
        text: product(c, { cols: by * 2 }),
        schedule: [
          { do: 'tile', axis: 'j', by },
          { do: 'vectorize', axis: 'j_i', by: 4 },
        ],
      };
    const cols = extent(c, by);
    return c.chance(2)
      ? { text: map(c, cols), schedule: [{ do: 'vectorize', axis: 'j', by, shift: true }] }
      : { text: product(c, { cols }), schedule: [{ do: 'vectorize', axis: 'j', by }] };
  },
  reassociate: (c) => {
    const by = lanes(c);
    return c.chance(2)
      ? { text: product(c), schedule: [{ do: 'reassociate', axis: 'k', by }] }
      : { text: sums(c), schedule: [{ do: 'reassociate', axis: 's', by }] };
  },
  partial: (c) => {
    const by = factor(c);
    const compensated = c.chance(2) ? { compensated: true } : {};
    return {
      text: product(c, { steps: extent(c, by + 1) }),
      schedule: [{ do: 'partial', axis: 'k', by, ...compensated }],
    };
  },
  split: (c) => {
    const by = factor(c);
    return { text: map(c, by * (1 + c.below(5))), schedule: [{ do: 'split', axis: 'j', by }] };
  },
  peel: (c) => {
    const cols = extent(c);
    const cuts = [...new Set([c.below(cols + 2), c.below(cols + 2)])].sort((p, q) => p - q);
    return { text: map(c, cols), schedule: [{ do: 'peel', axis: 'j', at: cuts }] };
  },
  interchange: (c) => ({ text: map(c, extent(c)), schedule: [{ do: 'interchange', axis: 'i' }] }),
  weave: windows,
  parallel: (c) => ({ text: product(c), schedule: [{ do: 'parallel', axis: 'i' }] }),
  invoke: (c) => {
    const by = factor(c);
    const cols = extent(c, by + 1);
    const text = c.chance(2) ? product(c, { cols }) : map(c, cols);
    return { text, schedule: [{ do: 'invoke', axis: 'j', by }, ...grid('i', 'j')] };
  },
  flatten: (c) =>
    c.chance(2)
      ? { text: sums(c), schedule: [{ do: 'flatten', axis: 'r' }] }
      : { text: map(c, extent(c)), schedule: [{ do: 'flatten', axis: 'i' }] },
  slice: (c) => {
    const by = factor(c);
    return c.chance(2)
      ? { text: product(c), schedule: [{ do: 'slice', axis: 'k', by }] }
      : {
          text: sums(c),
          schedule: [
            { do: 'flatten', axis: 'r' },
            { do: 'slice', axis: 'r', by },
          ],
        };
  },
  share: (c) => {
    const share = { do: 'share', by: factor(c), together: c.chance(3) } as const;
    return c.chance(2)
      ? { text: product(c), schedule: [{ ...share, axis: 'k' }, ...grid('i', 'j')] }
      : { text: sums(c), schedule: [{ do: 'flatten', axis: 'r' }, { ...share, axis: 'r' }, ...grid('i')] };
  },
  block: (c) => {
    const side = (): number => c.of([1, 2, 4]);
    const invocations = [side(), side()] as const;
    // Every invocation loads part of a tile.
    const by = Math.min(side(), invocations[0] * invocations[1]);
    const sizes = { by, invocations, registers: [side(), side()] as const, half: c.chance(4) };
    return {
      text: product(c, { rows: dim(c), cols: extent(c, 2), steps: extent(c, 2) }),
      schedule: [{ do: 'block', axis: 'i', with: 'j', over: 'k', ...sizes }, ...grid('i', 'j')],
    };
  },
  compress: sparse,
  pack: (c) => ({ text: product(c), schedule: [{ do: 'pack', buffer: c.of(['a', 'b']), order: [1, 0] }] }),
};

/** A kernel, and directives that fit it. */
export const anyLegal = (c: Choices): Legal => legal[c.of(directiveNames)](c);

export const kernelOf = (text: string): Kernel =>
  parseText(`tapeout ir 1\nbatch (N <= ${maxBatch})\n${text}`, 'legal.tir').kernels[0] as Kernel;

export const directives: Kind = {
  name: 'directives',
  doc: 'every directive is accepted where it is legal, and keeps what the kernel computes',
  runs: 36,
  async check(choices, tally) {
    const c = new Choices(choices);
    // Several of one kind in a case, because a program is emitted for each kernel.
    const own = Array.from({ length: 4 }, () => seeded(c.below(5040)));
    for (const o of own) await checkLegal(legal[c.of(directiveNames)](o), o, tally);
  },
};

/** Applies the directives, and some random ones after them. */
export async function checkLegal({ text, schedule }: Legal, c: Choices, tally: Tally): Promise<void> {
  const k = kernelOf(text);
  let trying: Schedule = schedule;
  tally.kernels++;
  await faulty(
    () => null,
    () => `\n${trying.map(showDirective).join('\n')}\n${printKernel(k)}`,
    async () => {
      const made = applied(k, schedule, maxBatch);
      if (!made) throw new Error('a directive is refused where it is legal');
      for (const d of schedule) tally.directive(d, 'applied');
      if (!proved(made, maxBatch)) tally.unproved++;
      let last: Variant = { schedule, kernels: made };
      const variants: Variant[] = [{ schedule: [], kernels: [k] }, last];
      for (let i = c.below(mostAfter + 1); i > 0; i--) {
        const d = randomDirective(last.kernels.at(-1) as Kernel, c);
        trying = [...last.schedule, d];
        const next = applied(k, trying, maxBatch);
        const small = next !== null && Math.max(...next.map(unrolledSize)) <= largest;
        tally.directive(d, next === null ? 'refused' : small ? 'applied' : 'too large');
        if (!next || !small) continue;
        if (!proved(next, maxBatch)) tally.unproved++;
        last = { schedule: trying, kernels: next };
      }
      if (variants[1] !== last) variants.push(last);
      tally.schedules += variants.length - 1;
      const all = await runnable(variants, maxBatch);
      const onto = (v: Variant): void => {
        trying = v.schedule;
      };
      for (const n of new Set([maxBatch, 1])) await compare(all, n, onto, { exact: true });
    },
  );
}
