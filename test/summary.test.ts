/** The closing lines of a test run: a test that did not run is a failure, or says why. */
import { spawnSync } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderOf, root } from './support/cli.ts';
import { longest, quick } from './support/test-files.ts';

test('tests that a failed hook skips count as failed, and skipped tests say why', () => {
  const folder = folderOf({
    'a.test.mjs': `import { beforeAll, describe, test } from 'vitest';
      test('runs', () => {});
      test('cannot run [left out: there is no moon]', { skip: true }, () => {});
      test('gives up', (t) => t.skip('it is new moon'));
      test.skip('says nothing', () => {});
      describe('a suite', () => {
        beforeAll(() => { throw new Error('the hook fails'); });
        test('one', () => {});
        test('two', () => {});
      });`,
    'vitest.config.mjs': 'export default {}',
  });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const reporter = join(root, 'test/support/summary-reporter.ts');
  const { stdout, status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder, '--reporter', reporter],
    { encoding: 'utf8', env: { PATH: process.env.PATH, CI: 'true' } },
  );
  expect(stdout.trim().split('\n')).toEqual([
    'failed, as it did not run and does not say why: a.test.mjs: says nothing',
    'failed, as it did not run and does not say why: a.test.mjs: a suite > one',
    'failed, as it did not run and does not say why: a.test.mjs: a suite > two',
    '1 skipped: there is no moon',
    '1 skipped: it is new moon',
    '1 passed, 4 failed, 2 skipped',
  ]);
  expect(status).toBe(1);
});

test('files listed as long or quick exist, and none is both', () => {
  const named = [...longest, ...quick];
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  expect(new Set(named).size).toBe(named.length);
});
