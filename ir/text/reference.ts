/** The reference of ops from their definitions: operands, attributes, type rule, equation and gradient. A user's op
 *  gets the same page as Tapeout's own. */

import type { Attrs } from '../attr.ts';
import { CompileError } from '../diagnostic.ts';
import { type Axis, axis, type Buffer, type Expr, ix, load, walk } from '../expr.ts';
import { build, byName, makeGraph, type OpDef, type Param, param, paramsOf, typesOf, type Value } from '../graph.ts';
import { f32, isBatch, N, type TensorType } from '../type.ts';
import { exprPrinter } from './print-expr.ts';
import { printGraph } from './print-graph.ts';

/** A Markdown text on these ops, sorted by name. */
export function opsReference(ops: Iterable<OpDef>): string {
  const sorted = [...ops].sort((a, b) => (a.name < b.name ? -1 : 1));
  return `${[
    '# Ops',
    `Written by \`npm run docs\` from the definitions in \`ir/ops/\`: change those. Each op is shown on an example. Its
equation says what one element of the result is, in the language of [docs/ir.md](ir.md#expressions); its gradient is
the graph that reverse-mode differentiation puts in its place, \`g\` being the cotangent of the result.`,
    sorted.map((op) => `[${op.name}](#${op.name})`).join(' · '),
    ...sorted.map(opReference),
  ].join('\n\n')}\n`;
}

/** The page of one op. */
export function opReference(op: OpDef): string {
  const attrs = Object.entries(op.attrs);
  const shown = example(op);
  return [
    `## ${op.name}`,
    op.doc,
    `\`${op.name}(${op.operands.join(', ')})${attrs.length ? ` {${attrs.map(([name]) => name).join(', ')}}` : ''}\``,
    ...(attrs.length ? [attrs.map(([name, kind]) => `- \`${name}\`: ${kind.says}`).join('\n')] : []),
    ...(op.rule ? [`**Type.** ${op.rule}`] : []),
    ...(op.view ? ['**View.** The result is the bytes of its first operand: no kernel computes it.'] : []),
    ...(shown ? [`**Equation.**\n\n${fenced(equation(shown))}`, ...gradient(shown)] : []),
  ].join('\n\n');
}

/** A node of an op over params named like its operands. */
interface Example {
  readonly op: OpDef;
  readonly inputs: readonly Value[];
  readonly attrs: Attrs;
  readonly result: Value;
}

function example(op: OpDef): Example | null {
  const [types, attrs] = op.example ?? [
    byName(
      op.operands,
      op.operands.map(() => f32(N, 4)),
    ),
    {},
  ];
  try {
    const inputs = op.operands.map((o) => param('input', o, (types as Record<string, TensorType>)[o] as TensorType));
    return { op, inputs, attrs: attrs as Attrs, result: build(op, inputs, attrs as Attrs) };
  } catch (e) {
    // A user's op may take other operands without giving an example.
    if (e instanceof CompileError) return null;
    throw e;
  }
}

/** The node as a graph prints it, and below it the equation of an element. */
function equation({ op, inputs, attrs, result }: Example): string {
  const node = printGraph(makeGraph('g', [{ name: resultName(op), value: result }])).split('\n')[1] as string;
  const buffers = inputs.map((v, i): Buffer => ({ name: op.operands[i] as string, type: v.type }));
  const at = (axes: readonly Axis[]): Expr =>
    op.compute(
      byName(
        op.operands,
        buffers.map(
          (b) =>
            (...index: readonly Expr[]) =>
              load(b, index),
        ),
      ),
      axes.map(ix),
      attrs,
      typesOf(op, inputs),
      result.type,
    );
  // The result's indices are letters that the equation does not use itself.
  const plain = result.type.shape.map((extent, d) => axis(`d${d}`, extent));
  const taken = new Set([...op.operands, resultName(op)]);
  walk(at(plain), (e) => {
    if (e.kind === 'reduce') for (const a of e.over) taken.add(a.name);
  });
  const letters = ['i', 'j', 'k', 'l', 'p', 'q', 'r', 's', 't', 'u'].filter((l) => !taken.has(l)).values();
  const axes = result.type.shape.map((extent) =>
    axis(isBatch(extent) && !taken.has('n') ? 'n' : (letters.next().value as string), extent),
  );
  const printer = exprPrinter();
  const [name, ...names] = [...axes, ...buffers].map((thing) => printer.bind(thing));
  const index = [name, ...names].slice(0, axes.length);
  const { lets, texts } = printer.print([at(axes)]);
  const left = index.length ? `${resultName(op)}[${index.join(', ')}]` : resultName(op);
  return [node.trim(), ...lets, `${left} = ${texts[0]}`].join('\n');
}

const resultName = (op: OpDef): string => (op.operands.includes('y') ? 'z' : 'y');

function gradient({ op, inputs, attrs, result }: Example): string[] {
  if (op.operands.length === 0) return [];
  const g = param('input', op.operands.includes('g') ? 'h' : 'g', result.type);
  try {
    const named = op.vjp(byName(op.operands, inputs), g, attrs, result);
    const flows = op.operands.filter((o) => named[o] && named[o] !== 'none');
    const stopped = op.operands.filter((o) => !flows.includes(o));
    const none = stopped.length ? ` None flows to ${stopped.join(', ')}.` : '';
    if (flows.length === 0) return [`**Gradient.**${none}`];
    const results = flows.map((o) => ({ name: `d${o}`, value: named[o] as Value }));
    const read = new Set<Value>(paramsOf(results.map((r) => r.value)));
    const order = [...(inputs as Param[]), g].filter((p) => read.has(p));
    return [`**Gradient.**${none}\n\n${fenced(printGraph(makeGraph(`${op.name}_vjp`, results, order)))}`];
  } catch (e) {
    if (e instanceof CompileError) return [`**Gradient.** None: ${e.message}.`];
    throw e;
  }
}

const fenced = (text: string): string => `\`\`\`\n${text}\n\`\`\``;
