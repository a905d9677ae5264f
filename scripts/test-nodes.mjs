/**
 * Compiles and trains with further versions of Node, each fetched by npm into a temporary folder, and compares with this one:
 * test/reproducible.test.ts. Needs the network, hence no part of `npm test`.
 *
 *   npm run test:nodes [-- VERSION...]      22, 24 and 26 unless told
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentForNpm, npm } from './npm.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const versions = process.argv.length > 2 ? process.argv.slice(2) : ['22', '24', '26'];
const folder = mkdtempSync(join(tmpdir(), 'tapeout-nodes-'));
try {
  const nodes = versions.map(fetched);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/reproducible.test.ts'], {
    cwd: root,
    env: { ...process.env, TAPEOUT_NODES: nodes.join(delimiter) },
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} catch (error) {
  process.stderr.write(`test-nodes: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The path of a version's program. Its package `node` fetches the one for this system when it is installed. */
function fetched(/** @type {string} */ version) {
  const prefix = join(folder, version);
  const args = ['install', '--prefix', prefix, '--no-save', '--no-audit', '--no-fund', `node@${version}`];
  const { status, stdout, stderr, error } = npm(args, { cwd: folder, env: environmentForNpm(), encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm cannot install node@${version}:\n${error?.message ?? stdout + stderr}`);
  const program = join(prefix, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
  const said = existsSync(program) ? spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout : '';
  if (!said)
    throw new Error(`node@${version} came without its program. Does npm run install scripts (ignore-scripts)?`);
  process.stderr.write(`fetched Node ${said.trim()}\n`);
  return program;
}
