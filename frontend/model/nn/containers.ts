/** Modules that hold other modules in order, under the names 0, 1, 2, … */

import { type Kind, read, signature } from '../arguments.ts';
import * as k from '../kinds.ts';
import type { Tensor } from '../tensor.ts';
import { userError, withLoc } from '../trace.ts';
import { Module } from './module.ts';

const isModule = (v: unknown): boolean => v instanceof Module;
const help: Kind['help'] = () => 'functions such as relu are modules as nn.ReLU()';
const module = k.kind('a module', isModule, { help });
const modules = k.listOf('a list of modules', isModule, { help });

abstract class Container extends Module {
  [index: number]: Module;

  protected add(modules: readonly Module[]): void {
    for (const [i, m] of [...this, ...modules].entries()) this[i] = m;
  }
  /** The number of modules. */
  get length(): number {
    return this.children().length;
  }
  [Symbol.iterator](): Iterator<Module> {
    return this.children()[Symbol.iterator]();
  }
}

const sequentialTakes = signature('Sequential', { modules: { ...module, rest: true } });

/** A chain of modules, in which each output is the next input: `nn.Sequential(nn.Linear(4, 2), nn.ReLU())`. Takes any shape
 *  that the first module takes. Throws for an argument that is not a module. */
export class Sequential extends Container {
  constructor(...modules: Module[]) {
    super();
    read(sequentialTakes, modules);
    this.add(modules);
  }
  forward(x: Tensor): Tensor {
    return this.children().reduce((y, m) => m(y), x);
  }
}

const listTakes = signature('ModuleList', { modules: k.optional(modules) });
const appendTakes = signature('append', { module });

/** A list of modules, for a `forward` that loops over it. It cannot be called itself. Throws for an argument that is not a
 *  list of modules. */
export class ModuleList extends Container {
  constructor(modules: readonly Module[] = [], ...none: []) {
    super();
    read(listTakes, [modules, ...none]);
    this.add(modules);
  }
  /** Adds a module at the end. */
  append(module: Module, ...none: []): this {
    read(appendTakes, [module, ...none]);
    this.add([module]);
    return this;
  }
  forward(): never {
    throw withLoc(() =>
      userError('no-forward', 'Module [ModuleList] is missing the required "forward" function', {
        help: 'loop over it: for (const layer of this.layers) x = layer(x); or use nn.Sequential',
      }),
    );
  }
}
