/** Copies of modules. */

import { Module } from './nn/module.ts';
import { Buffer, Parameter, type Stored } from './nn/parameter.ts';

/** Python's copy.deepcopy of a module: modules, parameters, buffers and lists of them within it are copied once each, with their
 *  values; any other field is shared. */
export function clone<M extends Module>(module: M): M {
  const made = new Map<unknown, unknown>();
  const once = <T>(of: T, make: () => T, fill: (copy: T) => void): T => {
    if (!made.has(of)) {
      const copy = make();
      made.set(of, copy);
      fill(copy);
    }
    return made.get(of) as T;
  };
  const copied = (v: unknown): unknown => {
    if (v instanceof Parameter || v instanceof Buffer)
      return once<Stored>(
        v,
        () => {
          const shape = v.shape as readonly number[];
          return v instanceof Buffer ? new Buffer(shape, v.data, v.eval) : new Parameter(shape, v.data);
        },
        () => {},
      );
    if (v instanceof Module)
      return once(
        v,
        // The constructor of the class would draw numbers.
        () => Reflect.construct(Module, [], v.constructor) as Module,
        (copy) => {
          copy.training = v.training;
          for (const [key, field] of Object.entries(v))
            (copy as unknown as Record<string, unknown>)[key] = copied(field);
        },
      );
    if (!Array.isArray(v)) return v;
    return once<unknown[]>(
      v,
      () => [],
      (copy) => copy.push(...v.map(copied)),
    );
  };
  return copied(module) as M;
}
