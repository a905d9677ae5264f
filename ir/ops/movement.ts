/** Ops that move elements and compute nothing: their equations are index maps. */

import { flatPlace } from '../analysis/linear.ts';
import * as a from '../attr.ts';
import { defineOp } from '../define-op.ts';
import * as x from '../expr.ts';
import { type Op, typeError, type Value } from '../graph.ts';
import {
  addDim,
  type Dim,
  elements,
  f32,
  fixed,
  isBatch,
  isValueOf,
  N,
  type Shape,
  sameDim,
  sameElements,
  sameShape,
  showCount,
  showShape,
  showType,
  tensor,
} from '../type.ts';

/** The same elements, row-major, under another shape. */
export const reshape: Op<['x'], { shape: Shape }> = defineOp({
  name: 'reshape',
  doc: 'The same elements in row-major order under another shape.',
  operands: ['x'],
  attrs: { shape: a.shape },
  rule: '`shape`, of as many elements as x has, of its element type.',
  example: [{ x: f32(N, 2, 6) }, { shape: [N, 3, 4] }],
  infer({ x }, { shape }) {
    if (!sameElements(x.shape, shape))
      throw typeError(
        'shape-mismatch',
        `reshape: ${showType(x)} has ${showCount(elements(x.shape))} elements, ${showShape(shape)} has ${showCount(elements(shape))}`,
      );
    return tensor(x.dtype, shape);
  },
  compute({ x: v }, at, { shape }, types) {
    return v(...unravel(flatPlace(shape, at), types.x.shape));
  },
  vjp: ({ x }, g) => ({ x: reshape(g, { shape: x.type.shape }) }),
  view: true,
});

/** The index of a row-major position. */
function unravel(flat: x.Expr, shape: Shape): x.Expr[] {
  const out: x.Expr[] = [];
  let rest = flat;
  for (let d = shape.length - 1; d > 0; d--) {
    const extent = x.size(shape[d] as Dim);
    out.unshift(x.imod(rest, extent));
    rest = x.idiv(rest, extent);
  }
  if (shape.length > 0) out.unshift(rest);
  return out;
}

/** `out[i_0, i_1, …] = x` with its dimensions in the order `perm`: dimension d of the result is dimension perm[d] of x. */
export const permute: Op<['x'], { perm: readonly number[] }> = defineOp({
  name: 'permute',
  doc: 'The dimensions in another order: dimension d of the result is dimension `perm[d]` of x.',
  operands: ['x'],
  attrs: { perm: a.integers(0) },
  rule: 'The type of x with its extents in the order `perm`, which names each dimension once.',
  example: [{ x: f32(N, 3, 4) }, { perm: [1, 2, 0] }],
  infer({ x }, { perm }) {
    const sorted = [...perm].sort((a, b) => a - b);
    if (perm.length !== x.shape.length || sorted.some((p, i) => p !== i))
      throw typeError('bad-dim', `permute: [${perm}] is not an order of the dimensions of ${showType(x)}`);
    return tensor(
      x.dtype,
      perm.map((p) => x.shape[p] as Dim),
    );
  },
  compute({ x: v }, at, { perm }) {
    const source: x.Expr[] = [];
    for (const [d, p] of perm.entries()) source[p] = at[d] as x.Expr;
    return v(...source);
  },
  vjp: (_ops, g, { perm }) => ({ x: permute(g, { perm: inverse(perm) }) }),
});
const inverse = (perm: readonly number[]): number[] => perm.map((_, d) => perm.indexOf(d));

/** `out[i] = x[start + i·step]` along every dimension. */
export const slice: Op<['x'], { starts: readonly number[]; steps: readonly number[]; shape: Shape }> = defineOp({
  name: 'slice',
  doc: 'Every `steps[d]`-th element from `starts[d]` on, `shape[d]` of them, along each dimension d.',
  operands: ['x'],
  attrs: { starts: a.integers(), steps: a.integers(), shape: a.shape },
  rule: '`shape`, of the element type of x; every index lies inside of x, and the batch is taken whole.',
  example: [{ x: f32(N, 9) }, { starts: [0, 1], steps: [1, 2], shape: [N, 4] }],
  infer({ x }, { starts, steps, shape }) {
    const rank = x.shape.length;
    if (starts.length !== rank || steps.length !== rank || shape.length !== rank)
      throw typeError('bad-dim', `slice: ${showType(x)} needs ${rank} starts, steps and extents`);
    for (const [d, extent] of shape.entries()) {
      if (steps[d] === 0) throw typeError('bad-attribute', `slice: the step of dimension ${d} is 0`);
      const [have, start, step] = [x.shape[d] as Dim, starts[d] as number, steps[d] as number];
      const whole = sameDim(have, extent) && start === 0 && step === 1;
      if (whole) continue;
      if (isBatch(have) || isBatch(extent))
        throw typeError('shape-mismatch', `slice: the batch dimension ${d} of ${showType(x)} can only be taken whole`);
      const last = start + (extent - 1) * step;
      if (extent > 0 && (Math.min(start, last) < 0 || Math.max(start, last) >= have))
        throw typeError('out-of-range', `slice: indices ${start}…${last} of dimension ${d} lie outside ${showType(x)}`);
    }
    return tensor(x.dtype, shape);
  },
  compute: ({ x: v }, at, { starts, steps }) =>
    v(...at.map((i, d) => x.add(x.mul(i, x.int(steps[d] as number)), x.int(starts[d] as number)))),
  vjp({ x }, g, { starts, steps, shape }) {
    if (steps.some((s) => s <= 0)) {
      const flip = steps.map((s) => (s < 0 ? -1 : 1));
      const back = starts.map((s, d) =>
        (steps[d] as number) < 0 ? s + ((shape[d] as number) - 1) * (steps[d] as number) : s,
      );
      const forward = { starts: back, steps: steps.map(Math.abs), shape };
      return { x: sliceGrad(reversed(g, flip), x.type.shape, forward) };
    }
    return { x: sliceGrad(g, x.type.shape, { starts, steps, shape }) };
  },
});
/** Puts a slice's cotangent back in the place of the slice, with zeros around it. */
function sliceGrad(
  g: Value,
  whole: Shape,
  s: { starts: readonly number[]; steps: readonly number[]; shape: Shape },
): Value {
  const interior = s.steps.map((step) => step - 1);
  const high = whole.map((have, d) => {
    const extent = s.shape[d] as Dim;
    if (isBatch(have) || isBatch(extent)) return 0;
    return have - (s.starts[d] as number) - (extent === 0 ? 0 : (extent - 1) * (s.steps[d] as number) + 1);
  });
  return pad(g, { low: s.starts, high, interior, value: 0 });
}
const reversed = (v: Value, flip: readonly number[]): Value =>
  slice(v, {
    starts: flip.map((f, d) => (f < 0 ? fixed(v.type, d) - 1 : 0)),
    steps: flip,
    shape: v.type.shape,
  });

/** x with `value` before, after and between its elements. */
export const pad: Op<
  ['x'],
  { low: readonly number[]; high: readonly number[]; interior: readonly number[]; value: number }
> = defineOp({
  name: 'pad',
  doc: '`value` `low[d]` times before, `high[d]` times after and `interior[d]` times between the elements along each dimension d; negative ones crop.',
  operands: ['x'],
  attrs: { low: a.integers(), high: a.integers(), interior: a.integers(0), value: a.number },
  rule: 'x with each extent e made low + e + (e - 1)·interior + high; the batch is not padded, and `value` is one of the type.',
  example: [{ x: f32(N, 4) }, { low: [0, 1], high: [0, 2], interior: [0, 1], value: 0 }],
  infer({ x }, { low, high, interior, value }) {
    const rank = x.shape.length;
    if (!isValueOf(x.dtype, value)) throw typeError('bad-attribute', `pad: ${value} is not a value of type ${x.dtype}`);
    if (low.length !== rank || high.length !== rank || interior.length !== rank)
      throw typeError('bad-dim', `pad: ${showType(x)} needs ${rank} low, high and interior amounts`);
    const shape = x.shape.map((d, i) => {
      const [l, h, between] = [low[i] as number, high[i] as number, interior[i] as number];
      if (isBatch(d)) {
        if (l || h || between)
          throw typeError('shape-mismatch', `pad: the batch dimension ${i} of ${showType(x)} cannot be padded`);
        return d;
      }
      const extent = d + l + h + Math.max(0, d - 1) * between;
      if (extent < 0)
        throw typeError('shape-mismatch', `pad: dimension ${i} of ${showType(x)} would have extent ${extent}`);
      return extent;
    });
    return tensor(x.dtype, shape);
  },
  compute({ x: v }, at, { low, high, interior, value }, types) {
    const guards: x.Expr[] = [];
    const source = at.map((i, d) => {
      const [l, h, step] = [low[d] as number, high[d] as number, (interior[d] as number) + 1];
      if (l === 0 && h === 0 && step === 1) return i;
      const from = x.sub(i, x.int(l));
      const extent = fixed(types.x, d);
      if (l > 0) guards.push(x.ge(from, x.int(0)));
      if (h > 0) guards.push(x.lt(from, x.int((extent - 1) * step + 1)));
      if (step > 1) guards.push(x.eq(x.imod(from, x.int(step)), x.int(0)));
      return x.idiv(from, x.int(step));
    });
    return x.select(x.all(...guards), v(...source), x.constant(value, types.x.dtype));
  },
  vjp({ x }, g, { low, high, interior }) {
    const crops = low.map((l, d) => Math.min(l, 0) + Math.min(high[d] as number, 0));
    if (crops.every((c) => c === 0)) {
      const steps = interior.map((i) => i + 1);
      return { x: slice(g, { starts: low, steps, shape: x.type.shape }) };
    }
    // The cotangent of cropped elements of x is zero: widen first, then take x's part.
    const widened = pad(g, {
      low: low.map((l) => Math.max(0, -l)),
      high: high.map((h) => Math.max(0, -h)),
      interior: low.map(() => 0),
      value: 0,
    });
    return {
      x: slice(widened, {
        starts: low.map((l) => Math.max(0, l)),
        steps: interior.map((i) => i + 1),
        shape: x.type.shape,
      }),
    };
  },
});

/** a, then b, along one dimension. */
export const concat: Op<['a', 'b'], { dim: number }> = defineOp({
  name: 'concat',
  doc: 'a followed by b along dimension `dim`.',
  operands: ['a', 'b'],
  attrs: { dim: a.integer(0) },
  rule: 'The extents of a and b along `dim` added; in all else the two are of one type, and `dim` is not the batch.',
  example: [{ a: f32(N, 3), b: f32(N, 5) }, { dim: 1 }],
  infer({ a, b }, { dim }) {
    if (dim >= a.shape.length) throw typeError('bad-dim', `concat: dimension ${dim} is not one of ${showType(a)}`);
    const others = (s: Shape): Dim[] => s.filter((_, d) => d !== dim);
    if (a.shape.length !== b.shape.length || !sameShape(others(a.shape), others(b.shape)))
      throw typeError(
        'shape-mismatch',
        `concat: ${showType(a)} and ${showType(b)} differ in other dimensions than ${dim}`,
      );
    if (a.dtype !== b.dtype)
      throw typeError('dtype-mismatch', `concat: element types differ: ${showType(a)} and ${showType(b)}`);
    const joined = addDim(a.shape[dim] as Dim, b.shape[dim] as Dim);
    if (joined === null || isBatch(joined))
      throw typeError(
        'shape-mismatch',
        `concat: the batch dimension of ${showType(a)} and ${showType(b)} cannot be joined`,
      );
    return tensor(
      a.dtype,
      a.shape.map((d, i) => (i === dim ? joined : d)),
    );
  },
  compute({ a, b }, at, { dim }, types) {
    if (types.a.shape[dim] === 0) return b(...at);
    if (types.b.shape[dim] === 0) return a(...at);
    const [i, split] = [at[dim] as x.Expr, x.size(types.a.shape[dim] as Dim)];
    const shifted = at.map((e, d) => (d === dim ? x.sub(e, split) : e));
    return x.select(x.lt(i, split), a(...at), b(...shifted));
  },
  vjp({ a, b }, g, { dim }) {
    const part = (of: Shape, start: Dim): Value =>
      slice(g, { starts: of.map((_, d) => (d === dim ? (start as number) : 0)), steps: of.map(() => 1), shape: of });
    return { a: part(a.type.shape, 0), b: part(b.type.shape, a.type.shape[dim] as Dim) };
  },
});
