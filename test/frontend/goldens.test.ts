/** Every function of the frontend against PyTorch's numbers: its result and its gradients, as the reference interpreter
 *  computes them. */
import { describe, it } from 'vitest';
import { calls } from '../support/calls.ts';
import { type Cases, cases, expectClose, tensor } from '../support/pytorch.ts';
import { pullBack, recordFunction, run } from '../support/record.ts';

const later = ['dropout', 'embedding'];
const all = cases('op').filter((c) => !later.includes(c.op));

describe.each([...new Set(all.map((c) => c.op))])('%s', (op) => {
  it.each(all.filter((c) => c.op === op))('$id', (c) => {
    for (const symbolic of [false, true]) check(c, symbolic);
  });
});

/** With a symbolic batch wherever every input's first dimension can be one. */
function check(c: Cases['op'], symbolic: boolean): void {
  const inputs = Object.entries(c.inputs).filter(([, t]) => t !== null) as [
    string,
    NonNullable<(typeof c.inputs)[string]>,
  ][];
  const n = inputs[0]![1].shape[0];
  const batched = [
    'cross_entropy',
    'mse_loss',
    'nll_loss',
    'bce_with_logits',
    'linear',
    'conv2d',
    'max_pool2d',
    'layer_norm',
    'mean',
  ];
  const weights = ['weight', 'bias', 'pos_weight', 'running_mean', 'running_var'];
  if (symbolic && (!batched.includes(c.op) || n === undefined || n === 1 || inputs[0]![1].shape.length < 2)) return;
  const specs = inputs.map(([name, t]) => ({
    shape: symbolic && !weights.includes(name) ? (['N', ...t.shape.slice(1)] as const) : t.shape,
    dtype: t.dtype === 'F32' ? ('f32' as const) : ('i32' as const),
  }));
  const data = inputs.map(([, t]) => Array.from(tensor(c.file, t.key).data as ArrayLike<number | bigint>, Number));

  for (const [o, [name, out]] of Object.entries(c.outputs).entries()) {
    if (c.op === 'max_pool2d' && o > 0) continue; // the indices are a backend's own, and checked with their op
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
