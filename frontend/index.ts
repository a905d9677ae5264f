/** The package's main entry: PyTorch's layers, functions and optimizers, `defineModel` and `compile`. */
import '../ir/needs-node.ts';

import { namedOnly, read, signature } from './model/arguments.ts';
import * as k from './model/kinds.ts';
import './model/functions-as-methods.ts';
import './model/methods.ts';
import { isModelSpec } from './model/model.ts';
import './model/traps.ts';
import { callSite, isClass } from './model/trace.ts';

export { CompileError, type Loc, type Note } from '../ir/diagnostic.ts';
export type { Extent } from './model/dims.ts';
export * from './model/functional/index.ts';
export * as functional from './model/functional/index.ts';
export { type LoraOptions, lora, mergeLora } from './model/lora.ts';
export { defineModel, isModelSpec, type Loss, type ModelOptions, type ModelSpec } from './model/model.ts';
export * as nn from './model/nn/index.ts';
export * as optim from './model/optim/index.ts';
export { rotaryPositions, sinusoidalPositions } from './model/positions.ts';
export { manualSeed } from './model/seed.ts';
export type { Specs, TensorSpec } from './model/specs.ts';
export { type Dims, Tensor } from './model/tensor.ts';
export type { Compiled } from './pipeline/compiled.ts';
export type { CompileOptions } from './pipeline/options.ts';
export type { OwnStage as Stage } from './pipeline/stages.ts';

const anyValue = k.kind('a value', () => true);
const flag = k.optional(k.flag);
/** The arguments of `compile`. Values that are not checked here are checked by the compiler, which lists the choices. */
const takes = signature('compile', {
  spec: k.kind('what defineModel returns', isModelSpec),
  options: k.optional(k.kind('an object', isObject)),
});
const given = namedOnly('compile', {
  entries: k.optional(k.listOf('a list of at least one entry', (v) => typeof v === 'string', {}, 1)),
  inputGradient: flag,
  threads: k.optional(anyValue),
  engine: k.optional(anyValue),
  fastMath: flag,
  rematerialize: flag,
  memory: k.optional(k.size),
  target: k.optional(anyValue),
  machine: k.optional(k.kind('what is read of a description of a machine', isMachine)),
  bindingBytes: k.optional(anyValue),
  gpuFeatures: k.optional(k.listOf('a list of features', (v) => typeof v === 'string')),
  verify: flag,
  passes: k.optional(k.listOf('a list of passes', isObject)),
  schedule: k.optional(k.kind('what is read of a text of schedules', areSchedules)),
  onStage: k.optional(k.kind('a function', (v) => typeof v === 'function' && !isClass(v))),
  root: k.optional(k.kind('a path', (v) => typeof v === 'string')),
});
function isObject(v: unknown): boolean {
  return typeof v === 'object' && v !== null && !Array.isArray(v);
}
function isMachine(v: unknown): boolean {
  return isObject(v) && (v as { readonly numbers?: unknown }).numbers instanceof Map;
}
function areSchedules(v: unknown): boolean {
  const { schedules } = (v ?? {}) as { readonly schedules?: unknown };
  return (
    Array.isArray(schedules) &&
    schedules.every((s) => Array.isArray((s as { readonly directives?: unknown } | null)?.directives))
  );
}

/** Compiles a model to WebAssembly: see `CompileOptions`. The compiler is large, so it is loaded at the first call. Rejects with a
 *  `CompileError` at the user's line for a fault of the model or an option. */
export const compile = async (
  spec: Parameters<typeof import('./pipeline/compile.ts').compile>[0],
  options?: Parameters<typeof import('./pipeline/compile.ts').compile>[1],
): ReturnType<typeof import('./pipeline/compile.ts').compile> => {
  // The caller is only known before the first await.
  const site = callSite();
  read(takes, [spec, options]);
  read(given, [options ?? {}]);
  return (await import('./pipeline/compile.ts')).compile(spec, options, site);
};
