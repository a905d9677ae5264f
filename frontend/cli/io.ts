/** What the command line has to do with the world, so that a test can be the world. */

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
  /** Has `f` called at each Ctrl-C, until the returned function is. */
  onInterrupt(f: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Exit codes, those of sysexits.h where it has one. */
export const exits = { ok: 0, failed: 1, usage: 2, bug: 70, interrupted: 130 } as const;

/** Options that do not fit together, or one that has no such value. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
