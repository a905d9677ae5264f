/** PyTorch's default initialisation. A layer draws its weight first and its bias second, as nn.Linear and nn.Conv2d do, so
 *  that the same seed gives every element PyTorch's bits. */
import { maxElements } from '../../ir/type.ts';
import type { Generator } from '../../runtime/random.ts';
import { normal } from './normal.ts';
import { called, userError, withLoc } from './trace.ts';

/** The number of inputs to one output of a weight [out, in, ...kernel]: in times the kernel's extents.
 *  Throws RangeError for fewer than two dimensions. */
export function fanIn(shape: readonly number[]): number {
  const [, ...perOutput] = shape;
  if (perOutput.length === 0)
    throw new RangeError(`fan-in needs a weight of 2 or more dimensions [out, in, ...kernel], got [${shape}].`);
  return perOutput.reduce((product, extent) => product * extent, 1);
}

/** nn.init.kaiming_uniform_: uniform in ±√3·gain/√fanIn with leaky ReLU's gain √(2/(1 + a²)); a = √5 gives ±1/√fanIn. */
export function kaimingUniform(
  shape: readonly number[],
  generator: Generator,
  a = Math.sqrt(5),
): Float32Array<ArrayBuffer> {
  // Rounded in PyTorch's order, so that the bound has its bits.
  const gain = Math.sqrt(2 / (1 + a * a));
  const deviation = gain / Math.sqrt(fanIn(shape));
  return uniform(shape, Math.sqrt(3) * deviation, generator);
}

/** nn.init.xavier_uniform_: uniform in ±√(6/(fanIn + fanOut)). */
export function xavierUniform(shape: readonly number[], generator: Generator): Float32Array<ArrayBuffer> {
  // Rounded in PyTorch's order, so that the bound has its bits.
  return uniform(shape, Math.sqrt(3) * xavierDeviation(shape), generator);
}
/** nn.init.xavier_normal_: normal with the variance 2/(fanIn + fanOut). */
export const xavierNormal = (shape: readonly number[], generator: Generator): Float32Array<ArrayBuffer> =>
  normal(countIn(shape), generator, xavierDeviation(shape));

/** The deviation of Xavier's initial values: √(2/(fan in + fan out)). */
export const xavierDeviation = (shape: readonly number[]): number => {
  const [out = 1, inner = 1, ...kernel] = shape;
  return Math.sqrt(2 / (fanIn(shape) + fanIn([inner, out, ...kernel])));
};

/** The default bias of a layer: uniform in ±1/√fanIn of the layer's weight; zeros if it has no inputs. */
export const uniformBias = (length: number, fanIn: number, generator: Generator): Float32Array<ArrayBuffer> =>
  uniform([length], fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0, generator);

/** The number of elements of a parameter of this shape. Throws for more than memory holds. */
export function countIn(shape: readonly number[]): number {
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (count <= maxElements) return count;
  throw withLoc(() =>
    userError('too-large', `${called()}: a parameter [${shape}] has more than ${maxElements} elements`, {
      help: 'memory holds no more; make the layer smaller',
    }),
  );
}

/** Uniform in ±bound. */
export function uniform(shape: readonly number[], bound: number, generator: Generator): Float32Array<ArrayBuffer> {
  const values = new Float32Array(countIn(shape));
  for (let i = 0; i < values.length; i++) values[i] = generator.uniform(-bound, bound);
  return values;
}
