/** Nets of other kinds than the examples, on which schedules are checked besides LeNet. Ten classes, SGD with momentum. */

import { gelu, matmul, maxPool2d, nn, relu, softmax, type Tensor } from 'tapeout';
import { optim } from '../../frontend/index.ts';
import { defineModel, type ModelSpec } from '../../frontend/model/model.ts';

class Vgg extends nn.Module {
  features = nn.Sequential(
    ...[nn.Conv2d(3, 32, 3, { padding: 1 }), nn.ReLU(), nn.Conv2d(32, 32, 3, { padding: 1 }), nn.ReLU()],
    ...[nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, { padding: 1 }), nn.ReLU(), nn.Conv2d(64, 64, 3, { padding: 1 })],
  );
  fc1 = nn.Linear(4096, 128);
  fc2 = nn.Linear(128, 10);
  forward(x: Tensor): Tensor {
    return this.fc2(relu(this.fc1(maxPool2d(relu(this.features(x)), 2).flatten(1))));
  }
}

/** Depthwise-separable convolutions, two of stride 2, and a global average. */
class Mobile extends nn.Module {
  stem = nn.Conv2d(3, 32, 3, { padding: 1 });
  blocks = nn.ModuleList([
    ...this.separable(32, 64, 1),
    ...this.separable(64, 128, 2),
    ...this.separable(128, 128, 1),
    ...this.separable(128, 256, 2),
  ]);
  fc = nn.Linear(256, 10);
  separable(from: number, to: number, stride: number) {
    return [nn.Conv2d(from, from, 3, { stride, padding: 1, groups: from }), nn.Conv2d(from, to, 1)];
  }
  forward(x: Tensor): Tensor {
    let y = relu(this.stem(x));
    for (const conv of this.blocks) y = relu((conv as nn.Conv2d)(y));
    return this.fc(y.mean([2, 3]));
  }
}

class Residual extends nn.Module {
  conv1;
  conv2;
  shortcut;
  constructor(from: number, to: number, stride: number) {
    super();
    this.conv1 = nn.Conv2d(from, to, 3, { stride, padding: 1 });
    this.conv2 = nn.Conv2d(to, to, 3, { padding: 1 });
    this.shortcut = stride > 1 ? nn.Conv2d(from, to, 1, { stride }) : null;
  }
  forward(x: Tensor): Tensor {
    const y = this.conv2(relu(this.conv1(x)));
    return relu(y.add(this.shortcut ? this.shortcut(x) : x));
  }
}

class ResNet extends nn.Module {
  stem = nn.Conv2d(3, 16, 3, { padding: 1 });
  block1 = new Residual(16, 16, 1);
  block2 = new Residual(16, 32, 2);
  block3 = new Residual(32, 64, 2);
  fc = nn.Linear(64, 10);
  forward(x: Tensor): Tensor {
    let y = relu(this.stem(x));
    for (const b of [this.block1, this.block2, this.block3]) y = b.forward(y);
    return this.fc(y.mean([2, 3]));
  }
}

/** One block of a transformer: 32 positions, 64 features, 4 heads. */
class Transformer extends nn.Module {
  ln1 = nn.LayerNorm(64);
  qkv = nn.Linear(64, 192);
  proj = nn.Linear(64, 64);
  ln2 = nn.LayerNorm(64);
  fc1 = nn.Linear(64, 256);
  fc2 = nn.Linear(256, 64);
  head = nn.Linear(64, 10);
  forward(x: Tensor): Tensor {
    const q = this.qkv(this.ln1(x)).view('N', 32, 3, 4, 16).permute(2, 0, 3, 1, 4);
    const scores = matmul(q.select(0, 0), q.select(0, 1).transpose(2, 3)).mul(0.25);
    const mixed = matmul(softmax(scores, -1), q.select(0, 2)).permute(0, 2, 1, 3).reshape('N', 32, 64);
    const y = x.add(this.proj(mixed));
    return this.head(y.add(this.fc2(gelu(this.fc1(this.ln2(y))))).mean(1));
  }
}

const classes = (model: new () => nn.Module, shape: readonly number[], maxBatch: number): ModelSpec =>
  defineModel({
    model,
    input: { shape: ['N', ...shape] },
    target: { shape: ['N'], dtype: 'i32' },
    loss: nn.CrossEntropyLoss(),
    optimizer: optim.SGD({ lr: 0.01, momentum: 0.9 }),
    maxBatch,
  });

const dense = (...widths: readonly number[]): nn.Module =>
  nn.Sequential(
    ...widths.slice(1).flatMap((to, i) => [...(i > 0 ? [nn.Tanh()] : []), nn.Linear(widths[i] as number, to)]),
  );

export const zoo: Readonly<Record<string, () => ModelSpec>> = {
  vgg: () => classes(Vgg, [3, 32, 32], 32),
  mobile: () => classes(Mobile, [3, 32, 32], 32),
  resnet: () => classes(ResNet, [3, 32, 32], 32),
  wide: () =>
    defineModel({
      model: () => dense(784, 1024, 1024, 10),
      input: { shape: ['N', 784] },
      target: { shape: ['N'], dtype: 'i32' },
      loss: nn.CrossEntropyLoss(),
      optimizer: optim.SGD({ lr: 0.01, momentum: 0.9 }),
    }),
  tiny: () =>
    defineModel({
      model: () => dense(2, 16, 16, 1),
      input: { shape: ['N', 2] },
      target: { shape: ['N', 1] },
      loss: nn.MSELoss(),
      optimizer: optim.SGD({ lr: 0.01, momentum: 0.9 }),
    }),
  transformer: () => classes(Transformer, [32, 64], 8),
};
