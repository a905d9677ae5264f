/** Values over others. */

import { at, build, topo, type Value } from './graph.ts';

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
