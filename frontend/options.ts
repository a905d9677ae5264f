/** PyTorch's arguments in JavaScript: the trailing ones in order or by name, and how Python prints them. */

import { Tensor } from './tensor.ts';
import { showAny, userError, withLoc } from './trace.ts';

/** The last arguments of a layer, named in one object, in order, or in order and then named: `(2)`, `({ stride: 2 })` and
 *  `(2, { padding: 1 })`. */
export type Trailing<O extends object, Names extends readonly (keyof O)[]> =
  | []
  | [options: O]
  | (Names extends readonly [infer First extends keyof O, ...infer Rest extends readonly (keyof O)[]]
      ? [Exclude<O[First], undefined>, ...Trailing<O, Rest>]
      : never);

const isOptions = (v: unknown): v is object =>
  typeof v === 'object' && v !== null && !Array.isArray(v) && !(v instanceof Tensor);

/** Trailing arguments as one object. Throws for a name that the layer does not have, and for more than it takes. */
export function optionsOf<O extends object>(
  layer: string,
  names: readonly (keyof O & string)[],
  args: readonly unknown[],
): O {
  return withLoc(() => {
    const last = args.at(-1);
    const named = isOptions(last) ? last : {};
    const ordered = isOptions(last) ? args.slice(0, -1) : args;
    if (ordered.length > names.length)
      throw userError('bad-argument', `${layer}: too many arguments: ${showAny(args)}`, { help: known(layer, names) });
    for (const [name, value] of Object.entries(named)) {
      const at = (names as readonly string[]).indexOf(name);
      if (at < 0) throw userError('bad-argument', `${layer} has no option '${name}'`, { help: known(layer, names) });
      if (at < ordered.length)
        throw userError(
          'bad-argument',
          `${layer}: '${name}' is given twice: ${showAny(ordered[at])} and ${showAny(value)}`,
        );
    }
    return { ...Object.fromEntries(ordered.map((v, i) => [names[i], v])), ...named } as O;
  });
}

const known = (layer: string, names: readonly string[]): string =>
  names.length ? `the options of ${layer} are ${names.join(', ')}` : `${layer} has no options`;

/** `value`, which must be a whole number of at least `least`. */
export function wholeOf(layer: string, name: string, value: unknown, least = 1): number {
  if (Number.isInteger(value) && (value as number) >= least) return value as number;
  throw withLoc(() =>
    userError('bad-argument', `${layer}: ${name} must be a whole number of at least ${least}, got ${showAny(value)}`),
  );
}

/** As Python's repr: `True`, `1e-05`, `(3, 3)`, `(7,)`, `'tanh'`, `None`. */
export function repr(v: unknown): string {
  if (v === null || v === undefined) return 'None';
  if (typeof v === 'boolean') return v ? 'True' : 'False';
  if (typeof v === 'string') return `'${v}'`;
  if (Array.isArray(v)) return v.length === 1 ? `(${repr(v[0])},)` : `(${v.map(repr).join(', ')})`;
  if (typeof v !== 'number') return String(v);
  const small = v !== 0 && Math.abs(v) < 1e-4;
  const [digits, exponent] = (small ? v.toExponential() : String(v)).split('e');
  return exponent ? `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}` : String(v);
}
