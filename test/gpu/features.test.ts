/** Shaders for optional features: they pass Tint, they are taken where the device has the features, and their errors are
 *  bounded. SwiftShader has no shader-f16: the interpreter rounds as such a device does. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import convnet from '../../examples/convnet.ts';
import lenet from '../../examples/lenet.ts';
import mlp from '../../examples/mlp.ts';
import { bundleOf } from '../../frontend/files/output.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import { interpretKernel, makeMemory } from '../../ir/interpret/kernel.ts';
import { webgpu, webgpuTarget } from '../../ir/target.ts';
import { directivesOf, parseText } from '../../ir/text/parse.ts';
import { printKernel } from '../../ir/text/print-kernel.ts';
import { verifyKernel, verifyKernels } from '../../ir/verify/kernel.ts';
import { joined } from '../../passes/join.ts';
import { outlineOfKernels } from '../../passes/outline.ts';
import { chooseSchedule } from '../../passes/schedule/choose/index.ts';
import { applySchedule } from '../../passes/schedule/rewrites/directives.ts';
import { instantiateOnGpu } from '../../runtime/backend.ts';
import { instantiateGpu } from '../../runtime/webgpu.ts';
import { generator } from '../support/golden.ts';
import { gpuOf, noGpu, openDevice, openNullDevice, pipelineProblem, shaderProblem } from '../support/gpu.ts';
import { compareKernels } from '../support/gpu-kernels.ts';
import { unless } from '../support/left-out.ts';
import { tagTiny, tinyGpuManifest, tinyWeights } from '../support/tiny.ts';

const features = ['subgroups', 'shader-f16'] as const;

describe('every shader of the examples', () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openNullDevice(features);
  });
  afterAll(() => device.destroy());

  test.each(Object.entries({ lenet, mlp, convnet }))('%s', async (_, spec) => {
    const plain = await compile(spec, { target: 'webgpu' });
    const rich = await compile(spec, { target: 'webgpu', gpuFeatures: features, verify: true });
    // The portable shaders are unchanged.
    expect(rich.wgsl).toBe(plain.wgsl);
    expect(rich.manifest.webgpu).toEqual({ ...plain.manifest.webgpu, features });
    expect(rich.featureWgsl).toMatch(/^\/\/ tapeout \w+\nenable f16;\nenable subgroups;\n/);
    const [only] = features;
    const some = await compile(spec, { target: 'webgpu', gpuFeatures: [only], verify: true });
    expect(some.featureWgsl).toMatch(/^\/\/ tapeout \w+\nenable subgroups;\nstruct/);
    expect(await shaderProblem(device, some.featureWgsl!)).toBeNull();
    expect(await shaderProblem(device, rich.featureWgsl!)).toBeNull();
    const kernels = new Set(rich.manifest.webgpu!.entries.flatMap((e) => e.dispatches.map((d) => d.kernel)));
    for (const k of kernels) expect(await pipelineProblem(device, rich.featureWgsl!, k), k).toBeNull();
    const files = await bundleOf(rich);
    expect([...files.keys()]).toEqual(expect.arrayContaining(['model.wgsl', 'model.features.wgsl']));
    expect((await bundleOf(plain)).has('model.features.wgsl')).toBe(false);
  });

  test('halves are chosen for devices that have them', async () => {
    const { kernels } = parseText(product(256, 300, 256), 'product.tir', { maxBatch: 1 });
    const spec = { ...webgpu, name: 'x' };
    expect(chooseSchedule(kernels[0]!, spec, 1)).not.toContainEqual(expect.objectContaining({ half: true }));
    const schedule = chooseSchedule(kernels[0]!, webgpuTarget({ features }), 1);
    expect(schedule).toContainEqual(expect.objectContaining({ do: 'block', half: true }));
  });
});

test('gpuFeatures must be known features, of a model for WebGPU', async () => {
  await expect(compile(mlp, { gpuFeatures: features })).rejects.toThrow(
    /gpuFeatures are for models that run on WebGPU/,
  );
  await expect(compile(mlp, { target: 'all', gpuFeatures: ['f16' as never] })).rejects.toThrow(
    /there is no GPU feature 'f16'/,
  );
});

describe.skipIf(noGpu)(unless(noGpu, 'which shaders are chosen'), () => {
  const { manifest, wgsl } = tagTiny({ ...tinyGpuManifest, webgpu: { ...tinyGpuManifest.webgpu!, features } });
  const taken = async (engine: 'device' | 'none') => {
    const asked: boolean[] = [];
    const shaders = async (hasFeatures: boolean) => {
      asked.push(hasFeatures);
      return wgsl;
    };
    const open = () => instantiateOnGpu(shaders, manifest, tinyWeights(), { gpu: gpuOf(engine) });
    const model = await open();
    model.dispose();
    return [...asked, model.backendNotice];
  };
  test('those for the features on a device that has them', async () =>
    expect(await taken('none')).toEqual([
      true,
      expect.stringMatching(/^the model runs on WebGPU, on .*, with subgroups and shader-f16\.$/),
    ]));
  test('the portable ones on a device that lacks one', async () =>
    expect(await taken('device')).toEqual([
      false,
      expect.stringMatching(/^the model runs on WebGPU, on SwiftShader.*, without shader-f16\.$/),
    ]));
  test('the notice says what the device has', async () => {
    const told: string[] = [];
    const notice = (adapter: string): string => {
      told.push(adapter);
      return adapter;
    };
    const gpu = { requestAdapter: async () => hardware(await gpuOf('none').requestAdapter()) } as GPU;
    for (const m of [manifest, tagTiny().manifest])
      (await instantiateOnGpu(async () => wgsl, m, tinyWeights(), { gpu }, notice)).dispose();
    const lame = { requestAdapter: async () => hardware(await gpuOf('device').requestAdapter()) } as GPU;
    (await instantiateOnGpu(async () => wgsl, manifest, tinyWeights(), { gpu: lame }, notice)).dispose();
    expect(told).toEqual(['a card, with subgroups and shader-f16', 'a card', 'a card, without shader-f16']);
  });
});

/** An adapter that claims to be a card. */
const hardware = (adapter: GPUAdapter | null): GPUAdapter =>
  ({
    info: { vendor: '', architecture: '', device: '', description: 'a card', isFallbackAdapter: false },
    features: adapter!.features,
    limits: adapter!.limits,
    requestDevice: (d: GPUDeviceDescriptor) => adapter!.requestDevice(d),
  }) as unknown as GPUAdapter;

describe.skipIf(noGpu)(unless(noGpu, 'subgroup sums on SwiftShader'), () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openDevice(['subgroups']);
  });
  afterAll(() => device?.destroy());

  /** Kernels whose sums are shared by workgroups of this size; joined, they are one kernel with parts of several sizes. */
  const sums = (by: number): string => `tapeout ir 1
batch (N <= 257)
schedule @rows {
  share k by ${by} together
  share k_2 by ${by} together
  invoke j by 70
  parallel n
}
schedule @all {
  share k by ${2 * by} together
}
schedule @greatest {
  share k by ${by} together
}
kernel @rows(a: f32[N,70], y: f32[N,70] out) {
  for n in 0..N {
    tile mean: f32[]
    mean = 0.0
    for k in 0..70 { mean += a[n, k] }
    tile square: f32[]
    square = 1.0
    for k_2 in 0..70 { square += (a[n, k_2] - mean / 70.0) * (a[n, k_2] - mean / 70.0) }
    for j in 0..70 { y[n, j] = (a[n, j] - mean / 70.0) / sqrt(square) }
  }
}
kernel @all(a: f32[N,70], z: f32[] out) {
  tile acc: f32[]
  acc = 0.5
  for k in 0..N { acc += a[k, 3] }
  z = acc
}
kernel @greatest(b: i32[N], w: i32[] out) {
  tile top: i32[]
  top = -99
  for k in 0..N { top max= b[k] }
  w = top
}`;
  test.each([1, 3, 4, 5, 63, 64, 65, 128])('workgroups of %i', async (by) => {
    const { kernels, schedules } = parseText(sums(by), 'sums.tir', { maxBatch: 257 });
    const target = webgpuTarget({ features: ['subgroups'] });
    const scheduled = kernels.map((k) => applySchedule(k, directivesOf(schedules.find((s) => s.kernel === k.name)!)));
    verifyKernels(scheduled, { maxBatch: 257, target });
    expect(() => verifyKernels(scheduled, { maxBatch: 257, target: webgpu })).toThrow(/webgpu does not support that/);
    expect(joined(outlineOfKernels(scheduled, 257), target).entries[0]!.launches.length).toBe(2);
    for (const launches of [scheduled, joined(outlineOfKernels(scheduled, 257), target).entries[0]!.launches])
      await compareKernels(device, launches, { maxBatch: 257, batches: [1, 3, 4, 65, 257], tolerance: 1e-5, target });
  });

  test('a maximum, which subgroups cannot find with NaN, is refused', () => {
    const text = `tapeout ir 1
kernel @k(a: f32[64], y: f32[] out) { tile top: f32[] top = 0.0 for k in 0..64 { top max= a[k] } y = top }`;
    const [k] = parseText(text, 'max.tir', { maxBatch: 1 }).kernels;
    const share = { do: 'share', axis: 'k', by: 64 } as const;
    expect(() => applySchedule(k!, [{ ...share, together: true }])).toThrow(/does not keep a NaN/);
    expect(chooseSchedule(k!, webgpuTarget({ features: ['subgroups'] }), 1)).toContainEqual(share);
  });

  test('a model learns the same', async () => {
    const { manifest, featureWgsl, wgsl, weights } = await compile(mlp, {
      target: 'webgpu',
      gpuFeatures: ['subgroups'],
    });
    const losses: number[][] = [];
    for (const text of [wgsl!, featureWgsl!]) {
      const model = await instantiateGpu(device, text, manifest, weights);
      const random = generator(1);
      const x = Float32Array.from({ length: 5 * 784 }, () => random());
      const y = Int32Array.from({ length: 5 }, (_, i) => i);
      losses.push(await Promise.all(Array.from({ length: 5 }, () => model.trainStep(x, y))));
      model.dispose();
    }
    for (const [i, loss] of losses[0]!.entries()) expect(Math.abs(losses[1]![i]! - loss)).toBeLessThan(1e-5);
  });
});

const product = (rows: number, over: number, cols: number): string => `tapeout ir 1
schedule @k {
  block i with j over k by 16 invocations 8 registers 4 half
}
kernel @k(a: f32[${rows},${over}], b: f32[${over},${cols}], y: f32[${rows},${cols}] out) {
  for i in 0..${rows} { for j in 0..${cols} {
    tile acc: f32[]
    acc = 0.0
    for k in 0..${over} { acc += a[i, k] * b[k, j] }
    y[i, j] = acc
  } }
}`;

test('a tile of halves reads back as it prints, and needs a device that has them', () => {
  const { kernels, schedules } = parseText(product(8, 16, 8), 'product.tir', { maxBatch: 1 });
  const schedule = directivesOf(schedules[0]!);
  expect(schedule[0]).toMatchObject({ half: true });
  const k = applySchedule(kernels[0]!, schedule);
  const text = printKernel(k);
  expect(text).toContain('tile a.1: f32[16,32] workgroup half');
  const again = parseText(`tapeout ir 1\n${text}`, 'again.tir', { maxBatch: 1 }).kernels[0]!;
  expect(printKernel(again)).toBe(text);
  verifyKernel(k, { maxBatch: 1, target: webgpuTarget({ features }) });
  expect(() => verifyKernel(k, { maxBatch: 1, target: webgpu })).toThrow(/a is halves, and webgpu has none/);
});

test('the errors of products with halves are between 1e-5 and 1e-3 of the largest', () => {
  const worst = [16, 128, 1024].map((over) => {
    const { kernels, schedules } = parseText(product(33, over, 34), 'product.tir', { maxBatch: 1 });
    const half = applySchedule(kernels[0]!, directivesOf(schedules[0]!));
    const [one, two] = [makeMemory(kernels, 1), makeMemory(kernels, 1)];
    const random = generator(over);
    for (const [b, values] of one) {
      for (let i = 0; i < values.length; i++) values[i] = random() - 0.5;
      two.set(b, values.slice());
    }
    interpretKernel(kernels[0]!, one, 1);
    interpretKernel(half, two, 1);
    const y = kernels[0]!.params.find((p) => p.access === 'out')!.buffer;
    const [want, got] = [one.get(y)!, two.get(y)!];
    let [error, greatest] = [0, 0];
    for (let i = 0; i < want.length; i++) {
      error = Math.max(error, Math.abs(want[i]! - got[i]!));
      greatest = Math.max(greatest, Math.abs(want[i]!));
    }
    return error / greatest;
  });
  if (process.env.TAPEOUT_TABLE) console.log(worst);
  for (const w of worst) {
    expect(w).toBeGreaterThan(1e-5);
    expect(w).toBeLessThan(1e-3);
  }
});

test('a tile of halves rounds numbers to f16', () => {
  const text = `tapeout ir 1
kernel @k(a: f32[8], y: f32[8] out) {
  tile t: f32[8] workgroup half
  invoke i in 0..8 { t[i] = a[i] }
  barrier
  invoke i in 0..8 { y[i] = t[i] }
}`;
  const [k] = parseText(text, 'half.tir', { maxBatch: 1 }).kernels;
  const memory = makeMemory([k!], 1);
  const [a, y] = k!.params.map((p) => memory.get(p.buffer)!);
  a!.set([1 + 2 ** -11, 1 + 3 * 2 ** -11, -0.1, 65519, 65520, 2 ** -25, 3 * 2 ** -25, NaN]);
  interpretKernel(k!, memory, 1);
  expect([...y!]).toEqual([1, 1 + 2 ** -9, -0.0999755859375, 65504, Infinity, 0, 2 ** -23, NaN]);
});
