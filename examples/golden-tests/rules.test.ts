import { compile, defineModel, nn, type Tensor } from 'tapeout';
import { expect, test } from 'vitest';
import { swishPass } from './rules.ts';
import { swish } from './swish.ts';

class Both extends nn.Module {
  forward(x: Tensor): Tensor {
    return swish(x, 0).mul(swish(x.neg(), -2).neg().tanh());
  }
}
const model = defineModel({ model: Both, input: { shape: ['N', 4] } });

test('the rules of swish', async () => {
  const compiled = await compile(model, { passes: [swishPass], verify: true });
  await expect(compiled).toMatchGolden('goldens/rules/before.tir', { stage: 'canonicalize' });
  await expect(compiled).toMatchGolden('goldens/rules/after.tir', { stage: 'swish' });
  // The reference is the graph as it was recorded: the pass changed how it is computed, and nothing else.
  await expect(compiled).toBeCloseToReference();
});

test('the serializer prints IR', async () => {
  const { module } = await compile(model, { passes: [swishPass] });
  expect(module.graphs[0]).toMatchInlineSnapshot(`
    graph @forward(%x: f32[N,4]) {
      %full = full() {value=0.5, shape=[N,4], dtype=f32} : f32[N,4]
      %mul = mul(%x, %full) : f32[N,4]
      %my.swish = my.swish(%x) {beta=2} : f32[N,4]
      %tanh = tanh(%my.swish) : f32[N,4]
      %output = mul(%mul, %tanh) : f32[N,4]
      return %output
    }
  `);
});
