/** A program backend takes a module through stages of its own choice to a program for its target, and writes that as code. A new
 *  one is a value of this type, and a row in the pipeline. */

import type { Program } from '../ir/program.ts';
import type { Target } from '../ir/target.ts';
import { type Code, type Stage, stage } from '../passes/stage.ts';

export interface ProgramBackend<T extends Target = Target, Out extends Code = Code> {
  readonly kind: 'program';
  readonly name: string;
  /** What stages choose for. */
  readonly target: T;
  /** From the module that the graph's stages leave to a program, in order. */
  readonly stages: readonly Stage[];
  /** What its text is called among the stages. */
  readonly text: string;
  emit(program: Program): Out;
}

/** The emitter as the last stage. */
export const emission = ({ text, emit }: Pick<ProgramBackend, 'text' | 'emit'>): Stage =>
  stage(text, 'program', 'code', ({ program }) => ({ form: 'code', code: emit(program) }));
