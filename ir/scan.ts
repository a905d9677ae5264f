/** Loops over the first dimension of tensors, as ops: a scan runs its body once for each step and hands values on from
 *  step to step.
 *
 *  The body is a graph. Its params of role `input` are slices, the step's elements of an operand; those of role `state`
 *  are carried: at the first step they hold an operand, at any other what the result into them was the step before; those
 *  of role `parameter` are operands as they are. Each scan node is one result: the last value of a carried param, or all
 *  values of another result, stacked. Nodes with the same body and operands are one loop when they run. */

import * as a from './attr.ts';
import { upsert } from './collections.ts';
import { defineOp } from './define-op.ts';
import {
  build,
  type Graph,
  type Node,
  type OpDef,
  type Param,
  type Result,
  topo,
  typeError,
  type Value,
  valuesOf,
} from './graph.ts';
import { trust } from './op-contract.ts';
import { sameType, showType, type TensorType } from './type.ts';

/** Attributes of a scan node. */
export type ScanAttrs = {
  readonly steps: number;
  /** The last step first. */
  readonly reverse: boolean;
  /** The name of the body's result that the node is. */
  readonly result: string;
};
/** An op that loops over a body. */
export type ScanOp = OpDef & { readonly body: Graph };
export type ScanNode = Node & { readonly op: ScanOp; readonly attrs: ScanAttrs };

export const isScan = (v: Value): v is ScanNode => v.kind === 'node' && v.op.body !== undefined;

const known = new WeakMap<Graph, ScanOp>();

/** The op that loops over this body. */
export const scanOf = (body: Graph): ScanOp =>
  upsert(known, body, () => {
    const op = defineOp<readonly string[], ScanAttrs>({
      name: 'scan',
      doc: "A result of a loop over the operands' first dimension.",
      operands: body.params.map((p) => p.name),
      attrs: { steps: a.integer(1), reverse: a.flag, result: a.word },
      infer: (types, attrs) => typeOf(body, types, attrs),
      compute() {
        throw new Error('a loop has no equation');
      },
      vjp() {
        throw new Error("a loop's gradient is another loop");
      },
    }) as unknown as OpDef;
    trust(op);
    return Object.assign(op, { body }) as ScanOp;
  });

/** The result of this name of a loop over these operands, in the order of the body's params. */
export const scan = (body: Graph, operands: readonly Value[], attrs: ScanAttrs): ScanNode =>
  build(scanOf(body), operands, attrs) as ScanNode;

/** The type of all steps' values of one type. */
export const stacked = ({ dtype, shape }: TensorType, steps: number): TensorType => ({
  dtype,
  shape: [steps, ...shape],
});

/** The body's result of a scan node. */
export const resultOf = ({ op, attrs }: ScanNode): Result =>
  op.body.results.find((r) => r.name === attrs.result) as Result;

/** True if two nodes are results of one loop. */
export const sameLoop = (m: ScanNode, n: ScanNode): boolean =>
  m.op === n.op &&
  m.attrs.steps === n.attrs.steps &&
  m.attrs.reverse === n.attrs.reverse &&
  m.inputs.every((v, i) => v === n.inputs[i]);

/** The operand of a scan node at the first step of a carried param. */
export const operandOf = (n: ScanNode, p: Param): Value => n.inputs[n.op.body.params.indexOf(p)] as Value;

function typeOf(body: Graph, types: Readonly<Record<string, TensorType>>, { steps, result }: ScanAttrs): TensorType {
  for (const p of body.params) {
    const want = p.role === 'input' ? stacked(p.type, steps) : p.type;
    const got = types[p.name] as TensorType;
    if (!sameType(want, got))
      throw typeError('shape-mismatch', `scan: %${p.name} must be ${showType(want)}, got ${showType(got)}`);
  }
  const found = body.results.find((r) => r.name === result);
  if (!found) throw typeError('bad-attribute', `scan: @${body.name} has no result '${result}'`);
  return found.into ? found.value.type : stacked(found.value.type, steps);
}

/** The problem with a graph as the body of a loop; null if it is one. */
export function bodyProblem(body: Graph): string | null {
  const names = new Set<string>();
  for (const r of body.results) {
    if (names.has(r.name)) return `two results are called '${r.name}'`;
    names.add(r.name);
    if (r.into && r.into.role !== 'state') return `'${r.into.name}' is not carried, and a result goes into it`;
    if (r.into && r.name !== r.into.name) return `the result into '${r.into.name}' is called '${r.name}'`;
    if (r.into && !sameType(r.into.type, r.value.type))
      return `'${r.into.name}' is ${showType(r.into.type)}, and becomes ${showType(r.value.type)}`;
  }
  for (const p of body.params) {
    if (p.role !== 'input' && p.role !== 'state' && p.role !== 'parameter') return `'${p.name}' is a ${p.role}`;
    if (p.role === 'state' && !body.results.some((r) => r.into === p)) return `nothing goes into '${p.name}'`;
  }
  if (body.task) return 'it has a task';
  if (topo(valuesOf(body)).some(isScan)) return 'it loops itself';
  return null;
}

/** The results of a body that these need, in its order: what they hand on from step to step included. */
export function neededResults(body: Graph, wanted: ReadonlySet<string>): Result[] {
  const needed = new Set(wanted);
  for (;;) {
    const before = needed.size;
    const values = body.results.filter((r) => needed.has(r.name)).map((r) => r.value);
    const read = new Set<Value>([...values, ...topo(values).flatMap((n) => n.inputs)]);
    for (const r of body.results) if (r.into && read.has(r.into)) needed.add(r.name);
    if (needed.size === before) return body.results.filter((r) => needed.has(r.name));
  }
}

/** The bodies of the loops in a graph, each once. */
export const bodiesIn = (values: readonly Value[]): Graph[] => [
  ...new Set(topo(values).flatMap((n) => (isScan(n) ? [n.op.body] : []))),
];
