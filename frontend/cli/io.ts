/** The command line's interface to the outside world, which tests replace. */
import { constants } from 'node:os';

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Reads all of standard input. */
  readonly stdin?: () => Uint8Array;
  /** Texts that were read, by the name that errors give them; not all are files. */
  readonly texts?: Map<string, string>;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls `f` at each Ctrl-C or other terminating signal, until the returned function is called. */
  onInterrupt(f: (signal?: NodeJS.Signals) => void): () => void;
  /** Calls `f` if output cannot be written; without it, that ends the process. */
  onLostOutput?(f: (stream: 'stdout' | 'stderr', problem: NodeJS.ErrnoException) => void): void;
  /** Called with the files that a model consists of. */
  readonly onFiles?: (paths: readonly string[]) => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Runs work that Ctrl-C ends early, keeping its result; a second Ctrl-C ends the process at once. `clear` removes temporary
 *  output from the screen. */
export async function interruptible<T>(
  io: Io,
  clear: () => void,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const release = io.onInterrupt((signal) => {
    clear();
    if (controller.signal.aborted) io.exit(exitOf(signal));
    controller.abort();
  });
  try {
    return await work(controller.signal);
  } finally {
    clear();
    release();
  }
}

/** Exit codes; those of sysexits.h if it has one. */
export const exits = { ok: 0, failed: 1, usage: 2, diverged: 3, bug: 70, interrupted: 130 } as const;

/** The exit code that shells report for a process ended by a signal. */
export const exitOf = (signal: NodeJS.Signals = 'SIGINT'): number => 128 + (constants.signals[signal] ?? 2);

/** An error of the command line, with the exit code of the program. */
export abstract class CliError extends Error {
  abstract readonly exit: number;
}

/** A training whose loss is no longer a number. */
export class DivergedError extends CliError {
  override readonly name = 'DivergedError';
  override readonly exit = exits.diverged;
}

/** Options that contradict each other, or one with a bad value. */
export class UsageError extends CliError {
  override readonly name = 'UsageError';
  override readonly exit = exits.usage;
}
