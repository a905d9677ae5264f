/** The words of the kernel language: what the printer spells and the parser reads, and what no name may be. */

import { dtypeNames } from '../dtype.ts';
import type { ReduceFn } from '../expr.ts';
import { type BinaryFn, binaries, binaryFns, type UnaryFn, unaries, unaryFns } from '../scalar.ts';

/** Operations that are spelt as calls. Those that are spelt as signs are named so where no sign fits their operands. */
export const binaryWords: readonly BinaryFn[] = binaryFns.filter((fn) => !binaries[fn].sign || binaries[fn].sign.of);
export const unaryWords: readonly UnaryFn[] = unaryFns.filter((fn) => !unaries[fn].sign);

export const reductionWords: Readonly<Record<ReduceFn, string>> = {
  add: 'sum',
  mul: 'product',
  max: 'max',
  min: 'min',
  argmax: 'argmax',
};

const literals = ['N', 'true', 'false', 'inf', 'nan'];
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
  ...dtypeNames,
  ...statements,
]);
