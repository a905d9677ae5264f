/** Reduces a text of the IR to the smallest one that still fails, for a person to read and for a test. */

import { CompileError } from '../../ir/diagnostic.ts';
import { kernelsOf, type Outline, type Program } from '../../ir/program.ts';
import { type Ir, printIr } from '../../passes/stage.ts';
import { parseIr, readIr } from '../pipeline/read.ts';
import { countGraphs, graphLanguage } from './graphs.ts';
import { countKernels, kernelLanguage } from './kernels.ts';
import { type Language, minimize, type Search, type Watch } from './search.ts';

/** Nouns with their counts. */
export type Counts = readonly (readonly [string, number])[];

/** A text to reduce, of any kind. */
export interface Subject {
  /** The text, printed as candidates are. */
  readonly text: string;
  readonly counts: Counts;
  /** True if candidates must pass the verifier; false if the text itself does not. */
  readonly verified: boolean;
  reduce(fails: (text: string) => boolean | Promise<boolean>, watch?: ReduceWatch): Promise<Reduced>;
}

export interface Reduced {
  readonly text: string;
  readonly counts: Counts;
  /** The number of candidates that were checked. */
  readonly checks: number;
}

export interface ReduceWatch {
  readonly signal?: AbortSignal;
  readonly onCheck?: (found: Reduced, step: string) => void;
  readonly onSmaller?: (found: Reduced, step: string) => void;
}

/** A text of graphs or kernels; of a program, only the kernels are kept. Every candidate can be read again, and verifies if
 *  the text does. Throws a `CompileError` if the text cannot be read. `maxBatch` is for texts that do not state it. */
export function subjectOf(text: string, file: string, maxBatch: number): Subject {
  const ir = parseIr(text, file, { maxBatch });
  const verified = !refused(() => readIr(text, file, maxBatch));
  const isValid = (candidate: string): boolean =>
    !refused(() => (verified ? readIr(candidate, file, maxBatch) : parseIr(candidate, file, { maxBatch })));
  switch (ir.form) {
    case 'module':
    case 'fused': {
      const print = (module: typeof ir.module): string => printText({ form: 'module', module });
      return subject(ir.module, { ...graphLanguage, print, isValid }, countGraphs, verified);
    }
    case 'kernels':
    case 'schedule':
      return kernelSubject(ir.outline);
    case 'program':
      return kernelSubject(ir.program);
    default:
      throw new Error(`a text is never ${ir.form}`);
  }

  function kernelSubject(of: Outline | Program): Subject {
    const start = { kernels: kernelsOf(of), maxBatch: of.maxBatch };
    return subject(start, { ...kernelLanguage, isValid }, countKernels, verified);
  }
}

/** A text as lines, any of which may be dropped: for texts that the parser does not read. */
export function linesOf(text: string): Subject {
  const language: Language<readonly string[]> = {
    steps: [
      {
        name: 'lines',
        offer: (lines) => ({ count: lines.length, take: (gone) => lines.filter((_, i) => !gone.has(i)) }),
      },
    ],
    print: (lines) => lines.map((line) => `${line}\n`).join(''),
    isValid: () => true,
    size: (lines) => [lines.length],
  };
  return subject(text.replace(/\n$/, '').split('\n'), language, (lines) => [['lines', lines.length]], false);
}

function subject<T>(start: T, language: Language<T>, count: (t: T) => Counts, verified: boolean): Subject {
  const told = ({ best, checks }: Search<T>): Reduced => ({ text: language.print(best), counts: count(best), checks });
  return {
    text: language.print(start),
    counts: count(start),
    verified,
    async reduce(fails, { signal, onCheck, onSmaller } = {}) {
      const watch: Watch<T> = {
        signal,
        onCheck: onCheck && ((search, step) => onCheck(told(search), step)),
        onSmaller: onSmaller && ((search, step) => onSmaller(told(search), step)),
      };
      return told(await minimize(start, language, fails, watch));
    },
  };
}

const printText = (ir: Ir): string => `${printIr(ir, {}).trimEnd()}\n`;

function refused(read: () => unknown): boolean {
  try {
    read();
    return false;
  } catch (e) {
    if (e instanceof CompileError) return true;
    throw e;
  }
}
