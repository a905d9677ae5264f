/** Convolutions of every rank, transposed ones and their gradients run in lanes, whatever ops are between them. */
import { expect, test } from 'vitest';
import { defineModel, nn, optim, type Tensor } from '../frontend/index.ts';
import { compile } from '../frontend/pipeline/compile.ts';

class Sequences extends nn.Module {
  first = nn.Conv1d(8, 16, 5, { padding: 2 });
  pool = nn.MaxPool1d(2);
  second = nn.Conv1d(16, 32, 3, { padding: 'same' });
  last = nn.Conv1d(32, 8, 3, { stride: 2 });
  forward(x: Tensor): Tensor {
    return this.last(this.second(this.pool(this.first(x).relu())).relu());
  }
}
class Images extends nn.Module {
  down = nn.Conv2d(4, 16, 3, { padding: 1, stride: 2 });
  up = nn.ConvTranspose2d(16, 8, 2, { stride: 2 });
  same = nn.ConvTranspose2d(8, 4, 3, { padding: 1 });
  last = nn.ConvTranspose2d(4, 4, 4, { stride: 2, padding: 1 });
  forward(x: Tensor): Tensor {
    return this.last(this.same(this.up(this.down(x).relu()).relu()).relu());
  }
}
class Upsampled extends nn.Module {
  down = nn.Conv2d(4, 16, 3, { padding: 1, stride: 2 });
  nearest = nn.Upsample({ scaleFactor: 2 });
  first = nn.Conv2d(16, 8, 3, { padding: 1 });
  bilinear = nn.Upsample({ scaleFactor: 2, mode: 'bilinear' });
  last = nn.Conv2d(8, 4, 3, { padding: 1 });
  forward(x: Tensor): Tensor {
    return this.last(this.bilinear(this.first(this.nearest(this.down(x).relu())).relu()));
  }
}
class Volumes extends nn.Module {
  first = nn.Conv3d(2, 8, 3, { padding: 1 });
  pool = nn.MaxPool3d(2);
  last = nn.Conv3d(8, 8, 3);
  forward(x: Tensor): Tensor {
    return this.last(this.pool(this.first(x).relu()));
  }
}

test.each([
  ['sequences', Sequences, ['N', 8, 64], 10],
  ['images', Images, ['N', 4, 16, 16], 11],
  ['upsampled images', Upsampled, ['N', 4, 16, 16], 8],
  ['volumes', Volumes, ['N', 2, 8, 8, 8], 7],
] as const)('%s', async (_, model, shape, least) => {
  const spec = defineModel({
    ...{ model, input: { shape }, loss: (out: Tensor) => out.mul(out).mean() },
    ...{ optimizer: optim.SGD({ lr: 0.1 }), maxBatch: 16 },
  });
  const { scheduled } = await compile(spec);
  const products = [...scheduled.schedules].filter(([name]) => /^conv/.test(name));
  expect(products.length).toBeGreaterThanOrEqual(least);
  const inLanes = (list: (typeof products)[number][1]) =>
    list.some((d) => d.do === 'vectorize' || d.do === 'reassociate');
  expect(products.filter(([, list]) => !inLanes(list)).map(([name]) => name)).toEqual([]);
});
