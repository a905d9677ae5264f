/**
 * Runs examples/golden-tests as a user's project would: against the tarball that `npm pack` makes, in a folder of its own.
 * Nothing is fetched: what the tarball depends on, Vitest and TypeScript are linked from node_modules.
 *
 *   node scripts/test-packed.mjs [-u]      -u takes the goldens and inline snapshots that the run writes back
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const example = join(root, 'examples', 'golden-tests');
const update = process.argv.includes('-u');
// The resolved path: Vitest compares it with those that Node resolves.
const folder = mkdtempSync(join(tmpdir(), 'tapeout-packed-'));
const at = (/** @type {string[]} */ ...parts) => join(folder, ...parts);

try {
  run('build', process.execPath, [join(root, 'scripts', 'setup.mjs')], root);
  const npm = process.env.npm_execpath;
  const pack = ['pack', '--ignore-scripts', '--offline', '--json', '--pack-destination', folder];
  const packed = npm?.endsWith('.js')
    ? run('pack', process.execPath, [npm, ...pack], root)
    : run('pack', process.platform === 'win32' ? 'npm.cmd' : 'npm', pack, root, process.platform === 'win32');
  const [{ filename, size }] = JSON.parse(packed.slice(packed.indexOf('[\n')));

  cpSync(example, at('project'), { recursive: true, filter: (path) => basename(path) !== 'node_modules' });
  mkdirSync(at('project', 'node_modules'));
  // Relative, as some tars take C: for a host.
  run('unpack', 'tar', ['-xzf', filename], folder);
  renameSync(at('package'), at('project', 'node_modules', 'tapeout'));
  const { dependencies } = JSON.parse(readFileSync(at('project', 'node_modules', 'tapeout', 'package.json'), 'utf8'));
  for (const name of [...Object.keys(dependencies), 'vitest', 'typescript'])
    symlinkSync(join(root, 'node_modules', name), at('project', 'node_modules', name), 'junction');

  const tool = (/** @type {string} */ path) => join(root, 'node_modules', path);
  run('types', process.execPath, [tool('typescript/bin/tsc'), '-p', at('project')], at('project'));
  const tests = run(
    'tests',
    process.execPath,
    [tool('vitest/vitest.mjs'), 'run', ...(update ? ['-u'] : [])],
    at('project'),
  );
  if (update) cpSync(at('project'), example, { recursive: true, filter: (path) => basename(path) !== 'node_modules' });
  process.stdout.write(`${tests.trim()}\n\ntarball: ${size} bytes\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The output of a command. Throws with all of it if the command fails. */
function run(
  /** @type {string} */ what,
  /** @type {string} */ command,
  /** @type {string[]} */ args,
  /** @type {string} */ cwd,
  shell = false,
) {
  // Not the outer Vitest's variables: the inner run is one of its own.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV|TEST$|MODE$)/.test(name)),
  );
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    shell,
    encoding: 'utf8',
    env: { ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status === 0) return stdout;
  process.stderr.write(`test-packed: ${what} failed\n${[error?.message, stdout, stderr].filter(Boolean).join('\n')}\n`);
  rmSync(folder, { recursive: true, force: true });
  process.exit(1);
}
