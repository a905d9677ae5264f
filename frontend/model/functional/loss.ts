/** Losses for one class of several: a scalar from a model's output and the class, by PyTorch's formulas. */

import * as ir from '../../../ir/ops/index.ts';
import { type Dim, isBatch, type Shape, sameShape, showShape, showType } from '../../../ir/type.ts';
import { withOptions } from '../arguments.ts';
import * as k from '../kinds.ts';
import { float, integer, wrongRank } from '../promote.ts';
import { elementsOf, Tensor } from '../tensor.ts';
import { called, involved, userError } from '../trace.ts';
import { where } from './activation.ts';
import { lossKinds } from './kinds.ts';
import type { ReductionOption } from './reduction.ts';
import { reduceLoss, requireSameShape } from './shared.ts';

/** The options of nllLoss. */
export interface NLLLossOptions extends ReductionOption {
  /** One factor for each class, [C]; with it the mean is the weighted one. */
  readonly weight?: Tensor | null;
  /** A class index to ignore, such as PyTorch's default -100. None by default: a label that is not a class is an error, and
   *  is never silently skipped. */
  readonly ignoreIndex?: number | null;
}
/** The options of crossEntropy. */
export interface CrossEntropyLossOptions extends NLLLossOptions {
  /** The share of the target that is spread evenly over all classes, 0 to 1. */
  readonly labelSmoothing?: number;
}
/** The options of multiMarginLoss. */
export interface MultiMarginLossOptions extends ReductionOption {
  /** The power of each difference, 1 or 2; defaults to 1. */
  readonly p?: number;
  /** By how much the target's score must exceed the others; defaults to 1. */
  readonly margin?: number;
  /** One factor for each class, [C], by the class of the target. */
  readonly weight?: Tensor | null;
}
const kinds = lossKinds(k.optional(k.orNull(k.tensor)));

/** -log softmax(logits)[target]. `logits` f32 [N,C], [N,C,d1,…] or [C]; `target` either class indices i32 ([N], [N,d1,…]
 *  or a scalar) or probabilities f32 of the logits' shape. A scalar, unless `reduction` is 'none'. Throws if shapes or
 *  element types do not match. */
export const crossEntropy: (logits: Tensor, target: Tensor, options?: CrossEntropyLossOptions) => Tensor = withOptions(
  'crossEntropy',
  { logits: k.tensor, target: k.tensor },
  kinds.crossEntropy,
  (logits: Tensor, target: Tensor, options: CrossEntropyLossOptions) => {
    const [x, y] = [float(logits.value), target.value];
    if (x.type.shape.length === 0) throw wrongRank('logits [N, classes]', x);
    const classDim = Math.min(1, x.type.shape.length - 1);
    if (y.type.dtype === 'f32' && sameShape(x.type.shape, y.type.shape))
      return probabilities(logits.logSoftmax(classDim), target, classDim, options);
    checkTarget(x, y, true);
    return likelihood(logits.logSoftmax(classDim), target, options);
  },
);

/** -logProbabilities[target]: `logProbabilities` f32 [N,C], [N,C,d1,…] or [C], class indices i32 [N], [N,d1,…] or a
 *  scalar. A scalar, unless `reduction` is 'none'. Throws if shapes or element types do not match. */
export const nllLoss: (logProbabilities: Tensor, target: Tensor, options?: NLLLossOptions) => Tensor = withOptions(
  'nllLoss',
  { logProbabilities: k.tensor, target: k.tensor },
  kinds.nll,
  (logProbabilities: Tensor, target: Tensor, options: NLLLossOptions) => {
    const x = float(logProbabilities.value);
    if (x.type.shape.length === 0) throw wrongRank('log-probabilities [N, classes]', x);
    checkTarget(x, target.value, false);
    return likelihood(logProbabilities, target, options);
  },
);

/** The mean over the classes of max(0, margin - x[target] + x[class])^p, without the target's own. `input` f32 [N,C] or [C],
 *  class indices i32 [N] or a scalar. A scalar, unless `reduction` is 'none'. Throws if shapes or element types do not
 *  match. */
export const multiMarginLoss: (input: Tensor, target: Tensor, options?: MultiMarginLossOptions) => Tensor = withOptions(
  'multiMarginLoss',
  { input: k.tensor, target: k.tensor },
  kinds.multiMargin,
  (input: Tensor, target: Tensor, { p = 1, margin = 1, weight = null, ...options }: MultiMarginLossOptions) => {
    const x = float(input.value);
    if (![1, 2].includes(input.dim)) throw wrongRank('scores [N, classes]', x);
    checkClasses(x);
    checkTarget(x, target.value, false);
    const classes = input.shape.at(-1) as number;
    if (classes === 0) throw wrongRank('scores of at least one class', x);
    if (weight) checkWeight(weight, classes);
    const hit = Tensor.of(ir.oneHot(target.value, { classes }));
    const over = input.sub(where(hit, input, 0).sum(-1, true)).add(margin);
    // Strictly greater: NaN adds nothing, and at the margin there is no gradient.
    const part = where(hit, 0, where(over.gt(0), over, 0));
    const loss = (p === 2 ? part.mul(part) : part).sum(-1).div(classes);
    return reduceLoss(weight ? loss.mul(where(hit, weight, 0).sum(-1)) : loss, options);
  },
);

/** The mean over the classes of max(0, 1 - x[label] + x[class]), summed over a row's labels, for each class that is not a label. The
 *  labels of a row i32, as many as there are classes, end at the first -1. `input` f32 [N,C] or [C], and the target
 *  of its shape. A scalar, unless `reduction` is 'none'. NaN for labels outside the classes. Throws if shapes or element
 *  types do not match. */
export const multilabelMarginLoss: (input: Tensor, target: Tensor, options?: ReductionOption) => Tensor = withOptions(
  'multilabelMarginLoss',
  { input: k.tensor, target: k.tensor },
  kinds.multilabelMargin,
  (input: Tensor, target: Tensor, options: ReductionOption) => {
    const [x, y] = [float(input.value), integer(target.value)];
    if (![1, 2].includes(input.dim)) throw wrongRank('scores [N, classes]', x);
    checkClasses(x);
    requireSameShape(input, target, 'whole');
    const classes = input.shape.at(-1) as number;
    if (classes === 0) throw wrongRank('scores of at least one class', x);
    const index = Tensor.of(ir.iota({ shape: y.type.shape, dim: input.dim - 1, dtype: 'i32' }));
    const isLabel = index.lt(where(target.eq(-1), index, classes).amin(-1, true)).unsqueeze(-1);
    // [N, labels, classes]
    const hit = Tensor.of(ir.oneHot(where(isLabel.squeeze(-1), target, 0).value, { classes }));
    const hits = where(isLabel, hit.to('f32'), 0);
    const own = where(hit, input.unsqueeze(-2), 0).sum(-1, true);
    const over = input.unsqueeze(-2).sub(own).add(1);
    // Strictly greater: NaN adds nothing, and at the margin there is no gradient.
    const apart = where(hits.sum(-2, true).gt(0), 0, where(over.gt(0), over, 0));
    // A label that is not a class has no hit.
    const known = where(hits.sum(-1, true).gt(0), apart, Number.NaN);
    return reduceLoss(where(isLabel, known, 0).sum([-2, -1]).div(classes), options);
  },
);

function checkTarget(x: Tensor['value'], y: Tensor['value'], orProbabilities: boolean): void {
  const { shape } = x.type;
  const wanted: Shape = shape.length === 1 ? [] : [shape[0] as Dim, ...shape.slice(2)];
  if (y.type.dtype === 'i32' && sameShape(y.type.shape, wanted)) return;
  const other = orProbabilities ? ` or probabilities f32${showShape(shape)}` : '';
  const kind = sameShape(y.type.shape, wanted) ? 'dtype-mismatch' : 'shape-mismatch';
  throw userError(
    kind,
    `${called()}: an input ${showType(x.type)} needs class indices i32${showShape(wanted)}${other} as its target, got ${showType(y.type)}`,
    {
      notes: involved({ input: x, target: y }),
      help:
        kind === 'dtype-mismatch'
          ? "declare the target with dtype: 'i32'"
          : `declare the target with shape: [${wanted.map((d) => (isBatch(d) ? `'${showShape([d]).slice(1, -1)}'` : d)).join(', ')}]`,
    },
  );
}

/** Throws if the class dimension is the batch: the number of classes must be known at compile time. */
function checkClasses(x: Tensor['value']): void {
  const d = Math.min(1, x.type.shape.length - 1);
  if (isBatch(x.type.shape[d] as Dim))
    throw userError('shape-mismatch', `${called()}: dimension ${d} of ${showType(x.type)}, the classes, is the batch`, {
      notes: involved({ input: x }),
    });
}

function checkWeight(weight: Tensor, classes: Dim): void {
  if (!sameShape(weight.value.type.shape, [classes]))
    throw userError(
      'shape-mismatch',
      `${called()}: the weight must be one factor for each class, ${showShape([classes])}, got ${showType(weight.value.type)}`,
      { notes: involved({ weight: weight.value }) },
    );
}

/** True where the index is the class, along a new last dimension of `classes`. */
function oneHotOf(target: Tensor, classes: Dim): Tensor {
  if (!isBatch(classes)) return Tensor.of(ir.oneHot(target.value, { classes }));
  const shape = [...target.value.type.shape, classes];
  return target.unsqueeze(-1).eq(Tensor.of(ir.iota({ shape, dim: shape.length - 1, dtype: 'i32' })));
}

/** `x` times the share of `of` that each class has. */
const spread = (x: Tensor, of: number, classes: Dim): Tensor =>
  isBatch(classes) ? x.mul(of).div(elementsOf([classes])) : x.mul(of / classes);

/** The loss for class indices. The class dimension is moved last, so that a one-hot of the target selects from it. */
function likelihood(logp: Tensor, target: Tensor, options: CrossEntropyLossOptions): Tensor {
  const { weight = null, ignoreIndex = null, labelSmoothing = 0, reduction = 'mean' } = options;
  const classesLast = logp.dim > 2 ? logp.permute(0, ...logp.shape.slice(2).map((_, d) => d + 2), 1) : logp;
  const classes = classesLast.value.type.shape.at(-1) as Dim;
  if (weight) checkWeight(weight, classes);
  const ignored = ignoreIndex === null ? null : target.eq(ignoreIndex);
  const hit = oneHotOf(ignored ? where(ignored, 0, target) : target, classes);
  // Select, do not multiply: 0·(-∞) of a class with probability 0 would be NaN.
  const picked = (perClass: Tensor): Tensor => where(hit, perClass, 0).sum(-1);
  const kept = (loss: Tensor): Tensor => (ignored ? where(ignored, 0, loss) : loss);

  const chosen = picked(weight ? classesLast.mul(weight) : classesLast).neg();
  // The runtime checks labels that are inputs. These are computed: one that is not a class makes the loss NaN.
  const own = ignored || isBatch(classes) ? kept(chosen.div(hit.to('f32').sum(-1))) : chosen;
  const even = labelSmoothing > 0 ? kept((weight ? classesLast.mul(weight) : classesLast).sum(-1).neg()) : null;
  const loss = even ? own.mul(1 - labelSmoothing).add(spread(even, labelSmoothing, classes)) : own;
  if (reduction !== 'mean' || (!weight && !ignored)) return reduceLoss(loss, options);
  const one = Tensor.of(ir.full({ value: 1, shape: loss.value.type.shape, dtype: 'f32' }));
  return loss.sum().div(kept(weight ? picked(weight) : one).sum());
}

/** The loss for class probabilities. */
function probabilities(logp: Tensor, target: Tensor, classDim: number, options: CrossEntropyLossOptions): Tensor {
  const { weight = null, labelSmoothing = 0, reduction = 'mean' } = options;
  if (options.ignoreIndex != null)
    throw userError('bad-argument', 'crossEntropy: ignoreIndex has no meaning for a target of probabilities');
  const classes = logp.value.type.shape[classDim] as Dim;
  const one = Tensor.of(ir.full({ value: 1, shape: [], dtype: 'f32' }));
  const smooth = labelSmoothing > 0 ? target.mul(1 - labelSmoothing).add(spread(one, labelSmoothing, classes)) : target;
  const factors = weight?.view(-1, ...logp.shape.slice(classDim + 1).map(() => 1));
  const loss = (factors ? logp.mul(factors) : logp).mul(smooth).sum(classDim).neg();
  return reduceLoss(loss, { reduction });
}
