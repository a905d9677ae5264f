/** A text against a file that stands in the repository, and the two ways to accept a new one: a file that is not there yet
 *  is written, and one that differs is written anew by `vitest -u` or TAPEOUT_BLESS. Where CI is set neither happens. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Verdict } from './gradcheck.ts';

/** What a matcher knows of the test that runs it. */
export interface TestState {
  readonly isNot?: boolean;
  readonly testPath?: string;
  readonly currentTestName?: string;
  readonly snapshotState?: { readonly snapshotUpdateState?: string };
}

export type GoldenVerdict = Verdict & { readonly actual?: string; readonly expected?: string };

/** What this run wrote, so that two tests that share a file by mistake do not take turns in blessing it. */
const written = new Map<string, string>();
const used = new Map<string, number>();

export function matchGolden(text: string, path: string | undefined, state: TestState): GoldenVerdict {
  if (state.isNot) throw new TypeError('toMatchGolden has no opposite: a golden says what there is');
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
    return fail(`golden ${shown}: goldens are not blessed where CI is set. A person does it, who reads the diff.`);

  const golden = existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\r\n', '\n') : null;
  if (golden === text) return { pass: true, message: () => `golden ${shown}` };
  if (golden === null && (ci || mode === 'none'))
    return fail(
      `golden ${shown}: there is no such file. Run the tests where CI is not set, which writes it, and commit it.`,
    );
  if (golden !== null && mode !== 'all')
    return fail(`golden ${shown} is not what there is now. If the change is meant, bless it with \`vitest -u\`.`, {
      actual: text,
      expected: golden,
    });
  const before = written.get(file);
  if (before !== undefined && before !== text)
    return fail(
      `golden ${shown}: two expectations of this run have this file and differ. Give each a file of its own.`,
    );
  written.set(file, text);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return { pass: true, message: () => `golden ${shown}` };
}

/** The path as told, from the test's folder; or `goldens/<test file>/<test>.tir` beside the test. */
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
