/** Connectionist temporal classification: the likelihood of a sequence of labels under all its alignments with the steps. */

import * as ir from '../../../ir/ops/index.ts';
import { type Shape, sameDim, showType } from '../../../ir/type.ts';
import { withOptions } from '../arguments.ts';
import { viewAs } from '../broadcast.ts';
import * as k from '../kinds.ts';
import { float, integer, wrongRank } from '../promote.ts';
import { fixedExtent } from '../rearranging.ts';
import { Tensor } from '../tensor.ts';
import { called, involved, userError } from '../trace.ts';
import { where } from './activation.ts';
import { cat, stack } from './join.ts';
import { lossKinds } from './kinds.ts';
import type { ReductionOption } from './reduction.ts';
import { scan } from './scan.ts';
import { reduceLoss } from './shared.ts';

/** The options of ctcLoss. */
export interface CTCLossOptions extends ReductionOption {
  /** The class that stands for no label; defaults to 0. */
  readonly blank?: number;
  /** True to count targets that are too long for their input, whose loss is infinite, as 0; defaults to false. */
  readonly zeroInfinity?: boolean;
}

/** The logarithm of a probability of 0: finite, so that differences of two have a gradient. */
const never = -1e30;
const lengths = k.either(k.tensor, k.whole(0));

/** The negative log-likelihood of `targets`, i32 [N,S] of which those beyond a sample's `targetLengths` do not count, in the steps of
 *  `logProbs`, f32 [T,N,C] of logSoftmax, up to `inputLengths`. Lengths are i32 [N], or one number for all samples. 'mean' divides
 *  each loss by its number of labels, and takes the mean over the batch. The loss is infinite, without a gradient, where the labels
 *  do not fit into the steps. Throws if the shapes do not fit. */
export const ctcLoss: (
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Tensor | number,
  targetLengths: Tensor | number,
  options?: CTCLossOptions,
) => Tensor = withOptions(
  'ctcLoss',
  { logProbs: k.tensor, targets: k.tensor, inputLengths: lengths, targetLengths: lengths },
  lossKinds(k.tensor).ctc,
  (
    logProbs: Tensor,
    targets: Tensor,
    inputLengths: Tensor | number,
    targetLengths: Tensor | number,
    { blank = 0, zeroInfinity = false, reduction = 'mean' }: CTCLossOptions,
  ) => {
    const { steps, batch, labels } = checked(logProbs, targets, blank);
    const [own, count] = [lengthsOf(inputLengths, batch), lengthsOf(targetLengths, batch)];

    // The labels with a blank before, between and after them: 2S + 1 places.
    const given = where(indices([...batch, labels], 1).lt(count.unsqueeze(1)), targets, filled(targets, blank));
    const between = (fill: Tensor, of: Tensor): Tensor =>
      cat([stack([fill, of], 2).flatten(1), fill.narrow(1, 0, 1)], 1);
    const places = labels === 0 ? whole([...batch, 1], blank) : between(filled(given, blank), given);
    // A blank may be skipped between two labels that differ.
    const before = shifted(given, 1, blank);
    const skips = where(given.ne(before), filled(given, 0), filled(given, never)).to('f32');
    const penalty =
      labels === 0 ? whole([...batch, 1], never, 'f32') : between(whole([...batch, labels], never, 'f32'), skips);

    const extent = 2 * labels + 1;
    const at = places.unsqueeze(0).expand(steps, -1, -1);
    const emissions = logProbs.gather(2, at).clamp(never);
    const start = where(indices([...batch, extent], 1).eq(0), 0, whole([...batch, extent], never, 'f32'));
    const [last] = scan(
      (alpha: Tensor, { e, step }: { e: Tensor; step: Tensor }) => {
        const ways = [alpha, shifted(alpha, 1, never), shifted(alpha, 2, never).add(penalty)] as const;
        const most = ways[0].maximum(ways[1]).maximum(ways[2]).detach();
        const sum = ways.map((way) => way.sub(most).exp()).reduce((a, b) => a.add(b));
        const next = where(own.gt(step).unsqueeze(1), sum.log().add(most).add(e), alpha);
        return [next, next];
      },
      start,
      { e: emissions, step: indices([steps], 0) },
    );

    // It ends with the last label or the blank after it.
    const ends = last.gather(1, stack([count.mul(2), count.mul(2).sub(1).clamp(0)], 1));
    const [blankEnd, labelEnd] = [ends.select(1, 0), ends.select(1, 1)];
    const both = stack([blankEnd, where(count.gt(0), labelEnd, never)], 1);
    const loss = both.logsumexp(1).neg();
    const losses = where(loss.gt(-never / 10), zeroInfinity ? 0 : Number.POSITIVE_INFINITY, loss);
    if (reduction !== 'mean') return reduceLoss(losses, { reduction });
    return reduceLoss(losses.div(count.clamp(1)), {});
  },
);

/** One number in each place of a shape. */
const whole = (shape: Shape, value: number, dtype: 'i32' | 'f32' = 'i32'): Tensor =>
  Tensor.of(ir.full({ value, shape, dtype }));
const filled = (like: Tensor, value: number): Tensor =>
  whole(like.value.type.shape, value, value === never ? 'f32' : 'i32');
const indices = (shape: Shape, dim: number): Tensor => Tensor.of(ir.iota({ shape, dim, dtype: 'i32' }));
/** [N,L] moved by some places towards the end of its rows. */
const shifted = (x: Tensor, by: number, value: number): Tensor =>
  Tensor.of(ir.pad(x.value, { low: [0, by], high: [0, -by], interior: [0, 0], value }));

function lengthsOf(given: Tensor | number, batch: Shape): Tensor {
  if (typeof given === 'number') return whole(batch, given);
  const v = integer(given.value);
  if (v.type.shape.length !== 1 || !sameDim(v.type.shape[0]!, batch[0]!))
    throw wrongRank('lengths [N], one for each sample', v);
  return Tensor.of(viewAs(v, batch));
}

/** The number of steps and of labels. Throws if the operands do not fit each other. */
function checked(logProbs: Tensor, targets: Tensor, blank: number): { steps: number; batch: Shape; labels: number } {
  const [x, y] = [float(logProbs.value), integer(targets.value)];
  if (x.type.shape.length !== 3) throw wrongRank('log-probabilities [T,N,C]', x);
  if (y.type.shape.length !== 2) throw wrongRank('targets [N,S], padded to one length', y);
  const [, n, classes] = x.type.shape;
  if (!sameDim(n!, y.type.shape[0]!))
    throw userError(
      'shape-mismatch',
      `${called()}: log-probabilities ${showType(x.type)} and targets ${showType(y.type)} are of different batches`,
      { notes: involved({ logProbs: x, targets: y }), help: 'the steps come first: [T,N,C]' },
    );
  if (typeof classes === 'number' && blank >= classes)
    throw userError('out-of-range', `${called()}: blank ${blank} is not one of ${classes} classes`);
  return { steps: fixedExtent(x.type.shape, 0), batch: [n!], labels: fixedExtent(y.type.shape, 1) };
}
