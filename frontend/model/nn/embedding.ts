/** Tables of rows by index. */

import { read } from '../arguments.ts';
import * as F from '../functional/index.ts';
import { bagKinds, tableKinds } from '../functional/kinds.ts';
import { countIn } from '../init.ts';
import * as k from '../kinds.ts';
import { normal } from '../normal.ts';
import type { Trailing } from '../options.ts';
import { currentGenerator, withSeed } from '../seed.ts';
import type { Tensor } from '../tensor.ts';
import { userError, withLoc } from '../trace.ts';
import { layer } from './layer.ts';
import { Module } from './module.ts';
import { type Buffer, Parameter, Stored } from './parameter.ts';

export interface EmbeddingOptions extends F.TableOptions {
  /** The index of a row that starts as zeros and is not trained, counted from the back where negative; defaults to null for none. */
  readonly paddingIdx?: number | null;
}
const embeddingTakes = layer('Embedding', { numEmbeddings: k.size, embeddingDim: k.size }, tableKinds);
/** In PyTorch's order. */
export type TableArguments = [
  paddingIdx: number | null,
  maxNorm: null,
  normType: number,
  scaleGradByFreq: boolean,
  sparse: boolean,
];

/** The rows of `weight` [numEmbeddings, embeddingDim] at the indices of an input of i32, […] to […, embeddingDim]:
 *  `nn.Embedding(1000, 64)`. Options in PyTorch's order: paddingIdx, maxNorm (null alone), normType, scaleGradByFreq (false: with it, the
 *  gradient of each row is divided by how often it is read), sparse, which changes nothing. `weight` is drawn from the normal distribution with mean 0 and variance 1. A compiled model refuses
 *  indices in inputs that are no rows; computed ones give NaN. Throws for a paddingIdx that is no row. */
export class Embedding extends Module {
  weight: Parameter;
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  readonly scaleGradByFreq: boolean;
  readonly sparse: boolean;

  constructor(numEmbeddings: number, embeddingDim: number, ...more: Trailing<EmbeddingOptions, TableArguments>) {
    super();
    const given = read<EmbeddingOptions>(embeddingTakes, [numEmbeddings, embeddingDim, ...more]);
    const { paddingIdx = null, scaleGradByFreq = false, sparse = false } = given;
    [this.scaleGradByFreq, this.sparse] = [scaleGradByFreq, sparse];
    [this.numEmbeddings, this.embeddingDim] = [numEmbeddings, embeddingDim];
    this.paddingIdx = rowOf('Embedding', paddingIdx, numEmbeddings);
    this.weight = new Parameter([numEmbeddings, embeddingDim], table(this));
  }

  /** A table of given rows, as `nn.Parameter(shape, values)` or as a list of rows; frozen unless `freeze` is false. As
   *  `nn.Embedding.fromPretrained(rows, { paddingIdx: 0 })`. */
  static fromPretrained(
    embeddings: Rows,
    ...more: Trailing<PretrainedOptions & EmbeddingOptions, [freeze: boolean, ...TableArguments]>
  ): Embedding {
    const {
      freeze = true,
      embeddings: _,
      ...options
    } = read<PretrainedOptions & EmbeddingOptions & { embeddings: Rows }>(pretrainedTakes, [embeddings, ...more]);
    return holding(tableOf(embeddings), freeze, (rows, features) => new Embedding(rows, features, options));
  }

  forward(x: Tensor): Tensor {
    const { paddingIdx, scaleGradByFreq } = this;
    return F.embedding(x, this.weight, { paddingIdx, scaleGradByFreq });
  }

  override extraRepr(): string {
    const { numEmbeddings, embeddingDim, paddingIdx, scaleGradByFreq, sparse } = this;
    return [
      `${numEmbeddings}, ${embeddingDim}`,
      ...(paddingIdx === null ? [] : [`padding_idx=${paddingIdx}`]),
      ...(scaleGradByFreq ? ['scale_grad_by_freq=True'] : []),
      ...(sparse ? ['sparse=True'] : []),
    ].join(', ');
  }
}

/** Rows of a table: a parameter or buffer of two dimensions, or a list of rows. */
export type Rows = Parameter | Buffer | readonly (readonly number[])[];
/** The option of tables of given rows. */
export interface PretrainedOptions {
  /** Do not train the rows; defaults to true. */
  readonly freeze?: boolean;
}
const isRow = (v: unknown): boolean => Array.isArray(v) && v.every((n) => typeof n === 'number');
const rowsKind = k.kind('a parameter or buffer of two dimensions, or a list of rows of one length', (v) =>
  v instanceof Stored
    ? v.dim === 2
    : Array.isArray(v) && v.length > 0 && v.every(isRow) && v.every((row) => row.length === v[0].length),
);
const freeze = k.optional(k.flag);
const pretrainedTakes = layer('Embedding.fromPretrained', { embeddings: rowsKind }, { freeze, ...tableKinds });
const pretrainedBagTakes = layer('EmbeddingBag.fromPretrained', { embeddings: rowsKind }, { freeze, ...bagKinds });

const tableOf = (rows: Rows): Parameter =>
  rows instanceof Stored
    ? new Parameter(rows.shape as readonly number[], rows.data)
    : new Parameter([rows.length, (rows[0] as readonly number[]).length], rows.flat());
/** A layer with this table in place of one that is drawn; the generator of initial values stays where it is. */
function holding<M extends Embedding | EmbeddingBag>(
  table: Parameter,
  freeze: boolean,
  make: (rows: number, features: number) => M,
): M {
  const [rows, features] = table.shape as [number, number];
  const made = withSeed(0, () => make(rows, features));
  table.requiresGrad = !freeze;
  return Object.assign(made, { weight: table });
}

/** The options of bags of rows. */
export type EmbeddingBagLayerOptions = Omit<F.EmbeddingBagOptions, 'perSampleWeights'>;
const bagTakes = layer('EmbeddingBag', { numEmbeddings: k.size, embeddingDim: k.size }, bagKinds);

/** The rows of `weight` [numEmbeddings, embeddingDim] in bags, each reduced to one: `nn.EmbeddingBag(1000, 64)`. `forward(x)` takes bags
 *  of one length, i32 [B,n], and gives [B,embeddingDim]; `forward(x, offsets)` takes i32 [n] and where each of B bags begins.
 *  `forward(x, offsets, perSampleWeights)` takes factors. Options: mode ('mean'), includeLastOffset (false), paddingIdx, scaleGradByFreq (false). `weight` is
 *  drawn as that of nn.Embedding. Throws for a paddingIdx that is no row. */
export class EmbeddingBag extends Module {
  weight: Parameter;
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly mode: F.BagMode;
  readonly includeLastOffset: boolean;
  readonly paddingIdx: number | null;
  readonly scaleGradByFreq: boolean;

  constructor(
    numEmbeddings: number,
    embeddingDim: number,
    ...more: Trailing<
      EmbeddingBagLayerOptions,
      [mode: F.BagMode, includeLastOffset: boolean, paddingIdx: number | null]
    >
  ) {
    super();
    const given = read<EmbeddingBagLayerOptions>(bagTakes, [numEmbeddings, embeddingDim, ...more]);
    [this.numEmbeddings, this.embeddingDim] = [numEmbeddings, embeddingDim];
    [this.mode, this.includeLastOffset] = [given.mode ?? 'mean', given.includeLastOffset ?? false];
    this.scaleGradByFreq = given.scaleGradByFreq ?? false;
    this.paddingIdx = rowOf('EmbeddingBag', given.paddingIdx ?? null, numEmbeddings);
    this.weight = new Parameter([numEmbeddings, embeddingDim], table(this));
  }

  /** A table of given rows, as `nn.Embedding.fromPretrained`. */
  static fromPretrained(
    embeddings: Rows,
    ...more: Trailing<
      PretrainedOptions & EmbeddingBagLayerOptions,
      [freeze: boolean, mode: F.BagMode, includeLastOffset: boolean, paddingIdx: number | null]
    >
  ): EmbeddingBag {
    const {
      freeze = true,
      embeddings: _,
      ...options
    } = read<PretrainedOptions & EmbeddingBagLayerOptions & { embeddings: Rows }>(pretrainedBagTakes, [
      embeddings,
      ...more,
    ]);
    return holding(tableOf(embeddings), freeze, (rows, features) => new EmbeddingBag(rows, features, options));
  }

  forward(x: Tensor, offsets?: Tensor | null, perSampleWeights?: Tensor | null): Tensor {
    const { mode, includeLastOffset, paddingIdx, scaleGradByFreq } = this;
    const options = { mode, includeLastOffset, paddingIdx, scaleGradByFreq };
    return F.embeddingBag(x, this.weight, offsets ?? null, { ...options, perSampleWeights: perSampleWeights ?? null });
  }

  override extraRepr(): string {
    const { numEmbeddings, embeddingDim, mode, paddingIdx } = this;
    return `${numEmbeddings}, ${embeddingDim}, mode=${mode}${paddingIdx === null ? '' : `, padding_idx=${paddingIdx}`}`;
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
