/** The network of charlstm.ts on a text that goes on from step to step: the state of the LSTM is carried from one window to the next,
 *  and the gradient ends where a window begins. That is truncated backpropagation through time. A call of another number of
 *  samples, or of another text, begins anew after `resetState()`.
 *
 *      npm run nets -- streamlstm --steps 3000
 */
import { defineModel, nn, optim, type Tensor } from 'tapeout';
import { Layers } from './charlstm.ts';

export { step } from './charlstm.ts';

const steps = 32;

class StreamLSTM extends Layers {
  h = nn.Buffer([1, 'N', this.lstm.hiddenSize], { eval: true });
  c = nn.Buffer([1, 'N', this.lstm.hiddenSize], { eval: true });

  forward(x: Tensor): Tensor {
    const [y, [h, c]] = this.lstm(this.embed(x), [this.h, this.c]);
    this.h.copy_(h);
    this.c.copy_(c);
    return this.fc(y).transpose(1, 2); // [N, characters, steps], as the loss takes it
  }
}

export default defineModel({
  model: StreamLSTM,
  input: { shape: ['N', steps], dtype: 'i32' },
  target: { shape: ['N', steps], dtype: 'i32' },
  loss: nn.CrossEntropyLoss(),
  optimizer: optim.Adam({ lr: 0.003 }),
});
