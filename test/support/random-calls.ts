/** Programs of the public API drawn at random: calls of functions and methods on tensors of any shape, the batch in any
 *  place, with arguments of the right kind that seldom fit. */

import { functional, Tensor, type TensorSpec } from '../../frontend/index.ts';
import { type Kind, type Signature, signatureOf } from '../../frontend/model/arguments.ts';

/** Numbers from 0 to below 1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed * 2654435761 + 1;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x297a2d39) | 0;
    state ^= state >>> 12;
    return (state >>> 0) / 2 ** 32;
  };
}

type Draw = () => number;
const pick = <T>(draw: Draw, list: readonly T[]): T => list[Math.floor(draw() * list.length)] as T;

interface Call {
  readonly signature: Signature;
  readonly of: (x: Tensor, args: readonly unknown[]) => unknown;
}
// biome-ignore lint/suspicious/noExplicitAny: called with whatever was drawn
type Any = any;
const calls: readonly Call[] = [
  ...Object.values(functional).flatMap((f): Call[] => {
    const signature = typeof f === 'function' ? signatureOf(f) : null;
    return signature ? [{ signature, of: (_, args) => (f as Any)(...args) }] : [];
  }),
  ...Object.entries(Object.getOwnPropertyDescriptors(Tensor.prototype)).flatMap(([name, { value }]): Call[] => {
    const signature = typeof value === 'function' ? signatureOf(value) : null;
    return signature ? [{ signature, of: (x, args) => (x as Any)[name](...args) }] : [];
  }),
];

const shapes: readonly TensorSpec['shape'][] = [
  [],
  ['N'],
  [3],
  [0],
  ['N', 2],
  [2, 'N'],
  [2, 3],
  [1, 'N'],
  ['N', 1],
  ['2N', 3],
  ['N', 2, 3],
  [2, 'N', 3],
  [3, 2, 'N'],
  ['N', 0, 2],
  ['N', 2, 4, 4],
  [1, 2, 4, 4],
  [2, 2, 'N', 4],
  [2, 2, 3, 3],
];

/** The inputs of a program. */
export const drawInputs = (draw: Draw): TensorSpec[] =>
  Array.from({ length: 3 }, () => ({ shape: pick(draw, shapes), dtype: draw() < 0.25 ? 'i32' : 'f32' }));

const numbers = [0, 1, 2, -1, 3, 0.5, -2, 4, 1e30, Number.NaN, Infinity, -0] as const;

function drawArgument(draw: Draw, kind: Kind, tensors: readonly Tensor[]): unknown {
  const candidates = [
    ...tensors,
    ...tensors,
    ...numbers,
    [pick(draw, tensors), pick(draw, tensors)],
    [pick(draw, [0, 1, 2, -1])],
    [pick(draw, [1, 2, 3]), pick(draw, [0, 1, 2])],
    [1, 1, pick(draw, [-3, 0, 2]), 0],
    true,
    false,
    null,
    'N',
    'mean',
    'sum',
    'none',
    'tanh',
    'f32',
    'i32',
  ];
  const fitting = candidates.filter((v) => kind.holds(v));
  return fitting.length === 0 ? undefined : pick(draw, fitting);
}

/** One call: its text, and a function that runs it. */
export function drawCall(draw: Draw, tensors: readonly Tensor[]): { text: string; run: () => unknown } {
  const call = pick(draw, calls);
  const { name, takes, options } = call.signature;
  const args = Object.values(takes).flatMap((kind): unknown[] => {
    if (kind.rest) return Array.from({ length: 1 + Math.floor(draw() * 3) }, () => drawArgument(draw, kind, tensors));
    return kind.optional && draw() < 0.4 ? [undefined] : [drawArgument(draw, kind, tensors)];
  });
  const chosen = Object.entries(options).filter(() => draw() < 0.3);
  if (chosen.length > 0)
    args.push(Object.fromEntries(chosen.map(([option, kind]) => [option, drawArgument(draw, kind, tensors)])));
  const x = pick(draw, tensors);
  return { text: `${x}.${name}(${args.map(String).join(', ')})`, run: () => call.of(x, args) };
}
