/** What is timed on a GPU: nets of one source, each compiled for its largest batch, and the batches. pytorch.py has each once more. */
import { defineModel, flatten, maxPool2d, nn, optim, relu } from '../../dist/frontend/index.js';

class LeNet extends nn.Module {
  conv1 = nn.Conv2d(1, 6, 5);
  conv2 = nn.Conv2d(6, 16, 5);
  fc1 = nn.Linear(400, 120);
  fc2 = nn.Linear(120, 84);
  fc3 = nn.Linear(84, 10);
  forward(x) {
    const s2 = maxPool2d(relu(this.conv1(x)), 2);
    const s4 = flatten(maxPool2d(relu(this.conv2(s2)), 2), 1);
    return this.fc3(relu(this.fc2(relu(this.fc1(s4)))));
  }
}

/** 784-4096-4096-10: its parameters are 80 MB, which with a batch of 256 stay below the 128 MiB that every WebGPU binds. */
class WideMLP extends nn.Module {
  fc1 = nn.Linear(784, 4096);
  fc2 = nn.Linear(4096, 4096);
  fc3 = nn.Linear(4096, 10);
  forward(x) {
    return this.fc3(relu(this.fc2(relu(this.fc1(x)))));
  }
}

const model = (Net, shape, maxBatch) =>
  defineModel({
    model: Net,
    input: { shape: ['N', ...shape] },
    target: { shape: ['N'], dtype: 'i32' },
    loss: nn.CrossEntropyLoss(),
    optimizer: optim.SGD({ lr: 0.01 }),
    maxBatch,
    seed: 1,
  });

export const nets = {
  lenet: { spec: model(LeNet, [1, 32, 32], 1024), batches: [64, 1024] },
  'mlp-4096': { spec: model(WideMLP, [784], 256), batches: [64, 256] },
};
