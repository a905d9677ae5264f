/**
 * Accepts today's output as the goldens, for a person to review as a diff: `npm run bless [-- test file or filter]`.
 * A CI run must never do that, so this refuses there, and vitest.config.ts does too.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

if (process.env.CI) {
  process.stderr.write('bless: refused, because CI is set. Goldens are updated by a person who reads the diff.\n');
  process.exit(1);
}
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const env = { ...process.env, TAPEOUT_BLESS: '1' };
for (const args of [
  ['scripts/setup.mjs'],
  // Last, as --update would take a filter behind it for its own value, and bless everything.
  ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2), '--update'],
]) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
