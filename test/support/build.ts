/** The built package, for tests that run it in a process of its own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
/** The URL of its folder. */
export const dist = new URL('../../dist/', import.meta.url).href;

let built = false;
/** Compiles the sources if they changed, one test process at a time. */
export function build(): void {
  if (built) return;
  const lock = join(root, 'node_modules/.cache/tapeout.lock');
  mkdirSync(dirname(lock), { recursive: true });
  const patience = Date.now() + 60_000;
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      if (Date.now() > patience) break; // its creator is gone
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
  try {
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/setup.mjs')], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    built = true;
  } finally {
    rmdirSync(lock);
  }
}
