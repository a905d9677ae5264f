/**
 * Trains a net of this folder on its data, prints the loss of held-out samples and what shows that it has learnt, and writes the
 * compiled net with its weights and its loss curve.
 *
 *   npm run nets -- NAME [--steps 1000] [--size SAMPLES] [-o FOLDER]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleOf } from '../../dist/frontend/files/output.js';
import { compile } from '../../dist/frontend/pipeline/compile.js';
import { lossCurveSvg } from '../../dist/frontend/report/curve.js';
import { loadUserFile } from '../../dist/frontend/source/load.js';
import { instantiate } from '../../dist/runtime/index.js';
import { tasks } from './data.mjs';
import { shows } from './shows.mjs';

const names = Object.keys(tasks);
const { values: flags, positionals } = parseArgs({
  options: {
    steps: { type: 'string', default: '1000' },
    size: { type: 'string' },
    out: { type: 'string', short: 'o', default: 'tapeout-out/nets' },
  },
  allowPositionals: true,
});
const [name] = positionals;
if (name === undefined || !names.includes(name)) {
  console.error(`npm run nets -- NAME, one of ${names.join(', ')}`);
  process.exit(2);
}

const at = dirname(fileURLToPath(import.meta.url));
const exported = await loadUserFile(join(at, `${name}.ts`));
const task = tasks[name];
const size = Number(flags.size ?? task.size);
const spec = { ...exported.default, maxBatch: Math.max(size, exported.default.maxBatch) };
// Noise and masks are for PyTorch: a net by itself draws its own.
const namesOf = (/** @type {typeof spec} */ { inputs, targets }) => [...inputs, ...targets].map(([name]) => name);
const all = namesOf(exported.beside ?? spec);
const own = (/** @type {readonly unknown[]} */ given) => given.filter((_, i) => namesOf(spec).includes(all[i]));
const started = performance.now();
const compiled = await compile(spec);
const { wasm, manifest, weights } = compiled;
console.log(`${name}: ${wasm.length} bytes of WebAssembly, compiled in ${Math.round(performance.now() - started)} ms`);

const net = await instantiate(wasm, manifest, weights);
if (task.startsFrom) net.loadStateDict(readFileSync(join(at, task.startsFrom)), { strict: false });
const steps = Number(flags.steps);
const losses = [];
for (let step = 0; step < steps; step++) {
  losses.push(net.trainStep(...own(task.batch(step, size))));
  if ((step + 1) % Math.ceil(steps / 10) === 0 || step === steps - 1)
    console.log(`step ${String(step + 1).padStart(5)}  loss ${mean(losses.slice(-50)).toFixed(4)}  ${heldOut()}`);
}

const folder = join(flags.out, name);
mkdirSync(folder, { recursive: true });
const files = new Map([
  ...(await bundleOf(compiled)),
  ['trained.safetensors', net.toSafetensors()],
  ['loss.svg', lossCurveSvg({ title: `${name}: training loss`, train: losses, marks: [] })],
  ...((await shows[name]?.(net, exported)) ?? []),
]);
for (const [file, data] of files) writeFileSync(join(folder, file), data);
console.log(`wrote to ${folder}: ${[...files.keys()].join(', ')}`);

/** The loss of held-out samples, and the share of labels that are right where targets are labels. */
function heldOut(chunks = 20, count = 50) {
  const all = own(task.held(chunks * count));
  // What steps carry to each other is put aside.
  const state = net.toSafetensors({ state: true });
  const parts = Array.from({ length: chunks }, (_, i) => {
    const part = all.map((t) => t.subarray((i * t.length) / chunks, ((i + 1) * t.length) / chunks));
    net.resetState();
    return { ...net.evaluate(...part) }; // which returns the same object each time
  });
  net.loadStateDict(state);
  const loss = `held out ${mean(parts.map((p) => p.loss)).toFixed(4)}`;
  const labels = all.at(-1).length;
  const { correct } = parts[0];
  if (correct === null) return loss;
  return `${loss}, ${((100 * parts.reduce((n, p) => n + p.correct, 0)) / labels).toFixed(2)}% right`;
}

function mean(/** @type {number[]} */ values) {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
