/** A module through the stages of a device: gathered, scheduled for workgroups, planned, written as shaders, and run. */
import { manifestOf } from '../../codegen/manifest.ts';
import { emitWgsl } from '../../codegen/wgsl/emit.ts';
import type { Module, Param } from '../../ir/graph.ts';
import type { Kernel } from '../../ir/kernel.ts';
import { kernelsOf } from '../../ir/program.ts';
import { webgpu } from '../../ir/target.ts';
import { verifyKernels } from '../../ir/verify-kernel.ts';
import { verifyProgram } from '../../ir/verify-program.ts';
import { canonicalize } from '../../passes/canonicalize.ts';
import { fuse } from '../../passes/fuse.ts';
import { indexInputs, indexRanges } from '../../passes/infer-shapes.ts';
import { joined } from '../../passes/join.ts';
import { Buffers, type Lowered, lower } from '../../passes/lower.ts';
import { outline } from '../../passes/outline.ts';
import { plan } from '../../passes/plan.ts';
import { scheduleAll } from '../../passes/schedule/index.ts';
import type { ManifestGpu } from '../../runtime/manifest.ts';
import { type Unproved, verified } from './pipeline.ts';

export interface GpuStages {
  readonly lowered: readonly Lowered[];
  readonly kernels: readonly Kernel[];
  readonly manifest: ManifestGpu;
  readonly wgsl: string;
}

/** `original` is a module without tasks. What no pass may leave wrong is verified. */
export function gpuStages(
  original: Module,
  initial: ReadonlyMap<Param, number> = new Map(),
  unproved?: Unproved,
): GpuStages {
  const module = canonicalize(original, webgpu);
  const { maxBatch } = module;
  const buffers = new Buffers();
  const ranges = indexRanges(original);
  const values = new Map([...ranges].map(([p, count]) => [buffers.of(p), count]));
  const lowered = module.graphs.map((g) => lower(fuse(g, webgpu), buffers));
  const scheduled = scheduleAll(lowered, module, webgpu);
  const kernels = scheduled.flatMap((l) => l.kernels);
  verified('schedule', () => verifyKernels(kernels, { maxBatch, target: webgpu, values }), unproved);
  const params = [...new Set(original.graphs.flatMap((g) => g.params))];
  const launches = joined(outline(module, scheduled, buffers, indexInputs(original), params), webgpu);
  verified('plan', () => verifyKernels(kernelsOf(launches), { maxBatch, target: webgpu, values }), unproved);
  const program = plan(launches, webgpu);
  verified('plan', () => verifyProgram(program));
  const shaders = emitWgsl(program, webgpu);
  const added = params.filter((p) => p.role === 'gradient' || initial.has(p));
  const start = new Map(
    added.map((p) => [p.name, { initial: initial.get(p) ?? 0, name: p.name.replace(/\.grad$/, '') }]),
  );
  const manifest = manifestOf(program, start, null, { program, shaders }).webgpu!;
  return { lowered, kernels, manifest, wgsl: shaders.wgsl };
}
