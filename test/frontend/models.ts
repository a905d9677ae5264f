/** The models that tests of the frontend record. */

import { defineModel, type ModelOptions, maxPool2d, nn, optim, relu, type Tensor } from '../../frontend/index.ts';

/** PyTorch's tutorial network, under its name there. */
export class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 6, 5);
  conv2 = nn.Conv2d(6, 16, 5);
  fc1 = new nn.Linear(16 * 5 * 5, 120);
  fc2 = nn.Linear(120, 84);
  fc3 = nn.Linear(84, 10);

  forward(x: Tensor): Tensor {
    let h = maxPool2d(relu(this.conv1(x)), 2);
    h = maxPool2d(relu(this.conv2(h)), [2, 2]);
    h = h.view(-1, 16 * 5 * 5);
    h = relu(this.fc1(h));
    h = relu(this.fc2(h));
    return this.fc3(h);
  }
}

export const lenet = (options: Partial<ModelOptions> = {}) =>
  defineModel({
    model: Net,
    input: { shape: ['N', 1, 32, 32] },
    target: { shape: ['N'], dtype: 'i32' },
    loss: nn.CrossEntropyLoss(),
    optimizer: optim.SGD({ lr: 0.01, momentum: 0.9 }),
    seed: 20240,
    ...options,
  });
