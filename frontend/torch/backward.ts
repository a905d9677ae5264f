/** Backward passes over what tensors with values were computed from. */

import type { Node, Param, Value } from '../../ir/graph.ts';
import { paramsOf } from '../../ir/graph.ts';
import { add, fullLike } from '../../ir/ops/index.ts';
import { countAt, sameType, showType } from '../../ir/type.ts';
import { gradientsOf } from '../../passes/autodiff.ts';
import { Tensor } from '../model/tensor.ts';
import { involved, userError } from '../model/trace.ts';
import type { BackwardOptions } from './backward-options.ts';
import { write } from './engine.ts';
import { noGrad } from './mode.ts';
import { changes, computed, keep } from './run.ts';
import { cut, elementsOf, origin, ownerOf, requiresGrad } from './values.ts';

/** The gradients of tensors. */
const grads = new WeakMap<Tensor, Tensor>();
/** The tensors that are no leaves, and whose gradients are wanted all the same. */
const retained = new WeakMap<Node, Tensor>();

/** The gradient of a tensor so far, or null. */
export const gradOf = (t: Tensor): Tensor | null => grads.get(t) ?? null;
/** Replaces the gradient of a tensor. */
export function setGrad(t: Tensor, grad: Tensor | null): void {
  if (grad === null) grads.delete(t);
  else grads.set(t, grad);
}
/** Keeps the gradient of a tensor that is no leaf. */
export function retainGrad(t: Tensor): void {
  const { value } = t;
  if (!requiresGrad(value)) throw userError('no-gradient', "can't retain_grad on Tensor that has requires_grad=False");
  if (value.kind !== 'node') return;
  retained.set(value, t);
  anyRetained = true;
}

/** True for a tensor whose gradient is not computed yet. */
const isWaiting = (t: Tensor): boolean => {
  const grad = grads.get(t);
  return grad !== undefined && !elementsOf(origin(grad.value));
};

/** Adds the gradients of `root`, times `gradient`, to those of the leaves behind it. */
export function backward(root: Tensor, gradient: Tensor | null, options: BackwardOptions = {}): void {
  const { value } = root;
  const seed = seedOf(value, gradient);
  const inputs = options.inputs === undefined ? null : new Set([options.inputs].flat() as Tensor[]);
  const found = gradientsBehind(value, seed, inputs);
  // A second backward pass before anything has run would be compiled with the first.
  if ([...found.keys()].some(isWaiting)) computed([]);
  keep(value);
  for (const [t, g] of found) {
    const before = grads.get(t);
    if (before && !options.createGraph) {
      const sum = noGrad(() => add(before.value, g));
      write(before, sum);
    } else {
      const made = options.createGraph ? (before ? add(before.value, g) : g) : cut(g);
      const grad = new Tensor(made.type, made);
      grads.set(t, grad);
      changes(grad);
    }
  }
}

/** The gradient of each tensor behind a value. */
function gradientsBehind(value: Value, seed: Value, inputs: ReadonlySet<Tensor> | null): Map<Tensor, Value> {
  const wanted = new Map<Value, Tensor>();
  for (const p of paramsOf([value])) {
    const owner = ownerOf(p as Param);
    if (owner && (!inputs || inputs.has(owner))) wanted.set(p, owner);
  }
  if (inputs) for (const t of inputs) if (!wanted.has(t.value)) wanted.set(t.value, t);
  const seeds = new Map([[value, seed]]);
  const kept = inputs
    ? []
    : nodesWithin(value).flatMap((n) => (retained.has(n) ? [[n, retained.get(n) as Tensor] as const] : []));
  const cotangents = gradientsOf(seeds, new Set(wanted.keys()));
  for (const [n, t] of kept) wanted.set(n, t);
  const found = new Map<Tensor, Value>();
  for (const [v, t] of wanted) {
    const g = cotangents.get(v);
    if (!g) continue;
    const before = found.get(t);
    found.set(t, before ? add(before, g) : g);
  }
  return found;
}

let anyRetained = false;
function nodesWithin(value: Value): Node[] {
  if (!anyRetained) return [];
  const found = new Set<Node>();
  const stack: Value[] = [value];
  for (let v = stack.pop(); v; v = stack.pop())
    if (v.kind === 'node' && !found.has(v) && requiresGrad(v)) {
      found.add(v);
      stack.push(...v.inputs);
    }
  return [...found];
}

function seedOf(value: Value, gradient: Tensor | null): Value {
  if (!requiresGrad(value))
    throw userError('no-gradient', 'element 0 of tensors does not require grad and does not have a grad_fn', {
      notes: involved({ tensor: value }),
      help: 'make a leaf with { requiresGrad: true }, and compute outside of noGrad',
    });
  if (!gradient) {
    if (countAt(value.type.shape, 1) === 1) return fullLike(value, 1);
    throw userError('not-a-scalar', 'grad can be implicitly created only for scalar outputs', {
      notes: involved({ tensor: value }),
      help: 'give backward a gradient of its shape, or reduce it: x.sum().backward()',
    });
  }
  if (sameType(gradient.value.type, value.type)) return gradient.value;
  throw userError(
    'shape-mismatch',
    `the gradient is ${showType(gradient.value.type)}, and the tensor ${showType(value.type)}: they must be of one type`,
    { notes: involved({ gradient: gradient.value, tensor: value }) },
  );
}
