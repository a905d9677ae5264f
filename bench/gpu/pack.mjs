/**
 * Packs a benchmark of WebGPU for a machine that has a GPU and nothing else: Node, Dawn, the loader of Vulkan and the compiled
 * nets, in one archive. Runs where this repository is; ../gpu/README.md says how to go on.
 *
 *   node bench/gpu/pack.mjs [--loader /path/of/libvulkan.so.1] [--out out/gpu-bench.tar.xz]
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleOf, writeFiles } from '../../dist/frontend/files/output.js';
import { compile } from '../../dist/frontend/pipeline/compile.js';
import { readArguments } from '../lib/arguments.mjs';
import { nets } from './nets.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const usual = ['/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib'].map((folder) => join(folder, 'libvulkan.so.1'));
const usage = 'node bench/gpu/pack.mjs [--loader /path/of/libvulkan.so.1] [--out out/gpu-bench.tar.xz]';
const { values } = readArguments(usage, { options: { loader: { type: 'string' }, out: { type: 'string' } } });
const loader = values.loader ?? usual.find((path) => existsSync(path));
if (!loader || !existsSync(loader))
  fail('there is no loader of Vulkan here: install libvulkan1, or name its libvulkan.so.1 with --loader.');
const archive = resolve(values.out ?? join(root, 'out/gpu-bench.tar.xz'));
const folder = archive.replace(/\.tar\.xz$/, '');

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, { spec, batches }] of Object.entries(nets)) {
  const files = new Map(await bundleOf(await compile(spec, { target: 'webgpu', entries: ['train_step'] })));
  // Random numbers do not compress; time.mjs makes its own.
  for (const file of ['weights.safetensors', 'SHA256SUMS']) files.delete(file);
  writeFiles(join(folder, name), files);
  writeFileSync(join(folder, name, 'batches.json'), JSON.stringify(batches));
}
copyFileSync(realpathSync(process.execPath), join(folder, 'node'));
chmodSync(join(folder, 'node'), 0o755);
copyFileSync(join(root, 'node_modules/webgpu/dist/linux-x64/dawn.node'), join(folder, 'dawn.node'));
// Dawn looks for it first in its own folder.
copyFileSync(realpathSync(loader), join(folder, 'libvulkan.so.1'));
for (const file of ['run.sh', 'time.mjs', 'pytorch.py']) copyFileSync(join(here, file), join(folder, file));
// Debug symbols are half of Node; a machine without strip packs them too.
spawnSync('strip', [join(folder, 'node')]);
const tar = spawnSync('tar', ['-cJf', archive, '-C', dirname(folder), basename(folder)], { encoding: 'utf8' });
if (tar.status !== 0) fail(`tar: ${tar.error?.message ?? tar.stderr}`);
process.stdout.write(`${archive}\n`);

/** @returns {never} */
function fail(/** @type {string} */ message) {
  process.stderr.write(`pack: ${message}\n`);
  process.exit(1);
}
