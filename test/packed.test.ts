/** The example project of golden tests, run as a user's: with the tarball that would be published, not with the sources. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const script = resolve(import.meta.dirname, '../scripts/test-packed.mjs');

test('a custom op, a custom pass and a model pass their tests against the packed tarball', async () => {
  const bless = process.env.TAPEOUT_BLESS ? ['-u'] : [];
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...bless]);
  expect(stdout).toMatch(/Tests +\d+ passed \(\d+\)/);
}, 180_000);
