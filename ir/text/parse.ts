/** The text forms read back. A file begins with `tapeout ir 1`; behind it stand a module, or graphs, or a program with its
 *  kernels and their schedules, or kernels or schedules alone. */

import { upsert } from '../collections.ts';
import { CompileError, type Loc } from '../diagnostic.ts';
import type { Graph, Module } from '../graph.ts';
import type { Kernel } from '../kernel.ts';
import { kernelsOf, type Outline, type Program } from '../program.ts';
import { Lexer } from './lex.ts';
import { expectVersion, readBatch, type TextOptions } from './parse-common.ts';
import { type GraphTextOptions, graphOf, moduleOf, type Scope } from './parse-graph.ts';
import { byNameAndType, kernelOf } from './parse-kernel.ts';
import { type KernelText, type ProgramText, programOf } from './parse-program.ts';
import { addSchedule, type ScheduleText } from './parse-schedule.ts';

export type { TextOptions } from './parse-common.ts';
export { type GraphTextOptions, parseGraph, parseModule } from './parse-graph.ts';
export { parseKernel } from './parse-kernel.ts';
export { directivesOf, parseSchedules, type ScheduleText } from './parse-schedule.ts';

/** What a file holds, in its order. Graphs outside of a module have the params of one name in common. */
export interface Text {
  readonly modules: readonly Module[];
  readonly graphs: readonly Graph[];
  /** Kernels that belong to no program. */
  readonly kernels: readonly Kernel[];
  readonly program: Outline | Program | null;
  readonly programLoc: Loc | null;
  readonly schedules: readonly ScheduleText[];
  /** What the file says of graphs and kernels outside of a module and a program. */
  readonly maxBatch: number | null;
}

/** Every kernel of a file. Where no program says otherwise, buffers of one name and type are one buffer, as kernels that
 *  follow each other share them. Throws a `CompileError` with the place of what is wrong. */
export function parseKernels(text: string, file: string, options: TextOptions = {}): Kernel[] {
  const { program, kernels } = parseText(text, file, options);
  return program ? kernelsOf(program) : [...kernels];
}

/** A program, its memory planned or not yet, with its kernels. Throws a `CompileError` with the place of what is wrong. */
export function parseProgram(text: string, file: string): Outline | Program {
  const { program } = parseText(text, file);
  if (program) return program;
  throw new CompileError('syntax', 'the text holds no program', { loc: { file, line: 1, col: 1 } });
}

/** Everything in a file. Throws a `CompileError` with the place of what is wrong. */
export function parseText(text: string, file: string, options: GraphTextOptions = {}): Text {
  const lex = new Lexer(text, file);
  expectVersion(lex);
  const maxBatch = readBatch(lex);
  const known = maxBatch === null ? options : { ...options, maxBatch };
  const [modules, graphs, kernels]: [Module[], Graph[], KernelText[]] = [[], [], []];
  const schedules = new Map<string, ScheduleText>();
  const names = new Map<string, Set<string>>();
  const scope: Scope = { params: new Map(), maxBatch: known.maxBatch ?? 1 };
  const storages = byNameAndType();
  let program: ProgramText | null = null;
  let programLoc: Loc | null = null;
  while (lex.peek().kind !== 'end') {
    const at = lex.peek();
    if (lex.is('module')) {
      const module = moduleOf(lex, options);
      claim('modules', module.name);
      modules.push(module);
    } else if (lex.is('graph')) {
      const graph = graphOf(lex, scope, known);
      claim('graphs', graph.name);
      graphs.push(graph);
    } else if (lex.is('program')) {
      if (program) throw lex.error('a file holds one program', at);
      if (kernels.length) throw lex.error('a program stands above its kernels', at);
      programLoc = lex.loc(at);
      program = programOf(lex, options);
    } else if (lex.is('schedule')) addSchedule(lex, schedules);
    else if (lex.is('kernel')) {
      // In a program the launches say which buffers are one.
      const kernel = program
        ? kernelOf(lex, program.storageOf, { ...options, maxBatch: program.maxBatch })
        : kernelOf(lex, storages, known);
      claim('kernels', kernel.name);
      kernels.push({ kernel, at });
    } else throw lex.unexpected("'module', 'graph', 'program', 'schedule' or 'kernel'");

    function claim(what: string, name: string): void {
      const of = upsert(names, what, () => new Set<string>());
      if (of.has(name)) throw lex.error(`there are two ${what} @${name}`, at, { code: 'duplicate-name' });
      of.add(name);
    }
  }
  const whole = program?.over(kernels) ?? null;
  return {
    modules,
    graphs,
    kernels: whole ? [] : kernels.map((k) => k.kernel),
    program: whole,
    programLoc,
    schedules: [...schedules.values()],
    maxBatch,
  };
}
