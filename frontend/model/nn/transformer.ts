/** The Transformer of "Attention Is All You Need". */

import { showShape } from '../../../ir/type.ts';
import { fn, read } from '../arguments.ts';
import { additive, later } from '../attention.ts';
import { xavierUniform } from '../init.ts';
import * as k from '../kinds.ts';
import type { Trailing } from '../options.ts';
import { currentGenerator } from '../seed.ts';
import type { Tensor } from '../tensor.ts';
import { involved, userError, withLoc } from '../trace.ts';
import { asGiven, call, type Mask, module } from '../transformer.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';
import { LayerNorm } from './norm.ts';
import { TransformerDecoder, TransformerDecoderLayer } from './transformer-decoder.ts';
import {
  type Activation,
  defaults,
  feedforward,
  norms,
  TransformerEncoder,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from './transformer-encoder.ts';

export interface TransformerOptions extends TransformerLayerOptions {
  /** The features of each step; defaults to 512. */
  readonly dModel?: number;
  /** The number of heads; defaults to 8. */
  readonly nhead?: number;
  /** The number of layers of the encoder; defaults to 6. */
  readonly numEncoderLayers?: number;
  /** The number of layers of the decoder; defaults to 6. */
  readonly numDecoderLayers?: number;
  /** An encoder of one's own; defaults to null. */
  readonly customEncoder?: Module | null;
  /** A decoder of one's own; defaults to null. */
  readonly customDecoder?: Module | null;
}
/** The arguments of nn.Transformer. */
export type TransformerArguments = Trailing<
  TransformerOptions,
  [
    dModel: number,
    nhead: number,
    numEncoderLayers: number,
    numDecoderLayers: number,
    dimFeedforward: number,
    dropout: number,
    activation: Activation,
    customEncoder: Module | null,
    customDecoder: Module | null,
    layerNormEps: number,
    batchFirst: boolean,
    normFirst: boolean,
  ]
>;
export interface TransformerMasks {
  /** The encoder's mask; defaults to null. */
  readonly srcMask?: Mask;
  readonly tgtMask?: Mask;
  readonly memoryMask?: Mask;
  readonly srcKeyPaddingMask?: Mask;
  readonly tgtKeyPaddingMask?: Mask;
  readonly memoryKeyPaddingMask?: Mask;
}
/** What a call of nn.Transformer takes. */
export type TransformerInputs = [
  src: Tensor,
  tgt: Tensor,
  ...masks: Trailing<
    TransformerMasks,
    [
      srcMask: Mask,
      tgtMask: Mask,
      memoryMask: Mask,
      srcKeyPaddingMask: Mask,
      tgtKeyPaddingMask: Mask,
      memoryKeyPaddingMask: Mask,
    ]
  >,
];
const own = k.optional(k.orNull(module));
const transformerTakes = layer(
  'Transformer',
  {},
  {
    dModel: k.optional(k.size),
    nhead: k.optional(k.size),
    numEncoderLayers: k.optional(k.whole(0)),
    numDecoderLayers: k.optional(k.whole(0)),
    ...feedforward,
    customEncoder: own,
    customDecoder: own,
    ...norms,
  },
);
const transformerCall = call(
  'Transformer',
  ['src', 'tgt'],
  ['srcMask', 'tgtMask', 'memoryMask', 'srcKeyPaddingMask', 'tgtKeyPaddingMask', 'memoryKeyPaddingMask'],
);
const subsequentMask = fn(
  'generateSquareSubsequentMask',
  { size: k.size },
  (size: number): Tensor => additive(later(size, size), true),
);

export interface Transformer {
  // biome-ignore lint/style/useShorthandFunctionType: it merges with the class below
  (...inputs: TransformerInputs): Tensor;
}
/** An encoder of one sequence and a decoder of another: `this.transformer(src, tgt)` of [S,N,dModel] and [T,N,dModel], or with the
 *  batch first with `batchFirst`, or without it, to the shape of `tgt`. Options in PyTorch's order: dModel (512), nhead (8),
 *  numEncoderLayers (6), numDecoderLayers (6), dimFeedforward (2048), dropout (0.1), activation ('relu'), customEncoder (null),
 *  customDecoder (null), layerNormEps (1e-5), batchFirst (false), normFirst (false). A call also takes srcMask, tgtMask, memoryMask,
 *  srcKeyPaddingMask, tgtKeyPaddingMask and memoryKeyPaddingMask. Matrices are drawn from ±√(6/(in + out)). */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: instances can be called, as those of every module
export class Transformer extends Module {
  readonly encoder: Module;
  readonly decoder: Module;
  readonly dModel: number;
  readonly nhead: number;
  readonly batchFirst: boolean;

  constructor(...more: TransformerArguments) {
    super();
    const given = { ...defaults, ...read<TransformerOptions>(transformerTakes, more) };
    const { dModel = 512, nhead = 8, numEncoderLayers = 6, numDecoderLayers = 6 } = given;
    const { customEncoder = null, customDecoder = null, layerNormEps, batchFirst } = given;
    const { dimFeedforward, dropout, activation, normFirst } = given;
    const options = { dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst };
    const norm = (): LayerNorm => new LayerNorm(dModel, layerNormEps);
    this.encoder =
      customEncoder ??
      new TransformerEncoder(new TransformerEncoderLayer(dModel, nhead, options), numEncoderLayers, norm());
    this.decoder =
      customDecoder ??
      new TransformerDecoder(new TransformerDecoderLayer(dModel, nhead, options), numDecoderLayers, norm());
    [this.dModel, this.nhead, this.batchFirst] = [dModel, nhead, batchFirst];
    for (const p of this.parameters())
      if (p.dim > 1) p.data = xavierUniform(p.shape as readonly number[], currentGenerator());
  }

  /** A mask by which each of `size` positions sees itself and those before: f32 [size,size], -Infinity above the diagonal, else
   *  0. Only for `forward`. */
  static generateSquareSubsequentMask(size: number): Tensor {
    return subsequentMask(size);
  }
  /** A mask by which each of `size` positions sees itself and those before: f32 [size,size], -Infinity above the diagonal, else
   *  0. Only for `forward`. */
  generateSquareSubsequentMask(size: number): Tensor {
    return subsequentMask(size);
  }

  forward(...inputs: TransformerInputs): Tensor {
    const { src, tgt, ...m } = read<TransformerMasks & { src: Tensor; tgt: Tensor }>(transformerCall, inputs);
    const wrong = [src, tgt].find((t) => t.value.type.shape.at(-1) !== this.dModel);
    if (wrong)
      throw withLoc(() =>
        userError(
          'shape-mismatch',
          `Transformer: needs inputs of ${this.dModel} features, got ${showShape(src.value.type.shape)} and ${showShape(tgt.value.type.shape)}`,
          { notes: involved({ src: src.value, tgt: tgt.value }) },
        ),
      );
    const memory = this.encoder(...asGiven(src, m.srcMask, m.srcKeyPaddingMask));
    const masks = [m.tgtMask, m.memoryMask, m.tgtKeyPaddingMask, m.memoryKeyPaddingMask];
    return this.decoder(...asGiven(tgt, memory, ...masks));
  }
}
