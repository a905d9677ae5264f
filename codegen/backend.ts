/** A program backend takes a module through stages of its choice to a program for its target, and emits that as code. A
 *  new backend is a value of this type, and a row in the pipeline. */

import type { Program } from '../ir/program.ts';
import type { Target } from '../ir/target.ts';
import { type Code, type Stage, stage } from '../passes/stage.ts';

export interface ProgramBackend<T extends Target = Target, Out extends Code = Code> {
  readonly kind: 'program';
  readonly name: string;
  /** The target that its stages optimize for. */
  readonly target: T;
  /** The stages, in order, from the module after graph stages to a program. */
  readonly stages: readonly Stage[];
  /** The name of its text form among the stages. */
  readonly text: string;
  emit(program: Program): Out;
}

/** The emitter, as the last stage. */
export const emission = ({ text, emit }: Pick<ProgramBackend, 'text' | 'emit'>): Stage =>
  stage(text, 'program', 'code', ({ program }) => ({ form: 'code', code: emit(program) }));
