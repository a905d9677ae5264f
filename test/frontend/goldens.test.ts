/** Every function of the frontend against PyTorch's numbers: its result and its gradients, as the reference interpreter
 *  computes them. */
import { describe, it } from 'vitest';
import * as F from '../../frontend/index.ts';
import type { Tensor } from '../../frontend/index.ts';
import { type Cases, cases, expectClose, tensor } from '../support/pytorch.ts';
import { pullBack, recordFunction, run } from '../support/record.ts';

// biome-ignore lint/suspicious/noExplicitAny: attributes as the index has them
type Attrs = any;
type Inputs = Readonly<Record<string, Tensor>>;
/** What we call for each op of the index. A second output is the second of a list. */
const calls: Record<string, (t: Inputs, a: Attrs) => Tensor | readonly Tensor[]> = {
  conv2d: ({ x, weight, bias }, a) => F.conv2d(x!, weight!, bias ?? null, a.stride, a.padding, a.dilation, a.groups),
  max_pool2d: ({ x }, a) =>
    F.maxPool2d(x!, a.kernel_size, { stride: a.stride, padding: a.padding, dilation: a.dilation, ceilMode: a.ceil_mode }),
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
    F.batchNorm(x!, running_mean!, running_var!, weight, bias, a.eps),
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
  pad: ({ x }, a) => F.pad(x!, a.pad, a.value),
  exp: ({ x }) => x!.exp(),
  log: ({ x }) => x!.log(),
  sqrt: ({ x }) => x!.sqrt(),
  abs: ({ x }) => x!.abs(),
  neg: ({ x }) => x!.neg(),
  pow_scalar: ({ x }, a) => x!.pow(a.exponent),
  pow: ({ a, b }) => a!.pow(b!),
  clamp: ({ x }, a) => x!.clamp(a.min, a.max),
};

const later = ['batch_norm', 'dropout', 'dropout_eval', 'dropout_mask', 'embedding'];
const all = cases('op').filter((c) => !later.includes(c.op));

describe.each([...new Set(all.map((c) => c.op))])('%s', (op) => {
  it.each(all.filter((c) => c.op === op))('$id', (c) => {
    for (const symbolic of [false, true]) check(c, symbolic);
  });
});

/** With a symbolic batch wherever every input's first dimension can be one. */
function check(c: Cases['op'], symbolic: boolean): void {
  const inputs = Object.entries(c.inputs).filter(([, t]) => t !== null) as [string, NonNullable<(typeof c.inputs)[string]>][];
  const n = inputs[0]![1].shape[0];
  const batched = ['cross_entropy', 'mse_loss', 'nll_loss', 'bce_with_logits', 'linear', 'conv2d', 'max_pool2d', 'layer_norm', 'mean'];
  const weights = ['weight', 'bias', 'pos_weight', 'running_mean', 'running_var'];
  if (symbolic && (!batched.includes(c.op) || n === undefined || n === 1 || inputs[0]![1].shape.length < 2)) return;
  const specs = inputs.map(([name, t]) => ({
    shape: symbolic && !weights.includes(name) ? (['N', ...t.shape.slice(1)] as const) : t.shape,
    dtype: t.dtype === 'F32' ? ('f32' as const) : ('i32' as const),
  }));
  const data = inputs.map(([, t]) => Array.from(tensor(c.file, t.key).data as ArrayLike<number | bigint>, Number));

  for (const [o, [name, out]] of Object.entries(c.outputs).entries()) {
    if (c.op === 'max_pool2d' && o > 0) continue; // the indices are the backend's own, and checked with its op
    const recording = recordFunction(specs, (...given) => {
      const result = calls[c.op]!(Object.fromEntries(inputs.map(([input], i) => [input, given[i]!])), c.attrs);
      return Array.isArray(result) ? result[o] : result;
    });
    const what = `${c.id} ${name}${symbolic ? ' with a symbolic batch' : ''}`;
    expectClose(run(recording, data, n), tensor(c.file, out.key), c.err64[`out/${name}`], what);
    if (!out.cotangent) continue;
    const cotangents = pullBack(recording, data, tensor(c.file, out.cotangent).data as Float32Array, n);
    for (const [i, [input, t]] of inputs.entries()) {
      const want = t.grad ? c.vjp?.[input] : null;
      if (!want) continue;
      const got = cotangents[i] ?? data[i]!.map(() => 0);
      expectClose(got, tensor(c.file, want.key), c.err64[`grad/${input}`], `${what}: the gradient of ${input}`);
    }
  }
}
