/** Faults that were found and mended, each in the smallest graph that showed it, every stage held to the others. */
import { expect, test } from 'vitest';
import * as F from '../../frontend/index.ts';
import { Tensor } from '../../frontend/index.ts';
import { makeGraph, type Param, param, type Result } from '../../ir/graph.ts';
import * as ir from '../../ir/ops/index.ts';
import { printKernel } from '../../ir/print-kernel.ts';
import { f32, N, type Shape } from '../../ir/type.ts';
import { type Agreement, agree } from '../support/differential.ts';
import { uniform } from '../support/generate.ts';
import { type Stages, stagesOf } from '../support/pipeline.ts';

interface Outcome extends Agreement {
  readonly stages: Stages;
}

/** Output of `f` and the gradients of the sum of all it gives, weighted by `v`, for inputs of these shapes. */
async function run(
  shapes: readonly Shape[],
  f: (...inputs: Tensor[]) => Tensor,
  { n = 1, data }: { n?: number; data?: readonly number[][] } = {},
): Promise<Outcome> {
  const inputs = shapes.map((shape, i) => param('input', `x${i}`, f32(...shape)));
  const { value } = f(...inputs.map(Tensor.of));
  const v = param('input', 'v', value.type);
  const graph = makeGraph('run', [{ name: 'output', value }], [...inputs, v], {
    kind: 'differentiate',
    of: value,
    seed: v,
    wrt: inputs,
    then: 'accumulate',
  });
  const stages = stagesOf({ name: 'Regression', maxBatch: n, graphs: [graph] });
  const next = uniform(7);
  const given = new Map<Param, ArrayLike<number>>();
  for (const [i, p] of [...inputs, v].entries()) {
    const count = p.type.shape.reduce<number>((c, d) => c * (typeof d === 'number' ? d : d.times * n), 1);
    given.set(p, data?.[i] ?? Array.from({ length: count }, () => Math.fround(next() * 4 - 2)));
  }
  return { ...(await agree(stages, given, n)), stages };
}

test('interpret-shared-comparison: a comparison that is needed twice is computed, not asked for without end', async () => {
  await run([[7]], (x) => x.log());
});

test('emit-shared-parts: code for an expression takes time by its parts, not by the paths through them', async () => {
  const { stages } = await run([[5]], (x) =>
    Array.from({ length: 12 }).reduce<Tensor>((t) => F.where(t.gt(0), t, t.mul(0.5).sub(t)), x),
  );
  expect(stages.wasm.length).toBeLessThan(20_000);
});

test('schedule-window-order: sums of sums keep their order when the outer one is unrolled', async () => {
  await run(
    [
      [5, 3, 4],
      [4, 2],
    ],
    (x, w) => x.matmul(w).sum([0, 1]),
    {},
  );
  await run(
    [
      [3, 1, 1, 5],
      [1, 1],
    ],
    (x, w) => w.matmul(x).mean(),
  );
});

test('schedule-window-first-maximum: of equal elements in a window the first stays first', async () => {
  const { seen } = await run(
    [
      [1, 1, 2, 2],
      [1, 1, 1, 1],
    ],
    (x, w) => F.maxPool2d(F.conv2d(x, w), 2),
    { data: [[0, 3, 3, 0], [1], [1]] },
  );
  expect([...Array.from(seen.get('run/x0.grad')!)]).toEqual([0, 1, 0, 0]);
});

test.each([5, 6, 7, 13, 15, 21, 23, 29])(
  'schedule-lanes-rest: %i columns updated in place, of which some fill no vector',
  async (columns) => {
    await run(
      [
        [17, 17],
        [N, 17, columns],
      ],
      (w, x) => w.matmul(x),
      { n: 8 },
    );
  },
);

test('lower-guarded-reduction: where padding is read no sum is made of what lies outside', async () => {
  await run([[N, 3, 5]], (x) => F.pad(x.sum(2), [2, 1]), { n: 2 });
  // Sums inside a maximum inside padding.
  await run(
    [
      [N, 1, 13, 3],
      [1, 1, 2, 1],
    ],
    (x, w) => F.conv2d(F.maxPool2d(F.layerNorm(x, [3]), 2).relu(), w, null, 3, [1, 0], [2, 1]),
    { n: 2 },
  );
  // Overlapping windows whose gradient is a sum, moved by a crop.
  await run([[N, 4, 13, 7]], (x) => F.maxPool2d(F.pad(x, [-1, 2, 1, 2, -1, 2]), [3, 1], 1).mean(), { n: 7 });
});

test('canonicalize-crop-reshaped: a slice from 0 on reads the same places, and is not elementwise', async () => {
  await run([[N, 6]], (x) => x.view('N', 2, 3).slice(2, 0, 2), { n: 2 });
  await run([[N, 4, 6]], (x) => F.pad(x.view('N', 2, 2, 6), [0, -2, 0, -1]), { n: 2 });
});

test('fuse-doubling-chain: a chain that uses each value twice takes time by its length, not by the paths through it', async () => {
  const { stages } = await run([[N, 5]], (x) => {
    let y = x;
    for (let i = 0; i < 40; i++) y = y.mul(y).mul(0.5).add(0.1);
    return y;
  });
  expect(stages.scheduled.length).toBeGreaterThan(0);
});

test('pool-gradient-apart: where windows lie apart a place has one window, and its gradient no loop over windows', async () => {
  const { stages } = await run([[N, 2, 6, 7]], (x) => F.avgPool2d(x, 3), { n: 2 });
  const gradient = stages.lowered.flatMap((l) => l.kernels).filter((k) => k.params.some((p) => p.buffer.name === 'v'));
  expect(gradient).toHaveLength(1);
  expect(gradient.map((k) => printKernel(k)).join()).not.toContain('acc');
});

test('update-old-value: what reads a param that is updated sees its old value, whatever the order of results', async () => {
  const [w, old, other] = ['w', 'old', 'other'].map((name) => param('state', name, f32(2))) as [Param, Param, Param];
  const square = ir.mul(w, w);
  const states = new Map<Param, ArrayLike<number>>([
    [w, [2, 3]],
    [old, [0, 0]],
    [other, [5, 7]],
  ]);
  const hold = async (results: readonly Result[]): Promise<void> => {
    const stages = stagesOf({ name: 'Update', maxBatch: 1, graphs: [makeGraph('run', results)] });
    await agree(stages, states, 1);
  };
  await hold([
    { name: 'w', value: square, into: w },
    { name: 'old', value: w, into: old },
  ]);
  await hold([
    { name: 'w', value: square, into: w },
    { name: 'y', value: w },
  ]);
  // A swap.
  await hold([
    { name: 'w', value: other, into: w },
    { name: 'other', value: w, into: other },
  ]);
});
