/** Counts of elements by value, and powers and scales of numbers in a row. */

import * as ir from '../../../ir/ops/index.ts';
import { fn, withOptions } from '../arguments.ts';
import * as k from '../kinds.ts';
import { float, integer, numeric, wrongRank } from '../promote.ts';
import { fixedExtent } from '../rearranging.ts';
import { Tensor } from '../tensor.ts';
import { called, userError } from '../trace.ts';
import { where } from './activation.ts';
import { arange, full, linspace } from './create.ts';
import { stack } from './join.ts';

/** Which of the whole numbers from 0 to `count` each element of a vector is, or is not: [n,count]. */
const isEach = (places: Tensor, count: number): Tensor => places.unsqueeze(-1).eq(arange(count));

/** How many elements lie in each of `bins` (100) intervals of one length from `min` to `max`, f32, or from the least to the greatest
 *  element where the two are equal, as by default (0); those outside do not count. It has no gradient. */
export const histc: (x: Tensor, bins?: number, min?: number, max?: number) => Tensor = fn(
  'histc',
  { x: k.tensor, bins: k.optional(k.whole(1)), min: k.optional(k.finite()), max: k.optional(k.finite()) },
  (x, bins = 100, min = 0, max = 0) => {
    if (min > max) throw userError('bad-argument', `${called()}: min ${min} must not be above max ${max}`);
    const line = Tensor.of(float(x.value)).flatten().detach();
    const given = min !== max;
    const ends = given ? [full([], min), full([], max)] : [line.amin(), line.amax()];
    const [low, high] = ends as [Tensor, Tensor];
    const isPoint = low.eq(high);
    const [from, to] = [where(isPoint, low.sub(1), low), where(isPoint, high.add(1), high)];
    const place = line
      .sub(from)
      .mul(bins)
      .div(to.sub(from))
      .floor()
      .clamp(null, bins - 1);
    const isInside = line.ge(from).logicalAnd(line.le(to));
    return isEach(where(isInside, place, -1).to('i32'), bins)
      .sum(0)
      .to('f32');
  },
);
/** How often each of the whole numbers below `minlength` occurs in a vector, i32; or the sums of the `weights` of its elements, f32.
 *  Other numbers do not count: PyTorch's result grows with the greatest, and shapes are fixed here. */
export const bincount: (x: Tensor, weights: Tensor | null, minlength: number) => Tensor = fn(
  'bincount',
  { x: k.tensor, weights: k.orNull(k.tensor), minlength: k.whole(1) },
  (x, weights, minlength) => {
    if (x.dim !== 1) throw wrongRank('a vector', x.value);
    const is = isEach(Tensor.of(integer(x.value)), minlength);
    if (weights === null) return is.sum(0);
    if (weights.dim !== 1) throw wrongRank('a vector of weights', weights.value);
    return is.to('f32').mul(weights.unsqueeze(-1)).sum(0).detach();
  },
);
interface IsinOptions {
  /** Says that no element occurs twice, which changes nothing here; defaults to false. */
  readonly assumeUnique?: boolean;
  /** True where an element is not among the others; defaults to false. */
  readonly invert?: boolean;
}
/** True where an element is among `testElements`, of any shape. Each pair is compared. */
export const isin: (elements: Tensor, testElements: Tensor, options?: IsinOptions) => Tensor = withOptions(
  'isin',
  { elements: k.tensor, testElements: k.tensor },
  { assumeUnique: k.optional(k.flag), invert: k.optional(k.flag) },
  (elements: Tensor, testElements: Tensor, { invert = false }: IsinOptions = {}) => {
    for (const t of [elements, testElements]) numeric(t.value);
    const found = elements.unsqueeze(-1).eq(testElements.flatten()).any(-1);
    return invert ? found.logicalNot() : found;
  },
);
/** The powers of the elements of a vector as rows: `N` of them, as many as elements by default, from the greatest down to 1, or from 1
 *  up if `increasing`. */
export const vander: (x: Tensor, N?: number | null, increasing?: boolean) => Tensor = fn(
  'vander',
  { x: k.tensor, N: k.optional(k.orNull(k.whole(0))), increasing: k.optional(k.flag) },
  (x, count = null, increasing = false) => {
    if (x.dim !== 1) throw wrongRank('a vector', x.value);
    const powers = [Tensor.of(ir.fullLike(x.value, 1))];
    const columns = count ?? fixedExtent(x.value.type.shape, 0);
    if (columns === 0) return Tensor.of(ir.full({ value: 0, shape: [...x.value.type.shape, 0], dtype: x.dtype }));
    while (powers.length < columns) powers.push((powers.at(-1) as Tensor).mul(x));
    return stack(increasing ? powers : powers.reverse(), -1);
  },
);
/** `steps` numbers, whose logarithms to `base` (10) are evenly spaced from `start` to `end`; f32. */
export const logspace: (start: number, end: number, steps: number, base?: number) => Tensor = fn(
  'logspace',
  { start: k.finite(), end: k.finite(), steps: k.whole(0), base: k.optional(k.finite()) },
  (start, end, steps, base = 10) => full([steps], base).pow(linspace(start, end, steps)),
);
