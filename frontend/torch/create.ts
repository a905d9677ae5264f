/** Tensors with values, from numbers, shapes and the random generator. */

import { dtypes } from '../../ir/dtype.ts';
import { countAt, type DType } from '../../ir/type.ts';
import { fn } from '../model/arguments.ts';
import * as functional from '../model/functional/index.ts';
import * as k from '../model/kinds.ts';
import type { Elements } from '../model/live.ts';
import { currentGenerator } from '../model/seed.ts';
import { Tensor } from '../model/tensor.ts';
import { called, showAny, userError } from '../model/trace.ts';
import { leaf } from './values.ts';

/** Numbers in lists of one length in each dimension. */
export type NestedNumbers = number | boolean | readonly NestedNumbers[];
/** The numbers of a tensor with its shape, as a reader of data gives them. */
export interface ShapedNumbers {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** The options of what makes tensors. */
export interface CreateOptions {
  /** Record operations on it for gradients; defaults to false. */
  readonly requiresGrad?: boolean;
}
/** The options of `tensor`. */
export interface TensorOptions extends CreateOptions {
  /** The type of the elements; by default f32, but i32 for Int32Arrays and bool for true and false. */
  readonly dtype?: DType;
}

const isOptions = (v: unknown): v is object =>
  typeof v === 'object' && v !== null && Object.getPrototypeOf(v) === Object.prototype;

/** A tensor of these numbers: of nested lists, of a typed array, or of `{ data, shape }`. Numbers are f32 unless `dtype` says
 *  otherwise: JavaScript does not tell 1 from 1.0. Throws for lists of several lengths, and for numbers that the type cannot hold. */
export const tensor: (data: NestedNumbers | ArrayLike<number> | ShapedNumbers, options?: TensorOptions) => Tensor = fn(
  'tensor',
  {
    data: k.kind('a number, nested lists of numbers, a typed array, or { data, shape }', (v) => v !== undefined),
    options: k.optional(k.kind('{ dtype, requiresGrad }', isOptions)),
  },
  (data: unknown, { dtype, requiresGrad = false }: TensorOptions = {}) => {
    const { flat, shape } = shaped(data);
    const as = dtype ?? typeFor(flat);
    const { array } = dtypes[as] ?? {};
    if (!array) throw userError('bad-argument', `tensor: dtype must be f32, i32 or bool, got ${showAny(dtype)}`);
    const elements = new (array as Float32ArrayConstructor)(flat.length) as Elements;
    for (let i = 0; i < flat.length; i++) {
      const v = Number(flat[i]);
      if (as === 'i32' && (!Number.isInteger(v) || v !== (v | 0)))
        throw userError('dtype-mismatch', `tensor: element ${i} is ${showAny(flat[i])}, which i32 cannot hold`);
      elements[i] = as === 'bool' ? Number(v !== 0) : v;
    }
    return made(Tensor.of(leaf({ dtype: as, shape }, elements)), requiresGrad);
  },
);

const made = (t: Tensor, requiresGrad: boolean): Tensor => (requiresGrad ? t.requiresGrad_() : t);

function typeFor(flat: ArrayLike<unknown>): DType {
  if (flat instanceof Int32Array) return 'i32';
  return flat.length > 0 && typeof flat[0] === 'boolean' ? 'bool' : 'f32';
}

function shaped(data: unknown): { flat: ArrayLike<unknown>; shape: readonly number[] } {
  if (ArrayBuffer.isView(data))
    return { flat: data as unknown as ArrayLike<number>, shape: [(data as Float32Array).length] };
  if (isOptions(data) && 'data' in data && 'shape' in data) {
    const { data: flat, shape } = data as ShapedNumbers;
    const size = countAt(shape, 1);
    if (flat.length === size) return { flat, shape: [...shape] };
    throw userError('bad-shape', `tensor: [${shape}] has ${size} elements, and data has ${flat.length}`);
  }
  const flat: unknown[] = [];
  const shape: number[] = [];
  const visit = (v: unknown, depth: number): void => {
    if (Array.isArray(v) || ArrayBuffer.isView(v)) {
      const list = v as ArrayLike<unknown>;
      if (flat.length === 0 && shape.length === depth) shape.push(list.length);
      if (shape[depth] !== list.length)
        throw userError(
          'bad-shape',
          `tensor: expected sequence of length ${shape[depth] ?? 0} at dim ${depth} (got ${list.length})`,
        );
      for (let i = 0; i < list.length; i++) visit(list[i], depth + 1);
      return;
    }
    if (typeof v !== 'number' && typeof v !== 'boolean')
      throw userError('bad-argument', `tensor: ${showAny(v)} is no number`, {
        help: v instanceof Tensor ? 'it is a tensor already; torch.stack joins several' : null,
      });
    if (depth !== shape.length) throw userError('bad-shape', `tensor: a number among lists at dim ${depth}`);
    flat.push(v);
  };
  visit(data, 0);
  return { flat, shape };
}

/** A function that makes tensors, with `{ requiresGrad }` as its last argument. */
type Maker<A extends readonly unknown[]> = (...args: readonly [...A, CreateOptions] | A) => Tensor;
const withOptions =
  <A extends readonly unknown[]>(f: (...args: A) => Tensor): Maker<A> =>
  (...args: readonly unknown[]) => {
    const last = args.at(-1);
    const options = isOptions(last) ? (last as CreateOptions) : null;
    return made(f(...((options ? args.slice(0, -1) : args) as unknown as A)), options?.requiresGrad ?? false);
  };

type Extents = readonly number[] | readonly [readonly number[]];
/** torch.zeros: `zeros(2, 3)`, `zeros([2, 3], { requiresGrad: true })`. */
export const zeros: Maker<Extents> = withOptions(functional.zeros as (...shape: Extents) => Tensor);
/** torch.ones, as `zeros`. */
export const ones: Maker<Extents> = withOptions(functional.ones as (...shape: Extents) => Tensor);
/** torch.full: `full([2, 3], 0.5)`. */
export const full: Maker<[shape: readonly number[], fillValue: number]> = withOptions(functional.full as never);
/** torch.rand: uniform numbers from 0 up to but not including 1, with PyTorch's bits for the same seed. */
export const rand: Maker<Extents> = withOptions(functional.rand as (...shape: Extents) => Tensor);
/** torch.randn: normally distributed numbers, with PyTorch's bits for the same seed. */
export const randn: Maker<Extents> = withOptions(functional.randn as (...shape: Extents) => Tensor);
/** torch.arange, of i32 for whole numbers. */
export const arange: Maker<readonly number[]> = withOptions(functional.arange as never);
/** torch.linspace. */
export const linspace: Maker<readonly number[]> = withOptions(functional.linspace as never);
/** torch.eye. */
export const eye: Maker<readonly number[]> = withOptions(functional.eye as never);

/** torch.randperm: the numbers below `n` in a random order, i32, as PyTorch has them for the same seed. */
export const randperm: (n: number) => Tensor = fn('randperm', { n: k.whole(0) }, (n) =>
  Tensor.of(leaf({ dtype: 'i32', shape: [n] }, currentGenerator().permutation(n))),
);
/** torch.randint: whole numbers from `low` up to but not including `high`, i32, as PyTorch has them for the same seed. */
export const randint: (low: number, high: number, size: readonly number[]) => Tensor = fn(
  'randint',
  { low: k.whole(), high: k.whole(), size: k.shape },
  (low, high, size) => {
    if (high <= low) throw userError('bad-argument', `${called()}: high ${high} must be above low ${low}`);
    const count = countAt(size, 1);
    const generator = currentGenerator();
    const draw = (): number => low + (generator.random32() % (high - low));
    return Tensor.of(leaf({ dtype: 'i32', shape: size }, Int32Array.from({ length: count }, draw)));
  },
);
