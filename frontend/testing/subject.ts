/** The subject of a test, as a model: an op, a function of tensors, a module, or a model. */

import type { Attrs } from '../../ir/attr.ts';
import { build, type Op, type OpDef, type Param } from '../../ir/graph.ts';
import { convert, isOp } from '../../ir/ops/index.ts';
import { countAt, type DType } from '../../ir/type.ts';
import { indexRanges } from '../../passes/infer-shapes.ts';
import { Generator } from '../../runtime/random.ts';
import type { Extent } from '../model/dims.ts';
import { defineModel, isModelSpec, type ModelSpec } from '../model/model.ts';
import { Module } from '../model/nn/module.ts';
import type { Recording } from '../model/record.ts';
import { Tensor } from '../model/tensor.ts';

/** An op, a function of tensors such as a loss, a module or its class, or a result of `defineModel`. */
export type Subject =
  | OpDef
  // biome-ignore lint/suspicious/noExplicitAny: whatever its operands and attributes
  | Op<any, any>
  | ((...inputs: Tensor[]) => Tensor)
  | Module
  | (new () => Module)
  | ModelSpec;

/** One input: its shape, in which 'N' is the batch; its element type, f32 by default; and its values: `data`, or numbers drawn
 *  from `min` to `max`. By default, floats are drawn with absolute values from 0.1 to 1.1, because many functions have a kink
 *  at 0, and whole numbers from the range that the ops reading them allow. */
export interface Input {
  readonly shape: readonly Extent[];
  readonly dtype?: DType;
  readonly data?: ArrayLike<number>;
  readonly min?: number;
  readonly max?: number;
}
/** In order, or by name; a shape alone is an f32 input. */
export type Inputs = readonly (Input | readonly Extent[])[] | Readonly<Record<string, Input | readonly Extent[]>>;

/** The inputs and attributes of a subject. */
export interface SubjectOptions {
  /** The inputs. Default to f32[2,3] for each operand of an op or a function; a model has its own. */
  readonly inputs?: Inputs;
  /** An op's attributes. */
  readonly attrs?: Attrs;
  /** The seed of the drawn values; defaults to 0. */
  readonly seed?: number;
  /** The batch, if a shape has one; defaults to 3, or to the largest that the model takes if that is less. */
  readonly n?: number;
}

export interface Case {
  readonly spec: ModelSpec;
  readonly inputs: ReadonlyMap<string, Input>;
  /** The words for the subject in messages. */
  readonly name: string;
}

class Fn extends Module {
  readonly #f: (...inputs: Tensor[]) => unknown;
  constructor(f: (...inputs: Tensor[]) => unknown) {
    super();
    this.#f = f;
  }
  forward(...inputs: Tensor[]): unknown {
    return this.#f(...inputs);
  }
}

const isClass = (v: unknown): v is new () => Module =>
  typeof v === 'function' && (v as { prototype?: unknown }).prototype instanceof Module;

/** A subject as a model, and its inputs. Throws a TypeError if it is not a subject, or if its inputs must be given. */
export function caseOf(subject: unknown, matcher: string, { inputs, attrs = {} }: SubjectOptions): Case {
  if (isModelSpec(subject)) {
    const specs = subject.inputs.concat(subject.targets).map(([name]) => name);
    return { spec: subject, inputs: named(inputs ?? {}, specs), name: subject.name ?? 'the model' };
  }
  if (isOp(subject)) {
    const given = named(inputs ?? subject.operands.map(() => [2, 3]), subject.operands);
    const forward = (...tensors: Tensor[]) =>
      Tensor.of(
        build(
          subject,
          tensors.map((t, i) => asType(t, given.get(subject.operands[i] as string)?.dtype)),
          attrs,
        ),
      );
    return { spec: specOf(() => new Fn(forward), subject.name, given), inputs: given, name: `op '${subject.name}'` };
  }
  if (typeof subject !== 'function')
    throw new TypeError(`${matcher} takes an op, a function of tensors, a module or a result of defineModel`);
  const module = subject instanceof Module || isClass(subject);
  const name = (module && !isClass(subject) ? subject.constructor.name : subject.name) || 'the function';
  const count = inputs === undefined ? (module ? 0 : subject.length) : Object.keys(inputs).length;
  if (count === 0)
    throw new TypeError(`${matcher}: give the inputs of ${name}, such as { inputs: [{ shape: ['N', 4] }] }`);
  const letters = Array.from({ length: count }, (_, i) => String.fromCharCode(97 + i));
  const given = named(
    inputs ?? letters.map(() => [2, 3]),
    Array.isArray(inputs ?? []) ? letters : Object.keys(inputs!),
  );
  const model = module
    ? (subject as unknown as Module | (new () => Module))
    : () =>
        new Fn((...tensors) =>
          (subject as (...t: Tensor[]) => Tensor)(
            ...tensors.map((t, i) => Tensor.of(asType(t, [...given.values()][i]?.dtype))),
          ),
        );
  return { spec: specOf(model, /^\w+$/.test(name) ? name : 'subject', given), inputs: given, name };
}

function named(inputs: Inputs, names: readonly string[]): Map<string, Input> {
  const entries = Array.isArray(inputs) ? inputs.map((v, i) => [names[i], v] as const) : Object.entries(inputs);
  return new Map(
    entries.map(([name, v]) => {
      if (name === undefined || !names.includes(name))
        throw new TypeError(
          `inputs: one is not an input of the subject, which takes ${names.length}: ${names.join(', ')}`,
        );
      return [name, Array.isArray(v) ? { shape: v as readonly Extent[] } : (v as Input)];
    }),
  );
}

/** `t` in another type: hosts pass only floats and whole numbers, from which other types are converted. */
const asType = (t: Tensor, dtype: DType = 'f32') => (dtype === t.dtype ? t.value : convert(t.value, { to: dtype }));

const specOf = (
  model: Module | (new () => Module) | (() => Module),
  name: string,
  inputs: ReadonlyMap<string, Input>,
): ModelSpec =>
  defineModel({
    model,
    name,
    input: Object.fromEntries(
      [...inputs].map(([input, { shape, dtype = 'f32' }]) => [
        input,
        { shape, dtype: dtype === 'f32' ? ('f32' as const) : ('i32' as const) },
      ]),
    ),
  });

/** Values for params, drawn in order. */
export function draw(
  params: readonly Param[],
  inputs: ReadonlyMap<string, Input>,
  recording: Recording,
  { n, seed }: { n: number; seed: number },
): Map<Param, Float64Array> {
  const random = new Generator(seed);
  const uniform = (from: number, to: number): number => random.uniform(from, to);
  const { output, loss } = recording.train;
  const values = loss ? [output, loss] : [output];
  const graph = { name: '', params: [], results: values.map((value, i) => ({ name: String(i), value })) };
  const ranges = indexRanges({ name: '', maxBatch: n, graphs: [graph] });
  return new Map(
    params.map((p) => {
      const { data, min, max, dtype = p.type.dtype } = inputs.get(p.name) ?? {};
      const count = countAt(p.type.shape, n);
      if (data) {
        if (data.length !== count)
          throw new TypeError(`input '${p.name}' has ${count} elements at N = ${n}, but its data has ${data.length}`);
        return [p, Float64Array.from(data, p.type.dtype === 'f32' ? Math.fround : Math.trunc)];
      }
      const one = (): number => {
        if (p.type.dtype === 'f32') {
          if (min === undefined && max === undefined) return uniform(0.1, 1.1) * (uniform(-1, 1) < 0 ? -1 : 1);
          return uniform(min ?? Math.min(0, (max as number) - 1), max ?? (min as number) + 1);
        }
        const least = min ?? 0;
        const most = max ?? (dtype === 'bool' ? 1 : (ranges.get(p) ?? least + 3) - 1);
        return Math.min(most, Math.floor(uniform(least, most + 1)));
      };
      return [p, Float64Array.from({ length: count }, () => (p.type.dtype === 'f32' ? Math.fround(one()) : one()))];
    }),
  );
}
