/** The ops of a loop's body that only lowering makes: reads and stores of slices. */

import { defineOp } from '../../ir/define-op.ts';
import { build, type Node, type OpDef, type Value } from '../../ir/graph.ts';
import { trust } from '../../ir/op-contract.ts';
import { fixed } from '../../ir/type.ts';

const slice = defineOp({
  name: 'slice_at',
  doc: 'The elements of x at an index of its first dimension.',
  operands: ['x', 'index'],
  attrs: {},
  infer: ({ x }) => ({ dtype: x.dtype, shape: x.shape.slice(1) }),
  compute: ({ x, index }, at) => x(index(), ...at),
  vjp: () => ({ x: 'none', index: 'none' }),
  indexRange: ({ x }) => ({ index: fixed(x, 0) }),
});
const kept = defineOp({
  name: 'keep',
  doc: 'The value itself, to be stored in a place of its own.',
  operands: ['x'],
  attrs: {},
  infer: ({ x }) => x,
  compute: ({ x }, at) => x(...at),
  vjp: (_, g) => ({ x: g }),
});
for (const op of [slice, kept]) trust(op);

export const sliceAt = (x: Value, index: Value): Node => build(slice as unknown as OpDef, [x, index], {});
export const keep = (x: Value): Node => build(kept as unknown as OpDef, [x], {});
