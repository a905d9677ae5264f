/** Integers whose sums are exact: the same bits under every schedule, for every engine and any order of threads, on
 *  WebAssembly, on WebGPU and by the interpreter. */

import { emitWasm } from '../../codegen/wasm/emit.ts';
import { upsert } from '../../ir/collections.ts';
import * as x from '../../ir/expr.ts';
import type { Param } from '../../ir/graph.ts';
import type { Kernel, Loop, Stmt } from '../../ir/kernel.ts';
import type { Outline } from '../../ir/program.ts';
import type { Schedule } from '../../ir/schedule.ts';
import { isVector, type Target, wasmTarget } from '../../ir/target.ts';
import { printModule } from '../../ir/text/print-graph.ts';
import { countAt } from '../../ir/type.ts';
import { plan } from '../../passes/plan.ts';
import { candidates } from '../../passes/schedule/choose/index.ts';
import { type ScheduledOutline, scheduledBy, scheduleOutline } from '../../passes/schedule/index.ts';
import { replaceAxis } from '../../passes/schedule/rewrites/loops.ts';
import { threads } from '../../passes/threads.ts';
import { StateTable } from '../../passes/update.ts';
import { describeStages } from '../support/differential.ts';
import { noEngines } from '../support/engines.ts';
import { Choices, uniform } from '../support/generate.ts';
import type { GpuMachine } from '../support/gpu-machine.ts';
import { gpuStages } from '../support/gpu-stages.ts';
import {
  graphMemory,
  KernelMachine,
  launchesOf,
  runGraph,
  type Seen,
  type Stages,
  stagesOf,
  WasmMachine,
} from '../support/pipeline.ts';
import { faulty, type Kind } from './kind.ts';
import { exact, greatestOf, integerModel } from './random-integers.ts';

/** Threads share everything they can. */
const eager = { ...wasmTarget(), threads: { kernel: 1, units: 1, unit: 1 } };

export const integers: Kind = {
  name: 'integers',
  doc: 'exact sums are the same bits under every schedule, engine and backend',
  runs: 20,
  async check(choices, tally) {
    const c = new Choices(choices);
    const onDevice = c.chance(8);
    const pick = c.below(5040);
    const model = integerModel(c);
    const { module, params } = model;
    let [n, given, stages] = [module.maxBatch, new Map<Param, Float64Array>(), null as Stages | null];
    await faulty(
      () => ({ module, given, n, optimizer: 'sgd(lr=1)' }),
      () => (stages ? describeStages(stages) : printModule(module)),
      async () => {
        const table = new StateTable();
        stages = stagesOf(module, model.optimizer, table, () => tally.unproved++);
        if (greatestOf(stages.original) >= exact) return;
        tally.exact++;
        const ways = waysOf(stages, pick);
        for (n of model.batches) {
          const next = uniform(n);
          const draw = (p: Param): Float64Array =>
            Float64Array.from({ length: countAt(p.type.shape, n) }, () => Math.floor(next() * 3) - 1);
          given = new Map(params.map((p) => [p, draw(p)]));
          for (const p of stages.params) if (p.role === 'scalar') given.set(p, Float64Array.of(1));
          await hold(stages, ways, given, n);
        }
        if (onDevice && noEngines === null) await onGpu(stages, table, given, n);
      },
    );
    for (const g of module.graphs) tally.graph(g);
  },
};

/** One way to compute a module: kernels, and the WebAssembly of them where there is one. */
interface Way {
  readonly name: string;
  readonly stages: Stages;
  readonly wasm: boolean;
}

function waysOf(stages: Stages, pick: number): Way[] {
  const { module, kernels: of } = stages;
  const { maxBatch } = module;
  const planned = (name: string, schedule: ScheduledOutline, target: Target): Way => {
    const program = plan(schedule.outline, target);
    const wasm = isVector(target) && !target.madd ? emitWasm(program, target).wasm : null;
    const scheduled = launchesOf(module, schedule.outline, schedule.schedules);
    return {
      name,
      stages: { ...stages, schedule, scheduled, program, ...(wasm ? { wasm } : {}) },
      wasm: wasm !== null,
    };
  };
  const scheduledFor = (name: string, target: Target): Way => planned(name, scheduleOutline(of, target), target);
  const later = wasmTarget('v8-13');
  const shared = threads(stages.schedule, eager);
  const backward = { ...shared, outline: launching(shared.outline, (ks) => ks.map(backwards)) };
  // A schedule other than the best for each kernel.
  const schedules = new Map<string, Schedule>();
  const second = launching(of, (ks) =>
    ks.flatMap((k) => {
      const all = candidates(k, later, maxBatch, 4);
      const made = scheduledBy(k, all[pick % all.length] ?? [], later, maxBatch);
      for (const [name, s] of made.schedules) schedules.set(name, s);
      return made.kernels;
    }),
  );
  return [
    { name: 'wasm for V8 11', stages, wasm: true },
    scheduledFor('wasm for V8 13', later),
    scheduledFor('wasm with relaxed SIMD', wasmTarget('v8-11', true)),
    planned('threads, backwards', backward, eager),
    planned('other schedules', { outline: second, schedules }, later),
    { name: 'webgpu', stages: onDevice(stages), wasm: false },
  ];
}

/** The entries with their kernels replaced; one that several entries share is replaced once. */
function launching(of: Outline, instead: (kernels: readonly Kernel[]) => readonly Kernel[]): Outline {
  const done = new Map<Kernel, readonly Kernel[]>();
  const launches = (k: Kernel): readonly Kernel[] => upsert(done, k, () => instead([k]));
  return { ...of, entries: of.entries.map((e) => ({ ...e, launches: e.launches.flatMap(launches) })) };
}

/** The kernels of a device. */
function onDevice(stages: Stages): Stages {
  const { kernels, schedule, module } = gpuStages(stages.original);
  return {
    ...stages,
    module,
    kernels,
    schedule,
    lowered: launchesOf(module, kernels),
    scheduled: launchesOf(module, schedule.outline, schedule.schedules),
  };
}

/** The same kernel with the iterations that threads share in reverse. */
function backwards(k: Kernel): Kernel {
  const go = (s: Stmt): Stmt => {
    if (s.kind !== 'for') return s;
    const inner: Loop = { ...s, body: s.body.map(go) };
    if (s.mode !== 'parallel' || s.step !== 1) return inner;
    const last = x.sub(x.add(s.from, s.to), x.int(1));
    return { ...inner, body: replaceAxis(inner.body, s.axis, x.sub(last, x.ix(s.axis))) };
  };
  return { ...k, body: k.body.map(go) };
}

async function hold(stages: Stages, ways: readonly Way[], given: Map<Param, Float64Array>, n: number): Promise<void> {
  const memory = graphMemory(stages, given, n);
  const lowered = new KernelMachine(stages, 'lowered', given, n);
  const machines = await Promise.all(
    ways.map(async (w) => ({
      name: w.name,
      kernels: new KernelMachine(w.stages, 'scheduled', given, n),
      wasm: w.wasm ? await WasmMachine.of(w.stages, given, n) : null,
    })),
  );
  for (const graph of stages.original.graphs) {
    const want = runGraph(graph, memory, n);
    same(lowered.run(graph.name), want, `${graph.name} at N = ${n}: the lowered kernels`);
    for (const m of machines) {
      same(m.kernels.run(graph.name), want, `${graph.name} at N = ${n}: the kernels of ${m.name}`);
      if (m.wasm) same(m.wasm.run(graph.name, n), want, `${graph.name} at N = ${n}: ${m.name}`);
    }
  }
}

let device: Promise<GPUDevice> | null = null;
async function onGpu(stages: Stages, table: StateTable, given: Map<Param, Float64Array>, n: number): Promise<void> {
  const [{ openDevice }, { GpuMachine: Machine }, { gpuStages }] = await Promise.all([
    import('../support/gpu.ts'),
    import('../support/gpu-machine.ts'),
    import('../support/gpu-stages.ts'),
  ]);
  device ??= openDevice();
  const gpu = gpuStages(stages.original, table.initial, () => {});
  const machine: GpuMachine = await Machine.of(await device, gpu.manifest, gpu.wgsl);
  const memory = graphMemory(stages, given, n);
  for (const [p, v] of memory) if (gpu.manifest.tensors.some((t) => t.name === p.name)) machine.set(p.name, v);
  for (const graph of stages.original.graphs) {
    const want = runGraph(graph, memory, n);
    machine.run(graph.name, n);
    const got: Seen = new Map();
    for (const r of graph.results) got.set(r.name, await machine.get(r.into?.name ?? r.name, n));
    same(got, want, `${graph.name} at N = ${n}: WebGPU`);
  }
  machine.dispose();
}

function same(got: Seen, want: Seen, who: string): void {
  for (const [name, w] of want) {
    const g = got.get(name) as ArrayLike<number>;
    for (let i = 0; i < w.length; i++)
      if (g[i] !== w[i]) throw new Error(`${who}: element ${i} of ${w.length} of ${name} is ${g[i]}, not ${w[i]}`);
  }
}
