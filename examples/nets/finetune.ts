/** LeNet that has learnt digits, and learns them lying on their side: all is frozen but the last layer, so that a step takes little more
 *  than `forward`. pretrained.safetensors are the weights to start from.
 *
 *      npm run nets -- finetune
 */
import { defineModel, nn, optim } from 'tapeout';
import { LeNet } from '../lenet.ts';

function headAlone(): LeNet {
  const net = new LeNet();
  net.requiresGrad_(false);
  net.fc3.requiresGrad_();
  return net;
}

export default defineModel({
  model: headAlone,
  input: { shape: ['N', 1, 32, 32] },
  target: { shape: ['N'], dtype: 'i32' },
  loss: nn.CrossEntropyLoss(),
  optimizer: optim.Adam({ lr: 0.001 }),
});
