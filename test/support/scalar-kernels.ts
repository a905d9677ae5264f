/** A kernel for each scalar function and each type of its operands: one value at a time, and four lanes. As in any kernel
 *  that reaches the emitter, functions that become polynomials are absent. */
import * as x from '../../ir/expr.ts';
import { finish, type Kernel, loop, store } from '../../ir/kernel.ts';
import { binaries, binaryFns, resultOf, unaries, unaryFns } from '../../ir/scalar.ts';
import { type DType, tensor } from '../../ir/type.ts';
import { expandMath } from '../../passes/math.ts';

type Call = (a: x.Expr, b: x.Expr) => x.Expr;

function kernelOf(name: string, dtype: DType, result: DType, call: Call, vectorized: boolean): Kernel {
  const buffer = (part: string, of: DType): x.Buffer => ({ name: `${name}.${part}`, type: tensor(of, [4]) });
  const [a, b, y] = [buffer('a', dtype), buffer('b', dtype), buffer('y', result)];
  const i = x.axis('i', 4);
  const value = expandMath(call(x.load(a, [x.ix(i)]), x.load(b, [x.ix(i)])));
  const mode = vectorized ? 'vectorized' : 'serial';
  return finish(name, [loop(i, x.int(0), x.int(4), [store(y, [x.ix(i)], value)], { mode })], []);
}

/** Functions tested on integers only: WebAssembly has no instruction for floats. */
const wholeOnly: ReadonlySet<string> = new Set(['idiv', 'imod']);

export function scalarKernels(modes: readonly boolean[] = [false, true]): Kernel[] {
  const made: Kernel[] = [];
  const add = (fn: string, dtype: DType, result: DType, call: Call): void => {
    for (const vectorized of modes)
      made.push(kernelOf(`${fn}_${dtype}${vectorized ? '_lanes' : ''}`, dtype, result, call, vectorized));
  };
  for (const fn of unaryFns)
    for (const d of unaries[fn].takes) add(fn, d, resultOf(unaries[fn], d), (a) => ({ kind: 'unary', fn, x: a }));
  for (const fn of binaryFns)
    for (const d of binaries[fn].takes) {
      const row = binaries[fn];
      if ((wholeOnly.has(fn) && d === 'f32') || (row.expanded && d !== 'f32')) continue;
      // Integer division by 0 is an error in the input.
      const guard = (b: x.Expr): x.Expr =>
        row.divides && d !== 'f32' ? x.select(x.eq(b, x.constant(0, d)), x.constant(1, d), b) : b;
      add(fn, d, resultOf(row, d), (a, b) => ({ kind: 'binary', fn, a, b: guard(b) }));
    }
  return made;
}
