/** Indices that are data: each read is in range because a host checks the input, because of how the values are computed, or
 *  because of a condition; if none of these applies, it is a problem. */

import { apply, compile, defineModel, nn, type Tensor } from 'tapeout';
import {
  type Attrs,
  attr,
  defineOp,
  expr,
  type OpDef,
  op,
  parseKernels,
  registerOp,
  type TensorType,
} from 'tapeout/ir';
import { describe, expect, test } from 'vitest';
import { readIr } from '../../frontend/pipeline/read.ts';
import type { Buffer } from '../../ir/expr.ts';
import { VerifyError } from '../../ir/verify/index.ts';
import { verifyKernels } from '../../ir/verify/kernel.ts';

const kernel = (params: string, body: string): string => `kernel @k${params.length}(${params}) {\n${body}\n}\n`;
const lookup = (index: string, more = ''): string =>
  kernel(
    'table: f32[8,4], index: i32[N], y: f32[N,4] out',
    `for n in 0..N { ${more} for j in 0..4 { y[n, j] = ${index} } }`,
  );

/** The first problem, or null. */
function problem(text: string, ranges: Record<string, number> = {}): string | null {
  const kernels = parseKernels(`tapeout ir 1\n${text}`, 'k.tir');
  const buffers = kernels.flatMap((k) => k.params.map((p) => p.buffer));
  const values = new Map(
    Object.entries(ranges).map(([name, count]): [Buffer, number] => [buffers.find((b) => b.name === name)!, count]),
  );
  try {
    verifyKernels(kernels, { maxBatch: 16, values });
    return null;
  } catch (e) {
    if (!(e instanceof VerifyError)) throw e;
    return e.problems[0]!.message;
  }
}

describe('in kernels', () => {
  const unproved = 'table[index[n], j]: index 0 may be anything, but must be in 0..8';

  test('an index without bounds is a problem', () => expect(problem(lookup('table[index[n], j]'))).toBe(unproved));
  test('a host check of the input may suffice or be too loose', () => {
    expect(problem(lookup('table[index[n], j]'), { index: 8 })).toBe(null);
    expect(problem(lookup('table[index[n], j]'), { index: 9 })).toMatch(/index 0 may be 8, but must be in 0\.\.8$/);
    expect(problem(lookup('table[index[n] + 1, j]'), { index: 8 })).toMatch(/index 0 may be 8/);
    expect(problem(lookup('table[7 - index[n], j]'), { index: 8 })).toBe(null);
    expect(problem(lookup('table[index[n] / 2, j]'), { index: 16 })).toBe(null);
  });
  test('a condition keeps it in range, on both sides or on one', () => {
    expect(problem(lookup('index[n] >= 0 && index[n] < 8 ? table[index[n], j] : 0.0'))).toBe(null);
    expect(problem(lookup('index[n] < 8 ? table[index[n], j] : 0.0'))).toMatch(/may be anything/);
    expect(problem(lookup('index[n] >= 0 ? table[index[n], j] : 0.0'))).toMatch(/may be anything/);
    expect(problem(lookup('index[n] >= 0 && index[n] < 9 ? table[index[n], j] : 0.0'))).toMatch(/may be 8/);
    expect(problem(lookup('table[min(max(index[n], 0), 7), j]'))).toBe(null);
    // The remainder of a number below 0 is below 0.
    expect(problem(lookup('table[index[n] % 8, j]'))).toMatch(/may be -7/);
  });
  test('a condition on another element proves nothing', () =>
    expect(problem(lookup('index[0] >= 0 && index[0] < 8 ? table[index[n], j] : 0.0'))).toMatch(/may be anything/));
  test('a store at an index that is data is a problem', () =>
    expect(
      problem(kernel('x: f32[N], i: i32[N], y: f32[8] out', 'for n in 0..N { y[i[n]] = x[n] }'), { i: 9 }),
    ).toMatch(/^y\[i\[n\]\]: index 0 may be 8/));

  test('a tile has the range of the values put into it', () => {
    const by = (...sets: string[]): string =>
      lookup('table[at, j]', `tile at: i32[] at = 0 ${sets.map((s) => `for k in 0..8 { ${s} }`).join(' ')}`);
    expect(problem(by('at = index[n] > k ? k : at'))).toBe(null);
    expect(problem(by('at max= min(max(index[n], 0), k)'))).toBe(null);
    expect(problem(by('at = index[n] > k ? k + 1 : at'))).toMatch(/may be 8/);
    expect(problem(by('at += min(max(index[n], 0), k)'))).toMatch(/may be anything/);
    expect(problem(by('at = index[n] > k ? at + 1 : at'))).toMatch(/may be anything/);
  });

  test('a buffer has the range of the values that kernels store in it', () => {
    const first = (value: string): string =>
      `kernel @a(x: f32[N], index: i32[N] out) { for n in 0..N { index[n] = ${value} } }\n`;
    const read = lookup('table[index[n], j]');
    expect(problem(first('x[n] > 0.0 ? 7 : 0') + read)).toBe(null);
    expect(problem(first('x[n] > 0.0 ? 8 : 0') + read)).toMatch(/may be 8/);
    expect(problem(first('i32(x[n])') + read)).toMatch(/may be anything/);
    // What another kernel stores counts, in any order.
    const other = 'kernel @b(index: i32[N] out) { for n in 0..N { index[n] = 9 } }\n';
    expect(problem(first('x[n] > 0.0 ? 3 : 0') + read + other)).toMatch(/may be 9/);
    expect(problem(other + read, { index: 8 })).toMatch(/may be 9/);
  });
});

// ---- an op from outside that looks up rows

const rows = (name: string, clamp: boolean): OpDef =>
  registerOp(
    defineOp({
      name,
      doc: 'The row of the table that the index names.',
      operands: ['table', 'index'],
      attrs: { first: attr.integer(0) },
      infer: ({ table, index }) => ({ dtype: table.dtype, shape: [...index.shape, table.shape[1]!] }) as TensorType,
      compute({ table, index }, at, { first }) {
        const row = expr.add(index(...at.slice(0, -1)), expr.int(first));
        return table(clamp ? expr.max(expr.min(row, expr.int(4)), expr.int(0)) : row, at.at(-1)!);
      },
      vjp: ({ table, index }, g) => ({
        table: op.matmul(
          op.permute(op.convert(op.oneHot(index, { classes: table.type.shape[0] as number }), { to: 'f32' }), {
            perm: [1, 0],
          }),
          g,
        ),
        index: 'none',
      }),
      ...(clamp ? {} : { indexRange: ({ table }: { table: TensorType }) => ({ index: table.shape[0] as number }) }),
    }),
  ) as unknown as OpDef;
const [row, clamped] = [rows('data.row', false), rows('data.clamped', true)];
const use = apply as unknown as (of: OpDef, table: Tensor, index: Tensor, attrs: Attrs) => Tensor;

const model = (f: (table: Tensor, x: Tensor) => Tensor, dtype: 'i32' | 'f32' = 'i32') => {
  class Net extends nn.Module {
    fc = nn.Linear(3, 5);
    forward(x: Tensor): Tensor {
      return f(this.fc.weight as unknown as Tensor, x);
    }
  }
  return defineModel({ model: Net, input: { shape: dtype === 'i32' ? ['N'] : ['N', 5], dtype } });
};
const verified = (spec: ReturnType<typeof model>) =>
  compile(spec, { verify: true }).then(
    (c) => c,
    (e: Error) => e.message,
  );

describe('in graphs, all the way to kernels', () => {
  test("an input is checked against the op's range", async () => {
    const done = await verified(model((table, x) => use(row, table, x, { first: 0 })));
    expect(done).toMatchObject({
      program: { slots: expect.arrayContaining([expect.objectContaining({ purpose: 'input', range: 5 })]) },
    });
  });
  test('also through ops that only move elements', async () => {
    const done = await verified(model((table, x) => use(row, table, x.reshape([-1, 1]).reshape([-1]), { first: 0 })));
    expect(done).toMatchObject({
      program: { slots: expect.arrayContaining([expect.objectContaining({ purpose: 'input', range: 5 })]) },
    });
  });
  test('an op that reads beyond its declared range is found', async () => {
    expect(await verified(model((table, x) => use(row, table, x, { first: 1 })))).toMatch(
      /\[equation\] .*data\.row.*table\[index\[i0\] \+ 1, i1\]: index 0 may be 5, but must be in 0\.\.5/,
    );
  });
  test('a computed index is followed', async () => {
    const best = await verified(model((table, x) => use(row, table, x.argmax(1), { first: 0 }), 'f32'));
    expect(best).not.toBeTypeOf('string');
    const more = await verified(model((table, x) => use(row, table, x.argmax(1), { first: 1 }), 'f32'));
    expect(more).toMatch(/index 0 may be 5, but must be in 0\.\.5/);
  });
  test('an index that is clamped may be anything', async () =>
    expect(await verified(model((table, x) => use(clamped, table, x, { first: 2 })))).not.toBeTypeOf('string'));

  test('a text is checked the same way', () => {
    const text = (index: string, param: string): string =>
      `tapeout ir 1\ngraph @g(%t: f32[5,3] param, ${param}) {\n%i = ${index} : i32[N]\n%y = data.row(%t, %i) {first=0} : f32[N,3]\nreturn %y\n}\n`;
    expect(() => readIr(text('argmax(%x) {dim=1}', '%x: f32[N,5]'), 'g.tir', 8)).not.toThrow();
    expect(() => readIr(text('argmax(%x) {dim=1}', '%x: f32[N,6]'), 'g.tir', 8)).toThrow(/index 0 may be 5/);
    expect(() => readIr(text('add(%x, %x)', '%x: i32[N]'), 'g.tir', 8)).toThrow(/index 0 may be anything/);
  });
});
