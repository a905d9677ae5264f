/** The shape of a new tensor, as users list it. */

import type { Dim } from '../../ir/type.ts';
import { type Extent, toDim } from './dims.ts';
import * as k from './kinds.ts';
import { called, userError } from './trace.ts';

/** The extents of a new tensor, in order or in one list: `zeros('N', 3)` or `zeros(['N', 3])`. */
export type ShapeOf = readonly Extent[] | [readonly Extent[]];

export const extents = { shape: k.each(k.extent) };
/** The shape that a user lists. Throws for an extent of -1, which nothing tells. */
export function shapeFrom(shape: ShapeOf): Dim[] {
  return shape.flat().map((e) => {
    const dim = toDim(e);
    if (dim !== null) return dim;
    throw userError('bad-shape', `${called()}: the extent ${e} of [${shape.flat().join(', ')}] cannot be inferred`);
  });
}
