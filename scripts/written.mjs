/** Sources that `npm run docs` writes. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const biome = fileURLToPath(new URL('../node_modules/@biomejs/biome/bin/biome', import.meta.url));

/** Writes a file of TypeScript, formatted. With --check on the command line it writes nothing, and the process fails where the file
 *  is out of date. */
export function writeSource(/** @type {string} */ target, /** @type {string} */ text) {
  const formatted = execFileSync(process.execPath, [biome, 'check', '--write', `--stdin-file-path=${target}`], {
    input: text,
    encoding: 'utf8',
  });
  if (!process.argv.includes('--check')) return writeFileSync(target, formatted);
  if (readFileSync(target, 'utf8') === formatted) return;
  console.error(`${relative(root, target)} is out of date: npm run docs`);
  process.exitCode = 1;
}
