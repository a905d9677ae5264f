/** Nets timed on a GPU: each is compiled for its largest batch. pytorch.py has each once more. */
import { defineModel, nn, optim, relu } from '../../dist/frontend/index.js';
import { defineNet, learningRate } from '../lib/nets.mjs';

/** 784-4096-4096-10: its parameters are 80 MB, which with a batch of 256 stay below the 128 MiB that every WebGPU binds. */
class WideMLP extends nn.Module {
  fc1 = nn.Linear(784, 4096);
  fc2 = nn.Linear(4096, 4096);
  fc3 = nn.Linear(4096, 10);
  forward(x) {
    return this.fc3(relu(this.fc2(relu(this.fc1(x)))));
  }
}

const wide = defineModel({
  model: WideMLP,
  input: { shape: ['N', 784] },
  target: { shape: ['N'], dtype: 'i32' },
  loss: nn.CrossEntropyLoss(),
  optimizer: optim.SGD({ lr: learningRate }),
  maxBatch: 256,
  seed: 1,
});

export const nets = {
  lenet: { spec: defineNet('lenet', 1024), batches: [64, 1024] },
  'mlp-4096': { spec: wide, batches: [64, 256] },
};
