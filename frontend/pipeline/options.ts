/** The options of a compilation, checked: each is refused with what there is. */

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

/** How a model is compiled. Everything may be left out. */
export interface CompileOptions {
  /** What a host may call; `forward`, `evaluate` and `train_step`, as far as the model has a loss and an optimizer. */
  readonly entries?: readonly EntryName[];
  /** Whether `backward` and `vjp` give the gradients of the inputs too. */
  readonly inputGradient?: boolean;
  /** On how many threads the model runs unless a host asks for another number. Results are the same bits for any. Without
   *  it the model is compiled for one. */
  readonly threads?: number;
  /** The version of V8 that schedules are chosen for: `v8-11` unless told otherwise. Any engine runs the result. */
  readonly engine?: Engine;
  /** Whether a product may be added without being rounded first, by relaxed SIMD: the bits are then the engine's, and engines
   *  without it refuse the module. */
  readonly fastMath?: boolean;
  /** Whether cheap values are computed again where they are read late, as far as that lowers the peak of memory. The results
   *  are the same; `Compiled.rematerialized` tells what it costs. */
  readonly rematerialize?: boolean;
  /** What the model is compiled to: `wasm` unless told otherwise, `webgpu`, or `all`. A model for WebGPU has the WebAssembly
   *  too; `webgpu` says whose stages are shown, and what a bundle holds. */
  readonly target?: CompileTarget;
  /** The machine that schedules are chosen for, where its numbers are others than Tapeout's: what `parseTarget` reads. Any
   *  machine runs the result; a sum that is added in another order may round otherwise. */
  readonly machine?: Machine;
  /** Bytes that a storage buffer binding holds on the GPUs that the model is for: 128 MiB unless told otherwise, which every one
   *  has. No tensor may be larger, and no model larger than 8 bindings. A GPU with less refuses to load the model. */
  readonly bindingBytes?: number;
  /** What shaders may use where a device has it: `shader-f16`, which holds what products over blocks read in 16 bits, and adds
   *  in 32. A bundle has the portable shaders too, and takes these on a device that has all of it. Only of models for WebGPU;
   *  of those for nothing else, the stages shown are these shaders'. */
  readonly gpuFeatures?: readonly GpuFeature[];
  /** Verifies the IR after every pass. A `CompilerBug` names the pass that broke an invariant, and shows the IR before it. */
  readonly verify?: boolean;
  /** Graph passes to run beside Tapeout's own and those registered. */
  readonly passes?: readonly GraphPass[];
  /** Directives for kernels by name, instead of those that the scheduler would choose: what `parseText` reads. */
  readonly schedule?: GivenSchedules;
  /** Called after each stage; `text` prints it. `next` is the stage that follows, null after the last. */
  readonly onStage?: (stage: StageName, text: () => string, next: StageName | null) => void;
  /** Paths in printed places are relative to this. */
  readonly root?: string;
}

/** What a model may be compiled to. */
export const compileTargets = ['wasm', 'webgpu', 'all'] as const;
export type CompileTarget = (typeof compileTargets)[number];

/** What a compilation is for. */
export interface Wanted {
  readonly target: CompileTarget;
  readonly processor: VectorTarget;
  /** On how many threads; null for a model of one thread. */
  readonly threads: number | null;
  readonly device: GridTarget;
  /** The device with features that only some have, where shaders may use them. */
  readonly richDevice: GridTarget | null;
  readonly features: readonly GpuFeature[];
}

/** Throws a `CompileError` for an option that is none. */
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

/** Those of the names that are features, in one order. Throws a `CompileError` for others, or if shaders do not run. */
export function featuresOf(
  asked: readonly string[] = [],
  target: CompileTarget | 'interpret' = 'wasm',
): readonly GpuFeature[] {
  const unknown = asked.find((f) => !gpuFeatures.some((known) => known === f));
  if (unknown !== undefined)
    throw new CompileError('bad-argument', `there is no GPU feature '${unknown}' that shaders could use`, {
      help: `the features are ${gpuFeatures.join(', ')}`,
    });
  if (asked.length > 0 && target !== 'webgpu' && target !== 'all')
    throw new CompileError('bad-argument', 'gpuFeatures are for models that run on WebGPU', {
      help: "compile for the target 'webgpu' or 'all'",
    });
  return gpuFeatures.filter((f) => asked.includes(f));
}
