/** Recurrent layers: loops over the steps of a sequence, compiled once whatever their number. */

import { describe } from '../../../ir/graph.ts';
import { type Dim, isBatch } from '../../../ir/type.ts';
import { read, type Signature } from '../arguments.ts';
import * as F from '../functional/index.ts';
import * as k from '../kinds.ts';
import { repr, type Trailing } from '../options.ts';
import {
  checkState,
  drawn,
  fromInput,
  gatesOf,
  isInside,
  nonlinearity,
  type Recurrence,
  type State,
  type Step,
  sizes,
  steps,
  type Weights,
  zeros,
} from '../recurrence.ts';
import type { Tensor } from '../tensor.ts';
import { involved, userError, withLoc } from '../trace.ts';
import { layer } from './layer.ts';
import { className, Module } from './module.ts';
import type { Parameter } from './parameter.ts';

export interface GRUOptions {
  /** The number of layers, each over the outputs of the one before; defaults to 1. */
  readonly numLayers?: number;
  /** Have biases; defaults to true. */
  readonly bias?: boolean;
  /** Inputs and outputs are [N,T,…] instead of [T,N,…]; defaults to false. */
  readonly batchFirst?: boolean;
  /** The probability of dropout between layers in training; defaults to 0. */
  readonly dropout?: number;
  /** Also read the sequence backwards, and put both outputs side by side; defaults to false. */
  readonly bidirectional?: boolean;
}
export interface RNNOptions extends GRUOptions {
  /** 'tanh' or 'relu'; defaults to 'tanh'. */
  readonly nonlinearity?: 'tanh' | 'relu';
}
export interface LSTMOptions extends GRUOptions {
  /** The size of h after a projection; defaults to 0, for none. */
  readonly projSize?: number;
}
/** The trailing arguments of recurrent layers. */
export type RNNArguments = Trailing<
  RNNOptions,
  [numLayers: number, bias: boolean, batchFirst: boolean, dropout: number, bidirectional: boolean]
>;
export type GRUArguments = Trailing<
  GRUOptions,
  [numLayers: number, bias: boolean, batchFirst: boolean, dropout: number, bidirectional: boolean]
>;
export type LSTMArguments = Trailing<
  LSTMOptions,
  [numLayers: number, bias: boolean, batchFirst: boolean, dropout: number, bidirectional: boolean, projSize: number]
>;

const options = {
  numLayers: k.optional(k.whole(1)),
  bias: k.optional(k.flag),
  batchFirst: k.optional(k.flag),
  dropout: k.optional(k.finite(0, 1)),
  bidirectional: k.optional(k.flag),
};

/** What RNN, LSTM and GRU share. */
abstract class Recurrent extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
  readonly projSize: number;

  constructor(kind: Recurrence, made: Signature, args: readonly unknown[]) {
    super();
    const given = read<LSTMOptions & { inputSize: number; hiddenSize: number }>(made, args);
    const { inputSize, hiddenSize, numLayers = 1, bias = true, batchFirst = false, dropout = 0 } = given;
    const { bidirectional = false, projSize = 0 } = given;
    [this.inputSize, this.hiddenSize, this.numLayers, this.bias] = [inputSize, hiddenSize, numLayers, bias];
    [this.batchFirst, this.dropout, this.bidirectional, this.projSize] = [batchFirst, dropout, bidirectional, projSize];
    if (projSize >= hiddenSize)
      throw withLoc(() =>
        userError(
          'bad-argument',
          `${made.name}: projSize must be smaller than hiddenSize, got ${projSize} and ${hiddenSize}`,
        ),
      );
    const rows = gatesOf[kind] * hiddenSize;
    for (let l = 0; l < numLayers; l++)
      for (const suffix of this.suffixes) {
        const inputs = l === 0 ? inputSize : this.outputSize * this.suffixes.length;
        const own: [string, Parameter][] = [
          [`weight_ih_l${l}${suffix}`, drawn([rows, inputs], hiddenSize)],
          [`weight_hh_l${l}${suffix}`, drawn([rows, this.outputSize], hiddenSize)],
        ];
        if (bias)
          own.push(
            [`bias_ih_l${l}${suffix}`, drawn([rows], hiddenSize)],
            [`bias_hh_l${l}${suffix}`, drawn([rows], hiddenSize)],
          );
        if (projSize > 0) own.push([`weight_hr_l${l}${suffix}`, drawn([projSize, hiddenSize], hiddenSize)]);
        Object.assign(this, Object.fromEntries(own));
      }
  }

  private get suffixes(): readonly string[] {
    return this.bidirectional ? ['', '_reverse'] : [''];
  }
  /** The size of h. */
  private get outputSize(): number {
    return this.projSize || this.hiddenSize;
  }
  private weights(layer: number, suffix: string): Weights {
    const of = (name: string): Parameter | null =>
      ((this as unknown as Record<string, Parameter>)[`${name}_l${layer}${suffix}`] as Parameter | undefined) ?? null;
    const [ih, hh] = [of('weight_ih'), of('weight_hh')] as [Parameter, Parameter];
    return { ih, hh, biasIh: of('bias_ih'), biasHh: of('bias_hh'), hr: of('weight_hr') };
  }

  /** The outputs of the last layer, and the last states of all layers and directions, each stacked. */
  protected run(
    kind: Recurrence,
    x: Tensor,
    given: readonly (Tensor | undefined)[] | null,
    step: (w: Weights) => Step,
  ): { readonly output: Tensor; readonly states: readonly Tensor[] } {
    const { numLayers, hiddenSize, inputSize } = this;
    const shape = x.value.type.shape;
    if ((shape.length !== 2 && shape.length !== 3) || shape.at(-1) !== inputSize)
      throw userError(
        'shape-mismatch',
        `${className(this)}: needs an input ${this.batchFirst ? '[N,T,' : '[T,N,'}${inputSize}] or [T,${inputSize}], got ${describe(x.value)}`,
        { notes: involved({ input: x.value }) },
      );
    const dim = shape.length === 3 && this.batchFirst ? 1 : 0;
    const steps = shape[dim] as Dim;
    if (isBatch(steps))
      throw userError('bad-dim', `${className(this)}: the steps must be a fixed number, got ${describe(x.value)}`, {
        notes: involved({ input: x.value }),
        help:
          shape.length === 3 && !this.batchFirst
            ? `the batch comes second in [T,N,${inputSize}]: give the layer batchFirst: true for [N,T,${inputSize}], or transpose the input`
            : `the batch N is known only when a step runs: the input is [N,T,${inputSize}], of a fixed number T of steps`,
      });
    const rows = shape.filter((_, d) => d !== dim).slice(0, -1);
    const directions = this.suffixes;
    const widths = kind === 'LSTM' ? [this.outputSize, hiddenSize] : [hiddenSize];
    const begin = widths.map((width, s) => {
      const all = [numLayers * directions.length, ...rows, width];
      const h = given?.[s];
      if (given) checkState(this, s === 0 ? 'h0' : 'c0', h, all);
      return (n: number): Tensor => (h ? h.select(0, n) : zeros(all.slice(1)));
    });
    const last: Tensor[][] = widths.map(() => []);
    let input = x;
    for (let l = 0; l < numLayers; l++) {
      const outputs = directions.map((suffix, d): Tensor => {
        const w = this.weights(l, suffix);
        const next = step(w);
        const xs = fromInput(input, w, gatesOf[kind], hiddenSize, isInside(kind));
        const carry = begin.map((at) => at(l * directions.length + d));
        const [end, ys] = F.scan(
          (state: State, z: readonly Tensor[]) => {
            const after = next(z, state);
            return [after, after[0] as Tensor];
          },
          carry as State,
          xs as readonly Tensor[],
          { dim, reverse: suffix !== '' },
        );
        for (const [s, h] of end.entries()) last[s]?.push(h);
        return ys;
      });
      const joined = outputs.length === 1 ? (outputs[0] as Tensor) : F.cat(outputs, -1);
      input = l < numLayers - 1 ? F.dropout(joined, this.dropout, this.dropout > 0 && this.training) : joined;
    }
    return {
      output: input,
      states: last.map((all) =>
        F.cat(
          all.map((h) => h.unsqueeze(0)),
          0,
        ),
      ),
    };
  }

  override extraRepr(): string {
    const { projSize, numLayers, bias, batchFirst, dropout, bidirectional } = this;
    const told: readonly [string, unknown, boolean][] = [
      ['proj_size', projSize, projSize !== 0],
      ['num_layers', numLayers, numLayers !== 1],
      ['bias', bias, !bias],
      ['batch_first', batchFirst, batchFirst],
      ['dropout', dropout, dropout !== 0],
      ['bidirectional', bidirectional, bidirectional],
    ];
    const more = told.flatMap(([name, v, shown]) => (shown ? [`${name}=${repr(v)}`] : []));
    return [this.inputSize, this.hiddenSize, ...more].join(', ');
  }
}

const rnnTakes = layer('RNN', sizes, { ...options, nonlinearity });

export interface RNN {
  // biome-ignore lint/style/useShorthandFunctionType: it merges with the class below
  (input: Tensor, hx?: Tensor): [output: Tensor, hn: Tensor];
}
/** h = tanh(x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh), step by step: `const [output, hn] = this.rnn(x)` of x [T,N,inputSize], or
 *  [N,T,inputSize] with `batchFirst`, to [T,N,hiddenSize] and the last h [layers·directions,N,hiddenSize]. A second argument is
 *  the first h. Options in PyTorch's order: numLayers (1), bias (true), batchFirst (false), dropout (0), bidirectional (false);
 *  and by name nonlinearity ('tanh' or 'relu'). Parameters have PyTorch's names, `weight_ih_l0` and so on, and are drawn from
 *  ±1/√hiddenSize. T is a number. Throws for inputs of other shapes. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: instances can be called, as those of every module
export class RNN extends Recurrent {
  readonly nonlinearity: 'tanh' | 'relu';

  constructor(inputSize: number, hiddenSize: number, ...more: RNNArguments) {
    super('RNN', rnnTakes, [inputSize, hiddenSize, ...more]);
    const { nonlinearity = 'tanh' } = read<RNNOptions>(rnnTakes, [inputSize, hiddenSize, ...more]);
    this.nonlinearity = nonlinearity;
  }

  forward(input: Tensor, hx?: Tensor): [output: Tensor, hn: Tensor] {
    return withLoc(() => {
      const activation = (x: Tensor): Tensor => (this.nonlinearity === 'relu' ? x.relu() : x.tanh());
      const step = (w: Weights): Step => steps.RNN(w, this.hiddenSize, activation);
      const { output, states } = this.run('RNN', input, hx === undefined ? null : [hx], step);
      return [output, states[0] as Tensor];
    }, className(this));
  }
}

const gruTakes = layer('GRU', sizes, options);

export interface GRU {
  // biome-ignore lint/style/useShorthandFunctionType: it merges with the class below
  (input: Tensor, hx?: Tensor): [output: Tensor, hn: Tensor];
}
/** h = (1 - z)·n + z·h with gates r and z, and n = tanh(x·W_inᵀ + b_in + r·(h·W_hnᵀ + b_hn)): `const [output, hn] = this.gru(x)`,
 *  shapes and options as of RNN. Parameters have PyTorch's names, with the rows of r, z and n in this order. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: instances can be called, as those of every module
export class GRU extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, ...more: GRUArguments) {
    super('GRU', gruTakes, [inputSize, hiddenSize, ...more]);
  }

  forward(input: Tensor, hx?: Tensor): [output: Tensor, hn: Tensor] {
    return withLoc(() => {
      const step = (w: Weights): Step => steps.GRU(w, this.hiddenSize);
      const { output, states } = this.run('GRU', input, hx === undefined ? null : [hx], step);
      return [output, states[0] as Tensor];
    }, className(this));
  }
}

const lstmTakes = layer('LSTM', sizes, { ...options, projSize: k.optional(k.whole(0)) });

/** h and c. */
export type LSTMState = readonly [h: Tensor, c: Tensor];
export interface LSTM {
  // biome-ignore lint/style/useShorthandFunctionType: it merges with the class below
  (input: Tensor, hx?: LSTMState): [output: Tensor, state: [hn: Tensor, cn: Tensor]];
}
/** c = f·c + i·g and h = o·tanh(c), with gates i, f, g and o of x·W_ihᵀ + b_ih + h·W_hhᵀ + b_hh: `const [output, [hn, cn]] =
 *  this.lstm(x)`, shapes and options as of RNN. A second argument, `[h0, c0]`, is the first state. `projSize` above 0 makes h
 *  smaller by a product with `weight_hr_l0`. Parameters have PyTorch's names, with the rows of i, f, g and o in this order. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: instances can be called, as those of every module
export class LSTM extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, ...more: LSTMArguments) {
    super('LSTM', lstmTakes, [inputSize, hiddenSize, ...more]);
  }

  forward(input: Tensor, hx?: LSTMState): [output: Tensor, state: [hn: Tensor, cn: Tensor]] {
    return withLoc(() => {
      const step = (w: Weights): Step => steps.LSTM(w, this.hiddenSize);
      if (hx !== undefined && !Array.isArray(hx))
        throw userError('bad-argument', 'LSTM: the first state must be a list [h0, c0]');
      const { output, states } = this.run('LSTM', input, hx ?? null, step);
      return [output, states as [Tensor, Tensor]];
    }, className(this));
  }
}
