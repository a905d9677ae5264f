/** The encoder of a Transformer, and its layer. */

import { read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import * as k from '../kinds.ts';
import type { Trailing } from '../options.ts';
import type { Tensor } from '../tensor.ts';
import { asGiven, call, copies, type Mask, module, norm, residual, withoutUndefined } from '../transformer.ts';
import { MultiheadAttention } from './attention.ts';
import type { ModuleList } from './containers.ts';
import { Dropout } from './dropout.ts';
import { layer } from './layer.ts';
import { Linear } from './linear.ts';
import { Module } from './module.ts';
import { LayerNorm } from './norm.ts';

/** The function between the two linear layers: by its name, as a module or as a function of one tensor. */
export type Activation = 'relu' | 'gelu' | ((x: Tensor) => Tensor);

export interface TransformerLayerOptions {
  /** The features between the two linear layers; defaults to 2048. */
  readonly dimFeedforward?: number;
  /** The probability of dropout; defaults to 0.1. */
  readonly dropout?: number;
  /** Between the two linear layers; defaults to 'relu'. */
  readonly activation?: Activation;
  /** Added to the variance in layer norms; defaults to 1e-5. */
  readonly layerNormEps?: number;
  /** Inputs and outputs are [N,T,…] instead of [T,N,…]; defaults to false. */
  readonly batchFirst?: boolean;
  /** Normalise before each part, and not after it; defaults to false. */
  readonly normFirst?: boolean;
}
/** The trailing arguments of a layer of encoder or decoder. */
export type TransformerLayerArguments = Trailing<
  TransformerLayerOptions,
  [
    dimFeedforward: number,
    dropout: number,
    activation: Activation,
    layerNormEps: number,
    batchFirst: boolean,
    normFirst: boolean,
  ]
>;
const activation = k.kind(
  "'relu', 'gelu', a module or a function of one tensor",
  (v) => v === 'relu' || v === 'gelu' || typeof v === 'function',
);
/** The sizes of a layer. */
export const sizes = { dModel: k.size, nhead: k.size };
/** The options before and after those of only an encoder or a decoder. */
export const [feedforward, norms] = [
  { dimFeedforward: k.optional(k.size), dropout: k.optional(k.finite(0, 1)), activation: k.optional(activation) },
  { layerNormEps: k.optional(k.finite()), batchFirst: k.optional(k.flag), normFirst: k.optional(k.flag) },
];
/** The options of a layer, in PyTorch's order. */
export const layerOptions = { ...feedforward, ...norms };

/** The function that an activation means. */
export const functionOf = (a: Activation): ((x: Tensor) => Tensor) =>
  a === 'relu' ? F.relu : a === 'gelu' ? F.gelu : a;

/** The defaults of a layer's options. */
export const defaults = {
  dimFeedforward: 2048,
  dropout: 0.1,
  activation: 'relu',
  layerNormEps: 1e-5,
  batchFirst: false,
  normFirst: false,
} as const satisfies Required<TransformerLayerOptions>;

export interface EncoderLayerMasks {
  /** Keys that a position does not see, [T,T] or [N·nhead,T,T]: bools, true where it does not, or f32 to add; defaults to null. */
  readonly srcMask?: Mask;
  /** Keys that no position sees, [N,T]; defaults to null. */
  readonly srcKeyPaddingMask?: Mask;
}
/** What a call of nn.TransformerEncoderLayer takes. */
export type EncoderLayerInputs = [
  src: Tensor,
  ...masks: Trailing<EncoderLayerMasks, [srcMask: Mask, srcKeyPaddingMask: Mask]>,
];
const encoderLayerTakes = layer('TransformerEncoderLayer', sizes, layerOptions);
const encoderLayerCall = call('TransformerEncoderLayer', ['src'], ['srcMask', 'srcKeyPaddingMask']);

export interface TransformerEncoderLayer {
  // biome-ignore lint/style/useShorthandFunctionType: it merges with the class below
  (...inputs: EncoderLayerInputs): Tensor;
}
/** Attention of a sequence to itself and two linear layers, each added to its input and normalised: [T,N,dModel] to the same
 *  shape, or [N,T,dModel] with `batchFirst`, or without N. Options in PyTorch's order: dimFeedforward (2048), dropout (0.1),
 *  activation ('relu'), layerNormEps (1e-5), batchFirst (false), normFirst (false). A call also takes srcMask and
 *  srcKeyPaddingMask, the attnMask and keyPaddingMask of nn.MultiheadAttention. Throws unless dModel is a multiple of nhead. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: instances can be called, as those of every module
export class TransformerEncoderLayer extends Module {
  // The names of fields are those in PyTorch's state dict.
  readonly self_attn: MultiheadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly activation: (x: Tensor) => Tensor;
  readonly normFirst: boolean;

  constructor(dModel: number, nhead: number, ...more: TransformerLayerArguments) {
    super();
    const given = { ...defaults, ...read<TransformerLayerOptions>(encoderLayerTakes, [dModel, nhead, ...more]) };
    const { dimFeedforward, dropout, layerNormEps, batchFirst } = given;
    this.self_attn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst });
    this.linear1 = new Linear(dModel, dimFeedforward);
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel);
    this.norm1 = new LayerNorm(dModel, layerNormEps);
    this.norm2 = new LayerNorm(dModel, layerNormEps);
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.activation = functionOf(given.activation);
    this.normFirst = given.normFirst;
  }

  forward(...inputs: EncoderLayerInputs): Tensor {
    const { src, srcMask, srcKeyPaddingMask } = read<EncoderLayerMasks & { src: Tensor }>(encoderLayerCall, inputs);
    const attend = (x: Tensor): Tensor => {
      const masks = { attnMask: srcMask, keyPaddingMask: srcKeyPaddingMask, needWeights: false };
      return this.dropout1(this.self_attn(x, x, x, withoutUndefined(masks))[0]);
    };
    const feed = (x: Tensor): Tensor => this.dropout2(this.linear2(this.dropout(this.activation(this.linear1(x)))));
    const x = residual(src, attend, this.norm1, this.normFirst);
    return residual(x, feed, this.norm2, this.normFirst);
  }
}

export interface NormOption {
  /** A module on the output, such as nn.LayerNorm(dModel); defaults to null. */
  readonly norm?: Module | null;
}

export interface EncoderMasks {
  /** The srcMask of every layer; defaults to null. */
  readonly mask?: Mask;
  /** The srcKeyPaddingMask of every layer; defaults to null. */
  readonly srcKeyPaddingMask?: Mask;
}
/** What a call of nn.TransformerEncoder takes. */
export type EncoderInputs = [src: Tensor, ...masks: Trailing<EncoderMasks, [mask: Mask, srcKeyPaddingMask: Mask]>];
const encoderTakes = layer('TransformerEncoder', { encoderLayer: module, numLayers: k.whole(0) }, { norm });
const encoderCall = call('TransformerEncoder', ['src'], ['mask', 'srcKeyPaddingMask']);

export interface TransformerEncoder {
  // biome-ignore lint/style/useShorthandFunctionType: it merges with the class below
  (...inputs: EncoderInputs): Tensor;
}
/** `numLayers` copies of a layer one after another, which begin with the same values, and then `norm` if there is one:
 *  `nn.TransformerEncoder(nn.TransformerEncoderLayer(512, 8), 6)`. A call also takes mask and srcKeyPaddingMask, for every
 *  layer. What comes out at padded positions is not 0, as it is where PyTorch evaluates layers with nested tensors. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: instances can be called, as those of every module
export class TransformerEncoder extends Module {
  readonly layers: ModuleList;
  readonly numLayers: number;
  readonly norm: Module | null;

  constructor(encoderLayer: Module, numLayers: number, ...more: Trailing<NormOption, [norm: Module | null]>) {
    super();
    const { norm = null } = read<NormOption>(encoderTakes, [encoderLayer, numLayers, ...more]);
    this.layers = copies(encoderLayer, numLayers);
    this.numLayers = numLayers;
    this.norm = norm;
  }

  forward(...inputs: EncoderInputs): Tensor {
    const { src, mask, srcKeyPaddingMask } = read<EncoderMasks & { src: Tensor }>(encoderCall, inputs);
    const x = [...this.layers].reduce((x, each) => each(...asGiven(x, mask, srcKeyPaddingMask)), src);
    return this.norm ? this.norm(x) : x;
  }
}
