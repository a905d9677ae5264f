/** Convolutions over waves, as M5 of Dai et al. 2016: a wide window of large strides, batch norm and pools, an average over time.
 *  It tells eight kinds of waves from each other: sines, squares, chirps, noise.
 *
 *      npm run nets -- conv1d
 */
import { defineModel, maxPool1d, nn, optim, relu, type Tensor } from 'tapeout';

class M5 extends nn.Module {
  conv1 = nn.Conv1d(1, 16, 32, { stride: 4 });
  bn1 = nn.BatchNorm1d(16);
  conv2 = nn.Conv1d(16, 32, 3);
  bn2 = nn.BatchNorm1d(32);
  fc = nn.Linear(32, 8);

  forward(x: Tensor): Tensor {
    const a = maxPool1d(relu(this.bn1(this.conv1(x))), 4); // [N, 16, 30]
    const b = maxPool1d(relu(this.bn2(this.conv2(a))), 4); // [N, 32, 7]
    return this.fc(b.mean(2));
  }
}

export default defineModel({
  model: M5,
  input: { shape: ['N', 1, 512] },
  target: { shape: ['N'], dtype: 'i32' },
  loss: nn.CrossEntropyLoss(),
  optimizer: optim.Adam({ lr: 0.003 }),
});
