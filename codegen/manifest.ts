/** A program's manifest: what a runtime needs to know of it. */

import type { Entry, Port, Program, Slot } from '../ir/program.ts';
import { type Dim, isBatch } from '../ir/type.ts';
import { workOf } from '../ir/work.ts';
import type {
  Manifest,
  ManifestDim,
  ManifestDispatch,
  ManifestEntry,
  ManifestGpu,
  ManifestTensor,
} from '../runtime/manifest.ts';
import { pagesOf } from './wasm/emit.ts';
import type { Shaders } from './wgsl/emit.ts';

/** The program for WebGPU, and its shaders. */
export interface Gpu {
  readonly program: Program;
  readonly shaders: Shaders;
  /** What a device has that the other shaders of the program are for. */
  readonly features?: readonly string[];
}

export function manifestOf(
  program: Program,
  initial: ReadonlyMap<string, number>,
  threads: number | null = null,
  gpu: Gpu | null = null,
): Manifest {
  return {
    tapeout: 1,
    name: program.name,
    maxBatch: program.maxBatch,
    pages: pagesOf(program),
    arenaBytes: program.arenaBytes,
    ...(threads === null ? {} : { threads }),
    tensors: tensorsOf(program, initial, (s) => s.offset),
    entries: program.entries.map(entry),
    ...(gpu === null ? {} : { webgpu: manifestOfGpu(gpu, initial) }),
  };
}

const manifestOfGpu = (
  { program, shaders, features = [] }: Gpu,
  initial: ReadonlyMap<string, number>,
): ManifestGpu => ({
  operations: Math.max(
    0,
    ...program.entries.map((e) => e.launches.reduce((sum, k) => sum + workOf(k, program.maxBatch).operations, 0)),
  ),
  arenaBytes: program.arenaBytes,
  ...(shaders.bindingBytes === null ? {} : { bindingBytes: shaders.bindingBytes }),
  callBytes: shaders.callBytes,
  ...(features.length === 0 ? {} : { features }),
  tensors: tensorsOf(program, initial, (s) => shaders.scalars.get(s.buffer) ?? s.offset),
  entries: program.entries.map((e) => ({
    ...entry(e),
    dispatches: shaders.dispatches.get(e.name) as readonly ManifestDispatch[],
  })),
});

const entry = (e: Entry): ManifestEntry => ({
  name: e.name,
  inputs: e.inputs.map((p) => p.name),
  outputs: e.outputs.map((p) => p.name),
});

/** What a host sees of a program's memory. */
function tensorsOf(
  program: Program,
  initial: ReadonlyMap<string, number>,
  offsetOf: (s: Slot) => number,
): ManifestTensor[] {
  const ports: readonly Port[] = program.entries.flatMap((e) => [...e.inputs, ...e.outputs]);
  const named = program.slots
    .filter((s) => s.purpose !== 'temp')
    .flatMap((s) => {
      const [name = s.buffer.name, ...others] = ports.flatMap((p) => (p.buffer === s.buffer ? [p.name] : []));
      // Results that are one value are one buffer, under several names.
      return (s.purpose === 'output' ? [name, ...others] : [name]).map((n) => [n, s] as const);
    });
  const seen = new Set<string>();
  return named.flatMap(([name, s]): ManifestTensor[] => {
    if (seen.has(name)) return [];
    seen.add(name);
    const start = initial.get(name);
    return [
      {
        name,
        purpose: s.purpose,
        dtype: s.buffer.type.dtype,
        shape: s.buffer.type.shape.map(dim),
        offset: offsetOf(s),
        ...(s.range === undefined ? {} : { range: s.range }),
        ...(s.ignored === undefined ? {} : { ignoreIndex: s.ignored }),
        ...(start === undefined ? {} : { initial: start }),
      },
    ];
  });
}

const dim = (d: Dim): ManifestDim => (isBatch(d) ? { batch: d.times } : d);
