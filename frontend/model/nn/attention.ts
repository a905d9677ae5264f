/** Attention with several heads. */

import { describe } from '../../../ir/graph.ts';
import { type Dim, isBatch, mulDim, sameShape, showShape } from '../../../ir/type.ts';
import { read, type Signature } from '../arguments.ts';
import { additive, attentionWeights } from '../attention.ts';
import { toExtent } from '../dims.ts';
import * as F from '../functional/index.ts';
import { xavierNormal, xavierUniform } from '../init.ts';
import * as k from '../kinds.ts';
import type { Trailing } from '../options.ts';
import { currentGenerator } from '../seed.ts';
import type { Tensor } from '../tensor.ts';
import { called, involved, userError, withLoc } from '../trace.ts';
import { layer } from './layer.ts';
import { Linear } from './linear.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

export interface MultiheadAttentionOptions {
  /** The probability with which a weight is dropped in training; defaults to 0. */
  readonly dropout?: number;
  /** Have biases; defaults to true. */
  readonly bias?: boolean;
  /** Append a key and a value that are learnt; defaults to false. */
  readonly addBiasKv?: boolean;
  /** Append a key and a value of zeros; defaults to false. */
  readonly addZeroAttn?: boolean;
  /** The features of a key; defaults to null, for those of a query. */
  readonly kdim?: number | null;
  /** The features of a value; defaults to null, for those of a query. */
  readonly vdim?: number | null;
  /** Inputs and outputs are [N,T,…] instead of [T,N,…]; defaults to false. */
  readonly batchFirst?: boolean;
}
/** The trailing arguments of nn.MultiheadAttention. */
export type MultiheadAttentionArguments = Trailing<
  MultiheadAttentionOptions,
  [
    dropout: number,
    bias: boolean,
    addBiasKv: boolean,
    addZeroAttn: boolean,
    kdim: number | null,
    vdim: number | null,
    batchFirst: boolean,
  ]
>;
const attentionTakes = layer(
  'MultiheadAttention',
  { embedDim: k.size, numHeads: k.size },
  {
    dropout: k.optional(k.finite(0, 1)),
    bias: k.optional(k.flag),
    addBiasKv: k.optional(k.flag),
    addZeroAttn: k.optional(k.flag),
    kdim: k.optional(k.orNull(k.size)),
    vdim: k.optional(k.orNull(k.size)),
    batchFirst: k.optional(k.flag),
  },
);

export interface AttentionInputs<W extends boolean = boolean> {
  /** Keys that no query sees, [N,S]: bools, true where it does not, or f32 to add to the scores; defaults to null. */
  readonly keyPaddingMask?: Tensor | null;
  /** Also return the weights; defaults to true. */
  readonly needWeights?: W;
  /** Keys that a query does not see, [L,S] or [N·numHeads,L,S]: as keyPaddingMask; defaults to null. */
  readonly attnMask?: Tensor | null;
  /** Return the mean of the heads' weights, [N,L,S], and not [N,numHeads,L,S]; defaults to true. */
  readonly averageAttnWeights?: boolean;
}
/** What a call of nn.MultiheadAttention takes after query, key and value. */
export type AttentionInputsInOrder<W extends boolean = boolean> = Trailing<
  AttentionInputs<W>,
  [keyPaddingMask: Tensor | null, needWeights: W, attnMask: Tensor | null, averageAttnWeights: boolean]
>;
const mask = k.optional(k.orNull(k.tensor));
const inputs: Signature = {
  name: 'MultiheadAttention',
  takes: { query: k.tensor, key: k.tensor, value: k.tensor },
  options: {
    keyPaddingMask: mask,
    needWeights: k.optional(k.flag),
    attnMask: mask,
    averageAttnWeights: k.optional(k.flag),
  },
};

/** PyTorch's name, which is printed. */
class NonDynamicallyQuantizableLinear extends Linear {}

export interface MultiheadAttention {
  (query: Tensor, key: Tensor, value: Tensor, ...more: AttentionInputsInOrder<true>): [output: Tensor, weights: Tensor];
  (
    query: Tensor,
    key: Tensor,
    value: Tensor,
    ...more: AttentionInputsInOrder
  ): [output: Tensor, weights: Tensor | null];
}
/** Scaled dot-product attention of `numHeads` heads, each over embedDim/numHeads features of projections of the three inputs:
 *  `const [output, weights] = this.attention(query, key, value)` of queries [L,N,embedDim], keys [S,N,kdim] and values [S,N,vdim],
 *  or [N,L,embedDim] and so on with `batchFirst`, or without N. Options in PyTorch's order: dropout (0), bias (true), addBiasKv
 *  (false), addZeroAttn (false), kdim (null), vdim (null), batchFirst (false). A call also takes, in PyTorch's order or by name,
 *  keyPaddingMask [N,S], needWeights (true; without, weights are null), attnMask [L,S] or [N·numHeads,L,S], averageAttnWeights
 *  (true). Masks are tensors of bools, true where a key is not seen, or of f32, added to the scores. A query that sees no key gives
 *  NaN. Parameters have PyTorch's names, `in_proj_weight` and so on. Throws unless embedDim is a multiple of numHeads. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: instances can be called, as those of every module
export class MultiheadAttention extends Module {
  readonly embedDim: number;
  readonly kdim: number;
  readonly vdim: number;
  readonly numHeads: number;
  readonly headDim: number;
  readonly dropout: number;
  readonly batchFirst: boolean;
  readonly addZeroAttn: boolean;
  // The names of fields are those in PyTorch's state dict.
  q_proj_weight: Parameter | null;
  k_proj_weight: Parameter | null;
  v_proj_weight: Parameter | null;
  in_proj_weight: Parameter | null;
  in_proj_bias: Parameter | null;
  bias_k: Parameter | null;
  bias_v: Parameter | null;
  readonly out_proj: Linear;

  constructor(embedDim: number, numHeads: number, ...more: MultiheadAttentionArguments) {
    super();
    const given = read<MultiheadAttentionOptions>(attentionTakes, [embedDim, numHeads, ...more]);
    const { dropout = 0, bias = true, addBiasKv = false, addZeroAttn = false, kdim, vdim, batchFirst = false } = given;
    if (embedDim % numHeads !== 0)
      throw withLoc(() =>
        userError(
          'bad-argument',
          `MultiheadAttention: embedDim must be a multiple of numHeads, got ${embedDim} and ${numHeads}`,
        ),
      );
    [this.embedDim, this.kdim, this.vdim] = [embedDim, kdim ?? embedDim, vdim ?? embedDim];
    [this.numHeads, this.headDim, this.dropout] = [numHeads, embedDim / numHeads, dropout];
    [this.batchFirst, this.addZeroAttn] = [batchFirst, addZeroAttn];
    // PyTorch draws the output's projection first, and then the others.
    const outProj = new NonDynamicallyQuantizableLinear(embedDim, embedDim, bias);
    outProj.bias?.data.fill(0);
    const weight = (rows: number, columns: number): Parameter =>
      withLoc(
        () => new Parameter([rows, columns], xavierUniform([rows, columns], currentGenerator())),
        'MultiheadAttention',
      );
    const isSame = this.kdim === embedDim && this.vdim === embedDim;
    this.q_proj_weight = isSame ? null : weight(embedDim, embedDim);
    this.k_proj_weight = isSame ? null : weight(embedDim, this.kdim);
    this.v_proj_weight = isSame ? null : weight(embedDim, this.vdim);
    this.in_proj_weight = isSame ? weight(3 * embedDim, embedDim) : null;
    this.in_proj_bias = bias ? new Parameter([3 * embedDim]) : null;
    const one = [1, 1, embedDim];
    this.bias_k = addBiasKv ? new Parameter(one, xavierNormal(one, currentGenerator())) : null;
    this.bias_v = addBiasKv ? new Parameter(one, xavierNormal(one, currentGenerator())) : null;
    this.out_proj = outProj;
  }

  forward(
    ...args: [query: Tensor, key: Tensor, value: Tensor, ...more: AttentionInputsInOrder]
  ): [output: Tensor, weights: Tensor | null] {
    return withLoc(() => {
      const given = read<AttentionInputs & Three>(inputs, args);
      const { query, key, keyPaddingMask = null, attnMask = null } = given;
      const { needWeights = true, averageAttnWeights = true } = given;
      this.checkInputs(given);
      const mask = this.merged(keyPaddingMask, attnMask, this.extents(query), this.extents(key).steps);
      const [q, projectedKey, projectedValue] = this.projected(given);
      const [keys, values] = [this.heads(projectedKey, this.bias_k), this.heads(projectedValue, this.bias_v)];
      const all = attentionWeights(this.heads(q, null, false), keys, mask);
      const weights = F.dropout(all, this.dropout, this.dropout > 0 && this.training);
      const output = F.linear(this.joined(weights.matmul(values)), this.out_proj.weight, this.out_proj.bias);
      if (!needWeights) return [output, null];
      return [output, averageAttnWeights ? weights.mean(-3) : weights];
    }, 'MultiheadAttention');
  }

  /** The batch, and the number of steps, of an input. */
  private extents(x: Tensor): { readonly batch: Dim | null; readonly steps: Dim } {
    const [a, b] = x.value.type.shape as readonly [Dim, Dim];
    if (x.dim === 2) return { batch: null, steps: a };
    return this.batchFirst ? { batch: a, steps: b } : { batch: b, steps: a };
  }

  private checkInputs({ query, key, value }: Three): void {
    const of = { query, key, value };
    const features = { query: this.embedDim, key: this.kdim, value: this.vdim };
    const lead = this.batchFirst ? '[N,T,' : '[T,N,';
    const isFit = ([name, t]: [string, Tensor]): boolean => {
      const { shape, dtype } = t.value.type;
      const { batch, steps } = shape.length < 2 ? { batch: null, steps: 0 } : this.extents(t);
      return (
        dtype === 'f32' &&
        shape.length === query.dim &&
        (shape.length === 2 || shape.length === 3) &&
        shape.at(-1) === features[name as keyof Three] &&
        sameShape([batch ?? 0], [this.extents(query).batch ?? 0]) &&
        !isBatch(steps)
      );
    };
    const wrong = Object.entries(of).find((entry) => !isFit(entry));
    if (wrong) {
      const [name, t] = wrong;
      const width = features[name as keyof Three];
      throw userError(
        'shape-mismatch',
        `${called()}: needs a ${name} ${lead}${width}] or [T,${width}], with the batch of the query, got ${describe(t.value)}`,
        { notes: involved({ query: query.value, [name]: t.value }), help: this.onInput(t) },
      );
    }
    const [ofKey, ofValue] = [key, value].map((t) => t.value.type.shape.slice(0, -1)) as [Dim[], Dim[]];
    if (!sameShape(ofKey, ofValue))
      throw userError(
        'shape-mismatch',
        `${called()}: the key is ${showShape(key.value.type.shape)} and the value ${showShape(value.value.type.shape)}: each key has one value`,
        { notes: involved({ key: key.value, value: value.value }) },
      );
  }

  private onInput(t: Tensor): string | null {
    const { shape } = t.value.type;
    if (shape.length !== 3 || !isBatch(this.extents(t).steps)) return null;
    return this.batchFirst
      ? 'the batch comes first: with batchFirst inputs are [N,T,…]'
      : 'the batch comes second unless the layer is made with { batchFirst: true }';
  }

  /** Queries, keys and values of all heads beside each other. One input is read once. */
  private projected({ query, key, value }: Three): [Tensor, Tensor, Tensor] {
    const { embedDim, in_proj_weight: packed, in_proj_bias: bias } = this;
    const part = (t: Tensor, first: number, count: number): Tensor => t.narrow(0, first * embedDim, count * embedDim);
    const project = (x: Tensor, weight: Tensor | null, first: number, count = 1): Tensor[] =>
      F.linear(
        x,
        weight ?? (count === 3 ? (packed as Tensor) : part(packed as Tensor, first, count)),
        bias && (count === 3 ? bias : part(bias, first, count)),
      ).split(embedDim, -1);
    if (packed && query === key && key === value) return project(query, null, 0, 3) as [Tensor, Tensor, Tensor];
    const [q] = project(query, this.q_proj_weight, 0) as [Tensor];
    if (packed && key === value) return [q, ...project(key, null, 1, 2)] as [Tensor, Tensor, Tensor];
    return [q, ...project(key, this.k_proj_weight, 1), ...project(value, this.v_proj_weight, 2)] as [
      Tensor,
      Tensor,
      Tensor,
    ];
  }

  /** [T,N,E] or [N,T,E] as [N,heads,T,E/heads], and [T,E] as [heads,T,E/heads]; keys and values with what is appended. */
  private heads(x: Tensor, bias: Parameter | null, isKey = true): Tensor {
    const { numHeads, headDim } = this;
    const order = x.dim === 2 ? [1, 0, 2] : this.batchFirst ? [0, 2, 1, 3] : [1, 2, 0, 3];
    let all = x;
    if (bias) {
      const lead = x.shape.with(this.stepsOf(x), 1);
      all = F.cat(
        [x, bias.view(...x.shape.map((_, d) => (d === x.dim - 1 ? this.embedDim : 1))).expand(...lead)],
        this.stepsOf(x),
      );
    }
    const split = all.view(...all.shape.slice(0, -1), numHeads, headDim).permute(order);
    if (!isKey || !this.addZeroAttn) return split;
    return F.pad(split, [0, 0, 0, 1]);
  }
  private stepsOf(x: Tensor): number {
    return x.dim === 3 && this.batchFirst ? 1 : 0;
  }
  /** What `heads` has taken apart. */
  private joined(x: Tensor): Tensor {
    const order = x.dim === 3 ? [1, 0, 2] : this.batchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3];
    return x.permute(order).flatten(-2);
  }

  /** Both masks, to be added to scores [N,heads,L,S] or [heads,L,S]. */
  private merged(
    keyPaddingMask: Tensor | null,
    attnMask: Tensor | null,
    { batch, steps }: { readonly batch: Dim | null; readonly steps: Dim },
    keys: Dim,
  ): Tensor | null {
    const wrong = (name: string, t: Tensor, wanted: string) =>
      userError('shape-mismatch', `${called()}: ${name} must be ${wanted}, got ${describe(t.value)}`, {
        notes: involved({ [name]: t.value }),
      });
    const masks: Tensor[] = [];
    if (keyPaddingMask) {
      const shape = batch === null ? [keys] : [batch, keys];
      if (!sameShape(keyPaddingMask.value.type.shape, shape))
        throw wrong('keyPaddingMask', keyPaddingMask, showShape(shape));
      const spread = batch === null ? [1, 1, keys] : [batch, 1, 1, keys];
      masks.push(additive(keyPaddingMask, true).view(...spread.map(toExtent)));
    }
    if (attnMask) {
      const lead = batch === null ? this.numHeads : (mulDim(batch, this.numHeads) as Dim);
      const { shape } = attnMask.value.type;
      if (!sameShape(shape, [steps, keys]) && !sameShape(shape, [lead, steps, keys]))
        throw wrong('attnMask', attnMask, `${showShape([steps, keys])} or ${showShape([lead, steps, keys])}`);
      const sums = additive(attnMask, true);
      masks.push(
        shape.length === 2 || batch === null ? sums : sums.view(...[batch, this.numHeads, steps, keys].map(toExtent)),
      );
    }
    if (masks.length === 0) return null;
    // What is appended is always seen.
    const added = (this.bias_k ? 1 : 0) + (this.addZeroAttn ? 1 : 0);
    const all = masks.map((m) => (added > 0 ? F.pad(m, [0, added]) : m));
    return all.reduce((sum, m) => sum.add(m));
  }
}

interface Three {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
}
