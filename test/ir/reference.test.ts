/** docs/ops.md says what the definitions say, completely. `npm run docs` rewrites it. */
import { expect, test } from 'vitest';
import { defineOp } from '../../ir/define-op.ts';
import * as x from '../../ir/expr.ts';
import { ops } from '../../ir/ops/index.ts';
import { opReference, opsReference } from '../../ir/text/reference.ts';

test('docs/ops.md is up to date', async () => {
  await expect(opsReference(ops.values())).toMatchFileSnapshot('../../docs/ops.md');
});

test('every op of Tapeout has a type rule in words, an equation and a gradient', () => {
  for (const op of ops.values()) {
    const text = opReference(op);
    expect(text, op.name).toContain('**Type.**');
    expect(text, op.name).toContain('**Equation.**');
    if (op.operands.length > 0) expect(text, op.name).toContain('**Gradient.**');
  }
});

test('an op from outside gets a section of its own', () => {
  const swish = defineOp({
    name: 'my.swish',
    doc: 'x times its logistic.',
    operands: ['x'],
    attrs: {},
    infer: ({ x: t }) => t,
    compute: ({ x: v }, at) => x.div(v(...at), x.add(x.num(1), x.exp(x.neg(v(...at))))),
    vjp: () => ({ x: 'none' }),
  });
  expect(opReference(swish as never)).toMatchInlineSnapshot(`
    "## my.swish

    x times its logistic.

    \`my.swish(x)\`

    **Equation.**

    \`\`\`
    %y = my.swish(%x) : f32[N,4]
    y[n, i] = x[n, i] / (1.0 + exp(-x[n, i]))
    \`\`\`

    **Gradient.** None flows to x."
  `);
});
