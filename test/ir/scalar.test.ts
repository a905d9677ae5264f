/** Every row of the table of scalar functions: its value, its text, and its instructions. On a device they run in
 *  `test/gpu/kernels.test.ts`. */
import { expect, test } from 'vitest';
import { dtypes } from '../../ir/dtype.ts';
import * as x from '../../ir/expr.ts';
import { interpretKernel, type Memory } from '../../ir/interpret/kernel.ts';
import { finish, store } from '../../ir/kernel.ts';
import { type BinaryFn, binaries, binaryFns, folded, resultOf, unaries, unaryFns } from '../../ir/scalar.ts';
import { parseKernels } from '../../ir/text/parse.ts';
import { printKernels } from '../../ir/text/print-kernel.ts';
import { type DType, tensor } from '../../ir/type.ts';
import { compareWasm } from '../support/golden-wat.ts';
import { scalarKernels } from '../support/scalar-kernels.ts';

const samples: Readonly<Record<DType, readonly number[]>> = {
  f32: [0, -0, 1, -1, 0.5, -2.5, 3.5, 1e-40, 3e38, Infinity, -Infinity, Number.NaN].map(Math.fround),
  i32: [0, 1, -1, 5, -7, 31, 33, 2147483647, -2147483648],
  u8: [0, 1, 7, 128, 255],
  bool: [0, 1],
};

/** The value of a scalar expression in the interpreter. */
function interpreted(e: (a: x.Expr, b: x.Expr) => x.Expr, dtype: DType, result: DType, a: number, b: number): number {
  const buffer = (name: string, of: DType): x.Buffer => ({ name, type: tensor(of, []) });
  const [p, q, y] = [buffer('a', dtype), buffer('b', dtype), buffer('y', result)];
  const out = new dtypes[result].array(1);
  const kernel = finish('one', [store(y, [], e(x.load(p, []), x.load(q, [])))], []);
  const of = dtypes[dtype].array;
  const memory: Memory = new Map([
    [p, of.of(a)],
    [q, of.of(b)],
    [y, out],
  ]);
  interpretKernel(kernel, memory, 1);
  return out[0] as number;
}

test.each(unaryFns)('%s: the interpreter computes the value of the row', (fn) => {
  for (const d of unaries[fn].takes)
    for (const v of samples[d]) {
      const got = interpreted((a) => ({ kind: 'unary', fn, x: a }), d, resultOf(unaries[fn], d), v, v);
      const want = folded({ ...unaries[fn], expanded: undefined } as never, d, [v]);
      expect(got, `${fn} of ${d} ${v}`).toBe(want);
    }
});

test.each(binaryFns)('%s: the interpreter computes the value of the row', (fn) => {
  const row = binaries[fn];
  for (const d of row.takes)
    for (const a of samples[d])
      for (const b of samples[d]) {
        const want = folded({ ...row, expanded: undefined } as never, d, [a, b]);
        const run = (): number =>
          interpreted((p, q) => ({ kind: 'binary', fn, a: p, b: q }), d, resultOf(row, d), a, b);
        if (want === null) expect(run, `${fn} of ${d} ${a} and ${b}`).toThrow('divided by zero');
        else expect(run(), `${fn} of ${d} ${a} and ${b}`).toBe(want);
      }
});

test('bit operations have the expected values', () => {
  const of = (fn: BinaryFn, a: number, b: number): number | null => folded(binaries[fn], 'i32', [a, b]);
  expect(of('bitxor', -1, 5)).toBe(-6);
  expect(of('ushr', -1, 28)).toBe(15);
  expect([of('ushr', -1, 32), of('ushr', -2, 33)]).toEqual([-1, 2147483647]);
  expect(of('shr', -16, 2)).toBe(-4);
});

test('every function reads back from its text', () => {
  const text = printKernels(scalarKernels());
  expect(printKernels(parseKernels(text, 'scalar.tir'))).toBe(text);
});

test.each(scalarKernels().map((k) => [k.name, k] as const))('%s in WebAssembly', (_, kernel) => compareWasm([kernel]));
