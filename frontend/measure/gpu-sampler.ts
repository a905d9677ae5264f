/** Runs a compiled model on a GPU kernel by kernel, and times each by the device's own clock. */

import { CompilerBug } from '../../ir/diagnostic.ts';
import { type Entry, timesOf } from '../../ir/program.ts';
import { GpuProgram } from '../../runtime/gpu-program.ts';
import { Readback } from '../../runtime/gpu-read.ts';
import { toWords, usage } from '../../runtime/gpu-words.ts';
import type { Manifest } from '../../runtime/manifest.ts';
import { GpuModel } from '../../runtime/webgpu.ts';
import type { Compiled } from '../pipeline/compiled.ts';
import { inputsOf, type Sampler, variety } from './sampler.ts';

/** The feature that a device must have to be sampled. */
export const clockFeature: GPUFeatureName = 'timestamp-query';

/** WebGPU's constant for buffers that queries are resolved to. */
const queryResolve = 0x200;
const stampBytes = 8;

/** A model ready to be sampled: its initial weights, seeded inputs, a batch of `n`. */
export async function gpuSampler(
  { wgsl, manifest, weights }: Pick<Compiled, 'wgsl' | 'manifest' | 'weights'>,
  entry: Entry,
  n: number,
  device: GPUDevice,
): Promise<Sampler> {
  const gpu = manifest.webgpu;
  const dispatches = gpu?.entries.find((e) => e.name === entry.name)?.dispatches;
  if (!gpu || wgsl === null || dispatches?.length !== entry.launches.length)
    throw new CompilerBug('emit', `the manifest's dispatches are not the launches of '${entry.name}'`);
  const program = await GpuProgram.of(device, wgsl, gpu, manifest.maxBatch);
  const model = new GpuModel(program, wgsl, manifest, null);
  model.loadStateDict(weights, { strict: false });
  const begin = await model.stateDict({ state: true });
  const onGpu: Manifest = { ...manifest, tensors: gpu.tensors };
  const inputs = Array.from({ length: variety }, (_, i) => inputsOf(onGpu, entry, n, i));

  const count = 2 * dispatches.length;
  const stamps = device.createQuerySet({ type: 'timestamp', count });
  const resolved = device.createBuffer({ size: count * stampBytes, usage: queryResolve | usage.copySource });
  const readback = new Readback(program);

  let steps = 0;
  /** Restarts the training whenever the samples are used up, so that it neither converges nor diverges. */
  const prepare = async (): Promise<void> => {
    const at = steps++ % variety;
    if (at === 0) model.loadStateDict(begin, { strict: false });
    for (const [{ offset }, data] of inputs[at] ?? []) program.arena.write(offset, toWords(data));
    await model.finished();
  };
  return {
    launches: entry.launches,
    times: entry.launches.map((_, i) => timesOf(entry, i)),
    async step(starts) {
      await prepare();
      const encoder = program.encodeTimed(dispatches, n, stamps);
      encoder.resolveQuerySet(stamps, 0, count, resolved, 0);
      const began = performance.now();
      const stretch = { buffer: resolved, offset: 0, bytes: count * stampBytes };
      const ns = new BigInt64Array(await readback.read([stretch], encoder));
      const ms = (from: number, to: number): number => Math.max(0, Number(ns[to]! - ns[from]!) / 1e6);
      return Float64Array.from(dispatches, (_, i) => {
        starts?.push(began + ms(0, 2 * i));
        return ms(2 * i, 2 * i + 1);
      });
    },
    async whole() {
      await prepare();
      const began = performance.now();
      program.pace.submit(program.encode(dispatches, n));
      await model.finished();
      return performance.now() - began;
    },
  };
}
