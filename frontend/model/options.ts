/** PyTorch's arguments in JavaScript: the trailing ones in order or by name, and how Python prints them. */

/** The last arguments of a layer, named in one object, in order, or in order and then named: `(2)`, `({ stride: 2 })` and
 *  `(2, { padding: 1 })`. `Ordered` are all of them in order. */
export type Trailing<O extends object, Ordered extends readonly unknown[]> =
  | [...Ordered, options?: O]
  | (Ordered extends readonly [...infer Fewer, unknown] ? Trailing<O, Fewer> : never);

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

/** Advice to one who gave an optimizer parameters, or a learning rate without its name. */
export const onParameters = (lr = '0.01'): string =>
  `an optimizer has options alone, optim.SGD({ lr: ${lr} }), and trains all parameters of the model`;
