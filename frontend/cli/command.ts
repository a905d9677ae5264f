/** What a command is: a row with its description, its argument, its flags and what it does. Each command's file exports its own. */

import { type Flag, sharedFlags, type ValuesOf } from './flags.ts';
import type { Io } from './io.ts';

/** The kinds of arguments, and the flags that all commands with such an argument have. */
export const takes = {
  model: {
    words: '<model>',
    about: 'the file whose default export is defineModel({ … }): .ts or .js',
    flags: { check: sharedFlags.check, debug: sharedFlags.debug },
  },
  text: {
    words: '<file>',
    about: "a text of Tapeout's IR, as tapeout print writes it; - reads stdin",
    flags: { load: sharedFlags.load, debug: sharedFlags.debug },
  },
} as const;

/** The values that a command receives: of its own flags `F`, and of those of its kind of argument. */
export type ValuesFor<K extends keyof typeof takes, F> = ValuesOf<F & (typeof takes)[K]['flags']>;

interface Row<K extends keyof typeof takes, F> {
  readonly name: string;
  readonly about: string;
  /** Its one argument: a model's file, or a text of the IR. */
  readonly takes: K;
  /** Its own, in the order of the help. */
  readonly flags: F;
  /** The end of the help text. */
  readonly more: string;
  /** Returns the exit code. */
  readonly run: (file: string, values: ValuesFor<K, F>, io: Io) => Promise<number>;
}

/** A command of any flags. */
export interface Command extends Omit<Row<keyof typeof takes, Readonly<Record<string, Flag>>>, 'run'> {
  readonly run: (file: string, values: never, io: Io) => Promise<number>;
}

export const command = <K extends keyof typeof takes, F extends Readonly<Record<string, Flag>>>(
  row: Row<K, F>,
): Command => row;
