/** PyTorch's arguments in JavaScript: trailing ones in order or by name, and their Python repr. */

/** The trailing arguments of a layer: in order, by name in one object, or in order and then by name: `(2)`, `({ stride: 2 })`,
 *  `(2, { padding: 1 })`. `Ordered` lists them all in order. */
export type Trailing<O extends object, Ordered extends readonly unknown[]> =
  | [...Ordered, options?: O]
  | (Ordered extends readonly [...infer Fewer, unknown] ? Trailing<O, Fewer> : never);

/** Python's repr: `True`, `1e-05`, `(3, 3)`, `(7,)`, `'tanh'`, `None`. */
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

/** Python's repr of a float, which has a point where it is whole: `1.0`. */
export const reprOfFloat = (v: number): string =>
  Number.isInteger(v) && Math.abs(v) < 1e16 ? `${Object.is(v, -0) ? '-' : ''}${v}.0` : repr(v);

/** Advice for an optimizer called with parameters, or with a learning rate without its name. */
export const onParameters = (lr = '0.01'): string =>
  `an optimizer takes only options, optim.SGD({ lr: ${lr} }), and trains all parameters of the model`;

/** Advice for the function that makes an optimizer where one is wanted. */
export const onOptimizer = 'call it, with its options: optim.SGD({ lr: 0.01 })';
