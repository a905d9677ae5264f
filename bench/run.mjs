/**
 * Times the training step and inference of Tapeout on one thread, against PyTorch where there is one. See README.md.
 *
 *   node bench/run.mjs [--json] [--model lenet,mlp,convnet] [--batches 1,8,64] [--modes train,infer]
 *                      [--rounds 5] [--budget-ms 200]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeSafetensors } from '../dist/runtime/index.js';
import { clock, median, warmUp } from './lib/clock.mjs';
import { classes, inputs, learningRate } from './lib/nets.mjs';
import { build, crossEntropy, load } from './lib/tapeout.mjs';
import { findPython, startTorch } from './lib/torch.mjs';

const checkedSteps = 6;
/** How far losses may lie apart, of 1 or of the loss where it is greater. */
const tolerance = 2e-5;
const variants = ['eager', 'channels_last'];

const options = readOptions();
const note = (/** @type {string} */ text) => process.stderr.write(text);
const folder = mkdtempSync(join(tmpdir(), 'tapeout-bench-'));
const python = findPython();
// A process for each setting, so that the two share neither heap nor caches.
const torches = python ? await Promise.all(variants.map(() => startTorch(python))) : [];
const machine = {
  cpu: cpus()[0]?.model ?? process.arch,
  date: new Date().toISOString(),
  node: process.versions.node,
  torch: torches[0]?.version ?? null,
};
if (!python) note('no PyTorch: neither PEERS_PYTHON nor python3 can import torch, so that only Tapeout is timed\n');

try {
  const rows = [];
  for (const net of options.model)
    for (const mode of options.modes) for (const batch of options.batches) rows.push(await measure(net, mode, batch));
  if (!options.json) console.log(table(rows));
} finally {
  for (const torch of torches) torch.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** One case: losses compared, then rounds in which all are timed one after the other. */
async function measure(net, mode, batch) {
  const built = await build(net, batch);
  const { x, y } = data(net, batch);
  const ours = await load(built, built.weights, x, y);
  const file = writeCase(built, x, y, batch, net);

  const mine = mode === 'train' ? Array.from({ length: checkedSteps }, ours.train) : [crossEntropy(ours.infer(), y)];
  for (const [i, torch] of torches.entries()) {
    const job = { do: 'prepare', net, mode, variant: variants[i], file, lr: learningRate };
    const { losses } = await torch.ask(job);
    const off = Math.max(...losses.map((l, k) => Math.abs(l - mine[k]) / Math.max(1, Math.abs(l))));
    if (!(off < tolerance))
      throw new Error(`${net} ${mode} ${batch}: losses differ by ${off}: Tapeout ${mine}, PyTorch ${losses}`);
  }

  const step = ours[mode];
  ours.reset();
  warmUp(step, 500); // V8 compiles the module a second time once it runs often
  const rounds = [];
  for (let r = 0; r < options.rounds; r++) {
    const tapeout = clock(step, { budgetMs: options.budgetMs });
    const others = [];
    for (const torch of torches) others.push(await torch.ask({ do: 'time', budget_ms: options.budgetMs }));
    rounds.push({ tapeout, others });
    note(`\r${net} ${mode} ${batch}: round ${r + 1} of ${options.rounds}   `);
  }
  note('\n');
  ours.dispose();

  const figures = (of) => ({
    ms: median(rounds.map((r) => of(r).median)),
    min: Math.min(...rounds.map((r) => of(r).min)),
  });
  const row = {
    net,
    mode,
    batch,
    tapeout: figures((r) => r.tapeout),
    others: torches.map((_, i) => figures((r) => r.others[i])),
    // Neighbours in time are divided, so that what else the machine does meets both.
    ratio: torches.length
      ? median(rounds.map((r) => Math.min(...r.others.map((o) => o.median)) / r.tapeout.median))
      : null,
    ratioOfMin: null,
    compileMs: built.ms,
    wasmBytes: built.wasm.length,
  };
  if (torches.length) row.ratioOfMin = Math.min(...row.others.map((o) => o.min)) / row.tapeout.min;
  if (options.json) printLines(row);
  return row;
}

/** Pixels of zero mean and unit variance, and labels: the same in every run. */
function data(net, batch) {
  let state = 20231123;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const each = inputs[net].reduce((product, extent) => product * extent, 1);
  return {
    x: Float32Array.from({ length: batch * each }, () => (2 * random() - 1) * Math.sqrt(3)),
    y: Int32Array.from({ length: batch }, () => Math.floor(random() * classes)),
  };
}

/** Weights and data as a file, from which PyTorch starts. */
function writeCase({ manifest, weights }, x, y, batch, net) {
  const shapes = new Map(manifest.tensors.map((t) => [t.name, t.shape]));
  const tensors = [
    ...[...weights].map(([name, data]) => [name, { dtype: 'F32', shape: shapes.get(name), data }]),
    ['x', { dtype: 'F32', shape: [batch, ...inputs[net]], data: x }],
    ['y', { dtype: 'I32', shape: [batch], data: y }],
  ];
  const file = join(folder, `${net}-${batch}.safetensors`);
  writeFileSync(file, writeSafetensors(tensors));
  return file;
}

/** A line of JSON for each peer of a case. */
function printLines({ net, mode, batch, tapeout, others, ratio, compileMs, wasmBytes }) {
  const line = (peer, { ms, min }, more) =>
    console.log(
      JSON.stringify({
        ...{
          peer,
          model: net,
          mode,
          batch,
          threads: 1,
          ms_per_step: ms,
          samples_per_s: (batch * 1000) / ms,
          ms_min: min,
        },
        ...more,
        ...machine,
      }),
    );
  const check = others.length ? 'ok' : 'unchecked';
  line('tapeout', tapeout, { check, ratio_to_torch: ratio, compile_ms: compileMs, wasm_bytes: wasmBytes });
  for (const [i, figures] of others.entries())
    line(variants[i] === 'eager' ? 'torch' : `torch-${variants[i]}`, figures, { check });
}

function table(rows) {
  const ms = (v) => (v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1) : v >= 1 ? v.toFixed(2) : v.toFixed(3));
  const times = (v) => (v === null ? '-' : `${v.toFixed(2)}x`);
  const cells = ({ ms: m, min }) => [`${ms(m)} (${ms(min)})`];
  const head = ['net', 'mode', 'batch', 'Tapeout', ...torches.map((_, i) => `PyTorch ${variants[i]}`)];
  if (torches.length) head.push('faster', 'by min');
  const body = rows.map((r) => [
    ...[r.net, r.mode, String(r.batch)],
    ...[r.tapeout, ...r.others].flatMap(cells),
    ...(torches.length ? [times(r.ratio), times(r.ratioOfMin)] : []),
  ]);
  const widths = head.map((title, c) => Math.max(title.length, ...body.map((row) => row[c].length)));
  const show = (row) => row.map((cell, c) => (c < 2 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  ');
  const threads = `one thread, ${options.rounds} rounds of ${options.budgetMs} ms`;
  return [
    '',
    `${machine.cpu}, Node ${machine.node}, PyTorch ${machine.torch ?? '-'}, ${machine.date}`,
    `ms a step: median of the rounds (least sample); ${threads}`,
    ...(torches.length ? ['faster: the better PyTorch over Tapeout, median of the ratios within each round'] : []),
    '',
    ...[head, ...body].map(show),
  ].join('\n');
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      model: { type: 'string', default: Object.keys(inputs).join() },
      batches: { type: 'string', default: '1,8,64' },
      modes: { type: 'string', default: 'train,infer' },
      rounds: { type: 'string', default: '5' },
      'budget-ms': { type: 'string', default: '200' },
    },
  });
  const among = (flag, known) => {
    const names = values[flag].split(',');
    const unknown = names.find((n) => !known.includes(n));
    if (unknown !== undefined) fail(`--${flag}: there is no '${unknown}'; there are ${known.join(', ')}`);
    return names;
  };
  const whole = (flag, text) => {
    const n = Number(text);
    return Number.isInteger(n) && n >= 1 ? n : fail(`--${flag}: '${text}' is not a whole number of at least 1`);
  };
  return {
    json: values.json,
    model: among('model', Object.keys(inputs)),
    modes: among('modes', ['train', 'infer']),
    batches: values.batches.split(',').map((b) => whole('batches', b)),
    rounds: whole('rounds', values.rounds),
    budgetMs: whole('budget-ms', values['budget-ms']),
  };
}

/** @returns {never} */
function fail(/** @type {string} */ message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(2);
}
