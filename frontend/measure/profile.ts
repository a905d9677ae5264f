/** What each kernel of a step does and how long it takes. */

import type { Loc } from '../../ir/diagnostic.ts';
import type { Kernel } from '../../ir/kernel.ts';
import type { Entry } from '../../ir/program.ts';
import { workOf } from '../../ir/work.ts';
import type { Compiled } from '../compile.ts';
import { median } from './clock.ts';
import { measurePeak, type Peak } from './peak.ts';
import { sampler } from './sampler.ts';

export interface KernelProfile {
  readonly name: string;
  /** Milliseconds, the median of the steps. */
  readonly ms: number;
  /** Of the sum of all kernels, 0 to 1. */
  readonly share: number;
  /** Float operations. */
  readonly operations: number;
  /** Bytes read and written, each once. */
  readonly bytes: number;
  /** 10^9 float operations a second, and what that is of the peak, 0 to 1. */
  readonly gflops: number;
  readonly ofPeak: number;
  /** The user's lines that the kernel computes. */
  readonly locs: readonly Loc[];
}

/** A launch of a timed step. Times in ms, from the start of the first step on. */
export interface Event {
  readonly name: string;
  readonly step: number;
  readonly start: number;
  readonly ms: number;
}

export interface Profile {
  readonly entry: string;
  readonly batch: number;
  readonly steps: number;
  /** In launch order. */
  readonly kernels: readonly KernelProfile[];
  /** The sum of the kernels' times, and the median of the same step in one call, in ms. */
  readonly sum: number;
  readonly step: number;
  readonly peak: Peak;
  readonly events: readonly Event[];
}

export interface ProfileOptions {
  readonly batch: number;
  /** Steps to time; as many as fit in two seconds, from 5 to 1000, unless told. */
  readonly steps?: number | undefined;
}

const [budget, least, most] = [2000, 5, 1000];
/** Steps before the first that counts, and ms after which there are enough of them. */
const [warmSteps, warmTime] = [10, 500];
/** Steps that a trace holds. */
const traced = 20;

export function profile(compiled: Compiled, entry: Entry, { batch, steps }: ProfileOptions): Profile {
  const peak = measurePeak();
  const s = sampler(compiled, entry, batch);
  const warming = performance.now();
  for (let i = 0; i < warmSteps && performance.now() - warming < warmTime; i++) s.step();

  const times: number[][] = entry.launches.map(() => []);
  const whole: number[] = [];
  const events: Event[] = [];
  const began = performance.now();
  const goOn = (done: number): boolean =>
    steps === undefined ? done < least || (done < most && performance.now() - began < budget) : done < steps;
  for (let done = 0; goOn(done); done++) {
    const starts: number[] = [];
    const took = s.step(starts);
    for (const [i, ms] of took.entries()) {
      times[i]?.push(ms);
      if (done < traced)
        events.push({
          name: (entry.launches[i] as Kernel).name,
          step: done,
          start: (starts[i] as number) - began,
          ms,
        });
    }
    whole.push(s.whole());
  }

  const medians = times.map(median);
  const sum = medians.reduce((a, b) => a + b, 0);
  const kernels = entry.launches.map((k, i): KernelProfile => {
    const [ms, { operations, read, written }] = [medians[i] as number, workOf(k, batch)];
    const gflops = ms > 0 ? operations / ms / 1e6 : 0;
    return {
      name: k.name,
      ms,
      share: sum > 0 ? ms / sum : 0,
      operations,
      bytes: read + written,
      gflops,
      ofPeak: gflops / peak.gflops,
      locs: k.locs,
    };
  });
  return { entry: entry.name, batch, steps: whole.length, kernels, sum, step: median(whole), peak, events };
}
