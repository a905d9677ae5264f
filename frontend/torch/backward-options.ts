/** The options of `backward`. */

import type { Tensor } from '../model/tensor.ts';

/** The options of `backward`. */
export interface BackwardOptions {
  /** Gradients are differentiated in turn. */
  readonly createGraph?: boolean;
  /** Accepted as in PyTorch; graphs are never freed while a tensor needs them. */
  readonly retainGraph?: boolean;
  /** The only tensors that get gradients; by default all leaves. */
  readonly inputs?: Tensor | readonly Tensor[];
}
