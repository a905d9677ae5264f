/** From a user's model to a recorded graph, by one run of its constructor, forward and loss. */

import { CompileError, type Loc } from '../../ir/diagnostic.ts';
import { type Param, param, paramsOf, type Value } from '../../ir/graph.ts';
import { full } from '../../ir/ops/index.ts';
import { showType, tensor } from '../../ir/type.ts';
import { cotangentsOf } from '../../passes/autodiff.ts';
import type { Optimizer } from '../../passes/update.ts';
import { usersCode } from '../users-error.ts';
import { namedOnly, read } from './arguments.ts';
import { toDim } from './dims.ts';
import * as k from './kinds.ts';
import { className, locOf, Module, storedIn } from './nn/module.ts';
import { onDefaults, type Stored } from './nn/parameter.ts';
import { onOptimizer } from './options.ts';
import { Generator } from './random.ts';
import { withSeed } from './seed.ts';
import { type Named, namedTypes, onNoBatch, type Specs } from './specs.ts';
import { recordOn } from './tape.ts';
import { Tensor } from './tensor.ts';
import { callSite, isClass, showAny, userError, withLoc, withLocAt } from './trace.ts';

/** A loss module, or a function of the model's output and its targets. */
export type Loss = (output: Tensor, ...targets: Tensor[]) => Tensor;

/** The options of defineModel: a model, its inputs, and how it is trained. */
export interface ModelOptions {
  /** A class, a function that makes the module, or a module. The first two draw their initial values from `seed`. */
  readonly model: Module | (new () => Module) | (() => Module);
  /** The arguments of `forward`, in order. A single one is named `x`. */
  readonly input: Specs;
  /** The arguments of the loss after the output, in order. A single one is named `y`. */
  readonly target?: Specs;
  /** A loss module, or a function of the output and the targets; without it, the model only predicts. */
  readonly loss?: Loss | null;
  /** Without it, the model has gradients but no training step. */
  readonly optimizer?: Optimizer | null;
  /** The largest batch that the compiled model takes; defaults to 64. */
  readonly maxBatch?: number;
  /** The seed of the initial values, as in torch.manual_seed; defaults to 0. */
  readonly seed?: number | bigint;
  /** Defaults to the class's name. */
  readonly name?: string;
}

// Shared by all copies of Tapeout: the command line's copy reads models that the user's copy made.
const brand = Symbol.for('tapeout.model');

/** A checked model, ready to be recorded. */
export interface ModelSpec {
  readonly model: ModelOptions['model'];
  readonly inputs: Named;
  readonly targets: Named;
  readonly loss: Loss | null;
  readonly optimizer: Optimizer | null;
  readonly maxBatch: number;
  readonly seed: number | bigint;
  readonly name: string | null;
  /** Where it is defined. */
  readonly loc: Loc | null;
}

/** True if a value, such as a file's default export, came from `defineModel`. */
export const isModelSpec = (v: unknown): v is ModelSpec => typeof v === 'object' && v !== null && brand in v;

const isLoss = (v: unknown): boolean => typeof v === 'function' && (v instanceof Module || !isClass(v));
const specs = k.kind('{ shape: […] }, or several by name', () => true);
const takes = namedOnly('defineModel', {
  model: k.kind('a class, a function that makes a module, or a module', (v) => typeof v === 'function'),
  input: specs,
  target: k.optional(specs),
  loss: k.optional(
    k.orNull(
      k.kind('a loss module or a function (output, target) => loss', isLoss, {
        help: (v) => (typeof v === 'function' ? `make one: new ${v.name}()` : null),
      }),
    ),
  ),
  optimizer: k.optional(
    k.orNull(
      k.kind(
        'an optimizer, such as optim.SGD({ lr: 0.01 })',
        (v) => typeof (v as Optimizer | undefined)?.update === 'function',
        { help: (v) => (typeof v === 'function' ? onOptimizer : null) },
      ),
    ),
  ),
  maxBatch: k.optional(k.whole(1)),
  seed: k.optional(k.kind('a whole number', (v) => typeof v === 'number' || typeof v === 'bigint')),
  name: k.optional(k.orNull(k.kind('a text', (v) => typeof v === 'string'))),
});

/** Declares a model to be compiled. Nothing runs yet. Throws for options that are unknown or contradict each other. */
export function defineModel(options: ModelOptions): ModelSpec {
  return withLoc(() => {
    const given = read<ModelOptions>(takes, [options]);
    const { model, input, target, loss = null, optimizer = null, maxBatch = 64, seed = 0, name = null } = given;
    checkSeed(seed);
    if (optimizer) checkScalars(optimizer);
    const [inputs, targets] = [namedTypes('input', input, 'x'), namedTypes('target', target ?? {}, 'y')];
    if (inputs.length === 0) throw userError('bad-option', 'a model needs at least one input');
    return Object.freeze({
      [brand]: true,
      ...{ model, inputs, targets, loss, optimizer, maxBatch, seed, name, loc: callSite() },
    });
  });
}

/** Checks an optimizer's initial scalars: it may be the user's own, or an altered copy of one of ours. */
function checkScalars({ scalars }: Optimizer): void {
  const fail = (problem: string, help: string | null = null): never => {
    throw userError('bad-argument', `defineModel: ${problem}`, { help });
  };
  if (typeof scalars !== 'object' || scalars === null || Array.isArray(scalars))
    fail(`scalars of the optimizer must be numbers by name, got ${showAny(scalars)}`);
  for (const [name, value] of Object.entries(scalars)) {
    const kind = k.finite(neverNegative.has(name) ? 0 : undefined);
    if (!kind.holds(value))
      fail(`'${name}' of the optimizer must be ${kind.says}, got ${showAny(value)}`, kind.help?.(value));
  }
}
/** As in PyTorch's optimizers. */
const neverNegative: ReadonlySet<string> = new Set(['lr', 'momentum', 'weightDecay', 'weight_decay', 'eps']);

function checkSeed(seed: number | bigint): void {
  try {
    new Generator(seed);
  } catch (e) {
    throw e instanceof RangeError ? userError('bad-option', e.message) : e;
  }
}

/** A parameter or buffer of the model: its param in the graph, its initial values, and all its names. */
export interface RecordedState {
  readonly param: Param;
  readonly data: Float32Array;
  /** The param's name, then the other names under which the model shares it. */
  readonly names: readonly string[];
}

/** A model that has been recorded. */
export interface Recording {
  readonly name: string;
  readonly maxBatch: number;
  readonly module: Module;
  readonly inputs: readonly Param[];
  readonly targets: readonly Param[];
  /** In PyTorch's order; a shared one appears once. */
  readonly parameters: readonly RecordedState[];
  /** State that training does not change, such as the class weights of a loss. */
  readonly buffers: readonly RecordedState[];
  readonly output: Value;
  readonly loss: Value | null;
  readonly optimizer: Optimizer | null;
  /** Where the model is defined. */
  readonly loc: Loc | null;
}

/** Makes the model, and runs `forward` and the loss once on symbolic tensors. Throws if the user's code throws, if it does not
 *  return a tensor, or if names collide. */
export function record(spec: ModelSpec): Recording {
  const module = withLocAt(spec.loc, () => instantiate(spec));
  const modelName = spec.name ?? className(module);
  withLocAt(spec.loc, () => checkName(modelName, 'the model', spec.loc));
  const state = withLocAt(spec.loc, () => collect(module, spec));
  const given = (named: Named): Param[] => named.map(([name, type]) => param('input', name, type, spec.loc));
  const [inputs, targets] = [given(spec.inputs), given(spec.targets)];

  const tape = { params: new Map<object, Param>(state.map(({ stored, param }) => [stored, param])) };
  return recordOn(tape, () =>
    withAdvice(spec, state, () => {
      const here = locOf(module) ?? spec.loc;
      const output = withLocAt(here, () =>
        resultOf(
          usersCode(() => module(...inputs.map(Tensor.of)), spec.loc, `${className(module)}.forward was recorded`),
          `${className(module)}.forward`,
        ),
      );
      const lossLoc = spec.loss instanceof Module ? (locOf(spec.loss) ?? spec.loc) : spec.loc;
      const loss = withLocAt(lossLoc, () =>
        spec.loss === null
          ? null
          : resultOf(
              usersCode(
                () => spec.loss?.(Tensor.of(output), ...targets.map(Tensor.of)),
                spec.loc,
                'the loss was recorded',
              ),
              'the loss',
            ),
      );
      const of = (kind: Stored['kind']): RecordedState[] =>
        state.filter((s) => s.stored.kind === kind).map(({ param, data, names }) => ({ param, data, names }));
      const recording: Recording = {
        name: modelName,
        ...{ maxBatch: spec.maxBatch, module, inputs, targets, output, loss, optimizer: spec.optimizer, loc: spec.loc },
        parameters: of('parameter'),
        buffers: of('buffer'),
      };
      if (loss && spec.optimizer) withLocAt(lossLoc, () => checkTrainable(recording, loss));
      return Object.freeze(recording);
    }),
  );
}

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
const ofShapes: ReadonlySet<string> = new Set(['shape-mismatch', 'missing-batch', 'bad-dim', 'out-of-range']);
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

/** The parameters and buffers of the model and its loss, each once, with all its names and a copy of its values. */
function collect(
  module: Module,
  { loss, inputs, targets, optimizer, loc }: ModelSpec,
): (RecordedState & { stored: Stored })[] {
  const names = new Map<Stored, string[]>();
  const all = usersCode(
    () => [...storedIn(module), ...(loss instanceof Module ? storedIn(loss, 'loss.') : [])],
    loc,
    'the fields of the model were read',
  );
  for (const [name, stored] of all) names.set(stored, [...(names.get(stored) ?? []), name]);

  const owners = new Map<string, string>();
  const take = (name: string, what: string, loc: Loc | null, owner = owners.get(name)): void => {
    checkName(name, what, loc);
    if (owner !== undefined)
      throw userError('bad-name', `${what} and ${owner} are both named '${name}'`, {
        notes: [{ message: `${what} is made here`, loc }],
        help: 'rename one of them',
      });
    owners.set(name, what);
  };
  for (const [name] of inputs) take(name, 'an input', loc);
  for (const [name] of targets) take(name, 'a target', loc);
  for (const [stored, [name]] of names) {
    // A state dict holds both by name. Other names of the compiler's are changed to avoid the model's.
    const isScalar = Object.hasOwn(optimizer?.scalars ?? {}, name!);
    take(name!, `a ${stored.kind}`, stored.loc, isScalar ? 'a value of the optimizer' : undefined);
  }

  return [...names].map(([stored, [name, ...shared]]) => {
    stored.name = name!;
    withLocAt(stored.loc, () => stored.checkData());
    const role = stored.kind === 'parameter' ? 'parameter' : 'state';
    const type = tensor(
      'f32',
      stored.shape.map((e) => toDim(e)!),
    );
    return {
      stored,
      param: param(role, name!, type, stored.loc),
      data: stored.data.slice(),
      names: [name!, ...shared],
    };
  });
}

/** The maximum length of a name, which appears in every file made from the model. */
const longestName = 255;

function checkName(name: string, what: string, loc: Loc | null): void {
  if (name.length > longestName)
    throw userError(
      'bad-name',
      `the name '${name.slice(0, 20)}…' of ${what} has ${name.length} characters: at most ${longestName} are allowed`,
      { notes: [{ message: `${what} is made here`, loc }] },
    );
  if (/\p{Cs}/u.test(name))
    throw userError(
      'bad-name',
      `the name ${JSON.stringify(name)} of ${what} contains half of a surrogate pair, which no file can store`,
      {
        notes: [{ message: `${what} is made here`, loc }],
      },
    );
  if (name === '__metadata__')
    throw userError('bad-name', `${what} is named '__metadata__', which is reserved in safetensors files`, {
      notes: [{ message: `${what} is made here`, loc }],
      help: 'rename it',
    });
}

function resultOf(result: unknown, what: string): Value {
  if (result instanceof Tensor) return result.value;
  // The rest runs after the recording is over, so its errors are ignored.
  if (result instanceof Promise) result.catch(() => {});
  throw userError('not-a-tensor', `${what} must return a tensor, and it returned ${showAny(result)}`, {
    help:
      result === undefined
        ? 'is its return missing?'
        : Array.isArray(result)
          ? 'return one tensor: cat or stack joins several'
          : result instanceof Module
            ? `a layer computes when it is called: make it in the constructor, and return this.layer(x)`
            : null,
  });
}

function checkTrainable({ parameters, output }: Recording, loss: Value): void {
  if (parameters.length === 0)
    throw userError('no-parameters', 'the optimizer got an empty parameter list: the model has no parameters', {
      help: 'assign layers to public fields of the model in its constructor',
    });
  const read = new Set(paramsOf([loss]));
  const wrt = new Set(parameters.map((p) => p.param).filter((p) => read.has(p)));
  const why =
    wrt.size === 0
      ? 'depends on no parameter'
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
