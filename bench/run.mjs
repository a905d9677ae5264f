/**
 * Times the training step and inference of Tapeout against PyTorch, where there is one. See README.md.
 *
 *   node bench/run.mjs [--json] [--model lenet,mlp,convnet] [--batches 1,8,64] [--modes train,infer] [--threads 1,2]
 *                      [--rounds 5] [--budget-ms 200]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from './lib/build.mjs';
import { dataFor, writeCase } from './lib/case.mjs';
import { clock, median, warmUp } from './lib/clock.mjs';
import { crossEntropy, load } from './lib/load.mjs';
import { classes, inputs, learningRate } from './lib/nets.mjs';
import { readOptions } from './lib/options.mjs';
import { jsonLines, table } from './lib/report.mjs';
import { findPython, settingsOn, startTorch } from './lib/torch.mjs';

const checkedSteps = 6;
/** The largest allowed difference between losses: absolute up to 1, relative above. */
const tolerance = 2e-5;
/** Fresh processes whose first step is timed, for each case. */
const fresh = 3;
/** After a turn on several threads OpenBLAS and OpenMP look on for work for so many ms before they sleep. */
const spinning = 100;
/** V8 then compiles the module at once, by its optimizing compiler, and not each function when it is first called. */
const optimizedFirst = ['--no-liftoff', '--no-wasm-lazy-compilation', '--no-wasm-async-compilation'];
const firstStepScript = fileURLToPath(new URL('./lib/first-step.mjs', import.meta.url));

const options = readOptions();
const note = (/** @type {string} */ text) => process.stderr.write(text);
const folder = mkdtempSync(join(tmpdir(), 'tapeout-bench-'));
const python = findPython();
// A process for each setting and number of threads, so that they share neither heap nor caches.
const torches = python
  ? await Promise.all(options.threads.flatMap(settingsOn).map((setting) => startTorch(python, setting)))
  : [];
const machine = {
  cpu: cpus()[0]?.model ?? process.arch,
  date: new Date().toISOString(),
  node: process.versions.node,
  torch: torches[0]?.version ?? null,
};
if (!python) note('no PyTorch: neither PEERS_PYTHON nor python3 can import torch, so that only Tapeout is timed\n');

try {
  const rows = [];
  for (const net of options.models)
    for (const mode of options.modes)
      for (const batch of options.batches[net]) {
        const measured = await measure(net, mode, batch);
        rows.push(...measured);
        if (options.json) for (const line of jsonLines(measured, machine)) console.log(line);
      }
  if (!options.json) console.log(table(rows, machine, options));
} catch (error) {
  note(`error: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  for (const torch of torches) torch.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** One case: losses compared, then rounds in which all are timed one after the other. A row for each number of threads. */
async function measure(net, mode, batch) {
  const { x, y } = dataFor(inputs[net], classes, batch);
  const contests = [];
  for (const threads of options.threads) contests.push(await prepare(net, mode, batch, threads, x, y));
  for (let r = 0; r < options.rounds; r++) {
    for (const { threads, step, others, rounds } of contests) {
      const pause = () => (threads > 1 ? sleep(spinning) : null);
      const round = { tapeout: clock(step, options), others: [] };
      await pause();
      for (const torch of others) {
        round.others.push(await torch.ask({ do: 'time', budget_ms: options.budgetMs }));
        await pause();
      }
      rounds.push(round);
    }
    note(`\r${net} ${mode} ${batch}: round ${r + 1} of ${options.rounds}   `);
  }
  note('\n');
  for (const { dispose } of contests) dispose();
  const one = contests.find(({ threads }) => threads === 1);
  return contests.map((contest) => ({ net, mode, batch, ...figuresOf(contest, one) }));
}

/** Both sides on so many threads, with their losses compared, and what a fresh process takes for its first step. */
async function prepare(net, mode, batch, threads, x, y) {
  const built = await build(net, batch, threads);
  const ours = await load(built, built.weights, x, y);
  const at = join(folder, `${net}-${batch}-${threads}`);
  const file = writeCase(at, built, x, y, inputs[net]);
  const firsts = Array.from({ length: fresh }, () => firstStep(at, mode, []));
  const optimized = Array.from({ length: fresh }, () => firstStep(at, mode, optimizedFirst));
  const mine = mode === 'train' ? Array.from({ length: checkedSteps }, ours.train) : [crossEntropy(ours.infer(), y)];
  const others = torches.filter((torch) => torch.threads === threads);
  for (const { name, variant, ask } of others) {
    const { losses } = await ask({ do: 'prepare', net, mode, variant, file, lr: learningRate });
    const off = Math.max(...losses.map((l, k) => Math.abs(l - mine[k]) / Math.max(1, Math.abs(l))));
    if (!(off < tolerance))
      throw new Error(`${net} ${mode} ${batch}: losses differ by ${off}: Tapeout ${mine}, PyTorch ${name} ${losses}`);
  }
  ours.reset();
  warmUp(ours[mode], 500); // V8 compiles the module a second time once it runs often
  return { threads, built, firsts, optimized, others, step: ours[mode], dispose: ours.dispose, rounds: [] };
}

function firstStep(/** @type {string} */ at, /** @type {string} */ mode, /** @type {readonly string[]} */ flags) {
  const args = [...flags, firstStepScript, at, mode];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the first step of a fresh process failed: ${stderr}`);
  return JSON.parse(stdout);
}

function figuresOf({ threads, built, firsts, optimized, others, rounds }, one) {
  const figures = (of) => ({
    ms: median(rounds.map((r) => of(r).median)),
    min: Math.min(...rounds.map((r) => of(r).min)),
  });
  const tapeout = figures((r) => r.tapeout);
  const torch = others.map(({ name }, i) => ({ name, ...figures((r) => r.others[i]) }));
  const compared = torch.length > 0;
  return {
    threads,
    tapeout,
    torch,
    // Neighbours in time are divided, so that what else the machine does meets both.
    ratio: compared ? median(rounds.map((r) => Math.min(...r.others.map((o) => o.median)) / r.tapeout.median)) : null,
    ratioOfMin: compared ? Math.min(...torch.map((o) => o.min)) / tapeout.min : null,
    toOneThread:
      one && threads > 1 ? median(rounds.map((r, i) => one.rounds[i].tapeout.median / r.tapeout.median)) : null,
    compileMs: built.ms,
    loadMs: median(firsts.map((f) => f.loadMs)),
    firstMs: median(firsts.map((f) => f.firstMs)),
    optimizedLoadMs: median(optimized.map((f) => f.loadMs)),
    optimizedFirstMs: median(optimized.map((f) => f.firstMs)),
    wasmBytes: (built.threadedWasm ?? built.wasm).length,
  };
}
