/** The words of the kernel language, for the printer and the parser. No name may be one of them. */

import { dtypeNames } from '../dtype.ts';
import type { ReduceFn } from '../expr.ts';
import { type BinaryFn, binaries, binaryFns, type UnaryFn, unaries, unaryFns } from '../scalar.ts';

/** Functions spelt as calls. A function with a sign is one, too, if the sign does not fit all kinds of operands. */
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

/** Words that cannot be names in expressions and kernels. */
export const keywords: ReadonlySet<string> = new Set<string>([
  ...binaryWords,
  ...unaryWords,
  ...Object.values(reductionWords),
  ...literals,
  ...dtypeNames,
  ...statements,
]);
