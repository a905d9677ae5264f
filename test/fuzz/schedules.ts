/** Random schedules on the kernels of random graphs: a directive is refused, or the kernel after it is sound and gives the
 *  same bits, interpreted and as WebAssembly. Only directives that reorder sums may round differently. */

import type { Module } from '../../ir/graph.ts';
import type { Kernel } from '../../ir/kernel.ts';
import type { Schedule } from '../../ir/schedule.ts';
import { wasm128 } from '../../ir/target.ts';
import { printModule } from '../../ir/text/print-graph.ts';
import { printKernel } from '../../ir/text/print-kernel.ts';
import { showDirective } from '../../ir/text/print-schedule.ts';
import { chooseSchedule } from '../../passes/schedule/choose/index.ts';
import type { Optimizer } from '../../passes/update.ts';
import { Choices, pooledConvolution, randomModel, seeded } from '../support/generate.ts';
import { unscheduled } from '../support/pipeline.ts';
import { faulty, type Kind, unlessByZero } from './kind.ts';
import { randomGraph } from './random-graph.ts';
import { randomDirective, unrolledSize } from './random-schedule.ts';
import type { Tally } from './tally.ts';
import { applied, compare, proved, runnable, type Variant } from './variants.ts';

const mostKernels = 2;
const schedulesPerKernel = 3;
const mostDirectives = 6;
/** The most statements that a kernel may have once its copies are written out. */
const largest = 1500;

const sources: readonly ((c: Choices) => { readonly module: Module; readonly optimizer?: Optimizer })[] = [
  (c) => randomGraph(c),
  (c) => randomModel(c),
  (c) => ({ module: pooledConvolution(c) }),
];

export const schedules: Kind = {
  name: 'schedules',
  doc: 'directives are refused or keep what a kernel computes',
  runs: 100,
  async check(choices, tally) {
    const c = new Choices(choices);
    // A directive is a number, and these come first, so that dropping numbers from the end makes the graph smaller.
    const plans = Array.from({ length: mostKernels }, () => ({
      kernel: c.below(5040),
      schedules: Array.from({ length: schedulesPerKernel }, () => {
        const count = 1 + c.below(mostDirectives);
        return Array.from({ length: mostDirectives }, () => c.below(5040)).slice(0, count);
      }),
    }));
    const { module, optimizer } = c.of(sources)(c);
    const { lowered, original } = await faulty(
      () => ({ module, given: new Map(), n: module.maxBatch }),
      () => printModule(module),
      () => unscheduled(module, optimizer, undefined, () => tally.unproved++),
    );
    const kernels = [...new Set(lowered.flatMap((l) => l.kernels))];
    for (const g of original.graphs) tally.graph(g);
    for (const plan of plans) {
      const k = kernels[plan.kernel % kernels.length];
      if (k) await check(k, plan.schedules, module.maxBatch, tally);
    }
  },
};

async function check(k: Kernel, seeds: readonly (readonly number[])[], maxBatch: number, tally: Tally): Promise<void> {
  tally.kernels++;
  const variants: Variant[] = [{ schedule: [], kernels: [k] }];
  let trying: Schedule = [];
  const shown = (): string => `\n${trying.map(showDirective).join('\n')}\n${printKernel(k)}`;
  await faulty(
    () => null,
    shown,
    async () => {
      for (const directives of seeds) {
        let last: Variant = variants[0] as Variant;
        // Some follow the scheduler's choice, because there are directives that fit nowhere else.
        const chosen = (directives[0] as number) % 2 ? [...chooseSchedule(k, wasm128, maxBatch)] : [];
        for (const seed of directives) {
          const c = seeded(seed);
          const d = (c.below(4) > 0 && chosen.shift()) || randomDirective(last.kernels.at(-1) as Kernel, c);
          trying = [...last.schedule, d];
          const next = applied(k, trying, maxBatch);
          const outcome = next === null ? 'refused' : size(next) > largest ? 'too large' : 'applied';
          tally.directive(d, outcome);
          if (next === null || outcome !== 'applied') continue;
          if (!proved(next, maxBatch)) tally.unproved++;
          last = { schedule: trying, kernels: next };
        }
        if (last.schedule.length > 0) variants.push(last);
      }
      tally.schedules += variants.length - 1;
      const all = await runnable(variants, maxBatch);
      const onto = (v: Variant): void => {
        trying = v.schedule;
      };
      for (const n of new Set([maxBatch, 1])) await unlessByZero(compare(all, n, onto));
    },
  );
}

const size = (kernels: readonly Kernel[]): number => Math.max(...kernels.map(unrolledSize));
