/** Options that functions and the layers of the same name share, in PyTorch's order. */

import type { Rank } from '../../../ir/ops/index.ts';
import type { Kind } from '../arguments.ts';
import * as k from '../kinds.ts';

const maxPoolSizes = (rank: Rank) => ({
  stride: k.optional(k.strides(rank)),
  padding: k.optional(k.sizes(rank, 0)),
  dilation: k.optional(k.sizes(rank, 1)),
});
const ceilMode = k.optional(k.flag);
const returnIndices = k.optional(k.flag);
/** The options of max pools, in PyTorch's order: layers have another than functions. */
export const maxPoolKinds = {
  ofFunctions: (rank: Rank) => ({ ...maxPoolSizes(rank), ceilMode, returnIndices }),
  ofLayers: (rank: Rank) => ({ ...maxPoolSizes(rank), returnIndices, ceilMode }),
};
/** The options of the reverse of max pools, in PyTorch's order. */
export const maxUnpoolKinds = (rank: Rank) => ({
  stride: k.optional(k.strides(rank)),
  padding: k.optional(k.sizes(rank, 0)),
});
/** The options of average pools, in PyTorch's order; that of sequences has no divisor. */
export const avgPoolKinds = (rank: Rank) => ({
  stride: k.optional(k.strides(rank)),
  padding: k.optional(k.sizes(rank, 0)),
  ceilMode: k.optional(k.flag),
  countIncludePad: k.optional(k.flag),
  ...(rank === 1 ? {} : { divisorOverride: k.optional(k.orNull(k.divisor)) }),
});

/** The options of fold and unfold, in PyTorch's order. */
export const foldKinds = {
  dilation: k.optional(k.pair(1)),
  padding: k.optional(k.pair(0)),
  stride: k.optional(k.pair(1)),
};
/** The options of power-average pools, in PyTorch's order. */
export const lpPoolKinds = (rank: Rank) => ({ stride: k.optional(k.strides(rank)), ceilMode: k.optional(k.flag) });

const noNorm = k.kind('null', (v) => v === null, {
  help: (v) =>
    typeof v === 'number' && Number.isFinite(v)
      ? `PyTorch shortens the rows of the weight itself, which only the optimizer changes here: read shorter ones, embedding(x, renorm(weight, 2, 0, ${v}))`
      : null,
});
/** The options of tables of rows that functions and layers share, in PyTorch's order. */
export const tableKinds = {
  paddingIdx: k.optional(k.orNull(k.whole())),
  maxNorm: k.optional(noNorm),
  normType: k.optional(k.number),
  scaleGradByFreq: k.optional(k.flag),
  sparse: k.optional(k.flag),
};
const { paddingIdx, scaleGradByFreq, ...others } = tableKinds;
/** The options of bags of rows that functions and layers share. */
export const bagKinds = {
  mode: k.optional(k.oneOf('sum', 'mean', 'max')),
  includeLastOffset: k.optional(k.flag),
  paddingIdx,
  scaleGradByFreq,
  ...others,
};

/** The options of interpolate, in PyTorch's order. */
export const interpolateKinds = {
  size: k.optional(k.orNull(k.eachSize(k.whole(1)))),
  scaleFactor: k.optional(k.orNull(k.eachSize(k.positive))),
  mode: k.optional(k.oneOf('nearest', 'nearest-exact', 'linear', 'bilinear', 'bicubic', 'trilinear', 'area')),
  alignCorners: k.optional(k.orNull(k.flag)),
  recomputeScaleFactor: k.optional(k.orNull(k.flag)),
};

const reduction = k.optional(k.oneOf('mean', 'sum', 'none'));
const number = k.optional(k.finite());
const flag = k.optional(k.flag);
/** The options of distances, in PyTorch's order. */
export const distanceKinds = { p: k.optional(k.number), eps: number, keepdim: flag };
/** The kinds of the losses' options, in PyTorch's order; `weight` is the kind of their factors. */
export const lossKinds = (weight: Kind) => ({
  nll: { weight, ignoreIndex: k.optional(k.orNull(k.whole())), reduction },
  crossEntropy: {
    weight,
    ignoreIndex: k.optional(k.orNull(k.whole())),
    reduction,
    labelSmoothing: k.optional(k.finite(0, 1)),
  },
  multiMargin: {
    p: k.optional(k.kind('1 or 2', (v) => v === 1 || v === 2)),
    margin: number,
    weight,
    reduction,
  },
  multilabelMargin: { reduction },
  bce: { weight, reduction },
  bceWithLogits: { weight, reduction, posWeight: weight },
  multilabelSoftMargin: { weight, reduction },
  softMargin: { reduction },
  mse: { reduction },
  l1: { reduction },
  smoothL1: { reduction, beta: k.optional(k.finite(0)) },
  huber: { reduction, delta: k.optional(k.positive) },
  klDiv: { reduction: k.optional(k.oneOf('mean', 'batchmean', 'sum', 'none')), logTarget: flag },
  poissonNll: { logInput: flag, full: flag, eps: number, reduction },
  gaussianNll: { full: flag, eps: k.optional(k.positive), reduction },
  ctc: { blank: k.optional(k.whole(0)), reduction, zeroInfinity: flag },
  margin: { margin: number, reduction },
  tripletMargin: { margin: number, p: k.optional(k.number), eps: number, swap: flag, reduction },
  tripletMarginWithDistance: {
    distanceFunction: k.optional(
      k.orNull(k.kind('a function of two tensors, or a module', (v) => typeof v === 'function')),
    ),
    margin: number,
    swap: flag,
    reduction,
  },
});
