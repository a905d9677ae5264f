/** A module through the stages of a device: gathered, scheduled for workgroups, planned, written as shaders, and run. */

import { emission } from '../../codegen/backend.ts';
import { manifestOf } from '../../codegen/manifest.ts';
import { type WgslCode, wgslBackend } from '../../codegen/wgsl/backend.ts';
import type { Module, Param } from '../../ir/graph.ts';
import type { Outline } from '../../ir/program.ts';
import { webgpu } from '../../ir/target.ts';
import type { ScheduledOutline } from '../../passes/schedule/index.ts';
import type { IrOf } from '../../passes/stage.ts';
import { last } from '../../passes/stage.ts';
import { stages } from '../../passes/stages.ts';
import type { ManifestGpu } from '../../runtime/manifest.ts';
import { contextFor, through, type Unproved } from './pipeline.ts';

export interface GpuStages {
  readonly module: Module;
  /** Launches of kernels as lowered, and as scheduled. */
  readonly kernels: Outline;
  readonly schedule: ScheduledOutline;
  readonly manifest: ManifestGpu;
  readonly wgsl: string;
}

const backend = wgslBackend(webgpu);

/** `original` is a module without tasks. The result of every pass is verified. */
export function gpuStages(
  original: Module,
  initial: ReadonlyMap<Param, number> = new Map(),
  unproved?: Unproved,
): GpuStages {
  const params = [...new Set(original.graphs.flatMap((g) => g.params))];
  const context = { ...contextFor(original, webgpu), kept: params };
  const all = [stages.canonicalize, ...backend.stages, emission(backend)];
  const irs = through(all, { form: 'module', module: original }, context, unproved);
  const { program } = last(irs, 'program');
  const { shaders } = last(irs, 'code').code as WgslCode;
  const added = params.filter((p) => p.role === 'gradient' || initial.has(p));
  const start = new Map(
    added.map((p) => [p.name, { initial: initial.get(p) ?? 0, name: p.name.replace(/\.grad$/, '') }]),
  );
  return {
    module: last(irs, 'module').module,
    kernels: last(irs, 'kernels').outline,
    schedule: irs.find((ir) => ir.form === 'schedule') as IrOf<'schedule'>,
    manifest: manifestOf(program, start, null, { program, shaders }).webgpu!,
    wgsl: shaders.wgsl,
  };
}
