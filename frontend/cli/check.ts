/** A command of the user's that tells whether a text still fails. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '../data/error.ts';

export interface CheckOptions {
  /** A line for the shell; `{}` in it becomes the path of the text, which stands at its end where there is none. */
  readonly command: string;
  /** What the file is called. */
  readonly name: string;
  readonly cwd: string;
  /** In seconds. */
  readonly timeout: number;
}

/** How a check ended. `exit` is null where a signal ended it. */
export type Outcome =
  | { readonly kind: 'ended'; readonly exit: number | null; readonly output: string }
  | { readonly kind: 'hung'; readonly output: string }
  /** `stop` was called. */
  | { readonly kind: 'stopped' };

/** Of the output of one check; what follows is not looked at. */
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
      // In a group of its own, so that what it starts can be ended with it, and a Ctrl-C is left to us.
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
      // What it left running would hold its output open.
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

  /** Ends the run that is under way, and every later one at once. */
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
    // It has ended by itself.
  }
}

/** A path as one word of the shell. Most are as they stand, and so may be in quotation marks of the user's. */
const quoted = (path: string): string => {
  if (isWindows) return /\s/.test(path) ? `"${path}"` : path;
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
};
