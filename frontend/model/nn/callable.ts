/** Classes that can be called without `new`, as in Python. */

import { noteLayer } from './module.ts';

// biome-ignore lint/suspicious/noExplicitAny: the arguments are those of whichever class it is
type Class = new (...args: any[]) => object;

/** The class `of`, made callable without `new`. */
export const callable = <C extends Class>(of: C): C & ((...args: ConstructorParameters<C>) => InstanceType<C>) => {
  noteLayer(of);
  const apply = (target: C, _this: unknown, args: unknown[]): object => Reflect.construct(target, args);
  return new Proxy(of, { apply }) as C & ((...args: ConstructorParameters<C>) => InstanceType<C>);
};
