/** A siamese net: one net maps both images of a pair to points, which the contrastive loss (Hadsell et al. 2006) draws together if
 *  they show the same digit, and pushes apart if not. Its output is the distance of the two.
 *
 *      npm run nets -- siamese
 */
import { defineModel, nn, optim, pairwiseDistance, relu, type Tensor } from 'tapeout';

class Siamese extends nn.Module {
  conv1 = nn.Conv2d(1, 8, 5, { stride: 2 }); //  [N, 8, 12, 12]
  conv2 = nn.Conv2d(8, 16, 5, { stride: 2 }); // [N, 16, 4, 4]
  fc = nn.Linear(16 * 4 * 4, 16);

  embed(x: Tensor): Tensor {
    return this.fc(relu(this.conv2(relu(this.conv1(x)))).flatten(1));
  }

  forward(a: Tensor, b: Tensor): Tensor {
    return pairwiseDistance(this.embed(a), this.embed(b));
  }
}

const margin = 1;
function contrastive(distance: Tensor, same: Tensor): Tensor {
  const apart = relu(distance.neg().add(margin));
  return same
    .mul(distance.pow(2))
    .add(same.neg().add(1).mul(apart.pow(2)))
    .mean();
}

export default defineModel({
  model: Siamese,
  input: { a: { shape: ['N', 1, 28, 28] }, b: { shape: ['N', 1, 28, 28] } },
  target: { same: { shape: ['N'] } },
  loss: contrastive,
  optimizer: optim.Adam({ lr: 0.001 }),
});
