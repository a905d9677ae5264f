/** Parses the text forms. A file starts with `tapeout ir 1`, followed by a module, or graphs, or a program with its
 *  kernels and their schedules, or only kernels or schedules. */

import { upsert } from '../collections.ts';
import { CompileError, type Loc } from '../diagnostic.ts';
import type { Graph, Module } from '../graph.ts';
import type { Kernel } from '../kernel.ts';
import { kernelsOf, type Outline, type Program } from '../program.ts';
import { Lexer } from './lex.ts';
import { expectVersion, readBatch, type TextOptions } from './parse-common.ts';
import { bodyOf, type GraphTextOptions, graphOf, moduleOf, type Scope } from './parse-graph.ts';
import { byNameAndType, kernelOf } from './parse-kernel.ts';
import { type KernelText, type ProgramText, programOf } from './parse-program.ts';
import { addSchedule, type ScheduleText } from './parse-schedule.ts';

export type { TextOptions } from './parse-common.ts';
export { type GraphTextOptions, parseGraph, parseModule } from './parse-graph.ts';
export { parseKernel } from './parse-kernel.ts';
export { directivesOf, parseSchedules, type ScheduleText } from './parse-schedule.ts';

/** The contents of a file, in order. Graphs outside a module share params of equal name. */
export interface Text {
  readonly modules: readonly Module[];
  readonly graphs: readonly Graph[];
  /** Kernels outside a program. */
  readonly kernels: readonly Kernel[];
  readonly program: Outline | Program | null;
  readonly programLoc: Loc | null;
  readonly schedules: readonly ScheduleText[];
  /** The largest batch of graphs and kernels outside a module or program, if given. */
  readonly maxBatch: number | null;
}

/** All kernels of a file. Without a program, buffers of equal name and type are the same, so that consecutive kernels
 *  share them. Throws a `CompileError` with the location of the problem. */
export function parseKernels(text: string, file: string, options: TextOptions = {}): Kernel[] {
  const { program, kernels } = parseText(text, file, options);
  return program ? kernelsOf(program) : [...kernels];
}

/** A program, with or without planned memory, and its kernels. Throws a `CompileError` with the location of the
 *  problem. */
export function parseProgram(text: string, file: string): Outline | Program {
  const { program } = parseText(text, file);
  if (program) return program;
  throw new CompileError('syntax', 'the text holds no program', { loc: { file, line: 1, col: 1 } });
}

/** Everything in a file. Throws a `CompileError` with the location of the problem. */
export function parseText(text: string, file: string, options: GraphTextOptions = {}): Text {
  const lex = new Lexer(text, file);
  expectVersion(lex);
  const maxBatch = readBatch(lex);
  const known = maxBatch === null ? options : { ...options, maxBatch };
  const [modules, graphs, kernels]: [Module[], Graph[], KernelText[]] = [[], [], []];
  const schedules = new Map<string, ScheduleText>();
  const names = new Map<string, Set<string>>();
  const scope: Scope = { params: new Map(), bodies: new Map(), maxBatch: known.maxBatch ?? 1 };
  const storages = byNameAndType();
  let program: ProgramText | null = null;
  let programLoc: Loc | null = null;
  while (lex.peek().kind !== 'end') {
    const at = lex.peek();
    if (lex.is('module')) {
      const module = moduleOf(lex, options);
      claim('modules', module.name);
      modules.push(module);
    } else if (lex.is('body')) {
      bodyOf(lex, scope, known);
    } else if (lex.is('graph')) {
      const graph = graphOf(lex, scope, known);
      claim('graphs', graph.name);
      graphs.push(graph);
    } else if (lex.is('program')) {
      if (program) throw lex.error('a file holds one program', at);
      if (kernels.length) throw lex.error('a program must come before its kernels', at);
      programLoc = lex.loc(at);
      program = programOf(lex, options);
    } else if (lex.is('schedule')) addSchedule(lex, schedules);
    else if (lex.is('kernel')) {
      // In a program, the launches identify buffers.
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
