/** What a model owns: tensors with numbers, which a recording turns into params of the graph. */

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

/** Advice to one who gave values where the shape belongs. */
export function onValues(name: 'Parameter' | 'Buffer', v?: unknown): string {
  const shape = shapeOf(v);
  if (shape === null) return `the shape comes first, and then the values: nn.${name}([3], [1, 2, 3])`;
  const values = [v].flat(Infinity) as readonly unknown[];
  const shown = values.length > 6 ? [...values.slice(0, 5).map((n) => showAny(n)), '…'] : values.map((n) => showAny(n));
  return `the shape comes first, and then the values in one list: nn.${name}([${shape.join(', ')}], [${shown.join(', ')}])`;
}

/** Advice where one does not fit that was given a shape and no values, which may have been meant as values. */
export function onDefaults(s: Stored): string | null {
  const name = s.kind === 'buffer' ? 'Buffer' : 'Parameter';
  const { shape } = s;
  if (s.isGiven || shape.length === 0) return null;
  return `nn.${name}([${shape.join(', ')}]) is a shape, and holds zeros: if these are its values, write nn.${name}([${shape.length}], [${shape.join(', ')}])`;
}

/** The shape of a number, of numbers in a list, or in lists of lists; null of anything else. */
function shapeOf(v: unknown, depth = 0): readonly number[] | null {
  if (typeof v === 'number') return Number.isFinite(v) ? [] : null;
  if (!Array.isArray(v) || v.length === 0 || depth > 8) return null;
  const [first, ...others] = v.map((element) => shapeOf(element, depth + 1));
  return first && others.every((other) => `${other}` === `${first}`) ? [v.length, ...first] : null;
}

/** A tensor with initial values. In `forward` it is used as any other tensor; elsewhere its numbers are `data`. */
export abstract class Stored extends Tensor {
  /** Whether training changes it. */
  abstract get kind(): 'parameter' | 'buffer';
  /** The path from the model, such as `conv1.weight`; filled in when the model is recorded. */
  name = '';
  /** The initial values, row-major. A recording copies them. */
  data: Float32Array;
  /** Whether it was given values. */
  readonly #isGiven: boolean;
  /** The line that made it, or the layer that holds it. */
  readonly loc: Loc | null = callSite();

  /** `data` is one number for all elements, or as many as `shape` holds; zeros unless given.
   *  Throws for a shape that is not of whole numbers, and for another number of elements. */
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

  /** Whether it was given values; it holds zeros otherwise. */
  get isGiven(): boolean {
    return this.#isGiven;
  }

  override get value(): Value {
    const tape = currentTape();
    const param = tape?.params.get(this);
    if (param) return param;
    const [problem, help] = tape
      ? [
          `a ${this.kind} [${this.shape}] is used in forward, but the model does not hold it, so that it would not be ${this.kind === 'parameter' ? 'trained' : 'saved'}`,
          'assign it, or the layer that holds it, to a public field of the model in the constructor; arrays, ModuleList and Sequential count',
        ]
      : [
          `a ${this.kind} [${this.shape}] can be computed with only in forward, where the model is recorded`,
          'its numbers are in .data',
        ];
    throw userError(`unregistered-${this.kind}`, `${called()}: ${problem}`, {
      notes: [{ message: 'it was made here', loc: this.loc }],
      help,
    });
  }

  /** Throws where `data` was replaced by something that does not fit the shape. */
  checkData(): void {
    const want = this.shape.reduce<number>((product, extent) => product * (extent as number), 1);
    const what = `${this.kind}${this.name ? ` '${this.name}'` : ''} [${this.shape}]`;
    if (!(this.data instanceof Float32Array))
      throw userError('bad-data', `${what}: its data must be a Float32Array, got ${showAny(this.data)}`);
    if (this.data.length !== want)
      throw userError('bad-data', `${what} needs ${want} numbers, its data has ${this.data.length}`);
  }
}

/** A tensor that training changes: f32 of `shape`, `data` its initial values, one for all or as many as it has elements; zeros
 *  unless given. Throws for a shape that is not of whole numbers, and for another number of values. */
export class Parameter extends Stored {
  constructor(shape: readonly number[], data?: number | ArrayLike<number>, ...none: []) {
    super('parameter', shape, data, ...none);
  }
  get kind() {
    return 'parameter' as const;
  }
}

/** A tensor that a model needs and training does not change, such as the class weights of a loss: f32 of `shape`, `data` its
 *  values, one for all or as many as it has elements; zeros unless given. Throws as a Parameter does. */
export class Buffer extends Stored {
  constructor(shape: readonly number[], data?: number | ArrayLike<number>, ...none: []) {
    super('buffer', shape, data, ...none);
  }
  get kind() {
    return 'buffer' as const;
  }
}
