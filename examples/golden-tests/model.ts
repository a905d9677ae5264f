/** A model with the op, as any other. */
import { defineModel, nn, optim, type Tensor } from 'tapeout';
import { swish } from './swish.ts';

class Net extends nn.Module {
  fc1 = nn.Linear(8, 16);
  fc2 = nn.Linear(16, 3);

  forward(x: Tensor): Tensor {
    return this.fc2(swish(this.fc1(x)));
  }
}

export default defineModel({
  model: Net,
  input: { shape: ['N', 8] },
  target: { shape: ['N'], dtype: 'i32' },
  loss: nn.CrossEntropyLoss(),
  optimizer: optim.SGD({ lr: 0.1, momentum: 0.9 }),
  maxBatch: 32,
});
