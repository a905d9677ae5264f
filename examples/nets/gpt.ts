/** A GPT of two blocks over characters, as in nanoGPT: norms first, causal attention, positions that are learnt.
 *
 *      npm run nets -- gpt --steps 3000     trains it on a text and samples
 */
import { defineModel, gelu, nn, optim, scaledDotProductAttention, type Tensor } from 'tapeout';

const [characters, width, heads, steps] = [76, 64, 4, 32];

class CausalSelfAttention extends nn.Module {
  qkv = nn.Linear(width, 3 * width);
  proj = nn.Linear(width, width);

  forward(x: Tensor): Tensor {
    const split = (t: Tensor) => t.view('N', steps, heads, width / heads).transpose(1, 2);
    const [q, k, v] = this.qkv(x).chunk(3, 2).map(split) as [Tensor, Tensor, Tensor];
    const y = scaledDotProductAttention(q, k, v, { isCausal: true });
    return this.proj(y.transpose(1, 2).reshape('N', steps, width));
  }
}

class Block extends nn.Module {
  ln1 = nn.LayerNorm(width);
  attention = new CausalSelfAttention();
  ln2 = nn.LayerNorm(width);
  fc = nn.Linear(width, 4 * width);
  proj = nn.Linear(4 * width, width);

  forward(x: Tensor): Tensor {
    const y = x.add(this.attention(this.ln1(x)));
    return y.add(this.proj(gelu(this.fc(this.ln2(y)))));
  }
}

class GPT extends nn.Module {
  tokens = nn.Embedding(characters, width);
  positions = nn.Embedding(steps, width);
  blocks = nn.Sequential(new Block(), new Block());
  norm = nn.LayerNorm(width);
  head = nn.Linear(width, characters, { bias: false });

  forward(x: Tensor): Tensor {
    const y = this.blocks(this.tokens(x).add(this.positions.weight));
    return this.head(this.norm(y)).transpose(1, 2); // [N, characters, steps], as the loss takes it
  }
}

export default defineModel({
  model: GPT,
  input: { shape: ['N', steps], dtype: 'i32' },
  target: { shape: ['N', steps], dtype: 'i32' },
  loss: nn.CrossEntropyLoss(),
  optimizer: optim.AdamW({ lr: 0.001, weightDecay: 0.01 }),
});
