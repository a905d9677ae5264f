/** PyTorch's tutorial "Neural Networks", line by line, on tensors with values. */

import { functional as F, flatten, manualSeed, nn, optim, randn, type Tensor } from 'tapeout/torch';

export class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 6, 5);
  conv2 = new nn.Conv2d(6, 16, 5);
  fc1 = new nn.Linear(16 * 5 * 5, 120);
  fc2 = new nn.Linear(120, 84);
  fc3 = new nn.Linear(84, 10);

  forward(input: Tensor): Tensor {
    let x = F.maxPool2d(F.relu(this.conv1(input)), [2, 2]);
    x = F.maxPool2d(F.relu(this.conv2(x)), 2);
    x = flatten(x, 1);
    x = F.relu(this.fc1(x));
    x = F.relu(this.fc2(x));
    return this.fc3(x);
  }
}

/** Runs the tutorial; `print` gets what it prints. */
export function tutorial(print: (...what: unknown[]) => void): Net {
  manualSeed(20240);
  const net = new Net();
  print(net);

  const params = net.parameters();
  print(params.length);
  print(`[${params[0]!.shape.join(', ')}]`); // conv1's .weight

  const input = randn(1, 1, 32, 32);
  const out = net(input);
  print(out);

  net.zeroGrad();
  out.backward(randn(1, 10));

  let output = net(input);
  const target = randn(10).view(1, -1); // a dummy target, of the same shape as output
  const criterion = new nn.MSELoss();
  let loss = criterion(output, target);
  print(loss);

  print(loss.gradFn); // MSELoss
  print(loss.gradFn?.nextFunctions[0]?.[0]); // Linear
  print(loss.gradFn?.nextFunctions[0]?.[0]?.nextFunctions[0]?.[0]); // its bias

  net.zeroGrad(false);
  print('conv1.bias.grad before backward');
  print(net.conv1.bias?.grad);
  loss.backward();
  print('conv1.bias.grad after backward');
  print(net.conv1.bias?.grad);

  loss = criterion(net(input), target);
  loss.backward();
  print('conv1.bias.grad accumulated');
  print(net.conv1.bias?.grad);

  const learningRate = 0.01;
  for (const f of net.parameters()) f.data.sub_(f.grad!.mul(learningRate));
  print(net.conv1.bias);

  const optimizer = new optim.SGD(net.parameters(), { lr: 0.01 });
  for (let step = 0; step < 3; step++) {
    optimizer.zeroGrad(); // zero the gradient buffers
    output = net(input);
    loss = criterion(output, target);
    loss.backward();
    optimizer.step(); // does the update
    print(loss);
  }
  print(net.conv1.bias);
  print(net.fc3.bias);
  return net;
}
