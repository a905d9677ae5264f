/** What a model owns: tensors with numbers, which a recording turns into params of the graph. */

import type { Loc } from '../../ir/diagnostic.ts';
import type { Value } from '../../ir/graph.ts';
import { tensor } from '../../ir/type.ts';
import { countIn } from '../init.ts';
import { currentTape } from '../tape.ts';
import { Tensor } from '../tensor.ts';
import { callSite, showAny, userError, withLoc } from '../trace.ts';

/** A tensor with initial values. In `forward` it is used as any other tensor; elsewhere its numbers are `data`. */
export abstract class Stored extends Tensor {
  abstract get kind(): 'parameter' | 'buffer';
  /** The path from the model, such as `conv1.weight`; filled in when the model is recorded. */
  name = '';
  /** The initial values, row-major. A recording copies them. */
  data: Float32Array;
  /** The line that made it, or the layer that holds it. */
  readonly loc: Loc | null = callSite();

  /** `data` is one number for all elements, or as many as `shape` holds; zeros unless given.
   *  Throws for a shape that is not of whole numbers, and for another number of elements. */
  constructor(shape: readonly number[], data: number | ArrayLike<number> = 0) {
    const fixed = withLoc(() => checkShape(shape));
    super(tensor('f32', fixed));
    const count = countIn(fixed);
    this.data = typeof data === 'number' ? new Float32Array(count).fill(data) : Float32Array.from(data);
    withLoc(() => this.checkData());
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
    throw userError(`unregistered-${this.kind}`, problem, {
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

/** A tensor that training changes. */
export class Parameter extends Stored {
  get kind() {
    return 'parameter' as const;
  }
}

/** A tensor that a model needs and training does not change, such as the class weights of a loss. */
export class Buffer extends Stored {
  get kind() {
    return 'buffer' as const;
  }
}

function checkShape(shape: unknown): number[] {
  if (Array.isArray(shape) && shape.every((e) => Number.isInteger(e) && e >= 0)) return [...shape];
  throw userError('bad-shape', `a parameter's shape must be a list of whole numbers, got ${showAny(shape)}`, {
    help: 'give the shape first: new nn.Parameter([3, 4])',
  });
}
