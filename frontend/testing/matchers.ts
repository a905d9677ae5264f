/** Matchers for Vitest's `expect.extend`: goldens, gradient checks, and comparison of WebAssembly with a reference. */

import { isModelSpec } from '../model/model.ts';
import { compile } from '../pipeline/compile.ts';
import { type GoldenVerdict, matchGolden, type TestState } from './golden.ts';
import { type GradcheckOptions, gradcheck, gradgradcheck, type Verdict } from './gradcheck.ts';
import { compareToReference, type ReferenceOptions } from './reference.ts';
import { isPrintable, printables, type TextOptions, textOf } from './text.ts';

/** The matchers, as methods of `expect(…)`. */
export interface TapeoutMatchers<R = void> {
  /** Compares the text of a graph, a kernel, a program or a compiled model with the file at `path`, relative to the test's folder;
   *  defaults to `goldens/<test file>/<test>.tir`. Also takes a string, or a model of `defineModel`, which it compiles. A missing
   *  file is written; `vitest -u` accepts a change. In CI neither happens, and the test fails. */
  toMatchGolden(path?: string, options?: TextOptions): Promise<R>;
  /** Compares the gradients of an op, a function of tensors, a module or a model's loss with finite differences. */
  toPassGradcheck(options?: GradcheckOptions): R;
  /** Compares the gradients of those gradients with finite differences. */
  toPassGradgradcheck(options?: GradcheckOptions): R;
  /** Compares the WebAssembly of a compiled model, a model, an op, a function or a module with the reference interpreter, which
   *  runs the recorded graph in float64, on seeded inputs. */
  toBeCloseToReference(options?: ReferenceOptions): Promise<R>;
}

/** The matchers of this package, for `expect.extend`. */
export const matchers = {
  async toMatchGolden(
    this: TestState,
    received: unknown,
    path?: string,
    options: TextOptions = {},
  ): Promise<GoldenVerdict> {
    if (typeof received === 'string') return matchGolden(received, path, this);
    const subject = isModelSpec(received) ? await compile(received) : received;
    if (!isPrintable(subject))
      throw new TypeError(`toMatchGolden takes a string, a model of defineModel, or ${printables}`);
    return matchGolden(textOf(subject, options), path, this);
  },

  toPassGradcheck(this: TestState, received: unknown, options: GradcheckOptions = {}): Verdict {
    return gradcheck(received, options);
  },
  toPassGradgradcheck(this: TestState, received: unknown, options: GradcheckOptions = {}): Verdict {
    return gradgradcheck(received, options);
  },

  async toBeCloseToReference(this: TestState, received: unknown, options: ReferenceOptions = {}): Promise<Verdict> {
    return compareToReference(received, options);
  },
};
