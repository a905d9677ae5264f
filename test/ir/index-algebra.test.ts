/** Derived facts about index expressions, tested against their values: folding, linear forms, intervals. */

import { expect, test } from 'vitest';
import { Bounds } from '../../ir/analysis/bounds.ts';
import { constant, type Linear, linear, settledDivision } from '../../ir/analysis/linear.ts';
import { range } from '../../ir/analysis/range.ts';
import * as x from '../../ir/expr.ts';
import { Interner } from '../../ir/interner.ts';
import { printExpr } from '../../ir/text/print-expr.ts';
import { bindDim, N } from '../../ir/type.ts';
import { type Choices, seeded } from '../support/generate.ts';

type Place = ReadonlyMap<x.Axis, number>;
/** An index as a function, and the expression that folding builds for it. */
interface Pair {
  readonly value: (at: Place) => number;
  readonly built: x.Expr;
}

const maxBatch = 3;
const compute = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  idiv: (a, b) => Math.trunc(a / b),
  imod: (a, b) => a % b,
  min: Math.min,
  max: Math.max,
} satisfies Partial<Record<string, (a: number, b: number) => number>>;
const functions = Object.keys(compute) as (keyof typeof compute)[];
const divisors = [1, 2, 3, 4, 8, 12];

const axes = [x.axis('i', 7), x.axis('j', 12), x.axis('m', { times: 4 }), x.axis('n', N)];

function leaf(c: Choices): Pair {
  if (c.chance(5)) {
    const v = c.below(9);
    return { value: () => v, built: x.int(v) };
  }
  const a = c.of(axes);
  return { value: (at) => at.get(a) as number, built: x.ix(a) };
}

const apply = (fn: keyof typeof compute, a: Pair, b: Pair): Pair => ({
  value: (at) => compute[fn](a.value(at), b.value(at)),
  built: x.binary(fn, a.built, b.built),
});

/** Subexpressions recur, as in the quotient and remainder of one index. */
function randomIndex(c: Choices, steps: number): Pair {
  const made = [leaf(c), leaf(c)];
  for (let i = 0; i < steps; i++) {
    const k = c.of(divisors);
    const by: Pair = { value: () => k, built: x.int(k) };
    const [a, fn] = [c.of(made), c.of(functions)];
    if (c.chance(4)) {
      const [quotient, rest] = [apply('mul', apply('idiv', a, by), by), apply('imod', a, by)];
      made.push(c.chance(2) ? apply('add', quotient, rest) : apply('add', rest, quotient));
    } else made.push(apply(fn, a, ['mul', 'idiv', 'imod'].includes(fn) ? by : c.of([...made, leaf(c)])));
  }
  return made.at(-1) as Pair;
}

function evaluated(e: x.Expr, at: Place): number {
  switch (e.kind) {
    case 'const':
      return e.value;
    case 'axis':
      return at.get(e.axis) as number;
    case 'binary':
      return compute[e.fn as keyof typeof compute](evaluated(e.a, at), evaluated(e.b, at));
    default:
      throw new Error(`${e.kind} in an index`);
  }
}
const evaluatedForm = (f: Linear, at: Place): number =>
  [...f.terms.values()].reduce((sum, { of, by }) => sum + by * evaluated(of, at), f.constant);

test('folding, linear forms and intervals agree with the values of an index', () => {
  let [rejoined, settled] = [0, 0];
  for (let seed = 0; seed < 3000; seed++) {
    const c = seeded(seed);
    const { value, built } = randomIndex(c, 1 + c.below(6));
    const n = 1 + c.below(maxBatch);
    const form = linear(built, new Map(), new Interner()) as Linear;
    const interner = new Interner();
    const undivided = x.mapExpr(built, (e) => settledDivision(e, interner));
    const bounds = new Bounds(maxBatch);
    for (const a of axes) bounds.bind(a, constant(0), bounds.form(x.size(a.extent)), 1);
    const [least, greatest] = bounds.interval(built);
    const [low, high] = range(built, { axis: (a) => [0, bindDim(a.extent, maxBatch) - 1], maxBatch });
    for (let point = 0; point < 8; point++) {
      const at = new Map(axes.map((a) => [a, c.below(bindDim(a.extent, n))]));
      const want = value(at);
      const told = () =>
        `seed ${seed}: ${printExpr(built)} at ${[...at].map(([a, v]) => `${a.name} = ${v}`).join(', ')}`;
      expect(evaluated(built, at) + 0, told()).toBe(want + 0);
      expect(evaluatedForm(form, at) + 0, told()).toBe(want + 0);
      expect(evaluated(undivided, at) + 0, told()).toBe(want + 0);
      expect(want, told()).toBeGreaterThanOrEqual(Math.max(least, low));
      expect(want, told()).toBeLessThanOrEqual(Math.min(greatest, high));
    }
    if (built.kind === 'axis') rejoined++;
    if (undivided !== built) settled++;
  }
  expect(rejoined).toBeGreaterThan(20);
  expect(settled).toBeGreaterThan(20);
});

test('an index below c·N, divided by N, is below c', () => {
  const [batch, six] = [x.axis('k', N), x.axis('j', 6)];
  const bounds = new Bounds(64);
  for (const a of [batch, six]) bounds.bind(a, constant(0), bounds.form(x.size(a.extent)), 1);
  const place = x.add(x.mul(x.ix(batch), x.int(6)), x.ix(six));
  expect(bounds.interval(x.idiv(place, x.size(N)))).toEqual([0, 5]);
  expect(bounds.interval(x.idiv(place, x.size({ times: 4 })))).toEqual([0, 1]);
  expect(bounds.interval(x.idiv(x.add(place, x.int(1)), x.size(N)))[1]).toBe(Infinity);
});

test('an index in the remainder of a loop is bounded over the batches that leave a remainder', () => {
  const [row, k] = [x.axis('i', 4), x.axis('k', N)];
  const of = x.size({ times: 6 });
  const at = (maxBatch: number): string => {
    const bounds = new Bounds(maxBatch);
    bounds.bind(row, constant(0), constant(4), 1);
    bounds.bind(k, bounds.form(x.sub(of, x.imod(of, x.int(4)))), bounds.form(of), 1);
    const flat = x.add(x.mul(x.ix(row), of), x.ix(k));
    return bounds.isIndex(x.idiv(x.idiv(flat, x.int(6)), x.size(N)), x.int(4), []);
  };
  for (const maxBatch of [1, 2, 3, 8]) expect(at(maxBatch)).toBe('yes');
});

test('bounds of an index hold for the range of its axis and the facts under which they were found', () => {
  const y = x.axis('y', 24);
  const bounds = new Bounds(1);
  const third = x.select(x.lt(x.ix(y), x.int(3)), x.idiv(x.ix(y), x.int(3)), x.int(8));
  const within = (to: number): readonly [number, number] => {
    bounds.bind(y, constant(0), constant(to), 1);
    const found = bounds.interval(third);
    bounds.unbind(y);
    return found;
  };
  for (const to of [24, 3, 24]) expect(within(to)).toEqual([0, 8]);
  bounds.bind(y, constant(0), constant(24), 1);
  const quotient = x.idiv(x.ix(y), x.int(4));
  expect(bounds.interval(quotient)).toEqual([0, 5]);
  expect(bounds.interval(quotient, bounds.factsOf(x.lt(x.ix(y), x.int(8)), true))).toEqual([0, 1]);
  expect(bounds.interval(quotient)).toEqual([0, 5]);
  bounds.unbind(y);
  bounds.bind(y, constant(0), constant(8), 1);
  expect(bounds.interval(quotient)).toEqual([0, 1]);
});

test('remainders whose sum stays below a divisor are the remainder', () => {
  // The features of one head among those of all heads, as attention reads its keys.
  const [flat, row] = [x.ix(axes[2] as x.Axis), x.ix(axes[0] as x.Axis)];
  const of = x.add(x.mul(x.imod(x.idiv(flat, x.int(4)), x.int(2)), x.int(4)), x.imod(flat, x.int(4)));
  const place = x.add(x.mul(row, x.int(8)), of);
  const settled = (e: x.Expr): string => printExpr(settledDivision(e, new Interner()));
  expect(settled(x.idiv(place, x.int(8)))).toBe(printExpr(row));
  expect(settled(x.imod(place, x.int(8)))).toBe(printExpr(of));
  // Their sum may be 7, so a divisor of 7 settles nothing, nor does a remainder that may be negative.
  for (const e of [
    x.idiv(place, x.int(7)),
    x.idiv(x.add(x.mul(row, x.int(8)), x.imod(x.sub(flat, x.int(9)), x.int(4))), x.int(8)),
  ])
    expect(settled(e)).toBe(printExpr(e));
});

test('a term that the divisor divides moves out of a quotient', () => {
  // A feature of all heads in a batch of positions: j / 16 is its head, j % 16 its index there.
  const [k, j] = [x.ix(x.axis('k', { times: 32 })), x.ix(x.axis('j', 64))];
  const flat = x.add(x.mul(k, x.int(64)), j);
  const settled = (e: x.Expr): string => {
    const interner = new Interner();
    return printExpr(x.mapExpr(e, (part) => settledDivision(part, interner)));
  };
  const heads = x.idiv(flat, x.int(16));
  expect(settled(heads)).toBe('k * 4 + j / 16');
  expect(settled(x.imod(flat, x.int(16)))).toBe('j % 16');
  expect(settled(x.imod(heads, x.int(4)))).toBe('j / 16');
  expect(settled(x.idiv(heads, x.int(4)))).toBe('k');
  expect(settled(x.idiv(x.add(flat, x.int(70)), x.int(16)))).toBe('k * 4 + (j + 6) / 16 + 4');
  // Nothing is known of a sum that may be negative.
  expect(settled(x.idiv(x.sub(flat, x.int(128)), x.int(16)))).toBe('(k * 64 + j - 128) / 16');
});

test('the quotient and remainder of an index combine to that index', () => {
  const v = x.ix(axes[2] as x.Axis);
  const flat = (k: number, e: x.Expr) => x.add(x.mul(x.idiv(e, x.int(k)), x.int(k)), x.imod(e, x.int(k)));
  expect(flat(32, v)).toBe(v);
  expect(flat(32, x.add(v, x.int(5)))).toEqual(x.add(v, x.int(5)));
  expect(flat(4, x.add(x.mul(v, x.int(2)), x.ix(axes[0] as x.Axis)))).toEqual(
    x.add(x.mul(v, x.int(2)), x.ix(axes[0] as x.Axis)),
  );
  // But not with another factor.
  expect(printExpr(x.add(x.mul(x.idiv(v, x.int(4)), x.int(8)), x.imod(v, x.int(4))))).toBe('m / 4 * 8 + m % 4');
  // In a sum too, whatever is between them.
  const apart = x.add(x.add(x.mul(x.idiv(v, x.int(4)), x.int(8)), x.int(3)), x.mul(x.imod(v, x.int(4)), x.int(2)));
  const form = linear(apart, new Map(), new Interner()) as Linear;
  expect([form.constant, [...form.terms.values()]]).toEqual([3, [{ of: v, by: 2 }]]);
});
