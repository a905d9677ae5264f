/** The numbers of a tensor, with PyTorch's operations on `x.data`. */

import { live } from './live.ts';
import { Tensor } from './tensor.ts';
import { called, userError, withLoc } from './trace.ts';

/** The numbers of a tensor, row-major, in the memory that holds them. With `tapeout/torch` they can also be changed as PyTorch's `data`
 *  is: `p.data.sub_(p.grad.mul(lr))`, which autograd does not see. Operands broadcast to the tensor's shape. */
export class TensorData extends Float32Array<ArrayBuffer> {
  /** Adds `other`, times `alpha`. */
  add_(other: Tensor | number, alpha = 1): this {
    return this.#become('add_', (x) => x.add(other, { alpha }));
  }
  /** Subtracts `other`, times `alpha`. */
  sub_(other: Tensor | number, alpha = 1): this {
    return this.#become('sub_', (x) => x.sub(other, { alpha }));
  }
  /** Multiplies by `other`. */
  mul_(other: Tensor | number): this {
    return this.#become('mul_', (x) => x.mul(other));
  }
  /** Divides by `other`. */
  div_(other: Tensor | number): this {
    return this.#become('div_', (x) => x.div(other));
  }
  /** Writes the values of `other`. */
  copy_(other: Tensor): this {
    return this.#become('copy_', (x) => other.expandAs(x));
  }
  /** Writes one number to all elements. */
  fill_(value: number): this {
    return this.fill(value);
  }
  /** Writes zeros. */
  zero_(): this {
    return this.fill(0);
  }

  #become(name: string, f: (x: Tensor) => Tensor): this {
    return withLoc(() => {
      const values = live();
      if (!values)
        throw userError('no-value', `${called()}: data is changed by operations on tensors that have values`, {
          help: "import them from 'tapeout/torch', and change data outside of forward",
        });
      values.inPlace(this, (was) => f(Tensor.of(was)).value);
      return this;
    }, name);
  }
}

// To all who look it is a Float32Array: to `slice` and `map`, which make plain ones, and to tests that compare arrays.
Object.defineProperty(TensorData.prototype, 'constructor', { value: Float32Array });

/** The same memory as `TensorData`. */
export const tensorData = (data: Float32Array): TensorData =>
  data instanceof TensorData ? data : new TensorData(data.buffer as ArrayBuffer, data.byteOffset, data.length);
