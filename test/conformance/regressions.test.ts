/** Fixed bugs, each in the smallest graph that showed it, with every stage compared with the others. */
import { expect, test } from 'vitest';
import * as F from '../../frontend/index.ts';
import { defineModel, nn, Tensor } from '../../frontend/index.ts';
import { compile } from '../../frontend/pipeline/compile.ts';
import { makeGraph, type Param, param, type Result } from '../../ir/graph.ts';
import * as ir from '../../ir/ops/index.ts';
import { parseModule } from '../../ir/text/parse.ts';
import { printKernel } from '../../ir/text/print-kernel.ts';
import { f32, i32, N, type Shape, tensor } from '../../ir/type.ts';
import { type Agreement, agree } from '../support/differential.ts';
import { randomValues, uniform } from '../support/generate.ts';
import { type Stages, stagesOf } from '../support/pipeline.ts';

interface Outcome extends Agreement {
  readonly stages: Stages;
}

/** Output of `f` and the gradients of its sum, weighted by `v`, for inputs of these shapes. */
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

test('interpret-shared-comparison: a comparison that is needed twice is computed once, without endless recursion', async () => {
  await run([[7]], (x) => x.log());
});

test('emit-shared-parts: emitting an expression takes time in its parts, not in the paths through them', async () => {
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

test('schedule-window-first-maximum: of equal elements in a window the first one still wins', async () => {
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
  'schedule-lanes-rest: %i columns updated in place, of which the last fill no vector',
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

test('lower-guarded-reduction: where padding is read, no sum over elements outside is computed', async () => {
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

test('canonicalize-crop-reshaped: a slice from 0 reads the same positions, but is not elementwise', async () => {
  await run([[N, 6]], (x) => x.view('N', 2, 3).slice(2, 0, 2), { n: 2 });
  await run([[N, 4, 6]], (x) => F.pad(x.view('N', 2, 2, 6), [0, -2, 0, -1]), { n: 2 });
});

test('fuse-doubling-chain: a chain that uses each value twice takes time in its length, not in the paths through it', async () => {
  const { stages } = await run([[N, 5]], (x) => {
    let y = x;
    for (let i = 0; i < 40; i++) y = y.mul(y).mul(0.5).add(0.1);
    return y;
  });
  expect(stages.scheduled.length).toBeGreaterThan(0);
});

test('pool-gradient-apart: where windows do not overlap, a gradient has no loop over windows', async () => {
  const { stages } = await run([[N, 2, 6, 7]], (x) => F.avgPool2d(x, 3), { n: 2 });
  const gradient = stages.lowered.flatMap((l) => l.kernels).filter((k) => k.params.some((p) => p.buffer.name === 'v'));
  expect(gradient).toHaveLength(1);
  expect(gradient.map((k) => printKernel(k)).join()).not.toContain('acc');
});

test('update-old-value: reads of an updated param see its old value, whatever the order of results', async () => {
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

/** A text's graphs, with every stage compared with the others on values from -2 to 2. */
async function holdText(text: string, n: number): Promise<Outcome> {
  const module = parseModule(`tapeout ir 1\nmodule @Regression (N <= ${n}) {\n${text}\n}\n`, 'regression.tir');
  const params = [...new Set(module.graphs.flatMap((g) => g.params))];
  const stages = stagesOf(module);
  const given = randomValues({ params, ranges: new Map() }, 'smooth', n, 7);
  return { ...(await agree(stages, given, n)), stages };
}

test('fuse-three-spaces: kernels join where each loops over a prefix of the largest, not of the first', async () => {
  await holdText(
    `graph @run(%x: f32[3,7,13], %w: f32[3,13] param, %b: f32[3] param, %t: f32[]) {
      %sum = reduce_sum(%x) {dims=[0]} : f32[7,13]
      %cube = mul(%sum, %sum) : f32[7,13]
      %permute = permute(%w) {perm=[1,0]} : f32[13,3]
      %matmul = matmul(%cube, %permute) : f32[7,3]
      %broadcast = broadcast(%b) {shape=[7,3], dims=[1]} : f32[7,3]
      %add = add(%matmul, %broadcast) : f32[7,3]
      %all = reduce_sum(%add) {dims=[0,1]} : f32[]
      %sub = sub(%all, %t) : f32[]
      %loss = mul(%sub, %sub) : f32[]
      return %loss
      differentiate %loss wrt %x, %w, %b then accumulate
    }`,
    1,
  );
});

test('canonicalize-window-of-one: an op elementwise on such images is not elementwise on others', async () => {
  await holdText(
    `graph @run(%g: f32[15N,1], %places: u8[15N,1]) {
      %image = reshape(%g) {shape=[N,3,5,1]} : f32[N,3,5,1]
      %index = reshape(%places) {shape=[N,3,5,1]} : u8[N,3,5,1]
      %y = max_pool2d_grad(%image, %index) {kernel=[1,1], stride=[1,1], padding=[0,0], dilation=[1,1], ceil=false, size=[5,1]} : f32[N,3,5,1]
      return %y
    }`,
    2,
  );
});

test('lower-dead-index: an index that only dead branches read is not computed', async () => {
  await holdText(
    `graph @run(%x: f32[N,1,1,1]) {
      %pad = pad(%x) {low=[0,-1,-1,1], high=[0,1,1,-1], interior=[0,0,0,0], value=-1} : f32[N,1,1,1]
      %loss = max_pool2d(%pad) {kernel=[1,1], stride=[1,1], padding=[0,0], dilation=[1,1], ceil=false} : f32[N,1,1,1]
      %all = reduce_sum(%loss) {dims=[0,1,2,3]} : f32[]
      return %all
      differentiate %all wrt %x then accumulate
    }`,
    1,
  );
});

test('emit-lanes-of-truth: false is less than true in lanes too', async () => {
  await holdText(
    `graph @run(%a: bool[N,8], %b: bool[N,8]) {
      %w = less(%a, %b) : bool[N,8]
      %x = less_equal(%a, %b) : bool[N,8]
      %y = greater(%a, %b) : bool[N,8]
      %z = greater_equal(%a, %b) : bool[N,8]
      return %w, %x, %y, %z
    }`,
    3,
  );
});

test('emit-lanes-of-quotients: integers divide in lanes too', async () => {
  await holdText(
    `graph @run(%a: i32[8], %b: i32[8]) {
      %four = full() {value=4, shape=[8], dtype=i32} : i32[8]
      %positive = mul(%b, %b) : i32[8]
      %divisor = add(%positive, %four) : i32[8]
      %y = div(%a, %divisor) : i32[8]
      return %y
    }`,
    1,
  );
});

test('math-power-of-minus-infinity: its fractional powers are those of infinity', async () => {
  const bases = Array.from({ length: 4 }, () => Number.NEGATIVE_INFINITY);
  const { seen } = await run([[4], [4]], (a, b) => Tensor.of(ir.pow(a.value, b.value)), {
    data: [bases, [-1.75, 0.5, 3, 2], [0, 0, 0, 0]],
  });
  expect([...Array.from(seen.get('run/output')!)]).toEqual([0, Infinity, -Infinity, Infinity]);
});

test('types-of-constants: a constant is a value of its type, and ops on floats take floats', () => {
  const [whole, byte] = [param('input', 'x', i32(4)), param('input', 'u', tensor('u8', [1, 1, 2, 2]))];
  const window = { kernel: [1, 1], stride: [1, 1], padding: [0, 0], dilation: [1, 1], ceil: false };
  const wrong: readonly (readonly [() => unknown, string])[] = [
    [() => ir.full({ value: 2, shape: [4], dtype: 'bool' }), 'full: 2 is not a value of type bool'],
    [() => ir.full({ value: 256, shape: [4], dtype: 'u8' }), 'full: 256 is not a value of type u8'],
    [
      () => ir.pad(whole, { low: [1], high: [0], interior: [0], value: Number.NEGATIVE_INFINITY }),
      'pad: -Infinity is not a value of type i32',
    ],
    [() => ir.pow(whole, whole), 'pow: needs an f32 tensor, got i32[4]'],
    [() => ir.reluGrad(whole, whole), 'relu_grad: needs an f32 tensor, got i32[4]'],
    [() => ir.maxPool2dIndex(byte, window), 'max_pool2d_index: needs an f32 tensor, got u8[1,1,2,2]'],
  ];
  for (const [f, message] of wrong) expect(f).toThrow(message);
});

test('schedule-fill-is-no-main-loop: lists whose length is data do not turn the loop of zeros before them into the main loop', async () => {
  class Net extends nn.Module {
    first = new nn.Conv2d(1, 8, 1);
    second = new nn.Conv2d(8, 7, [1, 3], { padding: [0, 1] });
    forward(x: Tensor): Tensor {
      return F.maxPool2d(this.second(this.first(x)), 2);
    }
  }
  const spec = defineModel({
    model: () => new Net(),
    input: { x: { shape: ['N', 1, 3, 4] } },
    loss: (o) => o.mean(),
    optimizer: F.optim.SGD({ lr: 0.1 }),
    maxBatch: 2,
  });
  const text = (await compile(spec, { verify: true })).printed('schedule');
  expect(text).not.toContain('; dropped');
  expect(text).toMatch(/schedule @conv2d_input_grad \{[^}]* weave /);
});

test('schedule-flattened-index: the quotient and remainder of an index combine to that index', async () => {
  for (const n of [2, 70])
    await holdText(
      `graph @run(%x: f32[N,2,2,8]) {
        %moved = permute(%x) {perm=[0,3,2,1]} : f32[N,8,2,2]
        %flat = reshape(%moved) {shape=[N,32]} : f32[N,32]
        %one = full() {value=1, shape=[N,32], dtype=f32} : f32[N,32]
        %mul = mul(%flat, %one) : f32[N,32]
        %loss = reduce_sum(%mul) {dims=[0,1]} : f32[]
        return %loss
      }`,
      n,
    );
});

test('windows-tap-of-data: a window does not slide along rows or columns that are data-dependent', async () => {
  const shapes = [
    [N, 3, 5, 4],
    [2, 3, 3, 2],
  ];
  const pools = [
    { kernel: [2, 2], stride: [2, 1] },
    { kernel: [2, 2], stride: [1, 2] },
    { kernel: [3, 1], stride: [1, 3] },
    { kernel: [2, 3], stride: 1, padding: 1 },
  ] as const;
  for (const { kernel, ...options } of pools)
    await run(shapes, (x, w) => F.maxPool2d(F.conv2d(x, w, null, 1, 1), kernel, options), { n: 2 });
});

test('loss-tail-of-sigmoid: the gradient of bceWithLogits keeps its precision where the logit agrees with the target', async () => {
  const logits = [-88, -50, -20, -16, 0];
  const σ = [6.0546e-39, 1.9287e-22, 2.0612e-9, 1.1254e-7, 0.5];
  for (const [sign, target] of [
    [1, 0],
    [-1, 1],
  ] as const) {
    const data = [logits.map((x) => sign * x), logits.map(() => target), logits.map(() => 1)];
    const { seen } = await run([[5], [5]], (x, y) => F.bceWithLogits(x, y, { reduction: 'none' }), { data });
    for (const [i, got] of Array.from(seen.get('run/x0.grad')!).entries())
      expect(got / (sign * σ[i]!)).toBeCloseTo(1, 4);
  }
});
