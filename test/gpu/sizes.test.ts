/** Extents around the edges of vectors, workgroups and blocks, as a batch and as constants: maps, products, sums, and rows. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Module, makeGraph, param, type Value } from '../../ir/graph.ts';
import { interpretGraph } from '../../ir/interpret/graph.ts';
import * as op from '../../ir/ops/index.ts';
import { f32, i32, N } from '../../ir/type.ts';
import { inferShapes } from '../../passes/infer-shapes.ts';
import { generator } from '../support/golden.ts';
import { noGpu, openDevice } from '../support/gpu.ts';
import { sameValues } from '../support/gpu-kernels.ts';
import { GpuMachine } from '../support/gpu-machine.ts';
import { gpuStages } from '../support/gpu-stages.ts';
import { unless } from '../support/left-out.ts';

const sizes = [1, 3, 4, 5, 63, 64, 65, 257];
const maxBatch = 257;

let device: GPUDevice;
beforeAll(async () => {
  if (!noGpu) device = await openDevice();
});
afterAll(() => device?.destroy());

/** Graphs in which each kernel has rows of this length, and columns of the batch's. */
function module(size: number): Module {
  const [x, w, y] = [param('input', 'x', f32(N, size)), param('input', 'w', f32(size, 5)), param('input', 'y', i32(N))];
  const graph = (name: string, value: Value) => makeGraph(name, [{ name, value }]);
  const turned = op.permute(x, { perm: [1, 0] });
  const at = (t: Value): Value => op.broadcast(t, { shape: x.type.shape, dims: [0] });
  return inferShapes({
    name: 'sizes',
    maxBatch,
    graphs: [
      graph('map', op.mul(op.relu(x), x)),
      graph('turned', op.neg(turned)),
      graph('product', op.relu(op.matmul(x, w))),
      graph('over_batch', op.matmul(turned, x)),
      graph('all', op.reduceSum(x, { dims: [0, 1] })),
      graph('rows', op.reduceSum(x, { dims: [1] })),
      graph('columns', op.reduceMax(x, { dims: [0] })),
      graph('centred', op.sub(x, at(op.reduceMax(x, { dims: [1] })))),
      graph('greatest', op.argmax(x, { dim: 1 })),
      graph('whole', op.add(y, y)),
    ],
  });
}

describe.skipIf(noGpu)(unless(noGpu, 'on SwiftShader'), () => {
  test.each(sizes)('rows of %i, batches of every size', async (size) => {
    const of = module(size);
    const { manifest, wgsl } = gpuStages(of);
    const machine = await GpuMachine.of(device, manifest, wgsl);
    const params = [...new Set(of.graphs.flatMap((g) => g.params))];
    for (const n of size === 257 ? [1, 65] : sizes) {
      const random = generator(n);
      const given = new Map(
        params.map((p) => {
          const count = p.type.shape.reduce<number>((c, d) => c * (typeof d === 'number' ? d : n), 1);
          const draw = (): number => (p.type.dtype === 'i32' ? Math.floor(9 * random()) : Math.fround(random() - 0.5));
          return [p, Array.from({ length: count }, draw)] as const;
        }),
      );
      for (const [p, values] of given) machine.set(p.name, values);
      for (const g of of.graphs) {
        machine.run(g.name, n);
        for (const [r, want] of interpretGraph(g, given, n))
          sameValues(await machine.get(r.name, n), want, 1e-5, `${g.name} of ${n} rows of ${size}`);
      }
    }
    machine.dispose();
    expect(manifest.entries.length).toBe(of.graphs.length);
  });
});
