/** Runs one entry of a program once: by the kernel interpreter, as WebAssembly or on a GPU. */

import { emission } from '../../codegen/backend.ts';
import type { WasmCode } from '../../codegen/wasm/backend.ts';
import { entryExport } from '../../codegen/wasm/emit.ts';
import type { WgslCode } from '../../codegen/wgsl/backend.ts';
import type { Shaders } from '../../codegen/wgsl/emit.ts';
import { fromWords, toWords } from '../../codegen/wgsl/words.ts';
import { CompilerBug } from '../../ir/diagnostic.ts';
import { arrayOf, type Elements } from '../../ir/dtype.ts';
import type { Buffer } from '../../ir/expr.ts';
import { interpretKernel, makeMemory } from '../../ir/interpret/kernel.ts';
import {
  type Entry,
  isPlanned,
  type Outline,
  type Program,
  type Purpose,
  runOf,
  type Storage,
} from '../../ir/program.ts';
import { type GpuFeature, isGrid, type Target, type TargetName, targets, webgpuTarget } from '../../ir/target.ts';
import type { PrintOptions } from '../../ir/text/print-options.ts';
import { type BufferType, countAt } from '../../ir/type.ts';
import type { Ir, IrOf } from '../../passes/stage.ts';
import { wordBytes } from '../../runtime/check.ts';
import { GpuProgram } from '../../runtime/gpu-program.ts';
import { Readback } from '../../runtime/gpu-read.ts';
import { featuresOn, type ManifestGpu, openDevice } from '../../runtime/index.ts';
import { backendFor } from '../pipeline/backends.ts';
import { contextOf } from '../pipeline/read.ts';
import { findGpu } from './gpu.ts';
import { UsageError } from './io.ts';
import { runAsAsked } from './stage.ts';
import { type Given, type Results, resultsBy } from './values.ts';

export type ProgramIr = IrOf<'kernels' | 'schedule' | 'program'>;
export const programIn = (ir: ProgramIr): Outline | Program => (ir.form === 'program' ? ir.program : ir.outline);

/** The contents of a buffer after a run. */
export type Memory = (b: Buffer) => Elements;

/** Runs an entry's kernels one after another. */
export function interpretEntry(entry: Entry, values: ReadonlyMap<Buffer, Elements>, n: number): Memory {
  const memory = makeMemory(entry.launches, n);
  for (const [b, v] of values) memory.get(b)?.set(v);
  for (const k of runOf(entry)) interpretKernel(k, memory, n);
  return (b) => memory.get(b)?.slice() as Elements;
}

/** Calls an entry of a program once, on the given values and a batch of n. */
type Call = (entry: string, values: ReadonlyMap<Buffer, Elements>, n: number) => Promise<Memory>;

const onWasm =
  (program: Program, wasm: Uint8Array): Call =>
  async (entry, values, n) => {
    const { instance } = await WebAssembly.instantiate(wasm as BufferSource, {});
    const bytes = (instance.exports.memory as WebAssembly.Memory).buffer;
    const view = (b: Buffer): Elements => {
      const { type } = b;
      return new (arrayOf(type.dtype))(bytes as ArrayBuffer, offsetOf(program, b), countAt(type.shape, n));
    };
    for (const [b, v] of values) if (program.slots.some((s) => s.buffer === b)) view(b).set(v);
    (instance.exports[entryExport(entry)] as (n: number) => void)(n);
    return (b) => view(b).slice() as Elements;
  };

const onGpu =
  (program: Program, { wgsl, features, callBytes, bindingBytes, dispatches, scalars }: Shaders): Call =>
  async (entry, values, n) => {
    const { device, name } = await openDevice(await findGpu(), { features });
    try {
      checkFeatures(device, name, features);
      const called = dispatches.get(entry) ?? [];
      const manifest: ManifestGpu = {
        operations: 0,
        arenaBytes: program.arenaBytes,
        ...(bindingBytes === null ? {} : { bindingBytes }),
        callBytes,
        tensors: [],
        entries: [{ name: entry, inputs: [], outputs: [], dispatches: called }],
      };
      const gpu = await GpuProgram.of(device, wgsl, manifest, n);
      for (const [b, v] of values) {
        const at = scalars.get(b);
        if (at !== undefined) new (arrayOf(b.type.dtype))(gpu.call, at, 1).set(v);
        else if (program.slots.some((s) => s.buffer === b)) gpu.arena.write(offsetOf(program, b), toWords(v));
      }
      const bytes = await new Readback(gpu).read(gpu.arena.all(), gpu.encode(called, n));
      return (b) => {
        if (scalars.has(b)) return values.get(b)?.slice() as Elements;
        return fromWords(b.type.dtype, bytes, offsetOf(program, b), countAt(b.type.shape, n));
      };
    } finally {
      device.destroy();
    }
  };

/** Throws a `UsageError` if the device lacks features: kernels that are already scheduled may be for other devices. */
function checkFeatures({ features: has }: GPUDevice, name: string, features: readonly GpuFeature[]): void {
  const missing = features.filter((f) => !has.has(f));
  if (missing.length > 0)
    throw new UsageError(
      `the kernels of this text need a GPU with ${missing.join(' and ')}, which ${name} does not have: ` +
        'print the text without --gpu-features, or print an earlier stage.',
    );
}

/** Throws a `UsageError` for a plan with elements smaller than a word, as for WebAssembly: on a GPU each element has a word. */
function checkWords({ slots, maxBatch }: Program): void {
  const bytes = slots.find((s) => s.bytes < wordBytes * countAt(s.buffer.type.shape, maxBatch));
  if (bytes)
    throw new UsageError(
      `the memory of this program is planned for WebAssembly: '${bytes.buffer.name}' has elements smaller than a word. ` +
        'Print the text with --target webgpu, or print an earlier stage.',
    );
}

/** The offset of a buffer in bytes from the start of memory. */
function offsetOf({ slots }: Program, b: Buffer): number {
  const offset = slots.find((s) => s.buffer === b)?.offset;
  if (offset === undefined) throw new CompilerBug('plan', `'${b.name}' has no place`);
  return offset;
}

const roles: Readonly<Record<Purpose, Given['role'] | null>> = {
  ...{ parameter: 'parameter', gradient: 'gradient', state: 'state', scalar: 'scalar', input: 'input' },
  ...{ output: null, temp: null },
};

/** The buffers of a program that have a value before an entry runs, each under its name for hosts. */
export function givenTo(program: Outline | Program): (Given & { readonly buffer: Buffer })[] {
  const lasting: readonly Storage[] = isPlanned(program) ? program.slots : program.lasting;
  return lasting.flatMap(({ buffer, purpose, range }) => {
    const role = roles[purpose];
    return role ? [{ name: nameOf(program, buffer), type: buffer.type, role, range, buffer }] : [];
  });
}

const nameOf = (program: Outline | Program, b: Buffer): string =>
  program.entries.flatMap((e) => e.inputs).find((p) => p.buffer === b)?.name ?? b.name;

/** The results of an entry for a host: its outputs, and the params that it updates. */
export function resultsOf(program: Outline | Program, entry: Entry, memory: Memory): Results {
  const written = new Set(entry.launches.flatMap((k) => k.params.flatMap((p) => (p.access === 'in' ? [] : p.buffer))));
  const updated = givenTo(program).filter((p) => written.has(p.buffer));
  const resultOf = ({ dtype, shape }: BufferType, buffer: Buffer) => ({ type: { dtype, shape }, data: memory(buffer) });
  return resultsBy([
    ...entry.outputs.map((p) => ({ name: p.name, isUpdate: false, value: resultOf(p, p.buffer) })),
    ...updated.map(({ name, type, buffer }) => ({ name, isUpdate: true, value: resultOf(type, buffer) })),
  ]);
}

/** The backends that run a compiled program. */
export type CompiledBackend = TargetName;

/** The backend and target of a compiled program. */
export interface Machine {
  readonly backend: CompiledBackend;
  readonly target: Target;
  /** The features that shaders use here, or why they use none, in words. */
  readonly extent: string;
}

/** The machine of a backend; shaders use the features if the GPU has all of them. */
export async function machineFor(backend: CompiledBackend, wanted: readonly GpuFeature[]): Promise<Machine> {
  if (wanted.length === 0) return { backend, target: targets[backend], extent: '' };
  const { device } = await openDevice(await findGpu(), { features: wanted });
  const { taken, extent } = featuresOn(device, wanted);
  device.destroy();
  return { backend, target: webgpuTarget({ features: taken ? wanted : [] }), extent };
}

/** The planned program and a function that calls it, after running the remaining stages for the target. */
export function compiled(
  start: ProgramIr,
  { target }: Machine,
  print: PrintOptions,
  verify = false,
): { readonly program: Program; readonly call: Call } {
  const context = contextOf(start, { target });
  const backend = backendFor(target);
  const options = { print, verify, throughMemory: true };
  const left = backend.stages.slice(1 + backend.stages.findIndex((s) => s.makes === start.form));
  const planned = left.reduce<Ir>((ir, stage) => runAsAsked(stage, ir, context, options), start);
  const { program } = planned as IrOf<'program'>;
  if (isGrid(target)) checkWords(program);
  const { code } = runAsAsked(emission(backend), planned, context, options) as IrOf<'code'>;
  return {
    program,
    call: 'shaders' in code ? onGpu(program, (code as WgslCode).shaders) : onWasm(program, (code as WasmCode).wasm),
  };
}
