/** For targets whose kernels do not add to memory: the gradient of a convolution's input is a convolution of the weight turned
 *  round, whose elements are gathered one by one. */

import type { Module } from '../ir/graph.ts';
import * as op from '../ir/ops/index.ts';
import { algebra, simplified, turnedConvolution } from './canonicalize.ts';
import { rule } from './rewrite.ts';

const turned = rule('conv-input-grad-gathered', op.conv2dInputGrad, turnedConvolution);

/** The module without input gradients of convolutions, in canonical form again. */
export const turnConvolutions = (module: Module): Module =>
  simplified(module, [...algebra.filter((r) => r.root !== turned.root), turned]);
