/** Values over others, and what they are made of. */

import { at, build, type Node, topo, type Value } from './graph.ts';

/** These values with `by` in place of what they read, in new nodes where one changes. */
export function rebuilt(values: readonly Value[], by: ReadonlyMap<Value, Value>): Value[] {
  const done = new Map<Value, Value>(by);
  const now = (v: Value): Value => done.get(v) ?? v;
  for (const n of topo(values, done)) {
    const inputs = n.inputs.map(now);
    const same = inputs.every((v, i) => v === n.inputs[i]);
    done.set(n, same ? n : at(n.loc, () => build(n.op, inputs, n.attrs)));
  }
  return values.map(now);
}

/** True for a value without operands, which costs nothing wherever it is. */
const isConstant = (v: Value): boolean => v.kind === 'node' && v.inputs.length === 0;

/** The nodes of `values` that are computed from `own`, and the values beside `own` that these, or `values` themselves, are. Constants
 *  do not count. */
export function partOver(
  values: readonly Value[],
  own: Iterable<Value>,
): { readonly inside: readonly Node[]; readonly outside: readonly Value[] } {
  const from = new Set<Value>(own);
  const inside: Node[] = [];
  for (const n of topo(values, new Map([...from].map((v) => [v, v]))))
    if (n.inputs.some((i) => from.has(i))) {
      from.add(n);
      inside.push(n);
    }
  const read = new Set([...inside.flatMap((n) => n.inputs), ...values]);
  return { inside, outside: [...read].filter((v) => !from.has(v) && !isConstant(v)) };
}
