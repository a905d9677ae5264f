/** The smallest model worth training: two linear layers over all pixels of a 28x28 image. */
import { defineModel, nn, optim } from 'tapeout';

export default defineModel({
  name: 'MLP',
  model: () => nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 128), nn.ReLU(), nn.Linear(128, 10)),
  input: { shape: ['N', 1, 28, 28] },
  target: { shape: ['N'], dtype: 'i32' },
  loss: nn.CrossEntropyLoss(),
  optimizer: optim.SGD({ lr: 0.05, momentum: 0.9 }),
  maxBatch: 64,
});
