/** Normalisation. */

import { describe } from '../../../ir/graph.ts';
import type { Rank } from '../../../ir/ops/index.ts';
import { isBatch } from '../../../ir/type.ts';
import { read, type Signature } from '../arguments.ts';
import * as F from '../functional/index.ts';
import { inBatch } from '../functional/pixels.ts';
import * as k from '../kinds.ts';
import { repr, type Trailing } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { involved, userError, withLoc } from '../trace.ts';
import { layer } from './layer.ts';
import { className, Module } from './module.ts';
import { Buffer, Parameter } from './parameter.ts';

export interface LayerNormOptions {
  /** Added to the variance; defaults to 1e-5. */
  readonly eps?: number;
  /** Have a weight and a bias, initially ones and zeros; defaults to true. */
  readonly elementwiseAffine?: boolean;
}
const layerNormTakes = layer(
  'LayerNorm',
  { normalizedShape: k.either(k.sizeOrNone, k.wholes(0, 1)) },
  { eps: k.optional(k.finite()), elementwiseAffine: k.optional(k.flag) },
);

/** (x - mean) / √(variance + eps)·weight + bias over the last dimensions, which must be `normalizedShape`, one number or
 *  several: `nn.LayerNorm(128)`. Options in PyTorch's order: eps (1e-5), elementwiseAffine (true). `weight` and `bias` have
 *  that shape. Throws for extents below 0, and in `forward` if the input does not end in that shape. */
export class LayerNorm extends Module {
  weight: Parameter | null;
  bias: Parameter | null;
  readonly normalizedShape: readonly number[];
  readonly eps: number;

  constructor(
    normalizedShape: number | readonly number[],
    ...more: Trailing<LayerNormOptions, [eps: number, elementwiseAffine: boolean]>
  ) {
    super();
    const { eps = 1e-5, elementwiseAffine = true } = read<LayerNormOptions>(layerNormTakes, [normalizedShape, ...more]);
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(this.normalizedShape, 1) : null;
    this.bias = elementwiseAffine ? new Parameter(this.normalizedShape, 0) : null;
  }

  forward(x: Tensor): Tensor {
    return F.layerNorm(x, this.normalizedShape, this.weight, this.bias, this.eps);
  }

  override extraRepr(): string {
    return `${repr(this.normalizedShape)}, eps=${repr(this.eps)}, elementwise_affine=${repr(this.weight !== null)}`;
  }
}

export interface BatchNormOptions {
  /** Added to the variance; defaults to 1e-5. */
  readonly eps?: number;
  /** The share of the way that the running statistics move to those of a batch; defaults to 0.1. With null they are the mean over
   *  all steps so far. */
  readonly momentum?: number | null;
  /** Have a weight and a bias, initially ones and zeros; defaults to true. */
  readonly affine?: boolean;
  /** Hold running statistics, used in evaluation; defaults to true. Without them, those of the batch are used there too. */
  readonly trackRunningStats?: boolean;
}
/** The trailing arguments of batch norms. */
export type BatchNormArguments = Trailing<
  BatchNormOptions,
  [eps: number, momentum: number | null, affine: boolean, trackRunningStats: boolean]
>;
const batchNormKinds = {
  eps: k.optional(k.finite()),
  momentum: k.optional(k.orNull(k.number)),
  affine: k.optional(k.flag),
  trackRunningStats: k.optional(k.flag),
};

/** What norms with running statistics share: in the state dict, weight, bias, running_mean, running_var and
 *  num_batches_tracked. */
abstract class TrackedNorm extends Module {
  weight: Parameter | null;
  bias: Parameter | null;
  // The names of fields are those in PyTorch's state dict.
  running_mean: Buffer | null;
  running_var: Buffer | null;
  num_batches_tracked: Buffer | null;
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;
  protected abstract get ranks(): readonly number[];

  constructor(numFeatures: number, options: Required<BatchNormOptions>) {
    super();
    const { eps, momentum, affine, trackRunningStats } = options;
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? new Parameter([numFeatures], 1) : null;
    this.bias = affine ? new Parameter([numFeatures], 0) : null;
    this.running_mean = trackRunningStats ? new Buffer([numFeatures], 0) : null;
    this.running_var = trackRunningStats ? new Buffer([numFeatures], 1) : null;
    this.num_batches_tracked = trackRunningStats ? new Buffer([], { dtype: 'i32' }) : null;
  }

  override extraRepr(): string {
    const { numFeatures, eps, momentum, weight, running_mean } = this;
    return `${numFeatures}, eps=${repr(eps)}, momentum=${repr(momentum)}, affine=${repr(weight !== null)}, track_running_stats=${repr(running_mean !== null)}`;
  }
}

abstract class BatchNorm extends TrackedNorm {
  constructor(made: Signature, numFeatures: number, more: BatchNormArguments) {
    const given = read<BatchNormOptions>(made, [numFeatures, ...more]);
    super(numFeatures, { eps: 1e-5, momentum: 0.1, affine: true, trackRunningStats: true, ...given });
  }

  forward(x: Tensor): Tensor {
    checkRank(this, x, this.ranks);
    const { training, running_mean, running_var, num_batches_tracked, weight, bias, eps } = this;
    if (!training || !running_mean)
      return F.batchNorm(x, running_mean, running_var, weight, bias, !running_mean, 0, eps);
    const steps = num_batches_tracked?.add_(1);
    const momentum = this.momentum ?? (steps as Tensor).to('f32').pow(-1);
    return F.batchNorm(x, running_mean, running_var, weight, bias, true, momentum, eps);
  }
}

abstract class InstanceNorm extends TrackedNorm {
  constructor(made: Signature, numFeatures: number, more: BatchNormArguments) {
    const given = read<BatchNormOptions>(made, [numFeatures, ...more]);
    super(numFeatures, { eps: 1e-5, momentum: 0.1, affine: false, trackRunningStats: false, ...given });
  }

  forward(x: Tensor): Tensor {
    const [rank] = this.ranks as [number];
    // Of a shape with N, the batch is not what is missing.
    checkRank(this, x, x.value.type.shape.some((e) => isBatch(e)) ? [rank] : [rank - 1, rank]);
    const { training, running_mean, running_var, weight, bias, momentum, eps } = this;
    const ofInput = training || !running_mean;
    return inBatch((rank - 2) as Rank, x, (images) =>
      F.instanceNorm(images, running_mean, running_var, weight, bias, ofInput, momentum ?? 0, eps),
    );
  }
}

/** Throws at the user's line unless the input of a layer has one of these ranks. */
function checkRank(of: Module, x: Tensor, ranks: readonly number[]): void {
  if (ranks.includes(x.dim)) return;
  throw withLoc(() =>
    userError(
      'shape-mismatch',
      `${className(of)}: needs an input of ${ranks.join(' or ')} dimensions, got ${describe(x.value)}`,
      {
        notes: involved({ input: x.value }),
        help: 'the first dimension is the batch and the second the channels',
      },
    ),
  );
}

const batchNorm1dTakes = layer('BatchNorm1d', { numFeatures: k.sizeOrNone }, batchNormKinds);

/** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C] or [N,C,L]: in training by mean and biased variance of the batch, over
 *  all but the channels, in evaluation by the running ones: `nn.BatchNorm1d(6)`. Options in PyTorch's order: eps (1e-5),
 *  momentum (0.1; null for the mean over all steps), affine (true), trackRunningStats (true). `weight` and `bias`,
 *  `running_mean`, `running_var` and `num_batches_tracked` have PyTorch's names and initial values. Throws in `forward` for inputs of
 *  other shapes. */
export class BatchNorm1d extends BatchNorm {
  protected get ranks() {
    return [2, 3];
  }
  constructor(numFeatures: number, ...more: BatchNormArguments) {
    super(batchNorm1dTakes, numFeatures, more);
  }
}

const batchNorm2dTakes = layer('BatchNorm2d', { numFeatures: k.sizeOrNone }, batchNormKinds);

/** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,H,W]: in training by mean and biased variance of the batch, over
 *  all but the channels, in evaluation by the running ones: `nn.BatchNorm2d(6)`. Options in PyTorch's order: eps (1e-5),
 *  momentum (0.1; null for the mean over all steps), affine (true), trackRunningStats (true). `weight` and `bias`,
 *  `running_mean`, `running_var` and `num_batches_tracked` have PyTorch's names and initial values. Throws in `forward` for inputs of
 *  other shapes. */
export class BatchNorm2d extends BatchNorm {
  protected get ranks() {
    return [4];
  }
  constructor(numFeatures: number, ...more: BatchNormArguments) {
    super(batchNorm2dTakes, numFeatures, more);
  }
}

const batchNorm3dTakes = layer('BatchNorm3d', { numFeatures: k.sizeOrNone }, batchNormKinds);

/** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,D,H,W]: in training by mean and biased variance of the batch, over
 *  all but the channels, in evaluation by the running ones: `nn.BatchNorm3d(6)`. Options in PyTorch's order: eps (1e-5),
 *  momentum (0.1; null for the mean over all steps), affine (true), trackRunningStats (true). `weight` and `bias`,
 *  `running_mean`, `running_var` and `num_batches_tracked` have PyTorch's names and initial values. Throws in `forward` for inputs of
 *  other shapes. */
export class BatchNorm3d extends BatchNorm {
  protected get ranks() {
    return [5];
  }
  constructor(numFeatures: number, ...more: BatchNormArguments) {
    super(batchNorm3dTakes, numFeatures, more);
  }
}

const instanceNorm1dTakes = layer('InstanceNorm1d', { numFeatures: k.sizeOrNone }, batchNormKinds);

/** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,L], by mean and biased variance of each sample and channel:
 *  `nn.InstanceNorm1d(6)`. Options in PyTorch's order: eps (1e-5), momentum (0.1), affine (false), trackRunningStats (false: with it,
 *  running statistics are used in evaluation). Throws in `forward` for inputs of other shapes. */
export class InstanceNorm1d extends InstanceNorm {
  protected get ranks() {
    return [3];
  }
  constructor(numFeatures: number, ...more: BatchNormArguments) {
    super(instanceNorm1dTakes, numFeatures, more);
  }
}

const instanceNorm2dTakes = layer('InstanceNorm2d', { numFeatures: k.sizeOrNone }, batchNormKinds);

/** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,H,W], by mean and biased variance of each sample and channel:
 *  `nn.InstanceNorm2d(6)`. Options in PyTorch's order: eps (1e-5), momentum (0.1), affine (false), trackRunningStats (false: with it,
 *  running statistics are used in evaluation). Throws in `forward` for inputs of other shapes. */
export class InstanceNorm2d extends InstanceNorm {
  protected get ranks() {
    return [4];
  }
  constructor(numFeatures: number, ...more: BatchNormArguments) {
    super(instanceNorm2dTakes, numFeatures, more);
  }
}

const instanceNorm3dTakes = layer('InstanceNorm3d', { numFeatures: k.sizeOrNone }, batchNormKinds);

/** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,D,H,W], by mean and biased variance of each sample and channel:
 *  `nn.InstanceNorm3d(6)`. Options in PyTorch's order: eps (1e-5), momentum (0.1), affine (false), trackRunningStats (false: with it,
 *  running statistics are used in evaluation). Throws in `forward` for inputs of other shapes. */
export class InstanceNorm3d extends InstanceNorm {
  protected get ranks() {
    return [5];
  }
  constructor(numFeatures: number, ...more: BatchNormArguments) {
    super(instanceNorm3dTakes, numFeatures, more);
  }
}

export interface GroupNormOptions {
  /** Added to the variance; defaults to 1e-5. */
  readonly eps?: number;
  /** Have a weight and a bias, initially ones and zeros; defaults to true. */
  readonly affine?: boolean;
}
const groupNormTakes = layer(
  'GroupNorm',
  { numGroups: k.size, numChannels: k.sizeOrNone },
  { eps: k.optional(k.finite()), affine: k.optional(k.flag) },
);

/** (x - mean) / √(variance + eps)·weight + bias for inputs [N,C,…], by mean and biased variance of each sample and each of
 *  `numGroups` groups of channels: `nn.GroupNorm(3, 6)`. Options in PyTorch's order: eps (1e-5), affine (true). Throws if the
 *  groups do not divide the channels, and in `forward` for another number of channels. */
export class GroupNorm extends Module {
  weight: Parameter | null;
  bias: Parameter | null;
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;

  constructor(
    numGroups: number,
    numChannels: number,
    ...more: Trailing<GroupNormOptions, [eps: number, affine: boolean]>
  ) {
    super();
    const { eps = 1e-5, affine = true } = read<GroupNormOptions>(groupNormTakes, [numGroups, numChannels, ...more]);
    if (numChannels % numGroups !== 0)
      throw withLoc(() =>
        userError('bad-argument', `GroupNorm: numChannels ${numChannels} must be a multiple of numGroups ${numGroups}`),
      );
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
    this.weight = affine ? new Parameter([numChannels], 1) : null;
    this.bias = affine ? new Parameter([numChannels], 0) : null;
  }

  forward(x: Tensor): Tensor {
    return F.groupNorm(x, this.numGroups, this.weight, this.bias, this.eps);
  }

  override extraRepr(): string {
    const { numGroups, numChannels, eps, weight } = this;
    return `${numGroups}, ${numChannels}, eps=${repr(eps)}, affine=${repr(weight !== null)}`;
  }
}

export interface RMSNormOptions {
  /** Added to the mean square; defaults to null for 2^-23. */
  readonly eps?: number | null;
  /** Have a weight, initially ones; defaults to true. */
  readonly elementwiseAffine?: boolean;
}
const rmsNormTakes = layer(
  'RMSNorm',
  { normalizedShape: k.either(k.sizeOrNone, k.wholes(0, 1)) },
  { eps: k.optional(k.orNull(k.finite())), elementwiseAffine: k.optional(k.flag) },
);

/** x / √(mean of x² + eps)·weight over the last dimensions, which must be `normalizedShape`, one number or several:
 *  `nn.RMSNorm(128)`. Options in PyTorch's order: eps (null, for 2^-23), elementwiseAffine (true). Throws for extents below 0,
 *  and in `forward` if the input does not end in that shape. */
export class RMSNorm extends Module {
  weight: Parameter | null;
  readonly normalizedShape: readonly number[];
  readonly eps: number | null;

  constructor(
    normalizedShape: number | readonly number[],
    ...more: Trailing<RMSNormOptions, [eps: number | null, elementwiseAffine: boolean]>
  ) {
    super();
    const { eps = null, elementwiseAffine = true } = read<RMSNormOptions>(rmsNormTakes, [normalizedShape, ...more]);
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : [...normalizedShape];
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(this.normalizedShape, 1) : null;
  }

  forward(x: Tensor): Tensor {
    return F.rmsNorm(x, this.normalizedShape, this.weight, this.eps);
  }

  override extraRepr(): string {
    return `${repr(this.normalizedShape)}, eps=${repr(this.eps)}, elementwise_affine=${repr(this.weight !== null)}`;
  }
}
