/** The nets that are timed. pytorch.py has each of them once more, under the same name and with the same names of parameters.
 *  All are trained with mean softmax cross-entropy and plain SGD. */
import { defineModel, flatten, maxPool2d, nn, optim, relu } from '../../dist/frontend/index.js';

/** The step size of every training step that is timed. */
export const learningRate = 0.01;
/** A net's input without its batch. All classify into ten classes. */
export const inputs = { lenet: [1, 32, 32], mlp: [784], convnet: [1, 32, 32] };
export const classes = 10;

/** PyTorch's tutorial. */
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

/** 784-512-512-10. */
class MLP extends nn.Module {
  fc1 = nn.Linear(784, 512);
  fc2 = nn.Linear(512, 512);
  fc3 = nn.Linear(512, 10);
  forward(x) {
    return this.fc3(relu(this.fc2(relu(this.fc1(x)))));
  }
}

/** 3x3 convolutions with padding, every other one of stride 2, no pooling. */
class ConvNet extends nn.Module {
  conv1 = nn.Conv2d(1, 8, 3, { padding: 1 });
  conv2 = nn.Conv2d(8, 8, 3, { stride: 2, padding: 1 });
  conv3 = nn.Conv2d(8, 16, 3, { padding: 1 });
  conv4 = nn.Conv2d(16, 16, 3, { stride: 2, padding: 1 });
  conv5 = nn.Conv2d(16, 32, 3, { padding: 1 });
  conv6 = nn.Conv2d(32, 32, 3, { stride: 2, padding: 1 });
  fc = nn.Linear(512, 10);
  forward(x) {
    const layers = [this.conv1, this.conv2, this.conv3, this.conv4, this.conv5, this.conv6];
    return this.fc(
      flatten(
        layers.reduce((y, conv) => relu(conv(y)), x),
        1,
      ),
    );
  }
}

const models = { lenet: LeNet, mlp: MLP, convnet: ConvNet };

/** What a user would compile for batches of up to `maxBatch`. */
export const defineNet = (/** @type {keyof models} */ name, /** @type {number} */ maxBatch) =>
  defineModel({
    model: models[name],
    input: { shape: ['N', ...inputs[name]] },
    target: { shape: ['N'], dtype: 'i32' },
    loss: nn.CrossEntropyLoss(),
    optimizer: optim.SGD({ lr: learningRate }),
    maxBatch,
    seed: 1,
  });
