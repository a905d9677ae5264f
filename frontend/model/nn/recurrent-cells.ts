/** Single steps of recurrent layers. */

import { describe } from '../../../ir/graph.ts';
import { read, type Signature } from '../arguments.ts';
import * as k from '../kinds.ts';
import type { Trailing } from '../options.ts';
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
import type { LSTMState } from './recurrent.ts';

export interface CellOptions {
  /** Have biases; defaults to true. */
  readonly bias?: boolean;
}
export interface RNNCellOptions extends CellOptions {
  /** 'tanh' or 'relu'; defaults to 'tanh'. */
  readonly nonlinearity?: 'tanh' | 'relu';
}
const cellOptions = { bias: k.optional(k.flag) };

abstract class Cell extends Module {
  // The names of fields are those in PyTorch's state dict.
  weight_ih: Parameter;
  weight_hh: Parameter;
  bias_ih: Parameter | null;
  bias_hh: Parameter | null;
  readonly inputSize: number;
  readonly hiddenSize: number;

  constructor(kind: Recurrence, made: Signature, args: readonly unknown[]) {
    super();
    const given = read<CellOptions & { inputSize: number; hiddenSize: number }>(made, args);
    const { inputSize, hiddenSize, bias = true } = given;
    [this.inputSize, this.hiddenSize] = [inputSize, hiddenSize];
    const rows = gatesOf[kind] * hiddenSize;
    this.weight_ih = drawn([rows, inputSize], hiddenSize);
    this.weight_hh = drawn([rows, hiddenSize], hiddenSize);
    this.bias_ih = bias ? drawn([rows], hiddenSize) : null;
    this.bias_hh = bias ? drawn([rows], hiddenSize) : null;
  }

  protected get weights(): Weights {
    const { weight_ih, weight_hh, bias_ih, bias_hh } = this;
    return { ih: weight_ih, hh: weight_hh, biasIh: bias_ih, biasHh: bias_hh, hr: null };
  }

  protected run(kind: Recurrence, x: Tensor, given: State | null, step: Step): State {
    const shape = x.value.type.shape;
    if ((shape.length !== 1 && shape.length !== 2) || shape.at(-1) !== this.inputSize)
      throw userError(
        'shape-mismatch',
        `${className(this)}: needs an input [N,${this.inputSize}] or [${this.inputSize}], got ${describe(x.value)}`,
        { notes: involved({ input: x.value }) },
      );
    const size = this.hiddenSize;
    const whole = [...shape.slice(0, -1), size];
    const state = kind === 'LSTM' ? [0, 1] : [0];
    for (const s of state) if (given) checkState(this, s === 0 ? 'h' : 'c', given[s], whole);
    return step(
      fromInput(x, this.weights, gatesOf[kind], size, isInside(kind)),
      given ?? state.map(() => zeros(whole)),
    );
  }

  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.bias_ih ? '' : ', bias=False'}`;
  }
}

const rnnCellTakes = layer('RNNCell', sizes, { ...cellOptions, nonlinearity });

export interface RNNCell {
  // biome-ignore lint/style/useShorthandFunctionType: it merges with the class below
  (input: Tensor, hx?: Tensor): Tensor;
}
/** One step of an RNN: `const next = this.cell(x, h)` of x [N,inputSize] and h [N,hiddenSize], zeros where it is left out. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: instances can be called, as those of every module
export class RNNCell extends Cell {
  readonly nonlinearity: 'tanh' | 'relu';

  constructor(
    inputSize: number,
    hiddenSize: number,
    ...more: Trailing<RNNCellOptions, [bias: boolean, nonlinearity: 'tanh' | 'relu']>
  ) {
    super('RNN', rnnCellTakes, [inputSize, hiddenSize, ...more]);
    const { nonlinearity = 'tanh' } = read<RNNCellOptions>(rnnCellTakes, [inputSize, hiddenSize, ...more]);
    this.nonlinearity = nonlinearity;
  }

  forward(input: Tensor, hx?: Tensor): Tensor {
    return withLoc(() => {
      const activation = (x: Tensor): Tensor => (this.nonlinearity === 'relu' ? x.relu() : x.tanh());
      const step = steps.RNN(this.weights, this.hiddenSize, activation);
      return this.run('RNN', input, hx === undefined ? null : [hx], step)[0] as Tensor;
    }, className(this));
  }

  override extraRepr(): string {
    return super.extraRepr() + (this.nonlinearity === 'tanh' ? '' : `, nonlinearity=${this.nonlinearity}`);
  }
}

const gruCellTakes = layer('GRUCell', sizes, cellOptions);

export interface GRUCell {
  // biome-ignore lint/style/useShorthandFunctionType: it merges with the class below
  (input: Tensor, hx?: Tensor): Tensor;
}
/** One step of a GRU: `const next = this.cell(x, h)` of x [N,inputSize] and h [N,hiddenSize], zeros where it is left out. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: instances can be called, as those of every module
export class GRUCell extends Cell {
  constructor(inputSize: number, hiddenSize: number, ...more: Trailing<CellOptions, [bias: boolean]>) {
    super('GRU', gruCellTakes, [inputSize, hiddenSize, ...more]);
  }

  forward(input: Tensor, hx?: Tensor): Tensor {
    return withLoc(() => {
      const step = steps.GRU(this.weights, this.hiddenSize);
      return this.run('GRU', input, hx === undefined ? null : [hx], step)[0] as Tensor;
    }, className(this));
  }
}

const lstmCellTakes = layer('LSTMCell', sizes, cellOptions);

export interface LSTMCell {
  // biome-ignore lint/style/useShorthandFunctionType: it merges with the class below
  (input: Tensor, hx?: LSTMState): [h: Tensor, c: Tensor];
}
/** One step of an LSTM: `const [h, c] = this.cell(x, [h, c])` of x [N,inputSize], h and c [N,hiddenSize], zeros where they are
 *  left out. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: instances can be called, as those of every module
export class LSTMCell extends Cell {
  constructor(inputSize: number, hiddenSize: number, ...more: Trailing<CellOptions, [bias: boolean]>) {
    super('LSTM', lstmCellTakes, [inputSize, hiddenSize, ...more]);
  }

  forward(input: Tensor, hx?: LSTMState): [h: Tensor, c: Tensor] {
    return withLoc(() => {
      const step = steps.LSTM(this.weights, this.hiddenSize);
      return this.run('LSTM', input, hx ?? null, step) as [Tensor, Tensor];
    }, className(this));
  }
}
