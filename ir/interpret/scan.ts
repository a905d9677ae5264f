/** The meaning of a loop: its body, interpreted once for each step. */

import type { Graph, Param, Value } from '../graph.ts';
import { resultOf, type ScanNode } from '../scan.ts';
import { countAt } from '../type.ts';

type Given = ReadonlyMap<Param, ArrayLike<number>>;
type Numbers = Float64Array | Int32Array | Uint8Array;

/** All results of the loop of `node`, by name, given its operands' elements. `run` interprets the body. */
export function interpretScan(
  { op: { body }, inputs, attrs: { steps, reverse } }: ScanNode,
  of: (v: Value) => Numbers,
  n: number,
  run: (body: Graph, given: Given) => readonly Float64Array[],
): Map<string, Float64Array> {
  const out = new Map<string, Float64Array>();
  for (const r of body.results) if (!r.into) out.set(r.name, new Float64Array(steps * countAt(r.value.type.shape, n)));
  const given = new Map<Param, ArrayLike<number>>(body.params.map((p, i) => [p, of(inputs[i] as Value)]));
  for (let turn = 0; turn < steps; turn++) {
    const step = reverse ? steps - 1 - turn : turn;
    for (const [i, p] of body.params.entries()) {
      const size = countAt(p.type.shape, n);
      if (p.role === 'input') given.set(p, of(inputs[i] as Value).subarray(step * size, (step + 1) * size));
    }
    const values = run(body, given);
    for (const [i, r] of body.results.entries()) {
      const value = values[i] as Float64Array;
      if (r.into) given.set(r.into, value);
      else out.get(r.name)?.set(value, step * value.length);
    }
  }
  for (const r of body.results) if (r.into) out.set(r.name, Float64Array.from(given.get(r.into) as Float64Array));
  return out;
}

/** The elements of a scan node among its loop's results. */
export const elementsIn = (node: ScanNode, results: ReadonlyMap<string, Float64Array>): Float64Array =>
  results.get(resultOf(node).name) as Float64Array;
