/** The result of a compilation. */

import type { FusedGraph, Module } from '../../ir/graph.ts';
import type { Outline, Program } from '../../ir/program.ts';
import type { VectorTarget } from '../../ir/target.ts';
import type { PrintOptions } from '../../ir/text/print-options.ts';
import type { Rematerialized } from '../../passes/rematerialize.ts';
import type { ScheduledOutline } from '../../passes/schedule/index.ts';
import { type Code, type Ir, type IrOf, last } from '../../passes/stage.ts';
import type { Manifest } from '../../runtime/manifest.ts';
import type { Recording } from '../model/record.ts';
import type { Budget } from './budget.ts';
import type { CompileTarget } from './options.ts';
import type { PassReport } from './shown.ts';
import type { StageName } from './stages.ts';

/** The results of one backend's stages: fused groups, kernels before and after scheduling, and the program. */
export interface ProgramStages {
  readonly fused: readonly FusedGraph[];
  readonly lowered: Outline;
  readonly scheduled: ScheduledOutline;
  readonly program: Program;
}

/** A compiled model: code and memory for each target, weights, and the result of every pass. Code and manifest carry tags:
 *  `instantiate` and the like refuse to combine the code of one compilation with the manifest of another. */
export interface Compiled extends ProgramStages {
  readonly recording: Recording;
  /** After the graph passes. */
  readonly module: Module;
  /** The target that the WebAssembly kernels were scheduled for. */
  readonly processor: VectorTarget;
  readonly wasm: Uint8Array;
  /** The module for several threads; null unless `threads` was given. */
  readonly threadedWasm: Uint8Array | null;
  readonly target: CompileTarget;
  /** The stages for WebGPU; null unless it is a target. */
  readonly gpu: ProgramStages | null;
  /** The shaders of all WebGPU kernels, as one module. */
  readonly wgsl: string | null;
  /** The same kernels for devices that have all `gpuFeatures`; null if there are none. */
  readonly featureWgsl: string | null;
  readonly manifest: Manifest;
  /** Initial values by PyTorch's names, in PyTorch's order. */
  readonly weights: ReadonlyMap<string, Float32Array | Int32Array>;
  readonly reports: readonly PassReport[];
  /** What was tried to fit `memory`; null if no budget was given. */
  readonly budget: Budget | null;
  /** The values that each graph computes twice to save memory; empty unless `rematerialize` is set and pays off. */
  readonly rematerialized: readonly Rematerialized[];
  /** All stages in order, including custom passes. */
  readonly stages: readonly StageName[];
  wat(): string;
  /** A stage as text. Throws if there is no such stage. */
  printed(stage: StageName): string;
  /** The same, with other print options. */
  printedWith(stage: StageName, print: PrintOptions): string;
}

export interface Made<C extends Code> extends ProgramStages {
  readonly code: C;
}

/** The results of a backend's stages, given in order. Joined launches are left out: they have no schedules of their own. */
export function madeBy<C extends Code>(irs: readonly Ir[], { program }: IrOf<'program'>): Made<C> {
  return {
    fused: last(irs, 'fused').module.graphs,
    lowered: last(irs, 'kernels').outline,
    scheduled: last(irs, 'schedule'),
    program,
    code: last(irs, 'code').code as C,
  };
}
