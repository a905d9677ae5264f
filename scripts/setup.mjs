/**
 * Makes a bare clone ready: installs what package-lock.json names and compiles the sources into dist/, each only when
 * needed. Runs before `npm start` and `npm test`, so it uses Node's built-ins alone and, the second time, no network.
 *
 *   node scripts/setup.mjs [--no-build | --rebuild]
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentForNpm, npm } from './npm.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (/** @type {string[]} */ ...parts) => join(root, ...parts);
const sources = ['ir', 'passes', 'codegen', 'frontend', 'runtime'];
const stamp = at('node_modules', '.cache', 'tapeout', 'build');

requireNode(20, 19);
if (!installed()) step('installing dependencies (npm ci)', npmCi);
if (!process.argv.includes('--no-build')) {
  const fingerprint = fingerprintOfSources();
  if (process.argv.includes('--rebuild') || !built(fingerprint)) step('compiling to dist/', () => build(fingerprint));
}

function requireNode(/** @type {number} */ major, /** @type {number} */ minor) {
  const [haveMajor = 0, haveMinor = 0] = process.versions.node.split('.').map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  fail(`Tapeout needs Node ${major}.${minor} or newer, and this is Node ${process.versions.node}.`);
}

/** True if node_modules has all packages of the lock file. Optional ones may be absent: they are binaries of other platforms. */
function installed() {
  const [locked, present] = [at('package-lock.json'), at('node_modules', '.package-lock.json')].map(readPackages);
  if (!locked) fail('package-lock.json is missing or unreadable. Restore it with `git checkout package-lock.json`.');
  if (!present) return false;
  return Object.entries(locked).every(([path, { version, optional }]) => {
    if (path === '') return true;
    const there = present[path];
    return there ? there.version === version && existsSync(at(path)) : optional === true;
  });
}

/** @returns {Record<string, { version?: string, optional?: boolean }> | null} */
function readPackages(/** @type {string} */ path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return null;
  }
}

function npmCi() {
  // --include=dev: the compiler and the test runner are needed even where NODE_ENV says production.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  return npm(args, { cwd: root, env: environmentForNpm(), encoding: 'utf8' });
}

/** A hash over names and contents, so that a deleted or renamed source counts too, which times of change would miss. */
function fingerprintOfSources() {
  const hash = createHash('sha256');
  const add = (/** @type {string} */ path) =>
    hash
      .update(`${path}\0`)
      .update(readFileSync(at(path)))
      .update('\0');
  ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/glue.mjs'].forEach(add);
  sources.flatMap(filesUnder).forEach(add);
  return hash.digest('hex');
}

/** @returns {string[]} */
function filesUnder(/** @type {string} */ folder) {
  if (!existsSync(at(folder))) return [];
  const entries = readdirSync(at(folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesUnder(path) : entry.name.endsWith('.ts') ? [path] : [];
  });
}

function built(/** @type {string} */ fingerprint) {
  return existsSync(at('dist')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint;
}

function build(/** @type {string} */ fingerprint) {
  rmSync(stamp, { force: true });
  rmSync(at('dist'), { recursive: true, force: true });
  const node = (/** @type {string[]} */ ...args) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  const compiled = node(at('node_modules', 'typescript', 'bin', 'tsc'), '-p', at('tsconfig.build.json'));
  const result = compiled.status === 0 ? node(at('scripts', 'glue.mjs'), at('dist', 'glue')) : compiled;
  if (result.status === 0) {
    // `npx tapeout` runs the file itself.
    for (const file of Object.values(JSON.parse(readFileSync(at('package.json'), 'utf8')).bin))
      chmodSync(at(file), 0o755);
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, fingerprint);
  }
  return result;
}

/** One line that says what happens and how long it took. The tool's own output shows only when it fails. */
function step(
  /** @type {string} */ title,
  /** @type {() => import('node:child_process').SpawnSyncReturns<string>} */ work,
) {
  process.stderr.write(`tapeout: ${title} ... `);
  const start = performance.now();
  const { status, stdout, stderr, error } = work();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (status === 0) {
    process.stderr.write(`done in ${seconds} s\n`);
    return;
  }
  process.stderr.write(`failed after ${seconds} s\n`);
  fail([error?.message, stdout, stderr].filter(Boolean).join('\n').trim());
}

/** @returns {never} */
function fail(/** @type {string} */ message) {
  process.stderr.write(`${message}\n`);
  // Whoever reads the last line of `npm test` should not mistake a set-up that failed for a run that said nothing.
  if (process.env.npm_lifecycle_event === 'pretest') process.stdout.write('0 passed, 1 failed\n');
  process.exit(1);
}
