/** The task of finetune.ts, with LoRA: all weights stay, and each linear layer learns a product of rank 4 beside them.
 *
 *      npm run nets -- lora
 */
import { defineModel, lora, nn, optim } from 'tapeout';
import { LeNet } from '../lenet.ts';

export default defineModel({
  model: () => lora(new LeNet(), { rank: 4, alpha: 8 }),
  input: { shape: ['N', 1, 32, 32] },
  target: { shape: ['N'], dtype: 'i32' },
  loss: nn.CrossEntropyLoss(),
  optimizer: optim.Adam({ lr: 0.001 }),
});
