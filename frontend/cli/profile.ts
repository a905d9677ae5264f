/** `tapeout profile`: the time of each kernel of a step, its share of this machine's peak, and its source lines. */
import { cpus } from 'node:os';
import type { Loc } from '../../ir/diagnostic.ts';
import { showPlace } from '../../ir/text/print-options.ts';
import { featuresOn, limitsOf, openDevice } from '../../runtime/index.ts';
import { measureGpuPeak } from '../measure/gpu-peak.ts';
import { clockFeature, gpuSampler } from '../measure/gpu-sampler.ts';
import { measurePeak } from '../measure/peak.ts';
import { type KernelProfile, type Profile, profile } from '../measure/profile.ts';
import { sampler } from '../measure/sampler.ts';
import type { Compiled } from '../pipeline/compiled.ts';
import { chromeTrace } from '../report/chrome-trace.ts';
import { rooflineSvg } from '../report/roofline.ts';
import { table } from '../report/table.ts';
import { command, type ValuesFor } from './command.ts';
import { batchOf, compileFor, entryFlags, entryOf } from './entry.ts';
import { flag, gpuFlags, sharedFlags, whole } from './flags.ts';
import { findGpu } from './gpu.ts';
import { exits, type Io, UsageError } from './io.ts';
import { writeOut } from './text.ts';

const ownFlags = {
  steps: flag('--steps <n>', 'the number of steps to time (default: two seconds of them, from 5 to 1000)', {
    read: whole(1),
  }),
  schedule: sharedFlags.schedule,
  ...entryFlags,
  ...gpuFlags,
  backend: flag<'wasm' | 'webgpu'>(
    '--backend <name>',
    "what to time: wasm, or webgpu by the GPU's own clock (npm package 'webgpu')",
    {
      choices: ['wasm', 'webgpu'],
      default: 'wasm',
    },
  ),
  json: flag<boolean>('--json', 'print the numbers as JSON'),
  roofline: flag('--roofline <file>', 'draw operations per second against operations per byte, as SVG'),
  trace: flag('--trace <file>', 'write the first steps as a trace for chrome://tracing or Perfetto'),
};
type ProfileFlags = ValuesFor<'model', typeof ownFlags>;

export const profileCommand = command({
  name: 'profile',
  about: "Times every kernel of a step, and compares it with this machine's peak.",
  takes: 'model',
  flags: ownFlags,
  more: `
Each kernel is called separately, on one thread and compiled by the engine's optimizing tier, in a module made for profiling:
compile does not write this module. An operation is one float addition, multiplication, selection or the like. Bytes are the
distinct bytes that a kernel reads plus those that it writes. The peak is measured first.

Examples:
  tapeout profile lenet.ts
  tapeout profile lenet.ts --batch 1 --entry forward
  tapeout profile lenet.ts --roofline roofline.svg --trace trace.json
  tapeout profile lenet.ts --schedule lenet.schedule.tir --json`,
  run,
});

async function run(path: string, flags: ProfileFlags, io: Io): Promise<number> {
  const { compiled } = await compileFor(path, flags, io);
  const { made, machine } = await (flags.backend === 'webgpu' ? onGpu : onWasm)(compiled, flags);
  const { name } = compiled.recording;
  if (flags.roofline !== undefined) writeOut(flags.roofline, rooflineSvg(`${name}: kernels and roofs`, made), io);
  if (flags.trace !== undefined) writeOut(flags.trace, chromeTrace(name, made), io);
  io.stdout.write(flags.json ? json(name, made, machine, io) : `${lines(name, made, machine, io).join('\n')}\n`);
  return exits.ok;
}

/** A profile, and the machine that it was made on. */
interface Made {
  readonly made: Profile;
  readonly machine: {
    readonly peakOf: string;
    readonly gpu?: string;
    /** The requested shader features in words, and those in use. */
    readonly features?: { readonly extent: string; readonly taken: readonly string[] } | undefined;
  };
}

async function onWasm(compiled: Compiled, { entry: asked, batch: n, steps }: ProfileFlags): Promise<Made> {
  const [entry, batch] = [entryOf(compiled, asked), batchOf(compiled, n)];
  const made = await profile(sampler(compiled, entry, batch), { entry: entry.name, batch, peak: measurePeak(), steps });
  return { made, machine: { peakOf: 'one thread' } };
}

async function onGpu(compiled: Compiled, { entry: asked, batch: n, steps }: ProfileFlags): Promise<Made> {
  const [entry, batch] = [entryOf(compiled.gpu ?? compiled, asked), batchOf(compiled, n)];
  const wanted = compiled.manifest.webgpu?.features ?? [];
  const { device, name } = await openDevice(await findGpu(), {
    features: [clockFeature, ...(wanted as readonly GPUFeatureName[])],
    limits: limitsOf(compiled.manifest),
  });
  try {
    if (!device.features.has(clockFeature))
      throw new UsageError(`${name} cannot be profiled: it has no clock for kernels (${clockFeature}).`);
    const peak = await measureGpuPeak(device);
    const { taken, extent } = featuresOn(device, wanted);
    const shaders = { ...compiled, wgsl: taken ? compiled.featureWgsl : compiled.wgsl };
    const made = await profile(await gpuSampler(shaders, entry, batch, device), {
      entry: entry.name,
      batch,
      peak,
      steps,
    });
    const features = extent ? { extent, taken: taken ? wanted : [] } : undefined;
    return { made, machine: { peakOf: name, gpu: name, features } };
  } finally {
    device.destroy();
  }
}

function lines(
  name: string,
  { kernels, peak, sum, step, steps, entry, batch }: Profile,
  { peakOf, gpu, features }: Made['machine'],
  io: Io,
): string[] {
  const rows = [...kernels]
    .sort((a, b) => b.ms - a.ms)
    .map((k) => [...cells(k), k.locs[0] ? placeOf(k.locs[0], io) + more(k.locs.length - 1) : '']);
  const operations = kernels.reduce((n, k) => n + k.operations, 0);
  const bytes = kernels.reduce((n, k) => n + k.bytes, 0);
  const gflops = sum > 0 ? operations / sum / 1e6 : 0;
  const total = cells({ name: 'total', ms: sum, share: 1, operations, bytes, gflops, ofPeak: gflops / peak.gflops });
  return [
    `${name}, ${entry}, batch ${batch}: medians of ${steps} steps`,
    ...(features ? [`on ${gpu}${features.extent}`] : []),
    '',
    ...table(['kernel', 'µs', 'share', 'MF', 'GF/s', 'of peak', 'kB', 'GB/s', 'from'], [...rows, [...total, '']]),
    '',
    `the step in one call: ${micros(step)} µs`,
    `peak of ${peakOf}: ${peak.gflops.toFixed(1)} GF/s of f32${gpu ? '' : ' SIMD'}, ${peak.cache.toFixed(0)} GB/s from cache, ${peak.memory.toFixed(0)} GB/s from memory`,
  ];
}

const cells = (k: Omit<KernelProfile, 'locs'>): string[] => [
  k.name,
  micros(k.ms),
  percent(k.share),
  (k.operations / 1e6).toFixed(3),
  k.gflops.toFixed(1),
  percent(k.ofPeak),
  (k.bytes / 1000).toFixed(1),
  k.ms > 0 ? (k.bytes / k.ms / 1e6).toFixed(1) : '0.0',
];
const micros = (ms: number): string => (ms * 1000).toFixed(1);
const percent = (x: number): string => `${(100 * x).toFixed(1)}%`;
const placeOf = (loc: Loc, { cwd }: Io): string => showPlace(loc, { root: cwd });
const more = (n: number): string => (n > 0 ? ` +${n}` : '');

function json(
  name: string,
  { events: _, kernels, ...rest }: Profile,
  { gpu, features }: Made['machine'],
  io: Io,
): string {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    ...(gpu ? { gpu } : {}),
    ...(features ? { gpuFeatures: features.taken } : {}),
  };
  const told = kernels.map(({ locs, ...k }) => ({ ...k, from: locs.map((l) => placeOf(l, io)) }));
  return `${JSON.stringify({ model: name, machine, ...rest, kernels: told }, null, 2)}\n`;
}
