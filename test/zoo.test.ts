/** Schedules of nets of other kinds than the examples: every kernel that matters runs in lanes. */
import { expect, test } from 'vitest';
import { nn, type Tensor } from '../frontend/index.ts';
import { defineModel, type ModelSpec } from '../frontend/model/model.ts';
import { compile } from '../frontend/pipeline/compile.ts';
import type { Compiled } from '../frontend/pipeline/compiled.ts';
import { inLanes, workOf } from '../ir/analysis/work.ts';
import type { Kernel } from '../ir/kernel.ts';
import { showDirective } from '../ir/text/print-schedule.ts';
import { zoo } from './support/zoo.ts';

/** A kernel is listed if it has at least this share of a net's operations. */
const matters = 0.02;
/** The least share of a kernel's operations that must run in lanes. */
const enough = 0.7;

interface Row {
  readonly kernel: Kernel;
  /** A share of the entry's operations. */
  readonly share: number;
  readonly lanes: number;
}

function rowsOf({ scheduled, module: { maxBatch } }: Compiled, entry: number): Row[] {
  const { launches } = scheduled.outline.entries[entry]!;
  const work = launches.map((kernel) => ({ kernel, operations: workOf(kernel, maxBatch).operations }));
  const all = work.reduce((sum, w) => sum + w.operations, 0);
  return work
    .map(({ kernel, operations }) => ({ kernel, share: operations / all, lanes: inLanes(kernel, maxBatch) }))
    .filter((r) => r.share >= matters);
}

const entries = ['forward', 'train_step'] as const;
const percent = (part: number): string => `${Math.round(100 * part)}%`.padStart(4);

test('the larger kernels of the zoo run in lanes, with the schedules of the golden', {
  timeout: 300_000,
}, async () => {
  const lines: string[] = [];
  for (const [name, spec] of Object.entries(zoo)) {
    const compiled = await compile(spec(), { entries, verify: true });
    for (const [i, entry] of entries.entries()) {
      lines.push(`${name} ${entry}`);
      for (const { kernel, share, lanes } of rowsOf(compiled, i)) {
        const directives = (compiled.scheduled.schedules.get(kernel.name) ?? []).filter((d) => d.do !== 'over');
        lines.push(`  ${percent(share)}${percent(lanes)}  ${kernel.name}: ${directives.map(showDirective).join(', ')}`);
        expect(lanes, `${name}, ${entry}: ${kernel.name}`).toBeGreaterThanOrEqual(enough);
      }
    }
  }
  const head = 'net and entry, the part of its operations, and of these in lanes: kernels with a fiftieth or more';
  await expect(`${[head, ...lines].join('\n')}\n`).toMatchFileSnapshot('golden/zoo.txt');
});

class OfConv extends nn.Module {
  conv;
  readonly after: (x: Tensor) => Tensor;
  constructor(conv: () => (x: Tensor) => Tensor, after: (x: Tensor) => Tensor) {
    super();
    this.conv = conv();
    this.after = after;
  }
  forward(x: Tensor): Tensor {
    return this.after(this.conv(x).relu());
  }
}
const convNet = (
  channels: number,
  size: number,
  conv: () => (x: Tensor) => Tensor,
  after: (x: Tensor) => Tensor,
): ModelSpec =>
  defineModel({ model: () => new OfConv(conv, after), input: { shape: ['N', channels, size, size] }, maxBatch: 4 });

const global = (x: Tensor): Tensor => x.mean([2, 3]);
const same = (x: Tensor): Tensor => x;
test.each<readonly [string, ModelSpec]>([
  ...[3, 4, 5, 7, 8, 14].map(
    (size) =>
      [
        `a global average of ${size} x ${size}`,
        convNet(16, size, () => nn.Conv2d(16, 24, 3, { padding: 1 }), global),
      ] as const,
  ),
  ['a global average after a stride', convNet(16, 16, () => nn.Conv2d(16, 20, 3, { padding: 1, stride: 2 }), global)],
  [
    'a maximum over everything',
    convNet(
      16,
      8,
      () => nn.Conv2d(16, 24, 3, { padding: 1 }),
      (x) => x.amax([2, 3]),
    ),
  ],
  [
    'a mean of columns',
    convNet(
      16,
      8,
      () => nn.Conv2d(16, 24, 1),
      (x) => x.mean(3),
    ),
  ],
  ...[1, 2, 3].flatMap((stride) =>
    [1, 2].map(
      (padding) =>
        [
          `a depthwise convolution of stride ${stride}, padding ${padding}`,
          convNet(32, 16, () => nn.Conv2d(32, 32, 3, { padding, stride, groups: 32 }), same),
        ] as const,
    ),
  ),
  [
    'a convolution with groups and a stride',
    convNet(32, 16, () => nn.Conv2d(32, 64, 3, { padding: 1, stride: 2, groups: 4 }), same),
  ],
])('%s runs in lanes', async (_, spec) => {
  const compiled = await compile(spec, { entries: ['forward'] });
  for (const { kernel, lanes } of rowsOf(compiled, 0)) expect(lanes, kernel.name).toBeGreaterThanOrEqual(enough);
});
