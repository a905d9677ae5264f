/** Users' own ops, recorded like Tapeout's. */

import type { Attrs } from '../../../ir/attr.ts';
import { build, type Op, type OpDef, type Value } from '../../../ir/graph.ts';
import { isOp, ops } from '../../../ir/ops/index.ts';
import { Tensor } from '../tensor.ts';
import { showAny, userError, withLoc } from '../trace.ts';

type Tensors<N extends readonly string[]> = { readonly [K in keyof N]: Tensor };

/** Applies `op` to tensors: `apply(swish, x)`, `apply(shift, a, b, { by: 2 })`. Operands do not broadcast: the op's own type
 *  rule checks them. Throws if the op is not registered, or if operands or attributes are not the ones it defines. */
export const apply = <const N extends readonly string[], A extends Attrs>(
  op: Op<N, A>,
  // biome-ignore lint/complexity/noBannedTypes: no attributes
  ...args: {} extends A ? [...tensors: Tensors<N>] : [...tensors: Tensors<N>, attrs: A]
): Tensor => withLoc(() => record(op as unknown as OpDef, args as readonly unknown[]));

function record(op: OpDef, args: readonly unknown[]): Tensor {
  if (!isOp(op))
    throw userError('bad-op', `apply: the first argument must be an op, got ${showAny(op)}`, {
      help: 'defineOp and registerOp of tapeout/ir make one',
    });
  const { name, operands } = op;
  if (ops.get(name) !== op)
    throw userError('unregistered-op', `apply: op '${name}' is not registered`, {
      help: `registerOp makes it known: export const ${name.split('.').at(-1)} = registerOp(defineOp({ … }))`,
    });
  const kinds = Object.keys(op.attrs);
  const most = operands.length + (kinds.length > 0 ? 1 : 0);
  if (args.length < operands.length || args.length > most)
    throw userError(
      'operand-count',
      `${name} takes ${operands.length === 0 ? 'no operands' : operands.join(', ')}${kinds.length ? `, and { ${kinds.join(', ')} }` : ''}, and ${args.length} arguments are given`,
    );
  const inputs = operands.map((o, i) => operandOf(name, o, args[i]));
  return Tensor.of(build(op, inputs, attrsOf(op, args[operands.length] ?? {})));
}

function operandOf(name: string, operand: string, t: unknown): Value {
  if (t instanceof Tensor) return t.value;
  throw userError('not-a-tensor', `${name}: '${operand}' must be a tensor, got ${showAny(t)}`);
}

function attrsOf(op: OpDef, given: unknown): Attrs {
  if (typeof given !== 'object' || given === null || given instanceof Tensor)
    throw userError('bad-attribute', `${op.name}: its attributes must be an object, got ${showAny(given)}`);
  const attrs = given as Attrs;
  const kinds = Object.entries(op.attrs) as [string, { says: string; holds(v: unknown): boolean }][];
  for (const [name, kind] of kinds) {
    if (!(name in attrs)) throw userError('missing-attribute', `${op.name}: '${name}' is missing: ${kind.says}`);
    if (!kind.holds(attrs[name]))
      throw userError('bad-attribute', `${op.name}: '${name}' must be ${kind.says}, got ${showAny(attrs[name])}`);
  }
  const extra = Object.keys(attrs).find((k) => !(k in op.attrs));
  if (extra !== undefined) throw userError('unknown-attribute', `${op.name} has no attribute '${extra}'`);
  // In the order of the definition, so that equal nodes compare and print the same.
  return Object.fromEntries(kinds.map(([name]) => [name, attrs[name]])) as Attrs;
}
