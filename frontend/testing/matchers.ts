/** Matchers for Vitest's `expect.extend`: goldens, gradient checks, and WebAssembly against its reference. */

import { isModelSpec } from '../model/model.ts';
import { compile } from '../pipeline/compile.ts';
import { type GoldenVerdict, matchGolden, type TestState } from './golden.ts';
import { type GradcheckOptions, gradcheck, type Verdict } from './gradcheck.ts';
import { compareToReference, type ReferenceOptions } from './reference.ts';
import { isPrintable, printables, type TextOptions, textOf } from './text.ts';

/** What the matchers add to `expect(…)`. */
export interface TapeoutMatchers<R = void> {
  /** The text of a graph, a kernel, a program or a compiled model against the file at `path`, told from the test's folder:
   *  `goldens/<test file>/<test>.tir` unless told. Takes a model of `defineModel` too, and compiles it; and a string.
   *  A file that is not there is written; `vitest -u` accepts a change. In CI neither happens, and the test fails. */
  toMatchGolden(path?: string, options?: TextOptions): Promise<R>;
  /** The gradients of an op, a function of tensors, a module or a model's loss are those that finite differences give. */
  toPassGradcheck(options?: GradcheckOptions): R;
  /** What the WebAssembly of a compiled model, a model, an op, a function or a module computes is what the reference
   *  interpreter computes in float64 from the graph as it was recorded, on seeded inputs. */
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

  async toBeCloseToReference(this: TestState, received: unknown, options: ReferenceOptions = {}): Promise<Verdict> {
    return compareToReference(received, options);
  },
};
