/** A language model of characters: an embedding, an LSTM, a layer. `step` is the same network for one character at a time, whose
 *  state comes in and goes out, to sample from.
 *
 *      npm run nets -- charlstm --steps 3000     trains it on a text and samples
 */
import { defineModel, nn, optim, type Tensor } from 'tapeout';

const [characters, embedded, hidden, steps] = [76, 32, 96, 32];

export abstract class Layers extends nn.Module {
  embed = nn.Embedding(characters, embedded);
  lstm = nn.LSTM(embedded, hidden, { batchFirst: true });
  fc = nn.Linear(hidden, characters);
}

class CharLSTM extends Layers {
  forward(x: Tensor): Tensor {
    const [y] = this.lstm(this.embed(x));
    return this.fc(y).transpose(1, 2); // [N, characters, steps], as the loss takes it
  }
}

export default defineModel({
  model: CharLSTM,
  input: { shape: ['N', steps], dtype: 'i32' },
  target: { shape: ['N', steps], dtype: 'i32' },
  loss: nn.CrossEntropyLoss(),
  optimizer: optim.Adam({ lr: 0.003 }),
});

class OneStep extends Layers {
  forward(x: Tensor, h: Tensor, c: Tensor) {
    const [y, [hn, cn]] = this.lstm(this.embed(x), [h, c]);
    return { logits: this.fc(y), h: hn, c: cn };
  }
}

export const step = defineModel({
  model: OneStep,
  input: {
    x: { shape: ['N', 1], dtype: 'i32' },
    h: { shape: [1, 'N', hidden] },
    c: { shape: [1, 'N', hidden] },
  },
  maxBatch: 1,
});
