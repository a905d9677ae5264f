/**
 * Compiles models with a built Tapeout, all in this process, and trains what comes out. Plain JavaScript, so that every Node
 * that Tapeout runs in can run it. Writes one JSON object: what surrounds the process, and what it found for each model.
 *
 *   node reproduce.mjs PACKAGE OUT MODEL.ts...
 *
 * The bundle of MODEL.ts is left in OUT/MODEL, and that for WebGPU in OUT/MODEL-webgpu.
 */
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [tapeout = '', out = '', ...models] = process.argv.slice(2);
const built = (/** @type {string} */ path) => import(pathToFileURL(join(tapeout, 'dist/frontend', path)).href);
const { run } = await built('cli/program.js');
const { Generator } = await built('../runtime/random.js');

const steps = 100;
/** @type {Record<string, object>} */
const found = {};
for (const path of models) {
  const name = basename(path, '.ts');
  found[name] = { contentHash: await compiled(path, join(out, name)), ...(await trained(join(out, name))) };
  await compiled(path, join(out, `${name}-webgpu`), '--target', 'webgpu', '--gpu-features', 'subgroups,shader-f16');
}
const surroundings = { node: process.version, cwd: process.cwd(), offset: new Date(0).getTimezoneOffset() };
process.stdout.write(JSON.stringify({ surroundings, found }));

/** By the command line; gives the content hash that it prints. */
async function compiled(/** @type {string} */ path, /** @type {string} */ folder, /** @type {string[]} */ ...flags) {
  let [stdout, stderr] = ['', ''];
  const code = await run(['compile', path, '--out', folder, ...flags], {
    stdout: { write: (/** @type {string} */ text) => (stdout += text) },
    stderr: { write: (/** @type {string} */ text) => (stderr += text) },
    stdin: () => '',
    cwd: process.cwd(),
    env: process.env,
    onInterrupt: () => () => {},
    exit: () => {},
  });
  if (code !== 0) throw new Error(`tapeout compile ${path} gave ${code}:\n${stderr}`);
  return /^content hash ([0-9a-f]{64})$/m.exec(stdout)?.[1];
}

/** By the bundle alone: the first and last loss, and the SHA-256 of parameters, optimizer state and last outputs. */
async function trained(/** @type {string} */ folder) {
  const { load } = await import(pathToFileURL(join(folder, 'index.js')).href);
  const model = await load();
  const random = new Generator(1);
  const inputs = model.manifest.tensors.filter((/** @type {{ purpose: string }} */ t) => t.purpose === 'input');
  for (const { name, dtype, range = 2 } of inputs) {
    const data = model.input(name);
    for (let i = 0; i < data.length; i++) data[i] = dtype === 'f32' ? random.uniform(-1, 1) : random.random32() % range;
  }
  const losses = [];
  // Every other batch is a short one, which ends in what vectors and tiles leave over.
  for (let i = 0; i < steps; i++) losses.push(model.trainStep(model.maxBatch - (i % 2) * (i % 5)));
  const { output } = model.evaluate(model.maxBatch);
  const hash = createHash('sha256').update(model.toSafetensors({ state: true }));
  hash.update(new Uint8Array(output.buffer, output.byteOffset, output.byteLength));
  return { steps, losses: [losses[0], losses.at(-1)], bits: hash.digest('hex') };
}
