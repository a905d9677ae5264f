/** A model's own tensors, which have values. A recording turns them into params of the graph. */

import type { Loc } from '../../../ir/diagnostic.ts';
import { describe, type Value } from '../../../ir/graph.ts';
import { isBatch, sameShape, tensor } from '../../../ir/type.ts';
import { guard, read, signature } from '../arguments.ts';
import { commonShape, spreadTo } from '../broadcast.ts';
import { type Extent, toDim, toExtent } from '../dims.ts';
import { countIn } from '../init.ts';
import * as k from '../kinds.ts';
import { engine, isFixed, live } from '../live.ts';
import type { Trailing } from '../options.ts';
import { currentTape, type Mode } from '../tape.ts';
import { constant, Tensor } from '../tensor.ts';
import { type TensorData, tensorData } from '../tensor-data.ts';
import { called, callSite, showAny, userError, withLoc } from '../trace.ts';

const [shape, data] = [k.shape, k.optional(k.numbers)];
const takes = {
  parameter: signature('Parameter', { shape, data }, {}, (v) => onValues('Parameter', v)),
  buffer: signature(
    'Buffer',
    { shape: k.batchShape },
    { data, eval: k.optional(k.flag), dtype: k.optional(k.oneOf('f32', 'i32')) },
    (v) => onValues('Buffer', v),
  ),
};

/** Advice for values passed in place of the shape. */
export function onValues(name: 'Parameter' | 'Buffer', v?: unknown): string {
  const shape = shapeOf(v);
  if (shape === null) return `the shape comes first, and then the values: nn.${name}([3], [1, 2, 3])`;
  const values = [v].flat(Infinity) as readonly unknown[];
  const shown = values.length > 6 ? [...values.slice(0, 5).map((n) => showAny(n)), '…'] : values.map((n) => showAny(n));
  return `the shape comes first, and then the values in one list: nn.${name}([${shape.join(', ')}], [${shown.join(', ')}])`;
}

/** Advice on a parameter that does not fit and was given a shape but no values: the shape may have been meant as values. */
export function onDefaults(s: Stored): string | null {
  const name = s.kind === 'buffer' ? 'Buffer' : 'Parameter';
  const { shape } = s;
  if (s.isGiven || shape.length === 0) return null;
  return `nn.${name}([${shape.join(', ')}]) is a shape, and holds zeros: if these are its values, write nn.${name}([${shape.length}], [${shape.join(', ')}])`;
}

/** The shape of a number, or of nested lists of numbers; null for anything else. */
function shapeOf(v: unknown, depth = 0): readonly number[] | null {
  if (typeof v === 'number') return Number.isFinite(v) ? [] : null;
  if (!Array.isArray(v) || v.length === 0 || depth > 8) return null;
  const [first, ...others] = v.map((element) => shapeOf(element, depth + 1));
  return first && others.every((other) => `${other}` === `${first}`) ? [v.length, ...first] : null;
}

interface Given {
  readonly shape: readonly Extent[];
  readonly data?: number | ArrayLike<number>;
  readonly dtype?: 'f32' | 'i32';
}

/** A tensor with initial values. In `forward` it acts like any other tensor; elsewhere its numbers are in `data`. */
export abstract class Stored extends Tensor {
  /** Training changes a parameter, but not a buffer. */
  abstract get kind(): 'parameter' | 'buffer';
  /** The path from the model, such as `conv1.weight`; filled in when the model is recorded. */
  name = '';
  #data!: Float32Array | Int32Array;
  /** True if it was given values. */
  readonly #isGiven: boolean;
  /** The line that made it, or the layer that holds it. */
  readonly loc: Loc | null = callSite();

  /** `data` is one number for all elements, or a list with one for each; zeros by default.
   *  Throws for a list of another length than the shape. */
  constructor({ shape, data, dtype = 'f32' }: Given) {
    const dims = shape.map((e) => toDim(e)!);
    super(tensor(dtype, dims));
    this.#isGiven = data !== undefined;
    if (dims.some(isBatch) && data !== undefined && data !== 0)
      throw withLoc(() =>
        userError(
          'bad-data',
          `${called()}: data: a ${this.kind} [${shape}] holds the batch, so that it begins with zeros`,
          {
            help: 'leave out data: how many numbers there are is known only when a step runs',
          },
        ),
      );
    const array = dtype === 'i32' ? Int32Array : Float32Array;
    this.data =
      data === undefined || typeof data === 'number' ? new array(this.#count).fill(data ?? 0) : array.from(data);
    withLoc(() => this.checkData());
  }

  /** The values, row-major; none where the shape holds the batch. A recording copies them. */
  get data(): TensorData | Int32Array {
    return (engine()?.numbers(this) ?? this.#data) as TensorData | Int32Array;
  }
  set data(data: Float32Array | Int32Array) {
    this.#data = data instanceof Float32Array ? tensorData(data) : data;
    engine()?.changed(this);
  }
  /** For Tapeout itself: the memory that holds the values, whatever is still to be done to them. */
  static memoryOf(of: Stored): Float32Array | Int32Array {
    return of.#data;
  }

  /** The number of initial values. */
  get #count(): number {
    const { shape } = this;
    return isFixed(shape) ? countIn(shape) : 0;
  }

  /** True if it was given values; otherwise it holds zeros. */
  get isGiven(): boolean {
    return this.#isGiven;
  }

  override get value(): Value {
    const tape = currentTape();
    const value = tape ? (tape.written.get(this) ?? tape.params.get(this)) : live()?.stored(this);
    if (value) return value;
    const [problem, help] = tape
      ? [
          `a ${this.kind} [${this.shape}] is used in forward, but the model does not hold it, so it would not be ${this.kind === 'parameter' ? 'trained' : 'saved'}`,
          'assign it, or the layer that holds it, to a public field of the model in the constructor, directly or in an array, ModuleList or Sequential',
        ]
      : [
          `a ${this.kind} [${this.shape}] can only be used in forward, where the model is recorded`,
          'its numbers are in .data',
        ];
    throw userError(`unregistered-${this.kind}`, `${called()}: ${problem}`, {
      notes: [{ message: 'it was made here', loc: this.loc }],
      help,
    });
  }

  /** Throws if `data` was replaced by something that does not match the shape. */
  checkData(): void {
    const want = this.#count;
    const what = `${this.kind}${this.name ? ` '${this.name}'` : ''} [${this.shape}]`;
    const array = this.dtype === 'i32' ? Int32Array : Float32Array;
    if (!(this.data instanceof array))
      throw userError('bad-data', `${what}: its data must be a ${array.name}, got ${showAny(this.data)}`);
    if (this.data.length !== want)
      throw userError('bad-data', `${what} needs ${want} numbers, its data has ${this.data.length}`);
  }
}

/** A tensor that training changes, unless `requiresGrad` is false: f32 of `shape`. `data` holds its initial values, one number for
 *  all elements or a list with one for each; zeros by default. Throws for a shape that is not a list of whole numbers, and for a
 *  list of another length. */
export class Parameter extends Stored {
  #requiresGrad = true;

  constructor(shape: readonly number[], data?: number | ArrayLike<number>, ...none: []) {
    super(read<Given>(takes.parameter, [shape, data, ...none]));
  }
  get kind() {
    return 'parameter' as const;
  }
  /** The values, row-major: the initial ones, or with `tapeout/torch` those of now. They may be written to, and replaced by as many. */
  override get data(): TensorData {
    return super.data as TensorData;
  }
  override set data(data: Float32Array) {
    super.data = data;
  }

  /** False for a frozen parameter. It has no gradient, no state of the optimizer and no update, and nothing is computed or kept for
   *  its gradient; the state dict holds it like any other. Defaults to true. Throws when it is set in `forward`, which is too late. */
  get requiresGrad(): boolean {
    return this.#requiresGrad;
  }
  set requiresGrad(requiresGrad: boolean) {
    this.requiresGrad_(requiresGrad);
  }
  /** Sets `requiresGrad`, to true by default. */
  requiresGrad_(requiresGrad = true): this {
    checkOutside();
    if (requiresGrad === this.#requiresGrad) return this;
    void this.data;
    this.#requiresGrad = requiresGrad;
    engine()?.changed(this);
    return this;
  }
}
guard(Parameter, { requiresGrad_: { requiresGrad: k.optional(k.flag) } });

/** Throws in `forward`, where it is already known which parameters are trained. */
export function checkOutside(): void {
  if (!currentTape()) return;
  throw userError('too-late', `${called()}: a parameter is frozen or unfrozen in forward, where it is too late`, {
    help: 'set requiresGrad before the model is recorded, as in the constructor; for one use of a parameter write weight.detach()',
  });
}

/** The options of a buffer. */
export interface BufferOptions {
  /** The initial values, one number for all elements or a list with one for each; zeros by default. */
  readonly data?: number | ArrayLike<number>;
  /** Let forward also write to it in evaluation, as to a hidden state that is carried from call to call; defaults to false. */
  readonly eval?: boolean;
  /** The type of its elements: f32 by default, or i32 for whole numbers, such as a count. */
  readonly dtype?: 'f32' | 'i32';
}

/** A tensor that a model holds and the optimizer does not change, such as the class weights of a loss or running statistics:
 *  f32 of `shape`, or i32 with `{ dtype: 'i32' }`. `data` holds its values, one number for all elements or a list with one for
 *  each; zeros by default. In `forward` it can be written to, by assigning a tensor to its field or by `copy_`, `add_` and the
 *  like; the next step reads what this one wrote. One extent may be the batch, `'N'`, as of a hidden state that is carried from
 *  call to call: it begins with zeros, belongs to the samples of the calls before, and calls with another number of samples throw
 *  until the model's `resetState()` has set it to zeros. Throws as Parameter does. */
export class Buffer extends Stored {
  /** Whether forward may write to it in evaluation. */
  readonly eval: boolean;

  constructor(
    shape: readonly Extent[],
    ...more: Trailing<BufferOptions, [data: number | ArrayLike<number>, eval: boolean, dtype: 'f32' | 'i32']>
  ) {
    const given = read<Given & BufferOptions>(takes.buffer, [shape, ...more]);
    super(given);
    this.eval = given.eval ?? false;
  }
  get kind() {
    return 'buffer' as const;
  }

  /** Writes the values of `other`, which broadcasts to the buffer's shape. */
  copy_(other: Tensor): this {
    return this.#write(() => other.value);
  }
  /** Adds `other`, times `alpha`. */
  add_(other: Tensor | number, alpha = 1): this {
    const term = typeof other === 'number' ? other * alpha : alpha === 1 ? other : other.mul(alpha);
    return this.#write(() => this.add(term).value);
  }
  /** Multiplies by `other`. */
  mul_(other: Tensor | number): this {
    return this.#write(() => this.mul(other).value);
  }
  /** Goes the share `weight` of the way to `end`: x + weight·(end - x), computed from the nearer end. */
  lerp_(end: Tensor, weight: Tensor | number): this {
    return this.#write(() => this.lerp(end, weight).value);
  }
  /** Writes one number to all elements. */
  fill_(value: number): this {
    return this.#write((was) => constant(was, value));
  }
  /** Writes zeros. */
  zero_(): this {
    return this.#write((was) => constant(was, 0));
  }

  #write(next: (was: Value) => Value): this {
    // Reading it throws outside a recording, and for a buffer that the model does not hold.
    const was = this.value;
    const [value, tape] = [next(was), currentTape()];
    const { shape } = was.type;
    const fits = value.type.shape.length <= shape.length && sameShape(commonShape(was, value), shape);
    const written = writable(this, fits ? spreadTo(value, shape) : value, tape?.mode ?? 'train');
    if (tape) tape.written.set(this, written);
    else live()?.write(this, written);
    return this;
  }
}

const tensorOrNumber = k.either(k.tensor, k.number);
guard(Buffer, {
  copy_: { other: k.tensor },
  add_: { other: tensorOrNumber, alpha: k.optional(k.number) },
  mul_: { other: tensorOrNumber },
  lerp_: { end: k.tensor, weight: tensorOrNumber },
  fill_: { value: k.number },
  zero_: {},
});

/** A value that forward may write to a buffer in this mode. Throws if it is of another type, or if the buffer is not written to
 *  in this mode. */
export function writable(buffer: Buffer, value: Value, mode: Mode): Value {
  const what = `buffer${buffer.name ? ` '${buffer.name}'` : ''} [${buffer.shape}]`;
  const notes = [{ message: 'the buffer was made here', loc: buffer.loc }];
  const { dtype, shape } = value.type;
  if (
    dtype !== buffer.dtype ||
    !sameShape(
      shape,
      buffer.shape.map((e) => toDim(e)!),
    )
  )
    throw userError('bad-buffer', `the ${what} cannot hold ${describe(value)}`, {
      notes,
      help:
        shape.some(isBatch) && !buffer.shape.some((e) => typeof e !== 'number')
          ? `write a tensor of its shape, such as a mean over the batch; a buffer for each sample is made as nn.Buffer(${showAny(shape.map((d) => toExtent(d)))})`
          : dtype !== buffer.dtype
            ? `it is ${buffer.dtype}: convert the tensor, or make the buffer with { dtype: '${dtype}' }`
            : 'write a tensor of its shape',
    });
  if (mode === 'eval' && !buffer.eval)
    throw userError('bad-buffer', `the ${what} is written to in evaluation`, {
      notes,
      help: 'write to it in training only: if (this.training) …; or make it with { eval: true } if calls of forward and evaluate are to change it too',
    });
  return value;
}
