/** Members that a tensor does not have throw when they are read, where JavaScript would give undefined. */

import { onIndices, onRows } from '../hints.ts';
import { ofTensors } from '../hints-members.ts';
import { Stored } from './nn/parameter.ts';
import { Tensor } from './tensor.ts';
import { userError, withLoc } from './trace.ts';

const trap = (key: PropertyKey, what: string, help: string): void => {
  const fail = (of: string): never => {
    throw withLoc(() => userError('no-such-member', `a ${of} has no ${what}`, { help }));
  };
  Object.defineProperty(Tensor.prototype, key, {
    get: () => fail('tensor'),
    // A user's class may have a field of this name, but setting it on a parameter was meant to change the parameter.
    set(value: unknown) {
      if (this instanceof Stored) fail(this.kind);
      Object.defineProperty(this, key, { value, writable: true, enumerable: true, configurable: true });
    },
    configurable: true,
  });
};

for (const [name, help] of Object.entries(ofTensors)) trap(name, `'${name}'`, help);
for (const index of ['0', '1', '2', '-1']) trap(index, `element [${index}]`, onIndices);
trap(Symbol.iterator, 'rows to loop over', onRows);
