/** From a user's model to recorded graphs: one run of its constructor, and one of forward and the loss in each mode. */

import { CompileError, type Loc } from '../../ir/diagnostic.ts';
import { type Param, param, paramsOf, type Result, type Value } from '../../ir/graph.ts';
import { add, full } from '../../ir/ops/index.ts';
import { namespace } from '../../ir/text/print-expr.ts';
import { i32, showType } from '../../ir/type.ts';
import { cotangentsOf } from '../../passes/autodiff.ts';
import type { Optimizer } from '../../passes/update.ts';
import { usersCode } from '../users-error.ts';
import type { ModelSpec } from './model.ts';
import { className, locOf, Module } from './nn/module.ts';
import { onDefaults, type Stored } from './nn/parameter.ts';
import { checkTakesAll, type Output, outputsOf, type Returns, resultOf } from './outputs.ts';
import { withSeed } from './seed.ts';
import { type Named, onNoBatch } from './specs.ts';
import { checkName, collect, fieldsIn, type RecordedState, withFields } from './state.ts';
import { type Mode, newTape, type RandomState, recordOn, type Tape } from './tape.ts';
import { Tensor } from './tensor.ts';
import { isClass, showAny, userError, withLocAt } from './trace.ts';

/** What one run of `forward` and the loss recorded. */
export interface Run {
  /** The tensors that `forward` returned. */
  readonly outputs: readonly Output[];
  /** The first of them. */
  readonly output: Value;
  readonly loss: Value | null;
  /** The new values of the buffers that it wrote to. */
  readonly writes: readonly Result[];
}

/** A model that has been recorded. */
export interface Recording {
  readonly name: string;
  readonly maxBatch: number;
  readonly module: Module;
  readonly inputs: readonly Param[];
  readonly targets: readonly Param[];
  /** How `forward` returns its outputs in evaluation. */
  readonly returns: Returns;
  /** In PyTorch's order; a shared one appears once. */
  readonly parameters: readonly RecordedState[];
  /** State that the optimizer does not change, such as the class weights of a loss or running statistics. */
  readonly buffers: readonly RecordedState[];
  /** Forward and the loss in training. */
  readonly train: Run;
  /** Forward and the loss in evaluation: the same run where `forward` never asks for the mode. */
  readonly eval: Run;
  /** The state of random numbers, where `forward` draws any, and its first seed. */
  readonly random: { readonly state: RandomState; readonly seed: number } | null;
  readonly optimizer: Optimizer | null;
  /** Where the model is defined. */
  readonly loc: Loc | null;
}

/** Makes the model, and runs `forward` and the loss on symbolic tensors: once, or once in each mode if they ask for it. Throws
 *  if the user's code throws, if it does not return a tensor, or if names collide. */
export function record(spec: ModelSpec): Recording {
  const module = withLocAt(spec.loc, () => instantiate(spec));
  const modelName = spec.name ?? className(module);
  withLocAt(spec.loc, () => checkName(modelName, 'the model', spec.loc));
  const fields = fieldsIn(module, spec);
  const state = withLocAt(spec.loc, () => collect(fields, spec));
  const given = (named: Named): Param[] => named.map(([name, type]) => param('input', name, type, spec.loc));
  const [inputs, targets] = [given(spec.inputs), given(spec.targets)];

  const params = new Map<object, Param>(state.map(({ stored, param }) => [stored, param]));
  const taken = new Set([...state.map((s) => s.param), ...inputs, ...targets].map((p) => p.name));
  const random = newRandomState(taken);
  const run = (mode: Mode): { run: Run & Pick<Recording, 'returns'>; tape: Tape } => {
    const tape = newTape(mode, params, random);
    return recordOn(tape, () => {
      const { result, writes } = withFields(fields, tape, () => runOnce(spec, module, inputs, targets));
      const counted = tape.streams > 0 && mode === 'train' ? [advanced(random)] : [];
      return { run: { ...result, writes: [...writes, ...counted] }, tape };
    });
  };
  return withAdvice(spec, state, () => {
    const first = run('train');
    const { run: train, tape } = first;
    const last = tape.asked || train.writes.length > 0 ? run('eval') : first;
    const drawn = tape.streams > 0 || last.tape.streams > 0;
    const of = (kind: Stored['kind']): RecordedState[] =>
      state.filter((s) => s.stored.kind === kind).map(({ stored: _, ...recorded }) => recorded);
    const recording: Recording = {
      name: modelName,
      ...{ maxBatch: spec.maxBatch, module, inputs, targets, optimizer: spec.optimizer, loc: spec.loc },
      train,
      eval: last.run,
      returns: last.run.returns,
      parameters: of('parameter'),
      buffers: of('buffer'),
      random: drawn ? { state: random, seed: Number(BigInt.asIntN(32, BigInt(spec.seed))) } : null,
    };
    if (train.loss && spec.optimizer) withLocAt(lossLocOf(spec), () => checkTrainable(recording, train.loss!));
    return Object.freeze(recording);
  });
}

/** The params of random numbers, under names that the model has not. */
function newRandomState(taken: ReadonlySet<string>): RandomState {
  const names = namespace(taken);
  const made = (name: string): Param => param('state', names.claim(name), i32());
  return { seed: made('random.seed'), step: made('random.step') };
}

/** The next step of random numbers. */
const advanced = ({ step }: RandomState): Result => ({
  name: step.name,
  value: add(step, full({ value: 1, shape: [], dtype: 'i32' })),
  into: step,
});

/** The outputs and the loss of one run of `forward`. */
function runOnce(
  spec: ModelSpec,
  module: Module,
  inputs: readonly Param[],
  targets: readonly Param[],
): Omit<Run, 'writes'> & Pick<Recording, 'returns'> {
  const { outputs, returns } = withLocAt(locOf(module) ?? spec.loc, () =>
    outputsOf(
      usersCode(() => module(...inputs.map(Tensor.of)), spec.loc, `${className(module)}.forward was recorded`),
      `${className(module)}.forward`,
    ),
  );
  const output = outputs[0]!.value;
  const { loss: lossOf } = spec;
  if (lossOf === null) return { outputs, output, loss: null, returns };
  const given = [...outputs.map((o) => o.value), ...targets].map(Tensor.of) as [Tensor, ...Tensor[]];
  const loss = withLocAt(lossLocOf(spec), () => {
    if (outputs.length > 1) checkTakesAll(lossOf, outputs, targets);
    return resultOf(
      usersCode(() => lossOf(...given), spec.loc, 'the loss was recorded'),
      'the loss',
    );
  });
  return { outputs, output, loss, returns };
}

const lossLocOf = ({ loss, loc }: ModelSpec): Loc | null => (loss instanceof Module ? (locOf(loss) ?? loc) : loc);

/** Adds likely causes to errors about shapes: an input declared without the batch, or values passed as a shape. */
function withAdvice<T>({ inputs }: ModelSpec, state: readonly { readonly stored: Stored }[], f: () => T): T {
  try {
    return f();
  } catch (e) {
    if (!(e instanceof CompileError) || !ofShapes.has(e.code)) throw e;
    const { code, message, loc, notes, help, cause } = e;
    const involved = state.map(({ stored }) => stored).filter((s) => notes.some((note) => isSame(note.loc, s.loc)));
    const advice = [onNoBatch(inputs), ...involved.map(onDefaults), help].filter((text) => text !== null);
    throw Object.assign(new CompileError(code, message, { loc, notes, help: advice.join('; ') || null }), { cause });
  }
}
const ofShapes: ReadonlySet<string> = new Set([
  'shape-mismatch',
  'missing-batch',
  'missing-channels',
  'bad-dim',
  'out-of-range',
]);
const isSame = (a: Loc | null | undefined, b: Loc | null): boolean =>
  !!a && !!b && a.file === b.file && a.line === b.line && a.col === b.col;

function instantiate({ model, seed, loc }: ModelSpec): Module {
  if (model instanceof Module) return model;
  const isModule = model.prototype instanceof Module;
  if (!isModule && isClass(model))
    throw userError('not-a-module', `model is ${showAny(model)}, which does not extend nn.Module`, {
      help: `write class ${model.name || 'Net'} extends nn.Module`,
    });
  const made = withSeed(seed, () =>
    usersCode(
      () => (isModule ? new (model as new () => Module)() : (model as () => Module)()),
      loc,
      'the model was made',
    ),
  );
  if (made instanceof Module) return made;
  if ((made as unknown) instanceof Promise) (made as unknown as Promise<unknown>).catch(() => {});
  throw userError('not-a-module', `model must make an nn.Module, and it made ${showAny(made)}`, {
    help: 'give a class that extends nn.Module, or a function that returns one: () => nn.Sequential(…)',
  });
}

function checkTrainable({ parameters, train: { output } }: Recording, loss: Value): void {
  if (parameters.length === 0)
    throw userError('no-parameters', 'the optimizer got an empty parameter list: the model has no parameters', {
      help: 'assign layers to public fields of the model in its constructor',
    });
  const trained = parameters.filter((p) => p.trains);
  // Such a model can be evaluated: the entries that train it are refused.
  if (trained.length === 0) return;
  const read = new Set(paramsOf([loss]));
  const wrt = new Set(trained.map((p) => p.param).filter((p) => read.has(p)));
  const why =
    wrt.size === 0
      ? `depends on no parameter${trained.length < parameters.length ? ' that is not frozen' : ''}`
      : !hasGradient(loss, wrt)
        ? 'depends on the parameters only through operations without a gradient (argmax, comparisons, detach, i32)'
        : null;
  if (why === null) return;
  throw userError('no-gradient', `the loss ${showType(loss.type)} ${why}, so training would change nothing`, {
    notes: [{ message: `the output is ${showType(output.type)}`, loc: output.loc }],
  });
}

function hasGradient(loss: Value, wrt: ReadonlySet<Param>): boolean {
  const cotangents = cotangentsOf(loss, full({ value: 1, shape: loss.type.shape, dtype: 'f32' }), wrt);
  return [...wrt].some((p) => cotangents.has(p));
}
