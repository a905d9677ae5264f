/** Our calls for each op of the goldens' index: the one place that maps PyTorch's argument names to ours. */

import type { Tensor } from '../../frontend/index.ts';
import * as F from '../../frontend/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: attributes as the index has them
type Attrs = any;
type Inputs = Readonly<Record<string, Tensor>>;
/** Our call for each op of the index. A second output is the second element of a list. */
export const calls: Record<string, (t: Inputs, a: Attrs) => Tensor | readonly Tensor[]> = {
  conv2d: ({ x, weight, bias }, a) => F.conv2d(x!, weight!, bias ?? null, a.stride, a.padding, a.dilation, a.groups),
  max_pool2d: ({ x }, a) =>
    F.maxPool2d(x!, a.kernel_size, {
      stride: a.stride,
      padding: a.padding,
      dilation: a.dilation,
      ceilMode: a.ceil_mode,
    }),
  avg_pool2d: ({ x }, a) =>
    F.avgPool2d(x!, a.kernel_size, a.stride, a.padding, a.ceil_mode, a.count_include_pad, a.divisor_override),
  linear: ({ x, weight, bias }) => F.linear(x!, weight!, bias),
  matmul: ({ a, b }) => F.matmul(a!, b!),
  relu: ({ x }) => F.relu(x!),
  sigmoid: ({ x }) => F.sigmoid(x!),
  tanh: ({ x }) => F.tanh(x!),
  leaky_relu: ({ x }, a) => F.leakyRelu(x!, a.negative_slope),
  gelu: ({ x }, a) => F.gelu(x!, a.approximate),
  softmax: ({ x }, a) => F.softmax(x!, a.dim),
  log_softmax: ({ x }, a) => F.logSoftmax(x!, a.dim),
  // ignoreIndex is PyTorch's default where the case has none.
  cross_entropy: ({ x, target, weight }, a) =>
    F.crossEntropy(x!, target!, {
      weight: weight ?? null,
      reduction: a.reduction,
      labelSmoothing: a.label_smoothing,
      ignoreIndex: target!.dtype === 'f32' ? null : (a.ignore_index ?? -100),
    }),
  nll_loss: ({ x, target, weight }, a) =>
    F.nllLoss(x!, target!, { weight: weight ?? null, reduction: a.reduction, ignoreIndex: a.ignore_index ?? null }),
  mse_loss: ({ x, target }, a) => F.mseLoss(x!, target!, a),
  bce_with_logits: ({ x, target, weight, pos_weight }, a) =>
    F.bceWithLogits(x!, target!, { ...a, weight: weight ?? null, posWeight: pos_weight ?? null }),
  batch_norm_eval: ({ x, running_mean, running_var, weight, bias }, a) =>
    F.batchNorm(x!, running_mean!, running_var!, weight, bias, false, 0.1, a.eps),
  layer_norm: ({ x, weight, bias }, a) => F.layerNorm(x!, a.normalized_shape, weight, bias, a.eps),
  add: ({ a, b }, { alpha = 1 }) => a!.add(alpha === 1 ? b! : b!.mul(alpha)),
  mul: ({ a, b }) => a!.mul(b!),
  sub: ({ a, b }) => a!.sub(b!),
  div: ({ a, b }) => a!.div(b!),
  sum: ({ x }, a) => x!.sum(a.dim, a.keepdim),
  mean: ({ x }, a) => x!.mean(a.dim, a.keepdim),
  max: ({ x }) => x!.max(),
  max_dim: ({ x }, a) => {
    const { values, indices } = x!.max(a.dim, a.keepdim);
    return [values, indices];
  },
  amax: ({ x }, a) => x!.amax(a.dim, a.keepdim),
  reshape: ({ x }, a) => x!.reshape(a.shape),
  flatten: ({ x }, a) => F.flatten(x!, a.start_dim, a.end_dim),
  transpose: ({ x }, a) => x!.transpose(a.dim0, a.dim1),
  permute: ({ x }, a) => x!.permute(a.dims),
  concat: (t, a) => F.cat(Object.values(t), a.dim),
  slice: ({ x }, { starts, ends, steps }) =>
    starts.reduce((t: Tensor, start: number, d: number) => t.slice(d, start, ends[d], steps[d]), x!),
  pad: ({ x }, a) => F.pad(x!, a.pad, a.mode, a.value),
  exp: ({ x }) => x!.exp(),
  log: ({ x }) => x!.log(),
  sqrt: ({ x }) => x!.sqrt(),
  abs: ({ x }) => x!.abs(),
  neg: ({ x }) => x!.neg(),
  pow_scalar: ({ x }, a) => x!.pow(a.exponent),
  pow: ({ a, b }) => a!.pow(b!),
  clamp: ({ x }, a) => x!.clamp(a.min, a.max),
  dropout_eval: ({ x }) => x!,
  dropout_mask: ({ x, mask }, { p }) => x!.mul(mask!).div(1 - p),
  // Training uses the statistics of the batch, and updates the running ones with the unbiased variance.
  batch_norm: ({ x, weight, bias, running_mean, running_var }, { momentum, eps }) => {
    const dims = x!.shape.map((_, d) => d).filter((d) => d !== 1);
    const count = dims.reduce((n, d) => n * (x!.shape[d] as number), 1);
    const mean = x!.mean(dims);
    const centred = x!.sub(x!.mean(dims, true));
    const variance = centred.mul(centred).mean(dims);
    const next = (running: Tensor, now: Tensor): Tensor => running.mul(1 - momentum).add(now.mul(momentum));
    return [
      F.batchNorm(x!, mean, variance, weight, bias, false, 0.1, eps),
      next(running_mean!, mean),
      next(running_var!, variance.mul(count / (count - 1))),
    ];
  },
};
