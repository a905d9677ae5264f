/** What the compiler makes, as the text that golden tests compare. */

import type { Graph, Module, Node } from '../../ir/graph.ts';
import { makeGraph } from '../../ir/graph.ts';
import type { Kernel } from '../../ir/kernel.ts';
import type { Program } from '../../ir/program.ts';
import { printGraph, printModule } from '../../ir/text/print-graph.ts';
import { printKernel, printKernels } from '../../ir/text/print-kernel.ts';
import type { PrintOptions } from '../../ir/text/print-options.ts';
import { printProgram } from '../../ir/text/print-program.ts';
import type { Lowered } from '../../passes/lower/index.ts';
import type { Compiled } from '../pipeline/compile.ts';
import type { StageName } from '../pipeline/stages.ts';

/** How it is printed. */
export interface TextOptions {
  /** Of a compiled model, the stage to print: `fuse` unless told, which shows every op and what shares a kernel. */
  readonly stage?: StageName;
  /** Whether to tell where in the source each value comes from. Not unless told, so that a golden changes when what the
   *  compiler makes does, and not when a line of a model moves. */
  readonly places?: boolean;
}

/** What has a text: graphs, modules, kernels, programs, models and what is compiled of them. */
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

/** Whether a value has a text. */
export const isPrintable = (v: unknown): v is Printable => kindOf(v) !== undefined;
/** In a sentence. */
export const printables: string = kinds.map(([what]) => what).join(', ');

/** The text of a graph, a kernel, a program and so on; it ends with its last line's end. */
export function textOf(v: Printable, options: TextOptions = {}): string {
  const kind = kindOf(v);
  if (!kind) throw new TypeError(`this cannot be printed: it must be ${printables}`);
  return kind[2](v as never, options);
}
