/** Sums, products, variances, norms and the like: each is the tensor's method of its name. */

import { fn } from '../arguments.ts';
import * as k from '../kinds.ts';
import { moments, root } from '../statistics.ts';
import { type Dims, Tensor } from '../tensor.ts';

const along = { x: k.tensor, dim: k.optional(k.dims), keepdim: k.optional(k.flag) };
const index = { x: k.tensor, dim: k.optional(k.orNull(k.dim)), keepdim: k.optional(k.flag) };
const spread = {
  x: k.tensor,
  dim: k.optional(k.either(k.dims, k.flag)),
  correction: k.optional(k.orNull(k.either(k.flag, k.whole(0)))),
  keepdim: k.optional(k.flag),
};

/** The sum over `dim`, all dimensions by default. Bools are counted, in i32. */
export const sum: (x: Tensor, dim?: Dims, keepdim?: boolean) => Tensor = fn(
  'sum',
  along,
  (x, dim = null, keepdim = false) => x.sum(dim, keepdim),
);
/** The sum divided by the number of elements. */
export const mean: (x: Tensor, dim?: Dims, keepdim?: boolean) => Tensor = fn(
  'mean',
  along,
  (x, dim = null, keepdim = false) => x.mean(dim, keepdim),
);
/** The product over `dim`, all dimensions by default, which must be known. Bools are counted, in i32. */
export const prod: (x: Tensor, dim?: number | null, keepdim?: boolean) => Tensor = fn(
  'prod',
  index,
  (x, dim = null, keepdim = false) => x.prod(dim, keepdim),
);
/** The products of the elements along `dim` up to each. */
export const cumprod: (x: Tensor, dim: number) => Tensor = fn('cumprod', { x: k.tensor, dim: k.dim }, (x, dim) =>
  x.cumprod(dim),
);
/** What is taken from the number of elements; null is 1. */
type Correction = number | boolean | null;
/** The square root of the variance over `dim`, of all by default: the sum of squared deviations over the number of elements less
 *  `correction`, which is 1 (or true: unbiased) by default. Its gradient is 0 where it is 0. The variance itself is x.var(dim), as
 *  `var` is a word of JavaScript's. */
export const std: (x: Tensor, dim?: Dims | boolean, correction?: Correction, keepdim?: boolean) => Tensor = fn(
  'std',
  spread,
  (x, dim = null, correction = 1, keepdim = false) => x.std(dim, correction, keepdim),
);
/** Variance and mean over `dim`: `const [variance, mean] = varMean(x, 1)`. Arguments as of std. */
export const varMean: (
  x: Tensor,
  dim?: Dims | boolean,
  correction?: Correction,
  keepdim?: boolean,
) => [Tensor, Tensor] = fn('varMean', spread, (x, dim = null, correction = 1, keepdim = false) => {
  const { mean, variance } = moments(x.value, dim, correction, keepdim);
  return [Tensor.of(variance), Tensor.of(mean)];
});
/** Standard deviation and mean over `dim`: `const [deviation, mean] = stdMean(x, 1)`. Arguments as of std. */
export const stdMean: (
  x: Tensor,
  dim?: Dims | boolean,
  correction?: Correction,
  keepdim?: boolean,
) => [Tensor, Tensor] = fn('stdMean', spread, (x, dim = null, correction = 1, keepdim = false) => {
  const { mean, variance } = moments(x.value, dim, correction, keepdim);
  return [Tensor.of(root(variance)), Tensor.of(mean)];
});
/** The p-norm over `dim`, all dimensions by default: (Σ|x|^p)^(1/p), the number of elements that are not 0 for p = 0, the
 *  greatest or least |x| for ±Infinity. 'fro' is 2. Its gradient is 0 where it is 0. */
export const norm: (x: Tensor, p?: number | 'fro', dim?: Dims, keepdim?: boolean) => Tensor = fn(
  'norm',
  { x: k.tensor, p: k.optional(k.normPower), dim: k.optional(k.dims), keepdim: k.optional(k.flag) },
  (x, p = 2, dim = null, keepdim = false) => x.norm(p, dim, keepdim),
);
/** ln Σ e^x over `dim`, computed so that nothing overflows. */
export const logsumexp: (x: Tensor, dim: number | readonly number[], keepdim?: boolean) => Tensor = fn(
  'logsumexp',
  { x: k.tensor, dim: k.someDims, keepdim: k.optional(k.flag) },
  (x, dim, keepdim = false) => x.logsumexp(dim, keepdim),
);
/** True where an element of `dim`, of all by default, is neither 0 nor false. */
export const any: (x: Tensor, dim?: Dims, keepdim?: boolean) => Tensor = fn(
  'any',
  along,
  (x, dim = null, keepdim = false) => x.any(dim, keepdim),
);
/** True where no element of `dim`, of all by default, is 0 or false. */
export const all: (x: Tensor, dim?: Dims, keepdim?: boolean) => Tensor = fn(
  'all',
  along,
  (x, dim = null, keepdim = false) => x.all(dim, keepdim),
);
/** The greatest elements over `dim`, of all by default. Ties share the gradient evenly. */
export const amax: (x: Tensor, dim?: Dims, keepdim?: boolean) => Tensor = fn(
  'amax',
  along,
  (x, dim = null, keepdim = false) => x.amax(dim, keepdim),
);
/** The least elements over `dim`, of all by default. Ties share the gradient evenly. */
export const amin: (x: Tensor, dim?: Dims, keepdim?: boolean) => Tensor = fn(
  'amin',
  along,
  (x, dim = null, keepdim = false) => x.amin(dim, keepdim),
);
/** The least and the greatest elements along `dim`, or of all. Ties share the gradient evenly. */
export const aminmax: (x: Tensor, dim?: number | null, keepdim?: boolean) => { min: Tensor; max: Tensor } = fn(
  'aminmax',
  index,
  (x, dim = null, keepdim = false) => x.aminmax(dim, keepdim),
);
