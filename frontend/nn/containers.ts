/** Modules that hold others in order, under the names 0, 1, 2, … */

import type { Tensor } from '../tensor.ts';
import { showAny, userError, withLoc } from '../trace.ts';
import { className, Module } from './module.ts';

abstract class Container extends Module {
  [index: number]: Module;

  protected add(modules: readonly Module[]): void {
    for (const [i, m] of [...this, ...modules].entries()) {
      if (!(m instanceof Module))
        throw withLoc(() =>
          userError('bad-argument', `${className(this)}: element ${i} must be a module, got ${showAny(m)}`, {
            help: 'functions such as relu are modules as nn.ReLU()',
          }),
        );
      this[i] = m;
    }
  }
  /** How many modules there are. */
  get length(): number {
    return this.children().length;
  }
  [Symbol.iterator](): Iterator<Module> {
    return this.children()[Symbol.iterator]();
  }
}

/** Each module's output is the next one's input: `nn.Sequential(nn.Linear(4, 2), nn.ReLU())`. */
export class Sequential extends Container {
  constructor(...modules: Module[]) {
    super();
    this.add(modules);
  }
  forward(x: Tensor): Tensor {
    return this.children().reduce((y, m) => m(y), x);
  }
}

/** A list of modules, for a `forward` that loops over it. It cannot itself be called. */
export class ModuleList extends Container {
  constructor(modules: readonly Module[] = []) {
    super();
    this.add(modules);
  }
  append(module: Module): this {
    this.add([module]);
    return this;
  }
  forward(): never {
    throw withLoc(() =>
      userError('no-forward', 'Module [ModuleList] is missing the required "forward" function', {
        help: 'loop over it: for (const layer of this.layers) x = layer(x); or take a Sequential',
      }),
    );
  }
}
