/**
 * Tapeout as a driver of the harness in shared/peers: LeNet, with that harness's weights, inputs and labels.
 *
 *   PEERS_DIR=… node bench/peer-driver.mjs --batches 1,8 --modes train,infer --threads 2 --budget-ms 300 [--cold]
 *
 * Prints one line of JSON for each mode and batch. The first six losses are held against the harness's float64 reference
 * before anything is timed. What is loaded is a module compiled beforehand, as a page would: compiled modules are kept in
 * node_modules/.cache, and made when they are missing or stem from other sources.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clock } from './lib/clock.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tolerance = 2e-5;

const options = readOptions(process.argv.slice(2));
const emit = (/** @type {object} */ line) => writeSync(1, `${JSON.stringify(line)}\n`);
const rss = () => Math.round(process.resourceUsage().maxRSS / 102.4) / 10;
const short = (/** @type {unknown} */ e) =>
  String(e instanceof Error ? e.message : e)
    .split('\n')[0]
    .slice(0, 300);

if (!existsSync(join(root, 'dist')))
  spawnSync(process.execPath, [join(root, 'scripts/setup.mjs')], { stdio: ['ignore', 2, 2] });
const { crossEntropy, load, open } = await import('./lib/load.mjs');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const peer = { peer: 'tapeout', threads: options.threads, version };

if (options.cold) await cold();
else {
  const fixture = readFixture();
  let warmed = false; // what is timed first also warms the engine's compilers
  for (const mode of options.modes)
    for (const batch of options.batches) {
      try {
        emit({ ...peer, mode, batch, ...(await measure(fixture, mode, batch, warmed)), peak_rss_mb: rss() });
        warmed = true;
      } catch (error) {
        emit({ ...peer, mode, batch, error: short(error) });
      }
    }
}

async function measure(fixture, mode, batch, warmed) {
  const net = await compiled(batch);
  const start = performance.now();
  const [x, y] = [fixture.tensors.x.subarray(0, batch * 1024), fixture.tensors.y.subarray(0, batch)];
  const model = await load(net, weightsOf(fixture), x, y);
  const step = model[mode];
  const wanted = fixture.loss[batch];
  if (!wanted) throw new Error(`the fixture has no losses for a batch of ${batch}`);

  const first = step();
  const firstMs = performance.now() - start;
  const losses = mode === 'train' ? [first] : [crossEntropy(first, y)];
  if (mode === 'train') while (losses.length < (options.quickCheck ? 2 : wanted.length)) losses.push(step());
  const off = Math.max(...losses.map((loss, i) => Math.abs(loss - wanted[i])));

  const { budgetMs } = options;
  const timed = clock(step, { budgetMs, warmMs: warmed ? budgetMs * 0.4 : Math.max(1000, budgetMs * 0.4) });
  model.dispose();
  return {
    ms_per_step: timed.median,
    samples_per_s: (batch * 1000) / timed.median,
    ms_min: timed.min,
    ms_p90: timed.p90,
    steps: timed.steps,
    first_ms: firstMs,
    loss: losses[0],
    check: off < tolerance ? 'ok' : `BAD ${off.toExponential(2)}`,
  };
}

/** One step of the first mode at the first batch, with as little around it as a user's program has. */
async function cold() {
  const [mode, batch] = [options.modes[0], options.batches[0]];
  try {
    const net = await compiled(batch);
    const fixture = readFixture();
    const model = await open(net, weightsOf(fixture));
    const x = fixture.tensors.x.subarray(0, batch * 1024);
    const out = mode === 'train' ? model.trainStep(x, fixture.tensors.y.subarray(0, batch)) : model.forward(x);
    emit({ ...peer, mode: 'cold', first: mode, batch, ...(mode === 'train' ? { loss: out } : {}), peak_rss_mb: rss() });
  } catch (error) {
    emit({ ...peer, mode: 'cold', first: mode, batch, error: short(error) });
  }
}

/** LeNet for batches of up to `batch`, from the cache if these sources made it. */
async function compiled(batch) {
  const { threads } = options;
  const folder = join(root, 'node_modules', '.cache', 'tapeout', 'bench', fingerprint());
  const base = join(folder, `lenet-${batch}-${threads}`);
  const [code, threaded, json] = [`${base}.wasm`, `${base}.threads.wasm`, `${base}.json`];
  if (!existsSync(json)) {
    const { build } = await import('./lib/build.mjs');
    const { wasm, threadedWasm, manifest } = await build('lenet', batch, threads);
    mkdirSync(folder, { recursive: true });
    writeFileSync(code, wasm);
    if (threadedWasm) writeFileSync(threaded, threadedWasm);
    // Renamed when it is whole, so that drivers that run at once read no half of it.
    writeFileSync(`${json}.${process.pid}`, JSON.stringify(manifest));
    renameSync(`${json}.${process.pid}`, json);
  }
  return {
    wasm: readFileSync(code),
    threadedWasm: threads > 1 ? readFileSync(threaded) : null,
    manifest: JSON.parse(readFileSync(json, 'utf8')),
    threads,
  };
}

/** Of what decides on the compiled bytes: the compiler and the net. */
function fingerprint() {
  const hash = createHash('sha256').update(readFileSync(new URL('./lib/nets.mjs', import.meta.url)));
  for (const name of readdirSync(join(root, 'dist'), { recursive: true }).sort())
    if (String(name).endsWith('.js')) hash.update(readFileSync(join(root, 'dist', String(name))));
  return hash.digest('hex').slice(0, 16);
}

/** The harness's fixture: tensors by name, and the losses before each of the first steps, by batch. */
function readFixture() {
  const folder = resolve(process.env.PEERS_DIR ?? './.peers-cache');
  if (!existsSync(join(folder, 'fixture.json'))) {
    process.stderr.write(
      `error: there is no fixture.json in PEERS_DIR. The harness writes it, and its setup.sh does.\n`,
    );
    process.exit(2);
  }
  const meta = JSON.parse(readFileSync(join(folder, 'fixture.json'), 'utf8'));
  const { buffer, byteOffset, byteLength } = readFileSync(join(folder, 'fixture.bin'));
  const bytes = buffer.slice(byteOffset, byteOffset + byteLength);
  const tensors = {};
  for (const { name, shape, dtype, offset } of meta.tensors) {
    const count = shape.reduce((product, extent) => product * extent, 1);
    tensors[name] = new (dtype === 'f32' ? Float32Array : Int32Array)(bytes, offset, count);
  }
  return { tensors, loss: meta.loss };
}

/** `conv1.w` is PyTorch's `conv1.weight`. */
function weightsOf({ tensors }) {
  const weights = Object.entries(tensors).filter(([name]) => /\.[wb]$/.test(name));
  return Object.fromEntries(weights.map(([name, data]) => [name.replace(/w$/, 'weight').replace(/b$/, 'bias'), data]));
}

function readOptions(argv) {
  const read = { batches: [1, 8, 32, 64, 256], modes: ['train', 'infer'], threads: 1, budgetMs: 1000 };
  for (let i = 0; i < argv.length; i++) {
    const name = argv[i].replace(/^--/, '').replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
    if (name === 'cold' || name === 'quickCheck') read[name] = true;
    else if (name === 'batches') read.batches = argv[++i].split(',').map(Number);
    else if (name === 'modes') read.modes = argv[++i].split(',');
    else read[name] = Number(argv[++i]);
  }
  return read;
}
