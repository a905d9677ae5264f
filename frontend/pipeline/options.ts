/** The options of a compilation, and their checks. */

import { CompileError } from '../../ir/diagnostic.ts';
import {
  type Engine,
  engines,
  type GpuFeature,
  type GridTarget,
  gpuFeatures,
  type VectorTarget,
  wasmTarget,
  webgpuTarget,
} from '../../ir/target.ts';
import { type Machine, on } from '../../ir/target-numbers.ts';
import type { GraphPass } from '../../passes/custom.ts';
import type { GivenSchedules } from '../../passes/schedule/choose/given.ts';
import { mostThreads } from '../../runtime/load-options.ts';
import { showAny } from '../model/trace.ts';
import type { EntryName } from './entries.ts';
import type { StageName } from './stages.ts';

/** The options of `compile`; all are optional. */
export interface CompileOptions {
  /** The entries for hosts to call; by default `forward`, `evaluate` if there is a loss, and `train_step` if there is an optimizer
   *  too. */
  readonly entries?: readonly EntryName[];
  /** Have `backward` and `vjp` compute the gradients of the inputs too. */
  readonly inputGradient?: boolean;
  /** The number of threads, unless a host asks for another. Results are the same bits for any number. Without it, the model is
   *  compiled for one thread only. */
  readonly threads?: number;
  /** The version of V8 that schedules are chosen for; defaults to `v8-11`. Any engine runs the result. */
  readonly engine?: Engine;
  /** Use relaxed SIMD, which may add a product without rounding it first: the bits then depend on the engine, and engines without
   *  relaxed SIMD refuse the module. */
  readonly fastMath?: boolean;
  /** Recompute cheap values that are read late, if that lowers the peak memory. The results are the same;
   *  `Compiled.rematerialized` lists the cost. */
  readonly rematerialize?: boolean;
  /** The most bytes of memory that the WebAssembly may take for weights, state and values. If more is needed, cheap values are
   *  computed twice; if that is not enough, the parameters that are farthest from the loss are frozen, layer by layer.
   *  `Compiled.budget` lists what was tried. An error if it cannot be met says what would. */
  readonly memory?: number;
  /** `wasm` (the default), `webgpu`, or `all`. A model for WebGPU includes the WebAssembly; `webgpu` decides whose stages are
   *  shown, and what a bundle contains. */
  readonly target?: CompileTarget;
  /** The machine that schedules are chosen for, as read by `parseTarget`, if its numbers differ from Tapeout's. Any machine runs
   *  the result; sums that are added in another order may round differently. */
  readonly machine?: Machine;
  /** The size in bytes of a storage buffer binding on the GPUs that the model is for; defaults to 128 MiB, which all of them have.
   *  No tensor may be larger, and no model larger than 8 bindings. On a GPU with less the model fails to load. */
  readonly bindingBytes?: number;
  /** Optional device features for shaders to use, such as `shader-f16`, which stores the operands of blocked products in 16 bits
   *  and adds in 32. A bundle also contains the portable shaders, and uses these on devices that have all the features. For
   *  models for WebGPU; with the target `webgpu`, the stages shown are those of these shaders. */
  readonly gpuFeatures?: readonly GpuFeature[];
  /** Verifies the IR after every pass. A `CompilerBug` names the pass that broke an invariant, and shows the IR before it. */
  readonly verify?: boolean;
  /** Graph passes to run in addition to Tapeout's own and registered ones. */
  readonly passes?: readonly GraphPass[];
  /** Directives for kernels by name, as read by `parseText`, in place of those that the scheduler would choose. */
  readonly schedule?: GivenSchedules;
  /** Called after each stage; `text` prints its result. `next` is the following stage, null after the last. */
  readonly onStage?: (stage: StageName, text: () => string, next: StageName | null) => void;
  /** The folder that paths in printed locations are relative to. */
  readonly root?: string;
}

/** The targets of a compilation. */
export const compileTargets = ['wasm', 'webgpu', 'all'] as const;
export type CompileTarget = (typeof compileTargets)[number];

/** The checked options that decide what to compile for. */
export interface Wanted {
  readonly target: CompileTarget;
  readonly processor: VectorTarget;
  /** The number of threads; null for a model of one thread. */
  readonly threads: number | null;
  readonly device: GridTarget;
  /** The device with the optional features; null if shaders use none. */
  readonly richDevice: GridTarget | null;
  readonly features: readonly GpuFeature[];
}

/** Throws a `CompileError` for an invalid option. */
export function wantedBy(options: CompileOptions): Wanted {
  const target = targetOf(options);
  const { machine } = options;
  const processor = processorOf(options);
  const features = featuresOf(options.gpuFeatures, target);
  const threads = threadsOf(options);
  const bindingBytes = bindingOf(options);
  return {
    target,
    processor: machine?.extends === 'wasm' ? on(processor, machine) : processor,
    threads,
    device: deviceOf(webgpuTarget({ bindingBytes }), machine),
    richDevice: features.length > 0 ? deviceOf(webgpuTarget({ bindingBytes, features }), machine) : null,
    features,
  };
}

const deviceOf = (device: GridTarget, machine: Machine | undefined): GridTarget =>
  machine?.extends === 'webgpu' ? on(device, machine) : device;

function threadsOf({ threads }: CompileOptions): number | null {
  if (threads === undefined) return null;
  if (Number.isInteger(threads) && threads >= 1 && threads <= mostThreads) return threads;
  throw new CompileError(
    'bad-argument',
    `threads must be a whole number from 1 to ${mostThreads}, got ${showAny(threads)}`,
  );
}

function processorOf({ engine = 'v8-11', fastMath = false }: CompileOptions): VectorTarget {
  if (typeof engine === 'string' && Object.hasOwn(engines, engine)) return wasmTarget(engine, fastMath);
  throw new CompileError('bad-argument', `there is no engine ${showAny(engine)}`, {
    help: `the engines are ${Object.keys(engines).join(', ')}`,
  });
}

function bindingOf({ bindingBytes }: CompileOptions): number | undefined {
  const [least, most] = [2 ** 16, 2 ** 31 - 16];
  if (bindingBytes === undefined) return undefined;
  if (Number.isInteger(bindingBytes) && bindingBytes >= least && bindingBytes <= most && bindingBytes % 16 === 0)
    return bindingBytes;
  throw new CompileError(
    'bad-argument',
    `bindingBytes must be a multiple of 16 from ${least} to ${most}, got ${showAny(bindingBytes)}`,
  );
}

function targetOf({ target = 'wasm' }: CompileOptions): CompileTarget {
  if (compileTargets.includes(target)) return target;
  throw new CompileError('bad-argument', `there is no target ${showAny(target)}`, {
    help: `the targets are ${compileTargets.join(', ')}`,
  });
}

/** The named features, in a fixed order. Throws a `CompileError` for unknown names, and if the target has no shaders. */
export function featuresOf(
  asked: readonly string[] = [],
  target: CompileTarget | 'interpret' = 'wasm',
): readonly GpuFeature[] {
  const unknown = asked.find((f) => !gpuFeatures.some((known) => known === f));
  if (unknown !== undefined)
    throw new CompileError('bad-argument', `there is no GPU feature '${unknown}' for shaders`, {
      help: `the features are ${gpuFeatures.join(', ')}`,
    });
  if (asked.length > 0 && target !== 'webgpu' && target !== 'all')
    throw new CompileError('bad-argument', 'gpuFeatures are for models that run on WebGPU', {
      help: "compile for the target 'webgpu' or 'all'",
    });
  return gpuFeatures.filter((f) => asked.includes(f));
}
