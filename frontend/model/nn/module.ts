/** Modules: as in PyTorch, a model is a tree of objects whose fields are its layers and parameters. */

import type { Loc } from '../../../ir/diagnostic.ts';
import { guard } from '../arguments.ts';
import * as k from '../kinds.ts';
import { live } from '../live.ts';
import { currentTape } from '../tape.ts';
import type { Tensor } from '../tensor.ts';
import { callSite, inLayer, isClass, showAny, userCode, userError, withLocAt } from '../trace.ts';
import { Buffer, checkOutside, onValues, Parameter, Stored } from './parameter.ts';

export interface Module {
  /** Runs `forward`. If a module's forward takes or returns anything but tensors, call `forward` itself. */
  // biome-ignore lint/style/useShorthandFunctionType: it merges with the class below, whose constructor makes it true
  (...inputs: Tensor[]): Tensor;
}

/** The base of every model and layer. A subclass assigns its layers and parameters to public fields and defines `forward`.
 *  Arrays of them are found; private (`#`) fields and closures are not. An instance can be called. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: see above
export abstract class Module {
  /** True in training mode, which `train()` and `eval()` set. In `forward` it is also false while the model is recorded for
   *  evaluation: `forward` runs once for training and, if it reads this, once for evaluation. */
  get training(): boolean {
    const own = !evaluating.has(this);
    const tape = currentTape();
    if (!tape || !own) return own;
    tape.asked = true;
    return tape.mode === 'train';
  }
  set training(mode: boolean) {
    if (mode) evaluating.delete(this);
    else evaluating.add(this);
  }

  constructor() {
    // An instance is a function with the class's prototype, so that `this.conv1(x)` works. The arrow function's own
    // properties, name and length, are deleted because they would look like fields.
    const self = ((...inputs: Tensor[]) => call(self, inputs)) as unknown as this;
    for (const own of ['name', 'length']) delete (self as unknown as Record<string, unknown>)[own];
    Object.setPrototypeOf(self, new.target.prototype);
    madeAt.set(self, callSite());
    // biome-ignore lint/correctness/noConstructorReturn: this makes instances callable
    return self;
  }

  /** Computes the module's output; runs once, on tensors without values. */
  abstract forward(...inputs: never[]): unknown;

  /** The text between the parentheses when the module is printed. */
  extraRepr(): string {
    return '';
  }

  /** Assigns a buffer to the field `name`, and returns it: the same as `this[name] = buffer`. Throws for a name that another
   *  member has. */
  registerBuffer<B extends Buffer | null>(name: string, buffer: B): B {
    if (name in this && !((this as Record<string, unknown>)[name] instanceof Stored))
      throw userError('bad-name', `registerBuffer: ${className(this)} already has a member '${name}'`);
    (this as Record<string, unknown>)[name] = buffer;
    return buffer;
  }

  /** Each parameter once, under its first name. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, p]) => p);
  }
  /** `[['conv1.weight', p], …]`: the module's own parameters first, then those of its fields in order; each parameter once,
   *  under its first name. */
  namedParameters(): [name: string, parameter: Parameter][] {
    const seen = new Set<Stored>();
    return storedIn(this).flatMap(([name, s]): [string, Parameter][] => {
      if (!(s instanceof Parameter) || seen.has(s)) return [];
      seen.add(s);
      return [[name, s]];
    });
  }
  /** All parameters and buffers by name; a shared one appears under each of its names. */
  stateDict(): Map<string, Stored> {
    return new Map(storedIn(this));
  }
  /** The modules and lists of modules in the fields. */
  namedChildren(): [name: string, child: Module][] {
    return childrenOf(this).filter((c): c is [string, Module] => c[1] instanceof Module);
  }
  /** The modules in the fields. */
  children(): Module[] {
    return this.namedChildren().map(([, m]) => m);
  }
  /** This module and all modules within it, each once. */
  modules(): Module[] {
    return [...modulesIn(this, new Set())];
  }

  /** Calls `f` with every module, inner ones first; for custom initialisation. */
  apply(f: (module: Module) => void): this {
    for (const m of [...modulesIn(this, new Set())].reverse()) userCode(() => f(m));
    return this;
  }
  /** Sets `training` of this module and all modules within it to `mode`, true by default. */
  train(mode = true): this {
    for (const m of this.modules()) m.training = mode;
    return this;
  }
  /** The same as `train(false)`. */
  eval(): this {
    return this.train(false);
  }
  /** Sets `requiresGrad` of all parameters, to true by default, or only of those whose names in `namedParameters()` match:
   *  `net.requiresGrad_(false, /^backbone\./)`. Throws for a pattern that no name matches, and in `forward`. */
  requiresGrad_(requiresGrad = true, names?: RegExp): this {
    checkOutside();
    const all = this.namedParameters();
    const chosen = names ? all.filter(([name]) => name.search(names) >= 0) : all;
    if (names && chosen.length === 0)
      throw userError('bad-argument', `requiresGrad_: names ${names} match no parameter of ${className(this)}`, {
        help: `the parameters are ${listed(all.map(([name]) => name))}`,
      });
    for (const [, p] of chosen) p.requiresGrad = requiresGrad;
    return this;
  }

  /** The text of PyTorch's `print(net)`. */
  toString(): string {
    return show(this, new Set());
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

guard(Module, {
  registerBuffer: {
    name: k.kind('a name without dots', (v) => typeof v === 'string' && v !== '' && !v.includes('.')),
    buffer: k.orNull(
      k.kind('an nn.Buffer', (v) => v instanceof Buffer, {
        help: (v) => onValues('Buffer', v),
      }),
    ),
  },
  apply: { f: k.kind('a function', (v) => typeof v === 'function') },
  train: { mode: k.optional(k.flag) },
  requiresGrad_: { requiresGrad: k.optional(k.flag), names: k.optional(k.pattern) },
});

/** The first of some names, for a message. */
export const listed = (names: readonly string[]): string => {
  const more = names.length - mostListed;
  return `${names.slice(0, mostListed).join(', ') || 'none'}${more > 0 ? ` and ${more} more` : ''}`;
};
const mostListed = 12;

/** Modules that are in evaluation mode whatever they are recorded for. */
const evaluating = new WeakSet<Module>();
const madeAt = new WeakMap<Module, Loc | null>();
/** The user's line that made a module. */
export const locOf = (m: Module): Loc | null => madeAt.get(m) ?? null;

/** The name of a module's class. */
export const className = (m: Module): string => m.constructor?.name || 'Module';

const ours = new WeakSet<object>();
/** Marks a layer as Tapeout's own: a call with more inputs than its `forward` names is an error. A parameter with a default would not
 *  be counted, so those of `forward` are optional. */
export const noteLayer = (of: { readonly prototype: object }): void => {
  const { forward } = of.prototype as { readonly forward?: object };
  if (forward) ours.add(forward);
};

/** The output of `m.forward`. Throws if the module has no forward, or if it returns a promise. */
function call(m: Module, inputs: readonly Tensor[]): Tensor {
  const name = className(m);
  const loc = locOf(m);
  if (typeof m.forward !== 'function')
    throw withLocAt(callSite() ?? loc, () =>
      userError('no-forward', `Module [${name}] is missing the required "forward" function`, {
        notes: [{ message: 'the module was made here', loc }],
        help: 'add a method forward(x) { … } that returns a tensor',
      }),
    );
  if (ours.has(m.forward) && inputs.length > m.forward.length && m.forward.length > 0)
    throw withLocAt(callSite() ?? loc, () =>
      userError('bad-argument', `${name}: too many arguments: ${showAny(inputs.slice(m.forward.length))}`, {
        notes: [{ message: 'the module was made here', loc }],
        help: `${name} takes ${m.forward.length} when it is called`,
      }),
    );
  if (isClass(m.forward))
    throw withLocAt(callSite() ?? loc, () =>
      userError('no-forward', `${name}.forward is ${showAny(m.forward)}, and must be a function`, {
        notes: [{ message: 'the module was made here', loc }],
      }),
    );
  const forward = () => inLayer(loc, () => m.forward(...(inputs as never[])));
  const values = live();
  const out = values ? values.forward(m, forward) : forward();
  if (out instanceof Promise) {
    // The rest runs after the recording is over, so its errors are ignored.
    out.catch(() => {});
    throw withLocAt(callSite() ?? loc, () =>
      userError('async-forward', `${name}.forward is async, but a model is recorded synchronously`, {
        notes: [{ message: 'the module was made here', loc }],
        help: 'remove async and await: forward has nothing to wait for; load data before the model is made',
      }),
    );
  }
  return out as Tensor;
}

type List = readonly unknown[];
const holds = (v: unknown): boolean =>
  v instanceof Module || v instanceof Stored || (Array.isArray(v) && v.some(holds));
/** The modules and arrays in a module's fields, or in an array. */
const childrenOf = (m: Module | List): [string, Module | List][] =>
  Object.entries(m).filter(([, v]) => v instanceof Module || (Array.isArray(v) && holds(v)));

/** A parameter or buffer, and the field or the place in an array that holds it. */
export interface Field {
  /** The path from the outermost module, such as `conv1.weight`. */
  readonly name: string;
  readonly stored: Stored;
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

/** The fields that hold parameters and buffers, in PyTorch's order; a shared one appears in each of its fields. */
export function fieldsOf(m: Module | List, prefix = '', path: ReadonlySet<unknown> = new Set()): Field[] {
  if (path.has(m)) return []; // a child that refers to its parent
  const within = new Set(path).add(m);
  const holder = m as unknown as Record<string, unknown>;
  return [
    ...Object.entries(m).flatMap(([key, v]): Field[] =>
      v instanceof Stored ? [{ name: prefix + key, stored: v, holder, key }] : [],
    ),
    ...childrenOf(m).flatMap(([name, child]) => fieldsOf(child, `${prefix}${name}.`, within)),
  ];
}

/** Parameters and buffers with their names. */
const storedIn = (m: Module): [string, Stored][] => fieldsOf(m).map(({ name, stored }) => [name, stored]);

function* modulesIn(m: Module | List, seen: Set<unknown>): Generator<Module> {
  if (seen.has(m)) return;
  seen.add(m);
  if (m instanceof Module) yield m;
  for (const [, child] of childrenOf(m)) yield* modulesIn(child, seen);
}

function show(m: Module | List, path: ReadonlySet<unknown>): string {
  const within = new Set(path).add(m);
  const [name, extra] = m instanceof Module ? [className(m), m.extraRepr()] : ['ModuleList', ''];
  const children = childrenOf(m)
    .filter(([, child]) => !path.has(child) && child !== m)
    .map(([key, child]) => `(${key}): ${show(child, within).replaceAll('\n', '\n  ')}`);
  if (children.length === 0) return `${name}(${extra})`;
  return `${name}(\n${[...(extra ? extra.split('\n') : []), ...children].map((line) => `  ${line}\n`).join('')})`;
}
