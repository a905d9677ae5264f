/** Models larger than one binding: the arena in several buffers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import lenet from '../../examples/lenet.ts';
import { defineModel, nn, optim, relu, type Tensor } from '../../frontend/index.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import type { Compiled } from '../../frontend/pipeline/compiled.ts';
import { CompileError } from '../../ir/diagnostic.ts';
import { type GpuModel, instantiateGpu } from '../../runtime/index.ts';
import { generator } from '../support/golden.ts';
import { noGpu, openDevice, openNullDevice, pipelineProblem, shaderProblem } from '../support/gpu.ts';
import { unless } from '../support/left-out.ts';

const small = { ...lenet, maxBatch: 4 };
const bindingBytes = 2 ** 18;

/** A few layers of this many neurons. */
function wide(neurons: number, layers: number) {
  class Wide extends nn.Module {
    first = nn.Linear(8, neurons);
    others = nn.Sequential(...Array.from({ length: layers }, () => nn.Linear(neurons, neurons)));
    last = nn.Linear(neurons, 4);
    forward(x: Tensor) {
      return this.last(relu(this.others(this.first(x))));
    }
  }
  return defineModel({
    model: Wide,
    input: { shape: ['N', 8] },
    target: { shape: ['N'], dtype: 'i32' },
    loss: nn.CrossEntropyLoss(),
    optimizer: optim.SGD({ lr: 0.01 }),
    maxBatch: 4,
    seed: 1,
  });
}

/** Checks all shaders with Tint, on a device with the limits that every device has. */
async function expectValid({ wgsl, manifest }: Compiled): Promise<void> {
  const device = await openNullDevice();
  expect(await shaderProblem(device, wgsl!)).toBeNull();
  for (const k of new Set(manifest.webgpu!.entries.flatMap((e) => e.dispatches.map((d) => d.kernel))))
    expect(await pipelineProblem(device, wgsl!, k), k).toBeNull();
  device.destroy();
}

/** The buffers of the arena that a shader declares, by their bindings. */
const declared = (wgsl: string): string[] =>
  [...wgsl.matchAll(/@binding\((\d+)\) var<storage, read_write> (\w+)/g)].map(([, at, name]) => `${at} ${name}`);

test('one binding is used as long as everything fits', async () => {
  const [usual, given] = [
    await compile(small, { target: 'webgpu' }),
    await compile(small, { target: 'webgpu', bindingBytes: 2 ** 21 }),
  ];
  expect(declared(usual.wgsl!)).toEqual(['0 arena']);
  expect(usual.manifest.webgpu).not.toHaveProperty('bindingBytes');
  expect([given.wgsl, given.manifest]).toEqual([usual.wgsl, usual.manifest]);
});

test('an arena larger than one binding continues in the next', async () => {
  const made = await compile(small, { target: 'webgpu', bindingBytes, verify: true });
  const { arenaBytes, tensors } = made.manifest.webgpu!;
  const count = Math.ceil(arenaBytes / bindingBytes);
  expect(count).toBeGreaterThan(2);
  expect(declared(made.wgsl!)).toEqual([
    '0 arena',
    ...Array.from({ length: count - 1 }, (_, i) => `${i + 2} arena${i + 1}`),
  ]);
  expect(made.manifest.webgpu!.bindingBytes).toBe(bindingBytes);
  const used = new Set(tensors.flatMap((t) => (t.purpose === 'scalar' ? [] : [Math.floor(t.offset / bindingBytes)])));
  expect(used.size).toBeGreaterThan(1);
  for (const { offset, bytes } of made.gpu!.program.slots)
    expect(Math.floor(offset / bindingBytes)).toBe(Math.floor((offset + bytes - 1) / bindingBytes));
  await expectValid(made);
});

test('a model of 200 MB of parameters fits in bindings that every device has', { timeout: 120_000 }, async () => {
  const made = await compile(wide(4096, 3), { target: 'webgpu', entries: ['train_step'] });
  expect(made.manifest.webgpu!.bindingBytes).toBe(2 ** 27);
  expect(declared(made.wgsl!)).toEqual(['0 arena', '2 arena1']);
  await expectValid(made);
});

test('a tensor too large for a binding, or an arena too large for eight, is refused with the limit', async () => {
  const refused = (neurons: number, layers: number) =>
    expect(compile(wide(neurons, layers), { target: 'webgpu', bindingBytes: 2 ** 16, entries: ['forward'] })).rejects;
  await refused(256, 1).toThrow(
    "'others.0.weight' needs 262144 bytes of memory at a batch of 4; a storage buffer binding of WebGPU (maxStorageBufferBindingSize) offers 65536 bytes",
  );
  await refused(96, 20).toThrow(
    /^the model needs .* the storage buffers of a WebGPU shader \(maxStorageBuffersPerShaderStage\) offer/,
  );
  for (const bad of [0, 100, 2 ** 16 + 1, 2 ** 31, Number.NaN])
    await expect(compile(small, { target: 'webgpu', bindingBytes: bad })).rejects.toThrow(CompileError);
});

describe.skipIf(noGpu)(unless(noGpu, 'on SwiftShader'), { timeout: 240_000 }, () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  test('it learns the same bits', async () => {
    const models = await Promise.all(
      [{}, { bindingBytes }].map(async (given) => {
        const { wgsl, manifest, weights } = await compile(small, { target: 'webgpu', ...given });
        return instantiateGpu(device, wgsl!, manifest, weights);
      }),
    );
    const learnt = async (model: GpuModel): Promise<unknown> => {
      const random = generator(3);
      const losses: PromiseLike<number>[] = [];
      let x = new Float32Array();
      for (const n of [4, 1, 3]) {
        x = Float32Array.from({ length: n * 1024 }, () => random());
        losses.push(
          model.trainStep(
            x,
            Int32Array.from({ length: n }, () => Math.floor(10 * random())),
          ),
        );
      }
      return [await Promise.all(losses), await model.forward(x), await model.stateDict(), await model.toSafetensors()];
    };
    const [one, parts] = await Promise.all(models.map(learnt));
    expect(parts).toEqual(one);
    for (const model of models) model.dispose();
  });
});
