/** A variational autoencoder of digits. `decoder` is its second half, to draw new digits from; `beside` takes its noise as an input, so
 *  that PyTorch can be given the same.
 *
 *      npm run nets -- vae --steps 3000     draws what it makes of noise
 */
import { bceWithLogits, defineModel, nn, optim, randnLike, relu, type Tensor } from 'tapeout';

const [pixels, hidden, code] = [28 * 28, 128, 8];

abstract class Layers extends nn.Module {
  fc1 = nn.Linear(pixels, hidden);
  mean = nn.Linear(hidden, code);
  logvar = nn.Linear(hidden, code);
  fc2 = nn.Linear(code, hidden);
  fc3 = nn.Linear(hidden, pixels);

  decode(z: Tensor): Tensor {
    return this.fc3(relu(this.fc2(z)));
  }
}

class VAE extends Layers {
  /** The logits of the pixels, and mean and logarithm of the variance of the code. */
  forward(x: Tensor, noise?: Tensor): Tensor[] {
    const h = relu(this.fc1(x));
    const [mean, logvar] = [this.mean(h), this.logvar(h)];
    const z = mean.add(
      logvar
        .mul(0.5)
        .exp()
        .mul(noise ?? randnLike(mean)),
    );
    return [this.decode(z), mean, logvar];
  }
}

/** What the image costs given its code, and the code given a normal distribution. */
function loss(logits: Tensor, mean: Tensor, logvar: Tensor, x: Tensor): Tensor {
  const reconstruction = bceWithLogits(logits, x, { reduction: 'none' }).sum(1);
  const divergence = mean.pow(2).add(logvar.exp()).sub(logvar).sub(1).sum(1).mul(0.5);
  return reconstruction.add(divergence).mean();
}

const image = { shape: ['N', pixels] } as const;
const options = { model: VAE, target: image, loss, optimizer: optim.Adam({ lr: 0.001 }) };
export default defineModel({ ...options, input: image });
export const beside = defineModel({ ...options, input: { x: image, noise: { shape: ['N', code] } } });

class Decoder extends Layers {
  forward(z: Tensor): Tensor {
    return this.decode(z).sigmoid();
  }
}
export const decoder = defineModel({ model: Decoder, input: { shape: ['N', code] } });
