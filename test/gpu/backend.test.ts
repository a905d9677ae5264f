/** The backend that `auto` picks, and its reason, on mocked machines with a real device. */
import { describe, expect, test } from 'vitest';
import { instantiateBest, instantiateOnGpu, type ManifestGpu, openDevice, TapeoutError } from '../../runtime/index.ts';
import { noGpu } from '../support/engines.ts';
import { openDevice as openReal } from '../support/gpu.ts';
import { unless } from '../support/left-out.ts';
import { instantiateTiny, tagTiny, tinyGpuManifest, tinyManifest, tinyWeights } from '../support/tiny.ts';

const largeOf = (gpu: Partial<ManifestGpu>) =>
  tagTiny({ ...tinyGpuManifest, webgpu: { ...tinyGpuManifest.webgpu!, operations: 160e6, ...gpu } });
const { manifest: large, wgsl } = largeOf({});

/** A machine with this adapter. */
const machine = (
  info: Partial<GPUAdapterInfo>,
  requestDevice: (wanted: GPUDeviceDescriptor) => Promise<GPUDevice> = () => openReal(),
): GPU =>
  ({
    requestAdapter: async () => ({
      info: { vendor: '', architecture: '', device: '', description: '', isFallbackAdapter: false, ...info },
      features: new Set<string>(),
      limits: { maxStorageBufferBindingSize: 2 ** 28, maxBufferSize: 2 ** 30 },
      requestDevice,
    }),
  }) as unknown as GPU;
const acme = { vendor: 'acme', architecture: 'roadrunner' };
/** A machine that remembers its devices. */
function watched(): { readonly gpu: GPU; readonly opened: GPUDevice[] } {
  const opened: GPUDevice[] = [];
  const gpu = machine(acme, async () => {
    const device = await openReal();
    opened.push(device);
    return device;
  });
  return { gpu, opened };
}
const none = { requestAdapter: async () => null } as unknown as GPU;

async function taken(gpu: GPU, manifest = large) {
  const notices: string[] = [];
  const model = await instantiateBest(
    () => instantiateTiny(tinyManifest, tinyWeights()),
    async () => wgsl,
    manifest,
    tinyWeights(),
    { gpu, onNotice: (notice) => notices.push(notice) },
  );
  expect(notices).toEqual([model.backendNotice]);
  expect(await model.trainStep(Float32Array.of(1, 2), Int32Array.of(0))).toBe(3);
  model.dispose();
  return [model.backend, model.backendNotice];
}
const onWasm = (why: string | RegExp) => ['wasm', expect.stringMatching(why)];

describe('auto', () => {
  test.skipIf(noGpu)(unless(noGpu, 'takes a GPU that pays'), async () => {
    expect(await taken(machine(acme))).toEqual([
      'webgpu',
      'the model runs on WebGPU, on acme roadrunner: its largest call has 160.0 million operations, some 8.0 ms of ' +
        'WebAssembly, and a GPU launches its 3 kernels in about 0.13 ms.',
    ]);
    expect((await taken(machine({ ...acme, description: 'Acme 9000' })))[1]).toContain('on Acme 9000: ');
  });

  test('takes WebAssembly for a small model, whatever the machine has', async () => {
    expect(await taken(machine(acme), tagTiny().manifest)).toEqual(
      onWasm(/^the model runs on WebAssembly: .* too few to pay/),
    );
    expect(await taken(machine(acme), tagTiny(tinyManifest).manifest)).toEqual(
      onWasm(/: it was compiled without shaders\.$/),
    );
  });

  test('takes WebAssembly where there is no GPU, or only one in software', async () => {
    expect(await taken(none)).toEqual(onWasm(/: WebGPU finds no GPU on this machine, or no driver for it\.$/));
    expect(await taken(undefined as never)).toEqual(onWasm(/: there is no WebGPU here\./));
    for (const info of [
      { ...acme, isFallbackAdapter: true },
      { architecture: 'swiftshader' },
      { description: 'llvmpipe (LLVM 19)' },
    ])
      expect(await taken(machine(info))).toEqual(onWasm(/: the only adapter is software \(/));
  });

  test('takes WebAssembly where a GPU provides no device', async () => {
    const refuses = () => Promise.reject(new DOMException('too many devices', 'OperationError'));
    expect(await taken(machine(acme, refuses))).toEqual(onWasm(/: acme roadrunner gives no device: too many devices$/));
  });

  test.skipIf(noGpu)(
    unless(noGpu, 'takes WebAssembly where the device is too small or refuses the shaders, and releases the device'),
    async () => {
      const { gpu, opened } = watched();
      expect(await taken(gpu, largeOf({ arenaBytes: 2 ** 34 }).manifest)).toEqual(
        onWasm(/arena are 17179869184, and this device's limit/),
      );
      const entries = large.webgpu!.entries.map((e) => ({
        ...e,
        dispatches: e.dispatches.map((d) => ({ ...d, kernel: 'other' })),
      }));
      expect(await taken(gpu, largeOf({ entries }).manifest)).toEqual(
        onWasm(/: the device refuses the shaders: kernel 'other'/),
      );
      for (const device of opened) expect((await device.lost).reason).toBe('destroyed');
    },
  );
});

test.skipIf(noGpu)(unless(noGpu, 'a device is requested with what the model needs, if the GPU has it'), async () => {
  const asked: unknown[] = [];
  const gpu = machine(acme, ({ requiredLimits }) => {
    asked.push(requiredLimits);
    return openReal();
  });
  const needing = (needed: Partial<ManifestGpu>) =>
    instantiateOnGpu(async () => wgsl, largeOf(needed).manifest, tinyWeights(), {
      gpu,
    });
  (await needing({})).dispose();
  for (const needed of [{ arenaBytes: 2 ** 29 }, { arenaBytes: 2 ** 31, bindingBytes: 2 ** 27 + 16 }])
    await expect(needing(needed)).rejects.toMatchObject({ code: 'device-limit' });
  expect(asked).toEqual([
    { maxStorageBufferBindingSize: 304, maxBufferSize: 304 },
    { maxStorageBufferBindingSize: 2 ** 28, maxBufferSize: 2 ** 29 },
    { maxStorageBufferBindingSize: 2 ** 27 + 16, maxBufferSize: 2 ** 27 + 16 },
  ]);
});

test.skipIf(noGpu)(unless(noGpu, 'a model that opened its own device opens another if that is lost'), async () => {
  const { gpu, opened } = watched();
  const model = await instantiateOnGpu(async () => wgsl, large, tinyWeights(), { gpu });
  model.trainStep(Float32Array.of(1, 2), Int32Array.of(0));
  const kept = await model.checkpoint();
  opened[0]!.destroy();
  await expect(model.forward(Float32Array.of(1, 2))).rejects.toMatchObject({ code: 'device-lost' });
  const next = await model.recover();
  expect(await next.stateDict({ state: true })).toEqual(kept);
  expect(await next.trainStep(Float32Array.of(1, 2), Int32Array.of(0))).toBe(3);
  next.dispose();
  expect((await opened[1]!.lost).reason).toBe('destroyed');
  expect(opened).toHaveLength(2);
});

test.skipIf(noGpu)(
  unless(noGpu, 'a model whose own device reports an error stops, and resumes from its checkpoint'),
  async () => {
    const { gpu, opened } = watched();
    const model = await instantiateOnGpu(async () => wgsl, large, tinyWeights(), { gpu });
    const kept = await model.checkpoint();
    // As would a step that needs what the device lacks.
    opened[0]!.createBuffer({ size: 16, usage: 0xffff });
    await expect.poll(() => model.finished().catch((e) => e.code)).toBe('device-failed');
    expect(() => model.trainStep(Float32Array.of(1, 2), Int32Array.of(0))).toThrow(/cannot be trusted any more/);
    const next = await model.recover();
    expect(await next.stateDict({ state: true })).toEqual(kept);
    next.dispose();
  },
);

test("'webgpu' is taken, or refused with the reason", async () => {
  await expect(openDevice(none)).rejects.toThrow(TapeoutError);
  await expect(openDevice(none)).rejects.toThrow('WebGPU finds no GPU on this machine, or no driver for it.');
});
