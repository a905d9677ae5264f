/** For targets whose kernels do not add to memory: the input gradient of a convolution becomes a convolution with the
 *  weight flipped, which gathers element by element. */

import type { Module } from '../ir/graph.ts';
import * as op from '../ir/ops/index.ts';
import { algebra, simplified, turnedConvolution } from './canonicalize.ts';
import { rule } from './rewrite.ts';

const turned = rule('conv-input-grad-gathered', op.conv2dInputGrad, turnedConvolution);

/** Replaces input gradients of convolutions, and canonicalizes again. */
export const turnConvolutions = (module: Module): Module =>
  simplified(module, [...algebra.filter((r) => r.root !== turned.root), turned]);
