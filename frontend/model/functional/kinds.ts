/** Options that functions and the layers of the same name share, in PyTorch's order. */

import type { Kind } from '../arguments.ts';
import * as k from '../kinds.ts';

/** The options of max pools, in PyTorch's order. */
export const maxPoolKinds = {
  stride: k.optional(k.stride),
  padding: k.optional(k.pair(0)),
  dilation: k.optional(k.pair(1)),
  ceilMode: k.optional(k.flag),
};
/** The options of average pools, in PyTorch's order. */
export const avgPoolKinds = {
  stride: k.optional(k.stride),
  padding: k.optional(k.pair(0)),
  ceilMode: k.optional(k.flag),
  countIncludePad: k.optional(k.flag),
  divisorOverride: k.optional(k.orNull(k.divisor)),
};

const reduction = k.optional(k.oneOf('mean', 'sum', 'none'));
/** The kinds of the losses' options, in PyTorch's order; `weight` is the kind of their factors. */
export const lossKinds = (weight: Kind) => ({
  nll: { weight, ignoreIndex: k.optional(k.orNull(k.whole())), reduction },
  crossEntropy: {
    weight,
    ignoreIndex: k.optional(k.orNull(k.whole())),
    reduction,
    labelSmoothing: k.optional(k.finite(0, 1)),
  },
  bceWithLogits: { weight, reduction, posWeight: weight },
  mse: { reduction },
});
