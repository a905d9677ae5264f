/** A network like MobileNetV2, but smaller: inverted residuals, each of which widens its channels, convolves every channel by itself,
 *  and narrows them again without an activation.
 *
 *      npx tapeout train examples/nets/mobilenet.ts --epochs 3
 *      npx tapeout train examples/nets/mobilenet.ts --data /usr/share/datasets/fashion-mnist
 */
import { defineModel, nn, optim, type Tensor } from 'tapeout';

const convBNReLU = (from: number, to: number, kernel: number, stride = 1, groups = 1) =>
  nn.Sequential(
    nn.Conv2d(from, to, kernel, { stride, padding: (kernel - 1) / 2, groups, bias: false }),
    nn.BatchNorm2d(to),
    nn.ReLU6(),
  );

class InvertedResidual extends nn.Module {
  conv: nn.Sequential;
  private readonly isResidual: boolean;

  constructor(from: number, to: number, stride: number, expand: number) {
    super();
    const wide = from * expand;
    this.isResidual = stride === 1 && from === to;
    this.conv = nn.Sequential(
      ...(expand === 1 ? [] : [convBNReLU(from, wide, 1)]),
      convBNReLU(wide, wide, 3, stride, wide),
      nn.Conv2d(wide, to, 1, { bias: false }),
      nn.BatchNorm2d(to),
    );
  }

  forward(x: Tensor): Tensor {
    const y = this.conv(x);
    return this.isResidual ? x.add(y) : y;
  }
}

class MobileNet extends nn.Module {
  features = nn.Sequential(
    convBNReLU(1, 8, 3, 2), //            [N, 8, 14, 14]
    new InvertedResidual(8, 8, 1, 1),
    new InvertedResidual(8, 12, 2, 4), // [N, 12, 7, 7]
    new InvertedResidual(12, 12, 1, 4),
    new InvertedResidual(12, 16, 2, 4), // [N, 16, 4, 4]
    new InvertedResidual(16, 16, 1, 4),
    convBNReLU(16, 64, 1),
  );
  classifier = nn.Linear(64, 10);

  forward(x: Tensor): Tensor {
    return this.classifier(this.features(x).mean([2, 3]));
  }
}

export default defineModel({
  model: MobileNet,
  input: { shape: ['N', 1, 28, 28] },
  target: { shape: ['N'], dtype: 'i32' },
  loss: nn.CrossEntropyLoss(),
  optimizer: optim.SGD({ lr: 0.01, momentum: 0.9, weightDecay: 4e-5 }),
});
