/** A program's manifest: what a runtime needs to know of it. */

import type { Port, Program, Slot } from '../ir/program.ts';
import { type Dim, isBatch } from '../ir/type.ts';
import type { Manifest, ManifestDim, ManifestTensor } from '../runtime/manifest.ts';
import { pagesOf } from './wasm/emit.ts';

export function manifestOf(
  program: Program,
  initial: ReadonlyMap<string, number>,
  threads: number | null = null,
): Manifest {
  const visible = program.slots.filter((s) => s.purpose !== 'temp');
  const names = new Map<Slot, string>();
  const ports: readonly Port[] = program.entries.flatMap((e) => [...e.inputs, ...e.outputs]);
  for (const s of visible) names.set(s, ports.find((p) => p.buffer === s.buffer)?.name ?? s.buffer.name);
  const seen = new Set<string>();
  const tensors = visible.flatMap((s): ManifestTensor[] => {
    const name = names.get(s) as string;
    if (seen.has(name)) return [];
    seen.add(name);
    const start = initial.get(name);
    return [
      {
        name,
        purpose: s.purpose,
        dtype: s.buffer.type.dtype,
        shape: s.buffer.type.shape.map(dim),
        offset: s.offset,
        ...(s.range === undefined ? {} : { range: s.range }),
        ...(start === undefined ? {} : { initial: start }),
      },
    ];
  });
  return {
    tapeout: 1,
    name: program.name,
    maxBatch: program.maxBatch,
    pages: pagesOf(program),
    arenaBytes: program.arenaBytes,
    ...(threads === null ? {} : { threads }),
    tensors,
    entries: program.entries.map((e) => ({
      name: e.name,
      inputs: e.inputs.map((p) => p.name),
      outputs: e.outputs.map((p) => p.name),
    })),
  };
}

const dim = (d: Dim): ManifestDim => (isBatch(d) ? { batch: d.times } : d);
