/** The entries of a compiled model, which a host calls: each is a graph over the same parameters and state. */

import { CompileError } from '../../ir/diagnostic.ts';
import {
  at,
  type Graph,
  type Module,
  makeGraph,
  type Param,
  param,
  type Result,
  type Task,
  type Value,
} from '../../ir/graph.ts';
import * as ir from '../../ir/ops/index.ts';
import { isBatch, sameDim } from '../../ir/type.ts';
import { gradientOf, StateTable } from '../../passes/update.ts';
import type { Recording, Run } from '../model/record.ts';
import { showAny } from '../model/trace.ts';

/** `forward`: inputs to `output`, or to several outputs. `evaluate`: inputs and targets to `loss`, `output` and, for classes, the number
 *  of `correct` samples. `train_step`: one step of the optimizer; returns `loss`. PyTorch's separate steps: `backward` and `vjp` (from
 *  a cotangent `v` of the output, or one of each) add to `.grad`, `zero_grad` clears it, `step` applies it. */
export type EntryName = 'forward' | 'evaluate' | 'train_step' | 'backward' | 'vjp' | 'zero_grad' | 'step';

export interface EntryOptions {
  /** Have `backward` and `vjp` also compute the gradients of the f32 inputs, as `x.grad`. */
  readonly inputGradient?: boolean;
}

/** The module of the named entries, in that order. Gradients and optimizer state come from `table`, so that entries share
 *  them. Throws if an entry needs a loss or an optimizer and the model has none. */
export function entriesOf(
  recording: Recording,
  names: readonly EntryName[],
  table: StateTable,
  options: EntryOptions = {},
): Module {
  for (const name of names)
    if (!Object.hasOwn(entries, name))
      throw new CompileError('bad-argument', `there is no entry ${showAny(name)}`, {
        help: `the entries are ${Object.keys(entries).join(', ')}`,
      });
  const graphs = [...new Set(names)].map((name) => at(recording.loc, () => entries[name](recording, table, options)));
  return { name: recording.name, maxBatch: recording.maxBatch, graphs };
}

/** The table of the state that a model's entries share, besides its own params. */
export function stateTableOf(r: Recording): StateTable {
  const table = new StateTable([...dataOf(r), ...heldBy(r)]);
  const { random } = r;
  if (random) {
    table.initial.set(random.state.seed, random.seed);
    table.initial.set(random.state.step, 0);
  }
  return table;
}
/** The model's own params: parameters, buffers and the state of random numbers. */
const heldBy = ({ parameters, buffers, random }: Recording): Param[] => [
  ...[...parameters, ...buffers].map((s) => s.param),
  ...(random ? [random.state.seed, random.state.step] : []),
];

type Entry = (r: Recording, table: StateTable, options: EntryOptions) => Graph;

const entries: Readonly<Record<EntryName, Entry>> = {
  forward: (r) => graphOf(r, 'forward', r.inputs, [...r.eval.outputs, ...r.eval.writes]),

  evaluate: (r) =>
    graphOf(r, 'evaluate', dataOf(r), [
      { name: 'loss', value: lossOf(r, r.eval, 'evaluate') },
      ...r.eval.outputs,
      ...correct(r),
      ...r.eval.writes,
    ]),

  train_step(r) {
    const loss = lossOf(r, r.train, 'train_step');
    optimizerOf(r, 'train_step');
    const wrt = trainedBy(r, 'train_step');
    return graphOf(r, 'train_step', dataOf(r), [{ name: 'loss', value: loss }, ...r.train.writes], {
      kind: 'differentiate',
      of: loss,
      seed: null,
      wrt,
      then: 'step',
    });
  },

  backward(r, _table, options) {
    const loss = lossOf(r, r.train, 'backward');
    const wrt = gradientsOf(r, options, 'backward');
    return graphOf(r, 'backward', dataOf(r), [{ name: 'loss', value: loss }, ...r.train.writes], {
      kind: 'differentiate',
      of: loss,
      seed: null,
      wrt,
      then: 'accumulate',
    });
  },

  vjp(r, table, options) {
    const wrt = gradientsOf(r, options, 'vjp');
    const { outputs, output } = r.eval;
    const seedOf = (of: Value, name: string): Param => param('input', table.free(name), of.type, r.loc);
    const differentiate = { kind: 'differentiate', wrt, then: 'accumulate' } as const;
    if (r.returns === 'one') {
      const seed = seedOf(output, 'v');
      return graphOf(r, 'vjp', [...r.inputs, seed], [], { ...differentiate, of: output, seed });
    }
    // Of several outputs, Σ vᵢ·outputᵢ, whose gradient is the sum of theirs. Integers have none.
    const floats = outputs.filter(({ value }) => value.type.dtype === 'f32');
    const seeds = floats.map(({ name, value }) => seedOf(value, `v_${name}`));
    const parts = floats.map(({ value }, i) => {
      const products = ir.mul(value, seeds[i]!);
      return ir.reduceSum(products, { dims: value.type.shape.map((_, d) => d) });
    });
    const of = parts.length === 0 ? output : parts.reduce((sum, part) => ir.add(sum, part));
    return graphOf(r, 'vjp', [...r.inputs, ...seeds], [], { ...differentiate, of, seed: null });
  },

  zero_grad: (r, table, options) =>
    graphOf(
      r,
      'zero_grad',
      [],
      gradientsOf(r, options, 'zero_grad').map((p) => {
        const into = gradientOf(table, p);
        return { name: into.name, value: ir.full({ value: 0, shape: p.type.shape, dtype: 'f32' }), into };
      }),
    ),

  step(r, table) {
    optimizerOf(r, 'step');
    const gradients = new Map<Param, Value>(trainedBy(r, 'step').map((param) => [param, gradientOf(table, param)]));
    return graphOf(r, 'step', [], [], { kind: 'apply', gradients, then: 'step' });
  },
};

/** The graph of an entry. It takes all params that it declares, in that order, whether or not it reads them. */
const graphOf = (r: Recording, name: string, takes: readonly Param[], results: readonly Result[], task?: Task): Graph =>
  makeGraph(name, results, [...takes, ...heldBy(r)], task);

const dataOf = (r: Recording): Param[] => [...r.inputs, ...r.targets];

/** The params whose gradients an entry computes. */
function gradientsOf(r: Recording, { inputGradient = false }: EntryOptions, entry: EntryName): Param[] {
  const inputs = inputGradient ? r.inputs.filter((p) => p.type.dtype === 'f32') : [];
  return [...(inputs.length > 0 ? trained(r) : trainedBy(r, entry)), ...inputs];
}

/** The parameters that are not frozen. */
const trained = ({ parameters }: Recording): Param[] => parameters.flatMap((p) => (p.trains ? [p.param] : []));

/** The same, for an entry that needs one. Throws if the model has parameters and all of them are frozen. */
function trainedBy(r: Recording, entry: EntryName): Param[] {
  const params = trained(r);
  if (params.length > 0 || r.parameters.length === 0) return params;
  throw new CompileError(
    'all-frozen',
    `the entry '${entry}' needs a parameter to train, and all ${r.parameters.length} parameters of the model are frozen`,
    {
      loc: r.loc,
      notes: [
        { message: `requiresGrad of '${r.parameters[0]!.param.name}' is false`, loc: r.parameters[0]!.param.loc },
      ],
      help: `set requiresGrad of what is to be trained, as in net.${example(r)}requiresGrad_(); to predict only, leave out the optimizer`,
    },
  );
}
/** The last module that holds a parameter, as `fc3.`: the head, in most nets. */
const example = ({ parameters }: Recording): string => /^(?:[A-Za-z_]\w*\.)*/.exec(parameters.at(-1)!.param.name)![0];

/** The number of samples whose greatest output, of the first tensor that forward returns, is at the target's class, if the shapes are those of a classification. */
function correct({ eval: { output }, targets }: Recording): Result[] {
  const [target, ...others] = targets;
  const [batch, classes] = output.type.shape;
  if (!target || others.length > 0 || target.type.dtype !== 'i32' || target.type.shape.length !== 1) return [];
  if (output.type.shape.length !== 2 || classes === undefined || isBatch(classes)) return [];
  if (!sameDim(batch!, target.type.shape[0]!)) return [];
  const right = ir.convert(ir.equal(ir.argmax(output, { dim: 1 }), target), { to: 'f32' });
  return [{ name: 'correct', value: ir.reduceSum(right, { dims: [0] }) }];
}

function lossOf({ loc }: Recording, { loss }: Run, entry: EntryName): Value {
  if (loss) return loss;
  throw new CompileError('no-loss', `the entry '${entry}' needs a loss, and the model has none`, {
    loc,
    help: 'give defineModel a loss and a target',
  });
}

function optimizerOf({ optimizer, loc }: Recording, entry: EntryName): void {
  if (optimizer) return;
  throw new CompileError('no-optimizer', `the entry '${entry}' needs an optimizer, and the model has none`, {
    loc,
    help: 'give defineModel an optimizer, such as optim.SGD({ lr: 0.01 })',
  });
}
