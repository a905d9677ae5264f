/** An autoencoder in the shape of a U-Net that takes the noise off digits: two pools down, two transposed convolutions up, and beside
 *  each of them what the way down saw at the same extents.
 *
 *      npm run nets -- unet     draws digits, the same under noise, and what the net makes of them
 */
import { cat, defineModel, maxPool2d, nn, optim, relu, type Tensor } from 'tapeout';

class UNet extends nn.Module {
  down1 = nn.Conv2d(1, 8, 3, { padding: 1 });
  down2 = nn.Conv2d(8, 16, 3, { padding: 1 });
  bottom = nn.Conv2d(16, 32, 3, { padding: 1 });
  up2 = nn.ConvTranspose2d(32, 16, 2, { stride: 2 });
  dec2 = nn.Conv2d(32, 16, 3, { padding: 1 });
  up1 = nn.ConvTranspose2d(16, 8, 2, { stride: 2 });
  dec1 = nn.Conv2d(16, 8, 3, { padding: 1 });
  out = nn.Conv2d(8, 1, 1);

  forward(x: Tensor): Tensor {
    const d1 = relu(this.down1(x)); //                         [N, 8, 28, 28]
    const d2 = relu(this.down2(maxPool2d(d1, 2))); //          [N, 16, 14, 14]
    const b = relu(this.bottom(maxPool2d(d2, 2))); //          [N, 32, 7, 7]
    const u2 = relu(this.dec2(cat([this.up2(b), d2], 1))); //  [N, 16, 14, 14]
    const u1 = relu(this.dec1(cat([this.up1(u2), d1], 1))); // [N, 8, 28, 28]
    return this.out(u1);
  }
}

const image = { shape: ['N', 1, 28, 28] } as const;
export default defineModel({
  model: UNet,
  input: image,
  target: image,
  loss: nn.MSELoss(),
  optimizer: optim.Adam({ lr: 0.001 }),
});
