/** Finds schedules by measuring: among the candidates that the scheduler estimates best, those that are faster on this machine than
 *  its own choice. Up to noise, the result is never slower than before. */

import { CompileError } from '../../ir/diagnostic.ts';
import type { Kernel } from '../../ir/kernel.ts';
import { type Entry, kernelsOf } from '../../ir/program.ts';
import type { Schedule } from '../../ir/schedule.ts';
import type { Target } from '../../ir/target.ts';
import { outlineOfKernels } from '../../passes/outline.ts';
import { type GivenSchedules, nothingGiven } from '../../passes/schedule/choose/given.ts';
import { candidates } from '../../passes/schedule/choose/index.ts';
import { scheduledBy, scheduleOutline } from '../../passes/schedule/index.ts';
import type { Compiled } from '../pipeline/compiled.ts';
import { median } from './clock.ts';
import { sampler, type WasmSampler } from './sampler.ts';

export type Schedules = ReadonlyMap<string, Schedule>;

export interface TuneOptions {
  /** The name of the entry to tune for. */
  readonly entry: string;
  readonly batch: number;
  /** Milliseconds after which the search ends. */
  readonly limit: number;
  /** Compiles the model with these schedules, and is otherwise unchanged. */
  compile(schedules: Schedules): Compiled;
  /** Called between measurements; `done` goes from 0 to `of`. */
  onProgress?(done: number, of: number, doing: string): void;
  readonly signal?: AbortSignal;
}

/** Milliseconds with the scheduler's own schedule, and with the one that was found. */
export interface Gain {
  readonly before: number;
  readonly after: number;
}

export interface Tuned {
  /** The schedules of the kernels that became faster. */
  readonly schedules: Schedules;
  readonly kernels: ReadonlyMap<string, Gain>;
  /** The gain of the whole step in one call; null if no kernel became faster. */
  readonly step: Gain | null;
  /** The number of candidates that were measured. */
  readonly tried: number;
}

/** The number of candidates per kernel, including the scheduler's choice. */
const most = 7;
/** Kernels that take a smaller share of the step are not tuned. */
const worthwhile = 0.004;
/** The maximum and minimum numbers of pairs of steps to compare; fewer decide nothing. */
const [pairs, fewest] = [300, 12];
/** A candidate wins if its median time is below this factor, and it is faster in this share of pairs. */
const [gain, often] = [0.97, 0.75];

/** Measures candidates until all are done or time is up. An aborted signal ends it with the results so far. */
export async function tune(options: TuneOptions): Promise<Tuned> {
  const { limit, signal } = options;
  const until = performance.now() + limit;
  const over = (): boolean => signal?.aborted === true || performance.now() > until;
  const base = options.compile(new Map());
  const usual = measured(base, options);
  const kernels = worthTuning(base, usual, options);
  const rivals = rivalsOf(kernels, base.processor, base.program.maxBatch);

  const best = new Map<string, Gain & { readonly schedule: Schedule }>();
  let tried = 0;
  // One module tries a candidate of every kernel at once: kernels are independent.
  const rounds = rivals.length;
  for (const [round, trying] of rivals.entries()) {
    if (over()) break;
    options.onProgress?.(round, rounds + 1, `${trying.size} candidates`);
    await pause();
    const other = measured(options.compile(trying), options);
    const budget = Math.max(0, until - performance.now()) / (rounds - round + 1);
    const samples = await paired(usual, other, budget, over);
    tried += trying.size;
    for (const [name, schedule] of trying) {
      const of = samples.map(([a, b]): Pair => [a.get(name) ?? 0, b.get(name) ?? 0]);
      const found = compared(of);
      // The machine's speed differs between rounds: compare gains, not times.
      const known = best.get(name);
      if (found.faster && (!known || found.after / found.before < known.after / known.before))
        best.set(name, { ...found, schedule });
    }
  }
  if (best.size === 0) return { schedules: new Map(), kernels: new Map(), step: null, tried };

  options.onProgress?.(rounds, rounds + 1, 'the whole step');
  await pause();
  const schedules = new Map([...best].map(([name, { schedule }]) => [name, schedule]));
  const all = measured(options.compile(schedules), options);
  const whole: Pair[] = [];
  const time = performance.now() + Math.min(3000, Math.max(500, limit / 10));
  while (whole.length < fewest || (whole.length < pairs && performance.now() < time))
    whole.push([usual.sampler.whole(), all.sampler.whole()]);
  const { before, after } = compared(whole);
  // Each kernel was faster alone, but together they share the caches.
  if (after >= before) return { schedules: new Map(), kernels: new Map(), step: { before, after: before }, tried };
  const gains = new Map([...best].map(([name, { before, after }]) => [name, { before, after }]));
  return { schedules, kernels: gains, step: { before, after }, tried };
}

type Pair = readonly [before: number, after: number];

/** A compiled model whose kernels are timed. The time to pack operands counts for the kernel that reads them. */
interface Measured {
  readonly sampler: WasmSampler;
  step(): ReadonlyMap<string, number>;
}

function measured(compiled: Compiled, { entry: name, batch }: TuneOptions): Measured {
  const entry = compiled.program.entries.find((e) => e.name === name) as Entry;
  const owner = new Map<string, string>();
  const { schedules } = compiled.scheduled;
  for (const k of kernelsOf(compiled.lowered)) {
    // Packing kernels have their own names, whatever their schedule.
    const made = scheduledBy(k, schedules.get(k.name) ?? [], compiled.processor, compiled.program.maxBatch, () => []);
    for (const { name: part } of made.kernels) owner.set(part, k.name);
  }
  const s = sampler(compiled, entry, batch);
  const owners = s.launches.map((k) => owner.get(k.name) ?? k.name);
  return {
    sampler: s,
    step() {
      const times = s.step();
      const out = new Map<string, number>();
      for (const [i, name] of owners.entries()) out.set(name, (out.get(name) ?? 0) + (times[i] as number));
      return out;
    },
  };
}

/** The lowered kernels of the entry that take a noticeable share of its time. */
function worthTuning({ lowered }: Compiled, usual: Measured, { entry }: TuneOptions): Kernel[] {
  const steps = Array.from({ length: 5 }, () => usual.step()).slice(1);
  const time = (name: string): number => median(steps.map((s) => s.get(name) ?? 0));
  const kernels = lowered.entries.find((e) => e.name === entry)?.launches ?? [];
  const sum = kernels.reduce((t, k) => t + time(k.name), 0);
  return kernels.filter((k) => time(k.name) > worthwhile * sum);
}

/** The valid candidates after the scheduler's choice: first the second of each kernel, then the third, and so on. */
export function rivalsOf(kernels: readonly Kernel[], target: Target, maxBatch: number): Schedules[] {
  const rounds: Map<string, Schedule>[] = [];
  for (const k of kernels) {
    const [, ...others] = candidates(k, target, maxBatch, most);
    for (const [i, s] of others.filter((s) => fits(k, s, target, maxBatch)).entries()) {
      rounds[i] ??= new Map();
      rounds[i].set(k.name, s);
    }
  }
  return rounds;
}

function fits(k: Kernel, s: Schedule, target: Target, maxBatch: number): boolean {
  try {
    scheduleOutline(outlineOfKernels([k], maxBatch), target, givenBy(new Map([[k.name, s]])));
    return true;
  } catch (e) {
    if (e instanceof CompileError) return false;
    throw e;
  }
}

/** Schedules in the form of a parsed text. */
export function givenBy(schedules: Schedules): GivenSchedules {
  const loc = { file: '', line: 1, col: 1 };
  const texts = [...schedules].map(([kernel, s]) => ({
    kernel,
    loc,
    directives: s.map((directive) => ({ directive, loc })),
  }));
  return { ...nothingGiven, schedules: texts };
}

type Times = ReadonlyMap<string, number>;

/** Alternating steps of both, so that a slow phase of the machine affects both. */
async function paired(a: Measured, b: Measured, budget: number, over: () => boolean): Promise<[Times, Times][]> {
  for (let i = 0; i < 3; i++) b.step();
  const out: [Times, Times][] = [];
  const until = performance.now() + budget;
  let rest = performance.now() + 50;
  while (!over() && (out.length < fewest || (out.length < pairs && performance.now() < until))) {
    // Alternate which one goes first: the second finds the inputs' pages warm.
    if (out.length % 2) {
      const second = b.step();
      out.push([a.step(), second]);
    } else out.push([a.step(), b.step()]);
    if (performance.now() < rest) continue;
    await pause();
    rest = performance.now() + 50;
  }
  return out;
}

/** Yields to the event loop, for the progress bar and Ctrl-C. */
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The medians; `faster` if the second is faster beyond noise. */
export function compared(of: readonly Pair[]): Gain & { readonly faster: boolean } {
  const [before, after] = [median(of.map(([a]) => a)), median(of.map(([, b]) => b))];
  const wins = of.filter(([a, b]) => b < a).length;
  return { before, after, faster: of.length >= fewest && after < gain * before && wins >= often * of.length };
}
