/** The bounded run of the fuzzer: the same cases everywhere, by count, and no registered op left out. SEED and RUNS choose
 *  others. */
import fc from 'fast-check';
import { attr, defineOp, expr, op, registerOp, showType, typeError } from 'tapeout/ir';
import { expect, test } from 'vitest';
import { unless } from '../support/left-out.ts';
import { choices, replayCommand } from './kind.ts';
import { kinds } from './kinds.ts';
import { Tally } from './tally.ts';

// Like a user's op: no example, an attribute, a reduction in its equation, and a gradient built of other ops.
registerOp(
  defineOp({
    name: 'fuzz.scaled_rows',
    doc: 'by * x / (1 + the sum of the squares of its row).',
    operands: ['x'],
    attrs: { by: attr.number },
    infer({ x }) {
      if (x.dtype !== 'f32' || x.shape.length === 0)
        throw typeError('shape-mismatch', `fuzz.scaled_rows: needs rows of f32, got ${showType(x)}`);
      return x;
    },
    compute({ x }, at, { by }, types) {
      const k = expr.axis('k', types.x.shape.at(-1) as number);
      const other = x(...at.slice(0, -1), expr.ix(k));
      return expr.div(expr.mul(expr.num(by), x(...at)), expr.add(expr.num(1), expr.sum([k], expr.mul(other, other))));
    },
    // y = c·x/s with s = 1 + Σx²  ⇒  dx = (c·dy − 2x·Σ(dy·y))/s
    vjp({ x }, g, { by }, y) {
      const { shape } = x.type;
      const rows = (v: typeof x) =>
        op.broadcast(op.reduceSum(v, { dims: [shape.length - 1] }), { shape, dims: shape.slice(1).map((_, d) => d) });
      const all = (value: number) => op.full({ value, shape, dtype: 'f32' });
      const size = op.add(all(1), rows(op.mul(x, x)));
      return { x: op.div(op.sub(op.mul(all(by), g), op.mul(op.mul(all(2), x), rows(op.mul(g, y)))), size) };
    },
  }),
);

const tally = new Tally();

test.each(kinds.map((kind) => [`${kind.name}: ${kind.doc}`, kind] as const))(
  '%s',
  async (_, kind) => {
    const seed = Number(process.env.SEED ?? 1);
    const property = fc.asyncProperty(choices, (numbers) => kind.check(numbers, tally));
    const numRuns = Number(process.env.RUNS ?? kind.runs);
    const result = await fc.check(property, { seed, numRuns, unbiased: true, interruptAfterTimeLimit: 300_000 });
    if (!result.failed) return expect(result.numRuns).toBe(numRuns);
    const [run] = (result.counterexamplePath ?? '0').split(':');
    throw new Error(`${replayCommand(kind, seed, run as string)}\n${(result.errorInstance as Error).message}`, {
      cause: result.errorInstance,
    });
  },
  600_000,
);

const unbounded = process.env.RUNS === undefined ? null : 'RUNS sets another number of cases';
test.skipIf(unbounded)(unless(unbounded, 'the bounded run covers every op, gradient and directive'), () => {
  expect(tally.missing()).toEqual({ ops: [], gradients: [], differences: [], directives: [] });
  expect(tally.leastApplied().times).toBeGreaterThanOrEqual(5);
  const { exact, unused, odd } = tally;
  expect(Math.min(exact, unused, odd, tally.zeros())).toBeGreaterThan(9);
  // Differences tell a derivative for most elements.
  expect(tally.skipped).toBeLessThan(tally.differences / 2);
  console.log(tally.report().join('\n'));
});
