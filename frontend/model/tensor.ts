/** Tensors of a model that is being recorded: a shape and an element type, but no numbers. Each method appends to the graph
 *  what PyTorch's method of that name computes, and throws a `CompileError` at the caller's line if the operands do not fit. */

import type { Value } from '../../ir/graph.ts';
import * as ir from '../../ir/ops/index.ts';
import { type Dim, type DType, elements, isValueOf, type Shape, showType, type TensorType } from '../../ir/type.ts';
import { onOperators } from '../hints-members.ts';
import { commonShape, spreadTo, viewAs } from './broadcast.ts';
import { dimOf, dimsOf, type Extent, joinedDim, reshaped, toExtent } from './dims.ts';
import * as indexing from './indexing.ts';
import { live } from './live.ts';
import { matmul, strict } from './products.ts';
import { float, numeric, promoted, promotedWith, wrongRank } from './promote.ts';
import * as rearranging from './rearranging.ts';
import { clipped, fixedExtent } from './rearranging.ts';
import * as scattering from './scattering.ts';
import * as statistics from './statistics.ts';
import { currentTape, type Tape, tapeOfTensor } from './tape.ts';
import { called, involved, userError, withLoc } from './trace.ts';
import * as windowing from './windowing.ts';

/** One dimension or several, counted from the back if negative; null means all. */
export type Dims = number | readonly number[] | null;

const record = (f: () => Value): Tensor => withLoc(() => Tensor.of(f()));

/** A tensor of f32, i32 or bool in a model that is being recorded. Extents are numbers, or multiples of the batch `N`. Methods
 *  append to the graph, and throw a `CompileError` at the line of the call if shapes, element types or arguments do not fit. */
export class Tensor {
  readonly #type: TensorType;
  readonly #tape: Tape | null;
  #value: Value | null;

  /** For Tapeout itself: models get tensors from the arguments of `forward`, from parameters and from operations. */
  constructor(type: TensorType, value: Value | null = null) {
    this.#type = type;
    this.#tape = value && tapeOfTensor();
    this.#value = value;
  }
  /** A value of the graph as a tensor. */
  static of(value: Value): Tensor {
    return new Tensor(value.type, live()?.made(value) ?? value);
  }
  /** For Tapeout itself: another value of the same type for a tensor outside of recordings. */
  static put(tensor: Tensor, value: Value): void {
    tensor.#value = value;
  }

  /** The tensor's value in the graph. Throws outside the recording that made it. */
  get value(): Value {
    const value = this.#value;
    if (value && this.#tape === currentTape()) return this.#tape ? value : (live()?.now(value) ?? value);
    throw userError(
      'other-recording',
      `${called()}: this tensor ${showType(this.#type)} belongs to another recording`,
      {
        notes: value ? [{ message: 'it was made here', loc: value.loc }] : [],
        help: 'a model is recorded anew each time: make the tensors that forward uses inside forward, and do not keep them in a field or an outer variable',
      },
    );
  }

  /** Extents, the symbolic batch as `'N'`: `['N', 1, 32, 32]`. */
  get shape(): readonly Extent[] {
    return this.#type.shape.map(toExtent);
  }
  /** The type of the elements: f32, i32 or bool. */
  get dtype(): DType {
    return this.#type.dtype;
  }
  /** The number of dimensions. */
  get dim(): number {
    return this.#type.shape.length;
  }
  /** The extent of one dimension: a number, or `'N'` for the batch. */
  size(dim: number): Extent {
    return withLoc(() => toExtent(this.#type.shape[dimOf(this.#type.shape, dim)] as Dim));
  }

  // ---- elementwise; operands broadcast, and a number counts as a tensor filled with it ----

  /** The sum, element by element: x + alpha·other, where alpha is 1 by default. */
  add(other: Tensor | number, options: AlphaOption = {}): Tensor {
    return record(() => arithmetic(this, scaled(this, other, options.alpha ?? 1), ir.add, either));
  }
  /** The difference, element by element: x - alpha·other, where alpha is 1 by default. Throws for bool tensors, as PyTorch does. */
  sub(other: Tensor | number, options: AlphaOption = {}): Tensor {
    return record(() => {
      for (const v of [this.value, ...(other instanceof Tensor ? [other.value] : [])]) numeric(v);
      return arithmetic(this, scaled(this, other, options.alpha ?? 1), ir.sub);
    });
  }
  /** The product, element by element. */
  mul(other: Tensor | number): Tensor {
    return record(() => arithmetic(this, other, ir.mul, both));
  }
  /** The quotient, element by element, in f32 for integers too. */
  div(other: Tensor | number): Tensor {
    return record(() => ir.div(...(alike(this, other).map(promotedToFloat) as [Value, Value])));
  }
  /** The power, element by element. Small whole exponents become products, and 0.5 a square root. Integers take whole
   *  exponents of at least 0, and are converted to f32 for fractions. */
  pow(exponent: Tensor | number): Tensor {
    return record(() => {
      const x = this.value;
      if (typeof exponent === 'number' && x.type.dtype !== 'f32' && Number.isInteger(exponent))
        return wholePower(promotedWith(x, exponent), exponent);
      if (exponent instanceof Tensor && x.type.dtype !== 'f32' && exponent.value.type.dtype !== 'f32')
        throw userError(
          'dtype-mismatch',
          `${called()}: integers to the power of a tensor of integers are not supported`,
          {
            notes: involved({ x, exponent: exponent.value }),
            help: "convert one of them: x.to('f32').pow(exponent)",
          },
        );
      const base = promotedToFloat(x);
      if (exponent === 0) return constant(base, 1);
      if (exponent === 1) return base;
      if (exponent === 2) return ir.mul(base, base);
      if (exponent === 3) return ir.mul(ir.mul(base, base), base);
      if (exponent === 0.5) return ir.sqrt(base);
      return ir.pow(...alike(Tensor.of(base), exponent));
    });
  }
  /** The greater of the two, element by element. */
  maximum(other: Tensor | number): Tensor {
    return record(() => arithmetic(this, other, ir.maximum, either));
  }
  /** The lesser of the two, element by element. */
  minimum(other: Tensor | number): Tensor {
    return record(() => arithmetic(this, other, ir.minimum, both));
  }
  /** The negative, -x. */
  neg(): Tensor {
    return record(() => negative(numeric(this.value)));
  }
  /** The absolute value; its gradient at 0 is 0. */
  abs(): Tensor {
    return record(() => {
      const x = numeric(this.value);
      return x.type.dtype === 'f32' ? ir.abs(x) : ir.maximum(x, negative(x));
    });
  }
  /** e^x. */
  exp(): Tensor {
    return record(() => ir.exp(promotedToFloat(this.value)));
  }
  /** 2^x, exact for whole numbers. */
  exp2(): Tensor {
    return record(() => ir.exp2(promotedToFloat(this.value)));
  }
  /** e^x - 1, exact near 0. */
  expm1(): Tensor {
    return record(() => ir.expm1(promotedToFloat(this.value)));
  }
  /** The natural logarithm. */
  log(): Tensor {
    return record(() => ir.log(promotedToFloat(this.value)));
  }
  /** The logarithm to base 2, exact for powers of 2. */
  log2(): Tensor {
    return record(() => ir.log2(promotedToFloat(this.value)));
  }
  /** The logarithm to base 10. */
  log10(): Tensor {
    return record(() => ir.log10(promotedToFloat(this.value)));
  }
  /** The natural logarithm of 1 + x, exact near 0. */
  log1p(): Tensor {
    return record(() => ir.log1p(promotedToFloat(this.value)));
  }
  /** The square root. */
  sqrt(): Tensor {
    return record(() => ir.sqrt(promotedToFloat(this.value)));
  }
  /** 1/√x. */
  rsqrt(): Tensor {
    return record(() => ir.rsqrt(promotedToFloat(this.value)));
  }
  /** 1/x. */
  reciprocal(): Tensor {
    return record(() => ir.reciprocal(promotedToFloat(this.value)));
  }
  /** The square, x·x. */
  square(): Tensor {
    return this.pow(2);
  }
  /** The sine of an angle in radians, exact to the last places up to some 10⁵. */
  sin(): Tensor {
    return record(() => ir.sin(promotedToFloat(this.value)));
  }
  /** The cosine, as sin. */
  cos(): Tensor {
    return record(() => ir.cos(promotedToFloat(this.value)));
  }
  /** The tangent, as sin. */
  tan(): Tensor {
    return record(() => ir.tan(promotedToFloat(this.value)));
  }
  /** The angle, within ±π/2, whose sine is x; NaN beyond ±1. */
  asin(): Tensor {
    return record(() => ir.asin(promotedToFloat(this.value)));
  }
  /** The angle, from 0 to π, whose cosine is x; NaN beyond ±1. */
  acos(): Tensor {
    return record(() => ir.acos(promotedToFloat(this.value)));
  }
  /** The angle, within ±π/2, whose tangent is x. */
  atan(): Tensor {
    return record(() => ir.atan(promotedToFloat(this.value)));
  }
  /** The angle, within ±π, of the point with the height x and the breadth `other`. */
  atan2(other: Tensor): Tensor {
    return record(() => ir.atan2(...(alike(this, other).map(promotedToFloat) as [Value, Value])));
  }
  /** The hyperbolic sine. */
  sinh(): Tensor {
    return record(() => ir.sinh(promotedToFloat(this.value)));
  }
  /** The hyperbolic cosine. */
  cosh(): Tensor {
    return record(() => ir.cosh(promotedToFloat(this.value)));
  }
  /** The hyperbolic tangent. */
  tanh(): Tensor {
    return record(() => ir.tanh(promotedToFloat(this.value)));
  }
  /** The number whose hyperbolic sine is x. */
  asinh(): Tensor {
    return record(() => ir.asinh(promotedToFloat(this.value)));
  }
  /** The number, not negative, whose hyperbolic cosine is x; NaN below 1. */
  acosh(): Tensor {
    return record(() => ir.acosh(promotedToFloat(this.value)));
  }
  /** The number whose hyperbolic tangent is x; NaN beyond ±1. */
  atanh(): Tensor {
    return record(() => ir.atanh(promotedToFloat(this.value)));
  }
  /** 1 / (1 + e^-x). */
  sigmoid(): Tensor {
    return record(() => ir.sigmoid(promotedToFloat(this.value)));
  }
  /** The error function. */
  erf(): Tensor {
    return record(() => ir.erf(promotedToFloat(this.value)));
  }
  /** 1 - erf(x), exact where erf is near 1. */
  erfc(): Tensor {
    return record(() => ir.erfc(promotedToFloat(this.value)));
  }
  /** The nth derivative of digamma; digamma itself for 0. */
  polygamma(n: number): Tensor {
    return record(() => {
      const x = promotedToFloat(this.value);
      return n === 0 ? ir.digamma(x) : ir.polygamma(x, { n });
    });
  }
  /** -1, 0 or 1 by the sign, and 0 for NaN; its gradient is 0. */
  sign(): Tensor {
    return record(() => {
      const x = numeric(this.value);
      return x.type.dtype === 'f32' ? ir.sign(x) : ir.clamp(x, constant(x, -1), constant(x, 1));
    });
  }
  /** The greatest whole number not above x; its gradient is 0, like that of all rounding functions. */
  floor(): Tensor {
    return record(() => rounded(this.value, ir.floor));
  }
  /** The least whole number not below x. */
  ceil(): Tensor {
    return record(() => rounded(this.value, ceiling));
  }
  /** The integer nearest to x; ties go to the even one. `decimals` is how many decimals stay, fewer than none if negative. */
  round(options: RoundOptions = {}): Tensor {
    return record(() => {
      const { decimals = 0 } = options;
      if (decimals === 0) return rounded(this.value, ir.round);
      const x = float(this.value);
      const by = constant(x, 10 ** Math.abs(decimals));
      return decimals > 0 ? ir.div(ir.round(ir.mul(x, by)), by) : ir.mul(ir.round(ir.div(x, by)), by);
    });
  }
  /** x rounded to an integer towards 0. */
  trunc(): Tensor {
    return record(() => rounded(this.value, truncated));
  }
  /** The fractional part of x, with its sign. Throws for integers. */
  frac(): Tensor {
    return record(() => ir.sub(float(this.value), truncated(this.value)));
  }
  /** max(x, 0); its gradient at 0 is 0. */
  relu(): Tensor {
    return record(() => {
      const x = numeric(this.value);
      return x.type.dtype === 'f32' ? ir.relu(x) : ir.maximum(x, constant(x, 0));
    });
  }
  /** Limits elements to `min` and `max`, numbers or tensors, either of which may be left out (null). The gradient passes at a
   *  bound; beyond one, it goes to the bound. */
  clamp(min: Tensor | number | null = null, max: Tensor | number | null = null): Tensor {
    return record(() => {
      if (min !== null && max !== null) return ir.clamp(...alike(this, min, max));
      if (min !== null) return ir.clampMin(...alike(this, min));
      if (max !== null) return ir.clampMax(...alike(this, max));
      throw userError('bad-argument', 'clamp: give min, max, or both');
    });
  }

  /** As `clamp` with only a minimum. */
  clampMin(min: Tensor | number): Tensor {
    return this.clamp(min);
  }
  /** As `clamp` with only a maximum. */
  clampMax(max: Tensor | number): Tensor {
    return this.clamp(null, max);
  }
  /** x + weight·(end - x), computed from the nearer end. Throws for integers. */
  lerp(end: Tensor, weight: Tensor | number): Tensor {
    return record(() => {
      for (const v of [this.value, end.value]) float(v);
      return ir.lerp(...alike(this, end, weight));
    });
  }
  /** This tensor where `condition`, a bool tensor, holds, else `other`. The three broadcast. */
  where(condition: Tensor, other: Tensor | number): Tensor {
    return record(() => {
      const [x, y] = alike(this, other);
      return chosen(condition.value, x, y);
    });
  }
  /** `value` where `mask`, a bool tensor, holds, else this tensor, whose element type stays; the two broadcast. */
  maskedFill(mask: Tensor, value: number): Tensor {
    return record(() => chosen(mask.value, constant(this.value, value), this.value));
  }
  /** This tensor with `nan` (0) for NaN, and the greatest and the least number, or `posinf` and `neginf`, for infinities. */
  nanToNum(nan = 0, posinf: number | null = null, neginf: number | null = null): Tensor {
    return record(() => {
      const x = numeric(this.value);
      if (x.type.dtype !== 'f32') return x;
      const of = (v: number): Value => constant(x, v);
      const low = ir.select(ir.equal(x, of(-Infinity)), of(neginf ?? -largest), x);
      return ir.select(ir.notEqual(x, x), of(nan), ir.select(ir.equal(x, of(Infinity)), of(posinf ?? largest), low));
    });
  }
  /** True where elements are NaN, which integers never are. */
  isnan(): Tensor {
    return record(() => ir.notEqual(this.value, this.value));
  }
  /** True where elements are infinite, which integers never are. */
  isinf(): Tensor {
    return record(() => {
      const x = this.value;
      return x.type.dtype === 'f32' ? ir.equal(ir.abs(x), constant(x, Infinity)) : ir.notEqual(x, x);
    });
  }
  /** True where elements are neither NaN nor infinite. */
  isfinite(): Tensor {
    return record(() => {
      const x = this.value;
      return x.type.dtype === 'f32' ? ir.less(ir.abs(x), constant(x, Infinity)) : ir.equal(x, x);
    });
  }
  /** True where an element is 0 or false. */
  logicalNot(): Tensor {
    return record(() => ir.equal(...asZero(this.value)));
  }
  /** True where both elements are neither 0 nor false. */
  logicalAnd(other: Tensor): Tensor {
    return record(() => both(...(alike(this, other).map(isTrue) as [Value, Value])));
  }
  /** True where one or both elements are neither 0 nor false. */
  logicalOr(other: Tensor): Tensor {
    return record(() => either(...(alike(this, other).map(isTrue) as [Value, Value])));
  }
  /** True where exactly one of the two elements is neither 0 nor false. */
  logicalXor(other: Tensor): Tensor {
    return record(() => ir.notEqual(...(alike(this, other).map(isTrue) as [Value, Value])));
  }

  /** True where elements are equal: a bool tensor, for `where` and `to('f32')`, as from all comparisons. */
  eq(other: Tensor | number): Tensor {
    return record(() => ir.equal(...alike(this, other)));
  }
  /** True where elements differ; NaN differs from everything. */
  ne(other: Tensor | number): Tensor {
    return record(() => ir.notEqual(...alike(this, other)));
  }
  /** True where elements are less than `other`. */
  lt(other: Tensor | number): Tensor {
    return record(() => ir.less(...alike(this, other)));
  }
  /** True where elements are at most `other`. */
  le(other: Tensor | number): Tensor {
    return record(() => ir.lessEqual(...alike(this, other)));
  }
  /** True where elements are greater than `other`. */
  gt(other: Tensor | number): Tensor {
    return record(() => ir.greater(...alike(this, other)));
  }
  /** True where elements are at least `other`. */
  ge(other: Tensor | number): Tensor {
    return record(() => ir.greaterEqual(...alike(this, other)));
  }

  /** The same values in another element type; floats are truncated on conversion to `i32`. */
  to(dtype: 'f32' | 'i32'): Tensor {
    return record(() => {
      return dtype === this.dtype ? this.value : ir.convert(this.value, { to: dtype });
    });
  }
  /** The same values, through which no gradient flows. */
  detach(): Tensor {
    return record(() => ir.stopGradient(this.value));
  }

  // ---- products ----

  /** The matrix product over the last two dimensions; leading ones broadcast. As in torch.matmul, a vector is a row on the left
   *  and a column on the right, and two vectors give their inner product. */
  matmul(other: Tensor): Tensor {
    return record(() => matmul(this.value, other.value));
  }

  /** The product of two matrices. */
  mm(mat2: Tensor): Tensor {
    return record(() => strict(this.value, mat2.value, [2, 2]));
  }
  /** The product of a matrix and a vector. */
  mv(vec: Tensor): Tensor {
    return record(() => strict(this.value, vec.value, [2, 1]));
  }
  /** The inner product of two vectors. */
  dot(other: Tensor): Tensor {
    return record(() => strict(this.value, other.value, [1, 1]));
  }
  /** The products of two stacks of matrices, [B,I,J] and [B,J,K]. */
  bmm(mat2: Tensor): Tensor {
    return record(() => strict(this.value, mat2.value, [3, 3]));
  }
  /** The products of all pairs of two vectors: [I] and [J] give [I,J]. */
  outer(vec2: Tensor): Tensor {
    return withLoc(() => {
      for (const t of [this, vec2]) if (t.dim !== 1) throw wrongRank('a vector', t.value);
      return this.unsqueeze(1).mul(vec2);
    });
  }
  /** beta·x + alpha·(mat1·mat2), of matrices; `beta` and `alpha` are 1 by default. x broadcasts, and is not read for beta 0. */
  addmm(mat1: Tensor, mat2: Tensor, options: AddOptions = {}): Tensor {
    return withLoc(() => weighted(this, mat1.mm(mat2), options));
  }
  /** beta·x + alpha·(mat·vec), of a matrix and a vector, as `addmm`. */
  addmv(mat: Tensor, vec: Tensor, options: AddOptions = {}): Tensor {
    return withLoc(() => weighted(this, mat.mv(vec), options));
  }
  /** beta·x + alpha·(batch1·batch2), of stacks of matrices, as `addmm`. */
  baddbmm(batch1: Tensor, batch2: Tensor, options: AddOptions = {}): Tensor {
    return withLoc(() => weighted(this, batch1.bmm(batch2), options));
  }
  /** x + value·(tensor1·tensor2), element by element. */
  addcmul(tensor1: Tensor, tensor2: Tensor, value = 1): Tensor {
    return withLoc(() => this.add(times(tensor1, value).mul(tensor2)));
  }
  /** x + value·(tensor1/tensor2), element by element. */
  addcdiv(tensor1: Tensor, tensor2: Tensor, value = 1): Tensor {
    return withLoc(() => this.add(times(tensor1, value).div(tensor2)));
  }

  // ---- shape ----

  /** The same elements, row-major, under another shape: `view(-1, 400)`, `view([64, 1])`, `view('N', -1)`. One extent may
   *  be -1: it is inferred from the others. */
  view(...shape: readonly Extent[] | [readonly Extent[]]): Tensor {
    return record(() => viewAs(this.value, reshaped(this.value, spread(shape))));
  }
  /** The same as `view`: a recorded tensor has no strides. */
  reshape(...shape: readonly Extent[] | [readonly Extent[]]): Tensor {
    return record(() => viewAs(this.value, reshaped(this.value, spread(shape))));
  }
  /** Joins the dimensions from `startDim` to `endDim`; all by default, as in PyTorch: `flatten(1)` keeps the batch. */
  flatten(startDim = 0, endDim = -1): Tensor {
    return record(() => {
      const { shape } = this.#type;
      const [from, to] = [startDim, endDim].map((d) => dimOf(shape, d, { orScalar: true })) as [number, number];
      if (shape.length === 0) return viewAs(this.value, [1]);
      if (from > to) throw userError('bad-dim', `flatten: startDim ${startDim} comes after endDim ${endDim}`);
      const joined = joinedDim(shape.slice(from, to + 1));
      return viewAs(this.value, [...shape.slice(0, from), joined, ...shape.slice(to + 1)]);
    });
  }
  /** A new dimension of extent 1 before dimension `dim`: `unsqueeze(0)` gives an image a batch. */
  unsqueeze(dim: number): Tensor {
    return record(() =>
      viewAs(this.value, this.#type.shape.toSpliced(dimOf(this.#type.shape, dim, { more: 1 }), 0, 1)),
    );
  }
  /** Removes dimensions of extent 1: all of them, or only those in `dim`. */
  squeeze(dim: Dims = null): Tensor {
    return record(() => {
      const dims = dimsOf(this.#type.shape, dim);
      return viewAs(
        this.value,
        this.#type.shape.filter((e, d) => e !== 1 || !dims.includes(d)),
      );
    });
  }
  /** Swaps two dimensions. */
  transpose(dim0: number, dim1: number): Tensor {
    return record(() => {
      const [a, b] = [dim0, dim1].map((d) => dimOf(this.#type.shape, d, { orScalar: true })) as [number, number];
      const perm = this.#type.shape.map((_, d) => (d === a ? b : d === b ? a : d));
      return a === b ? this.value : ir.permute(this.value, { perm });
    });
  }
  /** Reorders the dimensions: dimension d of the result is dimension `dims[d]`. */
  permute(...dims: readonly number[] | [readonly number[]]): Tensor {
    return record(() => {
      const perm = spread(dims).map((d) => dimOf(this.#type.shape, d));
      return ir.permute(this.value, { perm });
    });
  }
  /** Transposes a matrix. Vectors and scalars are returned unchanged. */
  t(): Tensor {
    return record(() => {
      if (this.dim > 2) throw wrongRank('a matrix', this.value, 'use transpose(dim0, dim1), or permute');
      return this.dim < 2 ? this.value : ir.permute(this.value, { perm: [1, 0] });
    });
  }
  /** The `length` indices of dimension `dim` that begin at `start`. */
  narrow(dim: number, start: number, length: number): Tensor {
    return record(() => {
      const d = dimOf(this.#type.shape, dim);
      const from = start < 0 ? start + fixedExtent(this.#type.shape, d) : start;
      return part(this.value, d, from, length, 1);
    });
  }
  /** Every `step`-th index of dimension `dim` from `start` up to, but not including, `end`: Python's `x[..., start:end:step]`. */
  slice(dim: number, start = 0, end: number | null = null, step = 1): Tensor {
    return record(() => {
      const d = dimOf(this.#type.shape, dim);
      if (start === 0 && end === null && step === 1) return this.value;
      const extent = fixedExtent(this.#type.shape, d);
      const [from, to] = [clipped(start, extent), clipped(end ?? extent, extent)];
      return part(this.value, d, from, Math.max(0, Math.ceil((to - from) / step)), step);
    });
  }
  /** The elements at `index` of dimension `dim`, without that dimension. */
  select(dim: number, index: number): Tensor {
    return record(() => {
      const { shape } = this.#type;
      const d = dimOf(shape, dim);
      const extent = fixedExtent(shape, d);
      if (index < -extent || index >= extent)
        throw userError(
          'out-of-range',
          `${called()}: index ${index} lies outside dimension ${d} of ${showType(this.#type)}`,
          {
            notes: involved({ x: this.value }),
            help: extent === 0 ? 'it is empty' : `indices go from ${-extent} to ${extent - 1}`,
          },
        );
      const one = part(this.value, d, index < 0 ? index + extent : index, 1, 1);
      return viewAs(one, shape.toSpliced(d, 1));
    });
  }

  /** Extents of 1 repeated: `expand(3, -1, 4)`, where -1 keeps an extent, and there may be more dimensions in front. */
  expand(...sizes: readonly Extent[] | [readonly Extent[]]): Tensor {
    return record(() => rearranging.expand(this.value, spread(sizes)));
  }
  /** `expand` to the shape of another tensor. */
  expandAs(other: Tensor): Tensor {
    return record(() => rearranging.expand(this.value, other.shape));
  }
  /** Windows of `size` elements along `dimension`, one for each `step`, as a last dimension. */
  unfold(dimension: number, size: number, step: number): Tensor {
    return record(() => windowing.unfold(this.value, dimension, size, step));
  }
  /** The elements along these dimensions in reverse order. */
  flip(...dims: readonly number[] | [number | readonly number[]]): Tensor {
    return record(() => rearranging.flip(this.value, dims.flat()));
  }
  /** The elements moved by `shifts` along `dims`, those beyond the end to the start; without `dims`, of all elements in row-major
   *  order. */
  roll(shifts: number | readonly number[], dims: number | readonly number[] | null = null): Tensor {
    return record(() => rearranging.roll(this.value, [shifts].flat(), dims === null ? null : [dims].flat()));
  }
  /** Parts along `dim`: of one size, of which the last may be smaller, or of the sizes of a list. */
  split(splitSize: number | readonly number[], dim = 0): Tensor[] {
    return withLoc(() => rearranging.split(this.value, splitSize, dim).map((v) => Tensor.of(v)));
  }
  /** At most `chunks` parts along `dim`, of one size, of which the last may be smaller. */
  chunk(chunks: number, dim = 0): Tensor[] {
    return withLoc(() => rearranging.chunk(this.value, chunks, dim).map((v) => Tensor.of(v)));
  }
  /** The part of matrices on and below their diagonal, or the one that is `diagonal` further right; 0 elsewhere. */
  tril(diagonal = 0): Tensor {
    return record(() => rearranging.triangle(this.value, 'lower', diagonal));
  }
  /** The part of matrices on and above their diagonal, or the one that is `diagonal` further right; 0 elsewhere. */
  triu(diagonal = 0): Tensor {
    return record(() => rearranging.triangle(this.value, 'upper', diagonal));
  }

  // ---- indices that are data, i32: those in inputs are checked when a compiled model is called ----

  /** The slices along `dim` at the indices of a vector. */
  indexSelect(dim: number, index: Tensor): Tensor {
    return record(() => indexing.indexSelect(this.value, dim, index.value));
  }
  /** The elements at their index along `dim` and the position of the index in all other dimensions: for `dim` 1,
   *  `y[i][j] = x[i][index[i][j]]`. An index that is computed and lies outside gives NaN, 0 or false. */
  gather(dim: number, index: Tensor): Tensor {
    return record(() => indexing.gather(this.value, dim, index.value));
  }
  /** As `gather`, with operands that broadcast; without `dim`, of the elements in row-major order. */
  takeAlongDim(indices: Tensor, dim: number | null = null): Tensor {
    return record(() => indexing.takeAlongDim(this.value, indices.value, dim));
  }
  /** This tensor with each element of `src` added at its index along `dim`, in their order: for `dim` 1,
   *  `y[i][index[i][j]] += src[i][j]`. An index that is computed and lies outside adds nothing. */
  scatterAdd(dim: number, index: Tensor, src: Tensor): Tensor {
    return record(() => indexing.scatterAdd(this.value, dim, index.value, src.value));
  }
  /** This tensor with each element of `src`, or one number, in place of that at its index along `dim`: for `dim` 1,
   *  `y[i][index[i][j]] = src[i][j]`. Of several elements with one index the last stays; each pair of indices along `dim` is compared. An
   *  index that is computed and lies outside puts nothing. */
  scatter(dim: number, index: Tensor, src: Tensor | number): Tensor {
    return record(() =>
      scattering.scatter(
        this.value,
        dim,
        index.value,
        typeof src === 'number'
          ? constant(ir.full({ ...this.value.type, shape: index.value.type.shape, value: 0 }), src)
          : src.value,
      ),
    );
  }
  /** This tensor with the elements of `src` of each index reduced to one along `dim`: 'sum', 'prod', 'mean', 'amax' or 'amin', together
   *  with the element that is there, unless `includeSelf` is false. But for sums and means, each element is compared with each index. */
  scatterReduce(
    dim: number,
    index: Tensor,
    src: Tensor,
    reduce: 'sum' | 'prod' | 'mean' | 'amax' | 'amin',
    includeSelf = true,
  ): Tensor {
    return record(() => {
      for (const v of [this.value, src.value]) float(v);
      return scattering.scatterReduce(this.value, dim, index.value, src.value, reduce, includeSelf);
    });
  }
  /** This tensor with `alpha` times each slice of `source` along `dim` added at its index, in their order. */
  indexAdd(dim: number, index: Tensor, source: Tensor, alpha = 1): Tensor {
    return record(() => indexing.indexAdd(this.value, dim, index.value, source.value, alpha));
  }

  // ---- reductions: over all dimensions unless some are named; `keepdim` leaves them with extent 1 ----

  /** The sum over `dim`, all dimensions by default. Bools are counted, in i32. */
  sum(dim: Dims = null, keepdim = false): Tensor {
    return record(() => reduced(counted(this.value), dim, keepdim, ir.reduceSum));
  }
  /** The sum divided by the number of elements; a batch is counted when the step runs. */
  mean(dim: Dims = null, keepdim = false): Tensor {
    return record(() => {
      const { shape } = float(this.value).type;
      const dims = dimsOf(shape, dim);
      const sum = dims.length === 0 ? this.value : ir.reduceSum(this.value, { dims });
      const over = dims.map((d) => shape[d] as Dim);
      return kept(ir.div(sum, sizeOf(over, sum.type.shape)), shape, keepdim ? dims : []);
    });
  }
  /** The product over `dim`, all dimensions by default, which must be known. Bools are counted, in i32. */
  prod(dim: number | null = null, keepdim = false): Tensor {
    return record(() => statistics.prod(counted(this.value), dim, keepdim));
  }
  /** The variance over `dim`, all dimensions by default: the sum of squared deviations over the number of elements less
   *  `correction`, which is 1 (or true: unbiased); 0 or false is the mean of squares. `x.var(false)` is that of all elements. */
  var(dim: Dims | boolean = null, correction: number | boolean | null = 1, keepdim = false): Tensor {
    return record(() => statistics.moments(this.value, dim, correction, keepdim).variance);
  }
  /** The square root of `var`. Its gradient is 0 where it is 0. */
  std(dim: Dims | boolean = null, correction: number | boolean | null = 1, keepdim = false): Tensor {
    return record(() => statistics.root(statistics.moments(this.value, dim, correction, keepdim).variance));
  }
  /** The p-norm over `dim`, all dimensions by default: (Σ|x|^p)^(1/p), the number of elements that are not 0 for p = 0, the
   *  greatest or least |x| for ±Infinity. 'fro' is 2. Its gradient is 0 where it is 0. */
  norm(p: number | 'fro' = 2, dim: Dims = null, keepdim = false): Tensor {
    return record(() => statistics.norm(this.value, p === 'fro' ? 2 : p, dim, keepdim));
  }
  /** ln Σ e^x over `dim`, computed so that nothing overflows. */
  logsumexp(dim: number | readonly number[], keepdim = false): Tensor {
    return record(() => statistics.logsumexp(this.value, dim, keepdim));
  }
  /** True where an element of `dim`, of all by default, is neither 0 nor false. */
  any(dim: Dims = null, keepdim = false): Tensor {
    return record(() => {
      const count = statistics.countTrue(this.value, dim, keepdim, isTrue);
      return ir.notEqual(...asZero(count));
    });
  }
  /** True where no element of `dim`, of all by default, is 0 or false. */
  all(dim: Dims = null, keepdim = false): Tensor {
    return record(() => {
      const count = statistics.countTrue(this.value, dim, keepdim, (v) => ir.equal(...asZero(v)));
      return ir.equal(...asZero(count));
    });
  }
  /** The greatest elements. Ties share the gradient evenly. */
  amax(dim: Dims = null, keepdim = false): Tensor {
    return record(() => ofConditions(this.value, (x) => reduced(x, dim, keepdim, ir.reduceMax, true)));
  }
  /** The least elements. Ties share the gradient evenly. */
  amin(dim: Dims = null, keepdim = false): Tensor {
    return record(() => ofConditions(this.value, (x) => reduced(x, dim, keepdim, ir.reduceMin, true)));
  }
  /** The least and the greatest elements along `dim`, or of all. Ties share the gradient evenly. */
  aminmax(dim: number | null = null, keepdim = false): { min: Tensor; max: Tensor } {
    return withLoc(() => ({ min: this.amin(dim, keepdim), max: this.amax(dim, keepdim) }));
  }
  /** The greatest of all elements. */
  max(): Tensor;
  /** The greatest elements along `dim`, and the index at which each first occurs, i32, where its gradient goes. Throws if there
   *  is no such dimension. */
  max(dim: number, keepdim?: boolean): { values: Tensor; indices: Tensor };
  /** As `maximum`. */
  max(other: Tensor): Tensor;
  max(dim?: number | Tensor, keepdim = false): Tensor | { values: Tensor; indices: Tensor } {
    return withLoc(() => {
      if (dim === undefined) return ofAll(this, ir.maxOfAll);
      return dim instanceof Tensor ? this.maximum(dim) : extreme(this, dim, keepdim, ir.firstMax, ir.argmax);
    });
  }
  /** The least of all elements. */
  min(): Tensor;
  /** The least elements along `dim`, and the index at which each first occurs, i32. Throws if there is no such dimension. */
  min(dim: number, keepdim?: boolean): { values: Tensor; indices: Tensor };
  /** As `minimum`. */
  min(other: Tensor): Tensor;
  min(dim?: number | Tensor, keepdim = false): Tensor | { values: Tensor; indices: Tensor } {
    return withLoc(() => {
      if (dim === undefined) return ofAll(this, ir.minOfAll);
      return dim instanceof Tensor ? this.minimum(dim) : extreme(this, dim, keepdim, ir.firstMin, ir.argmin);
    });
  }
  /** The sums of the elements along `dim` up to each. Bools are counted, in i32. */
  cumsum(dim: number): Tensor {
    return record(() => rearranging.cumsum(counted(this.value), dim));
  }
  /** The products of the elements along `dim` up to each. Bools are counted, in i32. */
  cumprod(dim: number): Tensor {
    return record(() => rearranging.cumprod(counted(this.value), dim));
  }
  /** The elements along `dim` in order, equal ones in their original order and NaN as the greatest, and their indices, i32.
   *  The gradient goes where elements stood. Each pair is compared. */
  sort(dim?: number, descending?: boolean, stable?: boolean): { values: Tensor; indices: Tensor };
  sort(dim = -1, descending = false, _stable = true): { values: Tensor; indices: Tensor } {
    return withLoc(() => inOrder(this, dim, descending));
  }
  /** The indices that sort along `dim`. */
  argsort(dim?: number, descending?: boolean, stable?: boolean): Tensor;
  argsort(dim = -1, descending = false, _stable = true): Tensor {
    return withLoc(() => inOrder(this, dim, descending).indices);
  }
  /** The `k` greatest elements along `dim`, or the least, in order, and their indices, i32. Each pair is compared. */
  topk(k: number, dim?: number, largest?: boolean, sorted?: boolean): { values: Tensor; indices: Tensor };
  topk(k: number, dim = -1, largest = true, _sorted = true): { values: Tensor; indices: Tensor } {
    return withLoc(() => inOrder(this, dim, largest, k));
  }
  /** The first index of the greatest element, i32; over all dimensions, a row-major index. */
  argmax(dim: number | null = null, keepdim = false): Tensor {
    return record(() => indexOf(numeric(this.value), dim, keepdim, ir.argmax));
  }
  /** The first index of the least element, i32; over all dimensions, a row-major index. */
  argmin(dim: number | null = null, keepdim = false): Tensor {
    return record(() => indexOf(numeric(this.value), dim, keepdim, ir.argmin));
  }
  /** e^x over its sum along `dim`. */
  softmax(dim: number): Tensor {
    return withLoc(() =>
      this.#normalized(dim, (x, d) => {
        const e = x.exp();
        return e.div(e.sum(d, true));
      }),
    );
  }
  /** The logarithm of softmax along `dim`, computed as x - max - log(sum(exp(x - max))). */
  logSoftmax(dim: number): Tensor {
    return withLoc(() => this.#normalized(dim, (x, d) => x.sub(x.exp().sum(d).log().unsqueeze(d))));
  }
  /** `f` of x - max along `dim`. The maximum needs no gradient: softmax does not depend on what is subtracted. */
  #normalized(dim: number, f: (x: Tensor, d: number) => Tensor): Tensor {
    const x = Tensor.of(float(this.value));
    const d = dimOf(this.#type.shape, dim, { orScalar: true });
    if (x.dim === 0) return x.unsqueeze(0).#normalized(0, f).view([]);
    // An empty dimension has no maximum, and its softmax is empty.
    if (this.#type.shape[d] === 0) return x;
    return f(x.sub(x.amax(d).detach().unsqueeze(d)), d);
  }

  toString(): string {
    return `Tensor ${showType(this.#type)}`;
  }
  /** The text in Node's console. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
  /** Throws if JavaScript needs a number, as in `x + y` and `x > 0`: a recorded tensor has none. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString();
    throw withLoc(() =>
      userError('no-value', `${this} has no value while the model is recorded, so JavaScript cannot compute with it`, {
        help: onOperators,
      }),
    );
  }
}

/** A constant with the shape and element type of `like`. */
export function constant(like: Value, value: number): Value {
  const { shape, dtype } = like.type;
  if (!isValueOf(dtype, value))
    throw userError(
      'dtype-mismatch',
      `${called()}: ${value} is not a value of ${dtype}, and the tensor is ${showType(like.type)}`,
      {
        notes: involved({ x: like }),
        help: "convert the tensor first: x.to('f32')",
      },
    );
  return ir.full({ value, shape, dtype });
}

/** The number of elements that `dims` span, as a value of `shape`: a constant, or counted at run time if it has the batch. */
export function sizeOf(dims: readonly Dim[], shape: Shape): Value {
  const { times, power } = elements(dims);
  if (power === 0) return ir.full({ value: times, shape, dtype: 'f32' });
  return spreadTo(ir.count({ shape: dims }), shape);
}

/** The number of elements of a shape, as a tensor without dimensions. */
export const elementsOf = (shape: Shape): Tensor => Tensor.of(sizeOf(shape, []));

/** Operands broadcast to one shape and promoted to one element type; a number becomes a constant. */
function alike<O extends readonly (Tensor | number)[]>(
  of: Tensor,
  ...others: O
): [Value, ...{ [K in keyof O]: Value }] {
  const first = others.reduce<Value>((v, o) => (typeof o === 'number' ? promotedWith(v, o) : v), of.value);
  const tensors = others.flatMap((o) => (typeof o === 'number' ? [] : [o.value]));
  const values = promoted(first, ...tensors);
  const shape = values
    .slice(1)
    .reduce<Value>((a, b) => ir.full({ ...a.type, shape: commonShape(a, b), value: 0 }), values[0]).type.shape;
  const [x, ...rest] = values.map((v) => spreadTo(v, shape)) as [Value, ...Value[]];
  return [x, ...others.map((o) => (typeof o === 'number' ? constant(x, o) : (rest.shift() as Value)))] as never;
}

/** `op` of both operands, or `ofConditions` if they are bools. */
function arithmetic(
  a: Tensor,
  b: Tensor | number,
  op: (x: Value, y: Value) => Value,
  ofConditions: (x: Value, y: Value) => Value = op,
): Value {
  const [x, y] = alike(a, b);
  return (x.type.dtype === 'bool' ? ofConditions : op)(x, y);
}
const either = (x: Value, y: Value): Value => ir.select(x, x, y);
const both = (x: Value, y: Value): Value => ir.select(x, y, x);

const negative = (x: Value): Value => (x.type.dtype === 'f32' ? ir.neg(x) : ir.sub(constant(x, 0), x));
const promotedToFloat = (v: Value): Value => (v.type.dtype === 'f32' ? v : ir.convert(v, { to: 'f32' }));
/** Bools as the integers 0 and 1; other values unchanged. */
const counted = (v: Value): Value => (v.type.dtype === 'bool' ? ir.convert(v, { to: 'i32' }) : v);
/** `f`, which does not take bools, applied to bools too. */
function ofConditions(v: Value, f: (v: Value) => Value): Value {
  const y = f(counted(v));
  return v.type.dtype === 'bool' ? ir.greater(y, constant(y, 0)) : y;
}

/** The options of add and sub. */
export interface AlphaOption {
  /** A factor of the other operand; defaults to 1. */
  readonly alpha?: number;
}
/** alpha·other. Throws for a fraction of integers, as PyTorch does. */
function scaled(x: Tensor, other: Tensor | number, alpha: number): Tensor | number {
  if (alpha === 1) return other;
  if (alike(x, other)[0].type.dtype !== 'f32' && !Number.isInteger(alpha))
    throw userError('bad-argument', `${called()}: alpha must be a whole number for integers, got ${alpha}`, {
      notes: involved({ x: x.value }),
    });
  return typeof other === 'number' ? other * alpha : other.mul(alpha);
}

/** The options of round. */
export interface RoundOptions {
  /** How many decimals stay; defaults to 0. */
  readonly decimals?: number;
}

/** The options of addmm, addmv and baddbmm. */
export interface AddOptions {
  /** A factor of the tensor that is added; defaults to 1. */
  readonly beta?: number;
  /** A factor of the product; defaults to 1. */
  readonly alpha?: number;
}
const times = (x: Tensor, by: number): Tensor => (by === 1 ? x : x.mul(by));
/** beta·x + alpha·product, in the shape of the product. */
function weighted(x: Tensor, product: Tensor, { beta = 1, alpha = 1 }: AddOptions): Tensor {
  const shape = product.value.type.shape;
  const spread = rearranging.expand(x.value, shape.map(toExtent));
  return beta === 0 ? times(product, alpha) : times(Tensor.of(spread), beta).add(times(product, alpha));
}

/** A tensor, and zeros of its type. */
const asZero = (v: Value): [Value, Value] => [v, constant(v, 0)];
/** True where a value is neither 0 nor false. */
const isTrue = (v: Value): Value => (v.type.dtype === 'bool' ? v : ir.notEqual(...asZero(v)));

/** `x` where `condition` holds, else `y`, of the shape of x; all broadcast. */
function chosen(condition: Value, x: Value, y: Value): Value {
  if (condition.type.dtype !== 'bool')
    throw userError('dtype-mismatch', `${called()}: the condition must be bool, got ${showType(condition.type)}`, {
      notes: involved({ condition }),
      help: 'a comparison gives one: condition.gt(0)',
    });
  const shape = commonShape(condition, x);
  return ir.select(spreadTo(condition, shape), spreadTo(x, shape), spreadTo(y, shape));
}

/** `f` of floats; integers are whole. */
const rounded = (v: Value, f: (v: Value) => Value): Value => (numeric(v).type.dtype === 'f32' ? f(v) : v);
const ceiling = (v: Value): Value => ir.neg(ir.floor(ir.neg(v)));
const truncated = (v: Value): Value => ir.select(ir.less(...asZero(v)), ceiling(v), ir.floor(v));
/** The largest number of f32. */
const largest = (2 - 2 ** -23) * 2 ** 127;

/** x to a whole power by repeated squaring, exact for integers modulo 2^32. */
function wholePower(x: Value, exponent: number): Value {
  if (exponent < 0)
    throw userError('bad-argument', `${called()}: integers to the negative power ${exponent} are not integers`, {
      notes: involved({ x }),
      help: "convert the tensor first: x.to('f32')",
    });
  let [power, square, left] = [null as Value | null, x, exponent];
  for (; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power = power === null ? square : ir.mul(power, square);
    if (left > 1) square = ir.mul(square, square);
  }
  return power ?? constant(x, 1);
}

const spread = <T>(list: readonly T[] | readonly [readonly T[]]): readonly T[] =>
  (list.length === 1 && Array.isArray(list[0]) ? list[0] : list) as readonly T[];

function reduced(
  x: Value,
  dim: Dims,
  keepdim: boolean,
  op: (x: Value, attrs: { dims: readonly number[] }) => Value,
  ofScalars = false,
): Value {
  const dims = dimsOf(x.type.shape, dim);
  return kept(dims.length === 0 && !ofScalars ? x : op(x, { dims }), x.type.shape, keepdim ? dims : []);
}
/** A reduction's result with the reduced dimensions `dims` of `shape` put back, with extent 1. */
const kept = (v: Value, shape: Shape, dims: readonly number[]): Value =>
  dims.length === 0
    ? v
    : viewAs(
        v,
        shape.map((e, d) => (dims.includes(d) ? 1 : e)),
      );

type Along = (x: Value, attrs: { dim: number }) => Value;

/** The extreme elements along `dim`, and the index of each. */
function extreme(of: Tensor, dim: number, keepdim: boolean, value: Along, index: Along) {
  const x = counted(of.value);
  const values = ofConditions(of.value, () => along(x, dim, keepdim, value));
  return { values: Tensor.of(values), indices: Tensor.of(along(x, dim, keepdim, index)) };
}
function inOrder(of: Tensor, dim: number, descending: boolean, count: number | null = null) {
  const { values, indices } = rearranging.sorted(of.value, dim, descending, count);
  return { values: Tensor.of(values), indices: Tensor.of(indices) };
}
const ofAll = (of: Tensor, op: (x: Value, attrs: { dims: readonly number[] }) => Value): Tensor =>
  Tensor.of(ofConditions(of.value, (x) => reduced(x, null, false, op)));

/** The index along `dim`, or among all elements. */
const indexOf = (x: Value, dim: number | null, keepdim: boolean, index: Along): Value =>
  dim === null ? index(viewAs(x, [joinedDim(x.type.shape)]), { dim: 0 }) : along(x, dim, keepdim, index);

/** `op` along one dimension. A scalar counts as a vector of extent 1, and its result is a scalar. */
function along(x: Value, dim: number, keepdim: boolean, op: Along): Value {
  const { shape } = x.type;
  const d = dimOf(shape, dim, { orScalar: true });
  return shape.length === 0 ? op(viewAs(x, [1]), { dim: d }) : kept(op(x, { dim: d }), shape, keepdim ? [d] : []);
}

function part(x: Value, dim: number, start: number, length: number, step: number): Value {
  const extent = fixedExtent(x.type.shape, dim);
  const whole = [start, length].every(Number.isInteger);
  if (!whole || start < 0 || length < 0 || start + Math.max(0, length - 1) * step >= extent + (length ? 0 : 1))
    throw userError(
      'out-of-range',
      `${called()}: ${length === 1 ? '1 index' : `${length} indices`} from ${start} on ${length === 1 ? 'lies' : 'lie'} outside dimension ${dim} of ${showType(x.type)}`,
      {
        notes: involved({ x }),
      },
    );
  const along = <T>(here: T, other: T): T[] => x.type.shape.map((_, d) => (d === dim ? here : other));
  const shape = x.type.shape.map((e, d) => (d === dim ? length : e));
  return length === extent ? x : ir.slice(x, { starts: along(start, 0), steps: along(step, 1), shape });
}
