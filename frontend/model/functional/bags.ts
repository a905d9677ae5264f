/** Rows of a table by index, reduced in bags. */

import * as ir from '../../../ir/ops/index.ts';
import { type Dim, fixed, isBatch, sameShape, showType } from '../../../ir/type.ts';
import { withOptions } from '../arguments.ts';
import { spreadTo } from '../broadcast.ts';
import * as k from '../kinds.ts';
import { float, integer, wrongRank } from '../promote.ts';
import { Tensor } from '../tensor.ts';
import { called, involved, userError } from '../trace.ts';
import { where } from './activation.ts';
import type { TableOptions } from './indexed.ts';
import { bagKinds } from './kinds.ts';
import { rowsAt } from './table-rows.ts';

/** How the rows of a bag become one. */
export type BagMode = 'sum' | 'mean' | 'max';
/** The options of embeddingBag, by PyTorch's names. */
export interface EmbeddingBagOptions extends TableOptions {
  /** How rows become one; defaults to 'mean'. */
  readonly mode?: BagMode;
  /** A factor of each row, in the shape of the indices, for mode 'sum' alone. */
  readonly perSampleWeights?: Tensor | null;
  /** The last offset is the end of the last bag; defaults to false. */
  readonly includeLastOffset?: boolean;
  /** An index that counts in no bag, counted from the back where negative; defaults to null for none. */
  readonly paddingIdx?: number | null;
  /** Divide the gradient of each row by how often it is read; defaults to false. Not for mode 'max'. */
  readonly scaleGradByFreq?: boolean;
}

/** The same, and where the bags begin. */
interface WithOffsets extends EmbeddingBagOptions {
  readonly offsets?: Tensor | null;
}
const { mode, ...others } = bagKinds;
const tensorOrNone = k.optional(k.orNull(k.tensor));
/** Rows of `weight` [V,D] in bags, each reduced to one: the indices `x`, i32, are [B,n], bags of one length, and give [B,D]; or they are
 *  [n], and `offsets`, i32 [B], say where each bag begins. An empty bag gives zeros. The options in a last object or in PyTorch's order:
 *  offsets, mode ('mean'), perSampleWeights, includeLastOffset (false), paddingIdx, scaleGradByFreq (false). Throws for shapes that do not fit. */
export const embeddingBag: (
  x: Tensor,
  weight: Tensor,
  offsets?: Tensor | null | WithOffsets,
  options?: EmbeddingBagOptions,
) => Tensor = withOptions(
  'embeddingBag',
  { x: k.tensor, weight: k.tensor },
  {
    offsets: tensorOrNone,
    mode,
    perSampleWeights: tensorOrNone,
    ...others,
  },
  (x: Tensor, weight: Tensor, { offsets = null, ...options }: WithOffsets) => reduced(x, weight, offsets, options),
);

function reduced(x: Tensor, weight: Tensor, offsets: Tensor | null, options: EmbeddingBagOptions): Tensor {
  const { mode = 'mean', perSampleWeights: factors = null, includeLastOffset = false, paddingIdx = null } = options;
  const { scaleGradByFreq = false } = options;
  const [at, table] = [integer(x.value), float(weight.value)];
  if (table.type.shape.length !== 2) throw wrongRank('a weight [rows, features]', table);
  const rank = at.type.shape.length;
  if (rank !== 1 && rank !== 2) throw wrongRank('indices [bags, n], or [n] with offsets', at);
  const fail = (problem: string, help: string | null = null) =>
    userError('bad-argument', `${called()}: ${problem}`, { notes: involved({ indices: at }), help });
  if (rank === 2 && offsets) throw fail('indices of two dimensions are bags of one length, and take no offsets');
  if (rank === 1 && !offsets) throw fail('indices of one dimension need offsets', 'or give bags of one length, [B,n]');
  if (factors && mode !== 'sum') throw fail(`perSampleWeights are for mode 'sum', and the mode is '${mode}'`);
  if (factors && !sameShape(factors.value.type.shape, at.type.shape))
    throw fail(`perSampleWeights are ${showType(factors.value.type)}, and the indices ${showType(at.type)}`);
  const rows = fixed(table.type, 0);
  if (paddingIdx !== null && (paddingIdx < -rows || paddingIdx >= rows))
    throw fail(`paddingIdx ${paddingIdx} is not one of ${rows} rows`);
  const isPadding = paddingIdx === null ? null : x.eq(paddingIdx < 0 ? paddingIdx + rows : paddingIdx);
  if (scaleGradByFreq && mode === 'max') throw fail("scaleGradByFreq is not for mode 'max'");
  const read = rowsAt(table, at, scaleGradByFreq);
  const scaled = factors ? read.mul(factors.unsqueeze(-1)) : read;
  const without = (fill: number): Tensor => (isPadding ? where(isPadding.unsqueeze(-1), fill, scaled) : scaled);
  const counted = isPadding
    ? isPadding.logicalNot().to('f32')
    : Tensor.of(ir.full({ value: 1, shape: at.type.shape, dtype: 'f32' }));
  if (rank === 2) {
    const none = at.type.shape[1] === 0;
    if (mode === 'sum' || none) return without(0).sum(1);
    if (mode === 'mean') return without(0).sum(1).div(counted.sum(1).clampMin(1).unsqueeze(1));
    const most = without(-Infinity).max(1).values;
    return isPadding ? where(isPadding.all(1).unsqueeze(1), 0, most) : most;
  }
  return byOffsets(at, offsets as Tensor, includeLastOffset, mode, without, counted);
}

/** The same where offsets say in which bag each index is. */
function byOffsets(
  at: Tensor['value'],
  offsets: Tensor,
  includeLastOffset: boolean,
  mode: BagMode,
  without: (fill: number) => Tensor,
  counted: Tensor,
): Tensor {
  const starts = integer(offsets.value);
  const [given] = starts.type.shape as [Dim];
  if (starts.type.shape.length !== 1 || isBatch(given))
    throw wrongRank('offsets [bags]', starts, 'their number is fixed');
  const [n] = at.type.shape as [Dim];
  const bags = includeLastOffset ? given - 1 : given;
  if (bags < 0) throw userError('bad-argument', `${called()}: includeLastOffset needs an offset`);
  // The bag of a place is the last that begins at or before it.
  const pairs = [n, given];
  const place = ir.iota({ shape: pairs, dim: 0, dtype: 'i32' });
  const begun = ir.lessEqual(ir.broadcast(starts, { shape: pairs, dims: [1] }), place);
  const count = ir.reduceSum(ir.convert(begun, { to: 'i32' }), { dims: [1] });
  const bag = ir.sub(count, ir.fullLike(count, 1));
  const sumOf = (v: Tensor): Tensor => Tensor.of(ir.indexAdd(v.value, bag, { dim: 0, size: bags }));
  if (mode === 'sum') return sumOf(without(0));
  const counts = sumOf(counted);
  if (mode === 'mean') return sumOf(without(0)).div(counts.clampMin(1).unsqueeze(1));
  const values = without(-Infinity);
  const { shape } = values.value.type;
  const each = [bags, ...shape];
  const mine = Tensor.of(
    ir.equal(ir.broadcast(bag, { shape: each, dims: [1] }), ir.iota({ shape: each, dim: 0, dtype: 'i32' })),
  );
  const most = where(mine, Tensor.of(spreadTo(values.value, each)), -Infinity).max(1).values;
  return where(counts.eq(0).unsqueeze(1), 0, most);
}
