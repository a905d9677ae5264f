/** `--watch`: runs a command again whenever a file of its model changes. Each run is a new process, without the ops, passes and
 *  modules of earlier ones, and is killed by the next change. */
import { type ChildProcess, spawn } from 'node:child_process';
import { unwatchFile, watchFile } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitOf, type Io } from './io.ts';

/** Milliseconds between polls of a file. Polling works on every file system, and however editors save. */
const interval = 200;

/** Runs until Ctrl-C and returns its exit code; `argv` is the command line without --watch. */
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
      io.stderr.write(`${code === 0 ? 'done' : 'failed'} in ${seconds} s; waiting for a change, Ctrl-C to end\n`);
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
