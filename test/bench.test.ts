/** `bench/compile.mjs` calls each stage by itself, untyped: a small net of each kind runs through it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { build, root } from './support/build.ts';

beforeAll(build, 180_000);

test('measures how long a text takes to become WebAssembly', () => {
  const args = [join(root, 'bench/compile.mjs'), '--ops', '30'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect([stderr, status]).toEqual(['', 0]);
  expect(stdout.match(/^(mlp|conv|emit|wasm bytes)\b/gm)).toEqual([
    'mlp',
    'emit',
    'wasm bytes',
    'conv',
    'emit',
    'wasm bytes',
  ]);
  expect(stdout).not.toMatch(/NaN|undefined/);
});
