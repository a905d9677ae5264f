/** Finds schedules by measuring: of the candidates that the scheduler's estimate puts first, those that are faster on this
 *  machine than the one it takes. What comes out is never slower than what was there, as far as noise lets one tell. */

import { CompileError } from '../../ir/diagnostic.ts';
import type { Kernel } from '../../ir/kernel.ts';
import { type Entry, kernelsOf } from '../../ir/program.ts';
import type { Schedule } from '../../ir/schedule.ts';
import type { Target } from '../../ir/target.ts';
import { outlineOfKernels } from '../../passes/outline.ts';
import { type GivenSchedules, nothingGiven } from '../../passes/schedule/choose/given.ts';
import { candidates } from '../../passes/schedule/choose/index.ts';
import { scheduledBy, scheduleOutline } from '../../passes/schedule/index.ts';
import type { Compiled } from '../pipeline/compile.ts';
import { median } from './clock.ts';
import { sampler, type WasmSampler } from './sampler.ts';

export type Schedules = ReadonlyMap<string, Schedule>;

export interface TuneOptions {
  /** The name of the entry to tune for. */
  readonly entry: string;
  readonly batch: number;
  /** Milliseconds after which no more is tried. */
  readonly limit: number;
  /** The model under these schedules, all else as it was. */
  compile(schedules: Schedules): Compiled;
  /** Told between measurements, from 0 to `of`. */
  onProgress?(done: number, of: number, doing: string): void;
  readonly signal?: AbortSignal;
}

/** Milliseconds of one thing under the scheduler's own schedule, and under the one that was found. */
export interface Gain {
  readonly before: number;
  readonly after: number;
}

export interface Tuned {
  /** Of the kernels that became faster. */
  readonly schedules: Schedules;
  readonly kernels: ReadonlyMap<string, Gain>;
  /** The whole step in one call; null where no kernel became faster. */
  readonly step: Gain | null;
  /** Candidates that were measured. */
  readonly tried: number;
}

/** Candidates of a kernel, the scheduler's own among them. */
const most = 7;
/** Kernels that take less of the step are left alone. */
const worthwhile = 0.004;
/** Pairs of steps that are compared, at most and at least: with fewer nothing is told. */
const [pairs, fewest] = [300, 12];
/** A gain must be this large, in this many pairs of measurements, to be more than noise. */
const [gain, often] = [0.97, 0.75];

/** Measures candidates until all were or time is up; an aborted signal ends it with what was found so far. */
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
  // One module tries a candidate of every kernel: kernels do not know of each other.
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
      // Rounds differ in how fast the machine was: what counts is the gain against the usual one beside it.
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
  // Each kernel by itself was faster. Together they may still not be: they share the caches.
  if (after >= before) return { schedules: new Map(), kernels: new Map(), step: { before, after: before }, tried };
  const gains = new Map([...best].map(([name, { before, after }]) => [name, { before, after }]));
  return { schedules, kernels: gains, step: { before, after }, tried };
}

type Pair = readonly [before: number, after: number];

/** A compiled model at hand, and how long each kernel of its step takes, packed copies with the kernel that reads them. */
interface Measured {
  readonly sampler: WasmSampler;
  step(): ReadonlyMap<string, number>;
}

function measured(compiled: Compiled, { entry: name, batch }: TuneOptions): Measured {
  const entry = compiled.program.entries.find((e) => e.name === name) as Entry;
  const owner = new Map<string, string>();
  const { schedules } = compiled.scheduled;
  for (const k of kernelsOf(compiled.lowered)) {
    // Copies have names of their own, whatever their schedule.
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

/** The kernels of the entry, as lowered, that take some of its time. */
function worthTuning({ lowered }: Compiled, usual: Measured, { entry }: TuneOptions): Kernel[] {
  const steps = Array.from({ length: 5 }, () => usual.step()).slice(1);
  const time = (name: string): number => median(steps.map((s) => s.get(name) ?? 0));
  const kernels = lowered.entries.find((e) => e.name === entry)?.launches ?? [];
  const sum = kernels.reduce((t, k) => t + time(k.name), 0);
  return kernels.filter((k) => time(k.name) > worthwhile * sum);
}

/** The candidates of kernels behind those that the scheduler takes, as far as they fit: first the second of each, then the
 *  third, and so on. */
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

/** Schedules as if they stood in a text. */
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

/** Steps of both, in turn, so that what slows the machine down slows down both. */
async function paired(a: Measured, b: Measured, budget: number, over: () => boolean): Promise<[Times, Times][]> {
  for (let i = 0; i < 3; i++) b.step();
  const out: [Times, Times][] = [];
  const until = performance.now() + budget;
  let rest = performance.now() + 50;
  while (!over() && (out.length < fewest || (out.length < pairs && performance.now() < until))) {
    // Which goes first changes, as the second finds the samples' pages warm.
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

/** Lets a progress bar draw and a Ctrl-C be heard. */
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Medians, and whether the second is faster beyond noise. */
export function compared(of: readonly Pair[]): Gain & { readonly faster: boolean } {
  const [before, after] = [median(of.map(([a]) => a)), median(of.map(([, b]) => b))];
  const wins = of.filter(([a, b]) => b < a).length;
  return { before, after, faster: of.length >= fewest && after < gain * before && wins >= often * of.length };
}
