/** Convolutions. */

import { read, type Signature } from '../arguments.ts';
import * as F from '../functional/index.ts';
import { countIn, fanIn, kaimingUniform, uniformBias } from '../init.ts';
import * as k from '../kinds.ts';
import { repr, type Trailing } from '../options.ts';
import { currentGenerator } from '../seed.ts';
import { type Pair, type Single, type Sizes, samePadding, sizesOf, type Triple } from '../sizes.ts';
import type { Tensor } from '../tensor.ts';
import { userError, withLoc } from '../trace.ts';
import { layer } from './layer.ts';
import { className, Module } from './module.ts';
import { Parameter } from './parameter.ts';

/** What the padding of a convolution is filled with. */
export type ConvPaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';
export interface ConvOptions<S extends Sizes = Pair> {
  /** The distance between positions of the kernel; defaults to 1. */
  readonly stride?: S;
  /** What is added around the input, in elements; none by default. 'same' keeps the extents, 'valid' is none. */
  readonly padding?: F.Padding<S>;
  /** The distance between taps of the kernel; defaults to 1. */
  readonly dilation?: S;
  /** Groups of input channels, each seen by its own group of output channels; defaults to 1. */
  readonly groups?: number;
  /** Have a bias; defaults to true. */
  readonly bias?: boolean;
  /** What the padding holds: zeros (the default), the elements beside the edge mirrored, the edge, or the other end. */
  readonly paddingMode?: ConvPaddingMode;
}
type Rank = 1 | 2 | 3;

const takes = (name: string, rank: Rank): Signature =>
  layer(
    name,
    { inChannels: k.size, outChannels: k.size, kernelSize: k.sizes(rank, 1) },
    {
      stride: k.optional(k.sizes(rank, 1)),
      padding: k.optional(k.paddings(rank)),
      dilation: k.optional(k.sizes(rank, 1)),
      groups: k.optional(k.whole(1)),
      bias: k.optional(k.flag),
      paddingMode: k.optional(k.oneOf('zeros', 'reflect', 'replicate', 'circular')),
    },
  );

/** The weight and the bias of a convolution of any rank. */
export abstract class WithKernel extends Module {
  weight: Parameter;
  bias: Parameter | null;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly groups: number;

  constructor(
    [inChannels, outChannels, groups]: readonly [number, number, number],
    kernelSize: readonly number[],
    bias: boolean,
    shapeOf: (groups: number) => [number, number],
  ) {
    super();
    const name = className(this);
    for (const [word, channels] of Object.entries({ inChannels, outChannels }))
      if (channels % groups !== 0)
        throw withLoc(() =>
          userError(
            'bad-argument',
            `${name}: ${word} must be divisible by groups, and ${channels} is not by ${groups}`,
          ),
        );
    [this.inChannels, this.outChannels, this.groups] = [inChannels, outChannels, groups];
    this.kernelSize = kernelSize;
    const shape = [...shapeOf(groups), ...kernelSize];
    withLoc(() => countIn(shape), name);
    this.weight = new Parameter(shape, kaimingUniform(shape, currentGenerator()));
    this.bias = bias ? new Parameter([outChannels], uniformBias(outChannels, fanIn(shape), currentGenerator())) : null;
  }
}

abstract class Convolution extends WithKernel {
  readonly stride: readonly number[];
  readonly padding: readonly number[] | 'same' | 'valid';
  readonly dilation: readonly number[];
  readonly paddingMode: ConvPaddingMode;

  constructor(
    made: Signature,
    rank: Rank,
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    more: readonly unknown[],
  ) {
    const {
      stride = 1,
      padding = 0,
      dilation = 1,
      groups = 1,
      bias = true,
      paddingMode = 'zeros',
    } = read<ConvOptions<Sizes>>(made, [inChannels, outChannels, kernelSize, ...more]);
    super([inChannels, outChannels, groups], sizesOf(kernelSize, rank), bias, (parts) => [
      outChannels,
      inChannels / parts,
    ]);
    [this.stride, this.dilation] = [sizesOf(stride, rank), sizesOf(dilation, rank)];
    this.padding = typeof padding === 'string' ? padding : sizesOf(padding, rank);
    this.paddingMode = paddingMode;
    if (padding === 'same' && this.stride.some((s) => s !== 1))
      throw withLoc(() =>
        userError('bad-argument', `${made.name}: padding 'same' needs a stride of 1, got ${this.stride.join(', ')}`, {
          help: 'give the padding in numbers',
        }),
      );
  }

  /** The convolution by a function of this rank, after padding that is not of zeros. */
  protected convolve(x: Tensor, convolution: ConvolutionOf<never>): Tensor {
    const { weight, bias, stride, padding, dilation, groups, paddingMode } = this;
    const by = (input: Tensor, around: Sizes | 'same' | 'valid'): Tensor =>
      convolution(input, weight, bias, stride as never, around as never, dilation as never, groups);
    if (paddingMode === 'zeros') return by(x, padding);
    const amounts = this.kernelSize.map((extent, d) => {
      if (padding === 'valid') return [0, 0];
      const total = padding === 'same' ? samePadding(extent, dilation[d] as number) : 2 * (padding[d] as number);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
    return by(F.pad(x, amounts.reverse().flat(), paddingMode), 0);
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, groups, paddingMode } = this;
    return [
      `${this.inChannels}, ${this.outChannels}, kernel_size=${repr(kernelSize)}, stride=${repr(stride)}`,
      ...(typeof padding === 'string'
        ? [`padding=${padding}`]
        : padding.some((p) => p !== 0)
          ? [`padding=${repr(padding)}`]
          : []),
      ...(dilation.some((d) => d !== 1) ? [`dilation=${repr(dilation)}`] : []),
      ...(groups !== 1 ? [`groups=${groups}`] : []),
      ...(this.bias ? [] : ['bias=False']),
      ...(paddingMode === 'zeros' ? [] : [`padding_mode=${paddingMode}`]),
    ].join(', ');
  }
}
type ConvolutionOf<S extends Sizes> = (
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  stride: S,
  padding: F.Padding<S>,
  dilation: S,
  groups: number,
) => Tensor;

const conv1dTakes = takes('Conv1d', 1);

/** Convolution of sequences [N, inChannels, L] to [N, outChannels, OL], OL = ⌊(L + 2·padding - dilation·(KL - 1) - 1) / stride⌋ +
 *  1: `nn.Conv1d(1, 6, 5)`. Options in PyTorch's order: stride (1), padding (0, or 'same' or 'valid'), dilation (1), groups (1),
 *  bias (true), paddingMode ('zeros'). `weight` [out, in/groups, KL] and `bias` [out] are drawn from ±1/√(in/groups·KL). Throws
 *  for sizes below 1, for groups that do not divide the channels, and in `forward` if the channels do not
 *  match, or the kernel does not fit. */
export class Conv1d extends Convolution {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Single,
    ...more: Trailing<
      ConvOptions<Single>,
      [
        stride: Single,
        padding: F.Padding<Single>,
        dilation: Single,
        groups: number,
        bias: boolean,
        paddingMode: ConvPaddingMode,
      ]
    >
  ) {
    super(conv1dTakes, 1, inChannels, outChannels, kernelSize, more);
  }

  forward(x: Tensor): Tensor {
    return this.convolve(x, F.conv1d);
  }
}

const conv2dTakes = takes('Conv2d', 2);

/** Convolution of images [N, inChannels, H, W] to [N, outChannels, OH, OW], OH = ⌊(H + 2·padding - dilation·(KH - 1) - 1) /
 *  stride⌋ + 1 and OW likewise: `nn.Conv2d(1, 6, 5)`, `nn.Conv2d(3, 8, 3, { stride: 2, padding: 1 })`. Options in PyTorch's
 *  order: stride (1), padding (0, or 'same' or 'valid'), dilation (1), groups (1), bias (true), paddingMode ('zeros'). `weight`
 *  [out, in/groups, KH, KW] and `bias` [out] are drawn from ±1/√(in/groups·KH·KW). Throws for sizes below 1, for groups that do
 *  not divide the channels, and in `forward` if the channels do not match, or the kernel does not fit. */
export class Conv2d extends Convolution {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    ...more: Trailing<
      ConvOptions,
      [
        stride: Pair,
        padding: F.Padding<Pair>,
        dilation: Pair,
        groups: number,
        bias: boolean,
        paddingMode: ConvPaddingMode,
      ]
    >
  ) {
    super(conv2dTakes, 2, inChannels, outChannels, kernelSize, more);
  }

  forward(x: Tensor): Tensor {
    return this.convolve(x, F.conv2d);
  }
}

const conv3dTakes = takes('Conv3d', 3);

/** Convolution of volumes [N, inChannels, D, H, W] to [N, outChannels, OD, OH, OW], OD = ⌊(D + 2·padding - dilation·(KD - 1) - 1)
 *  / stride⌋ + 1 and OH and OW likewise: `nn.Conv3d(1, 6, 3)`. Options in PyTorch's order: stride (1), padding (0, or 'same' or
 *  'valid'), dilation (1), groups (1), bias (true), paddingMode ('zeros'). `weight` [out, in/groups, KD, KH, KW] and `bias`
 *  [out] are drawn from ±1/√(in/groups·KD·KH·KW). Throws for sizes below 1, for groups that do not divide the channels, and in
 *  `forward` if the channels do not match, or the kernel does not fit. */
export class Conv3d extends Convolution {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Triple,
    ...more: Trailing<
      ConvOptions<Triple>,
      [
        stride: Triple,
        padding: F.Padding<Triple>,
        dilation: Triple,
        groups: number,
        bias: boolean,
        paddingMode: ConvPaddingMode,
      ]
    >
  ) {
    super(conv3dTakes, 3, inChannels, outChannels, kernelSize, more);
  }

  forward(x: Tensor): Tensor {
    return this.convolve(x, F.conv3d);
  }
}
