/** Compares a text with a file in the repository. A missing file is written, and one that differs is rewritten by `vitest -u` or
 *  TAPEOUT_BLESS. With CI set, neither happens. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Verdict } from './gradcheck.ts';

/** Vitest's state of a matcher: the test that runs it, and the mode of snapshots. */
export interface TestState {
  readonly isNot?: boolean;
  readonly testPath?: string;
  readonly currentTestName?: string;
  readonly snapshotState?: { readonly snapshotUpdateState?: string };
}

export type GoldenVerdict = Verdict & { readonly actual?: string; readonly expected?: string };

/** The texts written in this run, to find two tests that share a file by mistake. */
const written = new Map<string, string>();
const used = new Map<string, number>();

export function matchGolden(text: string, path: string | undefined, state: TestState): GoldenVerdict {
  if (state.isNot) throw new TypeError('toMatchGolden cannot be negated');
  const file = fileOf(path, state);
  const shown = relative(process.cwd(), file).replaceAll('\\', '/');
  const ci = Boolean(process.env.CI);
  const mode = process.env.TAPEOUT_BLESS ? 'all' : (state.snapshotState?.snapshotUpdateState ?? 'new');
  const fail = (message: string, more: object = {}): GoldenVerdict => ({
    pass: false,
    message: () => message,
    ...more,
  });
  if (ci && mode === 'all')
    return fail(`golden ${shown}: goldens are not blessed in CI. Bless it locally, and review the diff.`);

  const golden = existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\r\n', '\n') : null;
  if (golden === text) return { pass: true, message: () => `golden ${shown}` };
  if (golden === null && (ci || mode === 'none'))
    return fail(
      `golden ${shown}: there is no such file. Run the tests without CI set, which writes it, and commit it.`,
    );
  if (golden !== null && mode !== 'all')
    return fail(
      `golden ${shown} differs from the actual text. If the change is intended, bless it with \`vitest -u\`.`,
      {
        actual: text,
        expected: golden,
      },
    );
  const before = written.get(file);
  if (before !== undefined && before !== text)
    return fail(
      `golden ${shown}: two expectations in this run use this file, with different texts. Give each its own file.`,
    );
  written.set(file, text);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return { pass: true, message: () => `golden ${shown}` };
}

/** The given path, relative to the test's folder; or `goldens/<test file>/<test>.tir` beside the test. */
function fileOf(path: string | undefined, { testPath, currentTestName }: TestState): string {
  if (path !== undefined) return isAbsolute(path) || !testPath ? resolve(path) : resolve(dirname(testPath), path);
  if (!testPath || !currentTestName)
    throw new TypeError('toMatchGolden: outside of a test, name the file: toMatchGolden("goldens/model.tir")');
  const slug = (s: string): string => s.replace(/[^\w.-]+/g, '-').replace(/^-+|-+$/g, '') || 'test';
  const base = join(
    dirname(testPath),
    'goldens',
    slug(basename(testPath).replace(/\.(test|spec)\.\w+$/, '')),
    slug(currentTestName),
  );
  const times = (used.get(base) ?? 0) + 1;
  used.set(base, times);
  return times === 1 ? `${base}.tir` : `${base}.${times}.tir`;
}
