/** Tables of rows by index. */

import { read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import { countIn } from '../init.ts';
import * as k from '../kinds.ts';
import { normal } from '../normal.ts';
import type { Trailing } from '../options.ts';
import { currentGenerator } from '../seed.ts';
import type { Tensor } from '../tensor.ts';
import { userError, withLoc } from '../trace.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

export interface EmbeddingOptions {
  /** The index of a row that starts as zeros and is not trained, counted from the back where negative; defaults to null for none. */
  readonly paddingIdx?: number | null;
}
const embeddingTakes = layer(
  'Embedding',
  { numEmbeddings: k.size, embeddingDim: k.size },
  { paddingIdx: k.optional(k.orNull(k.whole())) },
);

/** The rows of `weight` [numEmbeddings, embeddingDim] at the indices of an input of i32, […] to […, embeddingDim]:
 *  `nn.Embedding(1000, 64)`. `weight` is drawn from the normal distribution with mean 0 and variance 1. A compiled model refuses
 *  indices in inputs that are no rows; computed ones give NaN. Throws for a paddingIdx that is no row. */
export class Embedding extends Module {
  readonly weight: Parameter;
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;

  constructor(
    numEmbeddings: number,
    embeddingDim: number,
    ...more: Trailing<EmbeddingOptions, [paddingIdx: number | null]>
  ) {
    super();
    const { paddingIdx = null } = read<EmbeddingOptions>(embeddingTakes, [numEmbeddings, embeddingDim, ...more]);
    [this.numEmbeddings, this.embeddingDim] = [numEmbeddings, embeddingDim];
    this.paddingIdx = rowOf('Embedding', paddingIdx, numEmbeddings);
    this.weight = new Parameter([numEmbeddings, embeddingDim], table(this));
  }

  forward(x: Tensor): Tensor {
    return F.embedding(x, this.weight, this.paddingIdx);
  }

  override extraRepr(): string {
    const { numEmbeddings, embeddingDim, paddingIdx } = this;
    return `${numEmbeddings}, ${embeddingDim}${paddingIdx === null ? '' : `, padding_idx=${paddingIdx}`}`;
  }
}

/** The row that a paddingIdx means. */
function rowOf(name: string, paddingIdx: number | null, rows: number): number | null {
  if (paddingIdx === null || (paddingIdx >= 0 && paddingIdx < rows)) return paddingIdx;
  if (paddingIdx < 0 && paddingIdx >= -rows) return paddingIdx + rows;
  throw withLoc(() =>
    userError('out-of-range', `${name}: paddingIdx ${paddingIdx} is not one of ${rows} rows`, {
      help: `rows go from ${-rows} to ${rows - 1}`,
    }),
  );
}

/** Initial rows: normal numbers, and zeros for padding. */
function table(of: Pick<Embedding, 'numEmbeddings' | 'embeddingDim' | 'paddingIdx'>): Float32Array {
  const { numEmbeddings, embeddingDim, paddingIdx } = of;
  const count = withLoc(() => countIn([numEmbeddings, embeddingDim]), 'Embedding');
  const values = normal(count, currentGenerator());
  if (paddingIdx !== null) values.fill(0, paddingIdx * embeddingDim, (paddingIdx + 1) * embeddingDim);
  return values;
}
