/** The text forms read back. A file begins with `tapeout ir 1`; behind it stand a module, or graphs, or kernels. */

import type { Graph, Module } from './graph.ts';
import type { Kernel } from './kernel.ts';
import { Lexer } from './lex.ts';
import { expectVersion } from './parse-common.ts';
import { type GraphTextOptions, graphOf, moduleOf, type Scope } from './parse-graph.ts';
import { kernelOf, type Storages } from './parse-kernel.ts';

export type { TextOptions } from './parse-common.ts';
export { type GraphTextOptions, parseGraph, parseModule } from './parse-graph.ts';
export { parseKernel, parseKernels } from './parse-kernel.ts';

/** What a file holds, in its order. Graphs outside of a module have the params of one name in common too. */
export interface Text {
  readonly modules: readonly Module[];
  readonly graphs: readonly Graph[];
  readonly kernels: readonly Kernel[];
}

/** Everything in a file. Throws a `CompileError` with the place of what is wrong. */
export function parseText(text: string, file: string, options: GraphTextOptions = {}): Text {
  const lex = new Lexer(text, file);
  expectVersion(lex);
  const [modules, graphs, kernels]: [Module[], Graph[], Kernel[]] = [[], [], []];
  const scope: Scope = { params: new Map(), maxBatch: options.maxBatch ?? 1 };
  const storages: Storages = new Map();
  while (lex.peek().kind !== 'end') {
    const at = lex.peek();
    if (lex.is('module')) {
      const module = moduleOf(lex, options);
      if (modules.some((m) => m.name === module.name)) throw twice(`modules @${module.name}`);
      modules.push(module);
    } else if (lex.is('graph')) {
      const graph = graphOf(lex, scope, options);
      if (graphs.some((g) => g.name === graph.name)) throw twice(`graphs @${graph.name}`);
      graphs.push(graph);
    } else if (lex.is('kernel')) kernels.push(kernelOf(lex, storages, options));
    else throw lex.unexpected("'module', 'graph' or 'kernel'");

    function twice(what: string): Error {
      return lex.error(`there are two ${what}`, at, { code: 'duplicate-name' });
    }
  }
  return { modules, graphs, kernels };
}
