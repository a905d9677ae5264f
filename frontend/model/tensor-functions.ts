/** Methods of a tensor that are functions of it. Written by `npm run docs` from those that functions-as-methods.ts lists. */

import type { Extent } from './dims.ts';
import type { CovOptions, Interpolation, QuantileOptions } from './functional/samples.ts';
import type { AddOptions, Tensor } from './tensor.ts';

/** The methods of a tensor that are functions of it. */
export interface TensorFunctions {
  /** beta·x + alpha·(vec1·vec2ᵀ), of vectors, as addmm. */
  addr(vec1: Tensor, vec2: Tensor, options?: AddOptions): Tensor;
  /** 1 with the probability given by `x`, else 0. There is no gradient. */
  bernoulli(): Tensor;
  /** How often each of the whole numbers below `minlength` occurs in a vector, i32; or the sums of the `weights` of its elements, f32.
   *  Other numbers do not count: PyTorch's result grows with the greatest, and shapes are fixed here. */
  bincount(weights: Tensor | null, minlength: number): Tensor;
  /** |x| with the sign of `other`, -0 included. */
  copysign(other: Tensor | number): Tensor;
  /** The correlations of variables, which are the rows of `x` and whose samples its columns, within ±1; of a vector, 1. */
  corrcoef(): Tensor;
  /** How many elements are not 0, over `dim`, of all by default, i32. */
  countNonzero(dim?: number | readonly number[] | null): Tensor;
  /** The covariances of variables, which are the rows of `x` and whose samples its columns; of a vector or a single row, its variance
   *  without dimensions. */
  cov(options?: CovOptions): Tensor;
  /** The cross product along `dim`, by default the first of extent 3; the two broadcast. */
  cross(other: Tensor, dim?: number | null): Tensor;
  /** The running maximum along `dim`, and the index of its last occurrence, i32. Each pair is compared. */
  cummax(dim: number): { values: Tensor; indices: Tensor };
  /** The running minimum along `dim`, and the index of its last occurrence, i32. Each pair is compared. */
  cummin(dim: number): { values: Tensor; indices: Tensor };
  /** Degrees in radians. */
  deg2rad(): Tensor;
  /** For a vector the matrix with it on a diagonal, for a matrix that diagonal: the one that is `diagonal` (0) further
   *  right. */
  diag(diagonal?: number): Tensor;
  /** Matrices with the last dimension of `x` on the diagonal that is `offset` (0) further right, and zeros elsewhere, in dimensions
   *  `dim1` (-2) and `dim2` (-1). */
  diagEmbed(offset?: number, dim1?: number, dim2?: number): Tensor;
  /** The elements of `x` whose indices along `dim1` (0) and `dim2` (1) differ by `offset` (0), as a last dimension. */
  diagonal(offset?: number, dim1?: number, dim2?: number): Tensor;
  /** The differences of neighbours along `dim` (-1), `n` times (1), of `x` with `prepend` before and `append` after it. */
  diff(n?: number, dim?: number, prepend?: Tensor | null, append?: Tensor | null): Tensor;
  /** The slope of lgamma, element by element: infinite at 0, NaN at negative whole numbers. */
  digamma(): Tensor;
  /** The p-norm (2) of the difference of two tensors, which broadcast. */
  dist(other: Tensor, p?: number): Tensor;
  /** The number whose error function is x, element by element: infinite at ±1, NaN beyond. */
  erfinv(): Tensor;
  /** The greatest whole number not above x/other. */
  floorDivide(other: Tensor | number): Tensor;
  /** The greater of the two, and the other one where one is NaN. Of equal ones x has the gradient. */
  fmax(other: Tensor): Tensor;
  /** The lesser of the two, and the other one where one is NaN. Of equal ones x has the gradient. */
  fmin(other: Tensor): Tensor;
  /** The remainder of x divided by `other`, with the sign of x: C's fmod. */
  fmod(other: Tensor | number): Tensor;
  /** x where it lies beyond ±`lambd`, else 0, element by element; lambd defaults to 0.5. Throws for integers. */
  hardshrink(lambd?: number): Tensor;
  /** 0 below 0, 1 above it, and `values` at 0. */
  heaviside(values: Tensor): Tensor;
  /** How many elements lie in each of `bins` (100) intervals of one length from `min` to `max`, f32, or from the least to the greatest
   *  element where the two are equal, as by default (0); those outside do not count. It has no gradient. */
  histc(bins?: number, min?: number, max?: number): Tensor;
  /** √(x² + other²); squares may overflow. */
  hypot(other: Tensor): Tensor;
  /** `x` with each slice of `source` along `dim` in place of that at its index; of several with the same index the last one
   *  wins. */
  indexCopy(dim: number, index: Tensor, source: Tensor): Tensor;
  /** `x` with `value` in the slices along `dim` at the indices of a vector. */
  indexFill(dim: number, index: Tensor, value: number): Tensor;
  /** The sums of products over the last dimensions of two tensors: […,J] and [***,J] give […,***]. */
  inner(other: Tensor): Tensor;
  /** True where |x - other| is at most atol (1e-8) + rtol (1e-5)·|other|, and where both are NaN if `equalNan` (false). */
  isclose(other: Tensor, rtol?: number, atol?: number, equalNan?: boolean): Tensor;
  /** True where elements are infinite and negative. */
  isneginf(): Tensor;
  /** True where elements are infinite and positive. */
  isposinf(): Tensor;
  /** The Kronecker product: each element of `x` times all of `other`, in its place. */
  kron(other: Tensor): Tensor;
  /** The `k`th least of the elements along `dim` (-1), counted from 1, with NaN as the greatest, and its index, i32. Of equal elements
   *  the earlier is less. Each pair is compared. */
  kthvalue(k: number, dim?: number, keepdim?: boolean): { values: Tensor; indices: Tensor };
  /** The logarithm of |Γ(x)|, element by element: infinite at 0 and at negative whole numbers. Its gradient is digamma. */
  lgamma(): Tensor;
  /** ln(eˣ + e^other), computed so that nothing overflows. */
  logaddexp(other: Tensor): Tensor;
  /** log₂(2ˣ + 2^other), computed so that nothing overflows. */
  logaddexp2(other: Tensor): Tensor;
  /** ln Σ eˣ of the elements along `dim` up to each, computed so that nothing overflows. */
  logcumsumexp(dim: number): Tensor;
  /** ln(x/(1 - x)); x is limited to eps … 1 - eps if `eps` is given. */
  logit(eps?: number | null): Tensor;
  /** The median of all elements, which shares its gradient among ties, or with `dim` those along a dimension and the index of each, i32,
   *  where its gradient goes: the lower of the two in the middle where their number is even, and NaN where one is NaN. Each pair is
   *  compared. Throws if there are none. */
  median<const D extends number | undefined = undefined>(
    dim?: D,
    keepdim?: boolean,
  ): D extends number ? { values: Tensor; indices: Tensor } : Tensor;
  /** The most frequent of the elements along `dim` (-1), the least of several, and the index of its last occurrence, i32.
   *  Each pair is compared. */
  mode(dim?: number, keepdim?: boolean): { values: Tensor; indices: Tensor };
  /** `x` with the dimensions `source` moved to `destination`, and the others in their order. */
  movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor;
  /** The logarithm of the gamma function of p dimensions, element by element, for x above (p - 1)/2: p·(p - 1)/4·ln π + Σ lgamma(x - j/2)
   *  over j from 0 to p - 1. */
  mvlgamma(p: number): Tensor;
  /** The mean of all elements that are not NaN, over `dim`, of all by default. */
  nanmean(dim?: number | readonly number[] | null, keepdim?: boolean): Tensor;
  /** As `median`, of the elements that are not NaN; NaN where there are no others. */
  nanmedian<const D extends number | undefined = undefined>(
    dim?: D,
    keepdim?: boolean,
  ): D extends number ? { values: Tensor; indices: Tensor } : Tensor;
  /** As `quantile`, of the elements that are not NaN; NaN where there are no others. */
  nanquantile(
    q: number | readonly number[],
    dim?: number | null | QuantileOptions,
    keepdim?: boolean | QuantileOptions,
    interpolation?: Interpolation | QuantileOptions,
  ): Tensor;
  /** The sum of all elements that are not NaN, over `dim`, of all by default. */
  nansum(dim?: number | readonly number[] | null, keepdim?: boolean): Tensor;
  /** x where it is positive, else weight·x, element by element: `weight` f32 has one slope for all elements, or one for each
   *  channel, an index of dimension 1. Throws for integers, and if the weight has another number of slopes. */
  prelu(weight: Tensor): Tensor;
  /** The elements below which a share `q` of all lie, from 0 to 1, or of those along `dim`; NaN where one is NaN. A list of shares gives
   *  a first dimension of them. `interpolation` says what stands between two elements: 'linear' (the default), 'lower', 'higher',
   *  'midpoint' or 'nearest'. Each pair is compared. */
  quantile(
    q: number | readonly number[],
    dim?: number | null | QuantileOptions,
    keepdim?: boolean | QuantileOptions,
    interpolation?: Interpolation | QuantileOptions,
  ): Tensor;
  /** Radians in degrees. */
  rad2deg(): Tensor;
  /** The remainder of x divided by `other`, with the sign of `other`: Python's %. */
  remainder(other: Tensor | number): Tensor;
  /** `x` with the slices along `dim` whose p-norm is above `maxnorm` shortened to it. */
  renorm(p: number, dim: number, maxnorm: number): Tensor;
  /** `x` repeated `sizes` times along each dimension; there may be additional leading sizes. */
  repeat(...sizes: readonly number[] | [readonly number[]]): Tensor;
  /** Each element `repeats` times, one after another along `dim`, or of all in row-major order; a list has a number for each element. */
  repeatInterleave(repeats: number | readonly number[], dim?: number | null): Tensor;
  /** `x` rotated by 90 degrees `k` times (1) in the plane of two dimensions (0 and 1), from the first to the second. */
  rot90(k?: number, dims?: readonly number[]): Tensor;
  /** sin(πx)/(πx), and 1 at 0. */
  sinc(): Tensor;
  /** As `repeat`; missing leading sizes are 1. */
  tile(...dims: readonly number[] | [readonly number[]]): Tensor;
  /** The sum of the diagonal of a matrix. */
  trace(): Tensor;
  /** The slices along `dim` (0), without that dimension. */
  unbind(dim?: number): Tensor[];
  /** `x` with dimension `dim` split into several of these sizes, one of which may be -1. */
  unflatten(dim: number, sizes: readonly Extent[]): Tensor;
  /** x·ln(other), and 0 where x is 0 unless `other` is NaN. */
  xlogy(other: Tensor | number): Tensor;
  /** A tensor of the same values. What is written to a buffer later does not change it. */
  clone(): Tensor;
  /** All elements in row-major order. */
  ravel(): Tensor;
  /** `x` from right to left: the second dimension in reverse order. */
  fliplr(): Tensor;
  /** `x` upside down: the first dimension in reverse order. */
  flipud(): Tensor;
  /** The elements along the first dimension in order, as `sort`. */
  msort(): Tensor;
  /** True where the sign is negative, that of -0 too. */
  signbit(): Tensor;
  /** `x` repeated along extents of 1, and along new leading dimensions, to this shape; -1 keeps an extent. */
  broadcastTo(shape: readonly Extent[]): Tensor;
  /** Parts of `x` along `dim` (0): this many, the first ones larger by 1 where the extent does not divide, or those between the
   *  places of a list, which count from the end if negative. */
  tensorSplit(indicesOrSections: number | readonly number[], dim?: number): Tensor[];
  /** Equal parts of `x` side by side, along dimension 1, or 0 of a vector, or those between the places of a list. */
  hsplit(indicesOrSections: number | readonly number[]): Tensor[];
  /** Equal parts of `x` one below the other, along dimension 0, or those between the places of a list. */
  vsplit(indicesOrSections: number | readonly number[]): Tensor[];
  /** Equal parts of `x` along dimension 2, or those between the places of a list. */
  dsplit(indicesOrSections: number | readonly number[]): Tensor[];
  /** The elements of `x`, in row-major order, at these indices, in the shape of `index`, i32. */
  take(index: Tensor): Tensor;
  /** `x` with `src` in place of its slice `index` along `dim`. */
  selectScatter(src: Tensor, dim: number, index: number): Tensor;
  /** `x` with `src` in place of the slices from `start` (0) to before `end`, the extent by default, along `dim` (0), every `step`-th (1). */
  sliceScatter(src: Tensor, dim?: number, start?: number | null, end?: number | null, step?: number): Tensor;
  /** x·2^other, element by element, in f32. */
  ldexp(other: Tensor): Tensor;
}
declare module './tensor.ts' {
  interface Tensor extends TensorFunctions {}
}
