import type { Buffer, Expr } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { type Kernel, nest, store } from '../../ir/kernel.ts';
import { axesOf } from './names.ts';
import { finished } from './tidy.ts';

/** `to = from`, element by element; with `order`, dimension d of `to` is dimension order[d] of `from`. */
export function copyKernel(
  name: string,
  from: Buffer,
  to: Buffer,
  order: readonly number[] = [...from.type.shape.keys()],
  locs: Kernel['locs'] = [],
): Kernel {
  const axes = axesOf(from.type.shape);
  const at = axes.map(x.ix);
  const copied = store(
    to,
    order.map((d) => at[d] as Expr),
    x.load(from, at),
  );
  return finished(name, nest(axes, [copied]), locs);
}
