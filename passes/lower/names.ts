/** Names for the buffers, kernels and axes that lowering makes. */

import type { Axis } from '../../ir/expr.ts';
import * as x from '../../ir/expr.ts';
import { isBatch, type Shape } from '../../ir/type.ts';

/** Hands out names, with a number where one is taken. */
export class Names {
  readonly #count = new Map<string, number>();
  take(name: string): string {
    const n = (this.#count.get(name) ?? 0) + 1;
    this.#count.set(name, n);
    return n === 1 ? name : this.take(`${name}_${n}`);
  }
}

/** Names the axes of a result: n for the batch, y and x within an image. */
export function axesOf(shape: Shape): Axis[] {
  const letters =
    shape.length === 4 ? ['o', 'c', 'y', 'x'] : shape.length === 3 ? ['b', 'i', 'j'] : ['i', 'j', 'k', 'l', 'p', 'q'];
  return shape.map((d, k) => x.axis(isBatch(d) ? 'n' : (letters[k] ?? `i${k}`), d));
}
