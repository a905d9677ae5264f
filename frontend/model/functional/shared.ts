/** What losses share: checks of shapes, and the reduction over the losses of single elements. */

import { type Shape, sameShape, showShape } from '../../../ir/type.ts';
import { float, numeric } from '../promote.ts';
import { elementsOf, type Tensor } from '../tensor.ts';
import { called, involved, userError } from '../trace.ts';
import { where } from './activation.ts';
import type { ReductionOption } from './reduction.ts';

/** Throws unless two tensors have the same shape, and are f32; the second may be of `whole` numbers. `words` are the names of
 *  the two, an input and its target by default. */
export function requireSameShape(
  one: Tensor,
  other: Tensor,
  takes: 'floats' | 'whole' = 'floats',
  [first, second]: readonly [string, string] = ['input', 'target'],
): void {
  const x = float(one.value);
  const y = takes === 'whole' ? numeric(other.value) : float(other.value);
  if (sameShape(x.type.shape, y.type.shape)) return;
  throw userError(
    'shape-mismatch',
    `${called()}: the ${first} is ${showShape(x.type.shape)} and the ${second} ${showShape(y.type.shape)}: they must have the same shape`,
    {
      notes: involved({ [first]: x, [second]: y }),
      help: second === 'target' ? onShapes(x.type.shape, y.type.shape) : null,
    },
  );
}

/** Advice on shapes that differ. PyTorch warns and broadcasts the smaller one, which is rarely intended. */
function onShapes(input: Shape, target: Shape): string {
  const without1 = (shape: Shape): Shape => shape.filter((e) => e !== 1);
  if (sameShape(without1(input), without1(target)))
    return `only extents of 1 differ: declare the target as ${showShape(input)}, or use squeeze or unsqueeze in forward`;
  return (
    `declare the target as ${showShape(input)}, or let forward return ${showShape(target)}; ` +
    'labels of classes are for nn.CrossEntropyLoss, with dtype i32'
  );
}

/** The losses of single elements, reduced. An empty mean is NaN. */
export function reduceLoss(loss: Tensor, { reduction = 'mean' }: ReductionOption): Tensor {
  if (reduction === 'none') return loss;
  if (reduction === 'sum') return loss.sum();
  return loss.sum().div(elementsOf(loss.value.type.shape));
}

/** x, or `least` where x is less. The gradient passes either way, as if PyTorch had raised x in place under no_grad. */
export const raisedTo = (least: number, x: Tensor): Tensor => where(x.lt(least), x.add(x.neg().add(least).detach()), x);
