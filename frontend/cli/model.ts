/** Shared by the commands on models: reads a model's file, with changes from the command line, and compiles it. */
import { isAbsolute, join, resolve } from 'node:path';
import { showType } from '../../ir/type.ts';
import type { ModelSpec } from '../model/model.ts';
import { Module } from '../model/nn/module.ts';
import { compile } from '../pipeline/compile.ts';
import type { Compiled } from '../pipeline/compiled.ts';
import type { CompileOptions } from '../pipeline/options.ts';
import { count, milliseconds, table } from '../report/table.ts';
import { beforeTypes, type Loaded, modelOf } from '../source/load.ts';
import { type Io, UsageError } from './io.ts';

export interface Changes {
  readonly check?: boolean;
  readonly maxBatch?: number | undefined;
  readonly seed?: number | undefined;
}

/** The model of a file, with changed options. */
export async function loadModel(
  path: string,
  { maxBatch, seed, check = true }: Changes,
  { cwd, onFiles }: Io,
): Promise<Loaded<ModelSpec>> {
  const { value, types } = await modelOf(isAbsolute(path) ? path : resolve(cwd, path), {
    check,
    ...(onFiles ? { onFiles } : {}),
  });
  const changed = { ...(maxBatch === undefined ? {} : { maxBatch }), ...(seed === undefined ? {} : { seed }) };
  return { value: { ...value, ...changed }, types };
}

/** Compiles a model while its types are checked; returns only if they are right. */
export async function compileModel(
  { value, types }: Loaded<ModelSpec>,
  options: CompileOptions,
  io: Io,
): Promise<Compiled> {
  const compiled = await beforeTypes(types, () => compile(value, { ...options, root: io.cwd }, null));
  await types;
  return compiled;
}

/** The output folder: `out`, or a default by the model's name. */
export function outFolder(out: string | undefined, name: string, { cwd }: Io): string {
  if (out === '') throw new UsageError('--out must name a folder, but its value is empty');
  return resolve(cwd, out ?? join('tapeout-out', name.replace(/[^\w-]/g, '_')));
}

/** The text of PyTorch's print(net), and the number of parameters. */
export function describeModel({ recording }: Compiled): string[] {
  const parameters = recording.parameters.reduce((total, p) => total + p.data.length, 0);
  // The model may have a field named toString.
  return [Module.prototype.toString.call(recording.module), `${count(parameters)} parameters`];
}

/** A table of what was tried to fit a budget of memory, the last row of which was taken. */
function describeBudget({ budget, recording }: Compiled): string[] {
  if (!budget) return [];
  const all = budget.tried[0]?.trained.length ?? 0;
  const rows = budget.tried.map(({ trained, rematerialize, arenaBytes }) => [
    trained.length === all ? 'all' : `${trained.length} of ${all}, from ${trained[0]} on`,
    rematerialize ? 'yes' : 'no',
    arenaBytes,
    `${(100 * (arenaBytes / budget.memory)).toFixed(0)}%`,
  ]);
  const frozen = recording.parameters.filter((p) => !p.trains).map((p) => p.param.name);
  return [
    ...table(['trained parameters', 'computed twice', 'arena bytes', `of ${count(budget.memory)}`], rows),
    ...(frozen.length > 0 ? [`frozen: ${frozen.join(', ')}`] : []),
    '',
  ];
}

/** A table of what each pass did, and the cost of values that are computed twice. */
export function describePasses(compiled: Compiled): string[] {
  const { reports, program, rematerialized, stages } = compiled;
  const rows = reports.map((r) => [
    r.pass,
    r.opsBefore === r.opsAfter ? count(r.opsAfter) : `${count(r.opsBefore)} -> ${count(r.opsAfter)}`,
    r.kernels ?? null,
    r.arenaBytes ?? null,
    r.codeBytes ?? null,
    milliseconds(r.ms),
  ]);
  const total = reports.reduce((ms, r) => ms + r.ms, 0);
  const more = (before: number, after: number): string => `${(100 * (after / before - 1)).toFixed(1)}%`;
  const twice = rematerialized.map(
    ({ graph, values, before, after }) =>
      `computed twice in ${graph}: ${values.map((v) => `${v.op.name} ${showType(v.type)}`).join(', ')}. At the peak ` +
      `${count(after.liveBytes)} bytes are alive instead of ${count(before.liveBytes)}, for ` +
      `${more(before.operations, after.operations)} more operations and ${more(before.moved, after.moved)} more bytes moved`,
  );
  return [
    ...describeBudget(compiled),
    ...table(['pass', 'ops', 'kernels', 'arena bytes', 'code bytes', 'ms'], rows),
    `compiled in ${milliseconds(total)} ms: ${describeCode(compiled)}, batches of 1 to ${program.maxBatch}`,
    ...(twice.length === 0 && stages.includes('rematerialize') ? ['nothing computed twice lowers the peak'] : twice),
  ];
}

/** The sizes of the code and the memory, for each target. */
const describeCode = ({ target, wasm, wgsl, program, gpu }: Compiled): string =>
  [
    ...(target === 'webgpu'
      ? []
      : [`${count(wasm.length)} bytes of WebAssembly, ${count(program.arenaBytes)} bytes of memory`]),
    ...(gpu && wgsl !== null
      ? [`${count(wgsl.length)} bytes of WGSL, ${count(gpu.program.arenaBytes)} bytes of memory`]
      : []),
  ].join('; ');
