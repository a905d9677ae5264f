/** Functions of indices. */

import * as ir from '../../../ir/ops/index.ts';
import { fn, withOptions } from '../arguments.ts';
import * as k from '../kinds.ts';
import { float, integer, wrongRank } from '../promote.ts';
import { fixedExtent } from '../rearranging.ts';
import { Tensor } from '../tensor.ts';
import { userError } from '../trace.ts';
import { where } from './activation.ts';
import { tableKinds } from './kinds.ts';
import { rowsAt } from './table-rows.ts';

/** The options of tables of rows, by PyTorch's names. */
export interface TableOptions {
  /** The index of a row that is not trained, counted from the back where negative; defaults to null for none. */
  readonly paddingIdx?: number | null;
  /** PyTorch's rows of this length at most, written into the weight: only null is possible. */
  readonly maxNorm?: null;
  /** The norm of `maxNorm`. */
  readonly normType?: number;
  /** Divide the gradient of each row by how often it is read; defaults to false. */
  readonly scaleGradByFreq?: boolean;
  /** Sparse gradients, which are no others here. */
  readonly sparse?: boolean;
}

/** The rows of `weight` [V,D] at the indices `x`, i32 of any shape: […] gives […,D]. What reads at `paddingIdx`, counted from the back
 *  where negative, passes no gradient. The options in a last object or in PyTorch's order: paddingIdx, maxNorm (null alone), normType,
 *  scaleGradByFreq (false), sparse, which changes nothing. A compiled model refuses indices in inputs that are no rows; computed ones
 *  give NaN. Throws for a paddingIdx that is no row. */
export const embedding: (
  x: Tensor,
  weight: Tensor,
  paddingIdx?: number | null | TableOptions,
  options?: TableOptions,
) => Tensor = withOptions(
  'embedding',
  { x: k.tensor, weight: k.tensor },
  tableKinds,
  (x: Tensor, weight: Tensor, { paddingIdx = null, scaleGradByFreq = false }: TableOptions) => {
    const table = float(weight.value);
    if (table.type.shape.length !== 2) throw wrongRank('a weight [rows, features]', table);
    const rows = fixedExtent(table.type.shape, 0);
    if (paddingIdx !== null && (paddingIdx < -rows || paddingIdx >= rows))
      throw userError('out-of-range', `embedding: paddingIdx ${paddingIdx} is not one of ${rows} rows`);
    const read = rowsAt(table, integer(x.value), scaleGradByFreq);
    if (paddingIdx === null) return read;
    const isPadding = x.eq(paddingIdx < 0 ? paddingIdx + rows : paddingIdx).unsqueeze(-1);
    return where(isPadding, read.detach(), read);
  },
);

/** 1 at the index of a new last dimension of `numClasses`, else 0, i32: `x`, i32 of any shape […], gives […,numClasses]. Where an
 *  index is no class, all are 0; a compiled model refuses such indices in inputs. */
export const oneHot: (x: Tensor, numClasses: number) => Tensor = fn(
  'oneHot',
  { x: k.tensor, numClasses: k.whole(1) },
  (x, numClasses) => Tensor.of(ir.convert(ir.oneHot(integer(x.value), { classes: numClasses }), { to: 'i32' })),
);

/** The slices of `x` along `dim` at the indices of a vector. */
export const indexSelect: (x: Tensor, dim: number, index: Tensor) => Tensor = fn(
  'indexSelect',
  { x: k.tensor, dim: k.dim, index: k.tensor },
  (x, dim, index) => x.indexSelect(dim, index),
);
/** The elements of `x` at their index along `dim` and the position of the index in all other dimensions: for `dim` 1,
 *  `y[i][j] = x[i][index[i][j]]`. */
export const gather: (x: Tensor, dim: number, index: Tensor) => Tensor = fn(
  'gather',
  { x: k.tensor, dim: k.dim, index: k.tensor },
  (x, dim, index) => x.gather(dim, index),
);
/** As `gather`, with operands that broadcast; without `dim`, of the elements in row-major order. */
export const takeAlongDim: (x: Tensor, indices: Tensor, dim?: number | null) => Tensor = fn(
  'takeAlongDim',
  { x: k.tensor, indices: k.tensor, dim: k.optional(k.orNull(k.dim)) },
  (x, indices, dim = null) => x.takeAlongDim(indices, dim),
);
/** `x` with each element of `src` added at its index along `dim`, in their order: for `dim` 1, `y[i][index[i][j]] += src[i][j]`. */
export const scatterAdd: (x: Tensor, dim: number, index: Tensor, src: Tensor) => Tensor = fn(
  'scatterAdd',
  { x: k.tensor, dim: k.dim, index: k.tensor, src: k.tensor },
  (x, dim, index, src) => x.scatterAdd(dim, index, src),
);
/** `x` with each element of `src`, or one number, in place of that at its index along `dim`: for `dim` 1, `y[i][index[i][j]] = src[i][j]`.
 *  Of several elements with one index the last stays. */
export const scatter: (x: Tensor, dim: number, index: Tensor, src: Tensor | number) => Tensor = fn(
  'scatter',
  { x: k.tensor, dim: k.dim, index: k.tensor, src: k.either(k.tensor, k.number) },
  (x, dim, index, src) => x.scatter(dim, index, src),
);
/** `x` with the elements of `src` of each index reduced to one along `dim`: 'sum', 'prod', 'mean', 'amax' or 'amin', together with the
 *  element of x there, unless `includeSelf` is false. */
export const scatterReduce: (
  x: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor,
  reduce: 'sum' | 'prod' | 'mean' | 'amax' | 'amin',
  includeSelf?: boolean,
) => Tensor = fn(
  'scatterReduce',
  {
    x: k.tensor,
    dim: k.dim,
    index: k.tensor,
    src: k.tensor,
    reduce: k.oneOf('sum', 'prod', 'mean', 'amax', 'amin'),
    includeSelf: k.optional(k.flag),
  },
  (x, dim, index, src, reduce, includeSelf = true) => x.scatterReduce(dim, index, src, reduce, includeSelf),
);
/** `x` with `alpha` times each slice of `source` along `dim` added at its index, in their order. */
export const indexAdd: (x: Tensor, dim: number, index: Tensor, source: Tensor, alpha?: number) => Tensor = fn(
  'indexAdd',
  { x: k.tensor, dim: k.dim, index: k.tensor, source: k.tensor, alpha: k.optional(k.number) },
  (x, dim, index, source, alpha = 1) => x.indexAdd(dim, index, source, alpha),
);
