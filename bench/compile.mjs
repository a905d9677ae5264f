/**
 * How long a text takes to become WebAssembly, and how much memory, as graphs grow: `npm run bench:compile`.
 *
 *   node bench/compile.mjs [--ops 250,500,1000,2000] [--net mlp|conv|both] [--json]
 *
 * Deep nets are generated as text, forward and loss; the step with its backward pass and its update is what the passes
 * make of them, and its ops are what is counted. Each size runs in a process of its own. `growth` is the exponent from
 * the smallest size to the largest: 1 is linear, 2 quadratic.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fail, readArguments } from './lib/arguments.mjs';

const usage = 'npm run bench:compile -- [--ops 250,500,1000,2000] [--net mlp|conv|both] [--json]';
const { values } = readArguments(usage, {
  options: {
    ops: { type: 'string', default: '250,500,1000,2000' },
    net: { type: 'string', default: 'both' },
    json: { type: 'boolean', default: false },
    one: { type: 'boolean', default: false }, // a size by itself: what the others are made of
  },
});
const sizes = values.ops.split(',').map(Number);
if (!sizes.every((n) => Number.isInteger(n) && n > 0)) fail(`--ops: '${values.ops}' is no list of numbers of ops`);
if (!['mlp', 'conv', 'both'].includes(values.net))
  fail(`--net: there is no '${values.net}'; there are mlp, conv, both`);
const stages = [
  'print',
  'parse',
  'inferShapes',
  'autodiff',
  'update',
  'canonicalize',
  'fuse',
  'lower',
  'expandMath',
  'schedule',
  'plan',
  'emit',
];
/** Stages that do the same every time; lowering and what follows remember kernels and buffers. */
const repeatable = new Set(['print', 'parse', 'inferShapes', 'autodiff', 'update', 'canonicalize', 'fuse', 'plan']);
/** Nearly linear: what is above is marked. */
const steep = 1.3;

if (values.one) await one(values.net, sizes[0]);
else all();

/** A net's recorded text: `layers` of a chain, and a mean of squares as its loss. */
function netText(/** @type {string} */ net, /** @type {number} */ layers) {
  const [params, lines] = [/** @type {string[]} */ ([]), /** @type {string[]} */ ([])];
  let x = '%x';
  const widths = [24, 32, 20];
  const width = (/** @type {number} */ i) => widths[i % widths.length] ?? 24;
  if (net === 'mlp') {
    params.push(`%x: f32[N,${width(0)}]`);
    for (let i = 0; i < layers; i++) {
      const [a, b] = [width(i), width(i + 1)];
      params.push(`%fc${i}.weight: f32[${b},${a}] param`, `%fc${i}.bias: f32[${b}] param`);
      lines.push(
        `%t${i} = permute(%fc${i}.weight) {perm=[1,0]} : f32[${a},${b}]`,
        `%m${i} = matmul(${x}, %t${i}) : f32[N,${b}]`,
        `%b${i} = broadcast(%fc${i}.bias) {shape=[N,${b}], dims=[1]} : f32[N,${b}]`,
        `%a${i} = add(%m${i}, %b${i}) : f32[N,${b}]`,
        `%r${i} = relu(%a${i}) : f32[N,${b}]`,
      );
      x = `%r${i}`;
    }
    lines.push(`%sq = mul(${x}, ${x}) : f32[N,${width(layers)}]`, '%loss = reduce_sum(%sq) {dims=[0,1]} : f32[]');
  } else {
    const channels = [4, 6, 8];
    const c = (/** @type {number} */ i) => channels[i % channels.length] ?? 4;
    params.push(`%x: f32[N,${c(0)},8,8]`);
    for (let i = 0; i < layers; i++) {
      const image = `f32[N,${c(i + 1)},8,8]`;
      params.push(`%conv${i}.weight: f32[${c(i + 1)},${c(i)},3,3] param`, `%conv${i}.bias: f32[${c(i + 1)}] param`);
      lines.push(
        `%c${i} = conv2d(${x}, %conv${i}.weight) {stride=[1,1], padding=[1,1], dilation=[1,1], groups=1} : ${image}`,
        `%b${i} = broadcast(%conv${i}.bias) {shape=${image.slice(3)}, dims=[1]} : ${image}`,
        `%a${i} = add(%c${i}, %b${i}) : ${image}`,
        `%r${i} = relu(%a${i}) : ${image}`,
      );
      x = `%r${i}`;
    }
    const image = `f32[N,${c(layers)},8,8]`;
    lines.push(`%sq = mul(${x}, ${x}) : ${image}`, '%loss = reduce_sum(%sq) {dims=[0,1,2,3]} : f32[]');
  }
  const wrt = params.filter((p) => p.endsWith(' param')).map((p) => p.slice(0, p.indexOf(':')));
  const body = [...lines, 'return %loss', `differentiate %loss wrt ${wrt.join(', ')} then step`];
  return `tapeout ir 1\nmodule @deep (N <= 16) {\ngraph @train_step(${params.join(',\n')}) {\n${body.join('\n')}\n}\n}\n`;
}

/** Compiles one net of about as many ops, and prints what each stage took as JSON. */
async function one(/** @type {string} */ net, /** @type {number} */ wanted) {
  const at = (/** @type {string} */ path) => import(`../dist/${path}.js`);
  const [{ parseModule }, { printModule }, { topo }] = await Promise.all(
    ['ir/text/parse', 'ir/text/print-graph', 'ir/graph'].map(at),
  );
  const [{ autodiff }, { canonicalize }, { fuse }, { indexInputs, inferShapes, valuesOf }] = await Promise.all(
    ['passes/autodiff', 'passes/canonicalize', 'passes/fuse', 'passes/infer-shapes'].map(at),
  );
  const [{ Buffers, lower }, { outline }, { plan }, { schedule }, { StateTable, update }] = await Promise.all(
    ['passes/lower/index', 'passes/outline', 'passes/plan', 'passes/schedule/index', 'passes/update'].map(at),
  );
  const [{ wasm128 }, { emitWasm }, { SGD }, { expandMathIn }] = await Promise.all(
    ['ir/target', 'codegen/wasm/emit', 'frontend/model/optim/index', 'passes/math'].map(at),
  );
  const opsOf = (/** @type {any} */ m) =>
    m.graphs.reduce((/** @type {number} */ n, /** @type {any} */ g) => n + topo(valuesOf(g)).length, 0);
  const optimizer = () => update(SGD({ lr: 0.01, momentum: 0.9 }), new StateTable());
  const step = (/** @type {number} */ layers) => optimizer()(autodiff(parseModule(netText(net, layers), 'net.tir')));
  // Every layer adds as many ops as any other.
  const [few, more] = [opsOf(step(4)), opsOf(step(8))];
  const layers = Math.max(1, Math.round(4 + (4 * (wanted - few)) / (more - few)));
  const text = netText(net, layers);

  /** @type {Record<string, { ms: number, heap: number }>} */
  const took = {};
  const gc = /** @type {any} */ (globalThis).gc;
  const run = (/** @type {string} */ stage, /** @type {() => any} */ f) => {
    gc?.();
    const heap = process.memoryUsage().heapUsed;
    const first = performance.now();
    const made = f();
    let ms = performance.now() - first;
    gc?.();
    took[stage] = { ms, heap: Math.max(0, process.memoryUsage().heapUsed - heap) };
    // Of a short stage the best of some runs, as the first compiles its code and any may meet another process.
    for (let again = 0; again < 4 && repeatable.has(stage) && performance.now() - first < 2000; again++) {
      const start = performance.now();
      f();
      ms = Math.min(ms, performance.now() - start);
    }
    took[stage].ms = ms;
    return made;
  };
  const recorded = run('parse', () => parseModule(text, 'net.tir'));
  let m = run('inferShapes', () => inferShapes(recorded));
  m = run('autodiff', () => autodiff(m));
  m = run('update', () => optimizer()(m));
  const ops = opsOf(m);
  run('print', () => printModule(m));
  m = run('canonicalize', () => canonicalize(m));
  const fused = run('fuse', () => m.graphs.map((/** @type {any} */ g) => fuse(g, wasm128)));
  const buffers = new Buffers();
  const lowered = run('lower', () => fused.map((/** @type {any} */ g) => lower(g, buffers)));
  const expanded = run('expandMath', () =>
    lowered.map((/** @type {any} */ l) => ({ ...l, kernels: l.kernels.map(expandMathIn) })),
  );
  const scheduled = run('schedule', () => expanded.map(schedule(wasm128, m.maxBatch)));
  const program = run('plan', () => plan(outline(m, scheduled, buffers, indexInputs(recorded)), wasm128));
  const { wasm } = run('emit', () => emitWasm(program));
  const kernels = program.entries.reduce((/** @type {number} */ n, /** @type {any} */ e) => n + e.launches.length, 0);
  const peak = process.resourceUsage().maxRSS * 1024;
  process.stdout.write(JSON.stringify({ ops, layers, kernels, bytes: wasm.length, peak, took }));
}

function all() {
  const nets = values.net === 'both' ? ['mlp', 'conv'] : [values.net];
  const results = nets.map((net) => ({ net, runs: sizes.map((ops) => child(net, ops)) }));
  if (values.json) {
    process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    return;
  }
  for (const { net, runs } of results) process.stdout.write(`${report(net, runs)}\n\n`);
}

/** @typedef {{ ops: number, layers: number, kernels: number, bytes: number, peak: number, took: Record<string, { ms: number, heap: number }> }} Run */

/** @returns {Run} */
function child(/** @type {string} */ net, /** @type {number} */ ops) {
  const args = ['--expose-gc', fileURLToPath(import.meta.url), '--one', '--net', net, '--ops', String(ops)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 600_000 });
  if (status !== 0) throw new Error(`${net}, ${ops} ops: ${stderr || 'it ran out of time'}`);
  return JSON.parse(stdout);
}

function report(/** @type {string} */ net, /** @type {Run[]} */ runs) {
  const [before, last] = [runs[0], runs.at(-1)];
  const growth = (/** @type {(r: Run) => number} */ of) => {
    if (!before || !last || before === last) return '';
    const g = Math.log(of(last) / of(before)) / Math.log(last.ops / before.ops);
    return `${g.toFixed(2)}${g > steep ? ' !' : ''}`;
  };
  const mib = (/** @type {number} */ n) => (n / 2 ** 20).toFixed(1);
  const total = (/** @type {Run} */ r) => Object.values(r.took).reduce((sum, { ms }) => sum + ms, 0);
  const rows = [
    [`${net}: ms a stage`, ...runs.map((r) => `${r.ops} ops`), 'growth', ...runs.map((r) => `${r.ops}: MiB`)],
    ...stages.map((s) => [
      s,
      ...runs.map((r) => (r.took[s]?.ms ?? 0).toFixed(1)),
      // What takes no time has no growth to speak of.
      (last?.took[s]?.ms ?? 0) < 5 ? '' : growth((r) => r.took[s]?.ms ?? 0),
      ...runs.map((r) => mib(r.took[s]?.heap ?? 0)),
    ]),
    ['all', ...runs.map((r) => total(r).toFixed(0)), growth(total), ...runs.map((r) => mib(r.peak))],
    ['layers', ...runs.map((r) => r.layers), '', ...runs.map(() => '')],
    ['kernels', ...runs.map((r) => r.kernels), growth((r) => r.kernels), ...runs.map(() => '')],
    ['wasm bytes', ...runs.map((r) => r.bytes), growth((r) => r.bytes), ...runs.map(() => '')],
  ].map((row) => row.map(String));
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((r) => (r[c] ?? '').length)));
  return rows
    .map((r) =>
      r
        .map((cell, c) => (c === 0 ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
