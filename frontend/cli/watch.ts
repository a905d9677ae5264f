/** `--watch`: runs a command again whenever a file changes that its model consists of. Each run is a process of its own, which
 *  starts with no op, pass or module that an earlier one registered, and which a later change ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { unwatchFile, watchFile } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitOf, type Io } from './io.ts';

/** Milliseconds between two looks at a file. Looking works on every file system, and with every way in which editors save. */
const interval = 200;

/** Until Ctrl-C; `argv` is the command line without --watch. Returns the exit code of that signal. */
export function watchCommand(argv: readonly string[], files: readonly string[], io: Io): Promise<number> {
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  const looked = new Set<string>();
  let [child, started]: [ChildProcess | null, number] = [null, 0];

  const look = (file: string): void => {
    if (looked.has(file)) return;
    looked.add(file);
    watchFile(file, { interval }, (now, before) => {
      if (now.mtimeMs !== before.mtimeMs || now.size !== before.size) start();
    });
  };
  const start = (): void => {
    child?.kill('SIGKILL');
    started = performance.now();
    const made = spawn(process.execPath, [main, ...argv], {
      cwd: io.cwd,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child = made;
    made.on('message', ({ files: used }: { files: readonly string[] }) => used.forEach(look));
    made.on('exit', (code) => {
      if (child !== made) return;
      child = null;
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      io.stderr.write(`${code === 0 ? 'done' : 'failed'} in ${seconds} s; waiting for a change, Ctrl-C ends\n`);
    });
  };
  return new Promise((end) => {
    const release = io.onInterrupt((signal) => {
      release();
      child?.kill('SIGKILL');
      child = null;
      for (const file of looked) unwatchFile(file);
      end(exitOf(signal));
    });
    for (const file of files) look(resolve(io.cwd, file));
    start();
  });
}
