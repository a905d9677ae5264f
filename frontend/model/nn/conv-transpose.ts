/** Transposed convolutions. */

import { read, type Signature } from '../arguments.ts';
import * as F from '../functional/index.ts';
import * as k from '../kinds.ts';
import { repr, type Trailing } from '../options.ts';
import { type Pair, type Single, type Sizes, sizesOf, type Triple } from '../sizes.ts';
import type { Tensor } from '../tensor.ts';
import { showAny, userError, withLoc } from '../trace.ts';
import { WithKernel } from './conv.ts';
import { layer } from './layer.ts';

type Rank = 1 | 2 | 3;
export interface ConvTransposeOptions<S extends Sizes = Pair> {
  /** The distance between the kernels that are added; defaults to 1. */
  readonly stride?: S;
  /** What is cut off around the result, in elements; none by default. */
  readonly padding?: S;
  /** What is added to the extents of the result, at their end, less than the stride or the dilation; none by default. */
  readonly outputPadding?: S;
  /** Groups of input channels, each with its own group of output channels; defaults to 1. */
  readonly groups?: number;
  /** Have a bias; defaults to true. */
  readonly bias?: boolean;
  /** The distance between taps of the kernel; defaults to 1. */
  readonly dilation?: S;
  /** 'zeros', as in PyTorch the only one. */
  readonly paddingMode?: 'zeros';
}

const takes = (name: string, rank: Rank): Signature =>
  layer(
    name,
    { inChannels: k.size, outChannels: k.size, kernelSize: k.sizes(rank, 1) },
    {
      stride: k.optional(k.sizes(rank, 1)),
      padding: k.optional(k.sizes(rank, 0)),
      outputPadding: k.optional(k.sizes(rank, 0)),
      groups: k.optional(k.whole(1)),
      bias: k.optional(k.flag),
      dilation: k.optional(k.sizes(rank, 1)),
      paddingMode: k.optional(k.kind("'zeros'", (v) => v === 'zeros')),
    },
  );

type TransposedOf<S extends Sizes> = (
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  stride: S,
  padding: S,
  outputPadding: S,
  groups: number,
  dilation: S,
) => Tensor;

abstract class ConvTranspose extends WithKernel {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly outputPadding: readonly number[];
  readonly dilation: readonly number[];

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
      outputPadding = 0,
      groups = 1,
      bias = true,
      dilation = 1,
    } = read<ConvTransposeOptions<Sizes>>(made, [inChannels, outChannels, kernelSize, ...more]);
    super([inChannels, outChannels, groups], sizesOf(kernelSize, rank), bias, (parts) => [
      inChannels,
      outChannels / parts,
    ]);
    [this.stride, this.padding] = [sizesOf(stride, rank), sizesOf(padding, rank)];
    [this.outputPadding, this.dilation] = [sizesOf(outputPadding, rank), sizesOf(dilation, rank)];
  }

  /** The transposed convolution by a function of this rank. */
  protected transposed(x: Tensor, by: TransposedOf<never>, outputSize: readonly number[] | null): Tensor {
    const { weight, bias, stride, padding, outputPadding, groups, dilation } = this;
    const atEnd = outputSize === null ? outputPadding : withLoc(() => this.#paddingFor(x, outputSize), this.#name);
    return by(x, weight, bias, stride as never, padding as never, atEnd as never, groups, dilation as never);
  }

  get #name(): string {
    return this.constructor.name;
  }
  /** The output padding with which the result has these extents. */
  #paddingFor(x: Tensor, outputSize: readonly number[]): readonly number[] {
    const rank = this.kernelSize.length;
    if (![rank, rank + 2].includes(outputSize.length))
      throw userError(
        'bad-argument',
        `${this.#name}: outputSize ${showAny(outputSize)} is neither ${rank} extents nor ${rank + 2}, with batch and channels`,
      );
    return outputSize.slice(-rank).map((size, d) => {
      const [step, extent] = [this.stride[d] as number, x.shape[x.dim - rank + d] as number];
      const reach = (this.dilation[d] as number) * ((this.kernelSize[d] as number) - 1) + 1;
      const least = (extent - 1) * step - 2 * (this.padding[d] as number) + reach;
      if (size >= least && size < least + step) return size - least;
      throw userError(
        'bad-argument',
        `${this.#name}: outputSize ${showAny(outputSize)} does not fit: along dimension ${d} it can be ${least} to ${least + step - 1}`,
      );
    });
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, outputPadding, groups } = this;
    return [
      `${this.inChannels}, ${this.outChannels}, kernel_size=${repr(kernelSize)}, stride=${repr(stride)}`,
      ...(padding.some((p) => p !== 0) ? [`padding=${repr(padding)}`] : []),
      ...(dilation.some((d) => d !== 1) ? [`dilation=${repr(dilation)}`] : []),
      ...(outputPadding.some((p) => p !== 0) ? [`output_padding=${repr(outputPadding)}`] : []),
      ...(groups !== 1 ? [`groups=${groups}`] : []),
      ...(this.bias ? [] : ['bias=False']),
    ].join(', ');
  }
}

const convTranspose1dTakes = takes('ConvTranspose1d', 1);

/** Transposed convolution of sequences [N, inChannels, L] to [N, outChannels, OL], OL = (L - 1)·stride - 2·padding +
 *  dilation·(KL - 1) + outputPadding + 1: `nn.ConvTranspose1d(8, 4, 2, { stride: 2 })` doubles the extents. Options in PyTorch's order: stride (1), padding (0), outputPadding (0), groups (1), bias (true), dilation (1).
 *  `weight` [in, out/groups, KL] and `bias` [out] are drawn as PyTorch draws them. `forward(x, [...extents])` chooses the
 *  output padding by the extents that the result shall have. Throws for sizes below 1, for groups that do not divide the
 *  channels, and in `forward` if the channels do not match. */
export class ConvTranspose1d extends ConvTranspose {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Single,
    ...more: Trailing<
      ConvTransposeOptions<Single>,
      [
        stride: Single,
        padding: Single,
        outputPadding: Single,
        groups: number,
        bias: boolean,
        dilation: Single,
        paddingMode: 'zeros',
      ]
    >
  ) {
    super(convTranspose1dTakes, 1, inChannels, outChannels, kernelSize, more);
  }

  forward(x: Tensor, outputSize?: readonly number[] | null): Tensor {
    return this.transposed(x, F.convTranspose1d, outputSize ?? null);
  }
}

const convTranspose2dTakes = takes('ConvTranspose2d', 2);

/** Transposed convolution of images [N, inChannels, H, W] to [N, outChannels, OH, OW], OH = (H - 1)·stride - 2·padding +
 *  dilation·(KH - 1) + outputPadding + 1 and OW likewise: `nn.ConvTranspose2d(8, 4, 2, { stride: 2 })` doubles the extents. Options in PyTorch's order: stride (1), padding (0), outputPadding (0), groups (1), bias (true), dilation (1).
 *  `weight` [in, out/groups, KH, KW] and `bias` [out] are drawn as PyTorch draws them. `forward(x, [...extents])` chooses the
 *  output padding by the extents that the result shall have. Throws for sizes below 1, for groups that do not divide the
 *  channels, and in `forward` if the channels do not match. */
export class ConvTranspose2d extends ConvTranspose {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    ...more: Trailing<
      ConvTransposeOptions,
      [
        stride: Pair,
        padding: Pair,
        outputPadding: Pair,
        groups: number,
        bias: boolean,
        dilation: Pair,
        paddingMode: 'zeros',
      ]
    >
  ) {
    super(convTranspose2dTakes, 2, inChannels, outChannels, kernelSize, more);
  }

  forward(x: Tensor, outputSize?: readonly number[] | null): Tensor {
    return this.transposed(x, F.convTranspose2d, outputSize ?? null);
  }
}

const convTranspose3dTakes = takes('ConvTranspose3d', 3);

/** Transposed convolution of volumes [N, inChannels, D, H, W] to [N, outChannels, OD, OH, OW], OD = (D - 1)·stride - 2·padding +
 *  dilation·(KD - 1) + outputPadding + 1, and OH and OW likewise: `nn.ConvTranspose3d(8, 4, 2, { stride: 2 })` doubles the extents.
 *  Options in PyTorch's order: stride (1), padding (0), outputPadding (0), groups (1), bias (true), dilation (1).
 *  `weight` [in, out/groups, KD, KH, KW] and `bias` [out] are drawn as PyTorch draws them. `forward(x, [...extents])` chooses the
 *  output padding by the extents that the result shall have. Throws for sizes below 1, for groups that do not divide the
 *  channels, and in `forward` if the channels do not match. */
export class ConvTranspose3d extends ConvTranspose {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Triple,
    ...more: Trailing<
      ConvTransposeOptions<Triple>,
      [
        stride: Triple,
        padding: Triple,
        outputPadding: Triple,
        groups: number,
        bias: boolean,
        dilation: Triple,
        paddingMode: 'zeros',
      ]
    >
  ) {
    super(convTranspose3dTakes, 3, inChannels, outChannels, kernelSize, more);
  }

  forward(x: Tensor, outputSize?: readonly number[] | null): Tensor {
    return this.transposed(x, F.convTranspose3d, outputSize ?? null);
  }
}
