import { attr, defineOp, op } from 'tapeout/ir';
import { describe, expect, test } from 'vitest';
import { swish, swishOp } from './swish.ts';

describe('swish', () => {
  // Finite differences in float64, at points that the seed draws.
  test('has the gradient of its equation', () => {
    expect(swishOp).toPassGradcheck({ attrs: { beta: 1.5 } });
    expect(swishOp).toPassGradcheck({ attrs: { beta: -2 }, inputs: [{ shape: ['N', 5], min: -6, max: 6 }], seed: 3 });
  });

  // Forward and backward, compiled to WebAssembly, against the interpreter.
  test('is compiled to what it means', async () => {
    await expect(swishOp).toBeCloseToReference({ attrs: { beta: 1.5 }, inputs: [['N', 7]] });
    await expect((x: Parameters<typeof swish>[0]) => swish(x, 0.5)).toBeCloseToReference({
      inputs: [{ shape: [4, 33] }],
    });
  });

  test('a wrong gradient is found', () => {
    const wrong = defineOp({
      ...swishOp,
      name: 'my.wrong_swish',
      operands: ['x'],
      attrs: { beta: attr.number },
      vjp: ({ x }, g) => ({ x: op.mul(g, op.sigmoid(x)) }),
    });
    expect(wrong).not.toPassGradcheck({ attrs: { beta: 1 } });
    expect(() => expect(wrong).toPassGradcheck({ attrs: { beta: 1 } })).toThrow(
      /the gradient is .*, finite differences give/,
    );
  });
});
