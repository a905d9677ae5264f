/** Products of two inputs with one weight, normalisation by neighbouring channels, and dimensions parted. */

import { read } from '../arguments.ts';
import type { Extent } from '../dims.ts';
import * as F from '../functional/index.ts';
import { countIn, uniform } from '../init.ts';
import * as k from '../kinds.ts';
import { repr, reprOfFloat, type Trailing } from '../options.ts';
import { currentGenerator } from '../seed.ts';
import type { Tensor } from '../tensor.ts';
import { withLoc } from '../trace.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

export interface BilinearOptions {
  /** Have a bias; defaults to true. */
  readonly bias?: boolean;
}
const bilinearTakes = layer(
  'Bilinear',
  { in1Features: k.size, in2Features: k.size, outFeatures: k.size },
  { bias: k.optional(k.flag) },
);

/** Σ x1·weight[o]·x2 + bias over the last dimensions of two inputs, […,in1Features] and […,in2Features], to […,outFeatures]: `forward(x1,
 *  x2)`. `weight` [out, in1, in2] and `bias` [out], which `{ bias: false }` leaves out, are drawn from ±1/√in1. Throws in `forward` for
 *  shapes that do not fit. */
export class Bilinear extends Module {
  weight: Parameter;
  bias: Parameter | null;
  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;

  constructor(
    in1Features: number,
    in2Features: number,
    outFeatures: number,
    ...more: Trailing<BilinearOptions, [bias: boolean]>
  ) {
    super();
    const { bias = true } = read<BilinearOptions>(bilinearTakes, [in1Features, in2Features, outFeatures, ...more]);
    [this.in1Features, this.in2Features, this.outFeatures] = [in1Features, in2Features, outFeatures];
    const shape = [outFeatures, in1Features, in2Features];
    withLoc(() => countIn(shape), 'Bilinear');
    const bound = 1 / Math.sqrt(in1Features);
    this.weight = new Parameter(shape, uniform(shape, bound, currentGenerator()));
    this.bias = bias ? new Parameter([outFeatures], uniform([outFeatures], bound, currentGenerator())) : null;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    return F.bilinear(x1, x2, this.weight, this.bias);
  }

  override extraRepr(): string {
    const { in1Features, in2Features, outFeatures, bias } = this;
    return `in1_features=${in1Features}, in2_features=${in2Features}, out_features=${outFeatures}, bias=${repr(bias !== null)}`;
  }
}

export interface LocalResponseNormOptions {
  /** The factor of the mean of squares; defaults to 1e-4. */
  readonly alpha?: number;
  /** The power of the divisor; defaults to 0.75. */
  readonly beta?: number;
  /** What is added to the mean; defaults to 1. */
  readonly k?: number;
}
const localTakes = layer(
  'LocalResponseNorm',
  { size: k.whole(1) },
  { alpha: k.optional(k.finite()), beta: k.optional(k.finite()), k: k.optional(k.finite()) },
);

/** Inputs [N,C,…] over (k + alpha·m)^beta, m the mean of the squares of `size` neighbouring channels. Options in PyTorch's order: alpha
 *  (1e-4), beta (0.75), k (1). Throws in `forward` for fewer than three dimensions. */
export class LocalResponseNorm extends Module {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;

  constructor(size: number, ...more: Trailing<LocalResponseNormOptions, [alpha: number, beta: number, k: number]>) {
    super();
    const { alpha = 1e-4, beta = 0.75, k = 1 } = read<LocalResponseNormOptions>(localTakes, [size, ...more]);
    [this.size, this.alpha, this.beta, this.k] = [size, alpha, beta, k];
  }

  forward(x: Tensor): Tensor {
    return F.localResponseNorm(x, this.size, this.alpha, this.beta, this.k);
  }

  override extraRepr(): string {
    return `${this.size}, alpha=${repr(this.alpha)}, beta=${repr(this.beta)}, k=${reprOfFloat(this.k)}`;
  }
}

const unflattenTakes = layer('Unflatten', {
  dim: k.dim,
  unflattenedSize: k.listOf('a list of extents', (e) => k.extent.holds(e)),
});

/** Dimension `dim` split into these sizes, one of which may be -1: `nn.Unflatten(1, [2, 5, 5])` turns [N,50] into [N,2,5,5].
 *  Throws in `forward` for sizes that do not fit. */
export class Unflatten extends Module {
  readonly dim: number;
  readonly unflattenedSize: readonly Extent[];

  constructor(dim: number, unflattenedSize: readonly Extent[], ...none: []) {
    super();
    read(unflattenTakes, [dim, unflattenedSize, ...none]);
    [this.dim, this.unflattenedSize] = [dim, unflattenedSize];
  }

  forward(x: Tensor): Tensor {
    return F.unflatten(x, this.dim, this.unflattenedSize);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${repr(this.unflattenedSize)}`;
  }
}
