import type { Attrs } from './attr.ts';
import { build, type Op, type OpDef, type OpSpec, type Value } from './graph.ts';
import { checkSpec, heldTo } from './op-contract.ts';

/** Makes an op from its definition. Throws if a part is missing; a broken rule is reported where the op is used. */
export function defineOp<const N extends readonly string[], A extends Attrs>(spec: OpSpec<N, A>): Op<N, A> {
  checkSpec(spec);
  const n = spec.operands.length;
  const op = (...args: unknown[]): Value =>
    build(op as unknown as OpDef, args.slice(0, n) as Value[], (args[n] ?? {}) as Attrs);
  const { name, ...rules } = heldTo(spec, () => op);
  return Object.defineProperty(Object.assign(op, rules), 'name', { value: name }) as unknown as Op<N, A>;
}
