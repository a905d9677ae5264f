/** Elements moved along dimensions, running sums, and orders. A batch is moved whole: its extent is known only when a step runs. */

import type { Value } from '../../ir/graph.ts';
import * as ir from '../../ir/ops/index.ts';
import { type Dim, type DType, fixed, isBatch, type Shape, sameDim, showDim, showType } from '../../ir/type.ts';
import { spreadTo, viewAs } from './broadcast.ts';
import { dimOf, type Extent, joinedDim, toDim } from './dims.ts';
import { wrongRank } from './promote.ts';
import { called, involved, userError } from './trace.ts';

/** The extent of a dimension that is not the batch. */
export function fixedExtent(shape: Shape, d: number): number {
  const extent = shape[d] as Dim;
  if (!isBatch(extent)) return extent;
  throw userError(
    'shape-mismatch',
    `${called()}: dimension ${d} is the batch ${showDim(extent)}, which can only be used whole`,
  );
}

/** A place within 0 … `extent`, which counts from the end if negative: an end of a slice. */
export const clipped = (i: number, extent: number): number => Math.min(extent, Math.max(0, i < 0 ? i + extent : i));

/** `length` elements of dimension `d` from `start` on. */
export function cut(x: Value, d: number, start: number, length: number, step = 1): Value {
  const along = <T>(here: T, other: T): T[] => x.type.shape.map((_, i) => (i === d ? here : other));
  return ir.slice(x, { starts: along(start, 0), steps: along(step, 1), shape: x.type.shape.with(d, length) });
}

/** torch.flip. */
export function flip(x: Value, dims: readonly number[]): Value {
  const named = dims.map((d) => dimOf(x.type.shape, d, { orScalar: true }));
  const twice = named.find((d, i) => named.indexOf(d) !== i);
  if (twice !== undefined) throw userError('bad-dim', `${called()}: dimension ${twice} is named twice in ${dims}`);
  const turned = named.filter((d) => d < x.type.shape.length);
  for (const d of turned) fixedExtent(x.type.shape, d);
  const moved = turned.filter((d) => fixed(x.type, d) > 1);
  if (moved.length === 0) return x;
  const { shape } = x.type;
  return ir.slice(x, {
    starts: shape.map((e, d) => (moved.includes(d) ? (e as number) - 1 : 0)),
    steps: shape.map((_, d) => (moved.includes(d) ? -1 : 1)),
    shape,
  });
}

/** torch.roll; without dimensions, of the elements in row-major order. */
export function roll(x: Value, shifts: readonly number[], dims: readonly number[] | null): Value {
  if (dims === null || dims.length === 0) {
    if (shifts.length !== 1) throw userError('bad-argument', `${called()}: several shifts need as many dimensions`);
    const flat = viewAs(x, [joinedDim(x.type.shape)]);
    return viewAs(rolled(flat, 0, shifts[0] as number), x.type.shape);
  }
  if (shifts.length !== dims.length)
    throw userError('bad-argument', `${called()}: ${shifts.length} shifts for ${dims.length} dimensions`);
  return dims.reduce((y, d, i) => rolled(y, dimOf(x.type.shape, d), shifts[i] as number), x);
}

function rolled(x: Value, d: number, shift: number): Value {
  const extent = fixedExtent(x.type.shape, d);
  const by = extent === 0 ? 0 : ((shift % extent) + extent) % extent;
  if (by === 0) return x;
  return ir.concat(cut(x, d, extent - by, by), cut(x, d, 0, extent - by), { dim: d });
}

/** torch.split: parts of one size, of which the last may be smaller, or of the sizes of a list. */
export function split(x: Value, size: number | readonly number[], dim: number): Value[] {
  if (x.type.shape.length === 0) throw wrongRank('a tensor with dimensions', x);
  const d = dimOf(x.type.shape, dim);
  const extent = fixedExtent(x.type.shape, d);
  if (typeof size === 'number') {
    if (size === 0 && extent > 0) throw userError('bad-argument', `${called()}: parts of 0 do not make up ${extent}`);
    const count = Math.max(1, Math.ceil(extent / Math.max(1, size)));
    return parts(
      x,
      d,
      Array.from({ length: count }, (_, i) => Math.min(size, extent - i * size)),
    );
  }
  const total = size.reduce((sum, s) => sum + s, 0);
  if (total !== extent)
    throw userError(
      'shape-mismatch',
      `${called()}: parts of ${size.join(', ')} are ${total} in all, and dimension ${d} of ${showType(x.type)} has ${extent}`,
      {
        notes: involved({ x }),
      },
    );
  return parts(x, d, size);
}

function parts(x: Value, d: number, sizes: readonly number[]): Value[] {
  let start = 0;
  return sizes.map((length) => {
    start += length;
    return length === x.type.shape[d] ? x : cut(x, d, start - length, length);
  });
}

/** torch.chunk: at most this many parts of one size, of which the last may be smaller. */
export function chunk(x: Value, chunks: number, dim: number): Value[] {
  if (x.type.shape.length === 0) throw wrongRank('a tensor with dimensions', x);
  const d = dimOf(x.type.shape, dim);
  const extent = fixedExtent(x.type.shape, d);
  return extent === 0 ? Array.from({ length: chunks }, () => x) : split(x, Math.ceil(extent / chunks), d);
}

/** torch.Tensor.expand: extents of 1 repeated; -1 keeps one as it is. */
export function expand(x: Value, sizes: readonly Extent[]): Value {
  const { shape } = x.type;
  const lead = sizes.length - shape.length;
  const fail = (problem: string) =>
    userError(
      'shape-mismatch',
      `${called()}: ${showType(x.type)} does not expand to [${sizes.join(', ')}]: ${problem}`,
      {
        notes: involved({ x }),
      },
    );
  if (lead < 0) throw fail('it has more dimensions');
  const wanted = sizes.map((e, d): Dim => {
    const own = shape[d - lead];
    if (e === -1) {
      if (own === undefined) throw fail(`dimension ${d} is new, and -1 keeps one that is there`);
      return own;
    }
    const want = toDim(e);
    if (want === null) throw userError('bad-shape', `${called()}: ${e} is not an extent`);
    if (own !== undefined && own !== 1 && !sameDim(own, want))
      throw fail(`extent ${showDim(own)} of dimension ${d - lead} is neither 1 nor ${showDim(want)}`);
    return want;
  });
  return spreadTo(x, wanted);
}

/** The part of matrices on and below a diagonal, or on and above it; 0 elsewhere. */
export function triangle(x: Value, side: 'lower' | 'upper', diagonal: number): Value {
  const { shape, dtype } = x.type;
  const rank = shape.length;
  if (rank < 2) throw wrongRank('matrices', x);
  const index = (dim: number): Value => ir.iota({ shape: shape.slice(-2), dim, dtype: 'i32' });
  const bound = ir.add(index(0), ir.full({ value: diagonal, shape: shape.slice(-2), dtype: 'i32' }));
  const kept = side === 'lower' ? ir.lessEqual(index(1), bound) : ir.greaterEqual(index(1), bound);
  return ir.select(spreadTo(kept, shape), x, ir.full({ value: 0, shape, dtype }));
}

/** torch.cumsum of numbers: sums of 2, 4, 8, … neighbours, so that rounding grows with the logarithm of the length. */
export const cumsum = (x: Value, dim: number): Value => running(x, dim, ir.add, 0);
/** torch.cumprod of numbers, likewise: a gradient is made of the products of all others. */
export const cumprod = (x: Value, dim: number): Value => running(x, dim, ir.mul, 1);

/** An associative operation on the elements along `dim` up to each, of which `neutral` changes nothing. */
export function running(x: Value, dim: number, op: (a: Value, b: Value) => Value, neutral: number): Value {
  const { shape } = x.type;
  const d = dimOf(shape, dim, { orScalar: true });
  if (shape.length === 0) return x;
  const extent = fixedExtent(shape, d);
  const along = (here: number): number[] => shape.map((_, i) => (i === d ? here : 0));
  let sum = x;
  for (let by = 1; by < extent; by *= 2)
    sum = op(sum, ir.pad(sum, { low: along(by), high: along(-by), interior: along(0), value: neutral }));
  return sum;
}

/** The indices of the first `count` elements along `d` in descending or ascending order, equal ones in the order in which they
 *  stand, NaN as the greatest. Each pair is compared: the work grows with the square of the extent. */
export function order(x: Value, d: number, descending: boolean, count: number): Value {
  const { shape } = x.type;
  const extent = fixedExtent(shape, d);
  const pairs = shape.toSpliced(d, 1, extent, extent);
  const dims = pairs.map((_, i) => i);
  const [own, other] = [d + 1, d].map((gone) =>
    ir.broadcast(x, { shape: pairs, dims: dims.filter((i) => i !== gone) }),
  ) as [Value, Value];
  const index = (of: Shape, dim: number): Value => ir.iota({ shape: of, dim, dtype: 'i32' });
  const or = (a: Value, b: Value): Value => ir.select(a, a, b);
  const and = (a: Value, b: Value): Value => ir.select(a, b, a);
  const isOdd = (v: Value): Value => ir.notEqual(v, v);
  const isFloat = x.type.dtype === 'f32';
  const exceeds = (a: Value, b: Value): Value =>
    isFloat ? or(ir.greater(a, b), and(isOdd(a), ir.equal(b, b))) : ir.greater(a, b);
  const equal = isFloat ? or(ir.equal(own, other), and(isOdd(own), isOdd(other))) : ir.equal(own, other);
  const before = descending ? exceeds(other, own) : exceeds(own, other);
  const earlier = ir.less(index(pairs, d + 1), index(pairs, d));
  const rank = ir.reduceSum(ir.convert(or(before, and(equal, earlier)), { to: 'i32' }), { dims: [d + 1] });
  // The place of each rank: one element of a row has it.
  const places = shape.toSpliced(d, 1, count, extent);
  const ranked = ir.broadcast(rank, { shape: places, dims: places.map((_, i) => i).filter((i) => i !== d) });
  const hit = ir.convert(ir.equal(ranked, index(places, d)), { to: 'i32' });
  return ir.reduceSum(ir.mul(hit, index(places, d + 1)), { dims: [d + 1] });
}

/** The first `count` elements along `dim` in order, all of them where it is null, and where they stood. */
export function sorted(
  x: Value,
  dim: number,
  descending: boolean,
  count: number | null = null,
): { values: Value; indices: Value } {
  const d = dimOf(x.type.shape, dim, { orScalar: true });
  const line = x.type.shape.length === 0 ? viewAs(x, [1]) : x;
  const extent = fixedExtent(line.type.shape, d);
  const first = count ?? extent;
  if (first > extent)
    throw userError(
      'out-of-range',
      `${called()}: dimension ${d} of ${showType(x.type)} has ${extent} elements, and k is ${first}`,
      {
        notes: involved({ x }),
      },
    );
  const shape = x.type.shape.length === 0 && first === 1 ? [] : line.type.shape.with(d, first);
  if (first === 0) {
    const none = (dtype: DType): Value => ir.full({ value: 0, shape, dtype });
    return { values: none(x.type.dtype), indices: none('i32') };
  }
  const plain = line.type.dtype === 'bool' ? ir.convert(line, { to: 'i32' }) : line;
  const indices = order(plain, d, descending, first);
  const values = ir.gather(line, indices, { dim: d, fill: x.type.dtype === 'f32' ? Number.NaN : 0 });
  return { values: viewAs(values, shape), indices: viewAs(indices, shape) };
}
