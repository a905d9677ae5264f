/** torch.nn. Layers are made with or without `new`: `nn.Conv2d(1, 6, 5)`. */

import * as containers from './containers.ts';
import * as layers from './layers.ts';
import * as losses from './losses.ts';
import * as parameter from './parameter.ts';

// biome-ignore lint/suspicious/noExplicitAny: the arguments are those of whichever class it is
type Class = new (...args: any[]) => object;
/** A class that may be called without `new`. */
export type Callable<C extends Class> = C & ((...args: ConstructorParameters<C>) => InstanceType<C>);

const callable = <C extends Class>(of: C): Callable<C> =>
  new Proxy(of, { apply: (target, _this, args) => Reflect.construct(target, args) }) as Callable<C>;

export { Module } from './module.ts';

export const Parameter = callable(parameter.Parameter);
export type Parameter = parameter.Parameter;
export const Buffer = callable(parameter.Buffer);
export type Buffer = parameter.Buffer;

export const Conv2d = callable(layers.Conv2d);
export type Conv2d = layers.Conv2d;
export const Linear = callable(layers.Linear);
export type Linear = layers.Linear;
export const LayerNorm = callable(layers.LayerNorm);
export type LayerNorm = layers.LayerNorm;

export const MaxPool2d = callable(layers.MaxPool2d);
export type MaxPool2d = layers.MaxPool2d;
export const AvgPool2d = callable(layers.AvgPool2d);
export type AvgPool2d = layers.AvgPool2d;
export const Flatten = callable(layers.Flatten);
export type Flatten = layers.Flatten;
export const Identity = callable(layers.Identity);
export type Identity = layers.Identity;

export const ReLU = callable(layers.ReLU);
export type ReLU = layers.ReLU;
export const LeakyReLU = callable(layers.LeakyReLU);
export type LeakyReLU = layers.LeakyReLU;
export const Sigmoid = callable(layers.Sigmoid);
export type Sigmoid = layers.Sigmoid;
export const Tanh = callable(layers.Tanh);
export type Tanh = layers.Tanh;
export const GELU = callable(layers.GELU);
export type GELU = layers.GELU;
export const Softmax = callable(layers.Softmax);
export type Softmax = layers.Softmax;
export const LogSoftmax = callable(layers.LogSoftmax);
export type LogSoftmax = layers.LogSoftmax;

export const Sequential = callable(containers.Sequential);
export type Sequential = containers.Sequential;
export const ModuleList = callable(containers.ModuleList);
export type ModuleList = containers.ModuleList;

export const CrossEntropyLoss = callable(losses.CrossEntropyLoss);
export type CrossEntropyLoss = losses.CrossEntropyLoss;
export const NLLLoss = callable(losses.NLLLoss);
export type NLLLoss = losses.NLLLoss;
export const MSELoss = callable(losses.MSELoss);
export type MSELoss = losses.MSELoss;
export const BCEWithLogitsLoss = callable(losses.BCEWithLogitsLoss);
export type BCEWithLogitsLoss = losses.BCEWithLogitsLoss;
