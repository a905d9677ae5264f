/** Dropout: layers that set elements or channels to 0 at random in training, and do nothing in evaluation. */

import type { Signature } from '../arguments.ts';
import { read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import * as k from '../kinds.ts';
import { repr, type Trailing } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';

export interface DropoutOptions {
  /** The probability with which an element, or a channel, is dropped; defaults to 0.5. */
  readonly p?: number;
  /** Without effect: it only appears in the printed form. */
  readonly inplace?: boolean;
}
/** The arguments of dropout layers. */
export type DropoutArguments = Trailing<DropoutOptions, [p: number, inplace: boolean]>;
const options = { p: k.optional(k.finite(0, 1)), inplace: k.optional(k.flag) };

abstract class AnyDropout extends Module {
  readonly p: number;
  readonly inplace: boolean;

  constructor(made: Signature, more: DropoutArguments) {
    super();
    const { p = 0.5, inplace = false } = read<DropoutOptions>(made, more);
    this.p = p;
    this.inplace = inplace;
  }
  override extraRepr(): string {
    return `p=${repr(this.p)}, inplace=${repr(this.inplace)}`;
  }
}

const dropoutTakes = layer('Dropout', {}, options);

/** Each element is 0 with probability `p` (0.5) in training, and 1 / (1 - p) times as large otherwise: `nn.Dropout(0.2)`. In
 *  evaluation the input stays as it is. Of any shape. */
export class Dropout extends AnyDropout {
  constructor(...more: DropoutArguments) {
    super(dropoutTakes, more);
  }
  forward(x: Tensor): Tensor {
    return F.dropout(x, this.p, this.training);
  }
}

const dropout1dTakes = layer('Dropout1d', {}, options);

/** As Dropout, for whole channels of inputs [N,C,L]: `nn.Dropout1d(0.2)`. */
export class Dropout1d extends AnyDropout {
  constructor(...more: DropoutArguments) {
    super(dropout1dTakes, more);
  }
  forward(x: Tensor): Tensor {
    return F.dropout1d(x, this.p, this.training);
  }
}

const dropout2dTakes = layer('Dropout2d', {}, options);

/** As Dropout, for whole channels of images [N,C,H,W]: `nn.Dropout2d(0.2)`. */
export class Dropout2d extends AnyDropout {
  constructor(...more: DropoutArguments) {
    super(dropout2dTakes, more);
  }
  forward(x: Tensor): Tensor {
    return F.dropout2d(x, this.p, this.training);
  }
}

const dropout3dTakes = layer('Dropout3d', {}, options);

/** As Dropout, for whole channels of volumes [N,C,D,H,W]: `nn.Dropout3d(0.2)`. */
export class Dropout3d extends AnyDropout {
  constructor(...more: DropoutArguments) {
    super(dropout3dTakes, more);
  }
  forward(x: Tensor): Tensor {
    return F.dropout3d(x, this.p, this.training);
  }
}

const alphaDropoutTakes = layer('AlphaDropout', {}, options);

/** As Dropout, for use after SELU: dropped elements get the value at which SELU saturates, and mean and variance are kept. */
export class AlphaDropout extends AnyDropout {
  constructor(...more: DropoutArguments) {
    super(alphaDropoutTakes, more);
  }
  forward(x: Tensor): Tensor {
    return F.alphaDropout(x, this.p, this.training);
  }
}

const featureAlphaDropoutTakes = layer('FeatureAlphaDropout', {}, options);

/** As AlphaDropout, for whole channels of inputs [N,C,…]. */
export class FeatureAlphaDropout extends AnyDropout {
  constructor(...more: DropoutArguments) {
    super(featureAlphaDropoutTakes, more);
  }
  forward(x: Tensor): Tensor {
    return F.featureAlphaDropout(x, this.p, this.training);
  }
}
