/** LeNet as in PyTorch's tutorial "Neural Networks": two convolutions, three linear layers, ten classes.
 *  `npm start` compiles it and trains it on 8,000 handwritten digits. */
import { defineModel, flatten, maxPool2d, nn, optim, relu, type Tensor } from 'tapeout';

export class LeNet extends nn.Module {
  // 1 input image channel, 6 output channels, 5x5 square convolution
  conv1 = nn.Conv2d(1, 6, 5);
  conv2 = nn.Conv2d(6, 16, 5);
  // an affine operation: y = Wx + b; 5*5 from the image's size
  fc1 = nn.Linear(16 * 5 * 5, 120);
  fc2 = nn.Linear(120, 84);
  fc3 = nn.Linear(84, 10);

  forward(x: Tensor): Tensor {
    const c1 = relu(this.conv1(x)); //          [N, 6, 28, 28]
    const s2 = maxPool2d(c1, [2, 2]); //        [N, 6, 14, 14]
    const c3 = relu(this.conv2(s2)); //         [N, 16, 10, 10]
    const s4 = flatten(maxPool2d(c3, 2), 1); // [N, 400]
    const f5 = relu(this.fc1(s4)); //           [N, 120]
    const f6 = relu(this.fc2(f5)); //           [N, 84]
    return this.fc3(f6); //                     [N, 10]
  }
}

export default defineModel({
  model: LeNet,
  input: { shape: ['N', 1, 32, 32] },
  target: { shape: ['N'], dtype: 'i32' },
  loss: nn.CrossEntropyLoss(),
  optimizer: optim.SGD({ lr: 0.01, momentum: 0.9 }),
  maxBatch: 64,
  seed: 1,
});
