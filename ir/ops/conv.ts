/** Convolutions of each rank and their two gradients: a closed set, each a transpose of another. */

import { integer } from '../attr.ts';
import { defineOp } from '../define-op.ts';
import * as x from '../expr.ts';
import { type Op, typeError } from '../graph.ts';
import { type Dim, f32, fixed, N, sameDim, showDim, showType, type TensorType, tensor } from '../type.ts';
import {
  checkBatch,
  checkRank,
  checkWeight,
  countRule,
  each,
  extentsOf,
  inside,
  letters,
  ofKernel,
  type Rank,
  shownWindow,
  sizes,
  small,
  spaceOf,
  tapAxes,
  tapped,
  type Window,
  windowAxes,
  windowCount,
  windowKinds,
  windowsOver,
} from './windows.ts';

/** The attributes of a convolution. */
export type ConvAttrs = Window & { groups: number };
/** The attributes of the gradient of a convolution's input, whose extents are `size`. */
export type ConvInputGradAttrs = ConvAttrs & { size: readonly number[] };
/** The attributes of the gradient of a convolution's weight, whose last extents are `kernel`. */
export type ConvWeightGradAttrs = ConvAttrs & { kernel: readonly number[] };

/** A convolution and its two gradients. */
export interface Convolutions {
  readonly rank: Rank;
  readonly conv: Op<['x', 'w'], ConvAttrs>;
  readonly inputGrad: Op<['g', 'w'], ConvInputGradAttrs>;
  readonly weightGrad: Op<['x', 'g'], ConvWeightGradAttrs>;
}

const by = (extents: readonly number[]): string => extents.join('x');

function convolutions(rank: Rank): Convolutions {
  const space = spaceOf(rank);
  const name = `conv${rank}d`;
  const kinds = { ...windowKinds(space), groups: integer(1) } as const;
  const shown = { ...shownWindow(space), groups: 1 };
  const shapes = {
    x: letters('N,C', space, small),
    w: letters('O,C/groups', space, ofKernel),
    y: letters('N,O', space, (l) => l),
  };
  // Small enough for the random graphs of the tests.
  const [side, out] = rank === 3 ? [5, 4] : [9, 8];
  const [input, kernel] = [f32(N, 3, ...each(space, side)), f32(out, 3, ...each(space, 3))];
  const result = f32(N, out, ...each(space, (side + 1) / 2));

  function checkOperands(of: string, image: TensorType, weight: TensorType): void {
    for (const t of [image, weight])
      if (t.dtype !== 'f32') throw typeError('dtype-mismatch', `${of}: needs f32 tensors, got ${showType(t)}`);
    checkRank(of, 'the input', image, space);
    if (weight.shape.length !== rank + 2)
      throw typeError(
        'shape-mismatch',
        `${of}: the weight must be [out, in/groups, ${space.extents}], got ${showType(weight)}`,
      );
    for (const t of [image, weight]) checkBatch(of, t);
  }

  /** Checks that a cotangent has as many positions as its convolution's result. */
  function checkPlaces(
    of: string,
    g: TensorType,
    size: readonly number[],
    window: readonly number[],
    attrs: ConvAttrs,
  ): void {
    for (const [d, extent] of size.entries()) {
      const [have, want] = [g.shape[d + 2] as Dim, windowCount(extent, window[d] as number, d, attrs)];
      if (!sameDim(have, want))
        throw typeError(
          'shape-mismatch',
          `${of}: ${by(window)} kernels on ${by(size)} ${space.things} have ${want} places along dimension ${d + 2}, and g has ${showDim(have)}`,
        );
    }
  }

  /** An element of the input under a window's tap; zero outside. */
  const under = (
    image: (...at: x.Expr[]) => x.Expr,
    lead: readonly x.Expr[],
    at: readonly x.Expr[],
    attrs: ConvAttrs,
    type: TensorType,
  ): x.Expr => {
    const ok = x.all(...at.map((i, d) => inside(i, fixed(type, d + 2), attrs.padding[d] as number)));
    return x.select(ok, image(...lead, ...at), x.num(0));
  };

  const conv: Op<['x', 'w'], ConvAttrs> = defineOp({
    name,
    doc: `The cross-correlation of ${space.things} ${letters('N,C', space, (l) => l)} with kernels ${letters('O,C/groups', space, (l) => `K${l}`)}.`,
    operands: ['x', 'w'],
    attrs: kinds,
    rule: `f32${shapes.y} of x: f32${shapes.x} and w: f32${shapes.w}, with ${countRule(space)}.`,
    example: [{ x: input, w: kernel }, shown],

    infer({ x, w }, attrs) {
      checkOperands(name, x, w);
      checkWeight(name, w);
      const [n, c] = x.shape as [Dim, Dim];
      const [o, perGroup] = w.shape as [number, number];
      if (!sameDim(c, perGroup * attrs.groups))
        throw typeError(
          'shape-mismatch',
          attrs.groups === 1
            ? `${name}: the input has ${showDim(c)} channels, the weight expects ${perGroup}`
            : `${name}: the input has ${showDim(c)} channels, the weight expects ${attrs.groups} groups of ${perGroup}`,
          `give the layer ${showDim(c)} input channels, or feed it ${perGroup * attrs.groups}`,
        );
      if (o % attrs.groups !== 0)
        throw typeError('shape-mismatch', `${name}: ${o} output channels do not divide into ${attrs.groups} groups`);
      const window = extentsOf(w);
      const counts = extentsOf(x).map((extent, d) => windowCount(extent, window[d] as number, d, attrs));
      if (counts.some((count) => count < 1))
        throw typeError(
          'shape-mismatch',
          `${name}: a ${rank === 1 ? `kernel of ${by(window)}` : `${by(window)} kernel`} does not fit in ${showType(x)} with padding ${by(attrs.padding)}`,
          'pad the input, take a smaller kernel, or remove a pooling layer before it',
        );
      return tensor('f32', [n, o, ...counts]);
    },

    // out[n,o,y,x] = Σ_{c,i,j} x[n, g·C+c, y·s+i·d−p, x·s+j·d−p] · w[o,c,i,j], zero outside, g the group of o
    compute({ x: image, w }, at, attrs, types) {
      const [n, o, ...position] = at as [x.Expr, x.Expr, ...x.Expr[]];
      const perGroup = fixed(types.w, 1);
      const [c, taps] = [x.axis('c', perGroup), tapAxes(space, extentsOf(types.w))];
      const group = x.idiv(o, x.int(fixed(types.w, 0) / attrs.groups));
      const channel = attrs.groups === 1 ? x.ix(c) : x.add(x.mul(group, x.int(perGroup)), x.ix(c));
      const pixel = under(image, [n, channel], tapped(position, taps.map(x.ix), attrs), attrs, types.x);
      return x.sum([c, ...taps], x.mul(pixel, w(o, x.ix(c), ...taps.map(x.ix))));
    },

    vjp: ({ x, w }, g, attrs) => ({
      x: inputGrad(g, w, { ...attrs, size: extentsOf(x.type) }),
      w: weightGrad(x, g, { ...attrs, kernel: extentsOf(w.type) }),
    }),
  });

  const inputGrad: Op<['g', 'w'], ConvInputGradAttrs> = defineOp({
    name: `${name}_input_grad`,
    doc: `The transpose of ${name} in its input: the cotangent of ${space.things} of \`size\`, from g, that of the result.`,
    operands: ['g', 'w'],
    attrs: { ...kinds, size: sizes(space, 1) },
    rule: `f32${shapes.x} with \`size\` = [${space.letters.map(small).join(',')}], of g: f32${shapes.y} and w: f32${shapes.w} as ${name} relates them.`,
    example: [
      { g: result, w: kernel },
      { ...shown, size: each(space, side) },
    ],
    infer({ g, w }, attrs) {
      const { groups, size } = attrs;
      checkOperands(`${name}_input_grad`, g, w);
      checkWeight(`${name}_input_grad`, w);
      checkPlaces(`${name}_input_grad`, g, size, extentsOf(w), attrs);
      if (!sameDim(g.shape[1] as Dim, w.shape[0] as Dim) || fixed(w, 0) % groups !== 0)
        throw typeError(
          'shape-mismatch',
          `${name}_input_grad: ${showType(g)} is not a result of ${groups} groups of ${showType(w)}`,
        );
      return tensor('f32', [g.shape[0] as Dim, fixed(w, 1) * groups, ...size]);
    },
    compute({ g, w }, at, attrs, types) {
      const [n, c, ...pixel] = at as [x.Expr, x.Expr, ...x.Expr[]];
      const [perOut, perIn] = [fixed(types.w, 0) / attrs.groups, fixed(types.w, 1)];
      const [o, taps] = [x.axis('o', perOut), tapAxes(space, extentsOf(types.w))];
      const out = attrs.groups === 1 ? x.ix(o) : x.add(x.mul(x.idiv(c, x.int(perIn)), x.int(perOut)), x.ix(o));
      const [position, ok] = windowsOver(pixel, taps.map(x.ix), extentsOf(types.g), attrs);
      const weight = w(out, attrs.groups === 1 ? c : x.imod(c, x.int(perIn)), ...taps.map(x.ix));
      return x.sum([o, ...taps], x.mul(x.select(ok, g(n, out, ...position), x.num(0)), weight));
    },
    scatter({ g, w }, attrs, types) {
      const [perOut, perIn] = [fixed(types.w, 0) / attrs.groups, fixed(types.w, 1)];
      const [n, c] = [x.axis('n', types.g.shape[0] as Dim), x.axis('c', perIn * attrs.groups)];
      const [o, taps] = [x.axis('o', perOut), tapAxes(space, extentsOf(types.w))];
      const at = windowAxes(space, extentsOf(types.g));
      const group = x.mul(x.idiv(x.ix(c), x.int(perIn)), x.int(perOut));
      const [out, channel] =
        attrs.groups === 1 ? [x.ix(o), x.ix(c)] : [x.add(group, x.ix(o)), x.imod(x.ix(c), x.int(perIn))];
      const share = x.mul(g(x.ix(n), out, ...at.map(x.ix)), w(out, channel, ...taps.map(x.ix)));
      const to = tapped(at.map(x.ix), taps.map(x.ix), attrs);
      return { over: [n, c, ...at, ...taps, o], at: [x.ix(n), x.ix(c), ...to], value: share };
    },
    vjp: ({ g, w }, h, { size: _size, ...attrs }) => ({
      g: conv(h, w, attrs),
      w: weightGrad(h, g, { ...attrs, kernel: extentsOf(w.type) }),
    }),
  });

  const weightGrad: Op<['x', 'g'], ConvWeightGradAttrs> = defineOp({
    name: `${name}_weight_grad`,
    doc: `The transpose of ${name} in its weight: the cotangent of kernels of size \`kernel\`, from g, that of the result.`,
    operands: ['x', 'g'],
    attrs: { ...kinds, kernel: sizes(space, 1) },
    rule: `f32${shapes.w} with \`kernel\` = [${space.letters.map(ofKernel).join(',')}], of x: f32${shapes.x} and g: f32${shapes.y} as ${name} relates them.`,
    example: [
      { x: input, g: result },
      { ...shown, kernel: each(space, 3) },
    ],
    infer({ x, g }, attrs) {
      const { groups, kernel } = attrs;
      checkOperands(`${name}_weight_grad`, x, g);
      checkPlaces(`${name}_weight_grad`, g, extentsOf(x), kernel, attrs);
      if (!sameDim(x.shape[0] as Dim, g.shape[0] as Dim) || fixed(x, 1) % groups !== 0 || fixed(g, 1) % groups !== 0)
        throw typeError(
          'shape-mismatch',
          `${name}_weight_grad: ${showType(g)} is not a result of ${showType(x)} in ${groups} groups`,
        );
      return tensor('f32', [g.shape[1] as Dim, fixed(x, 1) / groups, ...kernel]);
    },
    compute({ x: image, g }, at, attrs, types) {
      const [o, c, ...taps] = at as [x.Expr, x.Expr, ...x.Expr[]];
      const [n, position] = [x.axis('n', types.g.shape[0] as Dim), windowAxes(space, extentsOf(types.g))];
      const group = x.idiv(o, x.int(fixed(types.g, 1) / attrs.groups));
      const perIn = fixed(types.x, 1) / attrs.groups;
      const channel = attrs.groups === 1 ? c : x.add(x.mul(group, x.int(perIn)), c);
      const pixel = under(image, [x.ix(n), channel], tapped(position.map(x.ix), taps, attrs), attrs, types.x);
      return x.sum([n, ...position], x.mul(pixel, g(x.ix(n), o, ...position.map(x.ix))));
    },
    vjp: ({ x, g }, h, { kernel: _kernel, ...attrs }) => ({
      x: inputGrad(g, h, { ...attrs, size: extentsOf(x.type) }),
      g: conv(x, h, attrs),
    }),
  });
  return { rank, conv, inputGrad, weightGrad };
}

const [sequences, images, volumes] = [convolutions(1), convolutions(2), convolutions(3)];
/** Convolutions of every rank. */
export const everyConvolution: readonly Convolutions[] = [sequences, images, volumes];
/** The convolutions of a rank. */
export const convolutionsOf = (rank: Rank): Convolutions => everyConvolution[rank - 1] as Convolutions;

/** Convolution of sequences, as conv2d. */
export const conv1d = sequences.conv;
/** The cotangent of a convolution's input, as conv2dInputGrad. */
export const conv1dInputGrad = sequences.inputGrad;
/** The cotangent of a convolution's weight, as conv2dWeightGrad. */
export const conv1dWeightGrad = sequences.weightGrad;
/** Convolution (cross-correlation, as everywhere in the field). */
export const conv2d = images.conv;
/** The cotangent of a convolution's input, from `g`, the cotangent of its result: each element gathers from the windows
 *  over it. */
export const conv2dInputGrad = images.inputGrad;
/** The cotangent of a convolution's weight, from its input and `g`, the cotangent of its result. */
export const conv2dWeightGrad = images.weightGrad;
/** Convolution of volumes, as conv2d. */
export const conv3d = volumes.conv;
/** The cotangent of a convolution's input, as conv2dInputGrad. */
export const conv3dInputGrad = volumes.inputGrad;
/** The cotangent of a convolution's weight, as conv2dWeightGrad. */
export const conv3dWeightGrad = volumes.weightGrad;
