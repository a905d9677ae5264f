/** Interpolation, and channels that become pixels. */

import { read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import { interpolateKinds } from '../functional/kinds.ts';
import * as k from '../kinds.ts';
import { repr, reprOfFloat, type Trailing } from '../options.ts';
import type { Sizes } from '../sizes.ts';
import type { Tensor } from '../tensor.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';

const upsampleTakes = layer('Upsample', {}, interpolateKinds);

abstract class Resizing extends Module {
  readonly size: Sizes | null;
  readonly scaleFactor: Sizes | null;
  readonly mode: F.InterpolationMode;
  readonly alignCorners: boolean | null;
  readonly recomputeScaleFactor: boolean | null;

  constructor(options: F.InterpolateOptions) {
    super();
    const { size = null, scaleFactor = null, mode = 'nearest', alignCorners = null } = options;
    [this.size, this.scaleFactor, this.mode, this.alignCorners] = [size, scaleFactor, mode, alignCorners];
    this.recomputeScaleFactor = options.recomputeScaleFactor ?? null;
  }

  forward(x: Tensor): Tensor {
    const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = this;
    return F.interpolate(x, size, scaleFactor, mode, alignCorners, recomputeScaleFactor);
  }

  override extraRepr(): string {
    const { size, scaleFactor, mode } = this;
    if (scaleFactor === null) return `size=${repr(size)}, mode=${mode}`;
    const factors =
      typeof scaleFactor === 'number' ? reprOfFloat(scaleFactor) : `(${scaleFactor.map(reprOfFloat).join(', ')})`;
    return `scale_factor=${factors}, mode=${mode}`;
  }
}

/** Sequences, images or volumes with other extents: `nn.Upsample({ scaleFactor: 2 })`. Options in PyTorch's order: size,
 *  scaleFactor, mode ('nearest'), alignCorners (false), recomputeScaleFactor (false). Throws in `forward` without a size or a
 *  factor, and for a mode of another number of dimensions. */
export class Upsample extends Resizing {
  constructor(
    ...more: Trailing<
      F.InterpolateOptions,
      [
        size: Sizes | null,
        scaleFactor: Sizes | null,
        mode: F.InterpolationMode,
        alignCorners: boolean | null,
        recomputeScaleFactor: boolean | null,
      ]
    >
  ) {
    super(read<F.InterpolateOptions>(upsampleTakes, more));
  }
}

/** The options of the upsampling layers of one mode. */
export type UpsamplingOptions = Pick<F.InterpolateOptions, 'size' | 'scaleFactor'>;
const ofOneMode = { size: interpolateKinds.size, scaleFactor: interpolateKinds.scaleFactor };
const nearestTakes = layer('UpsamplingNearest2d', {}, ofOneMode);
const bilinearTakes = layer('UpsamplingBilinear2d', {}, ofOneMode);

/** Images with other extents, by the nearest pixel. Options in PyTorch's order: size, scaleFactor. Throws in `forward` without
 *  either. */
export class UpsamplingNearest2d extends Resizing {
  constructor(...more: Trailing<UpsamplingOptions, [size: Sizes | null, scaleFactor: Sizes | null]>) {
    super({ ...read<UpsamplingOptions>(nearestTakes, more), mode: 'nearest' });
  }
}

/** Images with other extents, by interpolation between pixels, with the corner pixels kept in place. Options in
 *  PyTorch's order: size, scaleFactor. Throws in `forward` without either. */
export class UpsamplingBilinear2d extends Resizing {
  constructor(...more: Trailing<UpsamplingOptions, [size: Sizes | null, scaleFactor: Sizes | null]>) {
    super({ ...read<UpsamplingOptions>(bilinearTakes, more), mode: 'bilinear', alignCorners: true });
  }
}

const pixelShuffleTakes = layer('PixelShuffle', { upscaleFactor: k.whole(1) });

/** Channels spread over pixels: […, C·r², H, W] to […, C, H·r, W·r], r = `upscaleFactor`. Throws in `forward` if r² does not
 *  divide the channels. */
export class PixelShuffle extends Module {
  readonly upscaleFactor: number;
  constructor(upscaleFactor: number, ...none: []) {
    super();
    read(pixelShuffleTakes, [upscaleFactor, ...none]);
    this.upscaleFactor = upscaleFactor;
  }
  forward(x: Tensor): Tensor {
    return F.pixelShuffle(x, this.upscaleFactor);
  }
  override extraRepr(): string {
    return `upscale_factor=${this.upscaleFactor}`;
  }
}

const pixelUnshuffleTakes = layer('PixelUnshuffle', { downscaleFactor: k.whole(1) });

/** Pixels gathered into channels: […, C, H·r, W·r] to […, C·r², H, W], r = `downscaleFactor`. Throws in `forward` if r does not
 *  divide height and width. */
export class PixelUnshuffle extends Module {
  readonly downscaleFactor: number;
  constructor(downscaleFactor: number, ...none: []) {
    super();
    read(pixelUnshuffleTakes, [downscaleFactor, ...none]);
    this.downscaleFactor = downscaleFactor;
  }
  forward(x: Tensor): Tensor {
    return F.pixelUnshuffle(x, this.downscaleFactor);
  }
  override extraRepr(): string {
    return `downscale_factor=${this.downscaleFactor}`;
  }
}

const channelShuffleTakes = layer('ChannelShuffle', { groups: k.whole(1) });

/** The channels of [N,C,…] in another order: those of each group are spread over all. Throws in `forward` if the groups do not
 *  divide the channels. */
export class ChannelShuffle extends Module {
  readonly groups: number;
  constructor(groups: number, ...none: []) {
    super();
    read(channelShuffleTakes, [groups, ...none]);
    this.groups = groups;
  }
  forward(x: Tensor): Tensor {
    return F.channelShuffle(x, this.groups);
  }
  override extraRepr(): string {
    return `groups=${this.groups}`;
  }
}
