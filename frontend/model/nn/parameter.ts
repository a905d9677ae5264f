/** A model's own tensors, which have values. A recording turns them into params of the graph. */

import type { Loc } from '../../../ir/diagnostic.ts';
import type { Value } from '../../../ir/graph.ts';
import { tensor } from '../../../ir/type.ts';
import { read, signature } from '../arguments.ts';
import { countIn } from '../init.ts';
import * as k from '../kinds.ts';
import { currentTape } from '../tape.ts';
import { Tensor } from '../tensor.ts';
import { called, callSite, showAny, userError, withLoc } from '../trace.ts';

const stored = { shape: k.shape, data: k.optional(k.numbers) };
const takes = {
  parameter: signature('Parameter', stored, {}, (v) => onValues('Parameter', v)),
  buffer: signature('Buffer', stored, {}, (v) => onValues('Buffer', v)),
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

/** A tensor with initial values. In `forward` it acts like any other tensor; elsewhere its numbers are in `data`. */
export abstract class Stored extends Tensor {
  /** Training changes a parameter, but not a buffer. */
  abstract get kind(): 'parameter' | 'buffer';
  /** The path from the model, such as `conv1.weight`; filled in when the model is recorded. */
  name = '';
  /** The initial values, row-major. A recording copies them. */
  data: Float32Array;
  /** True if it was given values. */
  readonly #isGiven: boolean;
  /** The line that made it, or the layer that holds it. */
  readonly loc: Loc | null = callSite();

  /** `data` is one number for all elements, or a list with one for each; zeros by default.
   *  Throws for a shape that is not a list of whole numbers, and for a list of another length. */
  constructor(
    kind: 'parameter' | 'buffer',
    shape: readonly number[],
    data?: number | ArrayLike<number>,
    ...none: readonly unknown[]
  ) {
    read(takes[kind], [shape, data, ...none]);
    super(tensor('f32', [...shape]));
    const count = countIn(shape);
    this.#isGiven = data !== undefined;
    this.data =
      data === undefined || typeof data === 'number'
        ? new Float32Array(count).fill(data ?? 0)
        : Float32Array.from(data);
    withLoc(() => this.checkData());
  }

  /** True if it was given values; otherwise it holds zeros. */
  get isGiven(): boolean {
    return this.#isGiven;
  }

  override get value(): Value {
    const tape = currentTape();
    const param = tape?.params.get(this);
    if (param) return param;
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
    const want = this.shape.reduce<number>((product, extent) => product * (extent as number), 1);
    const what = `${this.kind}${this.name ? ` '${this.name}'` : ''} [${this.shape}]`;
    if (!(this.data instanceof Float32Array))
      throw userError('bad-data', `${what}: its data must be a Float32Array, got ${showAny(this.data)}`);
    if (this.data.length !== want)
      throw userError('bad-data', `${what} needs ${want} numbers, its data has ${this.data.length}`);
  }
}

/** A tensor that training changes: f32 of `shape`. `data` holds its initial values, one number for all elements or a list with
 *  one for each; zeros by default. Throws for a shape that is not a list of whole numbers, and for a list of another length. */
export class Parameter extends Stored {
  constructor(shape: readonly number[], data?: number | ArrayLike<number>, ...none: []) {
    super('parameter', shape, data, ...none);
  }
  get kind() {
    return 'parameter' as const;
  }
}

/** A tensor that a model needs but training does not change, such as the class weights of a loss: f32 of `shape`. `data` holds
 *  its values, one number for all elements or a list with one for each; zeros by default. Throws as Parameter does. */
export class Buffer extends Stored {
  constructor(shape: readonly number[], data?: number | ArrayLike<number>, ...none: []) {
    super('buffer', shape, data, ...none);
  }
  get kind() {
    return 'buffer' as const;
  }
}
