/** WebAssembly against WebGPU: the same random models and graphs on both, compared with what the graph means. */

import type { Module, Param } from '../../ir/graph.ts';
import { kernelsOf } from '../../ir/program.ts';
import { printModule } from '../../ir/text/print-graph.ts';
import { StateTable } from '../../passes/update.ts';
import { agree, holdTo } from '../support/differential.ts';
import { noEngines } from '../support/engines.ts';
import { Choices, randomModel, randomValues, type Values } from '../support/generate.ts';
import type { GpuMachine } from '../support/gpu-machine.ts';
import { graphMemory, stagesOf } from '../support/pipeline.ts';
import { faulty, type Kind, unlessByZero } from './kind.ts';
import { randomGraph } from './random-graph.ts';

let device: Promise<GPUDevice> | null = null;

export const devices: Kind = {
  name: 'devices',
  doc: 'WebGPU agrees with WebAssembly, on models and on graphs over all registered ops',
  runs: 16,
  async check(choices, tally) {
    // Dawn is loaded only on demand, and SwiftShader is not available everywhere.
    if (noEngines !== null) return;
    const [{ openDevice }, { GpuMachine }, { gpuStages }] = await Promise.all([
      import('../support/gpu.ts'),
      import('../support/gpu-machine.ts'),
      import('../support/gpu-stages.ts'),
    ]);
    device ??= openDevice();
    const c = new Choices(choices);
    const subject = c.chance(2) ? randomModel(c) : randomGraph(c);
    const values = c.of<Values>(['smooth', 'grid', 'positive']);
    const n = subject.batches.at(-1) as number;
    const given = randomValues(subject, values, n, n);
    const { module } = subject;
    await faulty(
      () => ({ module, given, n, ...('sgd' in subject ? { optimizer: subject.sgd } : {}) }),
      () => printModule(module),
      () =>
        unlessByZero(
          (async () => {
            const table = new StateTable();
            const stages = stagesOf(module, 'optimizer' in subject ? subject.optimizer : undefined, table, () => {});
            await agree(stages, given, n);
            const gpu = gpuStages(stages.original, table.initial, () => tally.unproved++);
            const machine = await GpuMachine.of(await (device as Promise<GPUDevice>), gpu.manifest, gpu.wgsl);
            const memory = graphMemory(stages, given, n);
            for (const [p, v] of memory) if (machine.has(p.name)) machine.set(p.name, v);
            await compare(stages.original, memory, machine, n);
            machine.dispose();
            tally.kernels += kernelsOf(gpu.schedule.outline).length;
          })(),
        ),
    );
    for (const g of module.graphs) tally.graph(g);
  },
};

/** Every entry once, in order, each on the memory that the previous one left. */
async function compare(
  { graphs }: Module,
  memory: Map<Param, ArrayLike<number>>,
  machine: GpuMachine,
  n: number,
): Promise<void> {
  for (const graph of graphs) {
    machine.run(graph.name, n);
    const got = new Map<string, ArrayLike<number>>();
    for (const r of graph.results)
      got.set(r.name, await (r.into ? machine.get(r.into.name, n) : machine.result(r.name, n)));
    holdTo(graph, memory, n, got, 'WebGPU differs from the graph');
  }
}
