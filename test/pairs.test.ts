/** Shapes with the batch twice, on threads and on a device: scores of each sample with each other. */
import { expect, test } from 'vitest';
import { compile, crossEntropy, defineModel, nn, normalize, optim, type Tensor } from '../frontend/index.ts';
import '../frontend/testing/setup.ts';
import { instantiate, instantiateThreads } from '../runtime/index.ts';
import { generator } from './support/golden.ts';
import { noGpu, openDevice } from './support/gpu.ts';
import { sameValues } from './support/gpu-kernels.ts';
import { GpuMachine, startOf } from './support/gpu-machine.ts';
import { unless } from './support/left-out.ts';

/** The scores of each sample with each sample, including itself, plus scores mixed by softmax: f32 [N,N]. */
class Pairs extends nn.Module {
  image = nn.Linear(6, 8);
  text = nn.Linear(6, 8);
  scale = nn.Parameter([], 1.5);
  forward(x: Tensor): Tensor {
    const [a, b] = [normalize(this.image(x)), normalize(this.text(x.relu()))];
    const scores = a.mm(b.t()).mul(this.scale.exp());
    return scores.add(scores.softmax(0).mm(scores));
  }
}
const spec = defineModel({
  ...{ model: Pairs, input: { shape: ['N', 6] }, target: { shape: ['N'], dtype: 'i32' }, maxBatch: 33 },
  loss: (out: Tensor, y: Tensor) => crossEntropy(out, y).add(crossEntropy(out.t(), y)),
  optimizer: optim.SGD({ lr: 0.1, momentum: 0.9 }),
});
const batches = [5, 33, 1, 16];

/** A batch in which each sample's label is itself. */
function batch(n: number, random: () => number): [Float32Array, Int32Array] {
  return [Float32Array.from({ length: 6 * n }, () => random() - 0.5), Int32Array.from({ length: n }, (_, i) => i)];
}

test('threads give the bits of one', async () => {
  const c = await compile(spec, { threads: 4, verify: true });
  const one = await instantiate(c.wasm, c.manifest, c.weights);
  const modules = { wasm: c.wasm, threadedWasm: c.threadedWasm! };
  const three = await instantiateThreads(modules, c.manifest, c.weights, { threads: 3, cores: 3 });
  try {
    const random = generator(3);
    for (const n of batches) {
      const [x, y] = batch(n, random);
      expect(three.trainStep(x, y)).toBe(one.trainStep(x, y));
      expect(three.forward(x)).toEqual(one.forward(x));
    }
    for (const [name, values] of one.stateDict()) expect(three.stateDict().get(name), name).toEqual(values);
  } finally {
    three.dispose();
  }
});

test.skipIf(noGpu)(unless(noGpu, 'a device gives the numbers of WebAssembly'), { timeout: 120_000 }, async () => {
  const c = await compile(spec, { target: 'all' });
  const wasm = await instantiate(c.wasm, c.manifest, c.weights);
  const device = await openDevice();
  const gpu = await GpuMachine.of(device, c.manifest.webgpu!, c.wgsl!, ['forward', 'train_step']);
  try {
    startOf(gpu, c.manifest.webgpu!, c.weights);
    const random = generator(4);
    for (const n of batches) {
      const [x, y] = batch(n, random);
      gpu.set('x', x);
      gpu.set('y', y);
      gpu.run('train_step', n);
      sameValues(await gpu.get('loss', n), [wasm.trainStep(x, y)], 1e-5, `loss of ${n}`);
      gpu.run('forward', n);
      const want = wasm.forward(x);
      expect(want.length).toBe(n * n);
      sameValues(await gpu.get('output', n), want, 1e-4, `output of ${n}`);
    }
    for (const [name, values] of wasm.stateDict()) sameValues(await gpu.get(name, 1), values, 1e-4, name);
  } finally {
    gpu.dispose();
    device.destroy();
  }
});
