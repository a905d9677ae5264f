/** docs/conv2d.md shows what the compiler prints: each of its blocks is part of what some stage makes of the page's model. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from '../frontend/pipeline/compile.ts';
import { loadModelFile } from '../frontend/source/load.ts';
import { folderOf } from './support/cli.ts';

test('docs/conv2d.md shows what stages print', async () => {
  const page = readFileSync(new URL('../docs/conv2d.md', import.meta.url), 'utf8');
  const [model = '', ...blocks] = [...page.matchAll(/^```(?:ts)?\n([\s\S]*?)^```$/gm)].map((m) => m[1] as string);
  const spec = await loadModelFile(join(folderOf({ 'net.ts': model }), 'net.ts'));
  const texts = await Promise.all(
    (['wasm', 'webgpu'] as const).map(async (target) => {
      const c = await compile(spec, { target });
      return c.stages.map((stage) => c.printed(stage));
    }),
  );
  // Without locations and indentation, line by line.
  const linesOf = (text: string): string[] =>
    text.split('\n').flatMap((line) => line.replace(/ *; .*$/, '').trim() || []);
  const stages = texts.flat().map(linesOf);
  expect(blocks.length).toBeGreaterThan(8);
  for (const block of blocks) {
    const wanted = linesOf(block);
    const isIn = (lines: readonly string[]): boolean => {
      let at = 0;
      for (const line of lines) if (line === wanted[at]) at++;
      return at === wanted.length;
    };
    expect(stages.some(isIn), block).toBe(true);
  }
});

test('docs/conv2d.md names files and folders that exist', () => {
  const page = readFileSync(new URL('../docs/conv2d.md', import.meta.url), 'utf8');
  const paths = [...page.matchAll(/`((?:ir|passes|codegen|frontend)\/[\w/.-]+)`/g)].map((m) => m[1] as string);
  expect(paths.length).toBeGreaterThan(20);
  expect(paths.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)))).toEqual([]);
});
