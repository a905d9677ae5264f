/** Tensors with values, as PyTorch's: operations run when somebody asks for their numbers, and are compiled by the same pipeline as
 *  models. Layers and functions are those of `tapeout`, so that a class of layers runs here and compiles ahead of time. */

import '../index.ts';
import './engine.ts';
import './members.ts';

export * from '../model/functional/index.ts';
export * as functional from '../model/functional/index.ts';
export * as nn from '../model/nn/index.ts';
export { manualSeed } from '../model/seed.ts';
export { Tensor } from '../model/tensor.ts';
export {
  arange,
  type CreateOptions,
  eye,
  full,
  linspace,
  type NestedNumbers,
  ones,
  rand,
  randint,
  randn,
  randperm,
  type ShapedNumbers,
  type TensorOptions,
  tensor,
  zeros,
} from './create.ts';
export { GradFn } from './grad-fn.ts';
export { enableGrad, inferenceMode, isGradEnabled, noGrad, setGradEnabled } from './mode.ts';
export * as optim from './optim.ts';
