/** A case of PyTorch's ops as a module: one graph with the results, and the cotangents of the inputs for given ones of the
 *  results. */
import { Tensor } from '../../frontend/index.ts';
import { type Module, makeGraph, type Param, param, type Result } from '../../ir/graph.ts';
import { full } from '../../ir/ops/index.ts';
import { type Dim, N, tensor as typeOf } from '../../ir/type.ts';
import { cotangentsOf } from '../../passes/autodiff.ts';
import type { StoredTensor } from '../../runtime/safetensors.ts';
import { calls } from './calls.ts';
import { type Cases, type Err64, tensor } from './pytorch.ts';

export type OpCase = Cases['op'];

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

export function hasBatch(c: OpCase): boolean {
  const first = Object.values(c.inputs)[0]!;
  return c.op in batched && first.shape.length > 1 && first.shape[0]! > 1;
}

export interface OpModule {
  readonly module: Module;
  readonly given: ReadonlyMap<Param, ArrayLike<number>>;
  readonly n: number;
  /** The expected results of the graph. */
  readonly wanted: readonly { readonly name: string; readonly want: StoredTensor; readonly err64: Err64 | undefined }[];
}

export function opModule(c: OpCase, symbolic: boolean): OpModule {
  const inputs = Object.entries(c.inputs).flatMap(([name, t]) => (t ? [{ name, ...t }] : []));
  const n = symbolic ? inputs[0]!.shape[0]! : 1;
  const params = inputs.map(({ name, dtype, shape }): Param => {
    const dims: Dim[] = symbolic && batched[c.op]!.includes(name) ? [N, ...shape.slice(1)] : [...shape];
    return param('input', name, typeOf(dtype === 'F32' ? 'f32' : 'i32', dims));
  });
  const given = new Map<Param, ArrayLike<number>>(
    params.map((p, i) => [p, Array.from(tensor(c.file, inputs[i]!.key).data as ArrayLike<number | bigint>, Number)]),
  );
  const called = calls[c.op]!(Object.fromEntries(params.map((p) => [p.name, Tensor.of(p)])), c.attrs);
  const outputs = Array.isArray(called) ? called : [called];
  const results: Result[] = [];
  for (const [o, [name, out]] of Object.entries(c.outputs).entries()) {
    if (c.op === 'max_pool2d' && o > 0) continue; // Tapeout counts positions in the window, PyTorch in the image
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
  const wanted = results.map(({ name }) => {
    const [kind, which] = name.split('/') as ['out' | 'grad', string];
    const want = tensor(c.file, kind === 'out' ? c.outputs[which]!.key : c.vjp![which]!.key);
    return { name, want, err64: c.err64[name] };
  });
  const module = { name: c.op, maxBatch: symbolic ? n + 3 : 1, graphs: [makeGraph('run', results, params)] };
  return { module, given, n, wanted };
}
