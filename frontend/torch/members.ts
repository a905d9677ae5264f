/** What tensors with values have besides the methods of all tensors: their numbers, gradients, and operations in place. */

import { countAt, type DType } from '../../ir/type.ts';
import { guard } from '../model/arguments.ts';
import * as k from '../model/kinds.ts';
import { type Elements, isFixed, live } from '../model/live.ts';
import { Module } from '../model/nn/module.ts';
import { Parameter, Stored } from '../model/nn/parameter.ts';
import { constant, Tensor } from '../model/tensor.ts';
import { called, involved, showAny, userError, withLoc } from '../model/trace.ts';
import { backward, gradOf, retainGrad, setGrad } from './backward.ts';
import type { BackwardOptions } from './backward-options.ts';
import { dataOf, numbers, write } from './engine.ts';
import { format } from './format.ts';
import { gradFnOf } from './grad-fn.ts';
import { isGradEnabled } from './mode.ts';
import { computed } from './run.ts';
import type { Nested, TensorMembers } from './tensor-members.ts';
import { cut, own, ownerOf, requiresGrad } from './values.ts';

declare module '../model/tensor.ts' {
  interface Tensor extends TensorMembers {}
}
declare module '../model/nn/module.ts' {
  interface Module {
    /** Drops the gradients of all parameters, or sets them to zero where `setToNone` is false. */
    zeroGrad(setToNone?: boolean): void;
  }
}

const refusesInForward = (): void => {
  if (live()) return;
  throw userError('no-value', `${called()}: a tensor has no value while a model is recorded`, {
    help: 'read results from the compiled model, or call the module outside of defineModel on tensors with values',
  });
};

const shapeOf = (t: Tensor): readonly number[] => t.shape as readonly number[];
const valuesOf = (t: Tensor): Elements => {
  refusesInForward();
  return numbers(t);
};
const count = (t: Tensor): number => countAt(shapeOf(t), 1);

function nested(elements: Elements, shape: readonly number[], dtype: DType, from = 0): Nested {
  const [extent, ...inner] = shape;
  if (extent === undefined) return dtype === 'bool' ? elements[from] !== 0 : (elements[from] as number);
  const size = countAt(inner, 1);
  return Array.from({ length: extent }, (_, i) => nested(elements, inner, dtype, from + i * size));
}

/** One number everywhere, in the type of a tensor. */
const filled = (like: Tensor, value: number): Tensor => Tensor.of(constant(like.value, value));

/** Replaces a tensor's value by one of its own type. */
function inPlace<T extends Tensor>(of: T, f: () => Tensor): T {
  refusesInForward();
  const { value } = of;
  if (isGradEnabled() && value.kind === 'param' && ownerOf(value))
    throw userError('leaf-in-place', 'a leaf Variable that requires grad is being used in an in-place operation.', {
      notes: involved({ tensor: value }),
      help: `put it into noGrad(() => …), or change its data: x.data.${called()}(…)`,
    });
  const next = f().value;
  if (next.type.dtype !== value.type.dtype || `${next.type.shape}` !== `${value.type.shape}`)
    throw userError(
      'shape-mismatch',
      `${called()}: the result ${next.type.dtype}[${next.type.shape}] does not fit into ${value.type.dtype}[${value.type.shape}]`,
      { notes: involved({ tensor: value, result: next }) },
    );
  write(of, next);
  return of;
}

const methods: Readonly<Record<string, (this: Tensor, ...args: never[]) => unknown>> = {
  item() {
    const elements = valuesOf(this);
    if (elements.length === 1) return elements[0] as number;
    throw userError(
      'bad-argument',
      `item: only one element tensors can be converted to numbers, and this has ${elements.length}`,
      {
        help: 'x.tolist() gives all of them',
      },
    );
  },
  tolist() {
    return nested(valuesOf(this), shapeOf(this), this.dtype);
  },
  numpy() {
    return valuesOf(this).slice();
  },
  numel() {
    return count(this);
  },
  requiresGrad_(requiresGrad_ = true) {
    setRequiresGrad(this, requiresGrad_);
    return this;
  },
  retainGrad() {
    refusesInForward();
    retainGrad(this);
  },
  backward(gradient: Tensor | null = null, options: BackwardOptions = {}) {
    refusesInForward();
    backward(this, gradient, options);
  },
  add_(other: Tensor | number, alpha = 1) {
    return inPlace(this, () => this.add(other, { alpha }));
  },
  sub_(other: Tensor | number, alpha = 1) {
    return inPlace(this, () => this.sub(other, { alpha }));
  },
  mul_(other: Tensor | number) {
    return inPlace(this, () => this.mul(other));
  },
  div_(other: Tensor | number) {
    return inPlace(this, () => this.div(other));
  },
  copy_(other: Tensor) {
    return inPlace(this, () => other.expand(...(this.shape as readonly number[])));
  },
  fill_(value: number) {
    return inPlace(this, () => filled(this, value));
  },
  zero_() {
    return inPlace(this, () => filled(this, 0));
  },
  clamp_(min: number | null = null, max: number | null = null) {
    return inPlace(this, () => this.clamp(min, max));
  },
  addcmul_(tensor1: Tensor, tensor2: Tensor, value = 1) {
    return inPlace(this, () => this.addcmul(tensor1, tensor2, value));
  },
  addcdiv_(tensor1: Tensor, tensor2: Tensor, value = 1) {
    return inPlace(this, () => this.addcdiv(tensor1, tensor2, value));
  },
  lerp_(end: Tensor, weight: Tensor | number) {
    return inPlace(this, () => this.lerp(end, weight));
  },
  detach_() {
    refusesInForward();
    Tensor.put(this, cut(this.value));
    return this;
  },
} as Readonly<Record<string, (this: Tensor, ...args: never[]) => unknown>>;

function setRequiresGrad(t: Tensor, requires: boolean): void {
  refusesInForward();
  if (t instanceof Stored)
    throw userError('bad-argument', `${called()}: a ${t.kind} is no ${requires ? 'parameter' : 'tensor'} that trains`, {
      help: 'make an nn.Parameter',
    });
  const { value } = t;
  if (value.type.dtype !== 'f32')
    throw userError(
      'dtype-mismatch',
      `${called()}: only f32 tensors can require gradients, and this is ${value.type.dtype}`,
    );
  if (value.kind === 'node' && requiresGrad(value)) {
    if (requires) return;
    throw userError('not-a-leaf', 'you can only change requires_grad flags of leaf variables.', {
      help: 'use x.detach() where the gradient is to end',
    });
  }
  const made = cut(value);
  if (requires) own(made, t);
  Tensor.put(t, made);
}

const define = (of: object, name: PropertyKey, property: PropertyDescriptor): void =>
  void Object.defineProperty(of, name, { configurable: true, enumerable: false, ...property });

for (const [name, value] of Object.entries(methods)) define(Tensor.prototype, name, { value, writable: true });
const number = k.either(k.tensor, k.number);
const alpha = k.optional(k.number);
guard(Tensor, {
  item: {},
  tolist: {},
  numpy: {},
  numel: {},
  requiresGrad_: { requiresGrad: k.optional(k.flag) },
  retainGrad: {},
  backward: {
    gradient: k.optional(k.orNull(k.tensor)),
    options: k.optional(k.kind('{ retainGraph, createGraph, inputs }', (v) => typeof v === 'object' && v !== null)),
  },
  add_: { other: number, alpha },
  sub_: { other: number, alpha },
  mul_: { other: number },
  div_: { other: number },
  copy_: { other: k.tensor },
  fill_: { value: k.number },
  zero_: {},
  clamp_: { min: k.optional(k.orNull(k.number)), max: k.optional(k.orNull(k.number)) },
  addcmul_: { tensor1: k.tensor, tensor2: k.tensor, value: alpha },
  addcdiv_: { tensor1: k.tensor, tensor2: k.tensor, value: alpha },
  lerp_: { end: k.tensor, weight: number },
  detach_: {},
});

const getter = (name: string, get: (t: Tensor) => unknown, set?: (t: Tensor, v: never) => void): void =>
  define(Tensor.prototype, name, {
    get(this: Tensor) {
      return withLoc(() => get(this), name);
    },
    ...(set
      ? {
          set(this: Tensor, v: never) {
            withLoc(() => set(this, v), name);
          },
        }
      : {}),
  });
getter(
  'data',
  (t) => {
    refusesInForward();
    return dataOf(t);
  },
  (t, v: ArrayLike<number>) => {
    const data = dataOf(t);
    if (data.length !== v?.length)
      throw userError('bad-data', `data: the tensor [${t.shape}] has ${data.length} numbers, got ${showAny(v)}`);
    data.set(v as Float32Array);
  },
);
getter('requiresGrad', (t) => requiresGrad(t.value), setRequiresGrad as never);
getter('isLeaf', (t) => t.value.kind === 'param' || !requiresGrad(t.value));
getter('grad', gradOf, (t, v: Tensor | null) => {
  if (v !== null && !(v instanceof Tensor))
    throw userError('not-a-tensor', `grad: must be a tensor or null, got ${showAny(v)}`);
  setGrad(t, v);
});
getter('gradFn', (t) => (t.value.kind === 'param' ? null : gradFnOf(t.value)));

const plain = Tensor.prototype.toString;
const inspect = Symbol.for('nodejs.util.inspect.custom');
function text(this: Tensor): string {
  if (!live() || !isFixed(this.shape)) return plain.call(this);
  const { value } = this;
  const [elements] = computed([value]) ?? [];
  if (!elements) return plain.call(this);
  const fn = value.kind === 'param' ? null : gradFnOf(value);
  const suffix = fn ? [`grad_fn=<${fn.name()}>`] : requiresGrad(value) ? ['requires_grad=True'] : [];
  const shown = format(elements, this.shape, this.dtype, suffix);
  return this instanceof Parameter ? `Parameter containing:\n${shown}` : shown;
}
define(Tensor.prototype, 'toString', { value: text, writable: true });
define(Tensor.prototype, inspect, { value: text, writable: true });
define(Tensor.prototype, Symbol.iterator, {
  value: function* (this: Tensor): Generator<Tensor> {
    refusesInForward();
    const [extent] = shapeOf(this);
    if (extent === undefined) throw withLoc(() => userError('bad-shape', 'iteration over a 0-d tensor'));
    for (let i = 0; i < extent; i++) yield this.select(0, i);
  },
  writable: true,
});
const primitive = Tensor.prototype[Symbol.toPrimitive];
define(Tensor.prototype, Symbol.toPrimitive, {
  value: function (this: Tensor, hint: string): string | number {
    return hint !== 'string' && live() && count(this) === 1 ? this.item() : primitive.call(this, hint);
  },
});

define(Module.prototype, 'zeroGrad', {
  value: function (this: Module, setToNone = true): void {
    for (const p of this.parameters()) zeroGrad(p, setToNone);
  },
  writable: true,
});
/** Drops a gradient, or sets it to zero. */
export function zeroGrad(of: Tensor, setToNone = true): void {
  const grad = gradOf(of);
  if (grad) setGrad(of, setToNone ? null : filled(grad, 0));
}
