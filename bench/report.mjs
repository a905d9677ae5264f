/**
 * The tables and figures of docs/benchmarks.md, out of saved lines of run.mjs and of the harness of peer-driver.mjs.
 *
 *   node bench/report.mjs FILE.jsonl ... [--plots FOLDER]
 *
 * Prints the tables as Markdown; with --plots it writes the figures to that folder.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, readArguments } from './lib/arguments.mjs';
import { throughput } from './lib/plot.mjs';
import { showMs } from './lib/report.mjs';
import { caseOf, peerFigure, readResults } from './lib/results.mjs';

const usage = 'npm run bench:report -- FILE.jsonl … [--plots FOLDER]';
const { values, positionals } = readArguments(usage, {
  allowPositionals: true,
  options: { plots: { type: 'string' } },
});
if (positionals.length === 0) fail('name the files of JSON lines to report');
const { ours, peers } = results(positionals);

function results(/** @type {readonly string[]} */ files) {
  try {
    return readResults(files);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

const distinct = (lines, key) => [...new Set(lines.map((l) => l[key]))];
const numbers = (lines, key) => distinct(lines, key).sort((a, b) => a - b);
const times = (v) => (v == null ? '-' : `${v.toFixed(2)}x`);
const titles = { train: 'training', infer: 'inference' };
/** As their tables name the harness's peers, in the order of the tables. */
const names = {
  tapeout: 'Tapeout',
  'onnxruntime-node': 'onnxruntime-node',
  'tfjs-wasm': 'TensorFlow.js, wasm',
  'tfjs-wasm-shim': 'TensorFlow.js, wasm',
  'jax-js-wasm-im2col': 'jax-js, wasm',
};

const sections = [
  ...distinct(ours, 'model').flatMap((model) => distinct(ours, 'mode').map((mode) => againstTorch(model, mode))),
  ...['train', 'infer'].map(againstPeers),
  nodes(),
  starts(),
];
console.log(sections.filter((s) => s !== null).join('\n\n'));
if (values.plots !== undefined)
  for (const mode of ['train', 'infer'])
    writeFileSync(join(values.plots, `benchmarks-${mode}.svg`), throughput(`LeNet, ${titles[mode]}`, seriesOf(mode)));

/** A table; null where it has no rows. */
function markdown(title, head, rows) {
  if (rows.length === 0) return null;
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [`**${title}**`, '', line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Against the fastest of PyTorch's settings. */
function againstTorch(model, mode) {
  const lines = ours.filter((l) => l.model === model && l.mode === mode);
  const threads = numbers(lines, 'threads');
  const rows = numbers(lines, 'batch').map((batch) => {
    const cases = threads.map((t) => caseOf(lines, { batch, threads: t }));
    const cells = cases.flatMap((c) =>
      c
        ? [
            showMs(c.tapeout.ms_per_step),
            c.torch ? `${showMs(c.torch.ms_per_step)} (${c.torch.peer.replace(/^torch-?/, '') || 'eager'})` : '-',
            times(c.tapeout.ratio_to_torch),
          ]
        : ['-', '-', '-'],
    );
    return [batch, ...cells, ...cases.slice(1).map((c) => times(c?.tapeout.ratio_to_one_thread))];
  });
  const on = (t) => (t === 1 ? 'one thread' : `${t} threads`);
  const head = [
    'batch',
    ...threads.flatMap((t) => [`Tapeout, ${on(t)}`, `PyTorch, ${on(t)}`, 'faster']),
    ...threads.slice(1).map((t) => `${t} threads over one`),
  ];
  return markdown(`${model}, ${titles[mode]}, ms a step`, head, rows);
}

/** Of the harness: each peer's times, and how many times Tapeout's on as many threads. */
function againstPeers(mode) {
  const lines = peers.filter((l) => l.mode === mode && l.id in names);
  const batches = numbers(lines, 'batch');
  const rows = Object.keys(names).flatMap((id) =>
    numbers(
      lines.filter((l) => l.id === id),
      'threads',
    ).map((threads) => [
      names[id],
      threads,
      ...batches.map((batch) => {
        const figure = peerFigure(peers, { id, mode, batch, threads }, { id: 'tapeout' });
        if (!figure) return '-';
        const ratio = id === 'tapeout' ? '' : ` (${figure.ratio === null ? '?' : times(figure.ratio)})`;
        return `${figure.calm ? '' : '~'}${showMs(figure.ms)}${ratio}${figure.check ? '' : ' losses differ'}`;
      }),
    ]),
  );
  return markdown(`LeNet, ${titles[mode]}, ms a step (times Tapeout)`, ['', 'threads', ...batches.map(String)], rows);
}

/** Other versions of Node: entries of the harness named tapeout-SOMETHING. */
function nodes() {
  const lines = peers.filter((l) => l.id.startsWith('tapeout-'));
  const batches = numbers(lines, 'batch');
  const rows = distinct(lines, 'id').flatMap((id) =>
    distinct(lines, 'mode').flatMap((mode) =>
      numbers(lines, 'threads').map((threads) => [
        `${id.slice('tapeout-'.length)}, ${titles[mode]}`,
        threads,
        ...batches.map((batch) => {
          const figure = peerFigure(peers, { id, mode, batch, threads }, { id: 'tapeout' });
          return figure ? `${figure.calm ? '' : '~'}${figure.ratio === null ? '?' : figure.ratio.toFixed(2)}` : '-';
        }),
      ]),
    ),
  );
  return markdown('times the time of this Node', ['', 'threads', ...batches.map(String)], rows);
}

/** From the class to the first step. */
function starts() {
  const lines = ours.filter((l) => l.peer === 'tapeout' && l.mode === 'train');
  const rows = lines.map((l) => [
    ...[l.model, l.batch, l.threads, l.compile_ms.toFixed(0), (l.wasm_bytes / 1000).toFixed(1)],
    ...[l.load_ms.toFixed(1), showMs(l.first_step_ms), times(l.first_step_to_steady)],
    ...[l.load_optimized_ms.toFixed(1), showMs(l.first_step_optimized_ms)],
    times(l.first_step_optimized_ms / l.ms_per_step),
  ]);
  const usual = ['load', 'first step', 'of later ones'];
  const optimized = ['optimized: load', 'first step', 'of later ones'];
  const head = ['net', 'batch', 'threads', 'compile', 'kB', ...usual, ...optimized];
  return markdown('from the class to the first step, ms', head, rows);
}

/** Samples a second by batch: Tapeout and the best of PyTorch from run.mjs, the others from the harness. */
function seriesOf(mode) {
  const lines = ours.filter((l) => l.model === 'lenet' && l.mode === mode);
  const batches = numbers(lines, 'batch');
  const own = (name, cls, pick) =>
    numbers(lines, 'threads').map((threads) => ({
      name: threads === 1 ? name : `${name}, ${threads} threads`,
      cls: threads === 1 ? cls : `${cls} dashed`,
      points: batches.flatMap((batch) => {
        const line = pick(caseOf(lines, { batch, threads }));
        return line ? [[batch, line.samples_per_s]] : [];
      }),
    }));
  const others = Object.keys(names)
    .filter((id) => id !== 'tapeout' && !(mode === 'infer' && id === 'tfjs-wasm-shim'))
    .map((id) => ({
      name: names[id],
      cls: id.split('-')[0],
      points: batches.flatMap((batch) => {
        const figure = peerFigure(peers, { id, mode, batch, threads: 1 }, { id: 'tapeout' });
        return figure ? [[batch, (batch * 1000) / figure.ms]] : [];
      }),
    }));
  return [...own('Tapeout', 'ours', (c) => c?.tapeout), ...own('PyTorch', 'torch', (c) => c?.torch), ...others].filter(
    (s) => s.points.length > 0,
  );
}
