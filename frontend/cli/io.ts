/** What the command line has to do with the world, so that a test can be the world. */
import { constants } from 'node:os';

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  /** All of the standard input. */
  readonly stdin?: () => Uint8Array;
  /** Texts that are no files, by the name that errors give them. */
  readonly texts?: Map<string, string>;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Has `f` called at each Ctrl-C, and each other signal that asks for the end, until the returned function is called. */
  onInterrupt(f: (signal?: NodeJS.Signals) => void): () => void;
  /** Has `f` called when output cannot be written, which ends the process otherwise. */
  onLostOutput?(f: (stream: 'stdout' | 'stderr', problem: NodeJS.ErrnoException) => void): void;
  /** Called with the files that a model consists of, where somebody wants to know. */
  readonly onFiles?: (paths: readonly string[]) => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Work that Ctrl-C ends with what there is; a second one ends the process at once. `clear` takes away what stands on the
 *  screen for the time being. */
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

/** Exit codes, those of sysexits.h where it has one. */
export const exits = { ok: 0, failed: 1, usage: 2, diverged: 3, bug: 70, interrupted: 130 } as const;

/** As shells tell of a process that a signal ended. */
export const exitOf = (signal: NodeJS.Signals = 'SIGINT'): number => 128 + (constants.signals[signal] ?? 2);

/** A training whose loss is no number any more. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
}

/** Options that do not fit together, or one that has no such value. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
