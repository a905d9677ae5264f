/** The texts of graphs, kernels, programs and compiled models, for golden tests. */

import type { Graph, Module, Node } from '../../ir/graph.ts';
import { makeGraph } from '../../ir/graph.ts';
import type { Kernel } from '../../ir/kernel.ts';
import type { Program } from '../../ir/program.ts';
import { printGraph, printModule } from '../../ir/text/print-graph.ts';
import { printKernel, printKernels } from '../../ir/text/print-kernel.ts';
import type { PrintOptions } from '../../ir/text/print-options.ts';
import { printProgram } from '../../ir/text/print-program.ts';
import type { Lowered } from '../../passes/lower/index.ts';
import type { Compiled } from '../pipeline/compiled.ts';
import type { StageName } from '../pipeline/stages.ts';

/** Print options. */
export interface TextOptions {
  /** The stage of a compiled model to print; defaults to `fuse`, which shows every op and which of them share a kernel. */
  readonly stage?: StageName;
  /** Print the source location of each value. Defaults to false, so that goldens change with the compiler's results but not
   *  when a line of a model moves. */
  readonly places?: boolean;
}

/** Anything with a text: graphs, modules, kernels, programs and compiled models. */
export type Printable = Graph | Module | Node | Kernel | Lowered | Program | Compiled;

const kinds: readonly [
  string,
  (v: Readonly<Record<string, unknown>>) => boolean,
  (v: never, o: TextOptions) => string,
][] = [
  [
    'a compiled model',
    (v) => typeof v.printedWith === 'function',
    (c: Compiled, o) => c.printedWith(o.stage ?? 'fuse', printing(o)),
  ],
  ['a module', (v) => Array.isArray(v.graphs), (m: Module, o) => printModule(m, printing(o))],
  ['a graph', (v) => Array.isArray(v.results), (g: Graph, o) => lines(printGraph(g, printing(o)))],
  ['a kernel', (v) => Array.isArray(v.body), (k: Kernel, o) => lines(printKernel(k, printing(o)))],
  ['the kernels of a graph', (v) => Array.isArray(v.kernels), (l: Lowered, o) => printKernels(l.kernels, printing(o))],
  ['a program', (v) => Array.isArray(v.slots), (p: Program, o) => printProgram(p, printing(o))],
  [
    'a value of a graph',
    (v) => v.kind === 'node' && 'op' in v,
    (value: Node, o) => lines(printGraph(makeGraph('value', [{ name: 'value', value }]), printing(o))),
  ],
];

const lines = (text: string): string => `${text}\n`;
const printing = ({ places = false }: TextOptions): PrintOptions => ({ root: process.cwd(), places });
const kindOf = (v: unknown) =>
  typeof v === 'object' && v !== null ? kinds.find(([, is]) => is(v as Record<string, unknown>)) : undefined;

/** True if a value has a text. */
export const isPrintable = (v: unknown): v is Printable => kindOf(v) !== undefined;
/** The kinds of printable values, for messages. */
export const printables: string = kinds.map(([what]) => what).join(', ');

/** The text of a printable value, ending in a newline. */
export function textOf(v: Printable, options: TextOptions = {}): string {
  const kind = kindOf(v);
  if (!kind) throw new TypeError(`this cannot be printed: it must be ${printables}`);
  return kind[2](v as never, options);
}
