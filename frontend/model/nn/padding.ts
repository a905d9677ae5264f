/** Padding. */

import { read, type Signature } from '../arguments.ts';
import * as F from '../functional/index.ts';
import * as k from '../kinds.ts';
import { repr } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';

type Rank = 1 | 2 | 3;
/** One number for all sides, or one for each, from the last dimension backwards. */
export type Amounts = number | readonly number[];

const takes = (name: string, rank: Rank): Signature => layer(name, { padding: k.amounts(rank) });
const amountsOf = (padding: Amounts, rank: Rank): readonly number[] =>
  typeof padding === 'number' ? Array.from({ length: 2 * rank }, () => padding) : [...padding];

abstract class Padding extends Module {
  readonly padding: readonly number[];
  protected readonly mode: F.PaddingMode;
  constructor(padding: Amounts, rank: Rank, mode: F.PaddingMode = 'constant') {
    super();
    this.padding = amountsOf(padding, rank);
    this.mode = mode;
  }
  forward(x: Tensor): Tensor {
    return F.pad(x, this.padding, this.mode);
  }
  override extraRepr(): string {
    return repr(this.padding);
  }
}

abstract class ConstantPadding extends Padding {
  readonly value: number;
  constructor(padding: Amounts, rank: Rank, value: number) {
    super(padding, rank);
    this.value = value;
  }
  override forward(x: Tensor): Tensor {
    return F.pad(x, this.padding, 'constant', this.value);
  }
  override extraRepr(): string {
    return `padding=${repr(this.padding)}, value=${repr(this.value)}`;
  }
}

const reflectionPad1dTakes = takes('ReflectionPad1d', 1);

/** Padding of sequences [N,C,L] by what is beside the edge, mirrored there: one amount, or [left, right].
 *  Throws in `forward` for more than the input has. */
export class ReflectionPad1d extends Padding {
  constructor(padding: Amounts, ...none: []) {
    read(reflectionPad1dTakes, [padding, ...none]);
    super(padding, 1, 'reflect');
  }
}

const reflectionPad2dTakes = takes('ReflectionPad2d', 2);

/** Padding of images [N,C,H,W] by what is beside the edge, mirrored there: one amount, or [left, right, top, bottom].
 *  Throws in `forward` for more than the input has. */
export class ReflectionPad2d extends Padding {
  constructor(padding: Amounts, ...none: []) {
    read(reflectionPad2dTakes, [padding, ...none]);
    super(padding, 2, 'reflect');
  }
}

const reflectionPad3dTakes = takes('ReflectionPad3d', 3);

/** Padding of volumes [N,C,D,H,W] by what is beside the edge, mirrored there: one amount, or [left, right, top, bottom, front, back].
 *  Throws in `forward` for more than the input has. */
export class ReflectionPad3d extends Padding {
  constructor(padding: Amounts, ...none: []) {
    read(reflectionPad3dTakes, [padding, ...none]);
    super(padding, 3, 'reflect');
  }
}

const replicationPad1dTakes = takes('ReplicationPad1d', 1);

/** Padding of sequences [N,C,L] by the elements at the edge: one amount, or [left, right].
 *  Throws in `forward` for more than the input has. */
export class ReplicationPad1d extends Padding {
  constructor(padding: Amounts, ...none: []) {
    read(replicationPad1dTakes, [padding, ...none]);
    super(padding, 1, 'replicate');
  }
}

const replicationPad2dTakes = takes('ReplicationPad2d', 2);

/** Padding of images [N,C,H,W] by the elements at the edge: one amount, or [left, right, top, bottom].
 *  Throws in `forward` for more than the input has. */
export class ReplicationPad2d extends Padding {
  constructor(padding: Amounts, ...none: []) {
    read(replicationPad2dTakes, [padding, ...none]);
    super(padding, 2, 'replicate');
  }
}

const replicationPad3dTakes = takes('ReplicationPad3d', 3);

/** Padding of volumes [N,C,D,H,W] by the elements at the edge: one amount, or [left, right, top, bottom, front, back].
 *  Throws in `forward` for more than the input has. */
export class ReplicationPad3d extends Padding {
  constructor(padding: Amounts, ...none: []) {
    read(replicationPad3dTakes, [padding, ...none]);
    super(padding, 3, 'replicate');
  }
}

const circularPad1dTakes = takes('CircularPad1d', 1);

/** Padding of sequences [N,C,L] by the elements at the other end: one amount, or [left, right].
 *  Throws in `forward` for more than the input has. */
export class CircularPad1d extends Padding {
  constructor(padding: Amounts, ...none: []) {
    read(circularPad1dTakes, [padding, ...none]);
    super(padding, 1, 'circular');
  }
}

const circularPad2dTakes = takes('CircularPad2d', 2);

/** Padding of images [N,C,H,W] by the elements at the other end: one amount, or [left, right, top, bottom].
 *  Throws in `forward` for more than the input has. */
export class CircularPad2d extends Padding {
  constructor(padding: Amounts, ...none: []) {
    read(circularPad2dTakes, [padding, ...none]);
    super(padding, 2, 'circular');
  }
}

const circularPad3dTakes = takes('CircularPad3d', 3);

/** Padding of volumes [N,C,D,H,W] by the elements at the other end: one amount, or [left, right, top, bottom, front, back].
 *  Throws in `forward` for more than the input has. */
export class CircularPad3d extends Padding {
  constructor(padding: Amounts, ...none: []) {
    read(circularPad3dTakes, [padding, ...none]);
    super(padding, 3, 'circular');
  }
}

const constantPad1dTakes = layer('ConstantPad1d', { padding: k.amounts(1), value: k.number });

/** Padding of sequences [N,C,L] by a number: one amount, or [left, right]; negative ones crop. */
export class ConstantPad1d extends ConstantPadding {
  constructor(padding: Amounts, value: number, ...none: []) {
    read(constantPad1dTakes, [padding, value, ...none]);
    super(padding, 1, value);
  }
}

const constantPad2dTakes = layer('ConstantPad2d', { padding: k.amounts(2), value: k.number });

/** Padding of images [N,C,H,W] by a number: one amount, or [left, right, top, bottom]; negative ones crop. */
export class ConstantPad2d extends ConstantPadding {
  constructor(padding: Amounts, value: number, ...none: []) {
    read(constantPad2dTakes, [padding, value, ...none]);
    super(padding, 2, value);
  }
}

const constantPad3dTakes = layer('ConstantPad3d', { padding: k.amounts(3), value: k.number });

/** Padding of volumes [N,C,D,H,W] by a number: one amount, or [left, right, top, bottom, front, back]; negative ones crop. */
export class ConstantPad3d extends ConstantPadding {
  constructor(padding: Amounts, value: number, ...none: []) {
    read(constantPad3dTakes, [padding, value, ...none]);
    super(padding, 3, value);
  }
}

const zeroPad1dTakes = takes('ZeroPad1d', 1);

/** Padding of sequences [N,C,L] by zeros: one amount, or [left, right]; negative ones crop. */
export class ZeroPad1d extends Padding {
  constructor(padding: Amounts, ...none: []) {
    read(zeroPad1dTakes, [padding, ...none]);
    super(padding, 1);
  }
}

const zeroPad2dTakes = takes('ZeroPad2d', 2);

/** Padding of images [N,C,H,W] by zeros: one amount, or [left, right, top, bottom]; negative ones crop. */
export class ZeroPad2d extends Padding {
  constructor(padding: Amounts, ...none: []) {
    read(zeroPad2dTakes, [padding, ...none]);
    super(padding, 2);
  }
}

const zeroPad3dTakes = takes('ZeroPad3d', 3);

/** Padding of volumes [N,C,D,H,W] by zeros: one amount, or [left, right, top, bottom, front, back]; negative ones crop. */
export class ZeroPad3d extends Padding {
  constructor(padding: Amounts, ...none: []) {
    read(zeroPad3dTakes, [padding, ...none]);
    super(padding, 3);
  }
}
