/** Every op of the goldens against PyTorch: result and gradients, as the graph means them in float64 and as WebAssembly
 *  computes them, with all stages in between held to each other. */
import { describe, expect, test } from 'vitest';
import { Tensor } from '../../frontend/index.ts';
import { makeGraph, type Param, param, type Result } from '../../ir/graph.ts';
import { full } from '../../ir/ops/index.ts';
import { type Dim, N, tensor as typeOf } from '../../ir/type.ts';
import { cotangentsOf } from '../../passes/autodiff.ts';
import { calls } from '../support/calls.ts';
import { agree } from '../support/differential.ts';
import { stagesOf } from '../support/pipeline.ts';
import { type Cases, cases, expectClose, tensor } from '../support/pytorch.ts';

type Case = Cases['op'];

/** Cases that Tapeout cannot compute yet. One that it can must leave this table. */
const notYet: Readonly<Record<string, string>> = {
  'dropout/p0': 'a step draws no random numbers yet',
  'embedding/repeats': 'there is no gather',
  'embedding/padding_idx': 'there is no gather',
  'embedding/single': 'there is no gather',
};

/** Inputs whose first dimension is the batch, where an op is also compiled for a symbolic one. */
const batched: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    [
      'conv2d',
      'max_pool2d',
      'avg_pool2d',
      'linear',
      'layer_norm',
      'mean',
      'sum',
      'relu',
      'gelu',
      'batch_norm_eval',
    ].map((op) => [op, ['x']]),
  ),
  ...Object.fromEntries(
    ['cross_entropy', 'nll_loss', 'mse_loss', 'bce_with_logits'].map((op) => [op, ['x', 'target']]),
  ),
};

const all = cases('op');

test('the table of what is missing is exact', () => {
  expect(Object.keys(notYet).filter((id) => !all.some((c) => c.id === id))).toEqual([]);
  expect(all.filter((c) => !calls[c.op]).map((c) => c.id)).toEqual(Object.keys(notYet));
});

describe.each([...new Set(all.filter((c) => !(c.id in notYet)).map((c) => c.op))])('%s', (op) => {
  const present = all.filter((c) => c.op === op && !(c.id in notYet));
  test.each(present)('$id', (c) => check(c, false));
  test.each(present.filter(hasBatch))('$id with a symbolic batch', (c) => check(c, true));
});

function hasBatch(c: Case): boolean {
  const first = Object.values(c.inputs)[0]!;
  return c.op in batched && first.shape.length > 1 && first.shape[0]! > 1;
}

async function check(c: Case, symbolic: boolean): Promise<void> {
  const inputs = Object.entries(c.inputs).flatMap(([name, t]) => (t ? [{ name, ...t }] : []));
  const n = symbolic ? inputs[0]!.shape[0]! : 1;
  const params = inputs.map(({ name, dtype, shape }): Param => {
    const dims: Dim[] = symbolic && batched[c.op]!.includes(name) ? [N, ...shape.slice(1)] : [...shape];
    return param('input', name, typeOf(dtype === 'F32' ? 'f32' : 'i32', dims));
  });
  const given = new Map<Param, ArrayLike<number>>(
    params.map((p, i) => [p, Array.from(tensor(c.file, inputs[i]!.key).data as ArrayLike<number | bigint>, Number)]),
  );

  // One graph: the results, and the cotangents of the inputs, given those of the results.
  const called = calls[c.op]!(Object.fromEntries(params.map((p) => [p.name, Tensor.of(p)])), c.attrs);
  const outputs = Array.isArray(called) ? called : [called];
  const results: Result[] = [];
  for (const [o, [name, out]] of Object.entries(c.outputs).entries()) {
    if (c.op === 'max_pool2d' && o > 0) continue; // Tapeout counts places in the window, PyTorch in the image
    const { value } = outputs[o]!;
    results.push({ name: `out/${name}`, value });
    if (!out.cotangent) continue;
    const seed = param('input', `v/${name}`, value.type);
    given.set(seed, tensor(c.file, out.cotangent).data as Float32Array);
    const cotangents = cotangentsOf(value, seed, new Set(params));
    for (const [i, p] of params.entries())
      if (inputs[i]!.grad)
        results.push({
          name: `grad/${p.name}`,
          value: cotangents.get(p) ?? full({ value: 0, shape: p.type.shape, dtype: 'f32' }),
        });
  }
  const stages = stagesOf({ name: c.op, maxBatch: symbolic ? n + 3 : 1, graphs: [makeGraph('run', results, params)] });
  const { seen, exact } = await agree(stages, given, n);

  for (const { name } of results) {
    const [kind, which] = name.split('/') as ['out' | 'grad', string];
    const want = tensor(c.file, kind === 'out' ? c.outputs[which]!.key : c.vjp![which]!.key);
    for (const [by, got] of [
      ['the interpreter', exact],
      ['WebAssembly', seen],
    ] as const)
      expectClose(got.get(`run/${name}`)!, want, c.err64[name], `${c.id}: ${name} by ${by}`);
  }
}
