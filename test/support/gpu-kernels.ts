/** Kernels by themselves as a program for WebGPU, and run on a device beside the interpreter. */
import { expect } from 'vitest';
import { manifestOf } from '../../codegen/manifest.ts';
import { emitWgsl, type Shaders } from '../../codegen/wgsl/emit.ts';
import { interpretKernel, type Memory } from '../../ir/interpret/kernel.ts';
import type { Kernel } from '../../ir/kernel.ts';
import type { Outline, Program } from '../../ir/program.ts';
import { webgpu } from '../../ir/target.ts';
import { countAt, type DType } from '../../ir/type.ts';
import { outlineOfKernels } from '../../passes/outline.ts';
import { plan } from '../../passes/plan.ts';
import type { ManifestGpu } from '../../runtime/manifest.ts';
import { generator } from './golden.ts';
import { GpuMachine } from './gpu-machine.ts';
import type { Elements } from './pipeline.ts';

export interface GpuProgram {
  readonly program: Program;
  readonly shaders: Shaders;
  readonly manifest: ManifestGpu;
}

/** What an outline's launches are for WebGPU. */
export function gpuProgram(outline: Outline, target = webgpu): GpuProgram {
  const program = plan(outline, target);
  const shaders = emitWgsl(program, target);
  const manifest = manifestOf(program, new Map(), null, { program, shaders }).webgpu!;
  return { program, shaders, manifest };
}

export const gpuKernels = (kernels: readonly Kernel[], maxBatch: number, target = webgpu): GpuProgram =>
  gpuProgram(outlineOfKernels(kernels, maxBatch), target);

const arrays = { f32: Float32Array, i32: Int32Array, u8: Uint8Array, bool: Uint8Array } as const;

/** Values that an element may have, by a number from 0 to 1. Indices into small buffers are whole numbers from 0 on. */
export const draws: Readonly<Record<DType, (at: number) => number>> = {
  f32: (at) => Math.fround(8 * at - 4),
  i32: (at) => Math.floor(19 * at) - 9,
  u8: (at) => Math.floor(256 * at),
  bool: (at) => Math.floor(2 * at),
};

/** Runs kernels on the device and by the interpreter from the same values, and compares everything that they write: whole
 *  numbers must be the same, floats differ by at most `tolerance` of the greater of 1 and the value. Returns the worst. */
export async function compareKernels(
  device: GPUDevice,
  kernels: readonly Kernel[],
  {
    maxBatch,
    batches,
    tolerance,
    draw = draws,
    target = webgpu,
  }: {
    readonly maxBatch: number;
    readonly batches: readonly number[];
    readonly tolerance: number;
    readonly draw?: typeof draws;
    readonly target?: typeof webgpu;
  },
): Promise<number> {
  const { program, shaders, manifest } = gpuKernels(kernels, maxBatch, target);
  const machine = await GpuMachine.of(device, manifest, shaders.wgsl);
  const names = new Map(program.slots.map((s) => [s.buffer, s.buffer.name]));
  let worst = 0;
  for (const n of batches) {
    const random = generator(n);
    const memory: Memory = new Map();
    for (const { buffer } of program.slots) {
      const values = new arrays[buffer.type.dtype](countAt(buffer.type.shape, n));
      memory.set(buffer, values.map(() => draw[buffer.type.dtype](random())) as Elements);
      machine.set(names.get(buffer)!, memory.get(buffer)!);
    }
    for (const k of kernels) interpretKernel(k, memory, n);
    machine.run('main', n);
    for (const [b, want] of memory)
      worst = Math.max(worst, sameValues(await machine.get(b.name, n), want, tolerance, `${b.name} at N = ${n}`));
  }
  machine.dispose();
  return worst;
}

/** Compares element by element; a NaN is a NaN. */
export function sameValues(got: Elements, want: ArrayLike<number>, tolerance: number, what: string): number {
  let worst = 0;
  for (let i = 0; i < want.length; i++) {
    const [g, w] = [got[i]!, want[i]!];
    if (Object.is(g, w) || (Number.isNaN(g) && Number.isNaN(w)) || g === w) continue;
    const error = Math.abs(g - w) / Math.max(1, Math.abs(w));
    const allowed = got instanceof Float32Array ? tolerance : 0;
    if (!(error <= allowed)) expect.fail(`${what}, element ${i}: ${g} on the device, ${w} expected`);
    worst = Math.max(worst, error);
  }
  return worst;
}
