/** Bare kernels as a program for WebGPU, run on a device and compared with the interpreter. */
import { manifestOf } from '../../codegen/manifest.ts';
import { emitWgsl, type Shaders } from '../../codegen/wgsl/emit.ts';
import { toWords } from '../../codegen/wgsl/words.ts';
import { arrayOf, type Elements, elementOf, isDType } from '../../ir/dtype.ts';
import { interpretKernel, type Memory } from '../../ir/interpret/kernel.ts';
import type { Kernel } from '../../ir/kernel.ts';
import type { Outline, Program } from '../../ir/program.ts';
import { webgpu } from '../../ir/target.ts';
import { countAt, type StoredType } from '../../ir/type.ts';
import { outlineOfKernels } from '../../passes/outline.ts';
import { plan } from '../../passes/plan.ts';
import type { ManifestGpu } from '../../runtime/manifest.ts';
import { uniform } from './generate.ts';
import { GpuMachine } from './gpu-machine.ts';

export interface GpuProgram {
  readonly program: Program;
  readonly shaders: Shaders;
  readonly manifest: ManifestGpu;
}

/** The WebGPU program of an outline. */
export function gpuProgram(outline: Outline, target = webgpu): GpuProgram {
  const program = plan(outline, target);
  const shaders = emitWgsl(program, target);
  const seen = hostsView(program);
  const manifest = manifestOf(seen, new Map(), null, { program: seen, shaders }).webgpu!;
  return { program, shaders, manifest };
}

/** Without buffers for which a host has no arrays. */
const hostsView = (program: Program): Program => ({
  ...program,
  slots: program.slots.filter((s) => isDType(s.buffer.type.dtype)),
  entries: program.entries.map((e) => ({
    ...e,
    inputs: e.inputs.filter((p) => isDType(p.dtype)),
    outputs: e.outputs.filter((p) => isDType(p.dtype)),
  })),
});

export const gpuKernels = (kernels: readonly Kernel[], maxBatch: number, target = webgpu): GpuProgram =>
  gpuProgram(outlineOfKernels(kernels, maxBatch), target);

/** Values that an element may have, by a number from 0 to 1. Indices into small buffers are whole numbers from 0 on. */
export const draws: Readonly<Record<StoredType, (at: number) => number>> = {
  f32: (at) => Math.fround(8 * at - 4),
  f16: (at) => 8 * at - 4,
  i32: (at) => Math.floor(19 * at) - 9,
  u8: (at) => Math.floor(256 * at),
  bool: (at) => Math.floor(2 * at),
};

/** Runs kernels on the device and by the interpreter from the same values, and compares everything that they write:
 *  integers must be equal, floats differ by at most `tolerance` times the greater of 1 and the value. Returns the worst. */
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
  let worst = 0;
  for (const n of batches) {
    const random = uniform(n);
    const memory: Memory = new Map();
    for (const { buffer, offset } of program.slots) {
      const values = new (arrayOf(buffer.type.dtype))(countAt(buffer.type.shape, n));
      const { dtype } = buffer.type;
      memory.set(
        buffer,
        values.map(() => elementOf(dtype, draw[dtype](random()))),
      );
      machine.write(offset, toWords(memory.get(buffer)!));
    }
    for (const k of kernels) interpretKernel(k, memory, n);
    machine.run('main', n);
    for (const { buffer: b, offset } of program.slots) {
      const want = memory.get(b)!;
      const got = await machine.read(b.type.dtype, offset, want.length);
      worst = Math.max(worst, sameValues(got, want, tolerance, `${b.name} at N = ${n}`));
    }
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
    if (!(error <= allowed)) throw new Error(`${what}, element ${i}: ${g} on the device, ${w} expected`);
    worst = Math.max(worst, error);
  }
  return worst;
}
