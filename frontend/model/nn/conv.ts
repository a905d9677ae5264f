/** Convolutions. */

import { read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import { countIn, fanIn, kaimingUniform, uniformBias } from '../init.ts';
import * as k from '../kinds.ts';
import { repr, type Trailing } from '../options.ts';
import { both, type Pair } from '../pair.ts';
import { currentGenerator } from '../seed.ts';
import type { Tensor } from '../tensor.ts';
import { userError, withLoc } from '../trace.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

export interface Conv2dOptions {
  /** The distance between positions of the kernel; defaults to 1. */
  readonly stride?: Pair;
  /** Rows and columns of zeros added around the image; none by default. */
  readonly padding?: Pair;
  /** The distance between taps of the kernel; defaults to 1. */
  readonly dilation?: Pair;
  /** Groups of input channels, each seen by its own group of output channels; defaults to 1. */
  readonly groups?: number;
  /** Have a bias; defaults to true. */
  readonly bias?: boolean;
}
const conv2dTakes = layer(
  'Conv2d',
  { inChannels: k.size, outChannels: k.size, kernelSize: k.pair(1) },
  {
    stride: k.optional(k.pair(1)),
    padding: k.optional(k.pair(0)),
    dilation: k.optional(k.pair(1)),
    groups: k.optional(k.whole(1)),
    bias: k.optional(k.flag),
  },
);

/** Convolution of images [N, inChannels, H, W] to [N, outChannels, OH, OW], OH = ⌊(H + 2·padding - dilation·(KH - 1) - 1) /
 *  stride⌋ + 1 and OW likewise: `nn.Conv2d(1, 6, 5)`, `nn.Conv2d(3, 8, 3, { stride: 2, padding: 1 })`. Options in PyTorch's
 *  order: stride (1), padding (0), dilation (1), groups (1), bias (true). `weight` [out, in/groups, KH, KW] and `bias` [out]
 *  are drawn from ±1/√(in/groups·KH·KW). Throws for sizes below 1, for groups that do not divide the channels, and in
 *  `forward` if the batch is missing, the channels do not match, or the kernel does not fit. */
export class Conv2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    ...more: Trailing<Conv2dOptions, [stride: Pair, padding: Pair, dilation: Pair, groups: number, bias: boolean]>
  ) {
    super();
    const {
      stride = 1,
      padding = 0,
      dilation = 1,
      groups = 1,
      bias = true,
    } = read<Conv2dOptions>(conv2dTakes, [inChannels, outChannels, kernelSize, ...more]);
    for (const [name, channels] of Object.entries({ inChannels, outChannels }))
      if (channels % groups !== 0)
        throw withLoc(() =>
          userError('bad-argument', `Conv2d: ${name} must be divisible by groups, and ${channels} is not by ${groups}`),
        );
    [this.inChannels, this.outChannels, this.groups] = [inChannels, outChannels, groups];
    [this.kernelSize, this.stride] = [both(kernelSize), both(stride)];
    [this.padding, this.dilation] = [both(padding), both(dilation)];
    const shape = [outChannels, inChannels / groups, ...this.kernelSize];
    withLoc(() => countIn(shape), 'Conv2d');
    this.weight = new Parameter(shape, kaimingUniform(shape, currentGenerator()));
    this.bias = bias ? new Parameter([outChannels], uniformBias(outChannels, fanIn(shape), currentGenerator())) : null;
  }

  forward(x: Tensor): Tensor {
    return F.conv2d(x, this.weight, this.bias, this.stride, this.padding, this.dilation, this.groups);
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, groups } = this;
    return [
      `${this.inChannels}, ${this.outChannels}, kernel_size=${repr(kernelSize)}, stride=${repr(stride)}`,
      ...(padding.some((p) => p !== 0) ? [`padding=${repr(padding)}`] : []),
      ...(dilation.some((d) => d !== 1) ? [`dilation=${repr(dilation)}`] : []),
      ...(groups !== 1 ? [`groups=${groups}`] : []),
      ...(this.bias ? [] : ['bias=False']),
    ].join(', ');
  }
}
