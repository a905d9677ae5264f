/** PyTorch in a process of its own, asked line by line, so that it only computes while it is timed. */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../pytorch.py', import.meta.url));

/** PyTorch's settings. Which is fastest depends on the net and the batch, so that all are timed. */
const variants = ['eager', 'nomkldnn', 'channels_last', 'jit'];

/** The settings on so many threads. OpenBLAS and OpenMP each have threads of their own, which look on for work and take one
 *  another's cores: where convolutions are most of the work, matrix products on one thread may be faster. */
export const settingsOn = (/** @type {number} */ threads) => [
  ...variants.map((variant) => ({ name: variant, variant, threads, blas: threads })),
  ...(threads > 1 ? ['channels_last', 'jit'] : []).map((variant) => ({
    ...{ name: `${variant}-blas1`, variant, threads, blas: 1 },
  })),
];

// OpenBLAS takes its number of threads from here alone. With glibc's defaults freed activations go back to the kernel and
// are faulted in again by each step, or not, by luck of the heap's layout: these thresholds keep them, which is PyTorch's
// better case.
const environment = ({ threads, blas }) => ({
  OMP_NUM_THREADS: String(threads),
  OPENBLAS_NUM_THREADS: String(blas),
  MALLOC_MMAP_THRESHOLD_: '1073741824',
  MALLOC_TRIM_THRESHOLD_: '4294967296',
});

/** The first interpreter that has torch, or null. */
export function findPython() {
  const candidates = [process.env.PEERS_PYTHON, 'python3', '/usr/bin/python3'].filter((c) => c !== undefined);
  return candidates.find((c) => spawnSync(c, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0) ?? null;
}

/** Starts the interpreter with one of `settingsOn`, on ../pytorch.py or a script like it. `ask` sends a line and resolves to its
 *  answer; it rejects when the process ends instead. */
export async function startTorch(/** @type {string} */ python, setting, args = [script, String(setting.threads)]) {
  const child = spawn(python, args, {
    env: { ...process.env, ...environment(setting) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise((_, reject) => {
    child.on('error', reject);
    child.on('close', (code) => reject(new Error(`PyTorch's process ended with exit code ${code}`)));
  });
  ended.catch(() => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await Promise.race([lines.next(), ended]);
    return done ? ended : JSON.parse(value);
  };
  const { version } = await answer();
  return {
    ...setting,
    version,
    ask(/** @type {object} */ line) {
      child.stdin.write(`${JSON.stringify(line)}\n`);
      return answer();
    },
    stop: () => child.stdin.end(),
  };
}
