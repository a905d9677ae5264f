/** Tensors as a model sees them while it is recorded: a shape and an element type, but no numbers. Each method appends
 *  to the graph what PyTorch's method of that name computes, and throws `CompileError` at the caller's line where the
 *  operands do not fit. */

import { describe, type Value } from '../ir/graph.ts';
import * as ir from '../ir/ops/index.ts';
import { type Dim, type DType, isBatch, type Shape, showDim, showType, type TensorType } from '../ir/type.ts';
import { commonShape, spreadTo, viewAs } from './broadcast.ts';
import { dimOf, dimsOf, type Extent, product, reshaped, toExtent } from './dims.ts';
import { currentTape, type Tape } from './tape.ts';
import { involved, showAny, userError, withLoc } from './trace.ts';

/** One dimension or several, counted from the back where negative; null is all of them. */
export type Dims = number | readonly number[] | null;

const record = (f: () => Value): Tensor => withLoc(() => Tensor.of(f()));

export class Tensor {
  readonly #type: TensorType;
  readonly #recorded: { readonly value: Value; readonly tape: Tape | null } | null;

  /** For the layers of Tapeout: a model gets its tensors from `forward`'s arguments, parameters and operations. */
  constructor(type: TensorType, value: Value | null = null) {
    this.#type = type;
    this.#recorded = value && { value, tape: currentTape() };
  }
  /** The tensor that a value of the graph is. */
  static of(value: Value): Tensor {
    return new Tensor(value.type, value);
  }

  /** The value of the graph that this tensor stands for. Throws outside the recording that made it. */
  get value(): Value {
    if (this.#recorded && this.#recorded.tape === currentTape()) return this.#recorded.value;
    throw userError('other-recording', `this tensor ${showType(this.#type)} belongs to another recording`, {
      notes: this.#recorded ? [{ message: 'it was made here', loc: this.#recorded.value.loc }] : [],
      help: 'a model is recorded anew each time: make what forward uses in forward, and keep no tensor in a field or a variable outside',
    });
  }

  /** Extents, the symbolic batch as `'N'`: `['N', 1, 32, 32]`. */
  get shape(): readonly Extent[] {
    return this.#type.shape.map(toExtent);
  }
  get dtype(): DType {
    return this.#type.dtype;
  }
  /** How many dimensions there are. */
  get dim(): number {
    return this.#type.shape.length;
  }
  /** The extent of one dimension: a number, or `'N'` for the batch. */
  size(dim: number): Extent {
    return withLoc(() => toExtent(this.#type.shape[dimOf('size', this.#type.shape, dim)] as Dim));
  }

  // ---- elementwise; operands broadcast, and a number stands for a tensor of it ----

  add(other: Tensor | number): Tensor {
    return record(() => ir.add(...arithmetic('add', this, other)));
  }
  sub(other: Tensor | number): Tensor {
    return record(() => ir.sub(...arithmetic('sub', this, other)));
  }
  mul(other: Tensor | number): Tensor {
    return record(() => ir.mul(...arithmetic('mul', this, other)));
  }
  div(other: Tensor | number): Tensor {
    return record(() => {
      const [a, b] = arithmetic('div', this, other);
      return ir.div(float('div', a), b);
    });
  }
  /** The power. Small whole exponents become products, 0.5 a square root. */
  pow(exponent: Tensor | number): Tensor {
    return record(() => {
      const x = float('pow', this.value);
      if (exponent === 0) return constant(x, 1);
      if (exponent === 1) return x;
      if (exponent === 2) return ir.mul(x, x);
      if (exponent === 3) return ir.mul(ir.mul(x, x), x);
      if (exponent === 0.5) return ir.sqrt(x);
      return ir.pow(...arithmetic('pow', this, exponent));
    });
  }
  /** The greater of both, element by element. */
  maximum(other: Tensor | number): Tensor {
    return record(() => ir.maximum(...arithmetic('maximum', this, other)));
  }
  /** The lesser of both, element by element. */
  minimum(other: Tensor | number): Tensor {
    return record(() => ir.minimum(...arithmetic('minimum', this, other)));
  }
  neg(): Tensor {
    return record(() => ir.neg(this.value));
  }
  /** The absolute value; its gradient at 0 is 0. */
  abs(): Tensor {
    return record(() => ir.abs(this.value));
  }
  exp(): Tensor {
    return record(() => ir.exp(this.value));
  }
  /** The natural logarithm. */
  log(): Tensor {
    return record(() => ir.log(this.value));
  }
  sqrt(): Tensor {
    return record(() => ir.sqrt(this.value));
  }
  tanh(): Tensor {
    return record(() => ir.tanh(this.value));
  }
  sigmoid(): Tensor {
    return record(() => ir.sigmoid(this.value));
  }
  erf(): Tensor {
    return record(() => ir.erf(this.value));
  }
  /** max(x, 0); its gradient at 0 is 0. */
  relu(): Tensor {
    return record(() => ir.relu(this.value));
  }
  /** Kept within `min` and `max`, either of which may be left out (null). At a bound the gradient passes. */
  clamp(min: number | null = null, max: number | null = null): Tensor {
    return record(() => {
      let x = this.value;
      if (min === null && max === null)
        throw userError('bad-argument', 'clamp: give a least value, a greatest, or both');
      if (min !== null) x = ir.select(ir.less(x, constant(x, min)), constant(x, min), x);
      if (max !== null) x = ir.select(ir.greater(x, constant(x, max)), constant(x, max), x);
      return x;
    });
  }

  /** Comparisons give bool tensors, for `where` and `to('f32')`. */
  eq(other: Tensor | number): Tensor {
    return record(() => ir.equal(...pair('eq', this, other)));
  }
  lt(other: Tensor | number): Tensor {
    return record(() => ir.less(...pair('lt', this, other)));
  }
  le(other: Tensor | number): Tensor {
    return record(() => ir.lessEqual(...pair('le', this, other)));
  }
  gt(other: Tensor | number): Tensor {
    return record(() => ir.greater(...pair('gt', this, other)));
  }
  ge(other: Tensor | number): Tensor {
    return record(() => ir.greaterEqual(...pair('ge', this, other)));
  }

  /** The same values in another element type; floats lose their fraction on the way to `i32`. */
  to(dtype: 'f32' | 'i32'): Tensor {
    return record(() => {
      if (dtype !== 'f32' && dtype !== 'i32')
        throw userError('bad-argument', `to: ${showAny(dtype)} is not an element type`, {
          help: "take 'f32' or 'i32'",
        });
      return dtype === this.dtype ? this.value : ir.convert(this.value, { to: dtype });
    });
  }
  /** The same values, through which no gradient flows. */
  detach(): Tensor {
    return record(() => ir.stopGradient(this.value));
  }

  // ---- products ----

  /** The matrix product of the last two dimensions; leading ones broadcast. A vector is a row on the left and a column on
   *  the right, and two vectors give their inner product, as in torch.matmul. */
  matmul(other: Tensor): Tensor {
    return record(() => matmul(this.value, operandOf('matmul', 'the second operand', other)));
  }

  // ---- shape ----

  /** The same elements, row-major, under another shape: `view(-1, 400)`, `view([64, 1])`, `view('N', -1)`. One extent may
   *  be -1: what the others leave. */
  view(...shape: readonly Extent[] | [readonly Extent[]]): Tensor {
    return record(() => viewAs(this.value, reshaped('view', this.value, spread(shape))));
  }
  /** As `view`: a recorded tensor has no strides. */
  reshape(...shape: readonly Extent[] | [readonly Extent[]]): Tensor {
    return record(() => viewAs(this.value, reshaped('reshape', this.value, spread(shape))));
  }
  /** Dimensions `startDim` to `endDim` as one. PyTorch's default is all of them: a batch is kept by `flatten(1)`. */
  flatten(startDim = 0, endDim = -1): Tensor {
    return record(() => {
      const { shape } = this.#type;
      if (shape.length === 0) return viewAs(this.value, [1]);
      const [from, to] = [dimOf('flatten', shape, startDim), dimOf('flatten', shape, endDim)];
      if (from > to) throw userError('bad-dim', `flatten: startDim ${startDim} lies behind endDim ${endDim}`);
      const joined = product(shape.slice(from, to + 1)) as Dim;
      return viewAs(this.value, [...shape.slice(0, from), joined, ...shape.slice(to + 1)]);
    });
  }
  /** A new dimension of extent 1 before dimension `dim`: `unsqueeze(0)` gives an image a batch. */
  unsqueeze(dim: number): Tensor {
    return record(() =>
      viewAs(this.value, this.#type.shape.toSpliced(dimOf('unsqueeze', this.#type.shape, dim, 1), 0, 1)),
    );
  }
  /** Without the dimensions of extent 1: all of them, or `dim` if it is one. */
  squeeze(dim: Dims = null): Tensor {
    return record(() => {
      const dims = dimsOf('squeeze', this.#type.shape, dim);
      return viewAs(
        this.value,
        this.#type.shape.filter((e, d) => e !== 1 || !dims.includes(d)),
      );
    });
  }
  /** Two dimensions exchanged. */
  transpose(dim0: number, dim1: number): Tensor {
    return record(() => {
      const [a, b] = [dimOf('transpose', this.#type.shape, dim0), dimOf('transpose', this.#type.shape, dim1)];
      const perm = this.#type.shape.map((_, d) => (d === a ? b : d === b ? a : d));
      return a === b ? this.value : ir.permute(this.value, { perm });
    });
  }
  /** The dimensions in another order: dimension d of the result is dimension `dims[d]`. */
  permute(...dims: readonly number[] | [readonly number[]]): Tensor {
    return record(() => {
      const perm = spread(dims).map((d) => dimOf('permute', this.#type.shape, d));
      return ir.permute(this.value, { perm });
    });
  }
  /** A matrix transposed. */
  t(): Tensor {
    return record(() => {
      if (this.dim > 2) throw wrongRank('t', 'a matrix', this.value, 'take transpose(dim0, dim1), or permute');
      return this.dim < 2 ? this.value : ir.permute(this.value, { perm: [1, 0] });
    });
  }
  /** `length` indices of dimension `dim`, from `start` on. */
  narrow(dim: number, start: number, length: number): Tensor {
    return record(() => {
      const d = dimOf('narrow', this.#type.shape, dim);
      const from = start < 0 ? start + fixedExtent('narrow', this.#type.shape, d) : start;
      return part('narrow', this.value, d, from, length, 1);
    });
  }
  /** Indices `start` to before `end` of dimension `dim`, every `step`-th: Python's `x[..., start:end:step]`. */
  slice(dim: number, start = 0, end: number | null = null, step = 1): Tensor {
    return record(() => {
      const d = dimOf('slice', this.#type.shape, dim);
      if (start === 0 && end === null && step === 1) return this.value;
      if (!Number.isInteger(step) || step < 1)
        throw userError('bad-argument', `slice: the step must be a whole number of at least 1, got ${showAny(step)}`);
      const extent = fixedExtent('slice', this.#type.shape, d);
      const clipped = (i: number): number => Math.min(extent, Math.max(0, i < 0 ? i + extent : i));
      const [from, to] = [clipped(start), clipped(end ?? extent)];
      return part('slice', this.value, d, from, Math.max(0, Math.ceil((to - from) / step)), step);
    });
  }
  /** Index `index` of dimension `dim`, which disappears. */
  select(dim: number, index: number): Tensor {
    return withLoc(() => this.narrow(dim, index, 1).squeeze(dim));
  }

  // ---- reductions: over all dimensions unless some are named; `keepdim` leaves them with extent 1 ----

  sum(dim: Dims = null, keepdim = false): Tensor {
    return record(() => reduced('sum', this.value, dim, keepdim, ir.reduceSum));
  }
  /** The sum divided by the number of elements, of which the batch is counted when the step runs. */
  mean(dim: Dims = null, keepdim = false): Tensor {
    return record(() => {
      const { shape } = float('mean', this.value).type;
      const dims = dimsOf('mean', shape, dim);
      const sum = dims.length === 0 ? this.value : ir.reduceSum(this.value, { dims });
      const over = dims.map((d) => shape[d] as Dim);
      return kept(ir.div(sum, sizeOf(over, sum.type.shape)), shape, keepdim ? dims : []);
    });
  }
  /** The greatest elements. Where several are, they share the gradient evenly. */
  amax(dim: Dims = null, keepdim = false): Tensor {
    return record(() => reduced('amax', this.value, dim, keepdim, ir.reduceMax));
  }
  /** The least elements. Where several are, they share the gradient evenly. */
  amin(dim: Dims = null, keepdim = false): Tensor {
    return record(() => reduced('amin', this.value, dim, keepdim, ir.reduceMin));
  }
  /** The greatest element of all; over one dimension, the greatest elements and where each first occurs, which is where
   *  its gradient goes. */
  max(): Tensor;
  max(dim: number, keepdim?: boolean): { values: Tensor; indices: Tensor };
  max(dim?: number, keepdim = false): Tensor | { values: Tensor; indices: Tensor } {
    return withLoc(() => (dim === undefined ? this.amax() : extreme(this, this.argmax(dim), dim, keepdim)));
  }
  /** The least element of all; over one dimension, the least elements and where each first occurs. */
  min(): Tensor;
  min(dim: number, keepdim?: boolean): { values: Tensor; indices: Tensor };
  min(dim?: number, keepdim = false): Tensor | { values: Tensor; indices: Tensor } {
    return withLoc(() => (dim === undefined ? this.amin() : extreme(this, this.argmin(dim), dim, keepdim)));
  }
  /** The first index at which the greatest element lies, as i32; over all dimensions, counted row-major. */
  argmax(dim: number | null = null, keepdim = false): Tensor {
    return withLoc(() => {
      if (dim === null) return this.flatten().argmax(0);
      const d = dimOf('argmax', this.#type.shape, dim);
      const index = Tensor.of(ir.argmax(this.value, { dim: d }));
      return keepdim ? index.unsqueeze(d) : index;
    });
  }
  /** The first index at which the least element lies, as i32. */
  argmin(dim: number | null = null, keepdim = false): Tensor {
    return withLoc(() => this.neg().argmax(dim, keepdim));
  }
  /** e^x over its sum along `dim`. */
  softmax(dim: number): Tensor {
    return withLoc(() => {
      const e = this.#belowMax('softmax', dim).exp();
      return e.div(e.sum(dim, true));
    });
  }
  /** The logarithm of softmax, computed without it: x - max - log(sum(exp(x - max))). */
  logSoftmax(dim: number): Tensor {
    return withLoc(() => {
      const x = this.#belowMax('logSoftmax', dim);
      return x.sub(
        x
          .exp()
          .sum(dim)
          .log()
          .unsqueeze(dimOf('logSoftmax', this.#type.shape, dim)),
      );
    });
  }
  // Softmax is the same whatever is subtracted, so the maximum needs no gradient.
  #belowMax(what: string, dim: number): Tensor {
    const d = dimOf(what, this.#type.shape, dim);
    float(what, this.value);
    return this.sub(this.amax(d).detach().unsqueeze(d));
  }

  toString(): string {
    return `Tensor ${showType(this.#type)}`;
  }
  /** JavaScript asks for a number in `x + y`, `x > 0` and the like, where a recorded tensor has none. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString();
    throw withLoc(() =>
      userError(
        'no-value',
        `${this} has no value while the model is recorded, so that JavaScript cannot compute with it`,
        {
          help: 'write x.add(y) for x + y, and where(x.gt(0), a, b) for a choice that depends on the data',
        },
      ),
    );
  }
}

/** The value of what must be a tensor. */
export const operandOf = (what: string, operand: string, t: unknown): Value => tensorOf(what, operand, t).value;

/** What must be a tensor. */
export function tensorOf(what: string, operand: string, t: unknown): Tensor {
  if (t instanceof Tensor) return t;
  throw userError('not-a-tensor', `${what}: ${operand} must be a tensor, got ${showAny(t)}`, {
    help: t instanceof Promise ? 'await has no place in forward: it is recorded in one go' : null,
  });
}

/** A number everywhere, in the shape and element type of `like`. */
export function constant(like: Value, value: number): Value {
  const { shape, dtype } = like.type;
  if (dtype === 'i32' && !Number.isInteger(value))
    throw userError('dtype-mismatch', `${value} is not a whole number, and the tensor is ${showType(like.type)}`, {
      help: "convert the tensor first: x.to('f32')",
    });
  return ir.full({ value, shape, dtype });
}

/** How many elements `dims` span, in every element of `shape`: a constant where it can be, else counted at run time. */
export function sizeOf(dims: readonly Dim[], shape: Shape): Value {
  const n = product(dims) as Dim;
  if (!isBatch(n)) return ir.full({ value: n, shape, dtype: 'f32' });
  return spreadTo(ir.count({ shape: dims }), shape);
}

/** `v`, which must hold floats. */
export function float(what: string, v: Value): Value {
  if (v.type.dtype === 'f32') return v;
  throw userError('dtype-mismatch', `${what}: needs an f32 tensor, got ${describe(v)}`, {
    notes: involved({ x: v }),
    help:
      v.kind === 'param' && v.role === 'input'
        ? `declare '${v.name}' without dtype: '${v.type.dtype}', or convert it: .to('f32')`
        : "convert it: .to('f32')",
  });
}

/** The error for a tensor with too many or too few dimensions. */
export const wrongRank = (what: string, wanted: string, v: Value, help: string | null = null) =>
  userError('shape-mismatch', `${what}: needs ${wanted}, got ${showType(v.type)}`, { notes: involved({ x: v }), help });

/** Both operands at one shape. */
function pair(what: string, a: Tensor, b: unknown): [Value, Value] {
  const x = a.value;
  if (typeof b === 'number') return [x, constant(x, b)];
  if (!(b instanceof Tensor)) throw userError('not-a-tensor', `${what}: needs a tensor or a number, got ${showAny(b)}`);
  const y = b.value;
  const shape = commonShape(what, x, y);
  return [spreadTo(x, shape), spreadTo(y, shape)];
}
function arithmetic(what: string, a: Tensor, b: unknown): [Value, Value] {
  const [x, y] = pair(what, a, b);
  for (const v of [x, y]) if (v.type.dtype === 'bool') float(what, v);
  return [x, y];
}

const spread = <T>(list: readonly T[] | readonly [readonly T[]]): readonly T[] =>
  (list.length === 1 && Array.isArray(list[0]) ? list[0] : list) as readonly T[];

function reduced(
  what: string,
  x: Value,
  dim: Dims,
  keepdim: boolean,
  op: (x: Value, attrs: { dims: readonly number[] }) => Value,
): Value {
  const dims = dimsOf(what, x.type.shape, dim);
  return kept(dims.length === 0 ? x : op(x, { dims }), x.type.shape, keepdim ? dims : []);
}
/** A reduction's result with the dimensions `dims` of the `shape` that was reduced back, of extent 1. */
const kept = (v: Value, shape: Shape, dims: readonly number[]): Value =>
  dims.length === 0
    ? v
    : viewAs(
        v,
        shape.map((e, d) => (dims.includes(d) ? 1 : e)),
      );

/** The elements of `x` along `dim` that `index` names, read as Σᵢ [i = index]·xᵢ. */
function extreme(x: Tensor, index: Tensor, dim: number, keepdim: boolean): { values: Tensor; indices: Tensor } {
  const d = dimOf('max', x.value.type.shape, dim);
  const { shape } = x.value.type;
  const here = ir.iota({ shape, dim: d, dtype: 'i32' });
  const there = spreadTo(index.unsqueeze(d).value, shape);
  const values = Tensor.of(ir.select(ir.equal(here, there), x.value, constant(x.value, 0))).sum(d, keepdim);
  return { values, indices: keepdim ? index.unsqueeze(d) : index };
}

function fixedExtent(what: string, shape: Shape, d: number): number {
  const extent = shape[d] as Dim;
  if (!isBatch(extent)) return extent;
  throw userError(
    'shape-mismatch',
    `${what}: dimension ${d} is the batch ${showDim(extent)}, which can only be taken whole`,
  );
}

function part(what: string, x: Value, dim: number, start: number, length: number, step: number): Value {
  const extent = fixedExtent(what, x.type.shape, dim);
  const whole = [start, length].every(Number.isInteger);
  if (!whole || start < 0 || length < 0 || start + Math.max(0, length - 1) * step >= extent + (length ? 0 : 1))
    throw userError(
      'out-of-range',
      `${what}: ${length} indices from ${start} on lie outside dimension ${dim} of ${showType(x.type)}`,
      {
        notes: involved({ x }),
      },
    );
  const along = <T>(here: T, other: T): T[] => x.type.shape.map((_, d) => (d === dim ? here : other));
  const shape = x.type.shape.map((e, d) => (d === dim ? length : e));
  return length === extent ? x : ir.slice(x, { starts: along(start, 0), steps: along(step, 1), shape });
}

function matmul(a: Value, b: Value): Value {
  for (const v of [a, b])
    if (v.type.shape.length === 0) throw wrongRank('matmul', 'matrices or vectors', v, 'multiply by a scalar with mul');
  const [rowOnly, columnOnly] = [a.type.shape.length === 1, b.type.shape.length === 1];
  const x = rowOnly ? viewAs(a, [1, ...a.type.shape]) : a;
  const y = columnOnly ? viewAs(b, [...b.type.shape, 1]) : b;
  const out = y.type.shape.length === 2 ? rowsByMatrix(x, y) : stacksOfMatrices(x, y);
  const kept = out.type.shape.filter((_, d) => {
    const fromLast = out.type.shape.length - d;
    return !(fromLast === 2 ? rowOnly : fromLast === 1 && columnOnly);
  });
  return viewAs(out, kept);
}

/** A stack of matrices times one matrix: all their rows at once. */
function rowsByMatrix(x: Value, y: Value): Value {
  if (x.type.shape.length === 2) return ir.matmul(x, y);
  const rows = x.type.shape.slice(0, -1);
  const out = ir.matmul(viewAs(x, [product(rows) as Dim, x.type.shape.at(-1) as Dim]), y);
  return viewAs(out, [...rows, y.type.shape[1] as Dim]);
}

function stacksOfMatrices(x: Value, y: Value): Value {
  const lead = commonShape('matmul', x, y, 2);
  return ir.matmul(
    spreadTo(x, [...lead, ...x.type.shape.slice(-2)]),
    spreadTo(y, [...lead, ...y.type.shape.slice(-2)]),
  );
}
