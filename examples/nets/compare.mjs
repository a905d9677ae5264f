/**
 * Times the training step of the nets of this folder against PyTorch's, in turns, on one thread each, and prints a table.
 *
 *   npm run nets:compare -- [NAME ...] [--curves FILE]
 *
 * PEERS_PYTHON names a Python with torch, otherwise python3 or /usr/bin/python3. With --curves it draws the losses of 200 steps and
 * the stored ones of PyTorch into a file instead, and says how far they are apart.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { clock, median } from '../../bench/lib/clock.mjs';
import { findPython, startTorch } from '../../bench/lib/torch.mjs';
import { bundleOf } from '../../dist/frontend/files/output.js';
import { compile } from '../../dist/frontend/pipeline/compile.js';
import { loadUserFile } from '../../dist/frontend/source/load.js';
import { instantiate } from '../../dist/runtime/index.js';
import { tasks } from './data.mjs';
import { curvesSvg } from './pictures.mjs';

const [rounds, budgetMs] = [7, 300];
const at = dirname(fileURLToPath(import.meta.url));
const { values: flags, positionals } = parseArgs({ options: { curves: { type: 'string' } }, allowPositionals: true });
const names = positionals.length > 0 ? positionals : Object.keys(tasks);
if (flags.curves !== undefined) {
  const drawn = [];
  for (const name of names) drawn.push(await curve(name));
  writeFileSync(flags.curves, curvesSvg(drawn));
  process.exit();
}
const python = findPython();
const rows = [];
let torchVersion = null;
for (const name of names) rows.push(await measured(name));

const head = ['net', 'parameters', 'samples', 'bundle', 'compiled in', 'Tapeout', 'PyTorch', 'of it'];
const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
console.log([head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map(line).join('\n'));
const date = new Date().toISOString().slice(0, 10);
console.log(`\n${cpus()[0]?.model}, Node ${process.versions.node}, PyTorch ${torchVersion ?? 'absent'}, ${date}`);

/** The net as it is beside PyTorch, at its first step; and how long compilations take. */
async function made(/** @type {string} */ name, compilations = 1) {
  const exported = await loadUserFile(join(at, `${name}.ts`));
  const took = [];
  let compiled;
  for (let i = 0; i < compilations; i++) {
    const start = performance.now();
    compiled = await compile(exported.beside ?? exported.default);
    took.push(performance.now() - start);
  }
  const { wasm, manifest, weights } = compiled;
  const net = await instantiate(wasm, manifest, weights);
  const { startsFrom } = tasks[name];
  if (startsFrom) net.loadStateDict(readFileSync(join(at, startsFrom)), { strict: false });
  return { net, compiled, took };
}

async function curve(/** @type {string} */ name) {
  const { net } = await made(name);
  const { size, batch } = tasks[name];
  const { losses: torch } = JSON.parse(readFileSync(join(at, 'curves', `${name}.json`), 'utf8'));
  const ours = torch.map((_, k) => net.trainStep(...batch(k, size)));
  const apart = Math.max(...ours.map((loss, k) => Math.abs(loss - torch[k]) / Math.max(1, torch[k])));
  console.log(`${name}: at most ${apart.toExponential(1)} apart, relative above 1`);
  return { name, torch, ours };
}

async function measured(/** @type {string} */ name) {
  const task = tasks[name];
  const { net, compiled, took } = await made(name, 3);
  const batches = Array.from({ length: 16 }, (_, k) => task.batch(k, task.size));
  let k = 0;
  const step = () => net.trainStep(...batches[k++ % batches.length]);
  const torch = python
    ? await startTorch(python, { threads: 1, blas: 1 }, [join(at, 'beside.py'), '--time', name])
    : null;
  torchVersion = torch?.version ?? null;
  clock(step, { budgetMs: 1000 }); // V8 compiles the module a second time once it runs often
  const [ours, theirs] = [[], []];
  for (let r = 0; r < rounds; r++) {
    ours.push(clock(step, { budgetMs }).median);
    if (torch) theirs.push((await torch.ask({ ms: budgetMs })).ms);
  }
  torch?.stop();
  const bytes = [...(await bundleOf(compiled)).values()].reduce((n, f) => n + Buffer.byteLength(f), 0);
  const parameters = Object.values(net.parameters).reduce((n, p) => n + p.length, 0);
  const [a, b] = [median(ours), theirs.length > 0 ? median(theirs) : Number.NaN];
  const count = (/** @type {number} */ n) => n.toLocaleString('en');
  return [
    ...[name, count(parameters), String(task.size), count(bytes), `${Math.round(median(took))} ms`],
    ...[`${a.toFixed(2)} ms`, `${b.toFixed(2)} ms`, (a / b).toFixed(2)],
  ];
}
