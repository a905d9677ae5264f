/** The backends that compile a model, as its options ask, each with the schedules given for it. */

import { emission, type ProgramBackend } from '../../codegen/backend.ts';
import { manifestOf } from '../../codegen/manifest.ts';
import { threadedWasmBackend, type WasmCode, wasmBackend } from '../../codegen/wasm/backend.ts';
import { type WgslCode, wgslBackend } from '../../codegen/wgsl/backend.ts';
import type { Shaders } from '../../codegen/wgsl/emit.ts';
import { CompileError } from '../../ir/diagnostic.ts';
import type { Program } from '../../ir/program.ts';
import type { GridTarget, VectorTarget } from '../../ir/target.ts';
import { type GivenSchedules, nothingGiven, without } from '../../passes/schedule/choose/given.ts';
import type { Code, Stage } from '../../passes/stage.ts';
import type { Wanted } from './options.ts';

/** A backend and the schedules given for it. */
export interface Taken<C extends Code> {
  readonly backend: ProgramBackend<VectorTarget, C> | ProgramBackend<GridTarget, C>;
  readonly given: GivenSchedules;
}

/** The backends that compile a model, and the one whose stages are shown. WebAssembly is always included, for hosts without a
 *  GPU. */
export function backendsOf({ target, processor, threads, device, richDevice }: Wanted, given = nothingGiven) {
  const onWasm = threads === null ? wasmBackend(processor) : threadedWasmBackend(processor);
  const onGpu = target === 'wasm' ? null : wgslBackend(device);
  const onRich = richDevice && wgslBackend(richDevice);
  const shown = (target === 'webgpu' && (onRich ?? onGpu)) || onWasm;
  const schedules = (b: ProgramBackend): GivenSchedules => {
    if (b === shown) return given;
    // Portable shaders drop the directives that need features.
    return shown === onRich && b === onGpu ? without(given, device) : nothingGiven;
  };
  return {
    shown: shown as ProgramBackend,
    wasm: { backend: onWasm, given: schedules(onWasm) } satisfies Taken<WasmCode>,
    wgsl: onGpu && ({ backend: onGpu, given: schedules(onGpu) } satisfies Taken<WgslCode>),
    rich: onRich && ({ backend: onRich, given: schedules(onRich) } satisfies Taken<WgslCode>),
  };
}

export const stagesOf = (b: ProgramBackend): Stage[] => [...b.stages, emission(b)];

/** Throws unless both programs have the same memory layout and dispatches: they share one manifest. */
export function requireSameLaunches(...both: readonly (readonly [Program, Shaders])[]): void {
  const [one, other] = both.map(([program, shaders]) => {
    const { webgpu: gpu } = manifestOf(program, new Map(), null, { program, shaders });
    return JSON.stringify({ ...gpu, operations: 0 });
  });
  if (one !== other)
    throw new CompileError(
      'bad-argument',
      'with these GPU features, the kernels of this model are grouped differently',
      {
        help: 'leave out gpuFeatures',
      },
    );
}
