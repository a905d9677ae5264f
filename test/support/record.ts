/** Functions on tensors, recorded and interpreted, for tests that need no layers. */

import { defineModel, nn, type Tensor, type TensorSpec } from '../../frontend/index.ts';
import { type Recording, record } from '../../frontend/model/record.ts';
import type { Param, Value } from '../../ir/graph.ts';
import { param } from '../../ir/graph.ts';
import { interpretValues } from '../../ir/interpret/graph.ts';
import { cotangentsOf } from '../../passes/autodiff.ts';

type F = (...inputs: Tensor[]) => unknown;

class Fn extends nn.Module {
  readonly #f: F;
  constructor(f: F) {
    super();
    this.#f = f;
  }
  forward(...inputs: Tensor[]): unknown {
    return this.#f(...inputs);
  }
}

/** The graph of `f` on inputs a, b, c, … of these shapes. */
export function recordFunction(inputs: readonly TensorSpec[], f: F): Recording {
  const named = Object.fromEntries(inputs.map((spec, i) => [String.fromCharCode(97 + i), spec]));
  return record(defineModel({ model: () => new Fn(f), input: named }));
}

/** The recording's output for these inputs, in float64. */
export function run(recording: Recording, data: readonly ArrayLike<number>[], n = 1): number[] {
  const given = new Map<Param, ArrayLike<number>>(recording.inputs.map((p, i) => [p, data[i]!]));
  for (const { param, data } of recording.parameters) given.set(param, data);
  return [...interpretValues([recording.eval.output], given, n)[0]!];
}

/** The cotangents of the inputs (null where there is none) for one of the output. */
export function pullBack(
  recording: Recording,
  data: readonly ArrayLike<number>[],
  cotangent: ArrayLike<number>,
  n = 1,
): (number[] | null)[] {
  const seed = param('input', 'seed', recording.eval.output.type);
  const given = new Map<Param, ArrayLike<number>>(recording.inputs.map((p, i) => [p, data[i]!]));
  given.set(seed, cotangent);
  const cotangents = cotangentsOf(recording.eval.output, seed, new Set(recording.inputs));
  return recording.inputs.map((p) => {
    const value: Value | undefined = cotangents.get(p);
    return value ? [...interpretValues([value], given, n)[0]!] : null;
  });
}
