/** Gradients in forward: of any tensor with respect to others, of one's own making, and recomputed instead of kept. */

import type { Param, Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import { partOver, rebuilt } from '../../../ir/rebuild.ts';
import { type Shape, sameType, showType } from '../../../ir/type.ts';
import { gradientsOf } from '../../../passes/autodiff.ts';
import { fn, withOptions } from '../arguments.ts';
import * as k from '../kinds.ts';
import { live } from '../live.ts';
import { currentTape } from '../tape.ts';
import { Tensor } from '../tensor.ts';
import { called, involved, showAny, userCode, userError, withLoc } from '../trace.ts';

/** The options of grad. */
export interface GradOptions {
  /** The cotangents of the outputs, one for each; may be left out for scalars, where they are 1. */
  readonly gradOutputs?: Tensor | readonly Tensor[];
  /** Let gradients flow through the gradients, for a loss that contains them; defaults to false: they are as if detached. */
  readonly createGraph?: boolean;
  /** Return zeros for inputs that the outputs do not depend on, instead of throwing; defaults to false. */
  readonly materializeGrads?: boolean;
}

const isTensor = (v: unknown): boolean => v instanceof Tensor;
const tensors = k.either(k.tensor, k.listOf('a list of at least one tensor', isTensor, {}, 1));
const listed = <T>(v: T | readonly T[]): readonly T[] => (Array.isArray(v) ? v : [v]) as readonly T[];

/** The gradients of the sum of `outputs`, each weighted by its cotangent, with respect to `inputs`: tensors that they were computed
 *  from, inputs of the model, parameters or any values in between. As torch.autograd.grad, it returns a list with one tensor for
 *  each input, of its shape: `const [dx] = grad(y.sum(), x, { createGraph: true })`. Only for `forward` and losses. Throws for outputs
 *  that are no scalars and have no `gradOutputs`, for tensors that are not f32, and for inputs that the outputs do not depend on. */
export const grad: <const T extends Tensor | readonly Tensor[]>(
  outputs: Tensor | readonly Tensor[],
  inputs: T,
  options?: GradOptions,
) => Gradients<T> = withOptions(
  'grad',
  { outputs: tensors, inputs: tensors },
  { gradOutputs: k.optional(tensors), createGraph: k.optional(k.flag), materializeGrads: k.optional(k.flag) },
  ((outputs: Given, inputs: Given, options: GradOptions) =>
    gradients(listed(outputs), listed(inputs), options)) as never,
) as never;
type Given = Tensor | readonly Tensor[];
/** A gradient for each input. */
export type Gradients<T> = T extends readonly Tensor[] ? { -readonly [K in keyof T]: Tensor } : [gradient: Tensor];

function gradients(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  { gradOutputs, createGraph = false, materializeGrads = false }: GradOptions,
): Tensor[] {
  const given = gradOutputs === undefined ? null : listed(gradOutputs);
  if (given && given.length !== outputs.length)
    throw userError('bad-argument', `grad: there are ${outputs.length} outputs, and ${given.length} gradOutputs`);
  const seeds = new Map<Value, Value>();
  for (const [i, { value: y }] of outputs.entries()) {
    onlyFloat(y, 'outputs');
    const seed = given?.[i]?.value ?? oneFor(y);
    if (!sameType(seed.type, y.type))
      throw userError(
        'shape-mismatch',
        `grad: an output is ${showType(y.type)}, and its gradOutputs ${showType(seed.type)}: they must be of one type`,
        { notes: involved({ output: y, gradOutputs: seed }) },
      );
    const seen = seeds.get(y);
    seeds.set(y, seen ? ir.add(seen, seed) : seed);
  }
  const wrt = inputs.map(({ value }) => value);
  for (const x of wrt) onlyFloat(x, 'inputs');
  const found = gradientsOf(seeds, new Set(wrt));
  return wrt.map((x, i) => {
    const d = found.get(x) ?? (materializeGrads ? ir.fullLike(x, 0) : null);
    if (d) return Tensor.of(createGraph ? d : ir.stopGradient(d));
    throw userError('no-gradient', `grad: the outputs do not depend on input ${i}, ${showType(x.type)}`, {
      notes: involved({ input: x }),
      help: 'pass { materializeGrads: true } for zeros; nothing flows through argmax, comparisons, detach and whole numbers',
    });
  });
}

function onlyFloat(v: Value, what: string): void {
  if (v.type.dtype === 'f32') return;
  throw userError('dtype-mismatch', `grad: ${what} must be f32, got ${showType(v.type)}`, {
    notes: involved({ [what]: v }),
  });
}

function oneFor(y: Value): Value {
  if (y.type.shape.length === 0) return ir.full({ value: 1, shape: [], dtype: 'f32' });
  throw userError('not-a-scalar', `grad: an output is ${showType(y.type)}, and only a scalar needs no gradOutputs`, {
    notes: involved({ output: y }),
    help: 'sum it, or pass { gradOutputs: [v] } with a tensor of its shape',
  });
}

// ---- gradients of one's own ----

/** A function with a custom gradient in place of its own. `f` returns its value and a function that makes of
 *  the value's cotangent those of the inputs, in their order, null for none:
 *  `const roundStraight = customGradient((x) => [x.round(), (g) => g])`. That function may use all that `f` has computed, and is itself
 *  differentiated in gradients of gradients. As torch.autograd.Function, in one function. Throws for a value that depends on
 *  parameters or other tensors that are no inputs, as no gradient would reach them, and for cotangents of other shapes than the inputs'. */
export const customGradient: <A extends readonly Tensor[]>(
  f: (...inputs: A) => CustomGradient,
) => (...inputs: A) => Tensor = fn(
  'customGradient',
  { f: k.kind('a function', (v) => typeof v === 'function') },
  ((f: Differentiable) =>
    (...inputs: readonly unknown[]) =>
      withLoc(() => custom(f, inputs.map(asTensor)), 'customGradient')) as never,
) as never;

function asTensor(v: unknown, i: number): Tensor {
  if (v instanceof Tensor) return v;
  throw userError('not-a-tensor', `customGradient: input ${i} must be a tensor, got ${showAny(v)}`);
}

/** A value, and what makes of its cotangent those of the inputs. */
export type CustomGradient = readonly [
  value: Tensor,
  gradient: (g: Tensor) => Tensor | null | readonly (Tensor | null)[],
];
type Differentiable = (...inputs: Tensor[]) => CustomGradient;

function custom(f: Differentiable, inputs: readonly Tensor[]): Tensor {
  const out: unknown = userCode(() => f(...inputs));
  if (!isCustom(out))
    throw userError(
      'bad-argument',
      `customGradient: the function must return [value, gradient], a tensor and a function, and returned ${showAny(out)}`,
    );
  const [{ value: y }, gradient] = out;
  if (y.type.dtype !== 'f32')
    throw userError('dtype-mismatch', `customGradient: the value must be f32, got ${showType(y.type)}`, {
      notes: involved({ value: y }),
    });
  const xs = inputs.map((t) => t.value);
  checkClosed(y, xs);
  const g = placeholder(y.type.shape);
  const made = userCode(() => gradient(Tensor.of(g)));
  const list: readonly unknown[] = listed(made);
  if (list.length !== xs.length || !list.every((d) => d === null || d instanceof Tensor))
    throw userError(
      'bad-argument',
      `customGradient: the gradient must be ${xs.length === 1 ? 'a tensor' : `a list of ${xs.length} tensors`}, or null for none, and is ${showAny(made)}`,
    );
  return withGradients(
    y,
    g,
    xs.flatMap((x, i): [Value, Value][] => {
      const d = (list[i] as Tensor | null)?.value;
      if (!d) return [];
      if (x.type.dtype === 'f32' && sameType(d.type, x.type)) return [[x, d]];
      throw userError(
        'shape-mismatch',
        `customGradient: input ${i} is ${showType(x.type)}, and its gradient ${showType(d.type)}: ${x.type.dtype === 'f32' ? 'they must be of one type' : 'only f32 has a gradient, so return null for it'}`,
        { notes: involved({ input: x, gradient: d }) },
      );
    }),
  );
}

const isCustom = (v: unknown): v is CustomGradient =>
  Array.isArray(v) && v.length === 2 && v[0] instanceof Tensor && typeof v[1] === 'function';

/** Throws if a value depends on what trains by other ways than through these inputs. */
function checkClosed(y: Value, xs: readonly Value[]): void {
  const fixed = new Map(xs.map((x) => [x, ir.stopGradient(x)]));
  const [alone] = rebuilt([y], fixed) as [Value];
  const params = new Set<Value>([...(currentTape()?.params.values() ?? [])].filter(({ role }) => role === 'parameter'));
  for (const x of xs) params.delete(x);
  const found = gradientsOf(new Map([[alone, ir.full({ value: 1, shape: alone.type.shape, dtype: 'f32' })]]), params);
  const reached = [...params].find((p) => found.has(p)) as Param | undefined;
  if (!reached) return;
  throw userError(
    'not-an-input',
    `customGradient: the value depends on '${reached.name}', which is not an input, so no gradient would reach it`,
    {
      notes: involved({ [`'${reached.name}'`]: reached }),
      help: 'pass it as an input and return its gradient too, or detach it in the function',
    },
  );
}

/** What stands for a cotangent until there is one. */
function placeholder(shape: Shape): Value {
  const tape = currentTape();
  if (tape) return ir.cotangent({ of: tape.cotangents++, shape });
  if (live()) return ir.cotangent({ of: placeholders++, shape });
  throw userError('no-recording', `${called()}: gradients are made in forward, where the model is recorded`);
}
let placeholders = 0;

/** y, of whose cotangent g come those of the values in these pairs. */
const withGradients = (y: Value, g: Value, pairs: readonly (readonly [x: Value, dx: Value])[]): Tensor =>
  Tensor.of(pairs.reduce((made, [x, dx]) => ir.customGradient(made, x, g, dx), ir.stopGradient(y)));

// ---- recomputation ----

/** `f(...inputs)`, keeping nothing but the inputs for the gradient: the rest is computed again when the gradient is.
 *  As torch.utils.checkpoint. The same values and gradients, with less memory and more work: random numbers are the same both
 *  times, and buffers are written once. Only for `forward`. Throws if `f` does not return one f32 tensor. */
export const checkpoint: (f: (...inputs: Tensor[]) => Tensor, ...inputs: readonly Tensor[]) => Tensor = fn(
  'checkpoint',
  { f: k.kind('a function', (v) => typeof v === 'function'), inputs: k.each(k.tensor) },
  ((f: (...inputs: Tensor[]) => unknown, ...inputs: Tensor[]) => recomputed(f, inputs)) as never,
) as never;

function recomputed(f: (...inputs: Tensor[]) => unknown, inputs: readonly Tensor[]): Tensor {
  const out = userCode(() => f(...inputs));
  if (!(out instanceof Tensor) || out.dtype !== 'f32')
    throw userError(
      'bad-argument',
      `checkpoint: the function must return one f32 tensor, and returned ${showAny(out)}`,
      {
        help: 'checkpoint parts that end in one tensor, each by itself',
      },
    );
  const { value: y } = out;
  const xs = new Set(inputs.map((t) => t.value));
  const g = placeholder(y.type.shape);
  const late = new Map([...xs, ...partOver([y], xs).outside].map((v) => [v, ir.after(v, g)]));
  const [again] = rebuilt([y], late) as [Value];
  const wrt = [...late].filter(([v]) => v.type.dtype === 'f32');
  const found = gradientsOf(new Map([[again, g]]), new Set(wrt.map(([, v]) => v)));
  return withGradients(
    y,
    g,
    wrt.flatMap(([v, then]): [Value, Value][] => {
      const d = found.get(then);
      return d ? [[v, d]] : [];
    }),
  );
}
