/** The manifest of a program: what a runtime needs to know about it. */

import { workOf } from '../ir/analysis/work.ts';
import { CompileError } from '../ir/diagnostic.ts';
import { type DType, dtypeNames, isDType, valueType } from '../ir/dtype.ts';
import type { Buffer } from '../ir/expr.ts';
import { storageOf } from '../ir/kernel.ts';
import { type Entry, type Port, type Program, type Slot, timesOf } from '../ir/program.ts';
import { type Dim, isBatch, showType } from '../ir/type.ts';
import type {
  ManifestDim,
  ManifestDispatch,
  ManifestEntry,
  ManifestGpu,
  ManifestTensor,
  UntaggedManifest,
} from '../runtime/manifest.ts';
import { pagesOf } from './wasm/emit.ts';
import type { Shaders } from './wgsl/emit.ts';

/** The program for WebGPU and its shaders. */
export interface Gpu {
  readonly program: Program;
  readonly shaders: Shaders;
  /** Device features that the alternative shaders require. */
  readonly features?: readonly string[];
}

/** Facts for a host about the params that the compiler added, by their names in the program. */
export type AddedParams = ReadonlyMap<
  string,
  {
    /** The value before the first step. */
    readonly initial: number;
    /** The name for a host. */
    readonly name: string;
  }
>;

export function manifestOf(
  program: Program,
  added: AddedParams,
  threads: number | null = null,
  gpu: Gpu | null = null,
): UntaggedManifest {
  return {
    tapeout: 2,
    name: program.name,
    maxBatch: program.maxBatch,
    pages: pagesOf(program),
    arenaBytes: program.arenaBytes,
    ...(threads === null ? {} : { threads }),
    tensors: tensorsOf(program, added, (s) => s.offset),
    entries: program.entries.map((e) => entry(e, program, added)),
    ...(gpu === null ? {} : { webgpu: manifestOfGpu(gpu, added) }),
  };
}

const manifestOfGpu = ({ program, shaders, features = [] }: Gpu, added: AddedParams): ManifestGpu => ({
  operations: Math.max(
    0,
    ...program.entries.map((e) =>
      e.launches.reduce((sum, k, i) => sum + timesOf(e, i) * workOf(k, program.maxBatch).operations, 0),
    ),
  ),
  arenaBytes: program.arenaBytes,
  ...(shaders.bindingBytes === null ? {} : { bindingBytes: shaders.bindingBytes }),
  callBytes: shaders.callBytes,
  ...(features.length === 0 ? {} : { features }),
  tensors: tensorsOf(program, added, (s) => shaders.scalars.get(s.buffer) ?? s.offset),
  entries: program.entries.map((e) => ({
    ...entry(e, program, added),
    dispatches: shaders.dispatches.get(e.name) as readonly ManifestDispatch[],
  })),
});

function entry(e: Entry, { slots }: Program, added: AddedParams): ManifestEntry {
  const carried = new Set(
    slots.filter((s) => s.purpose === 'state' && s.buffer.type.shape.some(isBatch)).map((s) => s.buffer),
  );
  const [reads, writes] = [new Set<Buffer>(), new Set<Buffer>()];
  for (const k of e.launches)
    for (const { buffer, access } of k.params) {
      const of = storageOf(buffer);
      if (!carried.has(of)) continue;
      if (access !== 'out' && !writes.has(of)) reads.add(of);
      if (access !== 'in') writes.add(of);
    }
  const names = (buffers: Iterable<Buffer>) => Array.from(buffers, (b) => added.get(b.name)?.name ?? b.name);
  return {
    name: e.name,
    inputs: e.inputs.map((p) => p.name),
    outputs: e.outputs.map((p) => p.name),
    ...(e.leastBatch === undefined ? {} : { leastBatch: e.leastBatch }),
    ...(reads.size + writes.size > 0 ? { carried: { reads: names(reads), writes: names(writes) } } : {}),
  };
}

/** The tensors in a program's memory that a host sees. */
function tensorsOf(program: Program, added: AddedParams, offsetOf: (s: Slot) => number): ManifestTensor[] {
  const namesOf = (direction: 'inputs' | 'outputs', s: Slot): string[] => {
    const ports: readonly Port[] = program.entries.flatMap((e) => e[direction]);
    const names = new Set(ports.flatMap((p) => (p.buffer === s.buffer ? [p.name] : [])));
    return names.size > 0 ? [...names] : [s.buffer.name];
  };
  return program.slots.flatMap((s): ManifestTensor[] => {
    const { buffer, purpose } = s;
    if (purpose === 'temp') return [];
    const own = purpose === 'output' ? undefined : added.get(buffer.name);
    // Results that are the same value share a buffer, under several names.
    const names =
      purpose === 'output'
        ? namesOf('outputs', s)
        : purpose === 'input'
          ? namesOf('inputs', s).slice(0, 1)
          : [own?.name ?? buffer.name];
    return names.map((name) => ({
      name,
      purpose,
      dtype: hostType(buffer),
      shape: buffer.type.shape.map(dim),
      offset: offsetOf(s),
      ...(s.range === undefined ? {} : { range: s.range }),
      ...(s.ignored === undefined ? {} : { ignoreIndex: s.ignored }),
      ...(own === undefined ? {} : { initial: own.initial }),
    }));
  });
}

/** The element type in a host's array. Throws a `CompileError` for a type that only buffers have. */
function hostType({ name, type }: Buffer): DType {
  if (isDType(type.dtype)) return type.dtype;
  throw new CompileError(
    'dtype-mismatch',
    `'${name}' is ${showType(type)}, and a bundle's host sees only ${dtypeNames.join(', ')}`,
    {
      help: `copy it into a buffer of ${valueType(type.dtype)} in a kernel of its own`,
    },
  );
}

const dim = (d: Dim): ManifestDim => (isBatch(d) ? { batch: d.times } : d);
