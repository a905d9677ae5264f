/** PyTorch's view of what autograd has recorded: the functions behind a tensor, with the names that PyTorch 1.13 gives them. */

import type { Node, Value } from '../../ir/graph.ts';
import { Tensor } from '../model/tensor.ts';
import { ownerOf, requiresGrad } from './values.ts';

/** A step of the backward pass, as `x.gradFn` shows it. */
export class GradFn {
  readonly #name: string;
  readonly #next: () => readonly (GradFn | null)[];
  /** The tensor whose gradient an `AccumulateGrad` adds to; null for all others. */
  readonly variable: Tensor | null;

  constructor(name: string, next: () => readonly (GradFn | null)[], variable: Tensor | null = null) {
    this.#name = name;
    this.#next = next;
    this.variable = variable;
  }
  /** The name of the function, such as `AddmmBackward0`. */
  name(): string {
    return this.#name;
  }
  /** The functions behind its operands, in order: `AccumulateGrad` for a leaf, null for an operand without gradient. The number is
   *  that of the operand among the results of its function. */
  get nextFunctions(): readonly (readonly [fn: GradFn | null, index: number])[] {
    return this.#next().map((f) => [f, 0] as const);
  }
  toString(): string {
    return `<${this.#name} object>`;
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

interface Applied {
  readonly name: string;
  readonly args: readonly unknown[];
  /** The values of the arguments that are tensors, as they were then. */
  readonly values: ReadonlyMap<unknown, Value>;
}
const applied = new WeakMap<Node, Applied>();

/** Remembers by which function or method a tensor was made. */
export function noteApplied(name: string, args: readonly unknown[], result: unknown): void {
  for (const t of tensorsIn(result)) {
    const { value } = t;
    if (value.kind !== 'node' || applied.has(value) || !requiresGrad(value)) continue;
    const tensors = args.flat().filter((a): a is Tensor => a instanceof Tensor);
    applied.set(value, { name, args, values: new Map(tensors.map((a) => [a, a.value])) });
  }
}

/** The tensors in the result of a function. */
export function tensorsIn(result: unknown): Tensor[] {
  if (result instanceof Tensor) return [result];
  if (typeof result !== 'object' || result === null) return [];
  const within = Array.isArray(result)
    ? result
    : Object.getPrototypeOf(result) === Object.prototype
      ? Object.values(result)
      : [];
  return within.flatMap(tensorsIn);
}

const made = new WeakMap<Value, GradFn>();
/** The function behind a value; null if it has no gradient. */
export function gradFnOf(v: Value): GradFn | null {
  if (!requiresGrad(v)) return null;
  const known = made.get(v);
  if (known) return known;
  const fn = v.kind === 'param' ? new GradFn('AccumulateGrad', () => [], ownerOf(v) ?? null) : ofNode(v);
  made.set(v, fn);
  return fn;
}

function ofNode(n: Node): GradFn {
  const by = applied.get(n);
  if (!by) return new GradFn(`${pascal(n.op.name)}Backward0`, () => n.inputs.map(gradFnOf));
  const { name, args, values } = by;
  const of = (arg: unknown): GradFn | null => (values.has(arg) ? gradFnOf(values.get(arg) as Value) : null);
  const row = rows[name];
  if (row) return row({ args, of });
  return backward(
    nameFor(name, args),
    args
      .flat()
      .filter((a) => a instanceof Tensor)
      .map(of),
  );
}

const backward = (name: string, next: readonly (GradFn | null)[]): GradFn => new GradFn(name, () => next);
const pascal = (name: string): string =>
  name.replace(/(?:^|_)(\w)/g, (_, c: string) => c.toUpperCase()).replace(/_$/, '');

interface Call {
  readonly args: readonly unknown[];
  /** The function behind an argument. */
  readonly of: (arg: unknown) => GradFn | null;
}
/** Functions that PyTorch makes of others, or whose operands it has in another order. */
const rows: Readonly<Record<string, (call: Call) => GradFn>> = {
  linear: ({ args: [x, weight, bias], of }) => {
    const t = backward('TBackward0', [of(weight)]);
    if ((x as Tensor).dim !== 2)
      return bias
        ? backward('AddBackward0', [backward('UnsafeViewBackward0', [backward('MmBackward0', [of(x), t])]), of(bias)])
        : backward('UnsafeViewBackward0', [backward('MmBackward0', [of(x), t])]);
    return bias ? backward('AddmmBackward0', [of(bias), of(x), t]) : backward('MmBackward0', [of(x), t]);
  },
  crossEntropy: ({ args: [x], of }) =>
    backward((x as Tensor).dim > 2 ? 'NllLoss2DBackward0' : 'NllLossBackward0', [
      backward('LogSoftmaxBackward0', [of(x)]),
    ]),
  nllLoss: ({ args: [x], of }) => backward((x as Tensor).dim > 2 ? 'NllLoss2DBackward0' : 'NllLossBackward0', [of(x)]),
  matmul: ({ args: [a, b], of }) => {
    const [m, n] = [(a as Tensor).dim, (b as Tensor).dim];
    const name = m === 1 && n === 1 ? 'Dot' : n === 1 ? 'Mv' : m === 2 && n === 2 ? 'Mm' : 'UnsafeView';
    return name === 'UnsafeView'
      ? backward('UnsafeViewBackward0', [backward('BmmBackward0', [of(a), of(b)])])
      : backward(`${name}Backward0`, [of(a), of(b)]);
  },
};

const convolutions = /^conv(Transpose)?[123]d$/;
/** The name of the backward step of a function. */
function nameFor(name: string, args: readonly unknown[]): string {
  if (convolutions.test(name)) return 'ConvolutionBackward0';
  const overload = overloads[name];
  if (overload) return overload(args);
  return `${pascal(name)}Backward0`;
}

const isTensor = (v: unknown): boolean => v instanceof Tensor;
const given = (v: unknown): boolean => v !== undefined && v !== null;
const reduction = (name: string) => (args: readonly unknown[]) => `${name}Backward${given(args[1]) ? 1 : 0}`;
const extreme = (name: string) => (args: readonly unknown[]) =>
  isTensor(args[1]) ? `${name}imumBackward0` : `${name}Backward${given(args[1]) ? 0 : 1}`;
const always = (name: string) => () => `${name}Backward0`;
/** Names that depend on the arguments, or are not the function's. */
const overloads: Readonly<Record<string, (args: readonly unknown[]) => string>> = {
  sum: reduction('Sum'),
  mean: reduction('Mean'),
  prod: reduction('Prod'),
  max: extreme('Max'),
  min: extreme('Min'),
  pow: ([, exponent]) => `PowBackward${isTensor(exponent) ? 1 : 0}`,
  square: always('Pow'),
  clamp: ([, least, most]) => `ClampBackward${isTensor(least) || isTensor(most) ? 0 : 1}`,
  reshape: always('ReshapeAlias'),
  flatten: always('ReshapeAlias'),
  maxPool2d: always('MaxPool2DWithIndices'),
  maxPool3d: always('MaxPool3DWithIndices'),
  avgPool2d: always('AvgPool2D'),
  avgPool3d: always('AvgPool3D'),
  adaptiveAvgPool2d: always('AdaptiveAvgPool2D'),
  batchNorm: always('NativeBatchNorm'),
  layerNorm: always('NativeLayerNorm'),
  groupNorm: always('NativeGroupNorm'),
  binaryCrossEntropy: always('BinaryCrossEntropy'),
  binaryCrossEntropyWithLogits: always('BinaryCrossEntropyWithLogits'),
  cat: always('Cat'),
  stack: always('Stack'),
  select: always('Select'),
  narrow: always('Slice'),
  dropout: ([, , training]) => (training === false ? 'DropoutBackward0' : 'MulBackward0'),
  where: always('Where'),
  softmax: always('Softmax'),
  logSoftmax: always('LogSoftmax'),
};
