/** For targets whose kernels do not add to memory: the input gradient of a convolution becomes a convolution with the
 *  weight flipped, which gathers element by element. */

import type { Module } from '../ir/graph.ts';
import * as op from '../ir/ops/index.ts';
import { algebra, simplified, turnedConvolution } from './canonicalize.ts';
import { rule } from './rewrite.ts';

const turned = op.everyConvolution.map((of) =>
  rule(`conv-input-grad-gathered-${of.rank}d`, of.inputGrad, (operands, attrs) =>
    turnedConvolution(of, operands, attrs),
  ),
);

/** Replaces input gradients of convolutions, and canonicalizes again. */
export const turnConvolutions = (module: Module): Module =>
  simplified(module, [...algebra.filter((r) => !turned.some((t) => t.root === r.root)), ...turned]);
