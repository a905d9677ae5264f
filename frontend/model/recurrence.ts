/** One step of a recurrent layer, for loops and for cells: the weights of its gates, and what they make of input and state. */

import { describe } from '../../ir/graph.ts';
import * as ir from '../../ir/ops/index.ts';
import { type Dim, sameShape, showShape } from '../../ir/type.ts';
import * as F from './functional/index.ts';
import { uniformBias } from './init.ts';
import * as k from './kinds.ts';
import { className, type Module } from './nn/module.ts';
import { Parameter } from './nn/parameter.ts';
import { currentGenerator } from './seed.ts';
import { Tensor } from './tensor.ts';
import { userError } from './trace.ts';

export const sizes = { inputSize: k.size, hiddenSize: k.size };
export const nonlinearity = k.optional(k.oneOf('tanh', 'relu'));

/** The weights of one direction of one layer. */
export interface Weights {
  readonly ih: Parameter;
  readonly hh: Parameter;
  readonly biasIh: Parameter | null;
  readonly biasHh: Parameter | null;
  readonly hr: Parameter | null;
}
/** h, and c of an LSTM. */
export type State = readonly Tensor[];
/** A step: what each gate gets from the input, and the state before it, to the state after it. */
export type Step = (fromInput: readonly Tensor[], state: State) => State;

/** A parameter drawn from ±1/√hiddenSize. */
export const drawn = (shape: readonly number[], hiddenSize: number): Parameter => {
  const count = shape.reduce((p, d) => p * d, 1);
  return new Parameter(shape, uniformBias(count, hiddenSize, currentGenerator()));
};

/** The rows of a gate. */
const gate = (w: Tensor, g: number, size: number): Tensor => w.narrow(0, g * size, size);

/** What the gates get from x: x·W_ihᵀ + b_ih, and b_hh for those that add it outside of any product. */
export function fromInput(x: Tensor, w: Weights, gates: number, size: number, alone: (g: number) => boolean): Tensor[] {
  return Array.from({ length: gates }, (_, g) => {
    const own = F.linear(x, gate(w.ih, g, size), w.biasIh && gate(w.biasIh, g, size));
    return w.biasHh && !alone(g) ? own.add(gate(w.biasHh, g, size)) : own;
  });
}

/** One step of each kind of layer, over weights that are read outside of the loop. */
export const steps = {
  RNN: (w: Weights, size: number, activation: (x: Tensor) => Tensor): Step => {
    const hh = gate(w.hh, 0, size);
    return ([z], [h]) => [activation((z as Tensor).add(F.linear(h as Tensor, hh)))];
  },
  LSTM: (w: Weights, size: number): Step => {
    const hh = [0, 1, 2, 3].map((g) => gate(w.hh, g, size));
    return (z, [h, c]) => {
      const [i, f, g, o] = z.map((own, at) => own.add(F.linear(h as Tensor, hh[at] as Tensor))) as Tensor4;
      const cell = f
        .sigmoid()
        .mul(c as Tensor)
        .add(i.sigmoid().mul(g.tanh()));
      const out = o.sigmoid().mul(cell.tanh());
      return [w.hr ? F.linear(out, w.hr) : out, cell];
    };
  },
  GRU: (w: Weights, size: number): Step => {
    const hh = [0, 1, 2].map((g) => gate(w.hh, g, size)) as Tensor3;
    const bias = w.biasHh && gate(w.biasHh, 2, size);
    return ([zr, zz, zn], [before]) => {
      const h = before as Tensor;
      const r = (zr as Tensor).add(F.linear(h, hh[0])).sigmoid();
      const z = (zz as Tensor).add(F.linear(h, hh[1])).sigmoid();
      const n = (zn as Tensor).add(r.mul(F.linear(h, hh[2], bias))).tanh();
      return [n.add(z.mul(h.sub(n)))];
    };
  },
};
type Tensor3 = [Tensor, Tensor, Tensor];
type Tensor4 = [Tensor, Tensor, Tensor, Tensor];
export const gatesOf = { RNN: 1, LSTM: 4, GRU: 3 } as const;
/** b_hn of a GRU is inside of r · (h·W_hnᵀ + b_hn). */
export const isInside = (kind: keyof typeof gatesOf) => (g: number) => kind === 'GRU' && g === 2;

export const zeros = (shape: readonly Dim[]): Tensor => Tensor.of(ir.full({ value: 0, shape, dtype: 'f32' }));

/** Throws at the user's line unless a state has this shape. */
export function checkState(of: Module, name: string, h: unknown, shape: readonly Dim[]): void {
  if (h instanceof Tensor && sameShape(h.value.type.shape, shape)) return;
  throw userError(
    'shape-mismatch',
    `${className(of)}: ${name} must be a tensor ${showShape(shape)}, got ${h instanceof Tensor ? describe(h.value) : String(h)}`,
    { help: `${name} has a row for each layer and direction: leave it out to begin with zeros` },
  );
}

/** The kinds of recurrent layers. */
export type Recurrence = keyof typeof gatesOf;
