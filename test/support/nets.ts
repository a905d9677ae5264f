/** A compiled model behind one interface, run in two ways: as WebAssembly through the runtime's public API, and as graphs
 *  by the reference interpreter in float64, its state threaded by hand. */

import type { ModelSpec } from '../../frontend/model/model.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import type { Compiled } from '../../frontend/pipeline/compiled.ts';
import type { EntryName } from '../../frontend/pipeline/entries.ts';
import type { Param } from '../../ir/graph.ts';
import { bindDim, countAt, isBatch } from '../../ir/type.ts';
import { instantiate } from '../../runtime/model.ts';
import type { StoredTensor } from '../../runtime/safetensors.ts';
import { runGraph } from './pipeline.ts';

type Data = Float32Array | Int32Array;
export interface Net {
  readonly parameters: readonly string[];
  forward(x: Data): ArrayLike<number>;
  trainStep(x: Data, y: Data): number;
  backward(x: Data, y: Data): number;
  vjp(x: Data, v: Data): void;
  zeroGrad(): void;
  step(): void;
  parameter(name: string): ArrayLike<number>;
  /** `n` is the batch, for an input's. */
  gradient(name: string, n: number): ArrayLike<number>;
}
export type Weights = ReadonlyMap<string, StoredTensor>;
export type Make = (compiled: Compiled, weights?: Weights) => Promise<Net>;

const everything: readonly EntryName[] = ['forward', 'evaluate', 'train_step', 'backward', 'vjp', 'zero_grad', 'step'];
export const compileAll = (spec: ModelSpec, entries = everything): Promise<Compiled> =>
  compile(spec, { entries, inputGradient: true, verify: true });

export const onWasm: Make = async (compiled, weights) => {
  const model = await instantiate(
    compiled.wasm,
    compiled.manifest,
    weights ? new Map(weights) : new Map(compiled.weights),
  );
  return {
    parameters: Object.keys(model.parameters),
    forward: (x) => model.forward(x).slice(),
    trainStep: (x, y) => model.trainStep(x, y),
    backward: (x, y) => model.backward(x, y),
    vjp: (x, v) => model.vjp(x, v as Float32Array),
    zeroGrad: () => model.zeroGrad(),
    step: () => model.step(),
    parameter: (name) => model.parameters[name]!.slice(),
    gradient(name, n) {
      const whole = model.gradients[name]!;
      const { shape } = model.manifest.tensors.find((t) => t.purpose === 'gradient' && t.name === name)!;
      const count = shape.reduce<number>((p, d) => p * (typeof d === 'number' ? d : d.batch * n), 1);
      return whole.slice(0, count);
    },
  };
};

export const onInterpreter: Make = async ({ module, recording, manifest, weights: own }, weights) => {
  const memory = new Map<Param, ArrayLike<number>>();
  const named = new Map([...module.graphs].flatMap((g) => g.params).map((p) => [p.name, p]));
  const fixed = (p: Param): boolean => !p.type.shape.some(isBatch);
  for (const p of named.values()) {
    const start = manifest.tensors.find((t) => t.name === p.name)?.initial ?? 0;
    const given = weights?.get(p.name)?.data ?? own.get(p.name);
    if (fixed(p)) memory.set(p, (given as ArrayLike<number>) ?? new Array(countAt(p.type.shape, 1)).fill(start));
  }
  const inputs = new Set([...recording.inputs, ...recording.targets].map((p) => p.name));
  const run = (
    entry: EntryName,
    n: number,
    given: Readonly<Record<string, ArrayLike<number>>> = {},
  ): Map<string, ArrayLike<number>> => {
    for (const [name, data] of Object.entries(given)) if (named.has(name)) memory.set(named.get(name)!, data);
    // Gradients of inputs have the batch in their shape: they start from zero again where it changes.
    for (const p of named.values()) {
      const count = countAt(p.type.shape, n);
      if (!fixed(p) && !inputs.has(p.name) && p.name !== 'v' && memory.get(p)?.length !== count)
        memory.set(p, new Array(count).fill(0));
    }
    return runGraph(module.graphs.find((g) => g.name === entry)!, memory, n);
  };
  const [x, y] = [recording.inputs[0]!, recording.targets[0]!];
  const batchOf = (data: ArrayLike<number>): number =>
    data.length /
    countAt(
      x.type.shape.map((d) => bindDim(d, 1)),
      1,
    );
  let last = 1;
  const called = (
    entry: EntryName,
    data: Data,
    more: Readonly<Record<string, ArrayLike<number>>> = {},
  ): Map<string, ArrayLike<number>> => {
    last = batchOf(data);
    return run(entry, last, { [x.name]: data, ...more });
  };
  return {
    parameters: recording.parameters.map(({ param }) => param.name),
    forward: (data) => called('forward', data).get('output')!,
    trainStep: (data, target) => called('train_step', data, { [y.name]: target }).get('loss')![0]!,
    backward: (data, target) => called('backward', data, { [y.name]: target }).get('loss')![0]!,
    vjp: (data, v) => void called('vjp', data, { v }),
    zeroGrad: () => void run('zero_grad', last),
    step: () => void run('step', last),
    parameter: (name) => memory.get(named.get(name)!)!,
    gradient: (name) => memory.get(named.get(`${name}.grad`)!)!,
  };
};

/** Both ways, as rows of `describe.each`. */
export const ways: readonly (readonly [string, Make])[] = [
  ['WebAssembly', onWasm],
  ['the interpreter', onInterpreter],
];
