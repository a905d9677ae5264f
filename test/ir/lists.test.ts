/** Lists: what a kernel fills up to a count, another reads up to that count. */
import { describe, expect, test } from 'vitest';
import { listsIn } from '../../ir/analysis/lists.ts';
import { interpretKernel, type Memory } from '../../ir/interpret/kernel.ts';
import type { Kernel } from '../../ir/kernel.ts';
import { Lexer } from '../../ir/text/lex.ts';
import { byNameAndType, kernelOf } from '../../ir/text/parse-kernel.ts';
import { VerifyError } from '../../ir/verify/index.ts';
import { verifyKernels } from '../../ir/verify/kernel.ts';

const maker = (body: string, room = '4N'): string => `
kernel @make(g: f32[3,N,4], at: u8[3,N,4], places: i32[3,${room}] out, values: f32[3,${room}] out, count: i32[3] out) {
  for o in 0..3 {
    tile found: i32[]
    found = 0
    ${body}
  }
}`;
const appends = `
        places[o, found] = n * 9 + i * 2 + i32(at[o, n, i]) % 2
        values[o, found] = g[o, n, i]`;
const counts = 'found += i32(g[o, n, i] != 0.0)';
const steps = (inner: string): string => `for n in 0..N { for i in 0..4 { ${inner} } }`;
const whole = maker(`${steps(`${appends}\n${counts}`)} count[o] = found`);
const reader = (to = 'count[o]', row = 'o', shift = 0): string => `
kernel @read(${to.startsWith('count') ? 'count: i32[3], ' : ''}places: i32[3,4N], values: f32[3,4N], a: f32[9N], w: f32[3] out) {
  for o in 0..3 {
    tile acc: f32[]
    acc = 0.0
    for e: 4N in 0..${to} { acc += values[${row}, e] * a[places[${row}, e] + ${shift}] }
    w[o] = acc
  }
}`;

function parsed(...texts: readonly string[]): Kernel[] {
  const buffers = byNameAndType();
  return texts.map((t) => kernelOf(new Lexer(t, 'test.tir'), buffers, { maxBatch: 5 }));
}
function problems(...texts: readonly string[]): string[] {
  try {
    verifyKernels(parsed(...texts), { maxBatch: 5 });
    return [];
  } catch (e) {
    if (e instanceof VerifyError) return e.problems.map((p) => `${p.code}: ${p.message}`);
    throw e;
  }
}

test('a list that is appended to and read up to its count is sound, with its positions in another buffer', () => {
  expect(problems(whole, reader())).toEqual([]);
  expect([...listsIn(parsed(whole)[0]!)].map(([b, l]) => [b.name, l.count.name])).toEqual([
    ['places', 'count'],
    ['values', 'count'],
  ]);
  // Steps reach at most 7 in a row of nine.
  expect(problems(whole, reader('count[o]', 'o', 1))).toEqual([]);
  expect(problems(whole, reader('count[o]', 'o', 2))).toEqual([
    expect.stringMatching(/^bounds: a\[places\[o, e\] \+ 2\]: index 0 may be 45, but must be in 0\.\.9N/),
  ]);
});

describe('unsound uses are reported', () => {
  test.each([
    ['read past its count', reader('4N'), /^uncovered: values is a list: no loop ends its last index at count/],
    ['read up to the count of another row', reader('count[0]'), /^uncovered: values is a list/],
    ['another row read', reader('count[o]', '2'), /^uncovered: values is a list/],
  ])('%s', (_, text, message) => {
    expect(problems(whole, text)).toContainEqual(expect.stringMatching(message));
  });
  test.each([
    ['count incremented before the append', maker(`${steps(`${counts}\n${appends}`)} count[o] = found`)],
    ['count stored before it is incremented', maker(`count[o] = found ${steps(`${appends}\n${counts}`)}`)],
    ['count stored in another row', maker(`${steps(`${appends}\n${counts}`)} count[2 - o] = found`)],
    ['steps that count twice', maker(`${steps(`${appends}\nfound += i32(g[o, n, i] != 0.0) + 1`)} count[o] = found`)],
    ['too little room', maker(`${steps(`${appends}\n${counts}`)} count[o] = found`, '3N')],
  ])('%s', (_, text) => {
    expect(problems(text)).toContainEqual(expect.stringMatching(/^(uncovered|bounds): /));
  });
});

test('the interpreter appends and reads', () => {
  const [make, read] = parsed(whole, reader()) as [Kernel, Kernel];
  const n = 2;
  const g = Float32Array.from({ length: 24 }, (_, i) => (i % 3 === 0 ? 0 : i - 12));
  const at = Uint8Array.from({ length: 24 }, (_, i) => (i * 7) % 4);
  const a = Float32Array.from({ length: 18 }, (_, i) => i + 1);
  const memory: Memory = new Map();
  for (const { buffer: b } of [...make.params, ...read.params]) {
    const given = { g, at, a }[b.name];
    const fresh = b.type.dtype === 'f32' ? new Float32Array(24).fill(Number.NaN) : new Int32Array(24).fill(-1);
    memory.set(b, given ?? fresh);
  }
  interpretKernel(make, memory, n);
  interpretKernel(read, memory, n);
  const w = [...memory].find(([b]) => b.name === 'w')![1];
  for (let o = 0; o < 3; o++) {
    let sum = 0;
    for (let i = 0; i < 8; i++) {
      const s = o * 8 + i;
      sum += g[s]! * a[Math.floor(i / 4) * 9 + (i % 4) * 2 + (at[s]! % 2)]!;
    }
    expect(w[o]).toBe(sum);
  }
});
