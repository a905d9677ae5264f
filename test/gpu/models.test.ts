/** Compiled models on a device compute what the WebAssembly computes, step after step. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import convnet from '../../examples/convnet.ts';
import lenet from '../../examples/lenet.ts';
import mlp from '../../examples/mlp.ts';
import type { ModelSpec } from '../../frontend/model/model.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import type { Compiled } from '../../frontend/pipeline/compiled.ts';
import { instantiate, type Model } from '../../runtime/index.ts';
import { generator } from '../support/golden.ts';
import { noGpu, openDevice } from '../support/gpu.ts';
import { sameValues } from '../support/gpu-kernels.ts';
import { GpuMachine, startOf } from '../support/gpu-machine.ts';
import { unless } from '../support/left-out.ts';

let device: GPUDevice;
beforeAll(async () => {
  if (!noGpu) device = await openDevice();
});
afterAll(() => device?.destroy());

/** The same model twice, from the same weights. */
async function both(spec: ModelSpec): Promise<{ c: Compiled; wasm: Model; gpu: GpuMachine }> {
  const c = await compile(spec, { target: 'all' });
  const wasm = await instantiate(c.wasm as BufferSource, c.manifest, c.weights);
  const gpu = await GpuMachine.of(device, c.manifest.webgpu!, c.wgsl!, ['forward', 'train_step']);
  startOf(gpu, c.manifest.webgpu!, c.weights);
  return { c, wasm, gpu };
}

describe.skipIf(noGpu)(unless(noGpu, 'on SwiftShader'), { timeout: 240_000 }, () => {
  test.each([
    ['lenet', lenet, 1024, [5, 1, 3]],
    ['mlp', mlp, 784, [5, 1, 3]],
    ['convnet', convnet, 1024, [2]],
  ] as const)('%s trains as on WebAssembly, with batches of different sizes', async (_, spec, pixels, batches) => {
    const { c, wasm, gpu } = await both(spec);
    const random = generator(1);
    for (const n of batches) {
      const x = Float32Array.from({ length: n * pixels }, () => random());
      const y = Int32Array.from({ length: n }, () => Math.floor(10 * random()));
      gpu.set('x', x);
      gpu.set('y', y);
      gpu.run('train_step', n);
      sameValues(await gpu.get('loss', n), [wasm.trainStep(x, y)], 1e-5, `loss of ${n}`);
      gpu.run('forward', n);
      sameValues(await gpu.get('output', n), wasm.forward(x), 1e-4, `output of ${n}`);
    }
    const state = wasm.stateDict();
    for (const name of c.weights.keys()) sameValues(await gpu.get(name, 1), state.get(name)!, 1e-5, name);
    gpu.dispose();
  });

  test('the same steps give the same bits', async () => {
    const { c, gpu } = await both(mlp);
    const random = generator(2);
    const x = Float32Array.from({ length: 61 * 784 }, () => random());
    const bits: Buffer[] = [];
    for (let again = 0; again < 3; again++) {
      startOf(gpu, c.manifest.webgpu!, c.weights);
      gpu.set('x', x);
      gpu.set('y', new Int32Array(61));
      for (let i = 0; i < 3; i++) gpu.run('train_step', 61);
      const all = await Promise.all([...c.weights.keys()].map((k) => gpu.get(k, 1)));
      bits.push(Buffer.concat(all.map((v) => new Uint8Array(v.buffer))));
    }
    gpu.dispose();
    for (const other of bits.slice(1)) expect(other.equals(bits[0]!)).toBe(true);
  });
});
