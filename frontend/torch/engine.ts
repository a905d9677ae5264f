/** Values for tensors outside of recordings: what operations make is pending until somebody asks for its numbers. */

import { dtypes } from '../../ir/dtype.ts';
import type { Param, Value } from '../../ir/graph.ts';
import { countAt, type TensorType } from '../../ir/type.ts';
import { type Elements, install, isFixed } from '../model/live.ts';
import { fieldsOf, type Module } from '../model/nn/module.ts';
import { Parameter, Stored } from '../model/nn/parameter.ts';
import { normal } from '../model/normal.ts';
import { currentGenerator } from '../model/seed.ts';
import { Tensor } from '../model/tensor.ts';
import { tensorData } from '../model/tensor-data.ts';
import { called, showAny, userError } from '../model/trace.ts';
import { noteApplied, tensorsIn } from './grad-fn.ts';
import { isGradEnabled } from './mode.ts';
import { changes, computed, keep } from './run.ts';
import { cut, depthOf, know, leaf, own, ownerOf, requiresGrad, settled } from './values.ts';

/** How many operations may be pending, one after another. */
const deepest = 400;

/** The values of parameters and buffers that operations have read or written. */
const values = new WeakMap<Stored, Param>();
/** The types of tensors whose numbers were handed out. */
const types = new WeakMap<Elements, TensorType>();

function paramOf(of: Stored): Param {
  const known = values.get(of);
  if (known) return known;
  const made = leaf(typeOf(of), Stored.memoryOf(of));
  if (of instanceof Parameter && of.requiresGrad) own(made, of);
  values.set(of, made);
  return made;
}

function typeOf({ dtype, shape, name, kind }: Stored): TensorType {
  if (isFixed(shape)) return { dtype, shape };
  throw userError(
    'no-value',
    `${called()}: the ${kind} '${name}' [${shape}] holds the batch, so that it has no values`,
  );
}

/** Gives a tensor another value, which is computed with the next that are asked for. */
export function write(to: Tensor, value: Value): void {
  const isLeaf = to.value.kind === 'param';
  const made = isLeaf || !isGradEnabled() || !requiresGrad(value) ? cut(value) : value;
  if (made.kind === 'param' && (to instanceof Parameter ? to.requiresGrad : isLeaf && ownerOf(to.value as Param)))
    own(made, to);
  if (to instanceof Stored) values.set(to, made as Param);
  else Tensor.put(to, made);
  changes(to);
}

/** The numbers of a parameter or buffer, in its own memory. What is pending does not see what becomes of them. */
function numbersOf(of: Stored): Elements | null {
  const value = values.get(of);
  const memory = Stored.memoryOf(of);
  if (value) {
    const [elements] = computed([value]) ?? [];
    if (!elements) return null;
    if (elements === memory) know(value, memory.slice());
    else memory.set(elements);
    values.delete(of);
  }
  if (isFixed(of.shape)) types.set(memory, typeOf(of));
  return memory;
}

/** The numbers of any other tensor, which may be written to. */
export function dataOf(of: Tensor): Elements {
  const { value } = of;
  const elements = numbers(of);
  if (value.kind === 'param') {
    know(value, elements.slice() as Elements);
    const made = leaf(value.type, elements);
    const owner = ownerOf(value);
    if (owner) own(made, owner);
    Tensor.put(of, made);
  }
  const data = elements instanceof Float32Array ? tensorData(elements) : elements;
  types.set(data, value.type);
  return data;
}

/** The numbers of a tensor, to read. Throws if it has none. */
export function numbers(of: Tensor): Elements {
  const [elements] = computed([of.value]) ?? [];
  if (elements) return elements;
  throw userError('no-value', `${called()}: the tensor has no values while a loop or a model is recorded`);
}

/** Modules that run within another one are not looked at. */
let inside = false;

/** Runs a module. Tensors that it assigns to the fields of its buffers are written to these. */
function forward<T>(module: object, f: () => T): T {
  if (inside) return f();
  const fields = fieldsOf(module as Module).filter(({ stored }) => stored.kind === 'buffer');
  inside = true;
  try {
    const result = f();
    for (const t of tensorsIn(result)) keep(t.value);
    return result;
  } finally {
    inside = false;
    for (const { holder, key, stored, name } of fields) {
      const now = holder[key];
      if (now === stored) continue;
      holder[key] = stored;
      if (!(now instanceof Tensor))
        // biome-ignore lint/correctness/noUnsafeFinally: nothing else tells that the field was lost
        throw userError('bad-buffer', `forward assigns ${showAny(now)} to the field of the buffer '${name}'`);
      write(stored, now.value);
    }
  }
}

install({
  made(value) {
    // Whether a gradient flows is known from now on, whatever becomes of the operands.
    const made = requiresGrad(value) && !isGradEnabled() ? cut(value) : value;
    if (depthOf(made) > deepest) computed([made]);
    return made;
  },
  now: settled,
  stored: (of) => paramOf(of as Stored),
  numbers: (of) => numbersOf(of as Stored),
  changed(of) {
    values.delete(of as Stored);
  },
  write: (to, value) => write(to as Stored, value),
  inPlace(array, f) {
    const type = types.get(array) ?? { dtype: 'f32', shape: [array.length] };
    const next = f(leaf(type, array.slice()));
    if (countAt(next.type.shape, 1) !== array.length)
      throw userError('shape-mismatch', `${called()}: the result has another shape than the data`);
    array.set((computed([next]) as Elements[])[0] as Elements);
  },
  applied: noteApplied,
  forward,
  drawn(kind, type) {
    const count = countAt(type.shape, 1);
    if (!isFixed(type.shape))
      throw userError('no-value', `${called()}: a tensor with values has no batch: give each extent as a number`);
    const generator = currentGenerator();
    if (kind === 'normal') return leaf(type, normal(count, generator));
    return leaf(
      type,
      new Float32Array(count).map(() => generator.uniform(0, 1)),
    );
  },
});

/** An array for the elements of this type. */
export const arrayFor = (dtype: TensorType['dtype'], count: number): Elements =>
  new (dtypes[dtype].array as Float32ArrayConstructor)(count);
