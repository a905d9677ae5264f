/** The signatures of layers, and the advice for a tensor passed to a layer's constructor. */

import { type Kinds, type Signature, signature } from '../arguments.ts';
import * as F from '../functional/index.ts';
import { Tensor } from '../tensor.ts';

/** Declares the constructor arguments of a layer or loss, which are never tensors of the recording. */
export const layer = (name: string, takes: Kinds, options: Kinds = {}): Signature =>
  signature(name, takes, options, (v) => (v instanceof Tensor ? onTensorGiven(name) : null));

/** Advice for `nn.ReLU(x)`. */
export function onTensorGiven(name: string): string {
  const f = functionOf(name);
  const field = f ?? 'layer';
  const made = `nn.${name}(…) makes a layer: assign it in the constructor, this.${field} = nn.${name}(…), and call it in forward, this.${field}(x)`;
  return f ? `${made}; as a function it is ${f}: import { ${f} } from 'tapeout'` : made;
}

/** The name of the function that a layer calls, or null. */
function functionOf(name: string): string | null {
  const plain = (word: string): string => word.replace(/Loss$/, '').replace('binaryCrossEntropy', 'bce').toLowerCase();
  return Object.keys(F).find((f) => plain(f) === plain(name)) ?? null;
}
