/** Convolutions under pooling windows: blocks that keep a sum for each position of a window, compared with the interpreter
 *  and the graph. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeGraph, param, type Value } from '../../ir/graph.ts';
import { interpretGraph } from '../../ir/interpret/graph.ts';
import { interpretKernel, makeMemory } from '../../ir/interpret/kernel.ts';
import type { Kernel } from '../../ir/kernel.ts';
import * as op from '../../ir/ops/index.ts';
import { kernelsOf } from '../../ir/program.ts';
import type { Directive } from '../../ir/schedule.ts';
import { type GpuFeature, type GridTarget, webgpu, webgpuTarget } from '../../ir/target.ts';
import { parseText } from '../../ir/text/parse.ts';
import { f32, N } from '../../ir/type.ts';
import { verifyKernels } from '../../ir/verify/kernel.ts';
import { inferShapes } from '../../passes/infer-shapes.ts';
import { chooseSchedule } from '../../passes/schedule/choose/index.ts';
import { applySchedule } from '../../passes/schedule/rewrites/directives.ts';
import { generator } from '../support/golden.ts';
import { noGpu, openDevice, openNullDevice, shaderProblem } from '../support/gpu.ts';
import { compareKernels, draws, gpuKernels, sameValues } from '../support/gpu-kernels.ts';
import { GpuMachine } from '../support/gpu-machine.ts';
import { gpuStages } from '../support/gpu-stages.ts';
import { unless } from '../support/left-out.ts';

const maxBatch = 64;

interface Shape {
  readonly from: number;
  readonly to: number;
  /** Rows and columns of results. */
  readonly rows: number;
  readonly cols: number;
  readonly pool: readonly [rows: number, cols: number];
  readonly stride: readonly [rows: number, cols: number];
}

/** A 3 x 3 convolution with bias and relu, the maximum of each window of it, and its first position. */
function pooled({ from, to, rows, cols, pool, stride }: Shape): Kernel {
  const extent = (d: 0 | 1, places: number): number => (places - 1) * stride[d] + pool[d] + 2;
  const text = `tapeout ir 1
batch (N <= ${maxBatch})
kernel @k(a: f32[N,${from},${extent(0, rows)},${extent(1, cols)}], w: f32[${to},${from},3,3], b: f32[${to}],
    top: f32[N,${to},${rows},${cols}] out, first: u8[N,${to},${rows},${cols}] out) {
  for n in 0..N { for c in 0..${to} { for y in 0..${rows} { for x in 0..${cols} {
    tile t: f32[]
    t = -inf
    tile p: i32[]
    p = 0
    for u in 0..${pool[0]} { for v in 0..${pool[1]} {
      tile acc: f32[]
      acc = 0.0
      for f in 0..${from} { for i in 0..3 { for j in 0..3 {
        acc += a[n, f, y * ${stride[0]} + u + i, x * ${stride[1]} + v + j] * w[c, f, i, j]
      } } }
      tile r: f32[]
      r = max(acc + b[c], 0.0)
      p = !(r <= t) && t == t ? u * ${pool[1]} + v : p
      t max= r
    } }
    top[n, c, y, x] = t
    first[n, c, y, x] = u8(p)
  } } } }
}`;
  return parseText(text, 'pooled.tir', { maxBatch }).kernels[0]!;
}

function scheduled(k: Kernel, target: GridTarget = webgpu): { block: Directive | undefined; kernel: Kernel } {
  const schedule = chooseSchedule(k, target, maxBatch);
  const kernel = applySchedule(k, schedule);
  verifyKernels([kernel], { maxBatch, target });
  return { block: schedule.find((d) => d.do === 'block'), kernel };
}

const halves = { pool: [2, 2], stride: [2, 2] } as const;
const overlapping = { pool: [3, 3], stride: [2, 2] } as const;
const long = { pool: [1, 4], stride: [1, 3] } as const;
const places = [
  { rows: 7, cols: 9 },
  { rows: 8, cols: 8 },
  { rows: 5, cols: 13 },
] as const;

describe('pooled convolutions become blocks', () => {
  const of = (more: Partial<Shape>) => scheduled(pooled({ from: 3, to: 16, ...places[0], ...halves, ...more })).block;

  test('with as many rows as there are channels, and columns for the rest of the workgroup', () => {
    expect(of({ to: 3 })).toMatchObject({ invocations: [2, 32], registers: [2, 1] });
    expect(of({ to: 6 })).toMatchObject({ invocations: [2, 32], registers: [3, 1] });
    expect(of({ to: 16 })).toMatchObject({ invocations: [4, 16], registers: [4, 1] });
  });

  test.each([3, 6, 16])('of %i channels, with each sum in its original order', (to) => {
    const kernel = pooled({ from: 4, to, ...places[0], ...overlapping });
    const [plain, blocks] = [kernel, scheduled(kernel).kernel].map((k) => {
      const random = generator(to);
      const memory = makeMemory([k], 3);
      for (const [b, empty] of [...memory].sort(([a], [c]) => (a.name < c.name ? -1 : 1)))
        if (b.type.dtype === 'f32')
          memory.set(
            b,
            (empty as Float32Array).map(() => random() - 0.5),
          );
      interpretKernel(k, memory, 3);
      return new Map([...memory].map(([b, values]) => [b.name, values]));
    });
    for (const name of ['top', 'first']) expect(blocks!.get(name)).toEqual(plain!.get(name));
  });

  test('unless channels are too few to share loads, or the window has more positions than registers', () => {
    expect(of({ to: 1 })).toBeUndefined();
    expect(of({ pool: [4, 6] })).toBeDefined();
    expect(of({ pool: [5, 5] })).toBeUndefined();
  });

  test('unless an invocation would have too little to add up', () => {
    const one = { from: 1, pool: [1, 1] } as const;
    expect(of({ ...one, to: 16 })).toBeDefined();
    expect(of({ ...one, to: 3, rows: 2, cols: 3 })).toBeUndefined();
  });

  test('with products of halves, where they are allowed', async () => {
    const features: readonly GpuFeature[] = ['shader-f16'];
    const target = webgpuTarget({ features });
    const { block, kernel } = scheduled(pooled({ from: 3, to: 6, ...places[0], ...halves }), target);
    expect(block).toMatchObject({ half: true });
    const device = await openNullDevice([...features]);
    expect(await shaderProblem(device, gpuKernels([kernel], maxBatch, target).shaders.wgsl)).toBeNull();
    device.destroy();
  });
});

describe.skipIf(noGpu)(unless(noGpu, 'on SwiftShader'), () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device?.destroy());

  // Multiples of an eighth: sums are exact in any order, so that the first of equal values must win.
  const draw = { ...draws, f32: (at: number) => (Math.floor(17 * at) - 8) / 8 };

  describe.each([1, 3, 6, 16])('%i channels', (to) => {
    test.each([
      ['2 x 2', halves],
      ['3 x 3 that overlap', overlapping],
      ['1 x 4 that overlap', long],
    ])('windows of %s', async (_, window) => {
      for (const [i, place] of places.entries()) {
        const { block, kernel } = scheduled(pooled({ from: i === 1 ? 1 : 4, to, ...place, ...window }));
        expect(block !== undefined, 'a block').toBe(to > 1);
        expect(await compareKernels(device, [kernel], { maxBatch, batches: [1, 3, 5, 64], tolerance: 0, draw })).toBe(
          0,
        );
      }
    });
  });

  test('convolutions of graphs, max-pooled and average-pooled', async () => {
    const [x, w, b] = [
      param('input', 'x', f32(N, 2, 19, 18)),
      param('input', 'w', f32(5, 2, 3, 3)),
      param('input', 'b', f32(5)),
    ];
    const window = { padding: [0, 0], dilation: [1, 1] };
    const conv = op.conv2d(x, w, { ...window, stride: [1, 1], groups: 1 });
    const all = op.relu(op.add(conv, op.broadcast(b, { shape: conv.type.shape, dims: [1] })));
    const pool = { ...window, kernel: [2, 2], stride: [2, 2], ceil: false };
    const results = [op.maxPool2d(all, pool), op.maxPool2dIndex(all, pool), op.sumPool2d(conv, pool)];
    const named = (value: Value, i: number) => ({ name: ['top', 'first', 'sum'][i]!, value });
    const module = inferShapes({
      name: 'pools',
      maxBatch,
      graphs: [makeGraph('greatest', results.slice(0, 2).map(named)), makeGraph('mean', [named(results[2]!, 2)])],
    });
    const { manifest, wgsl, schedule } = gpuStages(module);
    const kernels = kernelsOf(schedule.outline);
    expect(kernels.length).toBe(2);
    for (const k of kernels) expect(k.body.length).toBe(1);
    expect(wgsl.match(/var<workgroup>/g)?.length).toBe(4);
    const machine = await GpuMachine.of(device, manifest, wgsl);
    for (const n of [1, 5]) {
      const random = generator(n);
      const given = new Map(
        [x, w, b].map((p) => {
          const count = p.type.shape.reduce<number>((c, d) => c * (typeof d === 'number' ? d : n), 1);
          return [p, Array.from({ length: count }, () => draw.f32(random()))] as const;
        }),
      );
      for (const [p, values] of given) machine.set(p.name, values);
      for (const g of module.graphs) {
        machine.run(g.name, n);
        for (const [r, want] of interpretGraph(g, given, n))
          sameValues(await machine.get(r.name, n), want, 1e-6, r.name);
      }
    }
    machine.dispose();
  });
});
