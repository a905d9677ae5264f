/** The words of the kernel language: what the printer spells and the parser reads, and what no name may be. */

import type { BinaryFn, ReduceFn, UnaryFn } from './expr.ts';

/** Operations that are spelt as calls. Those that are spelt as signs are named so where no sign fits their operands. */
export const binaryWords: readonly BinaryFn[] = ['min', 'max', 'pow', 'div', 'idiv', 'imod', 'shr', 'bitand'];
export const unaryWords: readonly UnaryFn[] = [
  ...(['abs', 'exp', 'log', 'sqrt', 'tanh', 'erf', 'floor', 'nearest'] as const),
  ...(['f32_bits', 'i32_bits'] as const),
];

export const reductionWords: Readonly<Record<ReduceFn, string>> = {
  add: 'sum',
  mul: 'product',
  max: 'max',
  min: 'min',
  argmax: 'argmax',
};

const literals = ['N', 'true', 'false', 'inf', 'nan'];
const dtypes = ['f32', 'i32', 'u8', 'bool'];
const statements = [
  ...[
    'for',
    'in',
    'step',
    'parallel',
    'invoke',
    'vectorize',
    'unroll',
    'fenced',
    'together',
    'tile',
    'workgroup',
    'half',
    'barrier',
  ],
  ...['let', 'view', 'buffer', 'of', 'out', 'inout', 'kernel'],
];

/** Words that are no names in expressions and kernels. */
export const keywords: ReadonlySet<string> = new Set<string>([
  ...binaryWords,
  ...unaryWords,
  ...Object.values(reductionWords),
  ...literals,
  ...dtypes,
  ...statements,
]);
