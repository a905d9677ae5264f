/** defineModel: a model, its inputs, its loss and its optimizer, checked before anything runs. */

import type { Loc } from '../../ir/diagnostic.ts';
import type { Optimizer } from '../../passes/update.ts';
import { Generator } from '../../runtime/random.ts';
import { namedOnly, read } from './arguments.ts';
import * as k from './kinds.ts';
import { Module } from './nn/module.ts';
import { onOptimizer } from './options.ts';
import { type Named, namedTypes, type Specs } from './specs.ts';
import type { Tensor } from './tensor.ts';
import { callSite, isClass, showAny, userError, withLoc } from './trace.ts';

/** A loss module, or a function of the model's output, or of all its outputs, and its targets. */
export type Loss = (output: Tensor, ...targets: Tensor[]) => Tensor;

/** The options of defineModel: a model, its inputs, and how it is trained. */
export interface ModelOptions {
  /** A class, a function that makes the module, or a module. The first two draw their initial values from `seed`. */
  readonly model: Module | (new () => Module) | (() => Module);
  /** The arguments of `forward`, in order. A single one is named `x`. */
  readonly input: Specs;
  /** The arguments of the loss after the outputs, in order. A single one is named `y`. */
  readonly target?: Specs;
  /** A loss module, or a function of everything that forward returns, followed by the targets; without it, the model only
   *  predicts. */
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
