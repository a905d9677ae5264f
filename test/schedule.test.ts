/** Directives that do not fit: each is refused with a reason, and none changes what a kernel computes. Those that fit are
 *  tested at random by test/fuzz. */
import { expect, test } from 'vitest';
import { contextOf, readIr } from '../frontend/pipeline/read.ts';
import { runStage } from '../frontend/pipeline/run-stage.ts';
import * as x from '../ir/expr.ts';
import { finish, type Kernel, loop, store } from '../ir/kernel.ts';
import type { Directive, Schedule } from '../ir/schedule.ts';
import { wasm128 } from '../ir/target.ts';
import { printKernel } from '../ir/text/print-kernel.ts';
import { f32 } from '../ir/type.ts';
import { scheduledBy } from '../passes/schedule/index.ts';
import { applySchedule } from '../passes/schedule/rewrites/directives.ts';
import { ScheduleError } from '../passes/schedule/rewrites/legal.ts';
import { printIr } from '../passes/stage.ts';
import { stages } from '../passes/stages.ts';
import { kernel, product } from './support/kernels.ts';

const total = kernel(`kernel @total(x: f32[4,6], y: f32[] out) {
  tile acc: f32[]
  acc = 0.0
  for i in 0..4 {
    for j in 0..6 {
      acc += x[i, j]
    }
  }
  y = acc
}`);
const update = kernel(`kernel @update(w: f32[4,6] inout, g: f32[4,6]) {
  for i in 0..4 {
    for j in 0..6 {
      w[i, j] = w[i, j] - g[i, j]
    }
  }
}`);
// The maximum so far is read, and updated after a loop.
const running = kernel(`kernel @running(x: f32[8,3], y: f32[8] out, z: f32[] out) {
  tile top: f32[]
  top = 0.0
  for i in 0..8 {
    y[i] = top
    tile acc: f32[]
    acc = 0.0
    for k in 0..3 {
      acc += x[i, k]
    }
    top = max(top, acc)
  }
  z = top
}`);

/** A window of 9 by 9 sums, of which a block keeps several in registers. */
const pooled = kernel(`kernel @pooled(x: f32[N,3,11,11], w: f32[3,3,3,3], y: f32[N,3] out) {
  for n in 0..N {
    for c in 0..3 {
      tile top: f32[]
      top = -inf
      for i in 0..9 {
        for j in 0..9 {
          tile acc: f32[]
          acc = 0.0
          for c_2 in 0..3 {
            for k in 0..3 {
              for l in 0..3 {
                acc += x[n, c_2, i + k, j + l] * w[c, c_2, k, l]
              }
            }
          }
          top max= acc
        }
      }
      y[n, c] = top
    }
  }
}`);
const long = kernel(`kernel @long(x: f32[70,70], y: f32[70,70] out) {
  for i in 0..70 {
    for j in 0..70 {
      y[i, j] = -x[i, j]
    }
  }
}`);

const refused: readonly (readonly [string, Kernel, Schedule, string])[] = [
  ['a factor of 0', product, [{ do: 'tile', axis: 'j', by: 0 }], 'by 0: a whole number of at least 1 is needed'],
  ['a broken factor', product, [{ do: 'split', axis: 'j', by: 1.5 }], 'by 1.5: a whole number of at least 1 is needed'],
  [
    'sums that fill no vector',
    product,
    [{ do: 'reassociate', axis: 'k', by: 3 }],
    'by 3: lanes come in multiples of 4',
  ],
  ['a loop that does not exist', product, [{ do: 'tile', axis: 'q', by: 2 }], 'there is no serial loop over q'],
  [
    'cuts that do not rise',
    total,
    [{ do: 'peel', axis: 'j', at: [4, 2] }],
    'at 4, 2: whole numbers are needed, in rising order',
  ],
  [
    'an order that names a dimension twice',
    product,
    [{ do: 'pack', buffer: 'b', order: [0, 0] }],
    'order 0, 0: each dimension from 0 on is needed once',
  ],
  [
    'a copy of a copy',
    product,
    [
      { do: 'pack', buffer: 'b', order: [1, 0] },
      { do: 'pack', buffer: 'b.packed_10', order: [1, 0] },
    ],
    'a packed copy cannot be packed again',
  ],
  [
    'lanes that add to one sum',
    total,
    [{ do: 'vectorize', axis: 'j', by: 4 }],
    'j cannot be lanes: they would share acc',
  ],
  [
    'lanes in lanes',
    total,
    [
      { do: 'reassociate', axis: 'j', by: 4 },
      { do: 'vectorize', axis: 'i', by: 4 },
    ],
    'i cannot be lanes: they would share part',
  ],
  [
    'a sum in another order',
    total,
    [{ do: 'interchange', axis: 'i' }],
    'i and j both add to acc, whose order would change',
  ],
  [
    'elements that are counted twice',
    total,
    [{ do: 'tile', axis: 'j', by: 4, shift: true }],
    'j cannot shift: iterations that run twice would count twice in acc',
  ],
  [
    'elements that are updated twice',
    update,
    [{ do: 'tile', axis: 'j', by: 4, shift: true }],
    'j cannot shift: w is updated in place, and would be updated twice',
  ],
  [
    'more registers than a tile may have',
    pooled,
    [
      { do: 'flatten', axis: 'c_2' },
      { do: 'block', axis: 'n', with: 'c', over: 'c_2', by: 4, invocations: [2, 2], registers: [8, 8] },
    ],
    'the tile acc would have 20736 elements: the most are 4096',
  ],
  [
    'more copies than code may hold',
    long,
    [
      { do: 'tile', axis: 'j', by: 70 },
      { do: 'tile', axis: 'i', by: 70 },
    ],
    'the loop over j_i would write out 4900 copies: the most are 4096',
  ],
  [
    'iterations that would be split',
    running,
    [{ do: 'tile', axis: 'i', by: 2 }],
    'copies over i_i would separate the steps of one iteration on top',
  ],
  [
    'weaving values that are read beside it',
    product,
    [
      { do: 'reassociate', axis: 'k', by: 8 },
      { do: 'tile', axis: 'j', by: 9 },
      { do: 'weave', axis: 'k_i', with: 'j_i' },
    ],
    'woven statements and others share part',
  ],
];
test.each(refused)('%s', (_, k, schedule, message) => {
  const { do: last } = schedule.at(-1) as Directive;
  let error: unknown;
  try {
    scheduledBy(k, schedule, wasm128, 4);
  } catch (e) {
    error = e;
  }
  expect(error).toBeInstanceOf(ScheduleError);
  const text = (error as Error).message;
  expect(text.startsWith(`@${k.name}: ${last} `)).toBe(true);
  expect(text.slice(text.indexOf(': ', k.name.length + 3) + 2)).toBe(message);
});

test('two packed copies of one buffer, viewed in two shapes, have kernels with different names', () => {
  const [from, to] = [
    { name: 'x', type: f32(4, 6) },
    { name: 'y', type: f32(4, 6) },
  ];
  // A view has the name of its buffer.
  const view = { name: 'x', type: f32(2, 2, 6), viewOf: from };
  const [i, j] = [x.axis('i', 4), x.axis('j', 6)];
  const at = [x.ix(i), x.ix(j)];
  const other = x.load(view, [x.idiv(x.ix(i), x.int(2)), x.imod(x.ix(i), x.int(2)), x.ix(j)]);
  const body = loop(i, x.int(0), x.int(4), [
    loop(j, x.int(0), x.int(6), [store(to, at, x.add(x.load(from, at), other))]),
  ]);
  const both = finish('both', [body], []);
  const { kernels } = scheduledBy(
    both,
    [
      { do: 'pack', buffer: 'x', order: [1, 0] },
      { do: 'pack', buffer: 'x', order: [2, 0, 1] },
    ],
    wasm128,
    1,
  );
  expect(new Set(kernels.map((k) => k.name)).size).toBe(3);
});

test('interchange: loops are exchanged if each iteration stores its own element', () => {
  expect(printKernel(applySchedule(update, [{ do: 'interchange', axis: 'i' }]))).toMatchInlineSnapshot(`
    "kernel @update(w: f32[4,6] inout, g: f32[4,6]) {
      for j in 0..6 {
        for i in 0..4 {
          w[i, j] = w[i, j] - g[i, j]
        }
      }
    }"
  `);
});

test('the remainder of a loop over the batch has code only if some batch leaves one', () => {
  const sum = (extent: string) =>
    kernel(`kernel @sum(x: f32[${extent}], y: f32[] out) {
  tile acc: f32[]
  acc = 0.0
  for k in 0..${extent} { acc += x[k] }
  y = acc
}`);
  const directives: Schedule[] = [
    [{ do: 'tile', axis: 'k', by: 4 }],
    [{ do: 'reassociate', axis: 'k', by: 4 }],
    [{ do: 'partial', axis: 'k', by: 12 }],
  ];
  const left = (extent: string) =>
    directives.map((schedule) => printKernel(applySchedule(sum(extent), schedule)).includes(`${extent} % `));
  expect(left('N')).toEqual([true, true, true]);
  expect(left('12N')).toEqual([false, false, false]);
});

test('slices of slices have kernels and buffers with different names', () => {
  const sliced: Schedule = [
    { do: 'flatten', axis: 'i' },
    { do: 'slice', axis: 'i', by: 6 },
    { do: 'slice', axis: 's', by: 3 },
    { do: 'slice', axis: 's', by: 2 },
  ];
  const { kernels } = scheduledBy(total, sliced, wasm128, 1);
  expect(kernels.map((k) => k.name)).toEqual(['slice_total_i', 'slice_total_s', 'slice_total_s_2', 'total']);
  expect(new Set(kernels.flatMap((k) => k.params.map((p) => p.buffer.name))).size).toBe(5);
});

test('a directive that turns out not to fit is dropped for the next best, and the text says so', () => {
  // Rows pass on what they store, which an analysis of loops does not see.
  const text = `tapeout ir 1
kernel @solve(a: f32[24,24], y: f32[24] inout) {
  for i in 0..24 {
    tile acc: f32[]
    acc = 0.0
    for k in 0..24 { acc += a[i, k] * y[k] }
    y[i] = acc
  }
}
`;
  const read = readIr(text, 'solve.tir', 1);
  const { ir: made } = runStage(stages.schedule, read, contextOf(read, { target: wasm128 }), {
    verify: true,
    throughMemory: true,
  });
  const printed = printIr(made, {});
  expect(printed).toContain('; dropped: tile i by 3: iterations over i stay in order: they hand on elements of y\n');
  expect(printed).toMatch(/schedule @solve \{\n {2}over i: 24, k: 24\n {2}reassociate k by 4\n/);
  // Comments are not part of the schedule.
  expect(printIr(readIr(printed, 'again.tir', 1), {})).toBe(printed.replace(/; dropped.*\n/g, ''));
});
