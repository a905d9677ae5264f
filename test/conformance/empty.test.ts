/** Tensors without elements: PyTorch's shapes, values and gradients at every stage, in one module; models with empty
 *  parameters, wherever a model runs. */

import { describe, expect, test } from 'vitest';
import { emission } from '../../codegen/backend.ts';
import * as F from '../../frontend/index.ts';
import { defineModel, nn, Tensor, type TensorSpec } from '../../frontend/index.ts';
import { backendFor } from '../../frontend/pipeline/backends.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import { contextOf, readIr } from '../../frontend/pipeline/read.ts';
import { runStage } from '../../frontend/pipeline/run-stage.ts';
import { makeGraph, type Param, param } from '../../ir/graph.ts';
import { interpretGraph } from '../../ir/interpret/graph.ts';
import { wasm128, webgpu } from '../../ir/target.ts';
import { parseModule } from '../../ir/text/parse.ts';
import { printModule } from '../../ir/text/print-graph.ts';
import { countAt, f32, N, type Shape } from '../../ir/type.ts';
import type { Ir } from '../../passes/stage.ts';
import { stages } from '../../passes/stages.ts';
import { instantiate, instantiateGpu, instantiateThreads, readSafetensors } from '../../runtime/index.ts';
import { agree } from '../support/differential.ts';
import { noGpu } from '../support/engines.ts';
import { openDevice } from '../support/gpu.ts';
import { unless } from '../support/left-out.ts';
import { stagesOf } from '../support/pipeline.ts';
import { recordFunction } from '../support/record.ts';

type Fn = (...inputs: Tensor[]) => Tensor;
const weight = (...shape: number[]): Tensor => Tensor.of(param('parameter', 'w', f32(...shape)));
const nan = Number.NaN;
const images: Shape = [N, 2, 4, 4];
/** Operands hold 1, 2, 3, …, and so do cotangents; N is 2. The result and the operands' gradients follow. */
const cases: readonly [
  name: string,
  shapes: readonly Shape[],
  f: Fn,
  output: readonly number[],
  ...gradients: (readonly number[])[],
][] = [
  ['sum along nothing', [[3, 0], [3]], (a, b) => a.sum(1).add(b), [1, 2, 3], [], [1, 2, 3]],
  ['sum across nothing', [[3, 0]], (a) => a.sum(0), [], []],
  ['sum of nothing', [[3, 0]], (a) => a.sum(), [0], []],
  ['sum of squares of nothing', [[N, 0]], (a) => a.pow(2).sum(1), [0, 0], []],
  ['mean along nothing', [[3, 0]], (a) => a.mean(1), [nan, nan, nan], []],
  ['mean of nothing', [[N, 0]], (a) => a.mean(), [nan], []],
  ['amax across nothing', [[3, 0]], (a) => a.amax(0), [], []],
  ['reshape to its own shape', [[0, 3, 4]], (a) => a.reshape(0, 3, 4), [], []],
  ['reshape to another', [[0, 3, 4]], (a) => a.reshape(3, 4, 0), [], []],
  ['view with what is left', [[0, 3, 4]], (a) => a.view(3, -1), [], []],
  ['view of a batch', [[N, 0]], (a) => a.view('N', 0, 5), [], []],
  ['flatten', [[N, 0, 4]], (a) => a.flatten(1), [], []],
  ['unsqueeze', [[0]], (a) => a.unsqueeze(0), [], []],
  ['squeeze', [[1, 0]], (a) => a.squeeze(0), [], []],
  ['permute', [[3, 0, 2]], (a) => a.permute([2, 0, 1]), [], []],
  ['transpose', [[3, 0]], (a) => a.t(), [], []],
  ['slice', [[3, 2]], (a) => a.slice(1, 2, 2), [], [0, 0, 0, 0, 0, 0]],
  ['slice of nothing', [[3, 0]], (a) => a.slice(1, 0, 0), [], []],
  ['pad', [[3, 0]], (a) => F.pad(a, [1, 1], 'constant', 5), [5, 5, 5, 5, 5, 5], []],
  ['crop', [[3, 2]], (a) => F.pad(a, [-1, -1]), [], [0, 0, 0, 0, 0, 0]],
  [
    'nothing, then some',
    [
      [2, 0],
      [2, 1],
    ],
    (a, b) => F.cat([a, b], 1),
    [1, 2],
    [],
    [1, 2],
  ],
  [
    'some, then nothing',
    [
      [N, 1],
      [N, 0],
    ],
    (a, b) => F.cat([a, b], 1).mul(2),
    [2, 4],
    [2, 4],
    [],
  ],
  [
    'nothing twice',
    [
      [3, 0],
      [3, 0],
    ],
    (a, b) => F.cat([a, b], 1),
    [],
    [],
    [],
  ],
  ['an empty list, then some', [[0], [2, 1]], (a, b) => F.cat([a, b], 1), [1, 2], [], [1, 2]],
  [
    'stack',
    [
      [3, 0],
      [3, 0],
    ],
    (a, b) => F.stack([a, b], 1),
    [],
    [],
    [],
  ],
  ['elementwise', [[0]], (a) => a.relu().exp().mul(2).sigmoid(), [], []],
  [
    'broadcast',
    [
      [3, 0],
      [3, 1],
    ],
    (a, b) => a.add(b),
    [],
    [],
    [0, 0, 0],
  ],
  [
    'where',
    [
      [3, 0],
      [3, 1],
    ],
    (a, b) => F.where(a.gt(0), a, b),
    [],
    [],
    [0, 0, 0],
  ],
  ['softmax of nothing', [[3, 0]], (a) => a.softmax(1), [], []],
  ['softmax of no rows', [[0, 3]], (a) => a.softmax(1), [], []],
  ['log softmax', [[3, 0]], (a) => a.logSoftmax(1), [], []],
  ['layer norm of nothing', [[3, 0]], (a) => F.layerNorm(a, [0]), [], []],
  ['layer norm of no rows', [[0, 3]], (a) => F.layerNorm(a, [3]), [], []],
  [
    'a product over nothing',
    [
      [N, 0],
      [0, 3],
    ],
    (a, b) => a.matmul(b),
    [0, 0, 0, 0, 0, 0],
    [],
    [],
  ],
  [
    'a product of no rows',
    [
      [0, 2],
      [2, 2],
    ],
    (a, b) => a.matmul(b),
    [],
    [],
    [0, 0, 0, 0],
  ],
  [
    'a product of no columns',
    [
      [N, 2],
      [2, 0],
    ],
    (a, b) => a.matmul(b),
    [],
    [0, 0, 0, 0],
    [],
  ],
  ['linear of nothing', [[N, 0], [2, 0], [2]], (x, w, b) => F.linear(x, w, b), [1, 2, 1, 2], [], [], [4, 6]],
  ['linear to nothing', [[N, 2], [0, 2], [0]], (x, w, b) => F.linear(x, w, b), [], [0, 0, 0, 0], [], []],
  [
    'conv2d of no channels',
    [
      [N, 0, 2, 2],
      [1, 0, 1, 2],
    ],
    (x, w) => F.conv2d(x, w),
    [0, 0, 0, 0],
    [],
    [],
  ],
  [
    'conv2d of no images',
    [
      [0, 1, 4, 4],
      [1, 1, 1, 2],
    ],
    (x, w) => F.conv2d(x, w, null, 2, 1),
    [],
    [],
    [0, 0],
  ],
  ['max pool', [[0, ...images.slice(1)]], (a) => F.maxPool2d(a, 2), [], []],
  ['average pool', [[0, ...images.slice(1)]], (a) => F.avgPool2d(a, 2), [], []],
  [
    'mean squared error',
    [
      [3, 0],
      [3, 0],
    ],
    (a, b) => F.mseLoss(a, b),
    [nan],
    [],
    [],
  ],
  [
    'squared error',
    [
      [3, 0],
      [3, 0],
    ],
    (a, b) => F.mseLoss(a, b, { reduction: 'sum' }),
    [0],
    [],
    [],
  ],
];

test('results and gradients are those of PyTorch, at every stage', async () => {
  const given = new Map<Param, ArrayLike<number>>();
  const counted = (name: string, shape: Shape): Param => {
    const p = param('input', name, f32(...shape));
    given.set(
      p,
      Array.from({ length: countAt(shape, 2) }, (_, i) => i + 1),
    );
    return p;
  };
  const graphs = cases.map(([, shapes, f], i) => {
    const inputs = shapes.map((shape, j) => counted(`x${i}.${j}`, shape));
    const { value } = f(...inputs.map(Tensor.of));
    const seed = counted(`v${i}`, value.type.shape);
    const task = { kind: 'differentiate', of: value, seed, wrt: inputs, then: 'accumulate' } as const;
    return makeGraph(`run${i}`, [{ name: `out${i}`, value }], [...inputs, seed], task);
  });
  const module = { name: 'Empty', maxBatch: 2, graphs };
  const { seen } = await agree(stagesOf(module), given, 2);
  for (const [i, [name, shapes, , output, ...gradients]] of cases.entries()) {
    const got = (what: string): number[] => [...Array.from(seen.get(`run${i}/${what}`) ?? [])];
    expect(got(`out${i}`), name).toEqual(output);
    for (const j of shapes.keys()) expect(got(`x${i}.${j}.grad`), `${name}, operand ${j}`).toEqual(gradients[j]);
  }
  // In texts too.
  const text = printModule(module, { places: false });
  expect(printModule(parseModule(text, 'empty.tir'), { places: false })).toBe(text);
});

test.each<[name: string, shape: Shape, f: Fn, problem: RegExp]>([
  ['amax', [3, 0], (a) => a.amax(1), /amax: dimension 1 of f32\[3,0\] has no elements/],
  ['amin of all', [0], (a) => a.amin(), /amin: dimension 0 of f32\[0\] has no elements/],
  ['argmax', [0, 3], (a) => a.argmax(0), /argmax: dimension 0 of f32\[0,3\] has no elements/],
  ['max', [N, 0], (a) => a.max(1).values, /max: dimension 1 of f32\[N,0\] has no elements/],
  ['view', [0, 3], (a) => a.view(-1, 0), /view: \[-1, 0\] has no elements, whatever -1 stands for/],
  ['view to some', [0, 3], (a) => a.view(3), /view: \[0,3\] has 0 elements, which do not fill \[3\]/],
  [
    'a pool without positions',
    [N, 2, 0, 4],
    (a) => F.maxPool2d(a, 2),
    /maxPool2d: images of f32\[N,2,0,4\] have no pixels/,
  ],
  [
    'a pool of padding',
    [N, 2, 4, 0],
    (a) => F.avgPool2d(a, 2, 1, 1),
    /avgPool2d: images of f32\[N,2,4,0\] have no pixels/,
  ],
  [
    'conv2d of padding',
    [N, 1, 0, 2],
    (a) => F.conv2d(a, weight(1, 1, 2, 1), null, 1, [1, 0]),
    /conv2d: images of f32\[N,1,0,2\] have no pixels/,
  ],
  [
    'conv2d to no channels',
    [N, 1, 1, 2],
    (a) => F.conv2d(a, weight(0, 1, 1, 1)),
    /conv2d: the weight f32\[0,1,1,1\] has no elements to give a result/,
  ],
])('%s: refused at the line, as PyTorch refuses it', (_, shape, f, problem) => {
  const spec: TensorSpec = { shape: shape.map((d) => (d === N ? 'N' : (d as number))) };
  expect(() => recordFunction([spec], f)).toThrow(problem);
});

const graph = `tapeout ir 1
graph @z(%a: f32[3,0], %b: f32[3]) {
  %s = reduce_sum(%a) {dims=[1]} : f32[3]
  %y = add(%s, %b) : f32[3]
  %t = reshape(%a) {shape=[0,3]} : f32[0,3]
  %m = matmul(%a, %t) : f32[3,3]
  return %y, %m
}
`;

test.each([wasm128, webgpu])('texts pass through every pass, verified: $name', (target) => {
  const ir = readIr(graph, 'z.tir', 1);
  if (ir.form !== 'module') throw new Error(ir.form);
  const [z] = ir.module.graphs;
  const given = new Map(z?.params.map((p) => [p, p.name === 'b' ? [1, 2, 3] : []]));
  expect([...(z ? interpretGraph(z, given, 1) : new Map()).values()].map((v) => [...v])).toEqual([
    [1, 2, 3],
    new Array(9).fill(0),
  ]);
  const backend = backendFor(target);
  // As written, and simplified first.
  for (const passes of [[], [stages.canonicalize]]) {
    const all = [...passes, ...backend.stages, emission(backend)];
    const context = contextOf(ir, { target });
    expect(all.reduce<Ir>((at, stage) => runStage(stage, at, context, { verify: true }).ir, ir).form).toBe('code');
  }
});

test('empty loops read nothing out of range', () => {
  const text = `tapeout ir 1
kernel @none(x: f32[3,0], y: f32[3] out) {
  for i in 0..3 {
    tile acc: f32[]
    acc = 0.0
    for k in 0..0 { acc += x[i, k] }
    y[i] = acc
  }
}
`;
  expect(readIr(text, 'none.tir', 1).form).toBe('kernels');
  // An index out of range is still one where the loop runs.
  expect(() => readIr(text.replace('k in 0..0', 'k in 0..1'), 'none.tir', 1)).toThrow(/must be in 0\.\.0/);
});

/** Through a layer of width 0: the result is the last bias plus the input, and only that bias learns. */
class Narrow extends nn.Module {
  into = new nn.Linear(3, 0);
  from = new nn.Linear(0, 2, { bias: true });
  forward(x: Tensor): Tensor {
    return this.from(this.into(x)).add(x.slice(1, 0, 2));
  }
}

/** Every layer with extents that may be 0, on empty tensors. */
class Norms extends nn.Module {
  into = new nn.Linear(3, 0);
  batch = new nn.BatchNorm1d(0);
  batches = new nn.BatchNorm2d(0);
  volumes = new nn.BatchNorm3d(0);
  instance = new nn.InstanceNorm1d(0, { affine: true });
  images = new nn.InstanceNorm2d(0, { affine: true });
  bodies = new nn.InstanceNorm3d(0, { affine: true });
  group = new nn.GroupNorm(1, 0);
  layer = new nn.LayerNorm(0);
  layers = new nn.LayerNorm([3, 0]);
  rms = new nn.RMSNorm(0);
  slopes = new nn.PReLU(0);
  from = new nn.Linear(0, 2);
  forward(x: Tensor): Tensor {
    const none = this.rms(this.layer(this.slopes(this.batch(this.into(x)))));
    const rows = this.group(this.instance(none.view('N', 0, 2)));
    const pixels = this.images(this.batches(rows.unsqueeze(3)));
    const voxels = this.bodies(this.volumes(pixels.unsqueeze(4)));
    return this.from(this.layers(voxels.view('N', 3, 0)).view('N', 0));
  }
}

test('layers take extents of 0, as in PyTorch', async () => {
  const optimizer = F.optim.SGD({ lr: 0.5 });
  const shapes = { input: { shape: ['N', 3] }, target: { shape: ['N', 2] } } as const;
  const spec = defineModel({ model: Norms, ...shapes, loss: nn.MSELoss(), optimizer, maxBatch: 2 });
  const { wasm, manifest, weights } = await compile(spec, { verify: true });
  const model = await instantiate(wasm, manifest, weights);
  model.loadStateDict({ 'from.bias': Float32Array.of(0, 0) }, { strict: false });
  // The loss is (2² + 4²)/2 with a bias of 0, and half of its gradient takes the bias to y/2.
  expect(model.trainStep(new Float32Array(6), Float32Array.of(2, 4, 2, 4))).toBe(10);
  expect([...model.forward(new Float32Array(6))]).toEqual([1, 2, 1, 2]);
});

describe('a model with empty parameters', () => {
  const spec = defineModel({
    model: () => new Narrow(),
    input: { shape: ['N', 3] },
    target: { shape: ['N', 2] },
    loss: nn.MSELoss(),
    optimizer: F.optim.SGD({ lr: 0.5, momentum: 0.9 }),
    maxBatch: 2,
  });
  const [x, y] = [Float32Array.of(0, 0, 3, 0, 0, 6), Float32Array.of(2, 4, 2, 4)];

  test('learns the same on one thread as on several, and is saved', async () => {
    const c = await compile(spec, { verify: true, threads: 2 });
    const halves = { wasm: c.wasm, threadedWasm: c.threadedWasm as Uint8Array };
    const alone = await instantiate(c.wasm, c.manifest, c.weights);
    const together = await instantiateThreads(halves, c.manifest, c.weights, { threads: 2, cores: 2 });
    for (const m of [alone, together]) {
      // b = 0: the loss is (2² + 4²)/2, and half of its gradient takes b to y/2.
      expect(m.trainStep(x, y)).toBe(10);
      expect([...m.forward(x)]).toEqual([1, 2, 1, 2]);
      expect(m.stateDict().get('into.weight')).toHaveLength(0);
    }
    const saved = alone.toSafetensors({ state: true });
    expect(together.toSafetensors({ state: true })).toEqual(saved);
    await together.dispose();
    const again = await instantiate(c.wasm, c.manifest, c.weights);
    again.loadStateDict(readSafetensors(saved));
    expect([...again.forward(x)]).toEqual([1, 2, 1, 2]);
  });

  test.skipIf(noGpu)(unless(noGpu, 'learns on a GPU'), async () => {
    const c = await compile(spec, { verify: true, target: 'all' });
    const device = await openDevice();
    const m = await instantiateGpu(device, c.wgsl as string, c.manifest as never, c.weights);
    expect(await m.trainStep(x, y)).toBe(10);
    expect([...(await m.forward(x))]).toEqual([1, 2, 1, 2]);
    expect([...(await m.parameter('into.bias'))]).toEqual([]);
    m.dispose();
    device.destroy();
  });
});
