/** PyTorch's optimizers over tensors with values: the rules that are compiled into a training step, one step at a time. */

import { upsert } from '../../ir/collections.ts';
import type { Param, Value } from '../../ir/graph.ts';
import { add, full } from '../../ir/ops/index.ts';
import { countAt, f32, type TensorType } from '../../ir/type.ts';
import type { Optimizer as Rule } from '../../passes/update.ts';
import * as rules from '../model/optim/index.ts';
import { Tensor } from '../model/tensor.ts';
import { called, showAny, userError, withLoc } from '../model/trace.ts';
import { gradOf } from './backward.ts';
import { arrayFor, numbers, write } from './engine.ts';
import { zeroGrad } from './members.ts';
import { noGrad } from './mode.ts';
import { computed } from './run.ts';
import { leaf } from './values.ts';

/** Parameters that share options, of which `lr` may change between steps. */
export interface ParamGroup {
  readonly params: readonly Tensor[];
  lr: number;
  readonly [option: string]: unknown;
}
/** Parameters with options of their own, as an optimizer takes them. */
export interface GroupOptions {
  readonly params: Iterable<Tensor>;
  readonly [option: string]: unknown;
}
/** The state of an optimizer, in PyTorch's form: per parameter by its number, and the options of groups. */
export interface OptimizerState {
  readonly state: Readonly<Record<number, Readonly<Record<string, Float32Array | number>>>>;
  readonly paramGroups: readonly Readonly<Record<string, unknown>>[];
}

/** An optimizer over tensors with values. */
export class Optimizer {
  readonly paramGroups: ParamGroup[] = [];
  readonly #name: string;
  readonly #rules: Rule[] = [];
  readonly #state = new Map<Tensor, Map<string, Tensor>>();
  /** The number of steps so far of each parameter. */
  readonly #steps = new Map<Tensor, Tensor>();

  /** For the optimizers of this package. */
  constructor(name: string, make: (options: never) => Rule, params: Iterable<Tensor | GroupOptions>, defaults: object) {
    this.#name = name;
    const all = [...params];
    if (all.length === 0) throw userError('no-parameters', 'optimizer got an empty parameter list');
    const groups = all.every((g) => g instanceof Tensor) ? [{ params: all as Tensor[] }] : (all as GroupOptions[]);
    const seen = new Set<Tensor>();
    for (const group of groups) {
      const { params: given, ...options } = group;
      const own = given instanceof Tensor ? [given] : [...given];
      for (const p of own) {
        if (!(p instanceof Tensor)) throw userError('not-a-tensor', `${name}: ${showAny(p)} is no tensor`);
        if (!p.isLeaf) throw userError('not-a-leaf', "can't optimize a non-leaf Tensor");
        if (seen.has(p)) throw userError('bad-argument', 'some parameters appear in more than one parameter group');
        seen.add(p);
      }
      const merged = { ...defaults, ...options };
      const rule = make(merged as never);
      this.#rules.push(rule);
      const { lr = 0 } = rule.scalars;
      this.paramGroups.push({ ...merged, params: own, lr });
    }
  }

  /** Drops all gradients, or sets them to zero where `setToNone` is false. */
  zeroGrad(setToNone = true): void {
    withLoc(() => {
      for (const { params } of this.paramGroups) for (const p of params) zeroGrad(p, setToNone);
    }, 'zeroGrad');
  }

  /** Changes each parameter that has a gradient. With `closure`, which computes the loss and its gradients anew, gives its loss. */
  step(closure?: () => Tensor): Tensor | null {
    return withLoc(() => {
      const loss = closure ? closure() : null;
      noGrad(() => {
        for (const [i, group] of this.paramGroups.entries()) {
          const rule = this.#rules[i] as Rule;
          const scalars = new Map<string, Value>();
          const scalar = (name: string): Value => upsert(scalars, name, () => scalarOf(group, rule, name));
          for (const p of group.params) {
            const grad = gradOf(p);
            if (grad) this.#update(p, grad, rule, scalar);
          }
        }
      });
      // A step is a unit: what led to it is run, and compiled once for all turns of a loop.
      computed([]);
      return loss;
    }, 'step');
  }

  #update(p: Tensor, grad: Tensor, rule: Rule, scalar: (name: string) => Value): void {
    const steps = this.#stepsOf(p);
    let counts = false;
    const held = new Map<Value, Tensor>();
    const { value, state } = rule.update(p.value as Param, grad.value, {
      scalar,
      state: (name, initial = 0, type = p.value.type) => {
        const of = this.#stateOf(p, name, initial, type);
        held.set(of.value, of);
        return of.value as Param;
      },
      step: () => {
        counts = true;
        return steps.value;
      },
    });
    for (const [into, next] of state) write(held.get(into) as Tensor, next);
    write(p, value);
    if (counts) write(steps, add(steps.value, full({ value: 1, shape: [], dtype: 'f32' })));
  }

  #stateOf(p: Tensor, name: string, initial: number, type: TensorType): Tensor {
    const all = upsert(this.#state, p, () => new Map<string, Tensor>());
    return upsert(
      all,
      name,
      () => new Tensor(type, leaf(type, arrayFor(type.dtype, countAt(type.shape, 1)).fill(initial))),
    );
  }
  #stepsOf(p: Tensor): Tensor {
    return upsert(this.#steps, p, () => new Tensor(f32(), leaf(f32(), Float32Array.of(0))));
  }

  /** The state by PyTorch's names and numbers of parameters. */
  stateDict(): OptimizerState {
    const all = this.paramGroups.flatMap((g) => g.params);
    const state: Record<number, Record<string, Float32Array | number>> = {};
    for (const [i, p] of all.entries()) {
      const [own, steps] = [this.#state.get(p), this.#steps.get(p)];
      if (!own && !steps) continue;
      const entries = [...(own ?? [])].map(([name, t]) => [name, numbers(t).slice() as Float32Array] as const);
      state[i] = { ...(steps ? { step: numbers(steps)[0] as number } : {}), ...Object.fromEntries(entries) };
    }
    let from = 0;
    const paramGroups = this.paramGroups.map(({ params, ...options }) => {
      const places = params.map((_, i) => from + i);
      from += params.length;
      return { ...options, params: places };
    });
    return { state, paramGroups };
  }
  /** Takes the state of an optimizer over as many parameters of the same shapes. Throws if they differ. */
  loadStateDict({ state, paramGroups }: OptimizerState): void {
    withLoc(() => {
      const sizes = (groups: readonly { readonly params?: unknown }[]): string =>
        groups.map((g) => (g.params as readonly unknown[] | undefined)?.length).join(', ');
      if (sizes(paramGroups) !== sizes(this.paramGroups))
        throw userError(
          'bad-state',
          `loadStateDict: loaded state dict contains parameter groups of ${sizes(paramGroups)} parameters, and this optimizer has ${sizes(this.paramGroups)}`,
        );
      const all = this.paramGroups.flatMap((g) => g.params);
      for (const [key, entries] of Object.entries(state)) {
        const p = all[Number(key)];
        if (!p) throw userError('bad-state', `loadStateDict: there is no parameter ${key}`);
        const { step, ...own } = entries;
        if (step !== undefined) this.#steps.set(p, new Tensor(f32(), leaf(f32(), Float32Array.of(Number(step)))));
        for (const [name, values] of Object.entries(own)) {
          const data = typeof values === 'number' ? Float32Array.of(values) : values;
          const type = data.length === countAt(p.value.type.shape, 1) ? p.value.type : data.length === 1 ? f32() : null;
          if (!type)
            throw userError('bad-state', `loadStateDict: '${name}' of parameter ${key} has ${data.length} elements`);
          upsert(this.#state, p, () => new Map<string, Tensor>()).set(
            name,
            new Tensor(type, leaf(type, Float32Array.from(data))),
          );
        }
      }
      for (const [i, { params: _, ...options }] of paramGroups.entries())
        Object.assign(this.paramGroups[i] as ParamGroup, options);
    }, 'loadStateDict');
  }

  /** The text of PyTorch's `print(optimizer)`. */
  toString(): string {
    const shown = this.#rules.map((r, i) =>
      String(r)
        .replace(/^.*\(\n/, '')
        .replace(/\)$/, '')
        .replace('Parameter Group 0', `Parameter Group ${i}`)
        .replace(/^( +lr: ).*$/m, `$1${this.paramGroups[i]?.lr}`),
    );
    return `${this.#name} (\n${shown.join('\n')})`;
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** A value that may change between steps, as an argument of what is compiled. */
function scalarOf(group: ParamGroup, rule: Rule, name: string): Value {
  const given = name in group ? group[name] : rule.scalars[name];
  if (typeof given !== 'number' || !Number.isFinite(given))
    throw userError('bad-option', `${called()}: ${name} is ${showAny(given)}, and must be a finite number`);
  return leaf(f32(), Float32Array.of(given));
}

type Options<F> = F extends (options: infer O, ...none: never[]) => unknown ? O : never;
/** An optimizer of parameters, or of groups of them with options of their own. */
interface Made<F> {
  new (params: Iterable<Tensor> | Iterable<GroupOptions>, options?: Partial<Options<F>>): Optimizer;
  (params: Iterable<Tensor> | Iterable<GroupOptions>, options?: Partial<Options<F>>): Optimizer;
}

const over = <F extends (options: never) => Rule>(name: string, make: F): Made<F> => {
  const of = {
    [name]: class extends Optimizer {
      constructor(params: Iterable<Tensor | GroupOptions>, options: object = {}) {
        super(name, make, params, options);
      }
    },
  };
  return callable(of[name] as unknown as Made<F>);
};
/** As PyTorch's classes, with and without `new`. */
const callable = <C extends object>(c: C): C =>
  new Proxy(c, { apply: (target, _, args) => Reflect.construct(target as never, args) });
/** torch.optim.Adadelta over tensors with values: `Adadelta(net.parameters(), { lr: 0.01 })`. Options as in the compiled step. */
export const Adadelta: Made<typeof rules.Adadelta> = over('Adadelta', rules.Adadelta);
/** torch.optim.Adagrad over tensors with values: `Adagrad(net.parameters(), { lr: 0.01 })`. Options as in the compiled step. */
export const Adagrad: Made<typeof rules.Adagrad> = over('Adagrad', rules.Adagrad);
/** torch.optim.Adam over tensors with values: `Adam(net.parameters(), { lr: 0.01 })`. Options as in the compiled step. */
export const Adam: Made<typeof rules.Adam> = over('Adam', rules.Adam);
/** torch.optim.AdamW over tensors with values: `AdamW(net.parameters(), { lr: 0.01 })`. Options as in the compiled step. */
export const AdamW: Made<typeof rules.AdamW> = over('AdamW', rules.AdamW);
/** torch.optim.Adamax over tensors with values: `Adamax(net.parameters(), { lr: 0.01 })`. Options as in the compiled step. */
export const Adamax: Made<typeof rules.Adamax> = over('Adamax', rules.Adamax);
/** torch.optim.ASGD over tensors with values: `ASGD(net.parameters(), { lr: 0.01 })`. Options as in the compiled step. */
export const ASGD: Made<typeof rules.ASGD> = over('ASGD', rules.ASGD);
/** Lion over tensors with values. Options as in the compiled step. */
export const Lion: Made<typeof rules.Lion> = over('Lion', rules.Lion);
/** torch.optim.NAdam over tensors with values: `NAdam(net.parameters(), { lr: 0.01 })`. Options as in the compiled step. */
export const NAdam: Made<typeof rules.NAdam> = over('NAdam', rules.NAdam);
/** torch.optim.RAdam over tensors with values: `RAdam(net.parameters(), { lr: 0.01 })`. Options as in the compiled step. */
export const RAdam: Made<typeof rules.RAdam> = over('RAdam', rules.RAdam);
/** torch.optim.RMSprop over tensors with values: `RMSprop(net.parameters(), { lr: 0.01 })`. Options as in the compiled step. */
export const RMSprop: Made<typeof rules.RMSprop> = over('RMSprop', rules.RMSprop);
/** torch.optim.Rprop over tensors with values: `Rprop(net.parameters(), { lr: 0.01 })`. Options as in the compiled step. */
export const Rprop: Made<typeof rules.Rprop> = over('Rprop', rules.Rprop);
/** torch.optim.SGD over tensors with values: `SGD(net.parameters(), { lr: 0.01 })`. Options as in the compiled step. */
export const SGD: Made<typeof rules.SGD> = over('SGD', rules.SGD);
