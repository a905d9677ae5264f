/** Two linear layers with dropout. `beside` takes its masks as inputs, so that PyTorch can be given the same.
 *
 *      npx tapeout train examples/nets/dropout.ts
 */
import { defineModel, nn, optim, relu, type Tensor } from 'tapeout';

const hidden = 128;

class Dropping extends nn.Module {
  fc1 = nn.Linear(28 * 28, hidden);
  drop1 = nn.Dropout(0.2);
  fc2 = nn.Linear(hidden, hidden);
  drop2 = nn.Dropout(0.5);
  fc3 = nn.Linear(hidden, 10);

  forward(x: Tensor, mask1?: Tensor, mask2?: Tensor): Tensor {
    const drop = (layer: nn.Dropout, h: Tensor, mask?: Tensor) => (mask && this.training ? h.mul(mask) : layer(h));
    const h1 = drop(this.drop1, relu(this.fc1(x.flatten(1))), mask1);
    const h2 = drop(this.drop2, relu(this.fc2(h1)), mask2);
    return this.fc3(h2);
  }
}

const image = { shape: ['N', 1, 28, 28] } as const;
const mask = { shape: ['N', hidden] } as const;
const options = {
  model: Dropping,
  target: { shape: ['N'], dtype: 'i32' },
  loss: nn.CrossEntropyLoss(),
  optimizer: optim.SGD({ lr: 0.01, momentum: 0.9 }),
} as const;
export default defineModel({ ...options, input: image });
export const beside = defineModel({ ...options, input: { x: image, mask1: mask, mask2: mask } });
