/** A language model of characters: an embedding, an LSTM, a layer. `step` is the same network for one character at a time, whose
 *  state comes in and goes out, to sample from.
 *
 *      npm run nets -- charlstm --steps 3000     trains it on a text and samples
 */
import { cat, defineModel, nn, optim, type Tensor } from 'tapeout';

const [characters, embedded, hidden, steps] = [76, 32, 96, 32];

class CharLSTM extends nn.Module {
  embed = nn.Embedding(characters, embedded);
  lstm = nn.LSTM(embedded, hidden, { batchFirst: true });
  fc = nn.Linear(hidden, characters);

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

class OneStep extends CharLSTM {
  /** The next character's logits, then the new state: [N, characters + 2·hidden]. */
  override forward(x: Tensor, h?: Tensor, c?: Tensor): Tensor {
    const [y, [hn, cn]] = this.lstm(this.embed(x), [h!, c!]);
    return cat([this.fc(y.select(1, 0)), hn.select(0, 0), cn.select(0, 0)], 1);
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
