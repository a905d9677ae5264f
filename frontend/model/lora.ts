/** Low-rank adaptation (Hu et al. 2021): linear layers keep their weights, and learn a product of two thin matrices beside them. */

import { nearest } from '../../ir/text/nearest.ts';
import type { Data } from '../../runtime/check.ts';
import type { StoredTensor } from '../../runtime/safetensors.ts';
import { type StateDict, tensorsOf } from '../../runtime/weights.ts';
import { fn, withOptions } from './arguments.ts';
import * as k from './kinds.ts';
import { Linear } from './nn/linear.ts';
import { className, type Field, fieldsOf, listed, Module, noteLayer } from './nn/module.ts';
import type { Parameter, Stored } from './nn/parameter.ts';
import type { Tensor } from './tensor.ts';
import { showAny, userError } from './trace.ts';

/** The options of lora. */
export interface LoraOptions {
  /** The number of rows of A, and of columns of B. */
  readonly rank: number;
  /** B·A is multiplied by alpha / rank; defaults to `rank`, which is a factor of 1. */
  readonly alpha?: number;
  /** The linear layers to adapt: a pattern for their names, or a list of names or last parts of names, as `['query', 'value']`;
   *  defaults to all. */
  readonly targets?: RegExp | readonly string[];
}

const isObject = (v: unknown): boolean => typeof v === 'object' && v !== null;
const module = k.kind('a module', (v) => v instanceof Module);
const isName = (v: unknown): boolean => typeof v === 'string' && v !== '';
const names = k.listOf('a list of at least one name', isName, {}, 1);

interface Adapter {
  readonly a: Parameter;
  readonly b: Parameter;
  /** The factor of B·A. */
  readonly scale: number;
}
const adapters = new WeakMap<Linear, Adapter>();
const ofAdapters = new WeakSet<Stored>();

/** Adapts linear layers of `net`, in place, and freezes all of its parameters but the new ones. A layer then computes
 *  x·Wᵀ + bias + (x·Aᵀ·Bᵀ)·alpha/rank. A [rank, in] is drawn as the weight of a linear layer, B [out, rank] is zeros, so that at
 *  first nothing changes. In the state dict they are `fc.lora_A.weight` and `fc.lora_B.weight`, beside `fc.weight` and `fc.bias`, which
 *  load as before. What else is to be trained is unfrozen afterwards: `net.head.requiresGrad_()`. Returns `net`. Throws for targets
 *  that are not there or not linear, for layers that are adapted already, and in `forward`. */
export const lora: <M extends Module>(net: M, options: LoraOptions) => M = withOptions(
  'lora',
  { net: module },
  { rank: k.size, alpha: k.optional(k.finite()), targets: k.optional(k.either(k.pattern, names)) },
  <M extends Module>(net: M, { rank, alpha = rank, targets }: LoraOptions): M => {
    const chosen = chosenOf(net, targets);
    for (const [layer, name] of chosen)
      if (adapters.has(layer)) throw userError('bad-argument', `lora: '${name}' is adapted already`);
    for (const p of net.parameters()) if (!ofAdapters.has(p)) p.requiresGrad = false;
    for (const layer of chosen.keys()) adapt(layer, rank, alpha / rank);
    return net;
  },
);

function adapt(layer: Linear, rank: number, scale: number): void {
  const a = new Linear(layer.inFeatures, rank, { bias: false });
  const b = new Linear(rank, layer.outFeatures, { bias: false });
  b.weight.data.fill(0);
  const plain = layer.forward;
  const forward = function (this: Linear, x: Tensor): Tensor {
    return plain.call(this, x).add(b(a(x)).mul(scale));
  };
  // The fields have the names of the state dict; the method must not look like one.
  Object.assign(layer, { lora_A: a, lora_B: b });
  Object.defineProperty(layer, 'forward', { value: forward, configurable: true });
  noteLayer({ prototype: { forward } });
  adapters.set(layer, { a: a.weight, b: b.weight, scale });
  for (const p of [a.weight, b.weight]) ofAdapters.add(p);
}

/** The linear layers of a module by all of their names, but for those that are part of an adapter. */
function linearsIn(net: Module): [name: string, layer: Linear][] {
  return fieldsOf(net).flatMap(({ name, holder, key, stored }): [string, Linear][] =>
    (holder as unknown) instanceof Linear && key === 'weight' && !ofAdapters.has(stored)
      ? [[name.slice(0, -'.weight'.length), holder as unknown as Linear]]
      : [],
  );
}

/** The layers to adapt, each once. */
function chosenOf(net: Module, targets: LoraOptions['targets']): Map<Linear, string> {
  const all = linearsIn(net);
  const has = `the linear layers of ${className(net)} are ${listed(all.map(([name]) => name))}`;
  const fits = (name: string, target: string): boolean => name === target || name.endsWith(`.${target}`);
  for (const target of Array.isArray(targets) ? targets : []) {
    if (all.some(([name]) => fits(name, target))) continue;
    const near = nearest(
      target,
      all.map(([name]) => name),
    );
    throw userError('bad-argument', `lora: targets has '${target}', and no linear layer has this name`, {
      help: `${near ? `did you mean '${near}'? ` : ''}${has}`,
    });
  }
  const found = all.filter(
    ([name]) =>
      targets === undefined ||
      (targets instanceof RegExp ? name.search(targets) >= 0 : targets.some((target) => fits(name, target))),
  );
  if (found.length === 0)
    throw userError(
      'bad-argument',
      `lora: ${targets ? `targets ${showAny(String(targets))} match` : 'net has'} no linear layer`,
      {
        help: all.length > 0 ? has : `${className(net)} holds no nn.Linear in its fields`,
      },
    );
  return byFirstName(found);
}

/** Each layer once, with the first of its names. */
function byFirstName(found: readonly (readonly [string, Linear])[]): Map<Linear, string> {
  const once = new Map<Linear, string>();
  for (const [name, layer] of found) if (!once.has(layer)) once.set(layer, name);
  return once;
}

/** The state dict of `net` without its adapters: `fc.weight` becomes W + B·A·alpha/rank, and a net to which `lora` was not applied
 *  computes the same with it. The values are those of `state`, as `stateDict()` or a file of a compiled model holds them, or else the
 *  initial ones. `net` stays as it is. Throws for a net that is not adapted, for a `state` that lacks a matrix, and for weights that
 *  other layers share. */
export const mergeLora: (net: Module, state?: StateDict) => Map<string, Data | StoredTensor> = fn(
  'mergeLora',
  { net: module, state: k.optional(k.kind("a state dict, or a safetensors file's bytes", isObject)) },
  (net, state) => {
    const fields = fieldsOf(net);
    const values = new Map<string, Data | StoredTensor>(state === undefined ? initial(fields) : tensorsIn(state));
    const adapted = linearsIn(net).filter(([, layer]) => adapters.has(layer));
    if (adapted.length === 0)
      throw userError('bad-argument', `mergeLora: no layer of ${className(net)} is adapted`, {
        help: 'apply lora to the net first, as before it was trained',
      });
    for (const [layer, name] of byFirstName(adapted)) {
      const { a, b, scale } = adapters.get(layer) as Adapter;
      const other = fields.find((f) => f.stored === layer.weight && (f.holder as unknown) !== layer);
      if (other)
        throw userError(
          'bad-argument',
          `mergeLora: '${name}' shares its weight with '${other.name}', which is not adapted`,
          {
            help: 'keep the adapter: merging would change both',
          },
        );
      const [w, up, down] = [
        { name: within(name, 'weight'), of: layer.weight },
        { name: within(name, 'lora_B.weight'), of: b },
        { name: within(name, 'lora_A.weight'), of: a },
      ].map(({ name, of }) => numbersOf(values, name, of)) as [Float32Array, Float32Array, Float32Array];
      const value = values.get(within(name, 'weight'));
      const sum = product(w, up, down, { width: layer.inFeatures, scale });
      values.set(within(name, 'weight'), value && 'data' in value ? { ...value, dtype: 'F32', data: sum } : sum);
    }
    const gone = fields.filter(({ stored }) => ofAdapters.has(stored)).map(({ name }) => name);
    const isGone = (name: string): boolean => gone.some((g) => name === g || name.startsWith(`${g}.`));
    return new Map([...values].filter(([name]) => !isGone(name)));
  },
);

const within = (name: string, field: string): string => (name === '' ? field : `${name}.${field}`);
const initial = (fields: readonly Field[]): [string, Data][] => fields.map(({ name, stored }) => [name, stored.data]);
const tensorsIn = (state: StateDict): [string, Data | StoredTensor][] =>
  [...tensorsOf(state, () => true)].flatMap(([name, value]) => (value ? [[name, value]] : []));

/** The numbers of a parameter in a state dict. */
function numbersOf(values: ReadonlyMap<string, Data | StoredTensor>, name: string, of: Parameter): Float32Array {
  const value = values.get(name);
  const data = value && ('data' in value ? value.data : value);
  if (data?.length === of.data.length) return Float32Array.from(data as Float32Array, Number);
  const have = data ? `its '${name}' has ${data.length} numbers` : `it has no '${name}'`;
  throw userError('bad-argument', `mergeLora: state is not of this net: ${have}, and the net's is [${of.shape}]`, {
    help: 'pass the net as it was trained, with the same targets and rank',
  });
}

/** W + B·A·scale, where W has rows of `width` numbers. */
function product(
  w: Float32Array,
  b: Float32Array,
  a: Float32Array,
  { width, scale }: { readonly width: number; readonly scale: number },
): Float32Array<ArrayBuffer> {
  const rank = a.length / width;
  return Float32Array.from(w, (value, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    let sum = 0;
    for (let r = 0; r < rank; r++) sum += (b[row * rank + r] as number) * (a[r * width + column] as number);
    return value + sum * scale;
  });
}
