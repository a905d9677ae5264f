/** Windows of images as columns, and the reverse. */

import type { Value } from '../../../ir/graph.ts';
import * as ir from '../../../ir/ops/index.ts';
import { type Dim, isBatch, showType } from '../../../ir/type.ts';
import { withOptions } from '../arguments.ts';
import * as k from '../kinds.ts';
import { float } from '../promote.ts';
import { type Pair, sizesOf } from '../sizes.ts';
import { Tensor } from '../tensor.ts';
import { called, involved, showAny, userError } from '../trace.ts';
import { type Line, sumOfWindows, windowsIn, windowsOf } from '../windowing.ts';
import { foldKinds } from './kinds.ts';
import { inBatch } from './pixels.ts';

/** The options of fold and unfold, by PyTorch's names. */
export interface FoldOptions {
  /** The distance between the elements of a window; defaults to 1. */
  readonly dilation?: Pair;
  /** Zeros around the image; none by default. */
  readonly padding?: Pair;
  /** The distance between windows; defaults to 1. */
  readonly stride?: Pair;
}

/** The windows along both dimensions of images of these extents. Throws if none fits. */
function linesOf(
  extents: readonly number[],
  kernelSize: Pair,
  options: FoldOptions,
): { lines: Line[]; around: number[] } {
  const { dilation = 1, padding = 0, stride = 1 } = options;
  const [kernel, apart, around, step] = [kernelSize, dilation, padding, stride].map((s) => [...sizesOf(s, 2)]) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const lines = extents.map((extent, d): Line => {
    const of = { size: kernel[d] as number, step: step[d] as number, dilation: apart[d] as number };
    return { ...of, count: windowsIn(extent + 2 * (around[d] as number), of) };
  });
  if (lines.every(({ count }) => count > 0)) return { lines, around };
  throw userError(
    'shape-mismatch',
    `${called()}: a window of ${kernel.join('x')} does not fit in an image of ${extents.join('x')}`,
  );
}

/** The windows of images as columns: `x` [N,C,H,W] or [C,H,W] gives [N,C·kh·kw,L], the elements of each of L windows, of which a convolution is a
 *  product. The options in a last object or in PyTorch's order: dilation (1), padding (0), stride (1). Throws
 *  if no window fits. */
export const unfold: (
  x: Tensor,
  kernelSize: Pair,
  dilation?: Pair | FoldOptions,
  padding?: Pair,
  stride?: Pair,
) => Tensor = withOptions(
  'unfold',
  { x: k.tensor, kernelSize: k.pair(1) },
  foldKinds,
  (x: Tensor, kernelSize: Pair, options: FoldOptions) =>
    inBatch(2, x, (images) => unfolded(images, kernelSize, options)),
);
function unfolded(x: Tensor, kernelSize: Pair, options: FoldOptions): Tensor {
  const v = float(x.value);
  const { shape } = v.type;
  const extents = shape.slice(2) as number[];
  if (shape.length !== 4 || shape.slice(1).some((e) => isBatch(e))) throw wrong(v, '[batch, channels, height, width]');
  const { lines, around } = linesOf(extents, kernelSize, options);
  const padded = around.every((p) => p === 0) ? v : padAround(v, around);
  const [rows, columns] = lines as [Line, Line];
  const across = windowsOf(windowsOf(padded, 2, rows), 4, columns);
  const [n, c] = shape as [Dim, number];
  const parts = ir.permute(across, { perm: [0, 1, 3, 5, 2, 4] });
  return Tensor.of(ir.reshape(parts, { shape: [n, c * rows.size * columns.size, rows.count * columns.count] }));
}

/** The sum of columns at the positions of their windows in images: `x` [N,C·kh·kw,L] or [C·kh·kw,L] gives
 *  [N,C,…outputSize], each element the sum of all windows that hold it; the transpose of `unfold`. The options in a last
 *  object or in PyTorch's order: dilation (1), padding (0), stride (1). Throws if the windows of an image of this size are
 *  not L. */
export const fold: (
  x: Tensor,
  outputSize: Pair,
  kernelSize: Pair,
  dilation?: Pair | FoldOptions,
  padding?: Pair,
  stride?: Pair,
) => Tensor = withOptions(
  'fold',
  { x: k.tensor, outputSize: k.pair(1), kernelSize: k.pair(1) },
  foldKinds,
  (x: Tensor, outputSize: Pair, kernelSize: Pair, options: FoldOptions) =>
    inBatch(1, x, (columns) => folded(columns, outputSize, kernelSize, options)),
);
function folded(x: Tensor, outputSize: Pair, kernelSize: Pair, options: FoldOptions): Tensor {
  const v = float(x.value);
  const { shape } = v.type;
  if (shape.length !== 3 || shape.slice(1).some((e) => isBatch(e))) throw wrong(v, '[batch, elements, windows]');
  const to = [...sizesOf(outputSize, 2)];
  const { lines, around } = linesOf(to, kernelSize, options);
  const [n, elements, count] = shape as [Dim, number, number];
  const [rows, columns] = lines as [Line, Line];
  const each = rows.size * columns.size;
  if (elements % each !== 0)
    throw userError(
      'shape-mismatch',
      `${called()}: ${elements} elements of ${showType(v.type)} do not divide by those of a window, ${rows.size}x${columns.size}`,
      { notes: involved({ input: v }) },
    );
  const windows = rows.count * columns.count;
  if (count !== windows)
    throw userError(
      'shape-mismatch',
      `${called()}: an image of ${showAny(outputSize)} has ${rows.count}x${columns.count} = ${windows} windows, and ${showType(v.type)} has ${count}`,
      { notes: involved({ input: v }) },
    );
  const c = elements / each;
  const parts = ir.reshape(v, { shape: [n, c, rows.size, columns.size, rows.count, columns.count] });
  const apart = ir.permute(parts, { perm: [0, 1, 4, 2, 5, 3] });
  const [h, w] = to.map((e, d) => e + 2 * (around[d] as number)) as [number, number];
  const sum = sumOfWindows(sumOfWindows(apart, 4, columns, w), 2, rows, h);
  return Tensor.of(
    around.every((p) => p === 0)
      ? sum
      : ir.slice(sum, { starts: [0, 0, ...around], steps: [1, 1, 1, 1], shape: [n, c, ...to] }),
  );
}

function padAround(v: Value, around: readonly number[]): Value {
  const by = [0, 0, ...around];
  return ir.pad(v, { low: by, high: by, interior: by.map(() => 0), value: 0 });
}

const wrong = (v: Value, wanted: string) =>
  userError(
    v.type.shape.length === wanted.split(',').length - 1 ? 'missing-batch' : 'shape-mismatch',
    `${called()}: the input must be ${wanted}, got ${showType(v.type)}`,
    {
      notes: involved({ input: v }),
      help: v.type.shape.length === wanted.split(',').length - 1 ? 'add the batch with x.unsqueeze(0)' : null,
    },
  );
