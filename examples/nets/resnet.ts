/** A residual network with batch norm, as torchvision's ResNet but smaller: a stem, three stages of one block, an average, a layer.
 *
 *      npx tapeout train examples/nets/resnet.ts --epochs 3
 *      npx tapeout train examples/nets/resnet.ts --data /usr/share/datasets/fashion-mnist
 */
import { defineModel, nn, optim, relu, type Tensor } from 'tapeout';

class BasicBlock extends nn.Module {
  conv1: nn.Conv2d;
  bn1: nn.BatchNorm2d;
  conv2: nn.Conv2d;
  bn2: nn.BatchNorm2d;
  downsample: nn.Module = nn.Identity();

  constructor(from: number, to: number, stride: number) {
    super();
    this.conv1 = nn.Conv2d(from, to, 3, { stride, padding: 1, bias: false });
    this.bn1 = nn.BatchNorm2d(to);
    this.conv2 = nn.Conv2d(to, to, 3, { padding: 1, bias: false });
    this.bn2 = nn.BatchNorm2d(to);
    if (stride !== 1 || from !== to)
      this.downsample = nn.Sequential(nn.Conv2d(from, to, 1, { stride, bias: false }), nn.BatchNorm2d(to));
  }

  forward(x: Tensor): Tensor {
    const y = this.bn2(this.conv2(relu(this.bn1(this.conv1(x)))));
    return relu(y.add(this.downsample(x)));
  }
}

class ResNet extends nn.Module {
  conv1 = nn.Conv2d(1, 8, 3, { stride: 2, padding: 1, bias: false });
  bn1 = nn.BatchNorm2d(8);
  layer1 = new BasicBlock(8, 8, 1); //   [N, 8, 14, 14]
  layer2 = new BasicBlock(8, 16, 2); //  [N, 16, 7, 7]
  layer3 = new BasicBlock(16, 32, 2); // [N, 32, 4, 4]
  fc = nn.Linear(32, 10);

  forward(x: Tensor): Tensor {
    const stem = relu(this.bn1(this.conv1(x)));
    const features = this.layer3(this.layer2(this.layer1(stem)));
    return this.fc(features.mean([2, 3]));
  }
}

export default defineModel({
  model: ResNet,
  input: { shape: ['N', 1, 28, 28] },
  target: { shape: ['N'], dtype: 'i32' },
  loss: nn.CrossEntropyLoss(),
  optimizer: optim.SGD({ lr: 0.01, momentum: 0.9 }),
});
