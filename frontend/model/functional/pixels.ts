/** A check that convolutions and pools share. */

import type { Value } from '../../../ir/graph.ts';
import type { Rank } from '../../../ir/ops/index.ts';
import { showType } from '../../../ir/type.ts';
import type { Tensor } from '../tensor.ts';
import { called, involved, userError } from '../trace.ts';

const words: Readonly<Record<Rank, readonly [things: string, elements: string]>> = {
  1: ['sequences', 'elements'],
  2: ['images', 'pixels'],
  3: ['volumes', 'voxels'],
};

/** The value of a tensor of images. Throws if they have no rows or no columns: padding alone is not an image. */
export function requirePixels(rank: Rank, { value }: Tensor): Value {
  const { shape } = value.type;
  const [things, elements] = words[rank];
  if (shape.length === rank + 2 && shape.slice(2).includes(0))
    throw userError('shape-mismatch', `${called()}: ${things} of ${showType(value.type)} have no ${elements}`, {
      notes: involved({ input: value }),
    });
  return value;
}
