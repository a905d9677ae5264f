/** Subexpressions that the arms of selects share are computed once: nested selects stay as small as they are written. */

import { expect, test } from 'vitest';
import * as x from '../../ir/expr.ts';
import { Writer } from '../../ir/interpret/expr.ts';
import { interpretKernel, makeMemory } from '../../ir/interpret/kernel.ts';
import { finish, loop, store } from '../../ir/kernel.ts';
import { placement } from '../../ir/text/placement.ts';
import { f32, i32 } from '../../ir/type.ts';

const [a, c, out]: x.Buffer[] = [
  { name: 'a', type: f32(4) },
  { name: 'c', type: i32(4) },
  { name: 'out', type: f32(4) },
] as const as never;
const names = {
  axis: (v: x.Axis) => v.name,
  buffer: (b: x.Buffer) => b.name,
  tile: (t: x.Tile) => t.name,
  whole: () => false,
};
const i = x.axis('i', 4);
const choice = (k: number): x.Expr => x.eq(x.bitand(x.load(c as x.Buffer, [x.ix(i)]), x.int(1 << (k % 20))), x.int(0));

/** v = c ? v·2 : v + 1, over and over: neither the condition nor anything around it contains what both arms need. */
function nest(levels: number, first: x.Expr): x.Expr {
  let v = first;
  for (let k = 0; k < levels; k++) v = x.select(choice(k), x.mul(v, x.num(0.5)), x.add(v, x.num(1)));
  return v;
}
const run = (value: x.Expr, data: { a: number[]; c: number[] }): number[] => {
  const kernel = finish('k', [loop(i, x.int(0), x.int(4), [store(out as x.Buffer, [x.ix(i)], value)])], []);
  const memory = makeMemory([kernel], 1);
  memory.get(a as x.Buffer)?.set(data.a);
  memory.get(c as x.Buffer)?.set(data.c);
  interpretKernel(kernel, memory, 1);
  return [...(memory.get(out as x.Buffer) as Float32Array)];
};

test('the source of nested selects over shared subexpressions grows linearly', () => {
  const length = (levels: number): number => {
    const w = new Writer('f32', names);
    const e = nest(levels, x.load(a as x.Buffer, [x.ix(i)]));
    w.statement([e], () => w.line(`out = ${w.value(e)};`));
    return w.source().length;
  };
  expect(length(200) / length(100)).toBeLessThan(2.5);
});

test('nested selects over shared subexpressions compute the right values', () => {
  const data = { a: [1, 2, 3, 4], c: [0, 5, 1023, 0x2aa] };
  const wanted = data.a.map((first, n) => {
    let v = first;
    for (let k = 0; k < 60; k++) v = Math.fround(((data.c[n] as number) & (1 << (k % 20))) === 0 ? v * 0.5 : v + 1);
    return v;
  });
  expect(run(nest(60, x.load(a as x.Buffer, [x.ix(i)])), data)).toEqual(wanted);
});

test('a load that only a branch not taken needs is not executed, though both arms name it', () => {
  // Index i + 3 is out of range except for i = 0; both arms of the inner select share the load.
  const beyond = x.load(a as x.Buffer, [x.add(x.ix(i), x.int(3))]);
  const inner = x.select(choice(0), x.mul(beyond, x.num(2)), x.add(beyond, x.num(1)));
  const other = x.select(choice(1), x.mul(beyond, x.num(3)), x.add(beyond, x.num(2)));
  const first = x.eq(x.ix(i), x.int(0));
  const value = x.add(x.select(first, inner, x.num(0)), x.select(x.ne(x.ix(i), x.int(0)), x.num(5), other));
  expect(run(value, { a: [1, 2, 3, 4], c: [0, 0, 0, 0] })).toEqual([8 + 12, 5, 5, 5]);
  expect(run(value, { a: [1, 2, 3, 4], c: [3, 0, 0, 0] })).toEqual([5 + 6, 5, 5, 5]);
});

test('a shared subexpression is placed where all its uses see it', () => {
  const [p, cond] = [x.load(a as x.Buffer, [x.ix(i)]), choice(0)];
  const [left, right] = [x.mul(p, x.num(2)), x.add(p, x.num(1))];
  const pick = x.select(cond, left, right);
  const { of, before } = placement([pick]);
  expect(of.get(p)).toBe(of.get(pick));
  expect(of.get(left)?.of).toBe(pick);
  expect(of.get(left)).not.toBe(of.get(right));
  expect([...(before.get(pick) ?? [])]).toContain(p);
});
