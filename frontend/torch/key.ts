/** Graphs as text, by which equal ones are found: what is compiled once is not compiled again. */

import type { Attrs } from '../../ir/attr.ts';
import type { Graph, Node, OpDef, Value } from '../../ir/graph.ts';
import { isScan } from '../../ir/scan.ts';
import { showType } from '../../ir/type.ts';
import { elementsOf, origin } from './values.ts';

/** What is to be run for some values: nodes whose operands come before them, and what has its numbers already. */
export interface Work {
  /** Equal for equal graphs, whatever the numbers of their leaves and constants. */
  readonly key: string;
  readonly nodes: readonly Node[];
  readonly leaves: readonly Value[];
  /** The values of `full` nodes, in the order of the nodes. */
  readonly constants: readonly number[];
  readonly results: readonly Node[];
}

/** The work for these values, and for what `wanted` names among those that it needs; null if some have no numbers, as while a loop is
 *  recorded. */
export function workFor(values: readonly Value[], wanted: (n: Node) => boolean): Work | null {
  const ids = new Map<Value, number>();
  const [nodes, leaves, constants, results]: [Node[], Value[], number[], Node[]] = [[], [], [], []];
  const parts: string[] = [];
  const stack: { readonly node: Node; next: number }[] = [];
  /** False for a value that cannot be computed. */
  const enter = (given: Value): boolean => {
    const v = origin(given);
    if (ids.has(v)) return true;
    if (elementsOf(v)) {
      ids.set(v, ids.size);
      leaves.push(v);
      parts.push(showType(v.type));
      return true;
    }
    if (v.kind === 'param') return false;
    ids.set(v, -1);
    stack.push({ node: v, next: 0 });
    return true;
  };
  for (const root of values) {
    if (!enter(root)) return null;
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const { node } = top;
      const input = node.inputs[top.next++];
      if (input) {
        if (!enter(input)) return null;
        continue;
      }
      stack.pop();
      const id = nodes.length + leaves.length;
      ids.set(node, id);
      nodes.push(node);
      if (node.op.name === 'cotangent') {
        // Their numbers tell them apart within one graph, and are new in each.
        parts.push(`cotangent ${showType(node.type)}`);
        continue;
      }
      if (node.op.name === 'full') constants.push(node.attrs.value as number);
      const inputs = node.inputs.map((i) => ids.get(origin(i)));
      parts.push(`${opKey(node)}(${inputs})`);
      if (wanted(node)) results.push(node);
    }
  }
  const asked = new Set(values.map(origin).filter((v): v is Node => v.kind === 'node' && !elementsOf(v)));
  for (const r of results) asked.delete(r);
  results.push(...asked);
  parts.push(`return ${results.map((r) => ids.get(r))}`);
  return { key: parts.join(';'), nodes, leaves, constants, results };
}

const ofBodies = new WeakMap<Graph, string>();
const opIds = new WeakMap<OpDef, number>();
let ops = 0;

/** An op and its attributes. The value of a constant is left out. */
function opKey(n: Node): string {
  const { op, attrs } = n;
  if (isScan(n)) return `scan{${bodyKey(n.op.body)}}${attrsKey(attrs)}`;
  let id = opIds.get(op);
  if (id === undefined) {
    id = ++ops;
    opIds.set(op, id);
  }
  return `${id}${attrsKey(attrs, op.name === 'full')}`;
}

function attrsKey(attrs: Attrs, isConstant = false): string {
  let text = '';
  for (const name in attrs) if (!isConstant || name !== 'value') text += `,${attrKey(attrs[name])}`;
  return text;
}
const attrKey = (v: unknown): string =>
  typeof v === 'number'
    ? Object.is(v, -0)
      ? '-0'
      : String(v)
    : Array.isArray(v)
      ? `[${v.map(attrKey)}]`
      : typeof v === 'object' && v !== null
        ? JSON.stringify(v)
        : String(v);

/** The body of a loop, with all its constants. */
function bodyKey(body: Graph): string {
  const found = ofBodies.get(body);
  if (found !== undefined) return found;
  const ids = new Map<Value, number>();
  const parts: string[] = body.params.map((p) => {
    ids.set(p, ids.size);
    return `${p.role} ${showType(p.type)}`;
  });
  const visit = (v: Value): number => {
    const seen = ids.get(v);
    if (seen !== undefined) return seen;
    const n = v as Node;
    const inputs = n.inputs.map(visit);
    ids.set(n, ids.size);
    parts.push(`${opKey(n)}${n.op.name === 'full' ? `=${attrKey(n.attrs.value)}` : ''}(${inputs})`);
    return ids.size - 1;
  };
  for (const r of body.results) parts.push(`${r.name} ${r.into ? ids.get(r.into) : ''} ${visit(r.value)}`);
  const key = parts.join(';');
  ofBodies.set(body, key);
  return key;
}
