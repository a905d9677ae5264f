/** Whole numbers whose sums are exact: the same bits under every schedule, for every engine and any order of what threads
 *  share, on WebAssembly, on WebGPU and by the interpreter. */

import { emitWasm } from '../../codegen/wasm/emit.ts';
import * as x from '../../ir/expr.ts';
import type { Param } from '../../ir/graph.ts';
import type { Kernel, Loop, Stmt } from '../../ir/kernel.ts';
import { printModule } from '../../ir/print-graph.ts';
import { isVector, type Target, wasmTarget, webgpu } from '../../ir/target.ts';
import { countAt } from '../../ir/type.ts';
import { canonicalize } from '../../passes/canonicalize.ts';
import { fuse } from '../../passes/fuse.ts';
import { indexInputs } from '../../passes/infer-shapes.ts';
import { Buffers, lower } from '../../passes/lower.ts';
import { outline } from '../../passes/outline.ts';
import { plan } from '../../passes/plan.ts';
import { candidates } from '../../passes/schedule/choose.ts';
import { type Scheduled, schedule, scheduledBy } from '../../passes/schedule/index.ts';
import { replaceAxis } from '../../passes/schedule/loops.ts';
import { onThreads } from '../../passes/threads.ts';
import { StateTable } from '../../passes/update.ts';
import { describeStages } from '../support/differential.ts';
import { noEngines } from '../support/engines.ts';
import { Choices, uniform } from '../support/generate.ts';
import type { GpuMachine } from '../support/gpu-machine.ts';
import {
  graphMemory,
  KernelMachine,
  runGraph,
  type Seen,
  type Stages,
  stagesOf,
  WasmMachine,
} from '../support/pipeline.ts';
import { faulty, type Kind } from './kind.ts';
import { exact, greatestOf, integerModel } from './random-integers.ts';

/** Threads share all that they can. */
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
  const { original, module, buffers, lowered } = stages;
  const { maxBatch } = module;
  const scheduledFor = (target: Target): Scheduled[] => lowered.map(schedule(target, maxBatch));
  const planned = (name: string, scheduled: Scheduled[], target: Target): Way => {
    const program = plan(outline(module, scheduled, buffers, indexInputs(original)), target);
    const wasm = isVector(target) && !target.madd ? emitWasm(program, target).wasm : null;
    return { name, stages: { ...stages, scheduled, program, ...(wasm ? { wasm } : {}) }, wasm: wasm !== null };
  };
  const later = wasmTarget('v8-13');
  const fast = wasmTarget('v8-11', true);
  const threaded = stages.scheduled.map(onThreads(eager, { maxBatch })).map((s) => ({
    ...s,
    kernels: s.kernels.map(backwards),
  }));
  // Another than the best of the schedules for each kernel.
  const second = lowered.map((l): Scheduled => {
    const parts = l.kernels.map((k) => {
      const all = candidates(k, later, maxBatch, 4);
      return scheduledBy(k, all[pick % all.length] ?? [], later, maxBatch);
    });
    return {
      ...l,
      kernels: parts.flatMap((p) => p.kernels),
      schedules: new Map(parts.flatMap((p) => [...p.schedules])),
      dropped: new Map(),
    };
  });
  return [
    { name: 'wasm for V8 11', stages, wasm: true },
    planned('wasm for V8 13', scheduledFor(later), later),
    planned('wasm with relaxed SIMD', scheduledFor(fast), fast),
    planned('threads, backwards', threaded, eager),
    planned('other schedules', second, later),
    { name: 'webgpu', stages: gathered(stages), wasm: false },
  ];
}

/** The kernels of a device. */
function gathered(stages: Stages): Stages {
  const module = canonicalize(stages.original, webgpu);
  const buffers = new Buffers();
  const lowered = module.graphs.map((g) => lower(fuse(g, webgpu), buffers));
  return { ...stages, module, buffers, lowered, scheduled: lowered.map(schedule(webgpu, module.maxBatch)) };
}

/** The same kernel with the iterations that threads share in another order. */
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
