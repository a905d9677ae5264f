/** What the layers of a Transformer share: how they are called, and how they are stacked. */

import type { Signature } from './arguments.ts';
import { clone } from './clone.ts';
import * as k from './kinds.ts';
import { ModuleList } from './nn/containers.ts';
import { Module } from './nn/module.ts';
import type { LayerNorm } from './nn/norm.ts';
import type { Tensor } from './tensor.ts';

/** What a call takes: tensors, and masks in PyTorch's order or by name. */
export const call = (name: string, tensors: readonly string[], masks: readonly string[]): Signature => ({
  name,
  takes: Object.fromEntries(tensors.map((t) => [t, k.tensor])),
  options: Object.fromEntries(masks.map((m) => [m, k.optional(k.orNull(k.tensor))])),
});
/** A mask, or none. */
export type Mask = Tensor | null;

/** x + f(x) with the norm inside or after it. */
export const residual = (x: Tensor, f: (x: Tensor) => Tensor, norm: LayerNorm, normFirst: boolean): Tensor =>
  normFirst ? x.add(f(norm(x))) : norm(x.add(f(x)));

/** Options without those that are undefined. */
export const withoutUndefined = <O extends object>(options: O): { [K in keyof O]: Exclude<O[K], undefined> } =>
  Object.fromEntries(Object.entries(options).filter(([, v]) => v !== undefined)) as never;

/** A stack of copies of a layer. */
export const copies = (of: Module, count: number): ModuleList =>
  new ModuleList(Array.from({ length: count }, () => clone(of)));
/** The arguments of a layer, without masks at the end that are not given. */
export const asGiven = (...inputs: readonly (Mask | undefined)[]): Tensor[] =>
  inputs.slice(0, inputs.findLastIndex((t) => t !== undefined && t !== null) + 1) as Tensor[];

/** A module, as an argument. */
export const module = k.kind('a module', (v) => v instanceof Module);
/** A module on what comes out. */
export const norm = k.optional(k.orNull(module));
