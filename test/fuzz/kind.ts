/** The kinds of cases that the fuzzer tries: each turns numbers into a case, and throws a `Fault` if the compiler's answers
 *  differ. */

import fc from 'fast-check';
import type { Module, Param } from '../../ir/graph.ts';
import type { Tally } from './tally.ts';

export interface Kind {
  readonly name: string;
  /** One sentence, for `--help` and the names of tests. */
  readonly doc: string;
  /** Cases of the bounded run in `npm test`: by count and not by time, so that a fast machine and a slow one try the same. */
  readonly runs: number;
  check(choices: readonly number[], tally: Tally): Promise<void>;
}

/** The parts of a case that can be written to files. */
export interface Case {
  readonly module: Module;
  readonly given: ReadonlyMap<Param, ArrayLike<number>>;
  readonly n: number;
  /** As on the command line. */
  readonly optimizer?: string;
}

/** The compiler differs from itself. The message says where, and shows the IR. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly of: Case | null;

  constructor(message: string, of: Case | null, options?: ErrorOptions) {
    super(message, options);
    this.of = of;
  }
}

/** Runs `f`; rethrows its error as a fault of this case, with more detail. */
export async function faulty<T>(of: () => Case | null, more: () => string, f: () => T | Promise<T>): Promise<T> {
  try {
    return await f();
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    const problem =
      cause instanceof Error ? `${cause.name === 'Error' ? '' : `${cause.name}: `}${cause.message}` : String(cause);
    throw new Fault(`${problem}\n${more()}`, of(), { cause });
  }
}

/** Integer division by zero: the reference reports it, and WebAssembly traps. */
export async function unlessByZero(run: Promise<unknown>): Promise<void> {
  await run.catch((e: Error) => {
    if (e.message !== 'an integer was divided by zero') throw e;
  });
}

/** The numbers that decide a case. */
export const choices: fc.Arbitrary<number[]> = fc.array(fc.nat({ max: 5039 }), {
  minLength: 60,
  maxLength: 160,
  size: 'max',
});

/** The command that runs one case of a kind again. */
export const replayCommand = (kind: Kind, seed: number, path: string): string =>
  `npm run fuzz -- --only ${kind.name} --seed ${seed} --path ${path}`;
