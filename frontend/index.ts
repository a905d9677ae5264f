/** What a user of Tapeout imports: PyTorch's layers, functions and optimizers, and `defineModel`. */
import '../ir/needs-node.ts';

import './methods.ts';
import './traps.ts';
import { callSite } from './trace.ts';

export { CompileError, type Loc, type Note } from '../ir/diagnostic.ts';
export type { Compiled, CompileOptions, Stage } from './compile.ts';
export type { Extent } from './dims.ts';
export * from './functional/index.ts';
export * as functional from './functional/index.ts';
export {
  defineModel,
  isModelSpec,
  type Loss,
  type ModelOptions,
  type ModelSpec,
  type Specs,
  type TensorSpec,
} from './model.ts';
export * as nn from './nn/index.ts';
export * as optim from './optim.ts';
export { manualSeed } from './seed.ts';
export { type Dims, Tensor } from './tensor.ts';

/** Compiles a model to WebAssembly: see `CompileOptions`. The compiler is loaded with the first call, as it is large. */
export const compile = async (
  spec: Parameters<typeof import('./compile.ts').compile>[0],
  options?: Parameters<typeof import('./compile.ts').compile>[1],
): ReturnType<typeof import('./compile.ts').compile> => {
  // The caller is known only until something is waited for.
  const site = callSite();
  return (await import('./compile.ts')).compile(spec, options, site);
};
