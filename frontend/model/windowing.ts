/** Windows as data: each element of a tensor as often as windows hold it, and the sum of windows where they overlap. */

import type { Value } from '../../ir/graph.ts';
import * as ir from '../../ir/ops/index.ts';
import { type Shape, showType } from '../../ir/type.ts';
import { viewAs } from './broadcast.ts';
import { dimOf } from './dims.ts';
import { fixedExtent } from './rearranging.ts';
import { called, involved, userError } from './trace.ts';

/** Windows along one dimension: how many, how long, and how far apart they and their elements are. */
export interface Line {
  readonly count: number;
  readonly size: number;
  readonly step: number;
  readonly dilation: number;
}

/** The number of windows that fit. */
export const windowsIn = (extent: number, { size, step, dilation }: Omit<Line, 'count'>): number =>
  Math.floor((extent - dilation * (size - 1) - 1) / step) + 1;

/** The index of each element of each window. */
function indexOf({ count, size, step, dilation }: Line): Value {
  const shape: Shape = [count, size];
  const along = (dim: number, by: number): Value => {
    const i = ir.iota({ shape, dim, dtype: 'i32' });
    return by === 1 ? i : ir.mul(i, ir.fullLike(i, by));
  };
  return ir.add(along(0, step), along(1, dilation));
}

/** The windows along `dim` of x, with their elements as the dimension after it. */
export function windowsOf(x: Value, dim: number, line: Line): Value {
  fixedExtent(x.type.shape, dim);
  return ir.indexSelect(x, indexOf(line), { dim, fill: 0 });
}

/** torch.Tensor.unfold: windows along a dimension, whose elements are the last one. */
export function unfold(x: Value, dimension: number, size: number, step: number): Value {
  const scalar = x.type.shape.length === 0;
  const line = scalar ? viewAs(x, [1]) : x;
  const dim = dimOf(x.type.shape, dimension, { orScalar: true });
  const extent = fixedExtent(line.type.shape, dim);
  if (size > extent)
    throw userError(
      'out-of-range',
      `${called()}: windows of ${size} do not fit in dimension ${dim} of ${showType(x.type)}`,
      {
        notes: involved({ x }),
      },
    );
  const count = Math.floor((extent - size) / step) + 1;
  const { shape, dtype } = line.type;
  if (size === 0) return ir.full({ value: 0, shape: [...shape.with(dim, count), 0], dtype });
  const made = windowsOf(line, dim, { count, size, step, dilation: 1 });
  const order = made.type.shape.map((_, d) => d).filter((d) => d !== dim + 1);
  const last = ir.permute(made, { perm: [...order, dim + 1] });
  return scalar ? viewAs(last, [size]) : last;
}

/** The transpose of `windowsOf`: the sum of the windows in dimensions `dim` and `dim` + 1, in `extent` elements. */
export const sumOfWindows = (g: Value, dim: number, line: Line, extent: number): Value =>
  ir.indexAdd(g, indexOf(line), { dim, size: extent });
