/** A network without pooling: three blocks of 3x3 convolutions, of which the second halves the image by its stride. */
import { defineModel, flatten, nn, optim, relu, type Tensor } from 'tapeout';

class Block extends nn.Module {
  conv1: nn.Conv2d;
  conv2: nn.Conv2d;

  constructor(from: number, to: number) {
    super();
    this.conv1 = nn.Conv2d(from, to, 3, { padding: 1 });
    this.conv2 = nn.Conv2d(to, to, 3, { stride: 2, padding: 1 });
  }

  forward(x: Tensor): Tensor {
    return relu(this.conv2(relu(this.conv1(x))));
  }
}

class ConvNet extends nn.Module {
  block1 = new Block(1, 8); //   [N, 8, 16, 16]
  block2 = new Block(8, 16); //  [N, 16, 8, 8]
  block3 = new Block(16, 32); // [N, 32, 4, 4]
  fc = nn.Linear(32 * 4 * 4, 10);

  forward(x: Tensor): Tensor {
    return this.fc(flatten(this.block3(this.block2(this.block1(x))), 1));
  }
}

export default defineModel({
  model: ConvNet,
  input: { shape: ['N', 1, 32, 32] },
  target: { shape: ['N'], dtype: 'i32' },
  loss: nn.CrossEntropyLoss(),
  optimizer: optim.SGD({ lr: 0.05, momentum: 0.9 }),
  maxBatch: 64,
});
