/** What is known of values outside of recordings: their numbers, how they are to be computed, and whether they are differentiated. All
 *  of it is gone with the value. */

import { upsert } from '../../ir/collections.ts';
import { type Node, type Param, param, type Value } from '../../ir/graph.ts';
import type { TensorType } from '../../ir/type.ts';
import type { Elements } from '../model/live.ts';
import type { Tensor } from '../model/tensor.ts';

const known = new WeakMap<Value, Elements>();
const pending = new WeakMap<Param, Value>();
const owners = new WeakMap<Param, Tensor>();
const requiring = new WeakMap<Node, boolean>();
const constants = new WeakMap<Node, Param>();

/** The numbers of a value that has been computed; undefined for one that has not. */
export const elementsOf = (v: Value): Elements | undefined => known.get(v);
/** Gives a value its numbers. What it was to be computed from is forgotten. */
export function know(v: Value, elements: Elements): void {
  known.set(v, elements);
  if (v.kind === 'param') pending.delete(v);
}

/** A value without operands, of these numbers. */
export function leaf(type: TensorType, elements: Elements): Param {
  const p = param('input', 'x', type);
  known.set(p, elements);
  return p;
}
/** A value that is computed as `v`, and that no gradient flows through. */
export function cut(v: Value): Param {
  const made = param('input', 'x', v.type, v.loc);
  const elements = known.get(v);
  if (elements) known.set(made, elements);
  else pending.set(made, v);
  return made;
}
/** What a value is computed from, where `cut` made it of another. */
export function origin(v: Value): Value {
  let at = v;
  while (at.kind === 'param' && !known.has(at)) {
    const next = pending.get(at);
    if (!next) break;
    at = next;
  }
  return at;
}

/** Makes a value that of a tensor whose gradient is wanted. */
export const own = (p: Param, by: Tensor): void => void owners.set(p, by);
/** The tensor whose gradient is that of this value; undefined if none is wanted. */
export const ownerOf = (p: Param): Tensor | undefined => owners.get(p);

/** True if a gradient flows through a value to a tensor that wants it. */
export function requiresGrad(v: Value): boolean {
  if (v.kind === 'param') return owners.has(v);
  const found = requiring.get(v);
  if (found !== undefined) return found;
  // Without recursion, as graphs may be deep.
  const stack: Node[] = [v];
  for (let n = stack.at(-1); n; n = stack.at(-1)) {
    if (requiring.has(n)) {
      stack.pop();
      continue;
    }
    if (n.type.dtype !== 'f32' || n.op.name === 'stop_gradient') {
      requiring.set(n, false);
      continue;
    }
    const unknown = n.inputs.filter((i): i is Node => i.kind === 'node' && !requiring.has(i));
    if (unknown.length > 0) stack.push(...unknown);
    else
      requiring.set(
        n,
        n.inputs.some((i) => (i.kind === 'param' ? owners.has(i) : requiring.get(i))),
      );
  }
  return requiring.get(v) as boolean;
}

/** The value that stands for one: its numbers alone, once it has them, unless it is differentiated. */
export function settled(v: Value): Value {
  if (v.kind === 'param') return v;
  const elements = known.get(v);
  if (!elements || requiresGrad(v)) return v;
  return upsert(constants, v, () => leaf(v.type, elements));
}

const depths = new WeakMap<Value, number>();
/** How many operations, one after another, are still to be run for a value, as far as it was asked before. */
export function depthOf(v: Value): number {
  if (known.has(v)) return 0;
  const found = depths.get(v);
  if (found !== undefined) return found;
  const inputs = v.kind === 'node' ? v.inputs : pending.has(v) ? [pending.get(v) as Value] : [];
  let most = 0;
  for (const i of inputs) most = Math.max(most, depthOf(i));
  depths.set(v, most + 1);
  return most + 1;
}
