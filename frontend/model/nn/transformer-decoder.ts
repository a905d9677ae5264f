/** The decoder of a Transformer, and its layer. */

import { read } from '../arguments.ts';
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
import {
  defaults,
  functionOf,
  layerOptions,
  type NormOption,
  sizes,
  type TransformerLayerArguments,
  type TransformerLayerOptions,
} from './transformer-encoder.ts';

export interface DecoderMasks {
  /** Keys of tgt that a position of tgt does not see, [T,T] or [N·nhead,T,T]; defaults to null. */
  readonly tgtMask?: Mask;
  /** Keys of memory that a position of tgt does not see, [T,S] or [N·nhead,T,S]; defaults to null. */
  readonly memoryMask?: Mask;
  /** Keys of tgt that no position sees, [N,T]; defaults to null. */
  readonly tgtKeyPaddingMask?: Mask;
  /** Keys of memory that no position sees, [N,S]; defaults to null. */
  readonly memoryKeyPaddingMask?: Mask;
}
/** What a call of nn.TransformerDecoderLayer or nn.TransformerDecoder takes. */
export type DecoderInputs = [
  tgt: Tensor,
  memory: Tensor,
  ...masks: Trailing<
    DecoderMasks,
    [tgtMask: Mask, memoryMask: Mask, tgtKeyPaddingMask: Mask, memoryKeyPaddingMask: Mask]
  >,
];
type Decoded = DecoderMasks & { readonly tgt: Tensor; readonly memory: Tensor };
const decoderMasks = ['tgtMask', 'memoryMask', 'tgtKeyPaddingMask', 'memoryKeyPaddingMask'];
const decoderLayerTakes = layer('TransformerDecoderLayer', sizes, layerOptions);
const decoderLayerCall = call('TransformerDecoderLayer', ['tgt', 'memory'], decoderMasks);

export interface TransformerDecoderLayer {
  // biome-ignore lint/style/useShorthandFunctionType: it merges with the class below
  (...inputs: DecoderInputs): Tensor;
}
/** As nn.TransformerEncoderLayer, with attention to `memory` [S,N,dModel] in between: `this.decoder(tgt, memory)`, of the shape of
 *  `tgt`. A call also takes tgtMask, memoryMask, tgtKeyPaddingMask and memoryKeyPaddingMask. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: instances can be called, as those of every module
export class TransformerDecoderLayer extends Module {
  // The names of fields are those in PyTorch's state dict.
  readonly self_attn: MultiheadAttention;
  readonly multihead_attn: MultiheadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly norm3: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly dropout3: Dropout;
  readonly activation: (x: Tensor) => Tensor;
  readonly normFirst: boolean;

  constructor(dModel: number, nhead: number, ...more: TransformerLayerArguments) {
    super();
    const given = { ...defaults, ...read<TransformerLayerOptions>(decoderLayerTakes, [dModel, nhead, ...more]) };
    const { dimFeedforward, dropout, layerNormEps, batchFirst } = given;
    this.self_attn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst });
    this.multihead_attn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst });
    this.linear1 = new Linear(dModel, dimFeedforward);
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel);
    this.norm1 = new LayerNorm(dModel, layerNormEps);
    this.norm2 = new LayerNorm(dModel, layerNormEps);
    this.norm3 = new LayerNorm(dModel, layerNormEps);
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.dropout3 = new Dropout(dropout);
    this.activation = functionOf(given.activation);
    this.normFirst = given.normFirst;
  }

  forward(...inputs: DecoderInputs): Tensor {
    const { tgt, memory, ...masks } = read<Decoded>(decoderLayerCall, inputs);
    const own = { attnMask: masks.tgtMask, keyPaddingMask: masks.tgtKeyPaddingMask, needWeights: false };
    const others = { attnMask: masks.memoryMask, keyPaddingMask: masks.memoryKeyPaddingMask, needWeights: false };
    const attend = (x: Tensor): Tensor => this.dropout1(this.self_attn(x, x, x, withoutUndefined(own))[0]);
    const recall = (x: Tensor): Tensor =>
      this.dropout2(this.multihead_attn(x, memory, memory, withoutUndefined(others))[0]);
    const feed = (x: Tensor): Tensor => this.dropout3(this.linear2(this.dropout(this.activation(this.linear1(x)))));
    const x = residual(tgt, attend, this.norm1, this.normFirst);
    const y = residual(x, recall, this.norm2, this.normFirst);
    return residual(y, feed, this.norm3, this.normFirst);
  }
}

const decoderTakes = layer('TransformerDecoder', { decoderLayer: module, numLayers: k.whole(0) }, { norm });
const decoderCall = call('TransformerDecoder', ['tgt', 'memory'], decoderMasks);

export interface TransformerDecoder {
  // biome-ignore lint/style/useShorthandFunctionType: it merges with the class below
  (...inputs: DecoderInputs): Tensor;
}
/** `numLayers` copies of a layer one after another, each with the same memory, and then `norm` if there is one:
 *  `nn.TransformerDecoder(nn.TransformerDecoderLayer(512, 8), 6)`, called as the layer is. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: instances can be called, as those of every module
export class TransformerDecoder extends Module {
  readonly layers: ModuleList;
  readonly numLayers: number;
  readonly norm: Module | null;

  constructor(decoderLayer: Module, numLayers: number, ...more: Trailing<NormOption, [norm: Module | null]>) {
    super();
    const { norm = null } = read<NormOption>(decoderTakes, [decoderLayer, numLayers, ...more]);
    this.layers = copies(decoderLayer, numLayers);
    this.numLayers = numLayers;
    this.norm = norm;
  }

  forward(...inputs: DecoderInputs): Tensor {
    const { tgt, memory, ...m } = read<Decoded>(decoderCall, inputs);
    const masks = [m.tgtMask, m.memoryMask, m.tgtKeyPaddingMask, m.memoryKeyPaddingMask];
    const x = [...this.layers].reduce((x, each) => each(...asGiven(x, memory, ...masks)), tgt);
    return this.norm ? this.norm(x) : x;
  }
}
