/** Algebraic rewrites: each rule leaves a graph of the same meaning with fewer, simpler or cheaper nodes. */

import { equation } from '../ir/analysis/equation.ts';
import { CompileError } from '../ir/diagnostic.ts';
import { build, type Module, type Node, type Value } from '../ir/graph.ts';
import * as op from '../ir/ops/index.ts';
import { isScan } from '../ir/scan.ts';
import { fixed, isEmpty, type Shape, sameShape } from '../ir/type.ts';
import { equationOf } from './access.ts';
import { is, type Rule, rewrite, rule } from './rewrite.ts';
import { followedBy } from './windows.ts';

/** The constant that fills a value, or null. */
const filled = (v: Value): number | null => is(v, op.full)?.attrs.value ?? null;
const refill = (v: Value, shape: Shape): Value | null => {
  const value = filled(v);
  return value === null ? null : op.full({ value, shape, dtype: v.type.dtype });
};
/** True if a value is this zero everywhere; integers have only one. */
const isZero = (v: Value, zero: 0 | -0): boolean => {
  const value = filled(v);
  return value !== null && (v.type.dtype === 'f32' ? Object.is(Math.fround(value), zero) : value === 0);
};
/** Folds two constants with f32 arithmetic. */
const fold = (a: Value, b: Value, f: (x: number, y: number) => number): Value | null => {
  const [x, y] = [filled(a), filled(b)];
  return x === null || y === null || a.type.dtype !== 'f32'
    ? null
    : op.fullLike(a, Math.fround(f(Math.fround(x), Math.fround(y))));
};
/** The end of the name of a rule that there is for each rank: none for images. */
const ofRank = ({ rank }: { readonly rank: op.Rank }): string => (rank === 2 ? '' : `-${rank}d`);
const increasing = (xs: readonly number[]): boolean => xs.every((x, i) => i === 0 || x > (xs[i - 1] as number));

/** The rules that canonicalize applies, each an identity. */
export const algebra: readonly Rule[] = [
  // Any constant will do for a value without elements, and an op that reads none of its operands is a constant.
  {
    name: 'empty',
    root: null,
    apply(n) {
      if (n.inputs.length === 0) return null;
      if (isEmpty(n.type)) return op.fullLike(n, 0);
      if (isScan(n)) return null;
      if (!n.inputs.some((v) => isEmpty(v.type))) return null;
      const { e } = equation(n);
      return e.kind === 'const' ? op.fullLike(n, e.value) : null;
    },
  },

  // x + −0 = −0 + x = x; x + 0 is 0 for x = −0, except on integers
  rule('add-zero', op.add, ({ a, b }) => (isZero(b, -0) ? a : isZero(a, -0) ? b : null)),
  rule('add-constants', op.add, ({ a, b }) => fold(a, b, (x, y) => x + y)),
  // x + (−y) = x − y
  rule('add-negative', op.add, ({ a, b }) => {
    const n = is(b, op.neg);
    return n && op.sub(a, n.x);
  }),
  // (−x) + y = y − x
  rule('negative-add', op.add, ({ a, b }) => {
    const n = is(a, op.neg);
    return n && op.sub(b, n.x);
  }),
  // x − 0 = x
  rule('sub-zero', op.sub, ({ a, b }) => (isZero(b, 0) ? a : null)),
  rule('sub-constants', op.sub, ({ a, b }) => fold(a, b, (x, y) => x - y)),
  // x − (−y) = x + y
  rule('sub-negative', op.sub, ({ a, b }) => {
    const n = is(b, op.neg);
    return n && op.add(a, n.x);
  }),
  // 1·x = x·1 = x
  rule('mul-one', op.mul, ({ a, b }) => (filled(b) === 1 ? a : filled(a) === 1 ? b : null)),
  rule('mul-constants', op.mul, ({ a, b }) => fold(a, b, (x, y) => x * y)),
  // (−x)·y = −(x·y), so that the sign can cancel with another
  rule('mul-negative', op.mul, ({ a, b }) => {
    const n = is(a, op.neg);
    if (n) return op.neg(op.mul(n.x, b));
    const m = is(b, op.neg);
    return m && op.neg(op.mul(a, m.x));
  }),
  // x / 1 = x
  rule('div-one', op.div, ({ a, b }) => (filled(b) === 1 ? a : null)),
  rule('div-constants', op.div, ({ a, b }) => fold(a, b, (x, y) => x / y)),
  // −(−x) = x
  rule('neg-neg', op.neg, ({ x }) => is(x, op.neg)?.x ?? null),
  rule('neg-constant', op.neg, ({ x }) => {
    const v = filled(x);
    return v === null ? null : op.fullLike(x, -v);
  }),
  // relu(relu(x)) = relu(x)
  rule('relu-relu', op.relu, ({ x }) => is(x, op.relu) && x),
  // Differentiation is done by now.
  rule('stop-gradient', op.stopGradient, ({ x }) => x),
  rule('custom-gradient', op.customGradient, ({ y }) => y),
  // What is there without a kernel, a constant or a param, is waited for by nothing.
  rule('after-view', op.after, ({ x, first }) =>
    first.kind === 'node' && first.op.view ? op.after(x, first.inputs[0] as Value) : null,
  ),
  rule('after-nothing', op.after, ({ x, first }) => (first.kind === 'param' || filled(first) !== null ? x : null)),
  // select(c, x, x) = x
  rule('select-same', op.select, ({ a, b }) => (a === b ? a : null)),

  // reshape(reshape(x)) = reshape(x)
  rule('reshape-reshape', op.reshape, ({ x }, { shape }) => {
    const inner = is(x, op.reshape);
    return inner && op.reshape(inner.x, { shape });
  }),
  rule('reshape-same', op.reshape, ({ x }, { shape }) => (sameShape(x.type.shape, shape) ? x : null)),
  rule('reshape-constant', op.reshape, ({ x }, { shape }) => refill(x, shape)),
  // (xᵖ)ᵠ = xᵖ∘ᵠ
  rule('permute-permute', op.permute, ({ x }, { perm }) => {
    const inner = is(x, op.permute);
    return inner && op.permute(inner.x, { perm: perm.map((p) => inner.attrs.perm[p] as number) });
  }),
  rule('permute-same', op.permute, ({ x }, { perm }) => (increasing(perm) ? x : null)),
  rule('permute-constant', op.permute, ({ x }, _attrs, node) => refill(x, node.type.shape)),
  rule('broadcast-broadcast', op.broadcast, ({ x }, { shape, dims }) => {
    const inner = is(x, op.broadcast);
    return inner && op.broadcast(inner.x, { shape, dims: inner.attrs.dims.map((d) => dims[d] as number) });
  }),
  rule('broadcast-same', op.broadcast, ({ x }, { shape, dims }) =>
    sameShape(x.type.shape, shape) && increasing(dims) ? x : null,
  ),
  rule('broadcast-constant', op.broadcast, ({ x }, { shape }) => refill(x, shape)),
  rule('slice-whole', op.slice, ({ x }, { starts, steps, shape }) =>
    sameShape(x.type.shape, shape) && starts.every((s) => s === 0) && steps.every((s) => s === 1) ? x : null,
  ),
  rule('pad-nothing', op.pad, ({ x }, { low, high, interior }) =>
    [...low, ...high, ...interior].every((p) => p === 0) ? x : null,
  ),
  rule('convert-same', op.convert, ({ x }, { to }) => (x.type.dtype === to ? x : null)),

  // f(reshape(a), reshape(b)) = reshape(f(a, b)), so that f can fuse with the producer of a. An operand that is stored
  // anyway is reshaped instead, which is free, if the other one comes from a longer reduction.
  {
    name: 'reshape-after-elementwise',
    root: null,
    apply(n) {
      if (n.op.view || !isElementwise(n)) return null;
      const sources = n.inputs.map((v) => is(v, op.reshape)?.x ?? null);
      const first = sources.find((s) => s !== null);
      if (!first) return null;
      const { shape } = first.type;
      const alike = n.inputs.every((v, i) =>
        sources[i] ? sameShape((sources[i] as Value).type.shape, shape) : filled(v) !== null,
      );
      const longest = n.inputs.every((v, i) => sources[i] !== null || tripsOf(v) < tripsOf(first));
      if (!alike && !(longest && tripsOf(first) > 1)) return null;
      const inputs = n.inputs.map((v, i) => {
        const source = sources[i];
        return source && sameShape(source.type.shape, shape) ? source : (refill(v, shape) ?? op.reshape(v, { shape }));
      });
      const moved = elementwise(n, inputs);
      return moved && op.reshape(moved, { shape: n.type.shape });
    },
  },

  // The mask of a relu may come from the pooled image: the gradient of a max pool reaches one element per window, which
  // holds the window's maximum, so mask(y)·unpool(g) = unpool(mask(pool(y))·g).
  ...op.everyPool.map((pool) =>
    rule(`mask-after-pool${ofRank(pool)}`, op.reluGrad, ({ y, g }) => {
      const unpool = is(g, pool.maxGrad);
      const index = unpool && is(unpool.index, pool.maxIndex);
      if (!unpool || !index || index.x !== y) return null;
      const pooled = pool.max(y, index.attrs);
      return pool.maxGrad(op.reluGrad(pooled, unpool.g), unpool.index, unpool.attrs);
    }),
  ),

  ...op.everyConvolution.flatMap((of) => [
    // Padding is an op of its own, so that the loops of a convolution need no bounds checks.
    rule(`conv-padding${ofRank(of)}`, of.conv, ({ x, w }, attrs) =>
      padded(attrs) ? of.conv(zeroPadded(x, attrs.padding), w, unpadded(attrs)) : null,
    ),
    rule(`conv-weight-grad-padding${ofRank(of)}`, of.weightGrad, ({ x, g }, attrs) =>
      padded(attrs) ? of.weightGrad(zeroPadded(x, attrs.padding), g, unpadded(attrs)) : null,
    ),
    // … unless adding windows to what they cover is less work.
    rule(`conv-input-grad${ofRank(of)}`, of.inputGrad, (operands, attrs, node) =>
      followedBy(node) ? null : turnedConvolution(of, operands, attrs),
    ),
  ]),
];

/** convᵀ(g, w) = conv(g with s−1 zeros between and d·(k−1)−p around, w flipped, its in and out channels exchanged) */
export function turnedConvolution(
  { conv, rank }: op.Convolutions,
  { g, w }: { readonly g: Value; readonly w: Value },
  { stride, padding, dilation, groups, size }: Readonly<op.ConvInputGradAttrs>,
): Value | null {
  const around = size.map((extent, d) => {
    const reach = (dilation[d] as number) * (fixed(w.type, d + 2) - 1);
    const low = reach - (padding[d] as number);
    const spread = (fixed(g.type, d + 2) - 1) * (stride[d] as number) + 1;
    return { low, high: extent + reach - low - spread, between: (stride[d] as number) - 1 };
  });
  const roomy = op.pad(g, {
    low: [0, 0, ...around.map((a) => a.low)],
    high: [0, 0, ...around.map((a) => a.high)],
    interior: [0, 0, ...around.map((a) => a.between)],
    value: 0,
  });
  const turned = exchanged(w, groups);
  const flipped = op.slice(turned, {
    starts: turned.type.shape.map((d, i) => (i < 2 ? 0 : (d as number) - 1)),
    steps: turned.type.shape.map((_, i) => (i < 2 ? 1 : -1)),
    shape: turned.type.shape,
  });
  const all = (n: number): number[] => Array.from({ length: rank }, () => n);
  return conv(roomy, flipped, { stride: all(1), padding: all(0), dilation, groups });
}

/** Exchanges the in and out channels of a weight within each group. */
function exchanged(w: Value, groups: number): Value {
  const [out, perIn, ...kernel] = w.type.shape as number[];
  if (groups === 1) return op.permute(w, { perm: [1, 0, ...kernel.map((_, d) => d + 2)] });
  const perOut = (out as number) / groups;
  const byGroup = op.reshape(w, { shape: [groups, perOut, perIn as number, ...kernel] });
  const turned = op.permute(byGroup, { perm: [0, 2, 1, ...kernel.map((_, d) => d + 3)] });
  return op.reshape(turned, { shape: [groups * (perIn as number), perOut, ...kernel] });
}

/** The ops whose rules apply only once nothing is left to differentiate. */
const saysGradient: ReadonlySet<unknown> = new Set([op.stopGradient, op.customGradient]);

/** The same op on other operands, if it accepts them and is still elementwise: a 1x1 window, for one, needs an image. */
function elementwise(n: Node, inputs: readonly Value[]): Node | null {
  try {
    const moved = build(n.op, inputs, n.attrs);
    return isElementwise(moved) ? moved : null;
  } catch (e) {
    if (e instanceof CompileError) return null;
    throw e;
  }
}

/** True if each element of the result depends only on the operands' elements at the same index. */
const isElementwise = (n: Node): boolean => {
  const { accesses, trips } = equationOf(n);
  // A slice from 0 on also reads at the same index, but has another shape.
  const alike = n.inputs.every((v) => sameShape(v.type.shape, n.type.shape));
  return n.inputs.length > 0 && alike && trips === 0 && accesses.every((a) => a?.form === 'same');
};

/** Iterations of the reductions for one element of a value. */
const tripsOf = (v: Value): number => (v.kind === 'node' ? equationOf(v).trips : 0);

const padded = ({ padding }: { padding: readonly number[] }): boolean => padding.some((p) => p !== 0);
const unpadded = <A extends op.ConvAttrs>(attrs: A): A => ({ ...attrs, padding: attrs.padding.map(() => 0) });
const zeroPadded = (x: Value, padding: readonly number[]): Value =>
  op.pad(x, {
    low: [0, 0, ...padding],
    high: [0, 0, ...padding],
    interior: x.type.shape.map(() => 0),
    value: 0,
  });

/** Rewrites every graph by `rules` until none applies. */
export const simplified = (module: Module, rules: readonly Rule[]): Module => ({
  ...module,
  graphs: module.graphs.map((g) => rewrite(g, g.task ? rules.filter((r) => !saysGradient.has(r.root)) : rules)),
});

/** The module in canonical form. */
export const canonicalize = (module: Module): Module => simplified(module, algebra);
