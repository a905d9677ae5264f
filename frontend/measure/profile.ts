/** The work and the time of each kernel of a step. */

import { workOf } from '../../ir/analysis/work.ts';
import type { Loc } from '../../ir/diagnostic.ts';
import type { Kernel } from '../../ir/kernel.ts';
import { median } from './clock.ts';
import type { Peak } from './peak.ts';
import type { Sampler } from './sampler.ts';

export interface KernelProfile {
  readonly name: string;
  /** Milliseconds, the median of the steps. */
  readonly ms: number;
  /** The share of the sum of all kernels, 0 to 1. */
  readonly share: number;
  /** Float operations. */
  readonly operations: number;
  /** Distinct bytes read plus distinct bytes written. */
  readonly bytes: number;
  /** 10^9 float operations per second, and the share of the peak, 0 to 1. */
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
  readonly entry: string;
  readonly batch: number;
  /** The device's peak. */
  readonly peak: Peak;
  /** Steps to time; by default as many as fit in two seconds, from 5 to 1000. */
  readonly steps?: number | undefined;
}

const [budget, least, most] = [2000, 5, 1000];
/** Warm-up steps, and the milliseconds after which they end early. */
const [warmSteps, warmTime] = [10, 500];
/** The number of steps in a trace. */
const traced = 20;

export async function profile(s: Sampler, { entry, batch, peak, steps }: ProfileOptions): Promise<Profile> {
  const { launches } = s;
  const warming = performance.now();
  for (let i = 0; i < warmSteps && performance.now() - warming < warmTime; i++) await s.step();

  const times: number[][] = launches.map(() => []);
  const whole: number[] = [];
  const events: Event[] = [];
  const began = performance.now();
  const goOn = (done: number): boolean =>
    steps === undefined ? done < least || (done < most && performance.now() - began < budget) : done < steps;
  for (let done = 0; goOn(done); done++) {
    const starts: number[] = [];
    const took = await s.step(starts);
    for (const [i, ms] of took.entries()) {
      times[i]?.push(ms);
      if (done < traced)
        events.push({
          name: (launches[i] as Kernel).name,
          step: done,
          start: (starts[i] as number) - began,
          ms,
        });
    }
    whole.push(await s.whole());
  }

  const medians = times.map((of, i) => median(of) * (s.times[i] as number));
  const sum = medians.reduce((a, b) => a + b, 0);
  const kernels = launches.map((k, i): KernelProfile => {
    const [ms, turns, work] = [medians[i] as number, s.times[i] as number, workOf(k, batch)];
    const operations = work.operations * turns;
    const gflops = ms > 0 ? operations / ms / 1e6 : 0;
    return {
      name: k.name,
      ms,
      share: sum > 0 ? ms / sum : 0,
      operations,
      bytes: (work.read + work.written) * turns,
      gflops,
      ofPeak: gflops / peak.gflops,
      locs: k.locs,
    };
  });
  return { entry, batch, steps: whole.length, kernels, sum, step: median(whole), peak, events };
}
