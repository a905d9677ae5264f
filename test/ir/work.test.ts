/** Float operations and bytes of kernels, compared with numbers worked out by hand. */
import { expect, test } from 'vitest';
import { operations, workOf } from '../../ir/analysis/work.ts';
import type { Schedule } from '../../ir/schedule.ts';
import { wasm128 } from '../../ir/target.ts';
import { scheduledBy } from '../../passes/schedule/index.ts';
import { kernel, product } from '../support/kernels.ts';

test('a matrix product multiplies and adds once for each step, and reads each operand once', () => {
  expect(workOf(product, 5)).toEqual({
    operations: 2 * 5 * 9 * 6,
    read: 4 * (5 * 6 + 6 * 9),
    written: 4 * 5 * 9,
  });
});

test('tiles, lanes and remainders do the same work, whatever the batch', () => {
  const schedule: Schedule = [
    { do: 'vectorize', axis: 'j', by: 4 },
    { do: 'tile', axis: 'n', by: 3 },
    { do: 'tile', axis: 'k', by: 4, fenced: true },
  ];
  const { kernels } = scheduledBy(product, schedule, wasm128, 16);
  for (const n of [1, 3, 4, 7, 16]) {
    const total = kernels.map((k) => workOf(k, n).operations).reduce((a, b) => a + b, 0);
    expect(total, `N = ${n}`).toBe(2 * n * 9 * 6);
  }
});

test('only the touched part of a large buffer counts, and updates in place count as read and write', () => {
  const row = kernel(`kernel @row(x: f32[100,8], total: f32[8] inout, top: i32[]) {
    for i in 0..8 {
      total[i] = total[i] + x[3, i]
    }
    for i in 0..2 {
      total[i] = total[i] + x[99, i]
    }
  }`);
  expect(workOf(row, 1)).toEqual({ operations: 10, read: 4 * (8 + 2) + 4 * 8, written: 4 * 8 });
});

test('a loop whose bound depends on another loop is counted exactly', () => {
  const triangle = kernel(`kernel @triangle(x: f32[6,6], y: f32[6] out) {
    for i in 0..6 {
      tile acc: f32[]
      acc = 0.0
      for j: 6 in 0..(i + 1) {
        acc += x[i, j]
      }
      y[i] = acc
    }
  }`);
  expect(workOf(triangle, 1)).toEqual({ operations: 21, read: 4 * 21, written: 4 * 6 });
});

test('indices and shared subexpressions add no work', () => {
  const [s] = kernel(`kernel @k(x: f32[8], y: f32[8] out) {
    for i in 0..8 {
      let t = x[(i + 1) % 8] * 2.0
      y[i] = t + t * (i < 4 ? 1.0 : t)
    }
  }`).body;
  if (s?.kind !== 'for' || s.body[0]?.kind !== 'store') throw new Error('a loop with a store');
  expect(operations(s.body[0].value)).toBe(4);
});
