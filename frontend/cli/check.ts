/** The user's command that checks whether a text still fails. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '../../runtime/data/error.ts';

export interface CheckOptions {
  /** A shell command line. `{}` is replaced by the path of the text; without `{}`, the path is appended. */
  readonly command: string;
  /** The name of the file. */
  readonly name: string;
  readonly cwd: string;
  /** In seconds. */
  readonly timeout: number;
}

/** The outcome of a check. `exit` is null if a signal ended it. */
export type Outcome =
  | { readonly kind: 'ended'; readonly exit: number | null; readonly output: string }
  | { readonly kind: 'hung'; readonly output: string }
  /** `stop` was called. */
  | { readonly kind: 'stopped' };

/** The number of characters of a check's output that are kept. */
const mostOutput = 8 * 2 ** 20;
const isWindows = process.platform === 'win32';

export class Check {
  readonly #options: CheckOptions;
  readonly #folder: string;
  readonly #line: string;
  readonly #file: string;
  #child: ChildProcess | null = null;
  #isStopped = false;

  constructor(options: CheckOptions) {
    this.#options = options;
    this.#folder = mkdtempSync(join(tmpdir(), 'tapeout-reduce-'));
    this.#file = join(this.#folder, options.name);
    const path = quoted(this.#file);
    this.#line = options.command.includes('{}')
      ? options.command.replaceAll('{}', () => path)
      : `${options.command} ${path}`;
  }

  /** Runs the command on a text. One at a time. */
  run(text: string): Promise<Outcome> {
    writeFileSync(this.#file, text);
    return new Promise((resolve, reject) => {
      // In its own process group, so that its children can be killed with it, and Ctrl-C reaches only this process.
      const child = spawn(this.#line, {
        shell: true,
        cwd: this.#options.cwd,
        detached: !isWindows,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      this.#child = child;
      let output = '';
      let isLate = false;
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (more: string) => {
          if (output.length < mostOutput) output += more;
        });
      const timer = setTimeout(() => {
        isLate = true;
        end(child);
      }, this.#options.timeout * 1000);
      child.on('error', (e) => reject(new DataError(`--check: the shell cannot be started: ${e.message}.`)));
      // Children that it left running would keep its output open.
      child.on('exit', () => end(child));
      child.on('close', (exit) => {
        clearTimeout(timer);
        this.#child = null;
        if (this.#isStopped) resolve({ kind: 'stopped' });
        else resolve(isLate ? { kind: 'hung', output } : { kind: 'ended', exit, output });
      });
      if (this.#isStopped) end(child);
    });
  }

  /** Ends the current run, and every later one immediately. */
  stop(): void {
    this.#isStopped = true;
    if (this.#child) end(this.#child);
  }

  /** Removes the file. */
  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function end(child: ChildProcess): void {
  try {
    if (isWindows || child.pid === undefined) child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has already ended.
  }
}

/** A path as one word of the shell. Plain paths are not quoted, so that the user's command may quote `{}`. */
const quoted = (path: string): string => {
  if (isWindows) return /\s/.test(path) ? `"${path}"` : path;
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
};
