/** A pass of one's own: algebra that Tapeout cannot know, as it does not know the op. */
import { op } from 'tapeout/ir';
import { type GraphPass, is, rewriting, rule } from 'tapeout/passes';
import { swishOp } from './swish.ts';

export const swishRules = [
  // swish₀(x) = x/2
  rule('swish-zero', swishOp, ({ x }, { beta }) =>
    beta === 0 ? op.mul(x, op.full({ value: 0.5, shape: x.type.shape, dtype: 'f32' })) : null,
  ),
  // −swish₋ᵦ(−x) = swishᵦ(x)
  rule('swish-negative', op.neg, ({ x: y }) => {
    const s = is(y, swishOp);
    const n = s && is(s.x, op.neg);
    return n && swishOp(n.x, { beta: -s.attrs.beta });
  }),
];

/** For `compile(model, { passes: [swishPass] })`, or `registerPass(swishPass)` for every compilation. */
export const swishPass: GraphPass = { name: 'swish', after: 'canonicalize', run: rewriting(swishRules) };
