/** Where Tapeout differs from PyTorch 1.13 on purpose: the table of docs/differences.md, and which differences the sweep
 *  accepts as explained. */

import type { Difference } from './sweep.ts';

export interface Meant {
  readonly pytorch: string;
  readonly tapeout: string;
  /** True if a difference is of this kind. */
  readonly holds: (d: Difference) => boolean;
}

const of = (...names: readonly string[]) => {
  const wanted = new Set(names);
  return (d: Difference): boolean => wanted.has(d.case.of);
};
const id = (d: Difference): string => d.case.id;

export const meant: readonly Meant[] = [
  {
    pytorch:
      'Which of 0 and -0 `maximum`, `minimum`, `max()`, `min()` and `clamp` return, and `gelu` far below 0, depends on the vector code that PyTorch runs.',
    tapeout: 'Of zeros of both signs the first is returned; `clamp` returns its input, and `gelu` -0.',
    holds: (d) => d.zeros && of('maximum', 'minimum', 'max', 'min', 'clamp')(d),
  },
  {
    pytorch: 'A NaN as the only bound of `clamp` has no effect; as one of two it makes everything NaN.',
    tapeout: 'A NaN bound makes everything NaN. The gradient is 0 in both.',
    holds: (d) => of('clamp')(d) && /nan/.test(id(d)),
  },
  {
    pytorch: 'Powers of ±½ are square roots, also in gradients: `pow(-inf, -0.5)` is NaN, `pow(-0, -0.5)` -inf.',
    tapeout: '`pow(x, 0.5)` is a square root. Other powers are IEEE 754’s: 0 and inf there.',
    holds: (d) => of('pow')(d) && /^a number (-0.5|1.5)$/.test(id(d)),
  },
  {
    pytorch: 'An i32 tensor to the power of an i32 tensor.',
    tapeout: 'Refused: convert one of both. An i32 tensor to the power of a number works.',
    holds: (d) => of('pow')(d) && id(d) === 'whole numbers, tensor',
  },
  {
    pytorch: 'The gradient of `gelu` for an infinite cotangent is infinite.',
    tapeout: 'It is NaN: it is a sum of terms, one of which may be 0 times infinity.',
    holds: (d) => of('gelu')(d) && id(d) === 'a cotangent of infinity',
  },
  {
    pytorch: 'The gradient of `logsigmoid` for an infinite cotangent is infinite up to x = 103.',
    tapeout: 'From x = 89 on it is NaN: 0 times infinity.',
    holds: (d) => of('logsigmoid')(d) && id(d) === 'a cotangent of infinity',
  },
  {
    pytorch: '`sin`, `cos` and `tan` are accurate for angles of any size.',
    tapeout:
      'Beyond some 10^5 radians, where neighbouring f32 numbers are hundredths apart, they lose accuracy, but stay within their range.',
    holds: (d) => of('sin', 'cos', 'tan')(d) && id(d) === 'angles beyond all digits',
  },
  {
    pytorch: '`log1p` of the largest number is infinite.',
    tapeout: 'It is 88.7.',
    holds: (d) => of('log1p')(d) && id(d) === 'values',
  },
  {
    pytorch: 'The gradient of `digamma` at negative whole numbers is large: the sine of the rounded π is not 0.',
    tapeout: 'It is infinite.',
    holds: (d) => of('digamma')(d) && id(d) === 'whole numbers below 0',
  },
  {
    pytorch: 'The gradient of `expm1` is expm1(x) + 1, which is 0 far below 0.',
    tapeout: 'It is e^x, exact everywhere.',
    holds: (d) => of('expm1')(d) && id(d) === 'values',
  },
  {
    pytorch:
      'The gradients of `prod` and `cumprod` are products divided by the element, unless that is 0: NaN for elements that are infinite or NaN, and 0 where the product underflows.',
    tapeout: 'They are the products of all others.',
    holds: (d) => of('prod', 'cumprod')(d) && /^(NaN|an infinity|-?infinities|small numbers)$/.test(id(d)),
  },
  {
    pytorch: 'The gradient of `var` of all elements is infinite where there is only one; that of `std` is NaN.',
    tapeout: 'Both are NaN, as the variance itself is in both.',
    holds: (d) => of('var', 'varMean')(d) && id(d) === '0-d',
  },
  {
    pytorch: '`std` adds up squares in f64.',
    tapeout: 'It is infinite where they overflow f32.',
    holds: (d) => of('std')(d) && id(d) === 'large numbers',
  },
  {
    pytorch: 'The gradient of `ctcLoss` assumes a log-softmax before it, and is NaN where the loss is infinite.',
    tapeout:
      'It is that of the log-probabilities themselves, the same after a log-softmax, and 0 where the loss is infinite.',
    holds: (d) => of('ctcLoss')(d) && /^(a gradient of log-probabilities|too long, infinite)$/.test(id(d)),
  },
  {
    pytorch: 'The gradient of a max pool goes to the last NaN of a window.',
    tapeout: 'It goes to the first, like that of `max(dim)` in both.',
    holds: (d) => of('maxPool1d', 'maxPool2d')(d) && /NaN/.test(id(d)),
  },
  {
    pytorch: '`linear` takes a weight vector, and a bias of extent 1 for several features.',
    tapeout: 'Refused: the weight is [out, in], the bias [out].',
    holds: (d) => of('linear')(d) && /^(a weight vector|a bias of extent 1)$/.test(id(d)),
  },
  {
    pytorch:
      '`crossEntropy` and `nllLoss` ignore the label -100 unless told otherwise. Other labels outside the classes throw when the loss is computed.',
    tapeout:
      'No label is ignored unless `ignoreIndex` says so. A compiled model refuses labels outside the classes when it is called; in the graph alone they add no loss.',
    holds: (d) => of('crossEntropy')(d) && /-100 by default|no class/.test(id(d)),
  },
  {
    pytorch:
      'Indices outside of a tensor throw when they are used, in `embedding`, `oneHot`, `gather`, `scatterAdd` and the like.',
    tapeout:
      'A compiled model refuses them in inputs when it is called. Computed ones read NaN, 0 or false, add nothing, and match no class.',
    holds: (d) =>
      of('embedding', 'oneHot', 'indexSelect', 'gather', 'scatterAdd', 'maxUnpool2d')(d) &&
      /^(no row|no class|a negative index|out of range)$/.test(id(d)),
  },
  {
    pytorch:
      'Elements that `scatterReduce` reduces by `amax` or `amin` without `includeSelf` share the gradient with an equal element that is replaced.',
    tapeout: 'They share it among themselves.',
    holds: (d) => of('scatterReduce')(d) && /am(ax|in).*False.*ties/.test(id(d)),
  },
  {
    pytorch:
      'The gradient of `embeddingBag` with `scaleGradByFreq` is divided by how often another row is read, where rows are read a different number of times.',
    tapeout: 'It is divided by how often the row itself is read, as that of `embedding` in both.',
    holds: (d) => of('embeddingBag')(d) && /by frequency/.test(id(d)),
  },
  {
    pytorch: 'Losses broadcast inputs and targets of different shapes, some with a warning.',
    tapeout: 'Refused: the shapes must be equal.',
    holds: (d) => /Loss$|^klDiv$/.test(d.case.of) && /broadcast/.test(id(d)),
  },
  {
    pytorch:
      '`binaryCrossEntropy` throws for an input outside 0 to 1, `gaussianNllLoss` for a negative variance, and `multilabelMarginLoss` for a label that is not a class, when the loss is computed.',
    tapeout: 'The loss is NaN there.',
    holds: (d) =>
      of('binaryCrossEntropy', 'gaussianNllLoss', 'multilabelMarginLoss')(d) &&
      /^(an input outside 0 to 1|a negative variance|no class)$/.test(id(d)),
  },
  {
    pytorch:
      'The gradient of `smoothL1Loss` with `beta: 0` is -1 for the input and for the target where they are equal.',
    tapeout: 'It is 0, like that of `l1Loss` in both.',
    holds: (d) => of('smoothL1Loss')(d) && id(d) === 'beta 0, equal numbers',
  },
  {
    pytorch:
      'The gradient of `klDiv` for a target of 0 is NaN, like that of `poissonNllLoss` with `full`; the losses themselves are not.',
    tapeout: 'The term of a target of 0 is 0, and so is its gradient.',
    holds: (d) => of('klDiv', 'poissonNllLoss')(d) && /^a (target|gradient of a count) of 0/.test(id(d)),
  },
  {
    pytorch:
      'The gradient of `hardtanh`, `relu6`, `hardshrink`, `softshrink`, `hardswish`, `elu`, `selu` and `celu` at NaN depends on whether PyTorch’s vector code reaches the element: in small tensors it is the slope of the linear part.',
    tapeout: 'It is what the vector code gives: NaN for `hardswish`, `elu`, `selu` and `celu`, otherwise 0.',
    holds: (d) => id(d) === 'a NaN alone',
  },
  {
    pytorch:
      'The gradient of the second half of `glu` is the slope of the sigmoid times the first half times the cotangent.',
    tapeout: 'The first half is multiplied by the cotangent first, which may overflow.',
    holds: (d) => of('glu')(d) && id(d) === 'a product beyond the largest',
  },
  {
    pytorch: '`groupNorm` and `layerNorm` are NaN where a variance overflows.',
    tapeout: 'They are 0 there, times the weight: the variance is infinite.',
    holds: (d) =>
      (of('groupNorm')(d) && id(d) === 'a variance beyond the largest') ||
      (of('groupNorm', 'layerNorm')(d) && id(d) === 'the largest number'),
  },
  {
    pytorch:
      'The gradients of `batchNorm` in training, `instanceNorm` and `cosineSimilarity` are NaN for numbers close to the largest, and 0 for smaller ones whose squares overflow.',
    tapeout: 'They are 0 for both.',
    holds: (d) => of('batchNormTraining', 'instanceNorm', 'cosineSimilarity')(d) && id(d) === 'the largest number',
  },
  {
    pytorch: 'The gradient of the weight of a `groupNorm` of images without pixels is NaN.',
    tapeout: 'It is 0: a sum of nothing.',
    holds: (d) => of('groupNorm')(d) && /^no (rows of )?pixels$/.test(id(d)),
  },
  {
    pytorch: '`bceWithLogits` of -inf is NaN.',
    tapeout: 'It is infinite where the target is above 1, otherwise NaN.',
    holds: (d) => of('bceWithLogits')(d) && /^a target of (1.5|2)/.test(id(d)),
  },
  {
    pytorch: '`softMarginLoss` is infinite, and its gradient NaN, where -target·input is above 88.',
    tapeout: 'Neither overflows.',
    holds: (d) => of('softMarginLoss')(d) && id(d) === 'none, far on the wrong side',
  },
  {
    pytorch: 'The gradient of `mseLoss` is 2·(x − y)·g, which overflows if x − y is above half of the largest number.',
    tapeout: 'It is (x − y)·g + (x − y)·g, which does not.',
    holds: (d) => of('mseLoss')(d) && id(d) === 'none, corners',
  },
  {
    pytorch: '`batchNorm` with `eps: 0` and a variance of 0 is NaN.',
    tapeout: 'It is infinite where the input is not the mean: (x − mean) / 0.',
    holds: (d) => of('batchNorm')(d) && id(d) === 'variances of 0, eps 0',
  },
  {
    pytorch: 'Convolutions of images without channels give images without channels, whatever the weight says.',
    tapeout: 'They give the bias, or 0: a sum over no channels.',
    holds: (d) => of('conv1d', 'conv2d')(d) && /^no channels/.test(id(d)),
  },
];

/** Differences because the batch is only known when a step runs. */
export const meantOfBatches: readonly Meant[] = [
  {
    pytorch: '`squeeze` drops every extent of 1.',
    tapeout: 'The batch is kept, even if it is 1.',
    holds: (d) => of('squeeze')(d),
  },
];

/** Differences that WGSL allows a device, and that SwiftShader shows. */
export const meantOnDevices: readonly Meant[] = [
  {
    pytorch:
      'Numbers at the ends of the range, below 2^-124 or above 2^124, and results with such intermediate values.',
    tapeout: 'A device may treat denormal numbers as 0, also in comparisons.',
    holds: (d) => (of('erf')(d) && id(d) === 'a cotangent of infinity') || (of('pow')(d) && id(d) === 'exact results'),
  },
  {
    pytorch: 'x·0, x/inf, x - x and x = x for a NaN or an infinite x, if the code of the shader shows that x is that.',
    tapeout: 'A shader compiler may fold them as for finite numbers: to 0, 0, 0 and true.',
    holds: (d) =>
      (of('mul', 'div')(d) && /^a number (-?0.0|-?inf)$/.test(id(d))) ||
      (of('lerp')(d) && id(d) === 'weight 0.0') ||
      (of('amax', 'amin')(d) && /^(0-d, NaN|extent 1 of several)$/.test(id(d))) ||
      (of('logSoftmax')(d) && id(d) === 'extent 1, infinity'),
  },
];

const table = (rows: readonly Meant[]): string => rows.map((m) => `| ${m.pytorch} | ${m.tapeout} |`).join('\n');

export const reasonOf = (d: Difference): Meant | undefined =>
  [...meant, ...(d.by === 'WebGPU' ? meantOnDevices : [])].find((m) => m.holds(d));

/** The same if operands have a batch. */
export const reasonWithBatch = (d: Difference): Meant | undefined =>
  reasonOf(d) ?? meantOfBatches.find((m) => m.holds(d));

/** docs/differences.md. */
export const differencesPage = (): string => `# Where Tapeout differs from PyTorch

<!-- Written by test/conformance/sweep.test.ts from test/support/sweep-differences.ts: npm run bless -->

Every function, method, layer and loss is compared with PyTorch 1.13's values and gradients: for 0-d tensors, extents of 0 and 1,
ties, -0, infinities, NaN, the largest and the smallest numbers, and every form of argument. \`test/goldens/sweep\` has the cases and
the script that makes them. Movement, comparison and the four operations have PyTorch's bits; functions are within a few
units of the last place of it, sums within PyTorch's own rounding. The sign of a gradient of 0 is not compared. These differences are on purpose:

| PyTorch | Tapeout |
| --- | --- |
${table(meant)}

The same cases are run with their first extent as the batch, which is known only when a step runs. Therefore:

| PyTorch | Tapeout |
| --- | --- |
${table(meantOfBatches)}

On WebGPU the same cases must agree within a few units of the last place, apart from the same table, and in NaN and infinities. WGSL
promises less than IEEE 754; these cases are not compared there, nor is the sign of a zero:

| PyTorch | WebGPU |
| --- | --- |
${table(meantOnDevices)}
`;
